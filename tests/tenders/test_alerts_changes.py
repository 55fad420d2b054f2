"""What a form changes of an entry is told with old and new words, and whoever's search finds it no more is told so."""

import datetime as dt

import pytest
from django.db import connection

from core.models import OutgoingMail
from tenders.alerts import matching, questions, run
from tenders.models import AlertItem, AlertNews, Frequency, Opportunity
from tests.factories import NOON
from tests.factories.core import PlaceFactory, ServiceTypeFactory
from tests.factories.tenders import (
    AddendumFactory,
    DateChangeFactory,
    FollowFactory,
    NoticeFactory,
    OpportunityFactory,
    SavedSearchFactory,
    SubscriberFactory,
)
from tests.tools.alerts import lines, told

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def row():
    """A planned entry for home care, known to the alerts."""
    made = OpportunityFactory(title="Care at home", route="open", value_to=2_000_000, tender_date="March 2027")
    made.types.set([ServiceTypeFactory(slug="home-care", name="Home care")])
    ServiceTypeFactory(slug="day-care", name="Day care")
    connection.check_constraints()
    run.run(at=NOON)
    return made


def change(row, **facts):
    """Change an entry as its form does; ``types`` by slug."""
    types = facts.pop("types", None)
    if types is not None:
        row.types.set(row.types.model.objects.filter(slug__in=types))
    Opportunity.objects.filter(pk=row.pk).update(**facts)
    connection.check_constraints()


def saved(query, **facts):
    search = SavedSearchFactory.build(query=query, subscriber=SubscriberFactory(), **facts)
    questions.fill(search)
    search.save()
    return search


def test_a_changed_value_and_kind_of_care_are_told_with_old_and_new_words(row):
    email = FollowFactory(opportunity=row).subscriber.email
    change(row, value_to=3_000_000, types=["day-care"], summary="By day.", is_sme_suitable=True)

    mails = told(NOON + HOUR)

    assert list(mails) == [email]
    assert lines(mails[email])[3:-1] == [
        "Its description has changed. Kind of care: was Home care, now Day care. Value: was £2,000,000, now £3,000,000. "
        "Suitable for small firms: was not stated, now yes."
    ]
    assert told(NOON + 2 * HOUR) == {}


def test_a_change_that_shows_nowhere_and_one_back_to_what_it_was_are_no_news(row):
    FollowFactory(opportunity=row)
    change(row, note="For us alone.")
    assert told(NOON + HOUR) == {}
    change(row, value_to=3_000_000)
    change(row, value_to=2_000_000)

    assert told(NOON + 2 * HOUR) == {}


def test_what_an_addendum_tells_is_not_told_twice(row):
    FollowFactory(opportunity=row)
    change(row, value_to=3_000_000)
    AddendumFactory(
        opportunity=row,
        published_at=NOON + MINUTE,
        changes=[{"name": "Value", "old": "£2,000,000", "new": "£3,000,000"}],
    )

    (text,) = told(NOON + HOUR).values()

    assert text.count("was £2,000,000, now £3,000,000") == 1
    assert told(NOON + 2 * HOUR) == {}


def test_who_was_told_of_an_entry_is_told_once_that_it_is_in_the_search_no_more_and_why(row):
    search, other = saved("type=home-care", name="Home care"), saved("type=day-care", name="Day care")
    everything = saved("route=open", name="All")
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    assert set(told(NOON + HOUR)) == {search.subscriber.email, everything.subscriber.email}

    change(row, types=["day-care"])
    mails = told(NOON + 2 * HOUR)
    NoticeFactory(opportunity=row, published_date=NOON.date())
    later = told(NOON + 3 * HOUR)

    assert set(mails) == {one.subscriber.email for one in (search, other, everything)}
    assert lines(mails[search.subscriber.email])[3:-1] == [
        "Kind of care: was Home care, now Day care.",
        "No longer in your search, since this has changed: the kind of care.",
    ]
    assert "You saved the search “Home care”" in mails[search.subscriber.email]
    assert all("No longer" not in mails[one.subscriber.email] for one in (other, everything))
    assert set(later) == {other.subscriber.email, everything.subscriber.email}


