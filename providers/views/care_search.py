from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import clock
from core.geography import Kind
from core.geography.ground import ground
from core.models import Place
from core.versions import conditional

from .. import near, results, shortlist
from ..council_help import council_help
from ..finder import Answers
from ..forms import read_address, service_query
from ..maps import map_of_list
from ..search import DEFAULT_RADIUS_MILES, RADII_MILES, Order, search, widened, without_one_filter
from .finder import summary_address, why

REGISTERS = ("services", "providers", "places", "taxonomy", "organisations")
# Where the browser goes after each press, so that a screen reader begins to read at the results.
RESULTS = "#results"
# With fewer places than this the page offers to look further away.
FEW = 3
ORDERS = {
    Order.MATCH: "Best match",
    Order.NEAREST: "Nearest",
    Order.NAME: "Name",
    Order.RATING: "Rating",
    Order.CONFIRMED: "Most recently confirmed",
    Order.FEE: "Lowest starting fee",
}
# Above the list, short; below it the whole of `Order.reason`.
ORDERED = {
    Order.MATCH: "Your words in the name first",
    Order.NEAREST: "Nearest first, then by name",
    Order.NAME: "By name",
    Order.RATING: "Best rating first",
    Order.CONFIRMED: "Most recently confirmed first",
    Order.FEE: "Lowest starting fee first",
}


@login_not_required
@csrf_exempt  # Nothing on the server changes, and the form stands on cached pages.
@require_http_methods(["GET", "HEAD", "POST"])
@conditional(*REGISTERS, minute=True)
def service_list(request):
    address = read_address(request.GET, kept=tuple(Answers.read(request.GET).pairs()))
    return _ask(request, address) if request.method == "POST" else _show(request, address)


def _ask(request, address):
    """Read the box, and go on to the results with what may stand in an address; the rest stays in the cookie."""
    if "forget" in request.POST:
        response = redirect(_results_at(address.with_all([], but=["near", "radius", "order"])))
        near.forget(response)
        return response
    typed = near.clean(request.POST.get("near", ""))
    if typed and typed == near.clean(request.POST.get("shown", "")) and address.one("near"):
        # Untouched: the key in the address says which Newport, the words in the box may not.
        asked = near.read_box("", request.POST.get("words", ""))
        pairs, place = [("near", address.one("near"))], None
    else:
        asked = near.read_box(typed, request.POST.get("words", ""))
        if asked.choice or (asked.error and not asked.is_name):
            return _unread(request, address, asked)
        place = asked.place
        pairs = _public_place(place)
    if asked.words:
        pairs.append(("q", asked.words))
    pairs += _radius(request.POST.get("radius", ""))
    but = ["near", "q", "radius"]
    if pairs and pairs[0][0] == "council":
        but.append("council")
    response = redirect(_results_at(address.with_all(pairs, but=but)))
    if place is not None:
        near.remember(response, place)
    elif not any(name == "near" for name, _ in pairs):
        near.forget(response)
    return response


def _public_place(place):
    """What of a place may stand in an address. A council is no point to measure from but an area to look in."""
    if place is None or place.key is None:
        return []
    is_council = place.place is not None and place.place.kind == Place.Kind.COUNCIL
    return [("council" if is_council else "near", place.key)]


def _radius(typed):
    is_known = typed.isascii() and typed.isdecimal() and len(typed) < 4 and int(typed) in RADII_MILES
    return [("radius", typed)] if is_known and int(typed) != DEFAULT_RADIUS_MILES else []


def _results_at(query):
    return f"{reverse('providers:services')}{query if query != '?' else ''}{RESULTS}"


def _unread(request, address, asked):
    """Say what we do not recognise, or ask which of several places is meant; what was typed stays."""
    options = asked.choice.options if asked.choice else asked.error.suggestions
    message = "" if asked.choice else asked.error.message
    words = [("q", asked.words)] if asked.words else []
    context = {
        "title": "Find care",
        "heading": asked.choice.question if asked.choice else "Find care and support",
        "message": message,
        "typed": asked.typed,
        "words": asked.words,
        "here": address.without("near"),
        "radii": _radii(request.POST.get("radius", "")),
        "options": [
            (option.label, _results_at(address.with_all([*_public_place(option), *words], but=["near", "q"])))
            for option in options
        ],
        "is_choice": asked.choice is not None,
        "elsewhere": (asked.error.link, asked.error.link_label) if asked.error and asked.error.link else None,
    }
    return render(request, "providers/services.html", context)


