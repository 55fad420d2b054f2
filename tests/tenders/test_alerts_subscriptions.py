"""Who is written to: whoever confirmed, by one press; nobody who stopped; a stranger once a day at most."""

import datetime as dt
import re

import pytest

from core.models import AuditEvent, OutgoingMail
from tenders.alerts.links import Purpose, key_of, token
from tenders.models import AlertItem, Follow, Frequency, SavedSearch, Subscriber
from tenders.services import subscriptions
from tenders.services.subscriptions import LinkGone, TooManyRequests, TooMuchWanted, Want
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.tenders import (
    FollowFactory,
    FrameworkFactory,
    OpportunityFactory,
    SavedSearchFactory,
    SubscriberFactory,
)
from tests.tools.at_once import both

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
ADDRESS = "reader@example.org"


def ask(*, email=ADDRESS, target=None, at=NOON, sender="192.0.2.1", frequency=Frequency.DAILY, **search):
    search = search or ({} if target else {"query": "type=home-care", "name": "Home care"})
    subscriptions.ask(email=email, want=Want(frequency=frequency, target=target, **search), sender=sender, at=at)


def token_in(mail):
    return re.search(r"/alerts/confirm/([^/]+)/", mail.text)[1]


def test_asking_sends_one_mail_to_confirm_and_nothing_else_begins():
    target = OpportunityFactory(title="Day care")

    ask(target=target)

    (mail,) = OutgoingMail.objects.all()
    person = Subscriber.objects.get()
    assert (mail.to, person.confirmed_at, person.confirm_hash in mail.text) == (ADDRESS, None, False)
    assert "“Day care”, once a day" in mail.text
    assert Follow.objects.active().count() == 0


def test_confirming_begins_all_that_waits_and_works_once():
    ask()
    ask(target=(framework := FrameworkFactory()), at=NOON + MINUTE)
    words = token_in(OutgoingMail.objects.get())

    person = subscriptions.confirm(token=words, at=NOON + HOUR)

    assert person.is_told
    assert (SavedSearch.objects.active().get().name, Follow.objects.active().get().framework) == (
        "Home care",
        framework,
    )
    # What happened before is not told.
    assert {one.created_at for one in [*SavedSearch.objects.all(), *Follow.objects.all()]} == {NOON + HOUR}
    assert AuditEvent.objects.get().action == "subscriber.confirmed"
    with pytest.raises(LinkGone, match="used before"):
        subscriptions.confirm(token=words, at=NOON + HOUR)


def test_a_link_is_good_for_seven_days():
    ask()
    words = token_in(OutgoingMail.objects.get())

    with pytest.raises(LinkGone, match="older than seven days"):
        subscriptions.confirm(token=words, at=NOON + 7 * DAY + MINUTE)

    assert not Subscriber.objects.told().exists()
    assert subscriptions.confirm(token=words, at=NOON + 7 * DAY).is_told


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_confirm_at_one_time_one_does_and_the_other_is_told_so():
    ask()
    words = token_in(OutgoingMail.objects.get())

    said = both(lambda: subscriptions.confirm(token=words, at=NOON + HOUR))

    assert said == ["LinkGone", "done"]
    assert SavedSearch.objects.active().count() == 1
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("words", ["", "made-up", "x" * 500])
def test_a_link_that_nobody_was_sent_confirms_nothing(words):
    SubscriberFactory(confirmed_at=None)

    with pytest.raises(LinkGone):
        subscriptions.confirm(token=words, at=NOON)

    assert not Subscriber.objects.told().exists()


def test_an_address_gets_one_mail_a_day_whoever_asks_and_however_often():
    for number in range(9):
        ask(
            email=["Reader@Example.org", ADDRESS][number % 2],
            query=f"q={number}",
            name="Any",
            sender=f"192.0.2.{number}",
            at=NOON + number * HOUR,
        )
        subscriptions.ask_for_link(email=ADDRESS, sender=f"192.0.3.{number}", at=NOON + number * HOUR)

    assert OutgoingMail.objects.count() == 1
    assert Subscriber.objects.count() == 1
    subscriptions.ask_the_waiting(at=NOON + DAY - MINUTE)
    assert OutgoingMail.objects.count() == 1
    subscriptions.ask_the_waiting(at=NOON + DAY)
    subscriptions.ask_the_waiting(at=NOON + DAY + HOUR)
    assert OutgoingMail.objects.count() == 2