def test_news_that_is_matched_in_parts_is_told_whole_and_the_loss_once(row, monkeypatch):
    monkeypatch.setattr(matching, "CHUNK", 1)
    search = saved("type=home-care")
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    run.run(at=NOON + HOUR)
    change(row, types=["day-care"])
    DateChangeFactory(opportunity=row, new="May 2028", changed_at=NOON + HOUR + MINUTE)

    text = told(NOON + 2 * HOUR)[search.subscriber.email]

    assert ("now Day care" in text, "now May 2028" in text, text.count("No longer in your search")) == (True, True, 1)
    assert told(NOON + 3 * HOUR) == {}


def test_who_finds_it_by_another_search_still_is_told_of_the_one_that_lost_it(row):
    person = SubscriberFactory()
    for query in ("type=home-care", "route=open"):
        search = SavedSearchFactory.build(subscriber=person, query=query)
        questions.fill(search)
        search.save()
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    run.run(at=NOON + HOUR)
    change(row, types=["day-care"])

    (text,) = told(NOON + 2 * HOUR).values()

    assert text.count("1. Care at home") == 1
    assert text.count("No longer in your search") == 1


def test_an_entry_that_comes_back_to_a_search_is_told_again_and_may_leave_again(row):
    search = saved("type=home-care")
    for number, types in enumerate((["day-care"], ["home-care"], ["day-care"])):
        DateChangeFactory(opportunity=row, new=f"May {2028 + number}", changed_at=NOON + (2 * number + 1) * HOUR)
        run.run(at=NOON + (2 * number + 1) * HOUR + MINUTE)
        change(row, types=types)
        run.run(at=NOON + (2 * number + 2) * HOUR)

    texts = list(OutgoingMail.objects.order_by("pk").values_list("text", flat=True))
    assert [("No longer in your search" in text, "now Home care" in text) for text in texts] == [
        *((False, False), (True, False), (False, True), (False, False), (True, False))
    ]
    assert {one.to for one in OutgoingMail.objects.all()} == {search.subscriber.email}


def test_what_the_clock_takes_out_of_a_search_is_told_to_whom_it_was_told_of():
    row = OpportunityFactory(opens_at=NOON - DAY, closes_at=NOON + 2 * DAY)
    connection.check_constraints()
    run.run(at=NOON)
    search, stranger = saved("stage=open"), saved("stage=open", created_at=NOON + DAY, frequency=Frequency.WEEKLY)
    DateChangeFactory(opportunity=row, field="award_date", new="May 2027", changed_at=NOON + MINUTE)
    run.run(at=NOON + HOUR)

    (text,) = told(NOON + 2 * DAY).values()

    assert lines(text)[3:-1] == [
        "Closed to bids.",
        "No longer in your search, since this has changed: the stage.",
    ]
    assert {one.to for one in OutgoingMail.objects.all()} == {search.subscriber.email}
    assert not AlertItem.objects.filter(subscriber=stranger.subscriber).exists()


def test_a_withdrawn_entry_is_told_with_its_reason_to_whoever_found_it_by_a_search_alone(row):
    never_told, elsewhere = saved("type=home-care&q=care"), saved("type=day-care")
    change(row, withdrawn_at=NOON + MINUTE, ended_reason="The need has gone.")

    mails = told(NOON + HOUR)
    NoticeFactory(opportunity=row, published_date=NOON.date())

    assert list(mails) == [never_told.subscriber.email]
    assert lines(mails[never_told.subscriber.email])[3:-1] == [
        "Withdrawn on 18 November 2026. The reason: The need has gone."
    ]
    assert told(NOON + 2 * HOUR) == {}
    assert not AlertItem.objects.filter(subscriber=elsewhere.subscriber).exists()
    assert not AlertNews.objects.filter(kind="left").exists()


def test_the_reason_names_every_filter_that_fails(row):
    search = saved("type=home-care&place=durham&stage=planned&opens_to=2027-04-30&q=home")
    row.places.set([PlaceFactory(slug="durham", name="County Durham", kind="council")])
    change(row, summary="Help at home.")
    run.run(at=NOON + HOUR)
    assert OutgoingMail.objects.get().to == search.subscriber.email

    row.places.clear()
    change(row, types=["day-care"], opens_at=NOON + 300 * DAY, tender_date=None, title="Other", summary="")

    (text,) = told(NOON + 2 * HOUR).values()

    assert (
        "No longer in your search, since this has changed: the kind of care, the place, when it opens or closes, its words."
    ) in text
