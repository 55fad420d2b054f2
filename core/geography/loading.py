"""A whole list of postcodes into the database: copied beside the tables, checked there, then merged; all or nothing."""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from core import versions
from core.errors import DomainError
from core.models import Place

from .reading import FileRefused, Row, Source

Progress = Callable[[str], None]

LINES_AT_ONCE = 20_000
# A list with so much less than what is there is a wrong or half a file.
LEAST_SHARE = 0.9
LOCK = 0x706F7374

# The four councils of the demo and what borders on them, by the letters of their postcodes.
AREAS_OF_THE_DEMO = (
    "BB",
    "CA",
    "CH",
    "CW",
    "DE",
    "DG",
    "DH",
    "DL",
    "L",
    "LA",
    "M",
    "NE",
    "OL",
    "PR",
    "SK",
    "SR",
    "ST",
    "SY",
    "TD",
    "TF",
    "TS",
    "WA",
    "WN",
)


@dataclass
class Report:
    """What a load did."""

    read: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    added: int = 0
    changed: int = 0
    removed: int = 0
    outcodes_changed: int = 0
    centres_changed: int = 0

    @property
    def is_unchanged(self) -> bool:
        return not (self.added or self.changed or self.removed or self.outcodes_changed or self.centres_changed)


@dataclass
class Points:
    """Every English postcode of a list in memory, narrow: for what is computed once from all of them."""

    latitudes: array[float] = field(default_factory=lambda: array("d"))
    longitudes: array[float] = field(default_factory=lambda: array("d"))
    outcodes: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def take(self, row: Row) -> None:
        if row.code[0] == "E":
            self.latitudes.append(row.latitude)
            self.longitudes.append(row.longitude)
            # A text for each outcode and council, and not for each of a million postcodes.
            self.outcodes.append(sys.intern(row.postcode[:-3]))
            self.codes.append(sys.intern(row.code))


