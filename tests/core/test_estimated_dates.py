"""Dates as documents state them: read into an interval, sorted by it, shown in the author's words."""

import datetime as dt

import pytest

from core.dates import months_after, parse
from tenders.models import Opportunity
from tests.factories.tenders import OpportunityFactory


@pytest.mark.parametrize(
    ("words", "earliest", "latest", "precision"),
    [
        ("2026-12-31", "2026-12-31", "2026-12-31", "day"),
        ("31st December 2022", "2022-12-31", "2022-12-31", "day"),
        ("9th September 2022", "2022-09-09", "2022-09-09", "day"),
        ("1 of May 2021", "2021-05-01", "2021-05-01", "day"),
        ("15.11.23", "2023-11-15", "2023-11-15", "day"),
        ("01/02/2024", "2024-02-01", "2024-02-01", "day"),
        ("Nov 2021", "2021-11-01", "2021-11-30", "month"),
        ("Sept 2024", "2024-09-01", "2024-09-30", "month"),
        ("February 2024", "2024-02-01", "2024-02-29", "month"),
        ("Spring 2024", "2024-03-01", "2024-05-31", "season"),
        ("Winter 2024", "2024-12-01", "2025-02-28", "season"),
        ("Q3 2024", "2024-07-01", "2024-09-30", "quarter"),
        ("Q1 2024/25", "2024-04-01", "2024-06-30", "quarter"),
        ("Q4 2024/25", "2025-01-01", "2025-03-31", "quarter"),
        ("2023", "2023-01-01", "2023-12-31", "year"),
        ("2024/25", "2024-04-01", "2025-03-31", "financial_year"),
        ("2024/2025", "2024-04-01", "2025-03-31", "financial_year"),
        ("2021 - 2025", "2021-01-01", "2025-12-31", "range"),
        ("April 2024 to June 2024", "2024-04-01", "2024-06-30", "range"),
        ("2023/24 to 2025/26", "2023-04-01", "2026-03-31", "range"),
    ],
)
def test_words_become_an_interval(words, earliest, latest, precision):
    date = parse(words)

    assert (date.words, date.precision) == (words, precision)
    assert (date.earliest, date.latest) == (dt.date.fromisoformat(earliest), dt.date.fromisoformat(latest))


@pytest.mark.parametrize("words", ["TBC", "to be confirmed", "Ongoing", "not yet known"])
def test_an_unknown_date_keeps_its_words(words):
    date = parse(words)

    assert (date.words, date.earliest, date.latest, date.is_known) == (words, None, None, False)


@pytest.mark.parametrize("words", ["soonish", "31 February 2024", "13/13/2024", "2025 to 2021", "Smarch 2024", ""])
def test_unreadable_words_are_refused_with_what_to_write(words):
    with pytest.raises(ValueError, match="Write it like 31 December 2026"):
        parse(words)


def test_a_date_is_past_when_even_its_last_day_is():
    spring = parse("Spring 2024")

    assert spring.is_past(on=dt.date(2024, 6, 1))
    assert not spring.is_past(on=dt.date(2024, 5, 31))
    assert not parse("to be confirmed").is_past(on=dt.date(2099, 1, 1))


@pytest.mark.django_db
def test_rows_are_compared_and_sorted_by_the_interval():
    autumn = OpportunityFactory(tender_date="Autumn 2024")
    march = OpportunityFactory(tender_date="March 2024")
    unknown = OpportunityFactory(tender_date="to be confirmed")
    nothing = OpportunityFactory(tender_date=None)

    ordered = Opportunity.objects.for_list()
    by_summer = Opportunity.objects.filter(tender_date__latest__lte=dt.date(2024, 8, 31))

    assert list(ordered) == [march, autumn, *sorted([unknown, nothing], key=lambda one: one.title)]
    assert list(by_summer) == [march]
    assert str(Opportunity.objects.get(pk=autumn.pk).tender_date) == "Autumn 2024"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 28)),
        (dt.date(2026, 12, 15), 1, dt.date(2027, 1, 15)),
        (dt.date(2026, 3, 31), -1, dt.date(2026, 2, 28)),
        (dt.date(2026, 1, 10), -13, dt.date(2024, 12, 10)),
        (dt.date(2026, 1, 10), 0, dt.date(2026, 1, 10)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_last(day, months, expected):
    assert months_after(day, months) == expected
