"""The mails of alerts: plain text, one to a person and run. What each tells is in the words its news was written in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.text import Truncator

from core.templatetags.portal import gov_date
from tenders.models import AlertNews, Follow, SavedSearch, Subscriber

from .entries import Entry
from .links import Purpose, address, token

SIGNATURE = "Care Commissioning Portal"
MOST_IN_A_SECTION = 20
MOST_LINES = 8
MOST_CAUSES = 10
SOON = dt.timedelta(days=14)
CLOSING, NEW, CHANGED, FRAMEWORKS = "Closing soon", "New", "Changed", "Your frameworks"
SECTIONS = (CLOSING, NEW, CHANGED, FRAMEWORKS)


@dataclass(frozen=True)
class Told:
    """One entry with all its news, as it stands in a mail. Most people are told of the same, so it is made once."""

    entry: Entry
    section: str
    deadline: dt.datetime | None
    text: str


def tell(entry: Entry, news: Sequence[AlertNews], *, at: dt.datetime) -> Told:
    """Put an entry and what is new of it into words."""
    lines = [entry.title, f"   {entry.buyer}"]
    lines += [f"   {one.text}" for one in news[-MOST_LINES:]]
    if len(news) > MOST_LINES:
        lines.append(f"   And {len(news) - MOST_LINES} earlier changes.")
    lines.append(f"   {settings.PUBLIC_URL.rstrip('/')}{entry.path}")
    deadline = min((one.due_at for one in news if one.due_at), default=entry.closes_at)
    return Told(entry, _section(entry, {one.kind for one in news}, at), deadline, "\n".join(lines))


def _section(entry: Entry, kinds: set[str], at: dt.datetime) -> str:
    """Where it stands: each entry once, under what matters most of it."""
    if entry.is_framework and AlertNews.Kind.NEW not in kinds and AlertNews.Kind.REMINDER not in kinds:
        return FRAMEWORKS
    if AlertNews.Kind.REMINDER in kinds or entry.closes_at and dt.timedelta() < entry.closes_at - at <= SOON:
        return CLOSING
    return NEW if AlertNews.Kind.NEW in kinds else CHANGED


def digest(
    *, subscriber: Subscriber, told: Iterable[Told], searches: Sequence[SavedSearch], follows: Sequence[Follow]
) -> tuple[str, str, dict[str, str]]:
    """Return the subject, the text and the headers of one person's mail.

    :param searches: the saved searches that found something of it; ``follows`` likewise.
    """
    by_section: dict[str, list[Told]] = {name: [] for name in SECTIONS}
    for one in told:
        by_section[one.section].append(one)
    by_section[CLOSING].sort(key=lambda one: one.deadline or dt.datetime.max.replace(tzinfo=dt.UTC))
    parts = ["Hello,"]
    for name, entries in by_section.items():
        if entries:
            parts.append(f"{name.upper()} ({len(entries)})")
            parts += [f"{number}. {one.text}" for number, one in enumerate(entries[:MOST_IN_A_SECTION], 1)]
            if len(entries) > MOST_IN_A_SECTION:
                parts.append(f"And {len(entries) - MOST_IN_A_SECTION} more: {address('tenders:opportunities')}")
    manage = address("tenders:alerts_manage", token(Purpose.MANAGE, subscriber.key))
    stop = address("tenders:alerts_stop", token(Purpose.STOP_ALL, subscriber.key))
    parts.append("WHY YOU GET THIS MAIL")
    causes: list[SavedSearch | Follow] = [*searches, *follows]
    parts += [_cause(one) for one in causes[:MOST_CAUSES]]
    if len(causes) > MOST_CAUSES:
        parts.append(f"And {len(causes) - MOST_CAUSES} more that you asked for.")
    parts.append(f"Change how often we write, or stop some of it:\n{manage}")
    parts.append(f"Stop all emails:\n{stop}")
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return _subject(by_section), _letter(*parts), headers


def _subject(by_section: dict[str, list[Told]]) -> str:
    entries = [one for section in by_section.values() for one in section]
    if len(entries) == 1:
        (name,) = (name for name, section in by_section.items() if section)
        return f"{_lead(name)}: {Truncator(entries[0].entry.title).chars(120)}"
    counts = [f"{len(section)} {name.lower()}" for name, section in by_section.items() if section]
    return f"Opportunities: {', '.join(counts).replace('your frameworks', 'in your frameworks')}"


def _lead(section: str) -> str:
    return "Your framework" if section == FRAMEWORKS else section


def _cause(one: SavedSearch | Follow) -> str:
    often = one.get_frequency_display().lower()
    if isinstance(one, SavedSearch):
        stop = address("tenders:alerts_stop_search", token(Purpose.STOP_SEARCH, one.key))
        return f"You saved the search “{one.name}” ({often}). Stop it:\n{stop}"
    stop = address("tenders:alerts_stop_follow", token(Purpose.STOP_FOLLOW, one.key))
    return f"You follow “{one.target}” ({often}). Stop it:\n{stop}"


def access(
    *, subscriber: Subscriber, pending: Sequence[SavedSearch | Follow], confirm_token: str, at: dt.datetime
) -> tuple[str, str]:
    """Answer somebody who typed an address: what is to be confirmed, and for one who did before, the way in."""
    parts = ["Hello,"]
    if pending:
        until = at + Subscriber.keep_for
        wanted = "\n".join(f"- {_in_words(one)}" for one in pending)
        parts += [
            f"Somebody, most likely you, asked us to write to this address about:\n{wanted}",
            f"If it was you, open this page and press the button:\n{address('tenders:alerts_confirm', confirm_token)}",
            f"The link works until {gov_date(until)}. Until you press the button we send nothing.",
        ]
    if subscriber.is_told:
        manage = address("tenders:alerts_manage", token(Purpose.MANAGE, subscriber.key))
        parts += [
            f"All that we write to you about, and the button that stops it:\n{manage}",
            "Please do not pass this link on: whoever has it can change what you get.",
        ]
    parts.append(
        "If it was not you, do nothing. We delete the request after seven days, and write to this address at most once "
        "a day, whoever asks."
    )
    subject = "Confirm that you want our emails about opportunities" if pending else "Your alerts about opportunities"
    return subject, _letter(*parts)


def _in_words(one: SavedSearch | Follow) -> str:
    # A stranger may have typed the search's name, so that it says nothing here: this mail is no place for an advert.
    what = "a search of the opportunities" if isinstance(one, SavedSearch) else f"“{one.target}”"
    return f"{what}, {one.get_frequency_display().lower()}"


def _letter(*paragraphs: str) -> str:
    return "\n\n".join([*paragraphs, f"{SIGNATURE}\n{settings.PUBLIC_URL.rstrip('/')}/"]) + "\n"
