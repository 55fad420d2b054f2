"""Who wants to hear of what: asked for by anybody, confirmed by whoever reads the address's mail, stopped by one press.

What the page says never tells whether an address is known. However often and by whomever an address is typed, it gets
one mail in 24 hours for it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from commissioning.models import Organisation
from core import audit, mail
from core.errors import DomainError
from core.text import clean_plain_text
from providers.floods import sent_this_hour
from providers.tokens import hash_of, new_token
from tenders.alerts import letters, links, questions
from tenders.models import AlertItem, Follow, Framework, Frequency, Opportunity, SavedSearch, Subscriber

from . import strangers

DAY = dt.timedelta(days=1)
MOST_WANTED = 200
# The longest entry an index takes is somewhat longer; what people choose comes to some hundred letters.
LONGEST_QUERY = 2_000

Target = Opportunity | Framework | Organisation
Asked = SavedSearch | Follow


class TooManyRequests(DomainError):
    """More has come from one sender than a person would ask for."""


class TooMuchWanted(DomainError):
    """One person wants to hear of more than anybody can read."""


class SearchTooLong(DomainError):
    """The search has more filters than can be kept."""


class LinkGone(DomainError):
    """The link was used, is too old, or was never sent."""


@dataclass(frozen=True)
class Want:
    """What somebody asks to hear of: a search under a name, or one thing to follow."""

    frequency: Frequency
    query: str = ""
    name: str = ""
    target: Target | None = None


@transaction.atomic
def ask(*, email: str, want: Want, sender: str | None, at: dt.datetime) -> None:
    """Take down what somebody without an account wants; nothing is sent for it before the address confirms it.

    What the address has confirmed before stays as it is, since anybody may type it.

    :param sender: the network address it comes from, which is counted and not kept.
    :raises TooManyRequests: over ``settings.ALERTS_PER_SENDER_AND_HOUR``.
    :raises SearchTooLong: over `LONGEST_QUERY`.
    """
    _count(sender, at=at)
    person = _person(email, at=at)
    # That an address has much already is its owner's to learn, who gets the mail all the same.
    with contextlib.suppress(TooMuchWanted):
        _want(person, want, at=at, is_sure=False)
    _write_once_a_day(person, at=at)


@transaction.atomic
def ask_for_link(*, email: str, sender: str | None, at: dt.datetime) -> None:
    """Send the way in to somebody who is told of news or has something to confirm; nobody else gets a mail.

    :raises TooManyRequests: over ``settings.ALERTS_PER_SENDER_AND_HOUR``.
    """
    _count(sender, at=at)
    person = Subscriber.objects.select_for_update().filter(email=_small(email)).first()
    if person is not None:
        _write_once_a_day(person, at=at)


@transaction.atomic
def want(*, subscriber: Subscriber, want: Want, at: dt.datetime) -> Asked:
    """Note what somebody wants whose address is known to be theirs: they came by their own link or signed in.

    What anybody has typed for the address, and what it has stopped, does not fill it.

    :raises TooMuchWanted: over `MOST_WANTED`.
    :raises SearchTooLong: over `LONGEST_QUERY`.
    """
    person = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    return _want(person, want, at=at, is_sure=True)


@transaction.atomic
def subscriber_of(user: Any, *, at: dt.datetime) -> Subscriber:
    """Return the subscriber of an account, made if there is none. An account's address is proven to be its owner's."""
    known = Subscriber.objects.select_for_update().filter(user=user).first()
    if known is not None:
        if not known.is_told:
            _begin(known, at=at)
        return known
    person = _person(user.email, at=at)
    if person.user_id is None:
        person.user = user
        person.save(update_fields=["user"])
    if not person.is_told:
        _begin(person, at=at)
    return person


def waiting(*, token: str, at: dt.datetime) -> tuple[Subscriber, list[Asked]]:
    """Return who a confirming link was sent to and what it would confirm.

    :raises LinkGone: if it was used, is too old or none of ours.
    """
    person = Subscriber.objects.filter(confirm_hash=hash_of(token)).first() if token else None
    if person is None or person.asked_at is None or person.asked_at < at - Subscriber.keep_for:
        raise LinkGone(
            "This link was used before, is older than seven days, or was cut by your email program. Ask again, or have "
            "your link sent to you."
        )
    return person, _pending(person)


@transaction.atomic
def confirm(*, token: str, at: dt.datetime) -> Subscriber:
    """Begin to tell somebody of what they have asked for. The link works once.

    :raises LinkGone: if it cannot be used.
    """
    found, _ = waiting(token=token, at=at)
    person = Subscriber.objects.select_for_update().get(pk=found.pk)
    if person.confirm_hash != hash_of(token):
        raise LinkGone("This link was used before.")
    _begin(person, at=at)
    for model in (SavedSearch, Follow):
        model.objects.pending().filter(subscriber=person).update(confirmed_at=at, created_at=at)
    audit.record("subscriber.confirmed", person, by=None, at=at)
    return person


def by_link(*, purpose: links.Purpose, words: str) -> Any:
    """Return what a link of ours was made for: a subscriber, a saved search or a follow.

    :raises LinkGone: if it is none of ours, or what it was made for is gone.
    """
    model: Any = {
        links.Purpose.MANAGE: Subscriber,
        links.Purpose.STOP_ALL: Subscriber,
        links.Purpose.STOP_FOLLOW: Follow,
    }.get(purpose, SavedSearch)
    key = links.key_of(purpose, words)
    rows = model.objects if model is Subscriber else model.objects.select_related("subscriber")
    row = rows.filter(key=key).first() if key else None
    if row is None:
        raise LinkGone(
            "We do not know this link. Perhaps the mail program has cut it, or all was deleted: then you get no mail."
        )
    return row


@transaction.atomic
def stop(*, asked: Asked, at: dt.datetime) -> Asked:
    """End the mails and the feeds of one search or follow. Doing it twice changes nothing."""
    row = _locked(asked)
    if row.stopped_at is None:
        row.stopped_at = at
        row.save(update_fields=["stopped_at"])
    return row


@transaction.atomic
def take_up(*, asked: Asked, at: dt.datetime) -> Asked:
    """Undo a stop. What happened in between is not told."""
    row = _locked(asked)
    if row.stopped_at is not None:
        row.stopped_at, row.created_at = None, at
        row.save(update_fields=["stopped_at", "created_at"])
    return row


@transaction.atomic
def stop_all(*, subscriber: Subscriber, at: dt.datetime, by: Any = None) -> Subscriber:
    """Send somebody nothing any more, what is on its way taken back. Doing it twice changes nothing.

    :param by: the operator who does it on request; None where the link from a mail was used.
    """
    person = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if person.is_stopped_by_itself:
        return person
    person.stopped_at, person.refused_at = at, None
    person.save(update_fields=["stopped_at", "refused_at"])
    audit.record("subscriber.stopped", person, by=by, at=at)
    AlertItem.objects.filter(subscriber=person, sent_at=None).delete()
    mail.recall(prefix=f"alerts:{person.pk}:")
    return person


@transaction.atomic
def take_up_all(*, subscriber: Subscriber, at: dt.datetime) -> Subscriber:
    """Undo the stop of everything, within the days it is kept. What happened in between is not told."""
    person = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if person.stopped_at is not None:
        _trust_again(person)
        person.stopped_at = None
        person.save(update_fields=["stopped_at", "refused_at"])
        for model in (SavedSearch, Follow):
            model.objects.shown().filter(subscriber=person).update(created_at=at)
    return person


@transaction.atomic
def change(*, asked: Asked, frequency: Frequency, name: str = "") -> Asked:
    """Set how often somebody hears of something, and the name of a search."""
    row = _locked(asked)
    row.frequency = frequency
    fields = ["frequency"]
    if isinstance(row, SavedSearch) and name.strip():
        row.name = _name(name)
        fields.append("name")
    row.save(update_fields=fields)
    return row


def ask_the_waiting(*, at: dt.datetime) -> int:
    """Write to those who asked for more after the day's one mail had gone out; return how many."""
    later = Q(subscriber=OuterRef("pk")) & (Q(created_at__gt=OuterRef("asked_at")) | Q(subscriber__asked_at=None))
    has_more = Exists(SavedSearch.objects.pending().filter(later)) | Exists(Follow.objects.pending().filter(later))
    people = Subscriber.objects.filter(Q(asked_at__lte=at - DAY) | Q(asked_at=None), has_more)
    written = 0
    for pk in list(people.values_list("pk", flat=True)):
        with transaction.atomic():
            person = Subscriber.objects.select_for_update().filter(pk=pk).first()
            if person is not None:
                written += _write_once_a_day(person, at=at)
    return written