def load_postcodes(
    *,
    source: Source,
    areas: Iterable[str] | None = None,
    allow_fewer: bool = False,
    progress: Progress = lambda words: None,
) -> tuple[Report, Points]:
    """Make the postcodes and outcodes those of a list. A second load of the same list changes nothing.

    Outcodes are always those of the whole list; ``areas`` (such as CA, DH) keeps full postcodes to those areas, and
    removes any others.

    :raises FileRefused: naming file, row and column of each fault.
    :raises DomainError: if it has far fewer postcodes than are loaded, and ``allow_fewer`` is not given; or if the
        councils are not there yet.
    """
    report, points = Report(), Points()
    kept = sorted({area.upper() for area in areas}) if areas is not None else None
    if not Place.objects.filter(kind=Place.Kind.COUNCIL, gss_code__isnull=False).exists():
        raise DomainError("There are no councils to give postcodes to: run load_fixtures first.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise DomainError("Postcodes are being loaded already: wait until that is done.")
        cursor.execute(STAGING)
        progress(f"Reading {source.name}")
        with cursor.copy("COPY staging (postcode, latitude, longitude, code, file, row) FROM STDIN") as copy:
            for lines in _lines(source.rows(), points, report, progress):
                copy.write(lines)
        report.left_out = dict(source.left_out)
        progress(f"Checking {report.read:,} postcodes")
        cursor.execute(PREPARE)
        _refuse_faults(cursor)
        if kept is not None:
            _refuse_unknown_areas(cursor, kept)
        _merge(cursor, report, kept, allow_fewer, progress)
        progress("Working out the outcodes")
        _merge_outcodes(cursor, report)
        if not report.is_unchanged:
            versions.touch("places")
        cursor.execute("DROP TABLE staging, authority")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE core_postcode, core_outcode, core_outcodecouncil")
    return report, points


def _lines(rows: Iterator[Row], points: Points, report: Report, progress: Progress) -> Iterator[str]:
    lines: list[str] = []
    for row in rows:
        points.take(row)
        lines.append(f"{row.postcode}\t{row.latitude}\t{row.longitude}\t{row.code}\t{row.file}\t{row.row}\n")
        if len(lines) == LINES_AT_ONCE:
            yield "".join(lines)
            report.read += len(lines)
            lines.clear()
            if report.read % (10 * LINES_AT_ONCE) == 0:
                progress(f"  {report.read:,} postcodes")
    yield "".join(lines)
    report.read += len(lines)


def _refuse_faults(cursor: Any) -> None:
    problems = []
    cursor.execute(TWICE)
    for postcode, file, row, first_file, first_row in cursor.fetchall():
        problems.append(f"{file}, row {row}, column postcode: {postcode} is in {first_file}, row {first_row}, already.")
    cursor.execute(UNKNOWN_CODES)
    for code, file, row, count in cursor.fetchall():
        problems.append(
            f"{file}, row {row}, column of the council's code: no council is known for {code} ({count} postcodes). "
            "Add the code under its council in fixtures/reference/social-care-authorities.yaml."
        )
    if problems:
        raise FileRefused(problems)


def _refuse_unknown_areas(cursor: Any, areas: list[str]) -> None:
    cursor.execute("SELECT DISTINCT substring(postcode from '^[A-Z]+') FROM staging")
    unknown = set(areas) - {area for (area,) in cursor.fetchall()}
    if unknown:
        raise DomainError(f"The list has no postcodes of the areas {', '.join(sorted(unknown))}.")


def _merge(cursor: Any, report: Report, areas: list[str] | None, allow_fewer: bool, progress: Progress) -> None:
    within = "TRUE" if areas is None else "substring(s.postcode from '^[A-Z]+') = ANY(%(areas)s)"
    given = {"areas": areas}
    if areas is None and not allow_fewer:
        cursor.execute("SELECT (SELECT count(*) FROM core_postcode), (SELECT count(*) FROM staging)")
        have, come = cursor.fetchone()
        if come < have * LEAST_SHARE:
            raise DomainError(
                f"The list has {come:,} postcodes where {have:,} are loaded: it looks incomplete. "
                "Give --allow-fewer if it is right."
            )
    progress("Merging")
    cursor.execute(REMOVE.format(within=within), given)
    report.removed = cursor.rowcount
    cursor.execute(CHANGE, given)
    report.changed = cursor.rowcount
    cursor.execute(ADD.format(within=within), given)
    report.added = cursor.rowcount


def _merge_outcodes(cursor: Any, report: Report) -> None:
    cursor.execute(OUTCODES)
    for statement in OUTCODE_MERGES:
        cursor.execute(statement)
        report.outcodes_changed += cursor.rowcount
    cursor.execute(COUNCIL_CENTRES)
    report.centres_changed = cursor.rowcount
    cursor.execute("DROP TABLE new_outcode, new_share")


def areas_of(words: str) -> list[str]:
    """Return the postcode areas of a list such as "CA, DH".

    :raises DomainError: if one is none.
    """
    areas = [word for word in re.split(r"[\s,]+", words.upper()) if word]
    wrong = [area for area in areas if not re.fullmatch("[A-Z]{1,2}", area)]
    if wrong or not areas:
        raise DomainError("Give the letters that postcodes begin with, such as CA,DH.")
    return areas


STAGING = """
    CREATE TEMPORARY TABLE staging (
        postcode varchar(7) COLLATE "C", latitude float8, longitude float8, code varchar(9), file text, row integer
    ) ON COMMIT DROP
"""

PREPARE = """
    CREATE TEMPORARY TABLE authority ON COMMIT DROP AS
        SELECT gss_code AS code, id AS council_id FROM core_place WHERE kind = 'council' AND gss_code IS NOT NULL
        UNION SELECT code, council_id FROM core_authoritycode;
    ANALYZE staging;
    ANALYZE authority;
"""

TWICE = """
    SELECT t.postcode, t.file, t.row, o.file, o.row
    FROM (
        SELECT ctid AS at, postcode, file, row,
               first_value(ctid) OVER (PARTITION BY postcode ORDER BY ctid) AS first_at
        FROM staging
        WHERE postcode IN (SELECT postcode FROM staging GROUP BY postcode HAVING count(*) > 1)
    ) t JOIN staging o ON o.ctid = t.first_at
    WHERE t.at <> t.first_at ORDER BY t.at LIMIT 100
"""

UNKNOWN_CODES = """
    SELECT DISTINCT ON (s.code) s.code, s.file, s.row, count(*) OVER (PARTITION BY s.code)
    FROM staging s LEFT JOIN authority a ON a.code = s.code
    WHERE left(s.code, 1) = 'E' AND a.code IS NULL ORDER BY s.code, s.ctid LIMIT 100
"""

REMOVE = """
    DELETE FROM core_postcode p
    WHERE NOT EXISTS (SELECT 1 FROM staging s WHERE s.postcode = p.postcode AND {within})
"""

CHANGE = """
    UPDATE core_postcode p
    SET latitude = s.latitude, longitude = s.longitude, country = left(s.code, 1), council_id = a.council_id
    FROM staging s LEFT JOIN authority a ON a.code = s.code
    WHERE s.postcode = p.postcode AND (p.latitude, p.longitude, p.country, p.council_id)
        IS DISTINCT FROM (s.latitude, s.longitude, left(s.code, 1)::varchar, a.council_id)
"""

ADD = """
    INSERT INTO core_postcode (postcode, latitude, longitude, country, council_id)
    SELECT s.postcode, s.latitude, s.longitude, left(s.code, 1), a.council_id
    FROM staging s LEFT JOIN authority a ON a.code = s.code
    WHERE {within} AND NOT EXISTS (SELECT 1 FROM core_postcode p WHERE p.postcode = s.postcode)
    ORDER BY s.postcode
"""

# The mean of the points, and the distance of 95 of 100 from it; flat over so few miles.
OUTCODES = """
    CREATE TEMPORARY TABLE new_share ON COMMIT DROP AS
        SELECT left(s.postcode, -3) AS outcode, a.council_id, count(*)::int AS postcodes
        FROM staging s JOIN authority a ON a.code = s.code GROUP BY 1, 2;
    CREATE TEMPORARY TABLE new_outcode ON COMMIT DROP AS
        WITH centre AS (
            SELECT left(postcode, -3) AS outcode, count(*)::int AS postcodes,
                   round(avg(latitude)::numeric, 5)::float8 AS latitude,
                   round(avg(longitude)::numeric, 5)::float8 AS longitude,
                   mode() WITHIN GROUP (ORDER BY left(code, 1)) AS country
            FROM staging GROUP BY 1
        ), spread AS (
            SELECT c.outcode, percentile_disc(0.95) WITHIN GROUP (ORDER BY
                sqrt(power(s.latitude - c.latitude, 2)
                     + power((s.longitude - c.longitude) * cos(radians(c.latitude)), 2)) * 111195) AS radius
            FROM staging s JOIN centre c ON c.outcode = left(s.postcode, -3) GROUP BY 1
        )
        SELECT c.*, ceil(radius)::int AS radius95, (
            SELECT n.council_id FROM new_share n WHERE n.outcode = c.outcode
            ORDER BY n.postcodes DESC, n.council_id LIMIT 1
        ) AS council_id
        FROM centre c JOIN spread USING (outcode)
"""

OUTCODE_MERGES = (
    """DELETE FROM core_outcodecouncil o WHERE NOT EXISTS (
        SELECT 1 FROM new_share n WHERE n.outcode = o.outcode_id AND n.council_id = o.council_id)""",
    "DELETE FROM core_outcode o WHERE NOT EXISTS (SELECT 1 FROM new_outcode n WHERE n.outcode = o.outcode)",
    """INSERT INTO core_outcode AS o (outcode, latitude, longitude, radius95, postcodes, country, council_id)
        SELECT outcode, latitude, longitude, radius95, postcodes, country, council_id FROM new_outcode ORDER BY 1
        ON CONFLICT (outcode) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude,
            radius95 = excluded.radius95, postcodes = excluded.postcodes, country = excluded.country,
            council_id = excluded.council_id
        WHERE (o.latitude, o.longitude, o.radius95, o.postcodes, o.country, o.council_id) IS DISTINCT FROM
            (excluded.latitude, excluded.longitude, excluded.radius95, excluded.postcodes, excluded.country,
             excluded.council_id)""",
    """INSERT INTO core_outcodecouncil AS o (outcode_id, council_id, postcodes)
        SELECT outcode, council_id, postcodes FROM new_share ORDER BY 1, 2
        ON CONFLICT (outcode_id, council_id) DO UPDATE SET postcodes = excluded.postcodes
        WHERE o.postcodes <> excluded.postcodes""",
)

COUNCIL_CENTRES = """
    UPDATE core_place p SET latitude = m.latitude, longitude = m.longitude
    FROM (
        SELECT a.council_id, round(avg(s.latitude)::numeric, 4)::float8 AS latitude,
               round(avg(s.longitude)::numeric, 4)::float8 AS longitude
        FROM staging s JOIN authority a ON a.code = s.code GROUP BY 1
    ) m
    WHERE m.council_id = p.id AND (p.latitude, p.longitude) IS DISTINCT FROM (m.latitude, m.longitude)
"""
