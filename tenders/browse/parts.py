"""The parts of the list that repeat: the filters with their counts, and the cards.

They are written as plain strings, as in `providers.results`, since a page has some hundred of them. What comes from
people is escaped where it enters; labels are escaped once for all pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from core.search.groups import Filter, group
from core.templatetags.portal import gov_date, gov_datetime, money
from tenders.models import Opportunity
from tenders.search import PARAMETERS, Entry, OpportunityQuery, Order
from tenders.search.asking import Results
from tenders.standing import confirmed_words

SAMPLE = '<div class="ccp-card__foot"><span class="ccp-sample">Sample</span></div>'


FILTERS = (
    Filter(PARAMETERS["stages"], "stages", "Stage"),
    Filter(PARAMETERS["types"], "types", "Kind of care", "More kinds of care"),
    Filter(PARAMETERS["groups"], "groups", "Who it is for", "More people it is for"),
    Filter(PARAMETERS["buyers"], "buyers", "Who buys", "More buyers"),
    Filter(PARAMETERS["places"], "places", "Where it is delivered", "More councils", is_folded=True),
    Filter(PARAMETERS["values"], "values", "Value", is_folded=True),
    Filter(PARAMETERS["suitable"], "suitable", "Whom it suits", is_folded=True),
    Filter(PARAMETERS["joining"], "joining", "Frameworks and markets", is_folded=True),
    Filter(PARAMETERS["routes"], "routes", "How it is bought", is_folded=True),
    Filter(PARAMETERS["regimes"], "regimes", "The law", is_folded=True),
    Filter(PARAMETERS["reserved"], "reserved", "Reserved contracts", is_folded=True),
    Filter(PARAMETERS["lives"], "lives", "Time of life", is_folded=True),
)


def filters(results: Results) -> SafeString:
    """Every filter that would find something or is in use, with how many entries each value would find."""
    parts = []
    for one in FILTERS:
        value = getattr(results.query, one.facet)
        chosen = value if isinstance(value, tuple) else (value,) if value else ()
        parts.append(group(one, results.values.get(one.facet, ()), results.facets.get(one.facet, {}), chosen))
    return mark_safe("".join(parts))  # noqa: S308 - made of escaped parts


# --- The question in the page's links ---


def address(query: OpportunityQuery, ending: str = "") -> str:
    """Return the address of the list for a question: the page, or with an ending such as ``.csv`` its twin."""
    words = query.as_query_string()
    path = f"/opportunities{ending}" if ending else reverse("tenders:opportunities")
    return f"{path}?{words}" if words else path


def chips(results: Results) -> list[tuple[str, str]]:
    """The filters in use, each in words and with the list without it."""
    query = results.query
    found = []
    for name, value, words in query.chosen(results.labels):
        is_one_of_several = isinstance(getattr(query, name), tuple)
        found.append((words, address(query.without(name, value if is_one_of_several else None))))
    return found


def kept(query: OpportunityQuery, *, but: Iterable[str]) -> list[tuple[str, str]]:
    """Return the parameters that a form carries along, without those it asks for itself."""
    out = set(but)
    return [(name, value) for name, value in query.pairs() if name not in out]


def orders(results: Results) -> list[dict[str, object]]:
    """The orders one may choose."""
    return [
        {"value": one.value, "label": one.label, "checked": one == results.order}
        for one in Order
        if one != Order.MATCH or results.query.words
    ]


def page_address(query: OpportunityQuery, number: int) -> str:
    """Return the address of another page of the list."""
    words = urlencode([*query.pairs(), ("page", str(number))])
    return f"{reverse('tenders:opportunities')}?{words}"


# --- Cards ---


def cards(entries: Iterable[Entry], kinds: Mapping[int, str]) -> SafeString:
    """The cards of one page of the list.

    :param kinds: for each entry's key the look of its status.
    """
    return mark_safe("".join(_card(entry, kinds[entry.pk]) for entry in entries))  # noqa: S308 - escaped parts


def _card(entry: Entry, kind: str) -> str:
    record = entry.record
    area = f'<p class="ccp-card__where">{escape(record.service_area)}</p>' if record.service_area else ""
    look = f" ccp-tag--{kind}" if kind else ""
    buyers = escape(entry.buyer.name)
    if entry.partners:
        buyers += escape(f" with {', '.join(one.name for one in entry.partners)}")
    return (
        f'<li class="ccp-card"><div class="ccp-card__top"><div class="ccp-card__name">{area}<h3 class="ccp-card__title">'
        f'<a class="govuk-link" href="{entry.url}">{escape(record.title)}</a></h3>'
        f'<p class="ccp-card__where">{buyers}</p></div>'
        f'<strong class="govuk-tag{look}">{entry.status.label}</strong></div>'
        f'<dl class="ccp-card__facts">{_when(entry)}{_start(entry)}{_third(entry)}</dl>'
        f"{SAMPLE if record.is_sample else ''}</li>"
    )


def _fact(label: str, value: object, unknown: str = "Not stated", note: object = "") -> str:
    small = f"<small>{escape(note)}</small>" if note else ""
    if value is None or value == "":
        return f'<div><dt>{label}</dt><dd class="ccp-unknown">{unknown}{small}</dd></div>'
    return f"<div><dt>{label}</dt><dd>{escape(value)}{small}</dd></div>"


def _when(entry: Entry) -> str:
    """The next date that matters at its stage."""
    record, status = entry.record, entry.status
    if status == Opportunity.Status.OPEN:
        return _fact("Closes", gov_datetime(record.closes_at) if record.closes_at else None)
    if status in (Opportunity.Status.CLOSED, Opportunity.Status.AWARDED):
        when = record.awarded_at if status == Opportunity.Status.AWARDED else record.closes_at
        return _fact("Awarded" if status == Opportunity.Status.AWARDED else "Closed", gov_date(when) if when else None)
    if record.opens_at:
        return _fact("Opens", gov_datetime(record.opens_at))
    note = record.dates_as_stated if record.tender_date else ""
    return _fact("Tender", record.tender_date or record.dates_as_stated, note=note)


def _start(entry: Entry) -> str:
    record = entry.record
    if entry.replaces is not None and not record.contract_start_date:
        return _fact("Present contract ends", entry.replaces.ends)
    return _fact("Contract starts", record.contract_start_date)


def _third(entry: Entry) -> str:
    record = entry.record
    value = _fact("Value", value_words(record), unknown="Not published")
    if entry.unconfirmed_since:
        return value + _fact("Not confirmed since", confirmed_words(record))
    return value


def value_words(record: Opportunity) -> str:
    """The value as people read it; the organisation's own words before our numbers."""
    if record.value_as_stated:
        return record.value_as_stated
    low, high = record.value_from, record.value_to
    if low is not None and high is not None and low != high:
        return f"{money(low)} to {money(high)}"
    one = high if high is not None else low
    if one is not None:
        return money(one)
    return f"{money(record.value_gross)} with VAT" if record.value_gross is not None else ""
