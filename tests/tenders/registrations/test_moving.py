"""Moving and cancelling an event that people registered for."""

import pytest

from core.errors import AlreadyDone
from core.models import AuditEvent, OutgoingMail
from tenders.models import Event
from tenders.services import events
from tests.factories import NOON
from tests.factories.engagement import EventFactory, RegistrationFactory
from tests.tenders.registrations.people import DAY, mails

pytestmark = pytest.mark.django_db


def move(event, **facts):
    values = {
        "starts_at": event.starts_at + DAY,
        "ends_at": event.ends_at + DAY,
        "place": "Town hall",
        "online_url": event.online_url,
        "reason": "The room is taken.",
        "by": None,
        "at": NOON,
    }
    return events.move_event(event=event, **{**values, **facts})


def test_moving_tells_all_who_registered_and_keeps_what_it_was():
    event = EventFactory(place_as_stated="Library", registration_closes_at=NOON + 6 * DAY)
    people = [RegistrationFactory(event=event), RegistrationFactory(event=event, place_given_at=None)]
    RegistrationFactory(event=event, confirmed_at=None)
    RegistrationFactory(event=event, withdrawn_at=NOON)

    change = move(event, starts_at=NOON + 2 * DAY, ends_at=NOON + 3 * DAY)

    event = Event.objects.get()
    assert (change.old_place, event.place_as_stated) == ("Library", "Town hall")
    assert (event.starts_at, event.registration_closes_at) == (NOON + 2 * DAY, NOON + 2 * DAY)
    assert event.sequence(at=NOON) == 1
    assert sorted(to for to, _ in mails()) == sorted(one.email for one in people)
    assert AuditEvent.objects.get().after["reason"] == "The room is taken."


@pytest.mark.parametrize(
    ("of_event", "facts", "sentence"),
    [
        ({}, {"reason": " "}, "Say why"),
        ({}, {"ends_at": NOON + 7 * DAY, "starts_at": NOON + 7 * DAY}, "ends after it starts"),
        ({}, {"starts_at": NOON}, "lies ahead"),
        ({"registration_opens_at": NOON + 2 * DAY}, {"starts_at": NOON + DAY}, "Registration would open"),
        ({"place_as_stated": "Town hall"}, {"starts_at": NOON + 7 * DAY, "ends_at": None}, "already"),
        ({"published_at": None}, {}, "draft"),
        ({"starts_at": NOON - DAY}, {}, "over"),
    ],
)
def test_moving_is_refused(of_event, facts, sentence):
    event = EventFactory(**of_event)
    RegistrationFactory(event=event)
    if facts.get("ends_at", ...) is None:
        facts = {**facts, "ends_at": event.ends_at}

    with pytest.raises(events.EventRefused, match=sentence):
        move(event, **facts)

    assert (mails(), event.changes.count()) == ([], 0)


def test_cancelling_tells_all_who_registered_and_raises_the_sequence():
    event = EventFactory()
    person = RegistrationFactory(event=event)
    move(event)

    events.cancel_event(event=event, reason="Snow.", by=None, at=NOON)

    event = Event.objects.get()
    assert event.status(at=NOON) == Event.Status.CANCELLED
    assert event.sequence(at=NOON) == 2
    assert mails()[-1] == (person.email, f"Cancelled: {event.title}")
    assert "Snow." in OutgoingMail.objects.latest("pk").text


def test_cancelling_is_refused_for_drafts_twice_and_without_a_reason():
    with pytest.raises(events.EventRefused, match="draft"):
        events.cancel_event(event=EventFactory(published_at=None), reason="Snow.", by=None, at=NOON)
    with pytest.raises(events.EventRefused, match="Say why"):
        events.cancel_event(event=EventFactory(), reason=" ", by=None, at=NOON)
    with pytest.raises(AlreadyDone):
        events.cancel_event(
            event=EventFactory(cancelled_at=NOON, cancelled_reason="Snow."), reason="Ice.", by=None, at=NOON
        )

    assert not AuditEvent.objects.exists()
