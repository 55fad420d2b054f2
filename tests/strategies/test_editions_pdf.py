"""A whole document with every kind of block, laid out as it is published, in both sizes."""

import io
import re

import outloud
import page
import pikepdf
import pymupdf
import pytest
from django.conf import settings
from django.db import transaction

from config import fixtures
from strategies import composition, printing
from strategies.models import Edition, EditionFile, Strategy
from tests.factories import NOON
from tests.factories.commissioning import IndicatorFactory, ObservationFactory
from tests.factories.strategies import SectionFactory
from tests.strategies.registers import REGISTERS, fill, make_section, make_strategy

SIZES = [EditionFile.Kind.STANDARD, EditionFile.Kind.LARGE_PRINT]


def render(strategy):
    """Every file of an edition by its kind, with the composed content."""
    content, missing = composition.compose(strategy, at=NOON)
    assert missing == []
    edition = Edition(strategy=strategy, organisation=strategy.organisation, number=1)
    steps = []
    files = {
        one.kind: one for one in printing.render(edition, content, at=NOON, progress=lambda *step: steps.append(step))
    }
    return content, files, steps


def make_document():
    strategy = make_strategy(
        title="Care in Sampleshire 2026 to 2030", headline="What care Sampleshire will need", lede="Read this first."
    )
    for kind in REGISTERS:
        fill(strategy, kind, rows=3)
    for kind, chart in (("stacked", "Stacked"), ("figure", "Alone"), ("line", "Line"), ("table", "Table")):
        row = IndicatorFactory(organisation=strategy.organisation, chart=kind, title=chart, topic="supply", unit="%")
        for number in range(1 if kind == "figure" else 4):
            ObservationFactory(indicator=row, category="", period=f"20{20 + number}", value=20 + number)
    for number, kind in enumerate(REGISTERS):
        parent = SectionFactory(strategy=strategy, title=f"About {kind.label.lower()}", order=number)
        make_section(strategy, kind, parent=parent, title=f"Rows: {kind.label}")
    return strategy


def bookmarks(pdf):
    with pdf.open_outline() as outline:
        return [item.title for item in outline.root[0].children]


def problems(content, tmp_path):
    """What the two checkers of accessible PDFs hold against a file."""
    file = tmp_path / "edition.pdf"
    file.write_bytes(content)
    report, heard = page.validate_pdf(str(file), profile="ua1"), outloud.check(str(file))
    errors = [found.message for found in heard.findings if found.severity == "error"]
    return [str(failure) for failure in report.failures] + errors + ([heard.error] if heard.error else [])


def texts(content):
    """The words of each page."""
    with pymupdf.open(stream=content, filetype="pdf") as pdf:
        return [one.get_text() for one in pdf]


@pytest.fixture(scope="module")
def laid_out(django_db_setup, django_db_blocker):
    """The document's content, files and steps: laid out once, and looked at by many."""
    with django_db_blocker.unblock(), transaction.atomic():
        laid_out = render(make_document())
        transaction.set_rollback(True)
    return laid_out


def test_both_sizes_are_accessible_and_hold_together(laid_out, tmp_path):
    content, files, _ = laid_out
    titles = [section["title"] for section in content["sections"]]

    for kind in SIZES:
        pages = texts(files[kind].content)
        with pikepdf.open(io.BytesIO(files[kind].content)) as pdf:
            assert bookmarks(pdf) == titles
            assert str(pdf.Root.Lang) == "en-GB"
            assert str(pdf.docinfo["/Title"]).startswith("What care Sampleshire will need: Care in Sampleshire")
        assert problems(files[kind].content, tmp_path) == []
        assert files[kind].pages == len(pages)
        assert f"Page {len(pages)} of {len(pages)}" in pages[-1]
        assert contents_numbers(files[kind].content, len(titles)) == [first_page(pages, title) for title in titles]
        for section in composition.walk(content["sections"]):
            assert any(squeezed(section["title"]) in squeezed(one) for one in pages[2:])


