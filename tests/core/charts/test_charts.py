"""Every kind of chart, with data as awkward as documents have it."""

import re
from decimal import Decimal

import pytest
from defusedxml import ElementTree
from django.template import engines

from core.charts import (
    LARGE_PRINT,
    NARROW,
    WIDE,
    Chart,
    Kind,
    Point,
    Series,
    chart_from_data,
    describe,
    render,
    table_of,
)
from core.charts.model import number_text, points
from core.charts.words import width_of, wrap

SVG = "{http://www.w3.org/2000/svg}"
LONG = "People who live in extra care housing, supported living or shared lives in the whole of the north-west"
WORD = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"

AWKWARD = {
    "ordinary": [Series("", points([("2018", 380790), ("2028", 399336), ("2038", 413025)]))],
    "noughts": [Series("", points([("a", 0), ("b", 0)]))],
    "negative": [Series("", points([("a", -5), ("b", -1000000000)]))],
    "both signs": [Series("Change", points([("a", -50), ("b", 87), ("c", 0)]))],
    "huge": [Series("", points([("a", "1000000000"), ("b", 1)]))],
    "tiny": [Series("", points([("a", "0.0001"), ("b", "0.0002")]))],
    "missing": [Series("x", points([("a", None), ("b", 3)])), Series("y", points([("a", 2)]))],
    "all missing": [Series("", points([("a", None), ("b", None)]))],
    "one": [Series("", points([("only", 7)]))],
    "thirty": [Series("", points([(f"Group number {n}", n * 37) for n in range(30)]))],
    "long": [Series(LONG, points([(LONG, 12), (WORD, 7)])), Series(WORD, points([(LONG, 5), (WORD, 9)]))],
    "long values": [Series("", (Point("a", Decimal(3), text=LONG), Point("b", Decimal(2), text=WORD, detail=LONG)))],
    "ranges": [Series("s", (Point("a", Decimal("81.2"), low=Decimal("59.9")), Point("b", low=Decimal(3))))],
    "nine series": [Series(f"Series {n}", points([("2018", n + 1), ("2019", 9)])) for n in range(9)],
    "no points": [Series("", ())],
    "markup": [Series("<b>&", points([("<script>alert(1)</script>", 5), ('"quoted"', 6)]))],
}


def chart(kind, series, **more):
    return Chart(kind, "What is found & <shown>", tuple(series), what="What is measured", unit="people", **more)


@pytest.mark.parametrize("width", [WIDE, NARROW, LARGE_PRINT])
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("name", AWKWARD)
def test_the_drawing_is_whole_and_keeps_within_its_sheet(name, kind, width):
    drawn = chart(kind, AWKWARD[name], ticks=((Decimal(0), "Spring 2024"), (Decimal(50), "Autumn"), (Decimal(99), "")))

    root = ElementTree.fromstring(render(drawn, width))

    assert outside(root) == []
    assert forbidden(root) == []


def outside(root):
    """What reaches beyond the sheet, by the widths that the drawing reckons with."""
    _, _, width, height = map(float, root.get("viewBox").split())
    found = []
    for element in root.iter():
        place = {name: float(value) for name, value in element.attrib.items() if re.fullmatch(r"-?[\d.]+", value)}
        if element.tag == f"{SVG}text":
            long = width_of(element.text, place["font-size"])
            left = place["x"] - {"start": 0, "middle": long / 2, "end": long}[element.get("text-anchor")]
            box = (left, place["y"] - place["font-size"], left + long, place["y"] + 3)
        elif element.tag == f"{SVG}rect" and "x" in place:
            box = (place["x"], place["y"], place["x"] + place["width"], place["y"] + place["height"])
        elif element.tag == f"{SVG}line":
            box = (place["x1"], min(place["y1"], place["y2"]), place["x2"], max(place["y1"], place["y2"]))
        else:
            continue
        if box[0] < -1 or box[1] < -4 or box[2] > width + 1 or box[3] > height + 1:
            found.append((element.tag.removeprefix(SVG), element.text, box, (width, height)))
    return found


def forbidden(root):
    """What the pages' policy forbids or a reader would miss."""
    names = [element.tag.removeprefix(SVG) for element in root.iter()]
    found = [name for name in names if name in ("style", "script", "foreignObject", "image", "a")]
    found += [name for element in root.iter() for name in element.attrib if name in ("style", "class", "onclick")]
    if names[1:3] != ["title", "desc"]:
        found.append("no title and description")
    return found


def test_ids_are_unique_and_every_reference_is_kept():
    drawings = [
        render(chart(kind, AWKWARD["nine series"]), width) for kind in Kind for width in (WIDE, NARROW, LARGE_PRINT)
    ] + [render(chart(Kind.BARS, AWKWARD["ordinary"]), key=str(number)) for number in range(2)]
    page = "".join(drawings)

    ids = re.findall(r' id="([^"]+)"', page)
    references = re.findall(r"url\(#([^)]+)\)", page) + " ".join(re.findall(r'labelledby="([^"]+)"', page)).split()

    assert len(ids) == len(set(ids))
    assert set(references) <= set(ids)


