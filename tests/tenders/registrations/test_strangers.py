"""An address that has not answered gets one mail a day from all our forms together, and its owner still gets through."""

import datetime as dt

import pytest
from django.urls import reverse

from core.models import OutgoingMail
from tenders import services
from tenders.models import Frequency, Interest, Registration
from tenders.services import confirmations, interests, replies, strangers, subscriptions
from tests.factories import NOON
from tests.factories.engagement import EventFactory, InterestFactory, RegistrationFactory
from tests.factories.tenders import FrameworkFactory, OpportunityFactory
from tests.tenders.registrations.people import DAY, confirm, mails, register, token_in
from tests.tools.at_once import both

pytestmark = pytest.mark.django_db

ADDRESS = "ada@example.org"
MINUTE = dt.timedelta(minutes=1)


def ask(*, at=NOON):
    """Ask a question about a tender."""
    opportunity = OpportunityFactory(
        opens_at=NOON - DAY, closes_at=NOON + 9 * DAY, questions_close_at=NOON + 8 * DAY, published_at=NOON - DAY
    )
    return services.ask_question(
        opportunity=opportunity, lot=None, question="Does it count?", name="", email=ADDRESS,
        organisation_name="Small Care", provider=None, sender=None, at=at,
    )  # fmt: skip


def interest(*, at=NOON, email=ADDRESS):
    return interests.register_interest(
        opportunity=OpportunityFactory(), name="Ada", organisation_name="Small Care", email=email, sender=None, at=at
    )


def follow(*, at=NOON):
    want = subscriptions.Want(frequency=Frequency.DAILY, target=FrameworkFactory())
    subscriptions.ask(email=ADDRESS, want=want, sender=None, at=at)


FORMS = {
    "event": lambda at: register(EventFactory(), at=at),
    "interest": lambda at: interest(at=at),
    "question": lambda at: ask(at=at),
    "alert": lambda at: follow(at=at),
}


@pytest.mark.parametrize("first", FORMS)
def test_one_unanswered_mail_a_day_goes_out_whichever_forms_are_used(first):
    FORMS[first](NOON)

    for send in FORMS.values():
        send(NOON + MINUTE)
    that_day = len(mails())
    confirmations.ask_the_waiting(at=NOON + DAY - MINUTE)
    before_the_day_is_over = len(mails())
    confirmations.ask_the_waiting(at=NOON + DAY)

    assert (that_day, before_the_day_is_over, len(mails())) == (1, 1, 2)


def test_somebody_who_books_two_events_has_both_by_one_mail(client):
    one, other = EventFactory(title="Bidder day"), EventFactory(title="Workshop")
    register(one)
    register(other, at=NOON + MINUTE)
    first, second = Registration.objects.order_by("received_at")

    page = client.get(reverse("tenders:registration", args=[token_in(OutgoingMail.objects.get())]))
    link = reverse("tenders:registration", args=[replies.token_of(second)])
    offered = link in page.content.decode()
    confirm(first, at=NOON + MINUTE)
    confirm(second, at=NOON + MINUTE)

    assert offered
    assert "Come to Workshop" in page.content.decode()
    assert [subject for _, subject in mails()] == [
        "Confirm that you come: Bidder day",
        "You have a place: Bidder day",
        "You have a place: Workshop",
    ]


def test_what_waited_is_asked_about_once_the_mail_before_is_answered():
    register(EventFactory())
    ask(at=NOON + MINUTE)
    interest(at=NOON + 2 * MINUTE)

    confirm(Registration.objects.get(), at=NOON + 3 * MINUTE)
    written = [confirmations.ask_the_waiting(at=NOON + minutes * MINUTE) for minutes in (4, 5)]

    assert written == [1, 0]
    assert mails()[-1][1].startswith("Confirm your question")


def test_an_address_that_a_stranger_types_all_day_gets_two_mails_and_its_rows_do_not_grow(monkeypatch):
    monkeypatch.setattr(strangers, "MOST_WAITING", 3)
    for number in range(5):
        register(EventFactory(starts_at=NOON + 30 * DAY), at=NOON + number * MINUTE)

    for day in range(1, 7):
        confirmations.ask_the_waiting(at=NOON + day * DAY)

    assert Registration.objects.count() == 3
    # The page of the second holds all that came after the first.
    assert len(mails()) == 2


def test_a_mailbox_is_one_under_all_of_its_names():
    register(EventFactory(), email="Ada@Example.org")

    register(EventFactory(), email="ada+events@example.org")
    interest(email="ADA+tenders@example.org")
    register(EventFactory(), email="adam@example.org")

    assert [to for to, _ in mails()] == ["Ada@example.org", "adam@example.org"]


def test_what_is_over_or_taken_back_is_not_asked_about():
    RegistrationFactory(email=ADDRESS, confirmed_at=None, place_given_at=None, event__starts_at=NOON - DAY)
    cancelled = {"event__cancelled_at": NOON - DAY, "event__cancelled_reason": "Snow."}
    RegistrationFactory(email="b@example.org", confirmed_at=None, place_given_at=None, **cancelled)
    InterestFactory(email="c@example.org", confirmed_at=None, withdrawn_at=NOON)
    InterestFactory(email="d@example.org", confirmed_at=None, opportunity__awarded_at=NOON - DAY)

    written = confirmations.ask_the_waiting(at=NOON)

    assert (written, mails()) == (0, [])


def test_the_page_of_a_link_shows_nothing_of_another_address(client):
    mine = RegistrationFactory(email=ADDRESS)
    InterestFactory(email="ada@example.com", confirmed_at=None, opportunity__title="Secret plan")

    page = client.get(reverse("tenders:registration", args=[replies.token_of(mine)]))

    assert "Secret plan" not in page.content.decode()
    assert Interest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_forms_sent_at_one_time_one_asks():
    events = [EventFactory(), EventFactory()]

    said = both(lambda: register(events.pop()))

    assert said == ["done", "done"]
    assert Registration.objects.count() == 2
    assert [subject for _, subject in mails() if subject.startswith("Confirm")] == [mails()[0][1]]


def test_registering_again_for_the_same_event_is_asked_about_after_a_day():
    event = EventFactory()
    register(EventFactory(), at=NOON)
    register(event, at=NOON + MINUTE, name="As first typed")

    register(event, at=NOON + 2 * MINUTE, name="Somebody else")
    told = Registration.objects.get(event=event).name
    register(event, at=NOON + DAY + MINUTE, name="Ada Lovelace")

    assert told == "As first typed"
    assert Registration.objects.get(event=event).name == "Ada Lovelace"
    assert len(mails()) == 2