def _show(request, address):
    at = clock.now()
    place = near.place_of(request, address.one("near"))
    query = service_query(address, place)
    found = search(query, at=at)
    chips = results.chips(found, address)
    reader = results.Reader(
        at=at,
        council=place.council.slug if place and place.council else "",
        shortlist=frozenset(shortlist.read(request)),
        back=request.get_full_path(),
    )
    heading = _heading(address, place, found)
    shown = map_of_list(
        found.near.hits,
        first=(found.near.number - 1) * found.near.size + 1,
        place=place,
        radius_miles=query.radius_miles,
        council=_one_council(query),
    )
    is_narrowed = bool(address.pairs or place)
    context = {
        "title": heading if found.near.number == 1 else f"{heading}, page {found.near.number}",
        "heading": heading,
        "place": place,
        "is_kept": place is not None and not place.key,
        "is_unknown_place": bool(address.one("near")) and place is None,
        "typed": _in_the_box(place) if place else address.one("q"),
        "words": address.one("q"),
        "here": address.without(""),
        "radii": _radii(address.one("radius")),
        "results": found,
        "filters": results.filters(found, address),
        "settings": _settings(found, address),
        "orders": _orders(query, found),
        "untold": bool(address.one("untold")),
        "keep": [*address.only("near", "q", "radius"), *address.kept],
        "clear": address.with_all([], but={name for name, _ in address.pairs} - {"near", "radius", "order"}),
        "chips": chips,
        "is_narrowed": is_narrowed,
        "reasons": why(address) if address.kept else [],
        "finder": summary_address(address.kept, address.one("near")) if address.kept else "",
        "near_list": _near_list(found, place, query, reader, shown),
        "map": shown,
        "home_list": _home_list(found, place, reader),
        "page": _page(found.near),
        "home_page": _page(found.home),
        "ways": _ways(query, address, at) if is_narrowed and not found.total else None,
        "miles": query.radius_miles,
        "further": _further(query, found, address),
        "setting": address.one("setting"),
        "corrected": list(found.corrected.items()),
        "has_unknown": bool(found.ignored),
        "meant": _meant(address, place, found),
        "order": found.order,
    }
    return render(request, "providers/services.html", context)


def _heading(address, place, found):
    """What the page shows. It stands in the title too: never a full postcode."""
    if place is not None:
        return f"Care near {place.public_label}"
    names = {item.value: item.label for item in found.values.get("councils", ())}
    councils = [names[value] for value in address.values("council") if value in names]
    if len(councils) == 1:
        return f"Care in {councils[0]}"
    if words := address.one("q"):
        return f"Care that matches “{words}”"
    return "Find care and support"


def _meant(address, place, found):
    """The towns that words may mean which little is called: a misspelt one stands in the address as words."""
    words = address.one("q")
    if place is not None or not words or (found.near.total >= found.near.size and not found.corrected):
        return []
    return [
        (town.label, _results_at(address.with_all([("near", town.key)], but=["q", "near"])))
        for town in ground().towns_like(words)
    ]


def _one_council(query):
    return query.councils[0] if len(query.councils) == 1 else ""


def _in_the_box(place):
    return place.outcode if place.kind == Kind.OUTCODE else place.label


def _radii(chosen):
    return [(miles, str(miles) == (chosen or str(DEFAULT_RADIUS_MILES))) for miles in RADII_MILES]


def _settings(found, address):
    chosen, counts = address.one("setting"), found.facets.get("setting", {})
    return [
        {"value": item.value, "label": item.label, "count": counts.get(item.value, 0), "checked": item.value == chosen}
        for item in found.values.get("setting", ())
    ]


def _orders(query, found):
    offered = [
        order
        for order in Order
        if not (order == Order.NEAREST and query.near is None) and not (order == Order.MATCH and not query.words)
    ]
    return [{"value": order.value, "label": ORDERS[order], "checked": order == found.order} for order in offered]


def _listing(page, reader, shown=None, *, status, empty, empty_text):
    return results.Listing(results.cards(page.hits, reader, shown), page.total, status, empty, empty_text)


def _near_list(found, place, query, reader, shown):
    """The services one goes to; without a place every service."""
    within = f"within {query.radius_miles:.0f} mile{'' if query.radius_miles == 1 else 's'}"
    count = f"{found.near.total:,} found"
    return _listing(
        found.near,
        reader,
        shown,
        status=f"{count} {within}. {ORDERED[found.order]}." if place else f"{count}. {ORDERED[found.order]}.",
        empty=f"No place {within}" if place else "No service is listed yet",
        empty_text="What comes to you stands below. For a place to go to, look further away or take a filter off."
        if place
        else "Services stand here as soon as a council or provider publishes one.",
    )


def _home_list(found, place, reader):
    """The services that come to a person: by the area they serve, never by where their office is."""
    label = place.public_label if place else ""
    verb = "comes" if found.home.total == 1 else "come"
    return _listing(
        found.home,
        reader,
        status=f"{found.home.total:,} {verb} to {label}. Where the office is makes no difference.",
        empty=f"Nothing that comes to {label}",
        empty_text="No service that fits has told us that it serves this area. Take a filter off, or ask the council.",
    )


def _page(found):
    """The pages of a list, for the links below it."""
    return Page([], found.number, Paginator(range(found.total), found.size))


def _further(query, found, address):
    """The next wider circle and its query, where few places are near; a family wants some to choose from."""
    wider = next((miles for miles in RADII_MILES if miles > query.radius_miles), None)
    if query.near is None or wider is None or not found.total or found.near.total >= FEW:
        return None
    return wider, address.with_one("radius", str(wider))


@dataclass(frozen=True)
class Ways:
    """What helps where nothing is found: the filter to take away, the wider circle, whom to ask."""

    without: object = None
    without_label: str = ""
    without_query: str = ""
    wider: object = None
    wider_query: str = ""
    council: object = None


def _ways(query, address, at):
    less = next(iter(without_one_filter(query, at=at)), None)
    wider = widened(query, at=at)
    return Ways(
        without=less,
        without_label=results.FILTER_NAMES.get(less.name, "") if less else "",
        without_query=address.with_all([], but=[results.PARAMETERS.get(less.name, less.name)]) if less else "",
        wider=wider,
        wider_query=address.with_one("radius", f"{wider.query.radius_miles:.0f}") if wider else "",
        council=council_help(query.near.council if query.near else None),
    )
