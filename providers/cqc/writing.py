"""Bringing checked rows into the tables, set by set, in the transaction of whoever calls.

What an import made and nobody else has changed since (`cqc_made_at`) is kept in step with the register. Any other entry
is its provider's: only its ratings and what the CQC says of its registration change, and `differences` tells the rest.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from core.models import Place, Postcode
from providers.models import CqcRegistration, Location, Provider, Rating, Service

from . import statements
from .reading import Checked, Kind
from .spill import STAGING, copy_statement

RESERVED = "'latest', 'new', 'calendar', 'shortlist', 'compare', 'finder', 'editions'"
SINGLE_SLUG = """
CASE WHEN count(*) OVER (PARTITION BY s.slug) > 1 OR s.slug IN ({reserved}) OR length(s.slug) < 3
          OR EXISTS (SELECT 1 FROM {table} taken WHERE taken.slug = s.slug)
          OR EXISTS (SELECT 1 FROM core_formerslug former WHERE former.register = '{register}' AND former.slug = s.slug)
     THEN s.slug || '-' || lower(s.{key}) ELSE s.slug END"""

# Providers that a person represents, or whose own words an officer has approved.
REPRESENTED = """
CREATE TEMP TABLE cqc_represented ON COMMIT DROP AS
SELECT provider_id AS id FROM providers_representative
UNION SELECT provider_id FROM providers_profilerevision WHERE decision = 'approved'
"""
PROVIDER_IS_KEPT = """(
    {p}.cqc_made_at IS NULL OR {p}.changed_at <> {p}.cqc_made_at OR {p}.organisation_id IS NOT NULL
    OR {p}.id IN (SELECT id FROM cqc_represented))"""
SERVICE_IS_KEPT = """(
    sv.cqc_made_at IS NULL OR sv.changed_at <> sv.cqc_made_at OR sv.confirmed_at IS NOT NULL
    OR sv.checked_at IS NOT NULL OR sv.provider_id IN (SELECT id FROM cqc_represented))"""

# Each staged location with what it is here. A building with several services stands for one of them, the regulated
# one; a service in several buildings is told of by the first.
SERVICE_OF_LOCATION = f"""
SELECT DISTINCT ON (link.location_id) link.location_id, sv.id AS service_id, {SERVICE_IS_KEPT} AS is_kept
FROM providers_service_locations link JOIN providers_service sv ON sv.id = link.service_id
JOIN providers_location l ON l.id = link.location_id AND l.cqc_location_id IS NOT NULL
ORDER BY link.location_id, sv.is_cqc_regulated IS NOT TRUE, sv.id
"""
MATCH = f"""
CREATE TEMP TABLE cqc_match ON COMMIT DROP AS
WITH linked AS ({SERVICE_OF_LOCATION}), found AS (
    SELECT s.cqc_location_id, l.id AS known_location_id, linked.service_id AS linked_service_id, linked.is_kept,
        p.id AS provider_id, coalesce(pc.council_id, council.place_id) AS place_id,
        coalesce(s.latitude, pc.latitude) AS latitude, coalesce(s.longitude, pc.longitude) AS longitude,
        (l.cqc_made_at IS NULL OR l.changed_at <> l.cqc_made_at OR coalesce(linked.is_kept, false)) AS is_kept_location,
        s.primary_id <> '' AND (
            s.primary_id IN (SELECT o.cqc_location_id FROM cqc_location o WHERE o.primary_id = '' AND NOT o.is_deregistered)
            OR s.primary_id IN (SELECT k.cqc_location_id FROM providers_location k JOIN linked one ON one.location_id = k.id
                                WHERE k.cqc_location_id NOT IN (SELECT o.cqc_location_id FROM cqc_location o))
        ) AS is_second,
        s.is_deregistered,
        row_number() OVER (PARTITION BY linked.service_id ORDER BY l.id) AS place_in_service
    FROM cqc_location s
    LEFT JOIN providers_location l ON l.cqc_location_id = s.cqc_location_id
    LEFT JOIN linked ON linked.location_id = l.id
    LEFT JOIN providers_provider p ON p.cqc_provider_id = s.cqc_provider_id
    LEFT JOIN core_postcode pc ON pc.postcode = replace(s.postcode, ' ', '')
    LEFT JOIN cqc_council council ON council.name = s.local_authority
), judged AS (
    SELECT *, known_location_id IS NULL AND NOT is_deregistered AND provider_id IS NOT NULL AS is_new_location,
        linked_service_id IS NULL AND NOT is_deregistered AND NOT is_second AND provider_id IS NOT NULL AS is_new_service
    FROM found
)
SELECT cqc_location_id, is_new_location, is_new_service, is_second, provider_id, place_id, latitude, longitude,
    coalesce(known_location_id, CASE WHEN is_new_location
        THEN nextval(pg_get_serial_sequence('providers_location', 'id')) END) AS location_id,
    CASE WHEN is_new_service THEN nextval(pg_get_serial_sequence('providers_service', 'id'))
         WHEN place_in_service = 1 THEN linked_service_id END AS service_id,
    coalesce(is_kept, false) AS is_kept, is_kept_location
