"""The parts of the list of opportunities that repeat: the filters with their counts, and the question in the links."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from core.search.groups import Filter, group
from tenders.search import PARAMETERS, OpportunityQuery, Order
from tenders.search.asking import Results

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
