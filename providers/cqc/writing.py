"""Bringing checked rows into the tables, set by set, in the transaction of whoever calls.

What an import made and nobody else has changed since (`cqc_made_at`) is kept in step with the register. Any other entry
is its provider's: only its ratings and what the CQC says of its registration change, and `differences` tells the rest.
`matching` says which row is which and whose, `columns` what each column becomes.
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
from .columns import (
    IS_NEWS,
    LOCATION_FACTS,
    PROVIDER_FACTS,
    RATING_FACTS,
    RATINGS,
    REGISTRATION_FACTS,
    SERVICE_FACTS,
)
from .matching import (
    CLOSED_SINCE,
    FROM_LOCATION,
    LEFT_OUT,
    MATCH,
    MATCH_OF_RATINGS,
    NO_PERSONS_NAME,
    PROVIDER_IS_KEPT,
    REPRESENTED,
    RESERVED,
    SINGLE_SLUG,
    plain_name,
)
from .reading import Checked, Kind
from .spill import STAGING, copy_statement


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
