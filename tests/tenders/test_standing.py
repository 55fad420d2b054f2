"""What the page of a procurement says first: what comes next and when, and how old the news is."""

import datetime as dt

import pytest

from tenders.standing import confirmed_words, next_step
from tests.factories import NOON
from tests.factories.commissioning import SourceDocumentFactory
from tests.factories.tenders import OpportunityFactory

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"tender_date": "Spring 2040"}, "The tender is planned: Spring 2040."),
        ({}, "The organisation has not said when it will tender."),
        ({"engagement_date": "2020", "opens_at": NOON + DAY}, "Opens for bids tomorrow at "),
        ({"opens_at": NOON - DAY, "closes_at": NOON + HOUR}, "Bids close today at "),
        ({"opens_at": NOON - DAY, "closes_at": NOON + 12 * DAY}, "Bids close in 12 days, at "),
        ({"opens_at": NOON - DAY, "closes_at": NOON + 90 * DAY}, "Bids close at "),
        ({"opens_at": NOON - DAY}, "Open for bids. The organisation has not said until when."),
        ({"opens_at": NOON - 9 * DAY, "closes_at": NOON - DAY, "award_date": "May 2040"}, "An award is expected: May 2040."),
        ({"opens_at": NOON - 9 * DAY, "closes_at": NOON - DAY}, "No day for the award is stated."),
        ({"awarded_at": NOON - DAY}, "Awarded on "),
    ],
)  # fmt: skip
def test_says_what_comes_next(facts, words):
    assert words in next_step(OpportunityFactory(**facts), at=NOON)


@pytest.mark.parametrize(
    "facts", [{"tender_date": "2020"}, {"withdrawn_at": NOON - DAY, "ended_reason": "Met otherwise."}]
)
def test_says_nothing_of_what_is_over(facts):
    assert next_step(OpportunityFactory(**facts), at=NOON) == ""


def test_tells_when_it_was_confirmed_no_more_exactly_than_it_was_said():
    source = SourceDocumentFactory(published="March 2024")
    rows = [
        OpportunityFactory(last_confirmed="February 2024"),
        OpportunityFactory(last_confirmed="February 2024", confirmed_at=NOON - DAY),
        OpportunityFactory(source=source, organisation=source.organisation),
        OpportunityFactory(published_at=NOON - 2 * DAY),
    ]

    yesterday, before = ((NOON - days * DAY).date() for days in (1, 2))
    assert [confirmed_words(row) for row in rows] == [
        "February 2024",
        f"{yesterday.day} {yesterday:%B %Y}",
        "March 2024",
        f"{before.day} {before:%B %Y}",
    ]
