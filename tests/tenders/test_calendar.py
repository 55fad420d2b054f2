"""The calendar of opportunities by month, and the plot of the pipeline by quarter."""

import datetime as dt
import re
from html import unescape

import pytest
from django.db import connection

from core import clock
from tenders.browse.happenings import month_before, next_month
from tenders.browse.plot import pipeline
from tenders.search import OpportunityQuery, find_all, read_entries
from tests.factories.tenders import FrameworkFactory, OpportunityFactory

CALENDAR = "/opportunities/calendar/"
database = pytest.mark.django_db


def month(client, query):
    connection.check_constraints()
    response = client.get(f"{CALENDAR}{query}")
    assert response.status_code == 200
    return response


def text(response):
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def on_days(response):
    return {
        day.date: [(one.what, one.title) for one in day.items]
        for week in response.context["month"].weeks
        for day in week
        if day and day.items
    }


@database
def test_deadline_stands_on_its_day_in_london(client):
    # In London it is 1 June already.
    OpportunityFactory(
        title="Home care",
        opens_at=dt.datetime(2040, 5, 1, 9, tzinfo=dt.UTC),
        closes_at=dt.datetime(2040, 5, 31, 23, 30, tzinfo=dt.UTC),
    )

    june, may = month(client, "?month=2040-06"), month(client, "?month=2040-05")

    assert on_days(june) == {dt.date(2040, 6, 1): [("Closes for bids", "Home care")]}
    assert "00:30" in text(june)
    assert on_days(may) == {dt.date(2040, 5, 1): [("Tender opens", "Home care")]}


@database
@pytest.mark.parametrize(
    ("query", "is_there"), [("2040-02", False), ("2040-03", True), ("2040-05", True), ("2040-06", False)]
)
def test_season_is_listed_in_its_months_and_stands_on_no_day(client, query, is_there):
    OpportunityFactory(title="Home care", tender_date="Spring 2040")

    found = month(client, f"?month={query}")

    assert on_days(found) == {}
    assert [one.words for one in found.context["month"].without_day] == (["Spring 2040"] if is_there else [])


@database
def test_shows_only_what_the_filters_find_and_keeps_them_between_months(client):
    OpportunityFactory(title="Home care", tender_date="3 June 2040")
    OpportunityFactory(title="Respite", tender_date="4 June 2040")

    found = month(client, "?q=respite&month=2040-06")

    assert on_days(found) == {dt.date(2040, 6, 4): [("Tender planned", "Respite")]}
    assert found.context["next"] == "/opportunities/calendar/?q=respite&month=2040-07"
    assert found.context["previous"] == "/opportunities/calendar/?q=respite&month=2040-05"


@database
def test_reopening_of_a_framework_stands_among_the_dates(client):
    framework = FrameworkFactory(title="Panel", joining="closed", reopens="5 June 2040", published_at=clock.now())
    OpportunityFactory(framework=framework)
    OpportunityFactory(framework=framework)

    found = month(client, "?month=2040-06")

    assert on_days(found) == {dt.date(2040, 6, 5): [("Re-opens to new providers", "Panel")]}


@database
@pytest.mark.parametrize("query", ["?month=2040-13", "?month=0000-00", "?month=x", "?month=%00", "?month=99999-01"])
def test_month_that_is_none_is_this_month(client, query):
    found = month(client, query)

    assert found.context["month"].first == clock.now().date().replace(day=1)


@database
def test_empty_month_leads_to_the_next_date(client):
    OpportunityFactory(tender_date="3 June 2040")

    found = month(client, "?month=2039-01")

    assert "The next is in June 2040" in text(found)


@database
def test_same_queries_for_any_number_of_rows(client, django_assert_max_num_queries):
    for _ in range(30):
        OpportunityFactory(tender_date="3 June 2040", framework=FrameworkFactory(published_at=clock.now()))
    month(client, "")

    with django_assert_max_num_queries(14):
        client.get(f"{CALENDAR}?month=2040-06")


def test_months_follow_each_other_over_the_new_year():
    assert next_month(dt.date(2040, 12, 1)) == dt.date(2041, 1, 1)
    assert month_before(dt.date(2041, 1, 1)) == dt.date(2040, 12, 1)


# --- The plot ---


def plot():
    connection.check_constraints()
    at = clock.now()
    return pipeline(list(read_entries(find_all(OpportunityQuery(), at=at).ids, at=at)), slug="plot")


@database
def test_plot_says_its_finding_and_shows_each_interval():
    for title in ("One", "Two", "Three"):
        OpportunityFactory(title=title, tender_date="Autumn 2040")
    OpportunityFactory(title="Four", tender_date="2 February 2041", contract_start_date="April 2041")
    OpportunityFactory(title="Unknown")

    chart = plot()

    assert chart.title == "Three of four tenders are planned for autumn 2040"
    assert [point.text for point in chart.series[0].points] == ["Autumn 2040"] * 3 + ["2 February 2041"]
    assert chart.series[0].points[-1].detail == "contract starts April 2041"
    assert chart.series[0].points[-1].mark == dt.date(2041, 4, 1).toordinal()
    assert chart.note.startswith("1 more do not say when they open.")
    assert [words for _, words in chart.ticks] == [
        "Jul to Sep 2040",
        "Oct to Dec 2040",
        "Jan to Mar 2041",
        "Apr to Jun 2041",
        "Jul to Sep 2041",
    ]


@database
def test_plot_of_many_counts_by_quarter():
    for number in range(30):
        OpportunityFactory(tender_date="May 2040" if number % 3 else "November 2040")

    chart = plot()

    assert [(point.label, int(point.value)) for point in chart.series[0].points] == [
        ("Apr to Jun 2040", 20),
        ("Jul to Sep 2040", 0),
        ("Oct to Dec 2040", 10),
    ]


@database
def test_one_tender_alone_is_not_plotted():
    OpportunityFactory(tender_date="May 2040")

    assert plot() is None