def squeezed(text):
    return "".join(text.split())


def contents_numbers(content, count):
    """The page numbers at the right of the contents, from top to bottom."""
    found = []
    with pymupdf.open(stream=content, filetype="pdf") as pdf:
        for number in range(1, 4):
            one = pdf[number]
            words = [(word[1], word[4]) for word in one.get_text("words") if word[0] > one.rect.width * 0.8]
            found += [int(text) for top, text in sorted(words) if text.isdigit() and top < one.rect.height * 0.9]
    return found[:count]


def first_page(pages, title):
    wanted = squeezed(title)
    return next(number for number, text in enumerate(pages, 1) if wanted in squeezed(text) and "Contents" not in text)


def test_links_within_the_document_lead_to_a_page_of_it(laid_out):
    content, files, _ = laid_out
    with pikepdf.open(io.BytesIO(files["standard"].content)) as pdf:
        links = [
            note
            for one in pdf.pages
            for note in one.get("/Annots", [])
            if note.get("/Subtype") == "/Link" and "/URI" not in note.get("/A", {})
        ]
        named = pdf.Root.get("/Names", {}).get("/Dests", {}).get("/Names", [])
        names = {str(name) for name in list(named)[::2]}
        wanted = [str(link["/Dest"]) for link in links if "/Dest" in link]

    assert len(wanted) >= len(content["sections"])
    assert [name for name in wanted if name not in names] == []


def test_every_figure_of_a_chart_is_said_in_words(laid_out):
    _, files, _ = laid_out
    with pikepdf.open(io.BytesIO(files["standard"].content)) as pdf:
        said = " ".join(
            str(item["/Alt"]) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item
        )

    assert re.search(r"Category \d+: \d", said)


def test_progress_names_the_print_and_the_page(laid_out):
    _, _, steps = laid_out

    assert ("Laying out the PDF",) in steps
    assert any(len(step) == 2 and step[0] == "Laying out the large print PDF: page" for step in steps)


def test_no_word_of_a_register_is_lost_in_print(laid_out):
    content, files, _ = laid_out
    text = squeezed(" ".join(texts(files["standard"].content)))
    block = next(
        one["block"] for one in composition.walk(content["sections"]) if is_of(one, "Rows: Planned procurements")
    )
    cells = [cell for group in block["groups"] for row in group["rows"] for cell in row]

    assert cells
    assert [cell["text"] for cell in cells if squeezed(cell["text"]) not in text] == []


def is_of(section, title):
    return section["title"] == title


def test_a_source_that_the_next_part_names_too_is_printed_once():
    def section(number, source, children=()):
        return {
            "number": number, "title": "T", "block": None, "source_section": source, "source_note": "",
            "children": list(children),
        }  # fmt: skip

    given = [section("1", "Section 4", [section("1.1", "Section 4, money"), section("1.2", "Section 4, money")])]

    (printed,) = printing.sections_for_print(given, room=40)

    assert [one["source_section"] for one in composition.walk([printed])] == ["", "", "Section 4, money"]


def test_a_long_title_is_shortened_for_the_margin():
    assert (
        printing.shortened("Messages for providers of care and support to adults", 30) == "Messages for providers of …"
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_every_real_document_is_accessible_in_both_sizes(tmp_path):
    fixtures.load_fixtures(folder=settings.BASE_DIR / "fixtures", at=NOON)

    for strategy in Strategy.objects.filter(is_sample=False).order_by("pk"):
        content, files, _ = render(strategy)
        for kind in SIZES:
            with pikepdf.open(io.BytesIO(files[kind].content)) as pdf:
                assert bookmarks(pdf) == [section["title"] for section in content["sections"]]
            assert (strategy.slug, kind, problems(files[kind].content, tmp_path)) == (strategy.slug, kind, [])
