"""The calendar of opportunities by month, and the plot of the pipeline by quarter."""

import datetime as dt
import random
from collections import Counter

import pytest
from django.db import connection

from core import clock
from tenders.browse import dates
from tenders.browse import happenings as happening
from tenders.browse import plot as plot_module
from tenders.browse.months import month_before, next_month
from tenders.browse.plot import pipeline
from tenders.search import OpportunityQuery, find_all, read_entries
from tests.factories.tenders import FrameworkFactory, OpportunityFactory
from tests.tools.views import words

CALENDAR = "/opportunities/calendar/"
database = pytest.mark.django_db


def month(client, query):
    connection.check_constraints()
    response = client.get(f"{CALENDAR}{query}")
    assert response.status_code == 200
    return response


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
    assert "00:30" in words(june)
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

    assert "The next is in June 2040" in words(found)


@database
def test_same_queries_for_any_number_of_rows(client, django_assert_max_num_queries):
    for _ in range(30):
        OpportunityFactory(tender_date="3 June 2040", framework=FrameworkFactory(published_at=clock.now()))
    month(client, "")

    with django_assert_max_num_queries(14):
        client.get(f"{CALENDAR}?month=2040-06")


def random_rows(rng):
    """Rows with dates of every kind and precision, over and not."""
    now = clock.now()
    framework = FrameworkFactory(title="Panel", joining="closed", reopens="Summer 2040", published_at=now)
    days = [
        "",
        "3 June 2040",
        "31 May 2040",
        "June 2040",
        "Spring 2040",
        "Q3 2040",
        "2040",
        "2040/41",
        "to be confirmed",
    ]

    def moment():
        return dt.datetime(2040, 5, 31, 22, 30, tzinfo=dt.UTC) + rng.randint(-60, 60) * dt.timedelta(
            hours=rng.choice([1, 24])
        )

    for number in range(60):
        opens_at = moment() if rng.random() < 0.4 else None
        facts = {
            "opens_at": opens_at,
            "closes_at": opens_at + 40 * dt.timedelta(days=1) if opens_at and rng.random() < 0.8 else None,
            "questions_close_at": opens_at + dt.timedelta(days=9) if opens_at and rng.random() < 0.5 else None,
            "awarded_at": now if rng.random() < 0.2 else None,
        }
        for name in ("engagement_date", "tender_date", "award_date", "contract_start_date"):
            facts[name] = rng.choice(days) or None
        OpportunityFactory(title=f"Care {number}", framework=framework if number % 9 == 0 else None, **facts)
    connection.check_constraints()


def told(items):
    return sorted((one.what, one.title, one.words) for one in items)


@database
@pytest.mark.parametrize("seed", range(3))
def test_month_and_its_neighbours_are_those_of_all_entries_read_one_by_one(monkeypatch, seed):
    for name in ("MOST_ON_A_DAY", "MOST_WITHOUT_DAY"):
        monkeypatch.setattr(dates, name, 10_000)
        monkeypatch.setattr(happening, name, 10_000)
    random_rows(random.Random(seed))  # noqa: S311 - rows of a test
    at = clock.now()
    ids = find_all(OpportunityQuery(), at=at).ids
    entries = list(read_entries(ids, at=at))
    found = [one for entry in entries for one in happening.happenings(entry)]
    found += happening.reopenings(ids, at=at)
    firsts = [one.first for one in found if one.first]

    for first in (
        dt.date(2039, 12, 1),
        dt.date(2040, 5, 1),
        dt.date(2040, 6, 1),
        dt.date(2040, 10, 1),
        dt.date(2042, 1, 1),
    ):
        slow = happening.by_month(found, first, today=first)
        quick = happening.month_of(ids, first, at=at)

        assert quick.month.count == slow.count
        assert not quick.month.is_cut
        assert told(quick.month.without_day) == told(slow.without_day)
        for one, other in zip(sum(quick.month.weeks, []), sum(slow.weeks, []), strict=True):
            assert (one is None) == (other is None)
            assert one is None or told(one.items) == told(other.items)
        assert quick.earlier == max((day for day in firsts if day < first), default=None)
        assert quick.later == min((day for day in firsts if day >= next_month(first)), default=None)


@database
def test_openings_are_those_of_all_entries_read_one_by_one():
    random_rows(random.Random(9))  # noqa: S311 - rows of a test
    at = clock.now()
    ids = find_all(OpportunityQuery(), at=at).ids
    ahead = [one for one in read_entries(ids, at=at) if one.status not in ("closed", "awarded")]
    known = [(one, when) for one in ahead if (when := plot_module._opening(one))]
    starts = [one.record.contract_start_date for one, _ in known if one.record.contract_start_date]

    found = dates.openings(ids, at=at, most=1000)

    assert (found.told, found.ahead) == (len(known), len(ahead))
    assert found.first == min(when[0] for _, when in known)
    assert found.last == max(when[1] for _, when in known)
    assert found.last_start == max(one.earliest for one in starts if one.earliest)
    assert found.quarters == Counter(plot_module._start_of_quarter(when[0]) for _, when in known)
    assert found.said == Counter(plot_module._when(one) for one, _ in known).most_common(1)[0][1]
    assert set(found.ids) == {one.pk for one, _ in known}


@database
def test_full_day_shows_its_first_dates_and_says_how_many_more(client):
    for number in range(23):
        OpportunityFactory(title=f"Care {number:02}", tender_date="3 June 2040")

    found = month(client, "?month=2040-06")

    assert [title for _, title in on_days(found)[dt.date(2040, 6, 3)]] == [f"Care {number:02}" for number in range(20)]
    assert found.context["month"].count == 23
    assert "16 more on 3 June" in words(found)
    assert "3 not shown here" in words(found)
    assert "Not all dates of this month are shown" in words(found)


def test_months_follow_each_other_over_the_new_year():
    assert next_month(dt.date(2040, 12, 1)) == dt.date(2041, 1, 1)
    assert month_before(dt.date(2041, 1, 1)) == dt.date(2040, 12, 1)


# --- The plot ---


def plot():
    connection.check_constraints()
    at = clock.now()
    return pipeline(find_all(OpportunityQuery(), at=at).ids, at=at, slug="plot")


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
def test_plot_says_of_a_past_time_that_it_was_planned():
    for title in ("One", "Two"):
        OpportunityFactory(title=title, tender_date="Autumn 2020")
    past = plot().title
    OpportunityFactory(title="Three", tender_date="Autumn 2040")

    assert past == "All two tenders were planned for autumn 2020"
    assert plot().title == "Two of three tenders were planned for autumn 2020"
    OpportunityFactory(title="Four", tender_date="Autumn 2041")
    assert plot().title == "Four tenders are or were planned between September 2020 and November 2041"


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
