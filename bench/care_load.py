"""Writes the invented care services (`bench.care_rows`) by COPY; the database makes their search rows at each commit."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bench import care_rows

# At each commit the database makes the search rows of so many services, for so many writers at once: two that took more
# would wait for each other's new words.
PORTION, WRITERS = 500, 2


def load(count: int, *, start: int = 0) -> str:
    """Write so many services, with all that belongs to them, and return the digest of the data.

    :param start: how many of them are there already.

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
        for number, found in enumerate(care_rows.chunks(count, country, digest)):
            if number * care_rows.CHUNK < start:
                continue
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
