import pytest
from django.template import Context, Template

from core.text import NESTING_LIMIT, PlainTextField, RichTextField, clean_plain_text, clean_rich_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<p>One <b>two</b> <i>three</i></p>", "<p>One <strong>two</strong> <em>three</em></p>"),
        ("<h1>A</h1><h2>B</h2><h4>C</h4><h6>D</h6>", "<h3>A</h3><h3>B</h3><h4>C</h4><h4>D</h4>"),
        ('<p class="x" style="color:red" id="y" onclick="z()">Words</p>', "<p>Words</p>"),
        ('<div><section>Words</section></div>', "Words"),
        ("<script>alert(1)</script><style>p{}</style><svg onload=alert(1)><g/></svg>Words", "Words"),
        ('<img src="https://example.org/x.png" onerror="x()">Words', "Words"),
        ('<link rel=attachment href="file:///etc/passwd"><base href="//x"><form><input></form>Words', "Words"),
        ('<a href="https://example.org/a?b=1&amp;c=2">x</a>', '<a href="https://example.org/a?b=1&amp;c=2">x</a>'),
        ('<a href="mailto:care@example.org">x</a>', '<a href="mailto:care@example.org">x</a>'),
        ('<a href="/strategies/">x</a>', '<a href="/strategies/">x</a>'),
        ('<a href="javascript:alert(1)">x</a>', "<a>x</a>"),
        ('<a href="JaVaScRiPt&#58;alert(1)">x</a>', "<a>x</a>"),
        ('<a href="data:text/html,<b>">x</a>', "<a>x</a>"),
        ('<a href="//example.org">x</a>', "<a>x</a>"),
        ('<a href="/\\example.org">x</a>', "<a>x</a>"),
        ('<a rel="attachment" href="file:///etc/passwd">x</a>', "<a>x</a>"),
        ('<blockquote lang="cy">Gofal da</blockquote>', '<blockquote lang="cy">Gofal da</blockquote>'),
        ('<p lang="x y">Words</p>', "<p>Words</p>"),
        ("<p>a &lt;b&gt; &amp; c</p>", "<p>a &lt;b&gt; &amp; c</p>"),
        ("<p>left&#x202e;right\u202e</p>", "<p>leftright</p>"),
        ("<p>un\x00der\x1b</p>", "<p>under</p>"),
        ("<math><mtext><mglyph><style><img src=x onerror=y()></style></mglyph></mtext></math>Words", "Words"),
    ],
)  # fmt: skip
def test_rich_text_keeps_words_and_drops_danger(typed, kept):
    assert clean_rich_text(typed) == kept


def test_rich_text_keeps_a_table_with_its_headers():
    table = (
        '<table><caption>Hours</caption><thead><tr><th scope="col" colspan="2">Year</th></tr></thead>'
        '<tbody><tr><th scope="row">2024</th><td>12</td></tr></tbody></table>'
    )

    assert clean_rich_text(table) == table


def test_rich_text_is_stable():
    once = clean_rich_text("<h1>A</h1><p>b <i>c</i><ul><li>d</ul> &amp;lt;script&amp;gt;")

    assert clean_rich_text(once) == once


def test_text_nested_too_deep_becomes_one_paragraph():
    depth = NESTING_LIMIT + 1

    assert clean_rich_text("<blockquote>" * depth + "Words" + "</blockquote>" * depth) == "<p>Words</p>"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Home\tcare\r\nin  Durham ", "Home care in Durham"),
        ("Cafe\u0301", "Café"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("in\u200bvisible\ufeff", "invisible"),
        ("half \ud800 a letter", "half a letter"),
        ("a\x00b\x85c", "abc"),
        ("no\ufffecharacter\uffff", "nocharacter"),
        ("<b>5 > 3</b>", "<b>5 > 3</b>"),
    ],
)
def test_plain_text_on_one_line(typed, kept):
    assert clean_plain_text(typed) == kept


def test_plain_text_on_several_lines():
    assert clean_plain_text("One  \r\n\r\n\r\n\r\nTwo\rThree\n", multiline=True) == "One\n\nTwo\nThree"


def test_fields_clean_on_the_way_in_and_say_what_is_too_long():
    rich = RichTextField()
    plain = PlainTextField(max_length=5)

    assert rich.clean("<p onclick=x()>Words</p>", None) == "<p>Words</p>"
    assert plain.clean(" a \n b ", None) == "a b"
    with pytest.raises(Exception, match="at most 5 characters"):
        plain.clean("123456", None)


def test_fields_are_written_down_in_migrations_as_themselves():
    _, path, _, kwargs = PlainTextField(max_length=80, multiline=True).deconstruct()

    assert (path, kwargs) == ("core.text.PlainTextField", {"max_length": 80, "multiline": True})


def test_rich_filter_cleans_again_what_was_written_past_the_field():
    page = Template("{% load rich_text %}{{ body|rich }}")

    assert page.render(Context({"body": "<p onclick=x()>A</p><script>x()</script>"})) == "<p>A</p>"
