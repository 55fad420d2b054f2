"""Who may want to bid: for the buyer's eyes, confirmed and taken back by a link."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core.errors import AlreadyDone
from core.models import AuditEvent, OutgoingMail
from providers.tokens import hash_of
from tenders.models import Interest
from tenders.services import interests, replies
from tests.factories import NOON
from tests.factories.engagement import InterestFactory
from tests.factories.providers import RepresentativeFactory
from tests.factories.tenders import OpportunityFactory, OpportunityLotFactory

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
PERSON = {
    "name": "Ada Byron",
    "organisation_name": "Small Care",
    "email": "ada@example.org",
    "note": "We would need TUPE lists",
    "is_vcse": True,
}


def register(opportunity, *, at=NOON, **facts):
    return interests.register_interest(opportunity=opportunity, **{**PERSON, **facts}, sender=None, at=at)


def subjects():
    return list(OutgoingMail.objects.order_by("pk").values_list("subject", flat=True))


def test_interest_counts_once_its_address_has_confirmed():
    opportunity = OpportunityFactory()
    lot, others = OpportunityLotFactory(opportunity=opportunity), OpportunityLotFactory()

    made = register(opportunity, lots=[lot, others])
    row = Interest.objects.get()
    unconfirmed = (row.state, list(row.lots.all()), Interest.objects.live().count())
    token = OutgoingMail.objects.get().text.partition("/interests/")[2].partition("/")[0]
    interests.confirm_interest(token=token, at=NOON + DAY)

    row.refresh_from_db()
    assert made is None
    assert unconfirmed == ("unconfirmed", [lot], 0)
    assert hash_of(token) == row.token_hash
    assert (row.state, row.organisation, row.is_vcse) == ("stands", opportunity.organisation, True)
    assert subjects() == [
        f"Confirm your interest: {opportunity.title}",
        f"Your interest is registered: {opportunity.title}",
    ]
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "interest.received",
        "interest.confirmed",
    ]


def test_neither_the_trail_nor_the_mail_to_a_stranger_tells_what_was_typed():
    register(OpportunityFactory())

    trail, mail = AuditEvent.objects.get(), OutgoingMail.objects.get()
    told = f"{trail.object_label} {trail.after} {mail.subject} {mail.text}"
    assert [word for word in ("Ada", "Small Care", "ada@", "TUPE") if word in told] == []


@pytest.mark.parametrize(
    "facts",
    [
        {"withdrawn_at": NOON, "ended_reason": "The need has gone."},
        {"cancelled_at": NOON, "ended_reason": "No bids."},
        {"awarded_at": NOON},
        {"opens_at": NOON - DAY, "closes_at": NOON},
    ],
)
def test_interest_is_refused_when_it_is_too_late(facts):
    opportunity = OpportunityFactory(**facts)
    waiting = InterestFactory(opportunity=opportunity, confirmed_at=None)

    with pytest.raises(interests.InterestClosed, match="no longer"):
        register(opportunity)
    with pytest.raises(replies.LinkGone, match="no longer"):
        interests.confirm_interest(token=replies.token_of(waiting), at=NOON)

    assert (Interest.objects.live().count(), subjects()) == (0, [])


def test_an_address_gets_one_mail_a_day_for_each_tender():
    opportunity = OpportunityFactory()
    for _ in range(3):
        register(opportunity, at=NOON)
    register(opportunity, at=NOON + DAY)

    assert len(subjects()) == 2
    assert Interest.objects.count() == 1


def test_who_is_interested_already_is_told_by_mail_alone():
    opportunity = OpportunityFactory()
    row = InterestFactory(opportunity=opportunity, email="ada@example.org", note="Mine")

    answers = [register(opportunity), register(opportunity)]

    row.refresh_from_db()
    assert answers == [None, None]
    assert row.note == "Mine"
    assert subjects() == [f"Your interest stands already: {opportunity.title}"]


def test_a_representatives_own_address_needs_no_link():
    person = RepresentativeFactory(user__email="ada@example.org")
    opportunity = OpportunityFactory()

    made = register(opportunity, user=person.user, provider=person.provider)

    assert (made.state, made.provider) == ("stands", person.provider)
    with pytest.raises(AlreadyDone):
        register(opportunity, user=person.user, provider=person.provider)


def test_interest_is_taken_back_once_and_may_come_back():
    row = InterestFactory(email="ada@example.org")

    interests.withdraw_interest(interest=row, at=NOON)
    with pytest.raises(AlreadyDone):
        interests.withdraw_interest(interest=row, at=NOON)
    with pytest.raises(replies.LinkGone):
        interests.confirm_interest(token=replies.token_of(row), at=NOON)
    register(row.opportunity)

    assert sorted(one.state for one in Interest.objects.all()) == ["unconfirmed", "withdrawn"]


def test_a_link_of_an_event_opens_no_interest():
    InterestFactory()

    with pytest.raises(replies.LinkUnknown):
        interests.find_interest(token="x" * 64)

    assert Interest.objects.live().count() == 1


def test_the_database_refuses_an_address_twice():
    row = InterestFactory(email="ada@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        InterestFactory(opportunity=row.opportunity, email="ADA@example.org")


def test_names_are_deleted_in_time(settings):
    kept = dt.timedelta(days=settings.ENGAGEMENT_KEPT_DAYS)
    second = dt.timedelta(seconds=1)
    stays = [
        InterestFactory(),
        InterestFactory(opportunity=OpportunityFactory(awarded_at=NOON - kept)),
        InterestFactory(confirmed_at=None, received_at=NOON - 7 * DAY),
    ]
    InterestFactory(opportunity=OpportunityFactory(awarded_at=NOON - kept - second))
    InterestFactory(opportunity=OpportunityFactory(withdrawn_at=NOON - kept - second, ended_reason="Gone."))
    InterestFactory(opportunity=OpportunityFactory(cancelled_at=NOON - kept - second, ended_reason="Gone."))
    InterestFactory(confirmed_at=None, received_at=NOON - 7 * DAY - second)
    InterestFactory(withdrawn_at=NOON - 30 * DAY - second)
    InterestFactory(received_at=NOON - 3 * 365 * DAY - second)

    Interest.objects.past_keeping(at=NOON).delete()

    assert set(Interest.objects.all()) == set(stays)