FROM judged
"""
# The ratings file tells of nothing but ratings.
MATCH_OF_RATINGS = f"""
CREATE TEMP TABLE cqc_match ON COMMIT DROP AS
WITH linked AS ({SERVICE_OF_LOCATION})
SELECT l.cqc_location_id, false AS is_new_location, false AS is_new_service, false AS is_second, l.provider_id,
    l.id AS location_id, linked.is_kept,
    CASE row_number() OVER (PARTITION BY linked.service_id ORDER BY l.id) WHEN 1 THEN linked.service_id END AS service_id
FROM (SELECT DISTINCT cqc_location_id FROM cqc_rating) s
JOIN providers_location l ON l.cqc_location_id = s.cqc_location_id JOIN linked ON linked.location_id = l.id
"""

# The monthly file may be older than a closure the API told of.
CLOSED_SINCE = """
DELETE FROM {table} s USING providers_location l JOIN providers_cqcregistration r ON r.location_id = l.id
WHERE l.cqc_location_id = s.cqc_location_id AND r.is_deregistered AND r.deregistered_date > %(as_at)s AND {condition}
"""
# One person's business mostly bears their name, which no public address carries. The API tells of providers apart.
NO_PERSONS_NAME = """
UPDATE cqc_location s SET slug = 'care-service'
FROM providers_provider p
WHERE p.cqc_provider_id = s.cqc_provider_id AND p.sector = 'independent' AND lower(p.name) = lower(s.name)
    AND NOT starts_with(s.slug, 'care-service')
