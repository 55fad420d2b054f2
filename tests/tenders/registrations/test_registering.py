"""Registering for an event: what the address is asked, and who is refused."""

import datetime as dt

import pytest

from core.errors import AlreadyDone
from core.models import AuditEvent, OutgoingMail
from providers.tokens import hash_of
from tenders.models import Event, Registration
from tenders.services import registrations, replies
from tests.factories import NOON
from tests.factories.engagement import EventFactory, RegistrationFactory
from tests.factories.providers import RepresentativeFactory
from tests.tenders.registrations.people import DAY, PERSON, mails, register, token_in

pytestmark = pytest.mark.django_db


def test_registering_asks_the_address_to_confirm_and_gives_no_place():
    event = EventFactory(places_maximum=1)

    made = register(event)

    row = Registration.objects.get()
    mail = OutgoingMail.objects.get()
    assert made is None
    assert (row.state, row.mailed_at, row.is_sme, row.is_vcse) == ("unconfirmed", NOON, True, False)
    assert row.organisation == event.organisation
    assert mail.to == "ada@example.org"
    assert hash_of(token_in(mail)) == row.token_hash
    assert token_in(mail) not in row.token_hash
    assert Event.objects.with_counts().get().booked == 0


def test_the_mail_to_a_stranger_carries_nothing_that_was_typed():
    register(
        EventFactory(), name="Buy pills at evil.example", organisation_name="Spam", access_needs="Ham", role="Eggs"
    )

    text = OutgoingMail.objects.get().text

    assert [word for word in ("evil", "Spam", "Ham", "Eggs") if word in text] == []


def test_the_trail_names_nobody():
    event = EventFactory()

    register(event)

    trail = AuditEvent.objects.get()
    told = f"{trail.object_label} {trail.after}"
    assert (trail.action, trail.organisation_id) == ("registration.received", str(event.organisation_id))
    assert [word for word in ("Ada", "Small Care", "ada@", "Manager", "hearing") if word in told] == []


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"takes_registrations": False}, "need not register"),
        ({"registration_opens_at": NOON + DAY}, "Registration opens"),
        ({"registration_closes_at": NOON}, "Registration closed"),
        ({"starts_at": NOON}, "Registration closed"),
        ({"starts_at": NOON - DAY}, "Registration closed"),
        ({"cancelled_at": NOON, "cancelled_reason": "Snow."}, "cancelled"),
    ],
)
def test_registering_is_refused(facts, sentence):
    event = EventFactory(**facts)

    with pytest.raises(registrations.RegistrationClosed, match=sentence):
        register(event)

    assert (Registration.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_the_last_moment_is_in_time():
    event = EventFactory(registration_opens_at=NOON, registration_closes_at=NOON + DAY)

    register(event, at=NOON + DAY - dt.timedelta(microseconds=1))

    assert Registration.objects.count() == 1


def test_a_full_event_takes_people_for_its_waiting_list():
    event = EventFactory(places_maximum=1)
    RegistrationFactory(event=event)

    register(event)

    assert Registration.objects.filter(confirmed_at=None).count() == 1


def test_an_address_gets_one_mail_a_day_and_what_it_was_sent_stands():
    event = EventFactory()
    register(event)

    register(event, name="Somebody else", email="ADA@example.org", at=NOON + DAY - dt.timedelta(seconds=1))

    assert Registration.objects.get().name == "Ada Byron"
    assert len(mails()) == 1


def test_a_day_later_the_address_is_asked_again_with_the_same_link():
    event = EventFactory()
    register(event)
    first = OutgoingMail.objects.get()

    register(event, name="Ada Lovelace", at=NOON + DAY)

    second = OutgoingMail.objects.exclude(pk=first.pk).get()
    assert Registration.objects.get().name == "Ada Lovelace"
    assert token_in(second) == token_in(first)


def test_who_is_registered_already_is_told_by_mail_alone_and_once_a_day():
    event = EventFactory()
    row = RegistrationFactory(event=event, email="ada@example.org", name="Ada")

    answers = [register(event, name="A stranger"), register(event, name="A stranger")]

    row.refresh_from_db()
    assert answers == [None, None]
    assert row.name == "Ada"
    assert [subject for _, subject in mails()] == [f"You are already registered: {event.title}"]
    # What the form answers is the same as for an address nobody knows.
    assert register(event, email="new@example.org") is None


def test_too_many_from_one_sender_are_refused(settings):
    settings.REPLIES_PER_SENDER_AND_HOUR = 1
    event = EventFactory()
    registrations.register(event=event, **PERSON, sender="203.0.113.7", at=NOON)

    with pytest.raises(replies.TooManyReplies):
        registrations.register(event=event, **{**PERSON, "email": "b@example.org"}, sender="203.0.113.7", at=NOON)

    assert Registration.objects.count() == 1


def test_a_representative_with_the_accounts_own_address_has_the_place_at_once():
    event = EventFactory()
    person = RepresentativeFactory(user__email="ada@example.org")

    made = register(event, user=person.user, provider=person.provider)

    assert (made.state, made.user, made.provider) == ("stands", person.user, person.provider)
    assert mails() == [("ada@example.org", f"You have a place: {event.title}")]
    with pytest.raises(AlreadyDone):
        register(event, user=person.user, provider=person.provider)


def test_a_representative_who_types_another_address_confirms_it_like_anybody():
    person = RepresentativeFactory()

    made = register(EventFactory(), user=person.user, provider=person.provider, email="other@example.org")

    row = Registration.objects.get()
    assert (made, row.state, row.user, row.provider) == (None, "unconfirmed", None, None)
