"""Words to a point: two queries by key at most, and a third, by likeness, only for a name that nothing is called."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import replace
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, F, Q, QuerySet, When

from core.models import Outcode, OutcodeCouncil, Place, Postcode, Town

from .answers import Choice, Kind, Located, Reason, Unrecognised
from .elsewhere import nation_called, other_nation
from .postcodes import Reading, outcode_of, read

Point = tuple[float, float]

METRES_A_MILE = 1609.344
EARTH_MILES = 3958.7613
MOST_OPTIONS = 12
MOST_WORDS = 8
SUGGESTIONS = 3
SHOWN_CHARACTERS = 60
LIKE_ENOUGH = 0.4
# An outcode across the border belongs to England too if so much of it does.
ENGLISH_SHARE = 0.2
# A council is called after its town, and not the other way round, where the town has so many people.
TOWN_OF_ITS_OWN = 30_000
SETTLEMENTS = (Place.Kind.TOWN, Place.Kind.KEY_SERVICE_CENTRE)
NAMED_KINDS = (*SETTLEMENTS, Place.Kind.COUNCIL)


def locate(words: str) -> Located | Choice | Unrecognised:
    """Read what somebody typed into the box "Where": a postcode, an outcode, or the name of a town or council.

    Of words that are none of these the answer is `Unrecognised` with `Reason.NOT_A_PLACE`, and the caller may take
    them for the name of a service.
    """
    typed = re.sub(r"\s+", " ", words.replace("\0", "")).strip()
    if not re.search(r"\w", typed):
        return Unrecognised(words, Reason.EMPTY, "Enter a postcode, a town or the name of a service.")
    found = read(typed)
    if found.reading == Reading.MALFORMED:
        return Unrecognised(
            words,
            Reason.MALFORMED,
            f"We do not recognise {_shown(typed)}. A full postcode looks like DH1 3UJ, and its first half like DH1.",
        )
    if found.reading == Reading.WORDS:
        return _named(words, typed)
    if answer := other_nation(words, found.area, None):
        return answer
    if found.reading == Reading.OUTCODE:
        return _outcode(words, found.code)
    return _postcode(words, found.code)


def located_by_key(key: str) -> Located | None:
    """Return what `Located.key` names: an outcode such as "CA28", or a slug; None if nothing is called so."""
    code = key.upper()
    outcode = _outcodes().filter(pk=code).first() if 2 <= len(code) <= 4 and code.isalnum() else None
    if outcode is not None:
        shares = _shares(outcode)
        return _at_outcode(outcode, shares) if _is_in_england(outcode, shares) else None
    place = _places().filter(slug=key[:80]).first()
    if place is not None:
        return _at_place(place)
    town = _towns().filter(slug=key[:120]).first()
    return _at_town(town) if town else None


def council_of(postcode: str) -> Place | None:
    """Return the council with adult social care at a full postcode; None if the postcode is unknown or not England's."""
    row = _live(postcode)
    return row.council if row else None


def council_of_code(code: str) -> Place | None:
    """Return the council with adult social care of a GSS code: its own, a district's, or one of before a reorganisation."""
    wanted = code.strip().upper()
    councils = Place.objects.filter(kind=Place.Kind.COUNCIL)
    council: Any = councils.filter(Q(gss_code=wanted) | Q(authority_codes__code=wanted)).distinct().first()
    return council if isinstance(council, Place) else None


def point_of(postcode: str) -> Point | None:
    """Return latitude and longitude of a full postcode, or None if we do not know it.

    Never for a withheld address: the centre of its outcode is all that may be told of one.
    """
    row = _live(postcode)
    return (row.latitude, row.longitude) if row else None


def distance_miles(a_latitude: float, a_longitude: float, b_latitude: float, b_longitude: float) -> float:
    """Return the distance between two points in miles, as the crow flies."""
    a, b = math.radians(a_latitude), math.radians(b_latitude)
    across = math.radians(b_longitude - a_longitude)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * EARTH_MILES * math.asin(math.sqrt(min(1.0, half)))


def nearest_town(latitude: float, longitude: float, *, within_miles: float = 10) -> Town | None:
    """Return the populated place nearest to a point, or None if there is none so near."""
    high = within_miles / 69.0
    wide = high / max(math.cos(math.radians(latitude)), 0.1)
    flat = math.cos(math.radians(latitude)) ** 2
    squared = (F("latitude") - latitude) * (F("latitude") - latitude) + (F("longitude") - longitude) * (
        F("longitude") - longitude
    ) * flat
    return (
        Town.objects.filter(
            latitude__range=(latitude - high, latitude + high), longitude__range=(longitude - wide, longitude + wide)
        )
        .order_by(squared, "pk")
        .first()
    )