def test_the_same_chart_is_drawn_the_same():
    first, second = (render(chart(Kind.LINE, AWKWARD["nine series"])) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("value", "text"),
    [("1234567", "1,234,567"), ("-3", "−3"), ("0.50", "0.5"), ("0", "0"), ("1E+9", "1,000,000,000"), ("-0.0", "0")],
)
def test_numbers_are_written_for_people(value, text):
    assert number_text(Decimal(value)) == text


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("%", -3, "−3%"),
        ("£", 1200, "£1,200"),
        ("£ million", "1.5", "£1.5 million"),
        ("£", -5, "−£5"),
        ("people", 7, "7"),
    ],
)
def test_units_that_are_signs_stand_with_the_number(unit, value, text):
    drawn = Chart(Kind.BARS, "t", (Series("", points([("a", value)])),), unit=unit)

    assert drawn.text_of(drawn.series[0].points[0]) == text


def test_the_description_and_the_table_say_every_figure_and_what_is_not_stated():
    drawn = Chart(
        Kind.GROUPED,
        "Durham is above England",
        (
            Series("County Durham", points([("2018", "22.5"), ("2019", None)])),
            Series("England", points([("2018", "18.5")]), is_comparator=True),
        ),
        what="Share of people aged 65 and over",
        unit="%",
    )

    words, table = describe(drawn), table_of(drawn)

    assert words == (
        "Share of people aged 65 and over. County Durham: 2018: 22.5%; 2019: not stated. England: 2018: 18.5%."
    )
    assert table.corner == "Period"
    assert table.heads == ("County Durham", "England")
    assert [(row.label, row.cells) for row in table.rows] == [
        ("2018", ("22.5%", "18.5%")),
        ("2019", ("not stated", "not stated")),
    ]


def test_a_rise_has_its_sign_and_a_fall_a_true_minus():
    drawn = chart(Kind.CHANGE, AWKWARD["both signs"])

    assert [drawn.text_of(point) for point in drawn.series[0].points] == ["−50", "+87", "0"]


def test_a_missing_year_parts_the_line():
    given = points([("2018", 1), ("2019", 2), ("2020", None), ("2021", 4), ("2022", 3)])

    root = ElementTree.fromstring(render(chart(Kind.LINE, [Series("", given)])))
    paths = [element.get("d") for element in root.iter(f"{SVG}path")]

    assert [path.count("M") for path in paths] == [2]


def test_one_series_alone_has_the_accent():
    drawn = chart(Kind.GROUPED, AWKWARD["nine series"], accent="#5a3583")

    root = ElementTree.fromstring(render(drawn))
    fills = [element.get("fill") for element in root.iter(f"{SVG}rect")]

    # In the key, and under each of the two labels.
    assert fills.count("#5a3583") == 3


def test_lines_keep_to_their_room_and_lose_no_letter():
    lines = wrap(f"{LONG} {WORD}", 16, 120)

    assert max(width_of(line, 16) for line in lines) <= 120
    assert "".join(lines).replace(" ", "") == f"{LONG}{WORD}".replace(" ", "")


def test_a_chart_is_read_from_the_registers_plain_data():
    data = {
        "slug": "older",
        "title": "More older people",
        "measure": "People of 65 and over",
        "unit": "people",
        "chart": "bars",
        "series": [
            {
                "name": "",
                "is_comparator": False,
                "points": [
                    {"label": "2018", "value": "86688", "low": None, "text": "86,688", "is_comparator": False},
                    {"label": "2038", "value": "124098", "low": None, "text": "", "is_comparator": False},
                ],
            }
        ],
        "figure_source": "Office for National Statistics",
    }

    drawn = chart_from_data(data, accent="#365314")

    assert drawn.kind is Kind.BARS
    assert drawn.values() == [Decimal(86688), Decimal(124098)]
    assert (drawn.accent, drawn.source) == ("#365314", "Office for National Statistics")


@pytest.mark.parametrize("kind", ["figure", "table"])
def test_a_figure_or_a_table_is_not_drawn(kind):
    assert chart_from_data({"chart": kind, "title": "t", "series": []}) is None


def test_the_page_shows_both_drawings_and_the_table():
    template = engines["django"].from_string("{% load charts %}{% chart chart 2 %}")

    html = template.render({"chart": chart(Kind.BARS, AWKWARD["markup"], source="A source")})

    assert html.count("<svg") == 2
    assert 'class="ccp-chart__wide"' in html and 'class="ccp-chart__narrow"' in html
    assert html.count('scope="col"') == 2 and html.count('scope="row"') == 2
    assert "Source: A source." in html
    assert "<script>" not in html


def test_print_shows_one_drawing_of_the_right_width():
    template = engines["django"].from_string("{% load charts %}{% chart_for_print chart large %}")
    drawn = chart(Kind.BARS, AWKWARD["ordinary"])

    standard, large = (template.render({"chart": drawn, "large": large}) for large in (False, True))

    assert (standard.count("<svg"), 'viewBox="0 0 720' in standard) == (1, True)
    assert (large.count("<svg"), 'viewBox="0 0 430' in large) == (1, True)