"""

PROVIDER_FACTS = {
    name: f"s.{name}"
    for name in (
        "name", "sector", "brand", "company_number", "charity_number", "website", "phone", "registered_address",
        "registered_town", "registered_postcode", "registered_date",
    )
}  # fmt: skip
LOCATION_FACTS = {
    "name": "s.name",
    "provider_id": "m.provider_id",
    "address": "s.address",
    "town": "s.town",
    "postcode": "s.postcode",
    "place_id": "m.place_id",
    "latitude": "m.latitude",
    "longitude": "m.longitude",
    "uprn": "s.uprn",
}
ENDED = """CASE WHEN s.is_deregistered AND s.deregistered_date IS NOT NULL THEN jsonb_build_object(
    'words', to_char(s.deregistered_date, 'FMDD FMMonth YYYY'), 'earliest', s.deregistered_date,
    'latest', s.deregistered_date, 'precision', 'day') END"""
SERVICE_FACTS = {
    "name": "s.name",
    "provider_id": "m.provider_id",
    "setting": "s.setting",
    "capacity": "s.beds",
    "capacity_unit": "CASE WHEN s.beds IS NULL THEN '' ELSE 'beds' END",
    "registered_manager": "s.registered_manager",
    "website": "s.website",
    "phone": "s.phone",
    "is_cqc_regulated": "true",
    "ended": ENDED,
}
REGISTRATION_FACTS = {
    "registered_date": "coalesce(s.registered_date, t.registered_date)",
    "is_deregistered": "s.is_deregistered",
    "deregistered_date": "CASE WHEN s.is_deregistered THEN coalesce(s.deregistered_date, t.deregistered_date) END",
    "is_dormant": "s.is_dormant",
    "dormant_from": "CASE WHEN s.is_dormant THEN coalesce(s.dormant_from, t.dormant_from) END",
    "dual_registration_primary_id": "s.primary_id",
    "local_authority_name": "s.local_authority",
}
WITHOUT_RATING = "('no_current_rating', 'dormant', 'deregistered')"
SAME_RATING = "(t.value = s.value AND s.value <> '' AND t.rated_date IS NOT DISTINCT FROM s.rated_date)"
RATING_FACTS = {
    "state": "s.state",
    "value": "s.value",
    "rated_date": "s.rated_date",
    "framework": f"CASE WHEN s.framework <> '' THEN s.framework WHEN {SAME_RATING} THEN t.framework ELSE '' END",
    "stated": "s.stated",
    # What was the rating until now is the earlier one from now on.
    "earlier_value": f"""CASE WHEN s.state NOT IN {WITHOUT_RATING} THEN '' WHEN s.earlier_value <> '' THEN s.earlier_value
        WHEN t.value <> '' THEN t.value ELSE coalesce(t.earlier_value, '') END""",
    "earlier_date": f"""CASE WHEN s.state NOT IN {WITHOUT_RATING} THEN NULL WHEN s.earlier_value <> '' THEN s.earlier_date
        WHEN t.value <> '' THEN t.rated_date ELSE t.earlier_date END""",
    "report_url": f"CASE WHEN s.is_exact_report OR coalesce(t.report_url, '') = '' OR NOT {SAME_RATING} THEN s.report_url"
    " ELSE t.report_url END",
}
# A service in several buildings is told of by the first. The newest wins: a rating by its own day, a word that there is
# none by the day of the file.
RATED = """
FROM (SELECT s.*, m.service_id, m.is_kept FROM cqc_rating s JOIN cqc_match m USING (cqc_location_id)
      WHERE m.service_id IS NOT NULL AND NOT m.is_second) s