def test_a_mailbox_gets_one_mail_a_day_under_all_of_its_names():
    for number, email in enumerate((ADDRESS, "reader+a@example.org", "Reader+B@example.org", "reader+a@example.com")):
        ask(email=email, sender=f"192.0.2.{number}", at=NOON + number * MINUTE)
    ask(email="reade@example.org")

    first = set(OutgoingMail.objects.values_list("to", flat=True))
    subscriptions.ask_the_waiting(at=NOON + DAY + HOUR)
    subscriptions.ask_the_waiting(at=NOON + DAY + 2 * HOUR)
    second = sorted(OutgoingMail.objects.values_list("to", flat=True))

    assert first == {ADDRESS, "reader+a@example.com", "reade@example.org"}
    assert len(second) == 4
    assert set(second) - first <= {"reader+a@example.org", "reader+b@example.org"}


def test_the_mail_to_a_stranger_carries_no_words_that_somebody_typed():
    ask(query="q=cheap+pills", name="Buy cheap pills at example.com")

    (mail,) = OutgoingMail.objects.all()
    assert "pills" not in mail.text + mail.subject


def test_what_a_stranger_asks_for_a_known_address_changes_nothing_before_its_owner_confirms():
    mine = SavedSearchFactory(
        subscriber__email=ADDRESS, query="type=home-care", name="Mine", frequency=Frequency.WEEKLY
    )

    ask(query="type=home-care", name="Theirs", frequency=Frequency.INSTANT)
    ask(query="type=other", name="Theirs", frequency=Frequency.INSTANT)

    mine.refresh_from_db()
    assert (mine.name, mine.frequency) == ("Mine", Frequency.WEEKLY)
    assert list(SavedSearch.objects.active()) == [mine]
    assert SavedSearch.objects.pending().get().query == "type=other"


def test_the_way_in_is_sent_to_whoever_is_told_of_news_and_to_nobody_else():
    person = SubscriberFactory(email=ADDRESS)

    subscriptions.ask_for_link(email=" READER@example.org ", sender=None, at=NOON)
    subscriptions.ask_for_link(email="nobody@example.org", sender=None, at=NOON)

    (mail,) = OutgoingMail.objects.all()
    assert mail.to == ADDRESS
    assert f"/alerts/manage/{token(Purpose.MANAGE, person.key)}/" in mail.text
    assert not Subscriber.objects.filter(email="nobody@example.org").exists()


def test_one_sender_cannot_ask_for_very_many_addresses(settings):
    settings.ALERTS_PER_SENDER_AND_HOUR = 2
    ask(email="one@example.org")
    ask(email="two@example.org")

    with pytest.raises(TooManyRequests, match="in an hour"):
        ask(email="three@example.org")

    assert not Subscriber.objects.filter(email="three@example.org").exists()


