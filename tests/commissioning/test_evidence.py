"""An indicator's observations become plain data: labels along what varies, the source's words kept."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from commissioning.evidence import ACCENT_COLOURS, indicator_data
from commissioning.models import Accent, Indicator
from tests.factories.commissioning import IndicatorFactory, ObservationFactory

pytestmark = pytest.mark.django_db


def observe(indicator, *rows):
    for order, (series, category, period, value) in enumerate(rows):
        ObservationFactory(
            indicator=indicator, series=series, category=category, period=period, value=value, order=order
        )
    return indicator_data(Indicator.objects.for_charts().get(pk=indicator.pk))


def shape(data):
    return {row["name"]: [(point["label"], point["value"]) for point in row["points"]] for row in data["series"]}


def test_categories_stand_along_the_axis_and_places_are_series():
    data = observe(
        IndicatorFactory(chart="grouped"),
        ("Durham", "Men", "2018", 58.8),
        ("England", "Men", "2018", 63.1),
        ("Durham", "Women", "2018", 59.9),
        ("England", "Women", "2018", 63.9),
    )

    assert data["labels"] == ["Men", "Women"]
    assert shape(data) == {
        "Durham": [("Men", "58.8"), ("Women", "59.9")],
        "England": [("Men", "63.1"), ("Women", "63.9")],
    }


def test_periods_stand_along_the_axis_where_there_are_no_categories():
    data = observe(IndicatorFactory(chart="line"), ("", "", "2018", 20), ("", "", "2043", 26))

    assert shape(data) == {"": [("2018", "20"), ("2043", "26")]}


def test_a_stack_over_time_has_a_bar_a_year_and_a_series_an_age_group():
    data = observe(
        IndicatorFactory(chart="stacked"),
        ("", "0 to 14", "2018", 17),
        ("", "65 and over", "2018", 23),
        ("", "0 to 14", "2038", 15),
        ("", "65 and over", "2038", 30),
    )

    assert data["labels"] == ["2018", "2038"]
    assert shape(data) == {"0 to 14": [("2018", "17"), ("2038", "15")], "65 and over": [("2018", "23"), ("2038", "30")]}


@pytest.mark.parametrize(
    ("value", "stated", "unit", "text"),
    [
        (1234567, "", "people", "1,234,567"),
        (-3345, "", "people", "\N{MINUS SIGN}3,345"),
        ("40.70", "", "%", "40.7%"),
        (190, "", "£ million", "£190 million"),
        (190, "over £190 million", "£ million", "over £190 million"),
        (0, "", "%", "0%"),
    ],
)
def test_a_figure_reads_as_people_write_it(value, stated, unit, text):
    indicator = IndicatorFactory(unit=unit, chart="figure")
    ObservationFactory(indicator=indicator, value=value, stated=stated, category="")

    data = indicator_data(Indicator.objects.for_charts().get(pk=indicator.pk))

    assert [figure["value"] for figure in data["figures"]] == [text]


def test_notes_on_single_figures_stand_below_all_of_them_with_the_names_they_belong_to():
    indicator = IndicatorFactory(chart="bars", note="In March.")
    ObservationFactory(indicator=indicator, series="", category="Trafford", period="2020", value=251, note="The lowest")
    ObservationFactory(indicator=indicator, series="", category="Crewe", period="2020", value=272, note="Estimated.")
    ObservationFactory(indicator=indicator, series="", category="Congleton", period="2020", value=3, note="Estimated.")

    data = indicator_data(Indicator.objects.for_charts().get(pk=indicator.pk))

    assert data["note"] == "In March. Trafford: The lowest. Crewe; Congleton: Estimated."


def test_a_lone_figure_keeps_its_note_beside_it():
    indicator = IndicatorFactory(chart="figure", note="In March.")
    ObservationFactory(indicator=indicator, value=6, note="Scheme 2.")

    data = indicator_data(Indicator.objects.for_charts().get(pk=indicator.pk))

    assert (data["note"], data["figures"][0]["note"]) == ("In March.", "Scheme 2.")


def test_the_accents_of_charts_are_those_of_the_stylesheet():
    tokens = Path(settings.BASE_DIR, "static", "src", "tokens.scss").read_text()
    block = re.search(r"\$accents: \((.*?)\);", tokens, re.DOTALL)[1]

    assert dict(re.findall(r'"(\w+)": (#[0-9a-f]{6})', block)) == {
        Accent(name).value: colour for name, colour in ACCENT_COLOURS.items()
    }
