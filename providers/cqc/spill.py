"""Where checked rows wait: files in PostgreSQL's CSV, so that the database is not touched before all is checked."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

# Staging table -> column -> type. A column's place here is its place in the file.
STAGING: dict[str, dict[str, str]] = {
    "cqc_provider": {
        "cqc_provider_id": "varchar(20)",
        "name": "varchar(250)",
        "slug": "varchar(120)",
        "sector": "varchar(12)",
        "brand": "varchar(160)",
        "company_number": "varchar(8)",
        "charity_number": "varchar(10)",
        "website": "varchar(200)",
        "phone": "varchar(40)",
        "registered_address": "varchar(250)",
        "registered_town": "varchar(80)",
        "registered_postcode": "varchar(8)",
        "registered_date": "date",
    },
    "cqc_location": {
        "cqc_location_id": "varchar(20)",
        "cqc_provider_id": "varchar(20)",
        "name": "varchar(200)",
        "slug": "varchar(120)",
        "address": "varchar(250)",
        "town": "varchar(80)",
        "postcode": "varchar(8)",
        "latitude": "float8",
        "longitude": "float8",
        "uprn": "varchar(12)",
        "local_authority": "varchar(80)",
        "phone": "varchar(40)",
        "website": "varchar(200)",
        "registered_manager": "varchar(120)",
        "beds": "integer",
        "setting": "varchar(10)",
        "type_ids": "bigint[]",
        "group_ids": "bigint[]",
        "registered_date": "date",
        "is_deregistered": "boolean",
        "deregistered_date": "date",
        "is_dormant": "boolean",
        "dormant_from": "date",
        "primary_id": "varchar(20)",
    },
    "cqc_rating": {
        "cqc_location_id": "varchar(20)",
        "question": "varchar(10)",
        "state": "varchar(20)",
        "value": "varchar(20)",
        "rated_date": "date",
        "framework": "varchar(80)",
        "stated": "varchar(120)",
        "earlier_value": "varchar(20)",
        "earlier_date": "date",
        "report_url": "varchar(200)",
        "is_exact_report": "boolean",
    },
}
NOT_TEXT = ("float8", "integer", "bigint[]", "date", "boolean")
PIECE = 1024 * 1024


class Spill:
    """Three temporary files of checked rows, gone with the block."""

    def __init__(self) -> None:
        self._files = {
            table: tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115
            for table in STAGING
        }
        self._writers = {table: csv.writer(file) for table, file in self._files.items()}
        self.rows = dict.fromkeys(STAGING, 0)

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            with suppress(OSError):
                file.close()

    def add(self, table: str, row: Sequence[Any]) -> None:
        """Keep one row, its values in the staging table's order; None is NULL, a list an array."""
        self._writers[table].writerow(row)
        self.rows[table] += 1

    def pieces(self, table: str) -> Iterator[bytes]:
        """Yield the table's rows as COPY takes them."""
        file = self._files[table]
        file.flush()
        file.buffer.seek(0)
        while piece := file.buffer.read(PIECE):
            yield piece


def copy_statement(table: str, into: str = "") -> str:
    """Return the COPY that takes a staging table's pieces: a blank is a blank text, and NULL of any other type."""
    columns = STAGING[table]
    texts = ", ".join(name for name, kind in columns.items() if kind not in NOT_TEXT)
    return (
        f"COPY {into or table} ({', '.join(columns)}) FROM STDIN"
        f" (FORMAT csv, ENCODING 'UTF8', FORCE_NOT_NULL ({texts}))"
    )
