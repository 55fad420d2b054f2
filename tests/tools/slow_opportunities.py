"""The search for opportunities again, slow and obviously right: plain Python over the models, one entry after the other.

It shares no SQL, no masks and no search rows with `tenders.search`; words are looked for by the database's own
dictionary, in the text that a page shows.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.db import connection

from core.dates import london_date
from core.models import Outcode, OutcodeCouncil, Place
from tenders.models import Framework, Opportunity, Route
from tenders.search import OpportunityQuery, Order

BANDS = ["0", "100k", "500k", "1m", "5m", "20m"]
FLOORS = [0, 100_000, 500_000, 1_000_000, 5_000_000, 20_000_000, float("inf")]
OVER = {"withdrawn", "cancelled"}


class SlowOpportunities:
    """Reads everything once and answers any number of questions."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at
        self.today = london_date(at)
        self.open_frameworks = set(Framework.objects.public(at=at).open_to_join(at=at).values_list("pk", flat=True))
        rows = Opportunity.objects.filter(published_at__lte=at, is_members_only=False).order_by("pk")
        rows = rows.select_related("organisation", "framework", "replaces_contract").prefetch_related(
            "types", "client_groups", "places", "lots__types", "lots__client_groups", "lots__places",
            "partners__places", "organisation__places",
        )  # fmt: skip
        self.known_places = {place.slug: place for place in Place.objects.all()}
        self.words: dict[tuple[int, str], bool] = {}
        self.councils: dict[str, set[str]] = {}
        self.rows = [row for row in rows if row.status(at=at) not in OVER]

    def ids(self, query: OpportunityQuery) -> list[int]:
        found = [row for row in self.rows if self.fits(row, query)]
        return [row.pk for row in sorted(found, key=self.order(query))]

    def counts(self, query: OpportunityQuery, name: str, values: list[str]) -> dict[str, int]:
        """For each value how many are found with it alone in its filter; where all must hold, with it besides."""
        found = {}
        for value in values:
            if name == "suitable":
                asked = replace(query, suitable=(*query.suitable, value))
            else:
                asked = replace(query, **{name: "now" if name == "joining" else (value,)})
            if count := len(self.ids(asked)):
                found[value] = count
        return found

    def fits(self, row: Opportunity, query: OpportunityQuery) -> bool:
        lots = list(row.lots.all())
        types = [*row.types.all(), *(one for lot in lots for one in lot.types.all())]
        groups = [*row.client_groups.all(), *(one for lot in lots for one in lot.client_groups.all())]
        buyers = {row.organisation.slug, *(one.slug for one in row.partners.all())}
        suits = {
            "sme": row.is_sme_suitable or any(lot.is_sme_suitable for lot in lots),
            "vcse": row.is_vcse_suitable or any(lot.is_vcse_suitable for lot in lots),
        }
        opens = self.opening(row)
        closes = london_date(row.closes_at) if row.closes_at else None
        return all(
            (
                not query.words or self.has_words(row, query.words),
                not query.stages or row.status(at=self.at) in query.stages,
                not query.types or any(set(query.types) & set(one.path.split("/")) for one in types),
                not query.groups or any(set(query.groups) & set(one.path.split("/")) for one in groups),
                not query.places or any(self.is_delivered(row, place) for place in query.places),
                not query.values or bool(set(query.values) & self.bands(row, lots)),
                not query.lives or row.life_stage in query.lives,
                not query.routes or row.route in query.routes,
                not query.regimes or row.regime in query.regimes,
                not query.reserved or (row.reserved_for or "no") in query.reserved,
                all(suits[one] for one in query.suitable),
                not query.buyers or bool(buyers & set(query.buyers)),
                not query.framework or (row.framework is not None and row.framework.slug == query.framework),
                not query.joining or self.can_join(row),
                query.opens_from is None or (opens is not None and opens[1] >= query.opens_from),
                query.opens_to is None or (opens is not None and opens[0] <= query.opens_to),
                query.closes_from is None or (closes is not None and closes >= query.closes_from),
                query.closes_to is None or (closes is not None and closes <= query.closes_to),
            )
        )

    def can_join(self, row: Opportunity) -> bool:
        is_market = row.route in (Route.FRAMEWORK, Route.DYNAMIC_MARKET)
        return row.framework_id in self.open_frameworks or (is_market and row.status(at=self.at) == "open")

    def opening(self, row: Opportunity) -> tuple[dt.date, dt.date] | None:
        if row.opens_at:
            return london_date(row.opens_at), london_date(row.opens_at)
        date = row.tender_date
        return (date.earliest, date.latest) if date and date.earliest else None

    def bands(self, row: Opportunity, lots: list) -> set[str]:
        told = [one for one in (row.value_from, row.value_to) if one is not None]
        ranges = [(min(told), max(told))] if told else [(row.value_gross,) * 2] if row.value_gross is not None else []
        ranges += [(lot.value_net, lot.value_net) for lot in lots if lot.value_net is not None]
        found = {
            band
            for low, high in ranges
            for number, band in enumerate(BANDS)
            if high >= FLOORS[number] and low < FLOORS[number + 1]
        }
        return found or {"unknown"}

    def places(self, row: Opportunity) -> list[Place]:
        told = [*row.places.all(), *(place for lot in row.lots.all() for place in lot.places.all())]
        buyers = [row.organisation, *row.partners.all()]
        return told or [place for one in buyers for place in one.places.all()]

    def is_delivered(self, row: Opportunity, wanted: str) -> bool:
        if wanted.isupper():
            return any(self.is_delivered(row, council) for council in self.councils_of(wanted))
        target = self.known_places[wanted]
        for place in self.places(row):
            if place.path == target.path or place.path.startswith(f"{target.path}/"):
                return True
            if target.path.startswith(f"{place.path}/"):
                return True
        return False

    def councils_of(self, outcode: str) -> set[str]:
        if outcode not in self.councils:
            row = Outcode.objects.get(pk=outcode)
            shares = OutcodeCouncil.objects.filter(outcode=row)
            self.councils[outcode] = {one.council.slug for one in shares} | (
                {row.council.slug} if row.council else set()
            )
        return self.councils[outcode]

    def has_words(self, row: Opportunity, words: str) -> bool:
        key = (row.pk, words)
        if key not in self.words:
            self.words[key] = _matches(_shown(row, self.places(row)), words)
        return self.words[key]

    def order(self, query: OpportunityQuery):
        order = query.order or ("match" if query.words else "soonest")
        name = lambda row: (_folded(row.title)[:80].encode(), row.pk)  # noqa: E731 - one of many keys

        def soonest(row):
            status = row.status(at=self.at)
            moment = row.closes_at if status == "open" else self.first_moment(row)
            return (status in ("closed", "awarded", "date_passed"), moment is None, moment or self.at, *name(row))

        def closing(row):
            is_open = row.status(at=self.at) == "open" and row.closes_at is not None
            return (not is_open, row.closes_at if is_open else self.at, *soonest(row))

        def opening(row):
            rank = {"planned": 0, "engaging": 0, "open": 1}.get(row.status(at=self.at), 2)
            moment = self.first_moment(row)
            return (rank, moment is None, moment or self.at, *name(row))

        def value(row):
            told = [
                row.value_to,
                row.value_from,
                row.value_gross,
                max((lot.value_net for lot in row.lots.all() if lot.value_net is not None), default=None),
            ]
            amount = next((one for one in told if one is not None), None)
            return (amount is None, -(amount or 0), *name(row))

        return {
            Order.SOONEST: soonest,
            Order.CLOSING: closing,
            Order.OPENING: opening,
            Order.NEWEST: lambda row: (-row.published_at.timestamp(), *name(row)),
            Order.VALUE: value,
            Order.NAME: name,
            Order.MATCH: lambda row: (
                not _matches(" ".join([row.title, *row.alternative_titles]), query.words),
                *soonest(row),
            ),
        }[order]

    def first_moment(self, row: Opportunity) -> dt.datetime | None:
        if row.opens_at:
            return row.opens_at
        if row.tender_date and row.tender_date.earliest:
            return dt.datetime.combine(row.tender_date.earliest, dt.time(), ZoneInfo("Europe/London"))
        return None


def _folded(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower())


def _shown(row: Opportunity, places: list[Place]) -> str:
    lots = list(row.lots.all())
    things = [*row.types.all(), *row.client_groups.all(), *places]
    things += [one for lot in lots for one in (*lot.types.all(), *lot.client_groups.all())]
    return " ".join(
        [row.title, row.summary, row.service_area, row.organisation.name, row.organisation.short_name, row.note]
        + [one.name for one in row.partners.all()]
        + [one.name for one in things]
        + [f"{lot.title} {lot.description}" for lot in lots]
    )


def _matches(text: str, words: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_tsvector('english', %s) @@ plainto_tsquery('english', %s)", [_folded(text), words])
        return bool(cursor.fetchone()[0])
