"""Writes the invented care services (`bench.care_rows`) by COPY; the database makes their search rows at each commit."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bench import care_rows

# At each commit the database makes the search rows of so many services, for so many writers at once: two that took more
# would wait for each other's new words.
PORTION, WRITERS = 500, 2


def load(count: int) -> str:
    """Write so many services, with all that belongs to them, and return the digest of the data.

    The search rows are made by the database as each chunk is committed, as they are for any import.
    """
    from django.db import connection, transaction

    from core.models import Outcode, OutcodeCouncil
    from providers.models import Location, Provider, SearchText

    country, digest = care_rows.Country(), hashlib.sha256()
    # So many words at once are indexed faster together.
    with connection.schema_editor() as editor:
        for index in SearchText._meta.indexes:
            editor.remove_index(SearchText, index)
    rows, shares = [], []
    for number, (code, latitude, longitude) in enumerate(care_rows.outcodes()):
        council = country.councils[number // care_rows.OUTCODES_A_TOWN % len(country.councils)]
        point = {"latitude": latitude, "longitude": longitude, "radius95": 3000}
        rows.append(Outcode(outcode=code, **point, postcodes=100, country="E", council_id=council))
        shares.append(OutcodeCouncil(outcode_id=code, council_id=council, postcodes=100))
    Outcode.objects.bulk_create(rows, ignore_conflicts=True)
    OutcodeCouncil.objects.bulk_create(shares, ignore_conflicts=True)
    with ThreadPoolExecutor(WRITERS) as writers:
        waiting: list[Future[None]] = []
        for found in care_rows.chunks(count, country, digest):
            # No more is made than can soon be written.
            for one in waiting:
                one.result()
            with transaction.atomic(), connection.cursor() as cursor:
                _copy(cursor, Provider, found.providers)
                _copy(cursor, Location, found.locations)
            waiting = [writers.submit(_write, portion) for portion in found.portions(PORTION)]
        for one in waiting:
            one.result()
    with connection.schema_editor() as editor:
        for index in SearchText._meta.indexes:
            editor.add_index(SearchText, index)
    with connection.cursor() as cursor:
        for table in ("searchrow", "searchtext", "searchcard", "searcharea", "service", "location", "provider"):
            cursor.execute(f"VACUUM ANALYZE providers_{table}")
        cursor.execute("ANALYZE")
    return digest.hexdigest()


# What a place search reads. Copies have numbers of their own, far from those of any service.
READ_BY_PLACE = ("card", "row", "area")
APART = 1_000_000_000


def multiply(times: int) -> None:
    """Let so many services stand where one stood: in the search rows alone, which are all that a place search reads."""
    from django.db import connection

    with connection.cursor() as cursor:
        for name in READ_BY_PLACE:
            table = f"providers_search{name}"
            cursor.execute(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = %s AND column_name <> 'id' AND is_generated = 'NEVER'",
                [table],
            )
            columns = [column for (column,) in cursor.fetchall()]
            copied = [f"service_id + copy * {APART}::bigint" if one == "service_id" else one for one in columns]
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            # In no order, as rows of ten times as many services would stand.
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(copied)} FROM {table},"
                f" generate_series(1, {times - 1}) AS copy ORDER BY md5(concat(service_id, copy))"
            )
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for name in READ_BY_PLACE:
            cursor.execute(f"VACUUM ANALYZE providers_search{name}")


def _write(found: care_rows.Rows) -> None:
    """Write services with all that belongs to them, in a transaction and on a connection of its own."""
    from django.db import connection, transaction

    from providers.models import Fee, Rating, Service, Vacancy

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for model, listed in (
                (Service, found.services), (Fee, found.fees), (Vacancy, found.vacancies), (Rating, found.ratings)
            ):  # fmt: skip
                _copy(cursor, model, listed)
            for field_, pairs in (
                (Service.types, found.types), (Service.client_groups, found.groups), (Service.locations, found.at),
                (Service.areas_served, found.areas),
            ):  # fmt: skip
                through = field_.through._meta
                names = [field_.field.m2m_column_name(), field_.field.m2m_reverse_name()]
                with cursor.copy(f"COPY {through.db_table} ({', '.join(names)}) FROM STDIN") as copy:
                    for pair in pairs:
                        copy.write_row(pair)
    finally:
        connection.close()


def _copy(cursor: Any, model: Any, listed: list[dict[str, Any]]) -> None:
    """Write rows; a field that they leave out has its model's default."""
    if not listed:
        return
    given = set(listed[0])
    fields = [one for one in model._meta.concrete_fields if one.column in given or not one.primary_key]
    fields = [one for one in fields if not one.has_db_default()]
    empty = model()
    quoted = ", ".join(f'"{one.column}"' for one in fields)
    defaults = [getattr(empty, one.attname) for one in fields]
    with cursor.copy(f"COPY {model._meta.db_table} ({quoted}) FROM STDIN") as copy:
        for row in listed:
            copy.write_row([row.get(one.column, default) for one, default in zip(fields, defaults, strict=True)])
