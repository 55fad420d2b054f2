"""Confirming a registration: a place, or the waiting list."""

import threading

import pytest
from django.db import connection, transaction

from core.models import AuditEvent, Job, OutgoingMail, RegisterVersion
from tenders.models import Registration
from tenders.services import registrations, replies
from tests.factories import NOON
from tests.factories.engagement import EventFactory, RegistrationFactory
from tests.tenders.registrations.people import DAY, confirm, mails

pytestmark = pytest.mark.django_db


def test_confirming_gives_a_place_and_tells_how_to_join():
    event = EventFactory(places_maximum=1, online_url="https://meet.example/abc")
    row = RegistrationFactory(event=event, confirmed_at=None)

    confirmed = confirm(row)

    mail = OutgoingMail.objects.get()
    assert (confirmed.state, confirmed.place_given_at) == ("stands", NOON)
    assert "https://meet.example/abc" in mail.text
    assert f"/registrations/{replies.token_of(row)}/withdraw/" in mail.text
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["registration.confirmed"]


def test_confirming_a_full_event_puts_on_the_waiting_list_without_the_link_to_join():
    event = EventFactory(places_maximum=1, online_url="https://meet.example/abc")
    RegistrationFactory(event=event)

    row = confirm(RegistrationFactory(event=event, confirmed_at=None))

    mail = OutgoingMail.objects.get()
    assert row.state == "waiting"
    assert mail.subject.startswith("You are on the waiting list")
    assert "meet.example" not in mail.text


def test_confirming_twice_changes_nothing():
    row = RegistrationFactory(confirmed_at=None)
    confirm(row)

    again = confirm(row, at=NOON + DAY)

    assert again.confirmed_at == NOON
    assert len(mails()) == 1


def test_registration_closes_for_new_ones_while_who_registered_in_time_can_confirm():
    event = EventFactory(registration_closes_at=NOON)
    row = RegistrationFactory(event=event, confirmed_at=None, received_at=NOON - DAY)

    assert confirm(row, at=NOON + DAY).state == "stands"


@pytest.mark.parametrize(
    ("facts", "of_event", "sentence"),
    [
        ({"withdrawn_at": NOON}, {}, "taken this registration back"),
        ({}, {"cancelled_at": NOON, "cancelled_reason": "Snow."}, "Snow"),
        ({}, {"starts_at": NOON}, "has started"),
    ],
)
def test_confirming_is_refused(facts, of_event, sentence):
    row = RegistrationFactory(event=EventFactory(**of_event), confirmed_at=None, **facts)

    with pytest.raises(replies.LinkGone, match=sentence):
        confirm(row)

    row.refresh_from_db()
    assert row.confirmed_at is None


def test_a_link_that_is_none_of_ours_is_not_known():
    RegistrationFactory(confirmed_at=None)

    with pytest.raises(replies.LinkUnknown):
        registrations.confirm_registration(token="x" * 64, at=NOON)

    assert not Registration.objects.live().exists()


def test_a_stored_hash_opens_nothing():
    row = RegistrationFactory(confirmed_at=None)
    replies.token_of(row)

    with pytest.raises(replies.LinkUnknown):
        registrations.confirm_registration(token=row.token_hash, at=NOON)

    assert not Registration.objects.live().exists()


def test_an_old_link_works_after_the_secret_has_changed(settings):
    row = RegistrationFactory(confirmed_at=None)
    old = replies.token_of(row)
    settings.SECRET_KEY = "another secret of the installation"

    assert registrations.confirm_registration(token=old, at=NOON).state == "stands"


@pytest.mark.django_db(transaction=True)
def test_two_people_confirm_for_the_last_place_and_one_gets_it():
    event = EventFactory(places_maximum=1)
    tokens = [replies.token_of(RegistrationFactory(event=event, confirmed_at=None)) for _ in range(2)]
    gate = threading.Barrier(2, timeout=20)
    faults = []

    def press(token):
        try:
            gate.wait()
            registrations.confirm_registration(token=token, at=NOON)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    people = [threading.Thread(target=press, args=[token]) for token in tokens]
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=30)

    assert faults == []
    assert sorted(one.state for one in Registration.objects.all()) == ["stands", "waiting"]
    assert sorted(OutgoingMail.objects.values_list("subject", flat=True)) == [
        f"You are on the waiting list: {event.title}",
        f"You have a place: {event.title}",
    ]


@pytest.mark.django_db(transaction=True)
def test_what_is_cached_changes_with_the_commit_and_not_before():
    row = RegistrationFactory(confirmed_at=None)
    token = replies.token_of(row)

    def version():
        return RegisterVersion.objects.filter(register="events").values_list("version", flat=True).first() or 0

    before = version()
    with pytest.raises(RuntimeError), transaction.atomic():
        registrations.confirm_registration(token=token, at=NOON)
        raise RuntimeError("The web server dies.")
    undone = (version(), OutgoingMail.objects.count(), Job.objects.count(), Registration.objects.live().count())
    registrations.confirm_registration(token=token, at=NOON)

    assert undone == (before, 0, 0, 0)
    assert version() > before
    assert OutgoingMail.objects.count() == 1