def find_subscriber_of(user: Any) -> Subscriber | None:
    """Return the subscriber of an account if there is one, also where they asked by address before they had it."""
    mine = Q(user=user) | Q(user=None, email=_small(user.email))
    return Subscriber.objects.filter(mine).order_by(F("user").asc(nulls_last=True)).first()


def wanted_by(subscriber: Subscriber) -> tuple[list[SavedSearch], list[Follow], list[Asked]]:
    """Return what somebody hears of: their searches by name, what they follow, and what they have stopped lately."""
    searches = list(subscriber.searches.exclude(confirmed_at=None).order_by("name", "pk"))
    targets = subscriber.follows.exclude(confirmed_at=None).select_related("opportunity", "framework", "followed")
    follows = list(targets.order_by("created_at", "pk"))
    stopped: list[Asked] = [one for one in [*searches, *follows] if one.stopped_at is not None]
    return (
        [one for one in searches if one.stopped_at is None],
        [one for one in follows if one.stopped_at is None],
        stopped,
    )


_COUNTS = """
WITH item AS (
    SELECT item.searches, item.follows
    FROM tenders_alertitem AS item JOIN tenders_alertnews AS news ON news.id = item.news_id
    WHERE item.subscriber_id = %(subscriber)s AND news.found_at > %(since)s
)
SELECT 'search', one, count(*) FROM item CROSS JOIN LATERAL unnest(searches) AS one GROUP BY one
UNION ALL
SELECT 'follow', one, count(*) FROM item CROSS JOIN LATERAL unnest(follows) AS one GROUP BY one
"""