"""
# New ones and those that differ in one pass: a question without rating is no row of its own.
RATINGS = f"{RATED} LEFT JOIN providers_rating t ON t.service_id = s.service_id AND t.question = s.question"
IS_NEWS = """CASE WHEN t.id IS NULL THEN s.question = 'overall' OR s.value <> '' OR s.stated <> ''
    ELSE t.rated_date IS NULL OR coalesce(s.rated_date, %(as_at)s::date) >= t.rated_date END"""
LEFT_OUT = {
    "no longer registered, and not known here": "s.is_deregistered",
    "its provider is not known here; import its provider too": "NOT s.is_deregistered",
}
FROM_LOCATION = "FROM cqc_location s JOIN cqc_match m USING (cqc_location_id)"

COMMON_WORDS = frozenset(
    ["council", "county", "city", "borough", "of", "the", "royal", "metropolitan", "district", "london", "unitary"]
)


@dataclass
class Written:
    """How many rows each step made or changed, and how long it took."""

    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class Writing:
    """One import under way. ``run`` does all; the steps stand apart so that each can be measured."""

    def __init__(
        self, checked: Checked, *, at: dt.datetime, by_id: int | None, import_id: int,
        progress: Callable[[str], None] = lambda step: None,
    ) -> None:  # fmt: skip
        self.checked = checked
        self.params = {"at": at, "by": by_id, "import": import_id, "as_at": checked.as_at_date}
        self.progress = progress
        self.written = Written()

    def run(self) -> Written:
        """Bring all in. The caller's transaction holds it, and the lock."""
        self.stage()
        if self.checked.kind != Kind.RATINGS:
            self.providers()
            self.match()
            self.locations()
            self.services()
            self.registrations()
        else:
            self._do("match", MATCH_OF_RATINGS)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT DISTINCT cqc_location_id FROM cqc_rating WHERE cqc_location_id NOT IN"
                    " (SELECT cqc_location_id FROM cqc_match)"
                )
                for (location_id,) in cursor.fetchall():
                    self.checked.ignored.add("ratings of a location that is not known here", location_id)
        self.ratings()
        return self.written

    def stage(self) -> None:
        """Bring the checked rows into temporary tables."""
        started = time.perf_counter()
        with connection.cursor() as cursor:
            # An import before this one in the same transaction may have left its own.
            cursor.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
                " AND starts_with(relname, 'cqc_')"
            )
            for (table,) in cursor.fetchall():
                cursor.execute(f"DROP TABLE pg_temp.{table}")
            for table, columns in STAGING.items():
                named = ", ".join(f"{name} {kind}" for name, kind in columns.items())
                cursor.execute(f"CREATE TEMP TABLE {table} ({named}) ON COMMIT DROP")
                with cursor.copy(copy_statement(table)) as copy:
                    for piece in self.checked.spill.pieces(table):
                        copy.write(piece)
                cursor.execute(f"ANALYZE {table}")
        self._took("staging", started)
        self._do("staging", REPRESENTED)
        self._do("staging", "CREATE TEMP TABLE cqc_council (name varchar(80), place_id bigint) ON COMMIT DROP")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO cqc_council VALUES (%s, %s)", self._councils())

        for table, condition in (
            ("cqc_location", "NOT s.is_deregistered"),
            ("cqc_rating", "s.state <> 'deregistered'"),
        ):
            closed = self._do("staging", CLOSED_SINCE.format(table=table, condition=condition))
            if closed and table == "cqc_location":
                self.checked.ignored.counts["closed since the day of the file, as the API told"] += closed

    def providers(self) -> None:
        slug = SINGLE_SLUG.format(
            reserved=RESERVED, table="providers_provider", register="providers.provider", key="cqc_provider_id"
        )
        made = PROVIDER_FACTS | {"cqc_provider_id": "s.cqc_provider_id", "slug": slug} | self._made()
        rows = (
            "FROM cqc_provider s LEFT JOIN providers_provider p USING (cqc_provider_id)"
            " WHERE p.id IS NULL AND s.cqc_provider_id IN (SELECT cqc_provider_id FROM cqc_location WHERE NOT is_deregistered)"
        )
        self._count(
            "providers.created", self._do("providers", statements.insert(Provider, made | self._published(), rows))
        )
        kept = PROVIDER_IS_KEPT.format(p="t")
        rows = "FROM cqc_provider s JOIN providers_provider t ON t.cqc_provider_id = s.cqc_provider_id"
        self._change("provider", Provider, PROVIDER_FACTS, rows, f"NOT {kept}")

    def match(self) -> None:
        self._do("match", NO_PERSONS_NAME)
        self._do("match", MATCH)
        self._do("match", "CREATE INDEX ON cqc_match (cqc_location_id)")
        self._do("match", "ANALYZE cqc_match")
        for reason, condition in LEFT_OUT.items():
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT s.cqc_location_id {FROM_LOCATION} WHERE m.location_id IS NULL AND {condition}")
                for (location_id,) in cursor.fetchall():
                    self.checked.ignored.add(reason, location_id)

    def locations(self) -> None:
        made = LOCATION_FACTS | {"cqc_location_id": "s.cqc_location_id", "slug": "'cqc-' || lower(s.cqc_location_id)"}
        rows = f"{FROM_LOCATION} WHERE m.is_new_location"
        made_now = self._do("locations", statements.insert(Location, made | self._made(), rows, key="m.location_id"))
        self._count("locations.created", made_now)
        # What the file leaves out, an older file or a postcode may have told.
        facts = LOCATION_FACTS | {
            "provider_id": "coalesce(m.provider_id, t.provider_id)",
            "place_id": "coalesce(m.place_id, t.place_id)",
            "latitude": "CASE WHEN m.latitude IS NULL THEN t.latitude ELSE m.latitude END",
            "longitude": "CASE WHEN m.latitude IS NULL THEN t.longitude ELSE m.longitude END",
        }
        rows = f"{FROM_LOCATION} JOIN providers_location t ON t.id = m.location_id"
        self._change("location", Location, facts, rows, "NOT m.is_new_location AND NOT m.is_kept_location")

    def services(self) -> None:
        slug = SINGLE_SLUG.format(
            reserved=RESERVED, table="providers_service", register="providers.service", key="cqc_location_id"
        )
        new = f"{FROM_LOCATION} WHERE m.is_new_service"
        made = SERVICE_FACTS | {"slug": slug} | self._made() | self._published()
        self._count("services.created", self._do("services", statements.insert(Service, made, new, key="m.service_id")))
        facts = SERVICE_FACTS | {"provider_id": "coalesce(m.provider_id, t.provider_id)"}
        rows = f"{FROM_LOCATION} JOIN providers_service t ON t.id = m.service_id"
        self._change("service", Service, facts, rows, "NOT m.is_new_service AND NOT m.is_kept AND NOT m.is_second")
        self._links("types", "type_ids", "servicetype_id")
        self._links("client_groups", "group_ids", "clientgroup_id")
        self._do(
            "service_locations",
            "INSERT INTO providers_service_locations (service_id, location_id)"
            " SELECT m.service_id, m.location_id FROM cqc_match m WHERE m.is_new_service",
        )
        self._merge()

    def _links(self, relation: str, staged: str, column: str) -> None:
        table = f"providers_service_{relation}"
        self._do(
            f"service_{relation}",
            f"INSERT INTO {table} (service_id, {column}) SELECT m.service_id, unnest(s.{staged}) {FROM_LOCATION}"
            " WHERE m.is_new_service",
        )
        self._do(
            f"service_{relation}",
            f"""CREATE TEMP TABLE cqc_changed_{relation} ON COMMIT DROP AS
            SELECT m.service_id, s.{staged} AS wanted, coalesce(now.had, '{{}}') AS had {FROM_LOCATION}
            LEFT JOIN (SELECT service_id, array_agg({column} ORDER BY {column}) AS had FROM {table} GROUP BY 1) now
                USING (service_id)
            WHERE m.service_id IS NOT NULL AND NOT m.is_new_service AND NOT m.is_kept AND NOT m.is_second
                AND coalesce(now.had, '{{}}') <> s.{staged}""",
        )
        changed = self._do(
            f"service_{relation}",
            f"DELETE FROM {table} l USING cqc_changed_{relation} c"
            f" WHERE l.service_id = c.service_id AND l.{column} <> ALL (c.wanted)",
        )
        changed += self._do(
            f"service_{relation}",
            f"INSERT INTO {table} (service_id, {column}) SELECT c.service_id, added.pk FROM cqc_changed_{relation} c"
            " CROSS JOIN LATERAL unnest(c.wanted) AS added (pk) WHERE added.pk <> ALL (c.had)",
        )
        self._count(f"services.{relation}", changed)

    def _merge(self) -> None:
        """Leave one service of a dual registration: the second's address leads to the first's."""
        self._do(
            "services",
            f"""CREATE TEMP TABLE cqc_merged ON COMMIT DROP AS
            SELECT sv.id, sv.slug, coalesce(o.service_id, link.service_id) AS first_id {FROM_LOCATION}
            JOIN providers_service sv ON sv.id = m.service_id AND sv.published_at IS NOT NULL
            LEFT JOIN cqc_match o ON o.cqc_location_id = s.primary_id
            LEFT JOIN providers_location l ON l.cqc_location_id = s.primary_id
            LEFT JOIN LATERAL (SELECT min(service_id) AS service_id FROM providers_service_locations
                               WHERE location_id = l.id) link ON true
            WHERE coalesce(o.service_id, link.service_id) <> sv.id AND m.is_second AND NOT m.is_kept""",
        )
        self._do(
            "services",
            "INSERT INTO core_formerslug (register, slug, object_id) SELECT 'providers.service', slug, first_id FROM cqc_merged"
            " ON CONFLICT (register, slug) DO UPDATE SET object_id = excluded.object_id",
        )
        merged = self._do(
            "services",
            "UPDATE providers_service t SET published_at = NULL, published_by_id = NULL FROM cqc_merged c WHERE c.id = t.id",
        )
        self._count("services.merged", merged)

    def registrations(self) -> None:
        made = REGISTRATION_FACTS | {
            "registered_date": "s.registered_date",
            "deregistered_date": "CASE WHEN s.is_deregistered THEN s.deregistered_date END",
            "dormant_from": "CASE WHEN s.is_dormant THEN s.dormant_from END",
            "location_id": "m.location_id",
            "seen_in_id": "%(import)s",
        }
        rows = (
            f"{FROM_LOCATION} LEFT JOIN providers_cqcregistration r ON r.location_id = m.location_id"
            " WHERE m.location_id IS NOT NULL AND r.id IS NULL"
        )
        created = self._do("registrations", statements.insert(CqcRegistration, made, rows))
        self._count("registrations.created", created)
        changed = self._do(
            "registrations",
            f"""UPDATE providers_cqcregistration t
            SET seen_in_id = %(import)s, {", ".join(f"{name} = {value}" for name, value in REGISTRATION_FACTS.items())}
            {FROM_LOCATION} WHERE t.location_id = m.location_id
            AND ({", ".join(f"t.{name}" for name in REGISTRATION_FACTS)})
                IS DISTINCT FROM ({", ".join(REGISTRATION_FACTS.values())})""",
        )
        self._count("registrations.updated", changed)

    def ratings(self) -> None:
        self._do(
            "ratings", statements.changed("rating", RATING_FACTS, RATINGS, IS_NEWS, beside=", s.service_id, s.question")
        )
        made = {name: f"c.new_{name}" for name in RATING_FACTS} | {
            "service_id": "c.service_id",
            "question": "c.question",
        }
        rows = "FROM cqc_changed_rating c WHERE c.id IS NULL"
        self._count("ratings.created", self._do("ratings", statements.insert(Rating, made, rows)))
        label = "concat(t.question, ': ', t.state, ' ', t.value)"
        self._apply("rating", Rating, RATING_FACTS, label=label)

    def _change(self, name: str, model: Any, facts: Mapping[str, str], rows: str, where: str) -> None:
        self._do(f"{name}s", statements.changed(name, facts, rows, where))
        self._apply(name, model, facts, label="t.name")

    def _apply(self, name: str, model: Any, facts: Mapping[str, str], *, label: str) -> None:
        changed = self._do(f"{name}s", statements.update(name, model, facts))
        self._count(f"{name}s.updated", changed)
        if changed:
            self._do("audit", statements.audit(name, model, facts, action=f"{name}.refreshed", label=label))

    def _made(self) -> dict[str, str]:
        # The two agree until somebody else saves the row.
        return {"changed_at": "%(at)s", "cqc_made_at": "%(at)s"}

    def _published(self) -> dict[str, str]:
        return {"published_at": "%(at)s"}

    def _councils(self) -> list[tuple[str, int]]:
        """Pair each council's name in the file with its place here: the CQC gives names and no codes."""
        known: dict[str, int] = {}
        for name, pk in Place.objects.filter(kind=Place.Kind.COUNCIL).values_list("name", "pk"):
            known.setdefault(plain_name(name), pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT local_authority FROM cqc_location WHERE local_authority <> ''")
            names = [name for (name,) in cursor.fetchall()]
        found = [(name, known[plain_name(name)]) for name in names if plain_name(name) in known]
        missing = sorted(set(names) - {name for name, _ in found})
        if missing and not Postcode.objects.exists():
            for name in missing:
                self.checked.ignored.add("a council that is no place here, so its locations have none", name)
        return found

    def _do(self, name: str, statement: str) -> int:
        self.progress(name)
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(statement, self.params if "%(" in statement else None)
            count = cursor.rowcount
        self._took(name, started)
        return count

    def _count(self, name: str, count: int) -> None:
        self.written.counts[name] = self.written.counts.get(name, 0) + count

    def _took(self, name: str, started: float) -> None:
        self.written.seconds[name] = self.written.seconds.get(name, 0.0) + time.perf_counter() - started


def plain_name(name: str) -> str:
    """Return a council's name without what one list writes and another leaves out: "Bristol, City of" is "bristol"."""
    text = name.casefold().replace("&", "and").replace(".", "").replace("-", " ").split(",")[0]
    words = [word for word in text.split() if word not in COMMON_WORDS]
    return " ".join(words) or text
