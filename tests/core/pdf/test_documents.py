"""A document with every component the stylesheet knows is accessible, in both sizes, and looks the same each time."""

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path

import outloud
import page
import pikepdf
import pytest
from django.template import engines

from core.charts import Chart, Kind, Point, Series
from core.charts.model import points
from core.pdf import ACCENTS, print_assets, render_pdf

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
SAMPLE = Path(__file__).with_name("sample.html")

CHARTS = [
    Chart(
        Kind.STACKED,
        "By 2038, three in ten people will be 65 or over",
        (
            Series("Aged 0 to 14", points([("2018", 64316), ("2038", 62487)])),
            Series("15 to 64", points([("2018", 229786), ("2038", 226440)])),
            Series("65 and over", points([("2018", 86688), ("2038", 124098)])),
        ),
        what="People by age group",
        unit="people",
        source="Invented for this sample.",
    ),
    Chart(
        Kind.RANGE,
        "Men live fewer years in good health",
        (Series("", (Point("Women", Decimal("81.2"), low=Decimal("59.9")), Point("Men", Decimal("77.7")))),),
    ),
]


@pytest.fixture(scope="module")
def sample():
    """Both sizes of the sample, laid out once."""
    template = engines["django"].from_string(SAMPLE.read_text())
    entries = [
        {"number": 1, "title": "What this statement is for", "anchor": "s1"},
        {"number": 2, "title": "People and place", "anchor": "s2"},
        {"number": 3, "title": "Planned procurement and currently commissioned services", "anchor": "s3"},
        {"number": 4, "title": "Delivery plan by year", "anchor": "s4"},
        {"number": 5, "title": "Who to talk to", "anchor": "s5"},
        {"number": 6, "title": "Words we use", "anchor": "s6"},
        {"number": 7, "title": "Sources", "anchor": "s7"},
    ]
    entries[0]["entries"] = [{"number": "1.1", "title": "Extra care housing", "anchor": "s1-1"}]
    context = {
        "document": {
            "headline": "What care Sampleshire will need",
            "kind": "Market position statement",
            "period": "2026 to 2030",
            "number": 1,
        },
        "publisher": "Sampleshire Council and NHS Sampleshire Integrated Care Board",
        "accent": "plum",
        "entries": entries,
        "charts": CHARTS,
        "rows": [f"Home care in the north, zone {number}" for number in range(1, 41)],
        "plan": [f"Tender home care, step {number}" for number in range(1, 16)],
    }
    assets = print_assets()
    return {
        large: render_pdf(
            html=template.render({**context, "large_print": large}), assets=assets, created_at=NOON, large_print=large
        )
        for large in (False, True)
    }


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large print"])
def test_no_rule_of_pdf_ua_1_fails(sample, large, tmp_path):
    file = tmp_path / "sample.pdf"
    file.write_bytes(sample[large].content)

    report = page.validate_pdf(str(file), profile="ua1")

    assert [str(failure) for failure in report.failures] == []
    assert report.is_compliant


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large print"])
def test_it_reads_out_loud_without_an_error(sample, large, tmp_path):
    file = tmp_path / "sample.pdf"
    file.write_bytes(sample[large].content)

    result = outloud.check(str(file))

    assert (result.error, [finding.message for finding in result.findings if finding.severity == "error"]) == (None, [])


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large print"])
def test_it_has_a_title_a_language_bookmarks_and_scoped_heads(sample, large):
    with pikepdf.open(io.BytesIO(sample[large].content)) as pdf:
        title = str(pdf.docinfo["/Title"])
        language = str(pdf.Root.Lang)
        with pdf.open_outline() as outline:
            bookmarks = [item.title for item in outline.root[0].children]
        scopes = {
            str(item["/A"].get("/Scope"))
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TH" and item.get("/Type") == "/StructElem"
        }

    assert title == "What care Sampleshire will need: Market position statement, 2026 to 2030"
    assert language == "en-GB"
    assert bookmarks == [
        "What this statement is for",
        "People and place",
        "Planned procurement and currently commissioned services",
        "Delivery plan by year",
        "Who to talk to",
        "Words we use",
        "Sources",
    ]
    assert scopes == {"/Column", "/Row"}


def test_large_print_takes_more_pages(sample):
    assert sample[True].pages > sample[False].pages > 8


def test_every_accent_has_its_cover():
    assets = print_assets()

    grounds = {name: colour.encode() in assets[f"cover-{name}.svg"] for name, colour in ACCENTS.items()}

    assert grounds == dict.fromkeys(ACCENTS, True)


def test_the_stylesheet_knows_the_same_accents():
    css = print_assets()["pdf.css"].decode()

    known = {name: f".accent-{name} {{ --accent: {colour};" in css for name, colour in ACCENTS.items()}

    assert known == dict.fromkeys(ACCENTS, True)
