"""The parts of the results page that repeat: the filters with their counts, and the cards.

They are written as plain strings, since a page has some hundred of them and the template language would take longer
than the search. What comes from people is escaped where it enters; labels are escaped once for all pages.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.search.groups import Filter, group
from core.templatetags.portal import age_in_words, gov_date, money

from . import shortlist
from .forms import CHOICES, SWITCHES, SearchAddress
from .maps import ListMap
from .models import Rating
from .search import RATINGS, Hit, Results

FILTERS = (
    Filter("type", "types", "Kind of care", "More kinds of care"),
    Filter("group", "groups", "Who it is for", "More people it is for"),
    Filter("space", "space", "Space now"),
    Filter("rating", "rating", "CQC rating"),
    Filter("funding", "funding", "Paying for it"),
    Filter("access", "access", "Getting in and around", is_folded=True),
    Filter("language", "languages", "Languages spoken", "More languages", is_folded=True),
    Filter("council", "councils", "Council", "More councils", is_folded=True),
)
# The parameter of each part of a question, and what a person calls it.
PARAMETERS = {name: parameter for parameter, name in (*CHOICES.items(), *SWITCHES.items())} | {"words": "q"}
FILTER_NAMES = {
    "words": "the words you typed",
    "types": "the kind of care",
    "groups": "who it is for",
    "funding": "how it is paid for",
    "rating": "the rating",
    "has_space": "space now",
    "access": "getting in and around",
    "languages": "the language",
    "councils": "the council",
    "setting": "where care is given",
}


def filters(results: Results, address: SearchAddress) -> SafeString:
    """Every filter that would find something or is in use, with how many services each value would find."""
    parts = [
        group(one, results.values.get(one.facet, ()), results.facets.get(one.facet, {}), _chosen(one, address))
        for one in FILTERS
    ]
    return mark_safe("".join(parts))  # noqa: S308 - made of escaped parts


def _chosen(one: Filter, address: SearchAddress) -> frozenset[str]:
    return frozenset(address.values(one.parameter))


def chips(results: Results, address: SearchAddress) -> list[tuple[str, str]]:
    """The filters in use, each in words and with the query of the search without it."""
    found = []
    if words := address.one("q"):
        found.append((f"“{words}”", address.without("q")))
    for one in FILTERS:
        names = {item.value: item.label for item in results.values.get(one.facet, ())}
        found += [
            (names[value], address.without(one.parameter, value))
            for value in address.values(one.parameter)
            if value in names
        ]
    names = {item.value: item.label for item in results.values.get("setting", ())}
    if (value := address.one("setting")) in names:
        found.append((names[value], address.without("setting")))
    if address.one("untold"):
        found.append(("With those that have not told us", address.without("untold")))
    return found


# --- Cards ---


@dataclass(frozen=True, slots=True)
class Listing:
    """One of the two lists: its cards, and what to say above it or where it is empty."""

    cards: SafeString
    total: int
    status: str
    empty: str
    empty_text: str


STEPS = {"inadequate": 1, "requires_improvement": 2, "good": 3, "outstanding": 4}
STEP_BARS = ((0, 9, 11), (11, 6, 14), (22, 3, 17), (33, 0, 20))


def _steps(filled: int) -> str:
    bars = "".join(
        f'<rect x="{x}" y="{y}" width="8" height="{height}" rx="2" fill="{"#0d4a50" if n < filled else "#ffffff"}"'
        ' stroke="#0d4a50" stroke-width="1.5"/>'
        for n, (x, y, height) in enumerate(STEP_BARS)
    )
    return '<svg width="43" height="22" viewBox="-1 -1 44 23" aria-hidden="true" focusable="false">' + bars + "</svg>"


RATING_MARKS = {value: f'<span class="ccp-rating">{_steps(STEPS[value])}{RATINGS[value]}</span>' for value in STEPS}
NOT_TOLD = '<dd class="ccp-unknown">Not told us</dd>'
SAMPLE = '<span class="ccp-sample">Sample</span>'


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the cards are for.

    ``council`` is the slug of the searcher's own: what stands across its border says so. ``shortlist`` is what is on
    their shortlist, ``back`` the address of the page, where a press of its button leads back to.
    """

    at: dt.datetime
    council: str = ""
    shortlist: frozenset[uuid.UUID] = frozenset()
    back: str = "/care/"


def cards(hits: Iterable[Hit], reader: Reader, shown: ListMap | None = None) -> SafeString:
    """The cards of one page of a list, with their numbers on its map."""
    return mark_safe("".join(_card(hit, reader, *_numbered(hit, shown)) for hit in hits))  # noqa: S308 - escaped parts


def _numbered(hit: Hit, shown: ListMap | None) -> tuple[str, str]:
    """The anchor that a card's number on the map leads to, and the number; nothing where it is not on the map."""
    number = shown.numbers.get(hit.service_id) if shown else None
    if shown is None or number is None:
        return "", ""
    area = " ccp-pin--area" if hit.service_id in shown.areas else ""
    return (
        f' id="place-{number}"',
        f'<span class="ccp-pin{area}"><span class="govuk-visually-hidden">Number </span>{number}'
        '<span class="govuk-visually-hidden"> on the map</span></span>',
    )


