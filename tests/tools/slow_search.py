"""The search for care again, slow and obviously right: plain Python over the models, one service after the other.

It shares no SQL, no masks and no search rows with `providers.search`. Counts of filters are made as they are promised:
by searching again with each value alone.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection

from core import geography
from core.models import Outcode, Place, Postcode
from providers.models import Location, Rating, Service
from providers.search import Order, ServiceQuery

FUNDING = {"self": "takes_self_funders", "council": "takes_council_funded", "nhs": "takes_nhs_funded"}
ACCESS = {
    "step_free": "has_step_free_entrance",
    "toilet": "has_accessible_toilet",
    "hearing_loop": "has_hearing_loop",
    "parking": "has_accessible_parking",
    "lift": "has_lift",
}
UNITS = ["hour", "session", "day", "night", "week"]
RATING_ORDER = ["outstanding", "good", "unrated", "requires_improvement", "inadequate"]


@dataclass(frozen=True)
class Found:
    """A service in a list: at which building, how far, and whether it told where it goes."""

    service: int
    location: int | None
    miles: float | None = None
    is_area_told: bool = True


@dataclass(frozen=True)
class Facts:
    """What is looked at of a service."""

    row: Service
    types: frozenset[str]
    groups: frozenset[str]
    languages: frozenset[str]
    served: frozenset[str]
    rating: str
    fee: tuple[int, float] | None
    buildings: tuple[tuple[Location | None, tuple[float, float] | None, str], ...]
    names: frozenset[str]
    words: frozenset[str]
    sort_name: bytes
    goes_there: bool
    comes_home: bool
    areas: dict[str, bool]


class SlowSearch:
    """Reads everything at once, and then answers questions about it at a moment."""

    def __init__(self, *, at: dt.datetime) -> None:
        self.at = at
        self.stems: dict[str, frozenset[str]] = {}
        self.stemmed: dict[frozenset[str], frozenset[str]] = {}
        self.councils = {place.pk: place for place in Place.objects.filter(kind="council")}
        self.postcodes = {row.pk: row for row in Postcode.objects.all()}
        self.outcodes = {row.pk: row for row in Outcode.objects.prefetch_related("councils")}
        rows = Service.objects.filter(published_at__lte=at).select_related("provider")
        rows = rows.prefetch_related(
            "types", "client_groups", "locations__place", "areas_served", "ratings", "fees", "vacancies"
        )
        self.facts = [
            self.read(row)
            for row in rows
            if row.provider is None or (row.provider.published_at is not None and row.provider.published_at <= at)
        ]

    # --- What is known of a service ---

    def read(self, row: Service) -> Facts:
        locations = sorted(row.locations.all(), key=lambda one: one.pk)
        areas = list(row.areas_served.all())
        setting = row.setting
        comes_home = setting in ("home", "both", "remote")
        goes_there = setting in ("place", "both")
        if setting == "unknown":
            goes_there = bool(locations)
            comes_home = not locations and bool(areas or row.served_outcodes)
        buildings = tuple((one, self.point(one), self.council(one)) for one in locations) or ((None, None, ""),)
        told = {place.path: True for place in areas} | {f"@{code}": True for code in row.served_outcodes}
        if not told and setting in ("home", "remote"):
            slugs = {council for _, _, council in buildings if council}
            told = {place.path: False for place in self.councils.values() if place.slug in slugs}
        overall = next((one for one in row.ratings.all() if one.question == Rating.Question.OVERALL), None)
        fees = [(UNITS.index(one.per), float(one.amount_from)) for one in row.fees.all()]
        provider = row.provider
        names = [row.name, *([provider.name, provider.trading_name, provider.brand] if provider else [])]
        shown = [one for one in locations if not one.is_address_withheld]
        texts = [
            *names, row.provider_as_stated, row.summary, row.description, row.faith_and_culture, row.food,
            *(one.name for one in (*row.types.all(), *row.client_groups.all(), *areas)),
            *row.languages, *row.served_outcodes,
            *(part for one in shown for part in (one.name, one.address, one.town, one.postcode, outcode(one))),
        ]  # fmt: skip
        return Facts(
            row=row,
            types=frozenset(slug for node in row.types.all() for slug in node.path.split("/")),
            groups=frozenset(slug for node in row.client_groups.all() for slug in node.path.split("/")),
            languages=frozenset(one.strip().lower() for one in row.languages if one.strip()),
            served=self.served(row, areas),
            rating=(overall.value if overall else "") or "unrated",
            fee=min(fees) if fees else None,
            buildings=buildings,
            names=frozenset(words_of(" ".join(names))),
            words=frozenset(words_of(" ".join(texts))),
            sort_name=re.sub("[^a-z0-9]+", " ", fold(row.name))[:80].encode(),
            goes_there=goes_there,
            comes_home=comes_home,
            areas=told,
        )

    def served(self, row: Service, areas: Iterable[Place]) -> frozenset[str]:
        """The councils a service comes to, whole or in part."""
        found = set()
        for council in self.councils.values():
            for area in areas:
                is_around = f"{area.path}/".startswith(f"{council.path}/")
                is_below = area.kind in ("country", "region") and council.path.startswith(f"{area.path}/")
                if is_around or is_below:
                    found.add(council.slug)
        for code in row.served_outcodes:
            if code in self.outcodes:
                found |= {council.slug for council in self.outcodes[code].councils.all()}
        return frozenset(found)

    def point(self, location: Location) -> tuple[float, float] | None:
        centre = self.outcodes.get(outcode(location))
        if location.is_address_withheld:
            return (centre.latitude, centre.longitude) if centre else None
        if location.latitude is not None:
            return (location.latitude, location.longitude)
        found = self.postcodes.get(compact(location.postcode)) or centre
        return (found.latitude, found.longitude) if found else None

    def council(self, location: Location) -> str:
        if location.is_address_withheld:
            centre = self.outcodes.get(outcode(location))
            return self.councils[centre.council_id].slug if centre and centre.council_id else ""
        postcode = self.postcodes.get(compact(location.postcode))
        if postcode is not None and postcode.council_id:
            return self.councils[postcode.council_id].slug
        if location.place is None:
            return ""
        around = [one for one in self.councils.values() if f"{location.place.path}/".startswith(f"{one.path}/")]
        return max(around, key=lambda one: len(one.path)).slug if around else ""

    # --- Answers ---

    def lists(self, query: ServiceQuery, corrected: dict[str, tuple[str, ...]]) -> tuple[list[Found], list[Found]]:
        """Return both lists whole and in order."""
        near: dict[int, tuple[Facts, Location | None, float | None]] = {}
        home: dict[int, Facts] = {}
        for one in self.facts:
            if not self.is_wanted(one, query) or not self.has_words(one, query, corrected):
                continue
            for location, point, council in one.buildings:
                if not self.is_wanted_at(one, location, council, query):
                    continue
                if query.near is None:
                    if self.has_setting(one, query, one.goes_there, one.comes_home):
                        near.setdefault(one.row.pk, (one, location, None))
                    continue
                if point and one.goes_there and self.has_setting(one, query, True, False):
                    miles = geography.distance_miles(query.near.latitude, query.near.longitude, *point)
                    known = near.get(one.row.pk)
                    if miles <= query.radius_miles and (known is None or miles < known[2] - 1e-9):
                        near[one.row.pk] = (one, location, miles)
                if self.comes_to(one, query) is not None and self.has_setting(one, query, False, True):
                    home[one.row.pk] = one
        order = self.order(query)
        first = sorted(near.values(), key=lambda hit: self.key(hit[0], order, hit[2], query, corrected))
        home_order = Order.NAME if order == Order.NEAREST else order
        second = sorted(home.values(), key=lambda hit: self.key(hit, home_order, None, query, corrected))
        return (
            [Found(one.row.pk, location.pk if location else None, miles) for one, location, miles in first],
            [Found(one.row.pk, None, None, bool(self.comes_to(one, query))) for one in second],
        )

    def total(self, query: ServiceQuery, corrected: dict[str, tuple[str, ...]], *, speaking: str = "") -> int:
        near, home = self.lists(query, corrected)
        speakers = {one.row.pk for one in self.facts if not speaking or speaking in one.languages}
        return len({one.service for one in (*near, *home)} & speakers)

    def facets(self, query: ServiceQuery, corrected: dict[str, tuple[str, ...]]) -> dict[str, dict[str, int]]:
        """Count each value of each filter by searching with it."""
        every = {
            "types": {slug for one in self.facts for slug in one.types},
            "groups": {slug for one in self.facts for slug in one.groups},
            "languages": {word for one in self.facts for word in one.languages},
            "councils": {one.slug for one in self.councils.values()},
            "funding": set(FUNDING),
            "rating": set(RATING_ORDER),
        }
        found = {
            name: {value: self.total(replace(query, **{name: (value,)}), corrected) for value in values}
            for name, values in every.items()
        }
        # With those that have not told us, a language that none told of is not offered.
        found["languages"] = {
            value: count
            for value, count in found["languages"].items()
            if self.total(replace(query, languages=(value,)), corrected, speaking=value)
        }
        found["access"] = {
            value: self.total(replace(query, access=(*query.access, value)), corrected) for value in ACCESS
        }
        found["space"] = {"1": self.total(replace(query, has_space=True), corrected)}
        found["setting"] = {value: self.total(replace(query, setting=value), corrected) for value in ("place", "home")}
        return {name: {value: count for value, count in counts.items() if count} for name, counts in found.items()}

    def facets_at_once(self, query: ServiceQuery, corrected: dict[str, tuple[str, ...]]) -> dict[str, dict[str, int]]:
        """The same counts for many rows: each filter is taken away once, and the values of what is then found counted."""
        by_key = {one.row.pk: one for one in self.facts}
        found = {}
        for name, empty, read in (
            ("types", (), lambda one, _: one.types),
            ("groups", (), lambda one, _: one.groups),
            ("rating", (), lambda one, _: {one.rating}),
            ("languages", (), lambda one, _: one.languages),
            ("funding", (), lambda one, _: {value for value, field in FUNDING.items() if getattr(one.row, field)}),
            ("space", False, lambda one, _: {"1"} if self.has_space(one) else ()),
        ):
            less = replace(query, **{"has_space" if name == "space" else name: empty})
            near, home = self.lists(less, corrected)
            counts: dict[str, int] = {}
            for key in {one.service for one in (*near, *home)}:
                for value in read(by_key[key], None):
                    counts[value] = counts.get(value, 0) + 1
            found[name] = counts
        found["councils"] = self.by_council(replace(query, councils=()), corrected)
        found["access"] = {
            value: self.total(replace(query, access=(*query.access, value)), corrected) for value in ACCESS
        }
        found["setting"] = {value: self.total(replace(query, setting=value), corrected) for value in ("place", "home")}
        return {name: {value: count for value, count in counts.items() if count} for name, counts in found.items()}

    def by_council(self, query: ServiceQuery, corrected: dict[str, tuple[str, ...]]) -> dict[str, int]:
        """Count services by the councils they serve and those of the buildings they would be found at."""
        counts: dict[str, int] = {}
        for one in self.facts:
            if not self.is_wanted(one, query) or not self.has_words(one, query, corrected):
                continue
            comes = self.comes_to(one, query) is not None and self.has_setting(one, query, False, True)
            councils = set()
            for location, point, council in one.buildings:
                if not self.is_wanted_at(one, location, council, query):
                    continue
                if query.near is None:
                    is_found = self.has_setting(one, query, one.goes_there, one.comes_home)
                else:
                    here = (query.near.latitude, query.near.longitude)
                    is_found = comes or (
                        point is not None
                        and one.goes_there
                        and self.has_setting(one, query, True, False)
                        and geography.distance_miles(*here, *point) <= query.radius_miles
                    )
                if is_found:
                    councils |= {council, *one.served} - {""}
            for council in councils:
                counts[council] = counts.get(council, 0) + 1
        return counts

    def has_space(self, one: Facts) -> bool:
        return any(row.available and row.is_current(at=self.at) for row in one.row.vacancies.all())

    # --- Conditions ---

    def is_wanted(self, one: Facts, query: ServiceQuery) -> bool:
        unsaid = query.include_unsaid
        if query.types and not one.types & set(query.types):
            return False
        if query.groups and not one.groups & set(query.groups):
            return False
        if query.rating and one.rating not in query.rating:
            return False
        if query.languages and not one.languages & set(query.languages) and not (unsaid and not one.languages):
            return False
        if query.funding:
            answers = [getattr(one.row, FUNDING[value]) for value in query.funding]
            if not any(answer or (unsaid and answer is None) for answer in answers):
                return False
        if query.has_space:
            vacancies = list(one.row.vacancies.all())
            has = any(vacancy.available and vacancy.is_current(at=self.at) for vacancy in vacancies)
            has_told = any(vacancy.expires_at > self.at for vacancy in vacancies)
            if not has and not (unsaid and not has_told):
                return False
        return True

    def is_wanted_at(self, one: Facts, location: Location | None, council: str, query: ServiceQuery) -> bool:
        for value in query.access:
            answer = getattr(location, ACCESS[value]) if location else None
            if not answer and not (query.include_unsaid and answer is None):
                return False
        return not query.councils or bool(({council} | one.served) & set(query.councils))

    def has_setting(self, one: Facts, query: ServiceQuery, goes_there: bool, comes_home: bool) -> bool:
        return {"": True, "place": goes_there, "home": comes_home}[query.setting]

    def comes_to(self, one: Facts, query: ServiceQuery) -> bool | None:
        """Whether it told that it comes to the place asked for; None if it does not come."""
        if not one.comes_home or query.near is None:
            return None
        told = []
        for area, is_told in one.areas.items():
            if area.startswith("@"):
                if query.near.kind != geography.Kind.PLACE and area == f"@{query.near.outcode}":
                    told.append(is_told)
                continue
            around = [place.path for place in (query.near.place, query.near.council) if place]
            is_around = any(f"{path}/".startswith(f"{area}/") for path in around)
            is_chosen = query.near.kind == geography.Kind.PLACE and query.near.place is not None
            if is_around or (is_chosen and area.startswith(f"{query.near.place.path}/")):
                told.append(is_told)
        return any(told) if told else None

    # --- Words ---

    def has_words(self, one: Facts, query: ServiceQuery, corrected: dict[str, tuple[str, ...]]) -> bool:
        return all(self.holds(one.words, word, corrected) for word in self.looked_for(query))

    def looked_for(self, query: ServiceQuery) -> list[str]:
        return [word for word in words_of(query.words) if self.stem(word)]

    def holds(self, words: frozenset[str], typed: str, corrected: dict[str, tuple[str, ...]]) -> bool:
        wanted = self.stem(typed).union(*(self.stem(word) for word in corrected.get(typed, ())))
        if words not in self.stemmed:
            self.stemmed[words] = frozenset().union(*map(self.stem, words))
        return bool(self.stemmed[words] & wanted)

    def stem(self, word: str) -> frozenset[str]:
        """What PostgreSQL's English dictionary makes of a word; nothing of a stop word."""
        if word not in self.stems:
            with connection.cursor() as cursor:
                cursor.execute("SELECT tsvector_to_array(to_tsvector('english', %s))", [word])
                self.stems[word] = frozenset(cursor.fetchone()[0])
        return self.stems[word]

    # --- Order ---

    def order(self, query: ServiceQuery) -> Order:
        has_words = bool(self.looked_for(query))
        default = Order.NEAREST if query.near else Order.MATCH if has_words else Order.NAME
        if not query.order:
            return default
        order = Order(query.order)
        if (order == Order.NEAREST and not query.near) or (order == Order.MATCH and not has_words):
            return default
        return order

    def key(self, one, order, miles, query, corrected):
        is_named = all(self.holds(one.names, word, corrected) for word in self.looked_for(query))
        confirmed = one.row.confirmed_at
        first = {
            Order.MATCH: (not is_named,),
            Order.NEAREST: (round(miles, 7) if miles is not None else 0,),
            Order.NAME: (),
            Order.RATING: (RATING_ORDER.index(one.rating),),
            Order.CONFIRMED: (confirmed is None, -confirmed.timestamp() if confirmed else 0),
            Order.FEE: (one.fee is None, one.fee or ()),
        }[order]
        return (*first, one.sort_name, one.row.pk)


def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", re.sub("['’‘`´]", "", text))
    return "".join(character for character in plain if not unicodedata.combining(character)).lower()


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


def compact(postcode: str) -> str:
    return re.sub("[^A-Za-z0-9]", "", postcode).upper()


def outcode(location: Location) -> str:
    code = compact(location.postcode)
    return code[:-3] if 5 <= len(code) <= 7 else code if 2 <= len(code) <= 4 else ""
