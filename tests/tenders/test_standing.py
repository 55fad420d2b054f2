"""What the page of a procurement says first: what comes next and when, and how old the news is."""

import datetime as dt

import pytest

from tenders.models import Framework
from tenders.standing import can_join, confirmed_words, next_step
from tests.factories import NOON
from tests.factories.commissioning import SourceDocumentFactory
from tests.factories.tenders import FrameworkFactory, OpportunityFactory

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


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"joining": "always"}, "Yes, now."),
        ({"joining": "window", "opens_at": NOON - DAY, "closes_at": NOON + DAY}, "Yes, until "),
        ({"joining": "window", "opens_at": NOON + 5 * DAY}, "Not yet. It opens to newcomers in 5 days, at "),
        ({"joining": "closed", "reopens": "Spring 2040"}, "Not now. It re-opens about: Spring 2040."),
        ({"joining": "closed"}, "Not now. It is closed to newcomers."),
        ({"joining": "unknown"}, "The organisation has not said. Ask it."),
        ({"joining": "always", "ends": "2020"}, "No. It has ended: 2020."),
        ({"joining": "always", "starts": "May 2040"}, "Not yet. It starts: May 2040."),
    ],
)
def test_answers_whether_one_can_join(facts, words):
    assert can_join(FrameworkFactory(**facts), lots=[], at=NOON).startswith(words)


def test_answers_for_the_lots_where_they_differ():
    framework, states = FrameworkFactory(joining="closed"), Framework.Status

    found = [can_join(framework, lots=lots, at=NOON) for lots in ([states.OPEN, states.FULL], [states.CLOSED] * 2)]

    assert found == ["Yes: 1 of its 2 lots is open to newcomers now.", "Not now. It is closed to newcomers."]