def _card(hit: Hit, reader: Reader, anchor: str = "", pin: str = "") -> str:
    card, at = hit.card, reader.at
    one = uuid.UUID(card["uuid"])
    button = shortlist.button(one, card["name"], is_on=one in reader.shortlist, back=reader.back)
    name, slug = escape(card["name"]), card["slug"]
    kinds = escape(", ".join(card["types"])) or "Kind of care not told us"
    distance = ""
    if hit.distance_miles is not None:
        distance = f'<p class="ccp-card__distance">{_miles(hit.distance_miles)}</p>'
    foot = f"{button}{SAMPLE if card['is_sample'] else ''}"
    return (
        f'<li class="ccp-card"{anchor}><div class="ccp-card__top">{pin}<div class="ccp-card__name">'
        f'<h3 class="ccp-card__title">'
        f'<a class="govuk-link" href="/care/{slug}/">{name}</a></h3><p class="ccp-card__where">{kinds}<br>'
        f"{_where(hit, reader.council)}</p></div>{distance}</div>"
        f'<dl class="ccp-card__facts">{_rating(card.get("rating"), at)}{_space(card, at)}{_fee(card.get("fee"))}</dl>'
        f'<div class="ccp-card__foot">{foot}</div></li>'
    )


def _miles(distance: float) -> str:
    if distance < 0.1:
        return "under 0.1<span>miles</span>"
    shown = f"{distance:.1f}" if distance < 10 else f"{distance:.0f}"
    return f"{shown}<span>mile{'' if shown == '1.0' else 's'}</span>"


def _where(hit: Hit, home_council: str) -> str:
    """The town and council of the building found; of a withheld one the outcode; of what comes to you, where to."""
    at = hit.location
    if at is None:
        if not hit.is_area_told:
            return '<span class="ccp-unknown">Has not told us where it goes: ask</span>'
        areas = hit.card["areas"]
        return f"Covers {escape(_listed(areas))}" if areas else '<span class="ccp-unknown">Place not told us</span>'
    if at["is_withheld"]:
        return f"{escape(at['outcode'])}, address withheld" if at["outcode"] else "Address withheld"
    parts = [part for part in dict.fromkeys((at["town"], at["council"])) if part]
    where = escape(", ".join(parts)) or '<span class="ccp-unknown">Town not told us</span>'
    if home_council and at["council_slug"] and at["council_slug"] != home_council:
        where += '<br><span class="ccp-border">Across the border: another council’s area</span>'
    return where


def _listed(names: list[str], most: int = 3) -> str:
    if not names:
        return ""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _rating(rating: dict[str, Any] | None, at: dt.datetime) -> str:
    """The overall rating with its age; what is no rating says what it is, and is neither bad nor good."""
    label = "<div><dt>CQC rating</dt>"
    if rating is None:
        return f'{label}<dd class="ccp-unknown">We have none</dd></div>'
    state, date = rating["state"], _day(rating.get("date"))
    if rating["value"]:
        when = (
            f"<small>rated {date:%B %Y}, {age_in_words(date, at)}</small>" if date else "<small>date not known</small>"
        )
        inherited = "<small>of an earlier registration</small>" if state == "inherited" else ""
        return f"{label}<dd>{RATING_MARKS[rating['value']]}{when}{inherited}</dd></div>"
    words = rating.get("stated") or Rating.State(state).label
    note = ""
    if earlier := rating.get("earlier_value"):
        day = _day(rating.get("earlier_date"))
        note = f"<small>earlier: {RATINGS[earlier]}{f', {day:%Y}' if day else ''}</small>"
    return f"{label}<dd>{escape(words)}{note}</dd></div>"


def _space(card: dict[str, Any], at: dt.datetime) -> str:
    """What is free, as long as what was told holds; then only that one has to ask."""
    label = f"<div><dt>{'New people' if card['setting'] == 'home' else 'Space'}</dt>"
    if card.get("is_closed"):
        return f"{label}<dd>Closed for now</dd></div>"
    told = card.get("vacancies")
    if not told:
        return f"{label}{NOT_TOLD}</div>"
    current = [one for one in told if _moment(one["told_at"]) <= at < _moment(one["expires_at"])]
    if current:
        free = [_counted(one["available"], one["unit"]) for one in current if one["available"]]
        latest = max(_moment(one["told_at"]) for one in current)
        said = escape(_listed(free, 2)) or "None free"
        return f"{label}<dd>{said}<small>told us {age_in_words(latest, at)}</small></dd></div>"
    last = max(told, key=lambda one: one["told_at"])
    said = escape(_counted(last["available"], last["unit"]))
    return f"{label}<dd>Ask<small>last told us on {gov_date(_moment(last['told_at']))}: {said}</small></dd></div>"


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _counted(number: int, unit: str) -> str:
    ending = "" if number == 1 or " a " in unit or unit.endswith("s") else "s"
    return f"{number} {unit}{ending}"


FEE_LABELS = {
    "week": "Weekly fee",
    "hour": "Hourly fee",
    "day": "Fee a day",
    "night": "Fee a night",
    "session": "Fee a session",
}


def _fee(fee: dict[str, Any] | None) -> str:
    if fee is None:
        return f"<div><dt>Fee</dt>{NOT_TOLD}</div>"
    told = _day(fee["told_date"])
    low, high = money(fee["from"]), money(fee.get("to"))
    amount = f"{low} to {high}" if high and high != low else low if high else f"from {low}"
    when = f"<small>told us in {told:%B %Y}</small>" if told else ""
    return f"<div><dt>{FEE_LABELS[fee['per']]}</dt><dd>{amount}{when}</dd></div>"


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
