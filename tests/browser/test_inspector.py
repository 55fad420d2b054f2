"""The inspector itself, on pages that are wrong on purpose: also where only the small phone shows it."""

import pytest

from tests.browser.examples.visits import Visit

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = """<!doctype html><html lang="en"><head><title>Page - Care Commissioning Portal</title><style>{style}</style>
</head><body><main><h1>Page</h1><p class="one">Words</p>{body}</main></body></html>"""


@pytest.fixture
def problems(inspector, _kept_windows):
    """Return a function that says what the inspector finds in a page of some body and style."""
    page = _kept_windows[True].watched.page

    def look(body="", style=""):
        html = PAGE.format(body=body, style=style)
        page.route("**/made-up/", lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        try:
            return [one.removeprefix("/made-up/: ") for one in inspector.problems(Visit("/made-up/"))]
        finally:
            page.unroute("**/made-up/")

    return look


def test_page_as_it_should_be_has_no_problem(problems):
    assert problems() == []


@pytest.mark.parametrize(
    ("body", "style", "found"),
    [
        ("<b><p>Out of place</p></b>", "", "HTML: "),
        ("<h1>Another</h1>", "", "2 h1"),
        ("<p>{{ words }}</p>", "", "unrendered template code"),
        ('<p><a href="/">x</a></p><button></button>', "", "1280 px: axe button-name"),
        ("", "@media (max-width: 400px) { .one { color: #ccc } }", "320 px: axe color-contrast"),
        ('<p class="wide">Words</p>', ".wide { width: 400px }", "320 px: scrolls sideways to 4"),
        (
            '<button class="phone"></button>',
            ".phone { display: none } @media (max-width: 400px) { .phone { display: block } }",
            "320 px: axe button-name",
        ),
    ],
)
def test_fault_is_found(problems, body, style, found):
    assert any(one.startswith(found) for one in problems(body, style))


def test_fault_is_told_each_time_though_the_page_is_looked_at_once(problems):
    first, again = problems("<h1>Third</h1>"), problems("<h1>Third</h1>")

    assert first == again != []