def news_counts(subscriber: Subscriber, *, since: dt.datetime) -> dict[tuple[str, int], int]:
    """Return how much news each search and follow of somebody has found since then, by kind and key. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"subscriber": subscriber.pk, "since": since})
        return {(kind, pk): count for kind, pk, count in cursor.fetchall()}


def _small(email: str) -> str:
    return email.strip().lower()


def _name(name: str) -> str:
    return clean_plain_text(name).strip()[:120] or "My search"


def _count(sender: str | None, *, at: dt.datetime) -> None:
    if sent_this_hour("alerts", sender, at=at) > settings.ALERTS_PER_SENDER_AND_HOUR:
        raise TooManyRequests("You have asked for a lot within the hour. Please come back in an hour.")


def _person(email: str, *, at: dt.datetime) -> Subscriber:
    """Return the subscriber of an address, made if need be and held until the end of the transaction."""
    Subscriber.objects.bulk_create([Subscriber(email=_small(email), created_at=at)], ignore_conflicts=True)
    return Subscriber.objects.select_for_update().get(email=_small(email))


def _want(person: Subscriber, want: Want, *, at: dt.datetime, is_sure: bool) -> Asked:
    if len(want.query) > LONGEST_QUERY:
        raise SearchTooLong("This search has more filters than can be saved. Take some of them away.")
    model: Any = Follow if want.target is not None else SavedSearch
    which = {_column(want.target): want.target} if want.target is not None else {"query": want.query}
    row = model.objects.filter(subscriber=person, **which).first()
    is_running = row is not None and row.confirmed_at is not None and row.stopped_at is None and person.is_told
    if is_running and not is_sure:
        return row
    if row is None:
        asked = [person.searches.all(), person.follows.all()]
        if sum((rows.shown() if is_sure else rows).count() for rows in asked) >= MOST_WANTED:
            raise TooMuchWanted(f"One address can have {MOST_WANTED} searches and follows. Stop some of them first.")
        row = model(subscriber=person, **which)
    row.frequency = want.frequency
    if model is SavedSearch:
        row.name = _name(want.name)
        questions.fill(row)
    if not is_running:
        row.created_at, row.stopped_at, row.confirmed_at = at, None, at if is_sure else None
    row.save()
    return row


def _column(target: Target) -> str:
    if isinstance(target, Opportunity):
        return "opportunity"
    return "framework" if isinstance(target, Framework) else "followed"


def _begin(person: Subscriber, *, at: dt.datetime) -> None:
    """Note that an address is its person's. What they had stopped before stays stopped."""
    if person.stopped_at is not None:
        for model in (SavedSearch, Follow):
            model.objects.filter(subscriber=person, stopped_at=None, created_at__lte=person.stopped_at).update(
                stopped_at=person.stopped_at
            )
    _trust_again(person)
    person.confirmed_at, person.stopped_at, person.confirm_hash = person.confirmed_at or at, None, ""
    person.save(update_fields=["confirmed_at", "stopped_at", "refused_at", "confirm_hash"])


def _trust_again(person: Subscriber) -> None:
    """Begin anew to count what a mailbox refuses, where that had stopped its mails."""
    if person.refused_at is not None:
        person.refused_at = None
        mail.forget_refusals(to=person.email)


def _pending(person: Subscriber) -> list[Asked]:
    searches = person.searches.pending().order_by("created_at", "pk")
    follows = (
        person.follows.pending().select_related("opportunity", "framework", "followed").order_by("created_at", "pk")
    )
    return [*searches, *follows]


def _write_once_a_day(person: Subscriber, *, at: dt.datetime) -> bool:
    pending: Sequence[Asked] = _pending(person)
    if not pending and not person.is_told or _was_written_to(person.email, since=at - DAY):
        return False
    # Whoever is told of news is no stranger.
    if not person.is_told and not strangers.may_ask(person.email, at=at):
        return False
    token = new_token() if pending else ""
    person.asked_at, person.confirm_hash = at, hash_of(token) if token else person.confirm_hash
    person.save(update_fields=["asked_at", "confirm_hash"])
    subject, text = letters.access(subscriber=person, pending=pending, confirm_token=token, at=at)
    mail.owe(key=f"alerts-access:{person.pk}:{at:%Y%m%d%H%M%S}", to=person.email, subject=subject, text=text)
    return True


def _was_written_to(email: str, *, since: dt.datetime) -> bool:
    """Whether a mailbox was written to since then under any of its names, answered or not."""
    return Subscriber.objects.filter(strangers.named_as(email), asked_at__gt=since).exists()


def _locked(asked: Asked) -> Any:
    return type(asked).objects.select_for_update(of=("self",)).select_related("subscriber").get(pk=asked.pk)
