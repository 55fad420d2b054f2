"""Who comes to an event: confirmed by a link, one place to one person, and nobody else the wiser."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import AlreadyDone
from core.models import AuditEvent, Job, OutgoingMail, RegisterVersion
from providers.tokens import hash_of
from tenders.models import Event, Registration
from tenders.services import events, registrations, replies
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.engagement import EventFactory, RegistrationFactory
from tests.factories.providers import RepresentativeFactory

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
PERSON = {
    "name": "Ada Byron",
    "organisation_name": "Small Care",
    "email": "ada@example.org",
    "role": "Manager",
    "access_needs": "A hearing loop",
    "is_sme": True,
}


def register(event, *, at=NOON, **facts):
    return registrations.register(event=event, **{**PERSON, **facts}, sender=None, at=at)


def confirm(registration, *, at=NOON):
    return registrations.confirm_registration(token=replies.token_of(registration), at=at)


def mails():
    return list(OutgoingMail.objects.order_by("pk").values_list("to", "subject"))


def token_in(mail):
    return mail.text.partition("/registrations/")[2].partition("/")[0]


# --- registering ---


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


def test_an_address_that_never_confirms_is_left_alone_after_some_mails(settings):
    settings.CONFIRMATIONS_PER_ADDRESS_AND_DAY = 2

    for _ in range(4):
        register(EventFactory())

    assert len(mails()) == 2
    assert Registration.objects.count() == 2


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


# --- confirming ---


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


# --- taking back ---


def test_taking_back_gives_the_place_to_the_next_and_tells_them():
    event = EventFactory(places_maximum=1)
    gone = RegistrationFactory(event=event)
    second = RegistrationFactory(event=event, confirmed_at=NOON - DAY, place_given_at=None)
    third = RegistrationFactory(event=event, place_given_at=None)

    registrations.withdraw_registration(registration=gone, at=NOON)

    assert [Registration.objects.get(pk=one.pk).state for one in (gone, second, third)] == [
        "withdrawn",
        "stands",
        "waiting",
    ]
    assert mails() == [(second.email, f"A place is free, and it is yours: {event.title}")]
    assert sorted(AuditEvent.objects.values_list("action", flat=True)) == [
        "registration.given_place",
        "registration.withdrawn",
    ]


def test_who_has_taken_back_may_register_anew():
    event = EventFactory()
    row = RegistrationFactory(event=event, email="ada@example.org")
    registrations.withdraw_registration(registration=row, at=NOON)

    register(event)

    assert sorted(one.state for one in Registration.objects.all()) == ["unconfirmed", "withdrawn"]


def test_an_officer_takes_somebody_off_the_list_and_they_are_told():
    row = RegistrationFactory()
    officer = UserFactory()

    registrations.withdraw_registration(registration=row, by=officer, at=NOON)

    assert mails() == [(row.email, f"You are no longer registered: {row.event.title}")]
    assert AuditEvent.objects.get().by_id == officer.pk


def test_taking_back_is_refused_twice_and_when_the_event_is_over():
    gone = RegistrationFactory(withdrawn_at=NOON)
    past = RegistrationFactory(event=EventFactory(starts_at=NOON - DAY))

    with pytest.raises(AlreadyDone):
        registrations.withdraw_registration(registration=gone, at=NOON)
    with pytest.raises(replies.LinkGone, match="past"):
        registrations.withdraw_registration(registration=past, at=NOON)

    assert mails() == []


def test_more_places_go_to_those_who_wait_in_their_order():
    event = EventFactory(places_maximum=3)
    RegistrationFactory(event=event)
    waiting = [RegistrationFactory(event=event, confirmed_at=NOON + n * DAY, place_given_at=None) for n in (2, 0, 1)]

    given = registrations.give_places(event=event, at=NOON + 3 * DAY)

    assert given == [waiting[1], waiting[2]]
    assert len(mails()) == 2


def test_nobody_gets_a_place_at_what_has_begun():
    event = EventFactory(starts_at=NOON, places_maximum=5)
    RegistrationFactory(event=event, place_given_at=None)

    assert registrations.give_places(event=event, at=NOON) == []
    assert mails() == []


# --- moving and cancelling ---


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


# --- facts and keeping ---


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "upcoming"),
        ({"starts_at": NOON}, "running"),
        ({"starts_at": NOON - dt.timedelta(hours=2)}, "past"),
        ({"cancelled_at": NOON, "cancelled_reason": "Snow."}, "cancelled"),
        ({"cancelled_at": NOON + DAY, "cancelled_reason": "Snow."}, "upcoming"),
    ],
)
def test_status_in_python_and_in_sql_agree(facts, status):
    event = EventFactory(**facts)

    row = Event.objects.with_status(at=NOON).get(pk=event.pk)

    assert (row.status(at=NOON), row.status_now) == (status, status)


@pytest.mark.parametrize(
    "facts",
    [
        {"ends_at": NOON + 7 * DAY},
        {"registration_closes_at": NOON + 8 * DAY},
        {"registration_opens_at": NOON + 8 * DAY},
        {"registration_opens_at": NOON + 2 * DAY, "registration_closes_at": NOON + DAY},
        {"places_maximum": 0},
        {"cancelled_at": NOON},
        {"cancelled_reason": "Snow."},
    ],
)
def test_the_database_refuses_an_event(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        EventFactory(**facts)


def test_the_database_refuses_an_address_twice_and_a_place_for_nobody():
    row = RegistrationFactory(email="ada@example.org")

    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(event=row.event, email="ADA@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        RegistrationFactory(confirmed_at=None, place_given_at=NOON)


def test_names_are_deleted_in_time(settings):
    kept = dt.timedelta(days=settings.ENGAGEMENT_KEPT_DAYS)
    over = NOON - kept - dt.timedelta(hours=2)
    stays = [
        RegistrationFactory(event=EventFactory(starts_at=over)),
        RegistrationFactory(confirmed_at=None, received_at=NOON - 7 * DAY),
        RegistrationFactory(withdrawn_at=NOON - 30 * DAY),
    ]
    RegistrationFactory(event=EventFactory(starts_at=over - dt.timedelta(seconds=1)))
    RegistrationFactory(confirmed_at=None, received_at=NOON - 7 * DAY - dt.timedelta(seconds=1))
    RegistrationFactory(withdrawn_at=NOON - 30 * DAY - dt.timedelta(seconds=1))

    Registration.objects.past_keeping(at=NOON).delete()

    assert set(Registration.objects.all()) == set(stays)