def test_nobody_can_want_more_than_anybody_reads(monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST_WANTED", 1)
    person = FollowFactory(opportunity=OpportunityFactory()).subscriber

    with pytest.raises(TooMuchWanted, match="Stop some"):
        subscriptions.want(subscriber=person, want=Want(Frequency.DAILY, name="A", query="q=a"), at=NOON)


def test_that_an_address_has_much_is_told_to_nobody_who_types_it_and_no_stranger_fills_it(monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST_WANTED", 1)
    ask(query="type=other")

    ask(query="type=more")
    person = Subscriber.objects.get()
    mine = subscriptions.want(subscriber=person, want=Want(Frequency.DAILY, name="A", query="q=a"), at=NOON)

    assert list(SavedSearch.objects.shown()) == [mine]
    assert SavedSearch.objects.pending().get().query == "type=other"


def test_an_account_needs_no_mail_to_confirm():
    user = UserFactory(email="Keeper@example.org")

    person = subscriptions.subscriber_of(user, at=NOON)
    subscriptions.want(subscriber=person, want=Want(Frequency.DAILY, target=OpportunityFactory()), at=NOON)

    assert (person.email, person.user, person.is_told) == ("keeper@example.org", user, True)
    assert subscriptions.subscriber_of(user, at=NOON + HOUR) == person
    assert Follow.objects.active().count() == 1
    assert OutgoingMail.objects.count() == 0


def test_an_account_takes_over_what_its_address_followed_before_and_not_what_a_stranger_asked():
    user = UserFactory(email=ADDRESS)
    mine = FollowFactory(subscriber__email=ADDRESS, opportunity=OpportunityFactory())
    ask(query="q=x", name="A stranger's")

    person = subscriptions.subscriber_of(user, at=NOON)

    searches, follows, _ = subscriptions.wanted_by(person)
    assert (searches, follows) == ([], [mine])


def test_stopping_one_leaves_the_others_and_can_be_undone():
    one = FollowFactory(opportunity=OpportunityFactory())
    other = SavedSearchFactory(subscriber=one.subscriber)

    subscriptions.stop(asked=one, at=NOON + HOUR)
    subscriptions.stop(asked=one, at=NOON + 2 * HOUR)

    one.refresh_from_db()
    assert one.stopped_at == NOON + HOUR
    assert (list(SavedSearch.objects.active()), list(Follow.objects.active())) == ([other], [])
    subscriptions.take_up(asked=one, at=NOON + 3 * HOUR)
    assert Follow.objects.active().get().created_at == NOON + 3 * HOUR


def test_stopping_all_takes_back_what_has_not_left_and_can_be_undone():
    row = OpportunityFactory()
    one, other = FollowFactory(opportunity=row), FollowFactory(opportunity=row)
    for person in (one.subscriber, other.subscriber):
        OutgoingMail.objects.create(key=f"alerts:{person.pk}:1", to=person.email, subject="News", text="News.")
    OutgoingMail.objects.create(key=f"alerts:{one.subscriber.pk}:2", to="x@example.org", subject="Sent", sent_at=NOON)

    subscriptions.stop_all(subscriber=one.subscriber, at=NOON)

    assert set(OutgoingMail.objects.values_list("subject", "to")) == {
        ("News", other.subscriber.email),
        ("Sent", "x@example.org"),
    }
    assert list(Follow.objects.active()) == [other]
    assert AlertItem.objects.count() == 0
    assert AuditEvent.objects.get().action == "subscriber.stopped"
    subscriptions.take_up_all(subscriber=one.subscriber, at=NOON + HOUR)
    assert set(Follow.objects.active()) == {one, other}


def test_who_stopped_all_and_asks_anew_gets_only_what_they_ask_for_now():
    old = FollowFactory(subscriber__email=ADDRESS, opportunity=OpportunityFactory())
    subscriptions.stop_all(subscriber=old.subscriber, at=NOON)

    ask(at=NOON + HOUR)
    assert not Subscriber.objects.told().exists()
    subscriptions.confirm(token=token_in(OutgoingMail.objects.get()), at=NOON + 2 * HOUR)

    assert (SavedSearch.objects.active().count(), Follow.objects.active().count()) == (1, 0)


def test_a_link_is_good_for_one_purpose_and_one_row():
    person, other = SubscriberFactory(), SubscriberFactory()
    words = token(Purpose.MANAGE, person.key)

    assert key_of(Purpose.MANAGE, words) == person.key
    assert key_of(Purpose.STOP_ALL, words) is None
    assert key_of(Purpose.MANAGE, f"{other.key.hex}{words[32:]}") is None
    for nonsense in ("", "x", "é" * 64, f"{words} ", words.upper(), words + "0"):
        assert key_of(Purpose.MANAGE, nonsense) is None


def test_addresses_are_deleted_after_seven_days_unless_they_are_wanted():
    at = NOON + 8 * DAY
    wanted = FollowFactory(opportunity=OpportunityFactory()).subscriber
    fresh = SubscriberFactory(confirmed_at=None, created_at=at - DAY, asked_at=at - DAY)
    asked_today = SubscriberFactory(confirmed_at=None, asked_at=at - HOUR)
    SubscriberFactory(confirmed_at=None, asked_at=NOON)
    SubscriberFactory(email="nothing@example.org")
    FollowFactory(subscriber__stopped_at=NOON, opportunity=OpportunityFactory())
    stopped = SavedSearchFactory(subscriber=wanted, stopped_at=NOON)
    never = SavedSearchFactory(subscriber=wanted, query="q=never", confirmed_at=None)

    Subscriber.objects.past_keeping(at=at).delete()

    assert set(Subscriber.objects.all()) == {wanted, fresh, asked_today}
    assert set(SavedSearch.objects.past_keeping(at=at)) == {stopped, never}
    assert set(Follow.objects.past_keeping(at=at)) == set()