def search_name(name: str) -> str:
    """Return a name in small letters without accents, punctuation and what stands in brackets, as names are compared."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"\(.*?\)", " ", plain).replace("&", " and ").replace("'", "")
    plain = re.sub(r"[^a-z0-9]+", " ", plain).strip()
    return re.sub(r"^st ", "saint ", plain)


def _live(postcode: str) -> Postcode | None:
    found = read(postcode)
    if found.reading != Reading.POSTCODE:
        return None
    return Postcode.objects.select_related("council").filter(pk=found.code).first()


def _outcodes() -> QuerySet[Outcode]:
    return Outcode.objects.select_related("council", "town__place")


def _places() -> Any:
    return Place.objects.filter(latitude__isnull=False, kind__in=NAMED_KINDS).select_related("parent")


def _towns() -> QuerySet[Town]:
    return Town.objects.select_related("council", "place__parent")


def _postcode(words: str, code: str) -> Located | Unrecognised:
    row = _live(code)
    written = f"{code[:-3]} {code[-3:]}"
    if row is not None:
        if answer := other_nation(words, "", row.country):
            return answer
        outcode = _outcodes().filter(pk=code[:-3]).first()
        return Located(
            kind=Kind.POSTCODE,
            label=written,
            public_label=_outcode_label(outcode) if outcode else code[:-3],
            latitude=row.latitude,
            longitude=row.longitude,
            outcode=code[:-3],
            council=row.council,
            accuracy_miles=0.1,
        )
    near = _outcodes().filter(pk=code[:-3]).first()
    if near is None:
        return Unrecognised(
            words,
            Reason.UNKNOWN_POSTCODE,
            f"We do not recognise {written}, nor {code[:-3]}. Check it, or enter the name of a town.",
        )
    shares = _shares(near)
    abroad = None if _is_in_england(near, shares) else other_nation(words, "", near.country)
    return abroad or Unrecognised(
        words,
        Reason.UNKNOWN_POSTCODE,
        f"We do not recognise {written}. New postcodes take a while to reach us: try the first half, {code[:-3]}.",
        suggestions=(_at_outcode(near, shares),),
    )


def _outcode(words: str, code: str) -> Located | Unrecognised:
    row = _outcodes().filter(pk=code).first()
    if row is None:
        return Unrecognised(
            words,
            Reason.UNKNOWN_OUTCODE,
            f"We do not recognise {code} as the first half of a postcode. Check it, or enter the name of a town.",
        )
    if row.council is None:
        return other_nation(words, "", row.country) or _at_outcode(row, [])
    shares = _shares(row)
    abroad = None if _is_in_england(row, shares) else other_nation(words, "", row.country)
    return abroad or _at_outcode(row, shares)


def _shares(row: Outcode) -> list[OutcodeCouncil]:
    shares = OutcodeCouncil.objects.filter(outcode=row).select_related("council")
    return list(shares.order_by("-postcodes", "council_id"))


def _is_in_england(row: Outcode, shares: list[OutcodeCouncil]) -> bool:
    """Whether enough of an outcode lies in England to look for care around its centre: NP16 does, CH5 does not."""
    return sum(share.postcodes for share in shares) >= ENGLISH_SHARE * row.postcodes


def _at_outcode(row: Outcode, shares: list[OutcodeCouncil]) -> Located:
    label = _outcode_label(row)
    return Located(
        kind=Kind.OUTCODE,
        label=label,
        public_label=label,
        latitude=row.latitude,
        longitude=row.longitude,
        outcode=row.outcode,
        council=row.council,
        accuracy_miles=row.radius95 / METRES_A_MILE,
        place=row.town.place if row.town else None,
        key=row.outcode,
        other_councils=tuple(share.council for share in shares if share.council_id != row.council_id),
    )


def _outcode_label(row: Outcode) -> str:
    name = row.town or row.council
    return f"{row.outcode}, {name}" if name else row.outcode


def _named(words: str, typed: str) -> Located | Choice | Unrecognised:
    name, _, qualifier = typed.partition(",")
    wanted = search_name(name)[:120]
    options = _called(wanted, search_name(qualifier), outcode_of(qualifier)) if wanted else []
    if len(options) == 1:
        return options[0]
    if options:
        return Choice(_shown(name), tuple(options[:MOST_OPTIONS]))
    if answer := nation_called(words, wanted):
        return answer
    suggestions = _alike(wanted) if len(wanted) > 2 else []
    message = f"We do not recognise {_shown(typed)} as a postcode or a town."
    if suggestions:
        message += f" Did you mean {suggestions[0].label}?"
    return Unrecognised(words, Reason.NOT_A_PLACE, message, suggestions=tuple(suggestions))


def _at_place(place: Place, outcode: str = "") -> Located:
    if place.latitude is None or place.longitude is None:
        raise ValueError(f"{place} has no centre.")
    is_council = place.kind == Place.Kind.COUNCIL
    # The type checker's Django plugin cannot follow "self" in an abstract model.
    council: Any = place if is_council else place.parent
    if council is not None and council.kind != Place.Kind.COUNCIL:
        council = None
    label = place.name if is_council or council is None else f"{place.name}, {council.name}"
    return Located(
        kind=Kind.PLACE,
        label=label,
        public_label=label,
        latitude=place.latitude,
        longitude=place.longitude,
        outcode=outcode,
        council=council,
        place=place,
        key=place.slug,
    )


def _at_town(town: Town) -> Located:
    if town.place is not None and town.place.latitude is not None:
        return _at_place(town.place, town.outcode)
    label = f"{town.name}, {town.council.name}" if town.council and town.council.name != town.name else town.name
    return Located(
        kind=Kind.PLACE,
        label=label,
        public_label=label,
        latitude=town.latitude,
        longitude=town.longitude,
        outcode=town.outcode,
        council=town.council,
        place=town.place,
        key=town.slug,
    )


def _called(name: str, county: str, outcode: str | None) -> list[Located]:
    """Return what goes by a name, of our own tree first, then the larger town first; only what lies in a county, a
    council's area or an outcode where one is given and anything does.

    "Newport Isle of Wight" and "Brampton CA8" need no comma: a name may be followed by what tells it apart.
    """
    parts = name.split(" ")
    names = [" ".join(parts[:count]) for count in range(len(parts), 0, -1)][:MOST_WORDS]
    by_name = _by_name(names)
    if found := by_name.get(name):
        return _told_apart(_narrowed(found, county, outcode) or found)
    for shorter in names[1:]:
        rest = name.removeprefix(shorter).strip()
        if found := _narrowed(by_name.get(shorter, []), rest, outcode_of(rest)):
            return _told_apart(found)
    return []


def _by_name(names: list[str]) -> dict[str, list[Located]]:
    slugs = {name.replace(" ", "-"): name for name in names}
    slugs |= {re.sub("^saint-", "st-", slug): name for slug, name in slugs.items()}
    towns: dict[str, list[Town]] = {}
    for town in _towns().filter(search_name__in=names).order_by("-population", "pk"):
        towns.setdefault(town.search_name, []).append(town)
    found: dict[str, list[Located]] = {}
    for place in _places().filter(slug__in=slugs).order_by("kind", "pk"):
        name = slugs[place.slug]
        # "Darlington" is the town, not the middle of the council's area around it.
        homes = {town.council_id for town in towns.get(name, ()) if town.population >= TOWN_OF_ITS_OWN}
        if place.kind != Place.Kind.COUNCIL or place.pk not in homes:
            same = next((town for town in towns.get(name, ()) if town.place_id == place.pk), None)
            found.setdefault(name, []).append(_at_place(place, same.outcode if same else ""))
    for name, rows in towns.items():
        own = {option.place.pk for option in found.get(name, ()) if option.place}
        found.setdefault(name, []).extend(_at_town(town) for town in rows if town.place_id not in own)
    return found


def _told_apart(options: list[Located]) -> list[Located]:
    """Add to labels that would still read alike what tells them apart: two Suttons in one county, a town and an area."""
    labels = [option.label for option in options]

    def told(option: Located) -> Located:
        if labels.count(option.label) == 1:
            return option
        is_area = option.place is not None and option.place.kind == Place.Kind.COUNCIL
        what = "council area" if is_area else option.outcode or "town"
        return replace(option, label=f"{option.label} ({what})", public_label=f"{option.label} ({what})")

    return [told(option) for option in options]


def _narrowed(options: list[Located], county: str, outcode: str | None) -> list[Located]:
    """Return the options that lie in an outcode, or in a council's area of this name or of a name with it inside."""
    return [
        option
        for option in options
        if (outcode is not None and option.outcode == outcode)
        or (len(county) > 2 and option.council is not None and county in search_name(option.council.name))
    ]


def _alike(name: str) -> list[Located]:
    """Return the towns that may have been meant: "Hull" is the end of a name, "Durhm" is misspelt."""
    whole = Q(search_name__regex=rf"\m{name}\M")
    rows = (
        _towns()
        .filter(whole | Q(search_name__trigram_similar=name))
        .annotate(likeness=TrigramSimilarity("search_name", name), has_it=Case(When(whole, then=1), default=0))
        .filter(Q(has_it=1) | Q(likeness__gte=LIKE_ENOUGH))
        .order_by("-has_it", Case(When(whole, then=-F("population")), default=0), "-likeness", "-population", "pk")
    )
    return _told_apart([_at_town(row) for row in rows[:SUGGESTIONS]])


def _shown(words: str) -> str:
    """Return typed words short enough for a message."""
    text = words.strip()
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
