"""Where the register says something else than an entry its provider keeps: put before an officer, never overwritten."""

from __future__ import annotations

from typing import Any

from django.db import connection

from providers.models import CqcDifference, Rating

from .reading import Checked, Kind
from .statements import insert

KIND = CqcDifference.Kind
# News rather than a difference: they stay until an officer has seen them.
NEWS = (KIND.RE_RATED, KIND.NEW_LOCATION)
# Below so many, a tenth of the register missing proves nothing.
FEW = 50
MOST_MISSING = 0.1


def _letters(text: str) -> str:
    """What is left of a text when spelling, spacing and punctuation do not count."""
    return f"regexp_replace(lower({text}), '[^a-z0-9]', '', 'g')"


def _site(text: str) -> str:
    return f"rtrim(regexp_replace(lower({text}), '^https?://(www\\.)?', ''), '/')"


def _phone(text: str) -> str:
    return f"regexp_replace(regexp_replace({text}, '[^0-9+]', '', 'g'), '^(\\+44|0044)0?', '0')"


def _labels(choices: Any, column: str) -> str:
    cases = " ".join(f"WHEN '{value}' THEN '{label}'" for value, label in choices)
    return f"CASE {column} {cases} END"


VALUE, STATE = Rating.Value.choices, [(value, label.replace("'", "''")) for value, label in Rating.State.choices]
RATING_IN_WORDS = (
    "CASE WHEN {age}_value <> '' THEN {value} WHEN {age}_stated <> '' THEN {age}_stated ELSE {state} END"
    " || coalesce(to_char({age}_rated_date, ', FMDD FMMonth YYYY'), '')"
)
THEIR_ADDRESS, OUR_ADDRESS = (
    f"concat_ws(', ', nullif({row}.address, ''), nullif({row}.town, ''), nullif({row}.postcode, ''))"
    for row in ("s", "l")
)

# Both sides must say something: what a provider has not told is no difference.
FOUND_IN_LOCATIONS = f"""
WITH kept AS (
    SELECT s.*, m.is_second, sv.id AS sv_id FROM cqc_location s
    JOIN cqc_match m USING (cqc_location_id) JOIN providers_service sv ON sv.id = m.service_id
    WHERE m.is_kept AND NOT m.is_new_service
), compared AS (
    SELECT sv.id AS service_id, sv.provider_id, d.*
    FROM kept s JOIN providers_service sv ON sv.id = s.sv_id
    JOIN providers_location l ON l.cqc_location_id = s.cqc_location_id
    LEFT JOIN providers_provider p ON p.id = sv.provider_id
    CROSS JOIN LATERAL (VALUES
        ('{KIND.RENAMED}', 'name', sv.name, s.name, {_letters("sv.name")} <> {_letters("s.name")}),
        ('{KIND.MOVED}', 'postcode', l.postcode, s.postcode,
            NOT l.is_address_withheld AND l.postcode <> '' AND s.postcode <> ''
            AND replace(upper(l.postcode), ' ', '') <> replace(s.postcode, ' ', '')),
        ('{KIND.MOVED}', 'address', {OUR_ADDRESS}, {THEIR_ADDRESS},
            NOT l.is_address_withheld AND l.address <> '' AND s.address <> '' AND {_letters("l.address")} <> {_letters("s.address")}),
        ('{KIND.CONTACT}', 'phone', sv.phone, s.phone,
            sv.phone <> '' AND s.phone <> '' AND {_phone("sv.phone")} <> {_phone("s.phone")}),
        ('{KIND.CONTACT}', 'website', sv.website, s.website,
            sv.website <> '' AND s.website <> '' AND {_site("sv.website")} <> {_site("s.website")}),
        ('{KIND.OFFER}', 'capacity', sv.capacity::text, s.beds::text,
            sv.capacity IS NOT NULL AND s.beds IS NOT NULL AND sv.capacity <> s.beds),
        ('{KIND.OFFER}', 'provider', coalesce(p.name, ''), s.cqc_provider_id,
            p.cqc_provider_id IS NOT NULL AND p.cqc_provider_id <> s.cqc_provider_id),
        ('{KIND.CLOSED}', 'dual_registration', s.cqc_location_id, s.primary_id, s.is_second),
        ('{KIND.CLOSED}', 'registration', 'Listed here as open',
            'No longer registered' || coalesce(to_char(s.deregistered_date, ' since FMDD FMMonth YYYY'), ''), s.is_deregistered),
        ('{KIND.DORMANT}', 'dormant', 'Listed here as open',
            'Dormant' || coalesce(to_char(s.dormant_from, ' since FMDD FMMonth YYYY'), ''),
            s.is_dormant AND NOT s.is_deregistered)
    ) AS d (kind, field, ours, theirs, differs)
    WHERE d.differs
    UNION ALL
    SELECT sv.id, sv.provider_id, '{KIND.OFFER}', 'types',
        coalesce((SELECT string_agg(y.name, ', ' ORDER BY y.name) FROM providers_service_types l
                  JOIN core_servicetype y ON y.id = l.servicetype_id WHERE l.service_id = sv.id), ''),
        (SELECT string_agg(y.name, ', ' ORDER BY y.name) FROM core_servicetype y WHERE y.id = ANY (s.type_ids)), true
    FROM kept s JOIN providers_service sv ON sv.id = s.sv_id
    WHERE EXISTS (SELECT 1 FROM unnest(s.type_ids) AS wanted WHERE NOT EXISTS (
              SELECT 1 FROM providers_service_types l WHERE l.service_id = sv.id AND l.servicetype_id = wanted))
      AND EXISTS (SELECT 1 FROM providers_service_types l WHERE l.service_id = sv.id)
)
INSERT INTO cqc_found SELECT provider_id, service_id, kind, field, ours, theirs FROM compared
"""
FOUND_IN_PROVIDERS = f"""
INSERT INTO cqc_found
SELECT p.id, NULL, '{KIND.RENAMED}', 'name', p.name, s.name
FROM cqc_provider s JOIN providers_provider p USING (cqc_provider_id)
WHERE {{kept}} AND {_letters("p.name")} <> {_letters("s.name")}
"""
NEW_LOCATIONS = f"""
INSERT INTO cqc_found
SELECT p.id, m.service_id, '{KIND.NEW_LOCATION}', 'location', '', s.name || ', ' || {THEIR_ADDRESS}
FROM cqc_location s JOIN cqc_match m USING (cqc_location_id) JOIN providers_provider p ON p.id = m.provider_id
WHERE m.is_new_service AND {{kept}}
"""
RE_RATED = f"""
INSERT INTO cqc_found
SELECT sv.provider_id, sv.id, '{KIND.RE_RATED}', r.question,
    {RATING_IN_WORDS.format(age="c.old", value=_labels(VALUE, "c.old_value"), state=_labels(STATE, "c.old_state"))},
    {RATING_IN_WORDS.format(age="c.new", value=_labels(VALUE, "c.new_value"), state=_labels(STATE, "c.new_state"))}
FROM cqc_changed_rating c JOIN providers_rating r ON r.id = c.id AND r.question = 'overall'
JOIN providers_service sv ON sv.id = r.service_id JOIN cqc_match m ON m.service_id = sv.id
WHERE m.is_kept AND (c.old_state, c.old_value) IS DISTINCT FROM (c.new_state, c.new_value)
"""
# Every entry of the register that is public here, whoever keeps it, must be in a whole file.
MISSING = """
CREATE TEMP TABLE cqc_missing ON COMMIT DROP AS
SELECT DISTINCT ON (sv.id) sv.id AS service_id, sv.provider_id
FROM providers_cqcregistration r JOIN providers_location l ON l.id = r.location_id
JOIN providers_service_locations link ON link.location_id = l.id
JOIN providers_service sv ON sv.id = link.service_id AND sv.published_at IS NOT NULL
WHERE NOT r.is_deregistered AND NOT EXISTS (SELECT 1 FROM cqc_location s WHERE s.cqc_location_id = l.cqc_location_id)
"""
NOT_LISTED = f"""
INSERT INTO cqc_found
SELECT provider_id, service_id, '{KIND.NOT_LISTED}', 'directory', 'Listed here as open',
    'Not in the care directory of ' || to_char(%(as_at)s::date, 'FMDD FMMonth YYYY')
FROM cqc_missing
"""
SEEN_AGAIN = """
UPDATE providers_cqcdifference t SET ours = f.ours, theirs = f.theirs, last_seen_at = %(seen_at)s
FROM cqc_found f
WHERE t.settled_at IS NULL AND t.kind = f.kind AND t.field = f.field
  AND t.provider_id IS NOT DISTINCT FROM f.provider_id AND t.service_id IS NOT DISTINCT FROM f.service_id
  AND (t.ours, t.theirs, t.last_seen_at) IS DISTINCT FROM (f.ours, f.theirs, %(seen_at)s)
"""
# What an officer settled stays settled until the register says something new.
NEW = """
FROM cqc_found f
WHERE NOT EXISTS (
    SELECT 1 FROM providers_cqcdifference t
    WHERE t.kind = f.kind AND t.field = f.field AND t.service_id IS NOT DISTINCT FROM f.service_id
      AND (t.provider_id IS NOT DISTINCT FROM f.provider_id)
      AND (t.settled_at IS NULL OR t.settled_by_id IS NOT NULL AND (
               t.theirs = f.theirs OR f.kind = 'not_listed')))
"""
# What no longer differs settles by itself, of the entries the file tells of.
GONE = """
UPDATE providers_cqcdifference t SET settled_at = %(at)s, note = %(note)s
WHERE t.settled_at IS NULL AND t.kind <> ALL (%(news)s)
  AND (t.service_id IN (SELECT service_id FROM cqc_match WHERE service_id IS NOT NULL)
       OR t.service_id IS NULL AND t.provider_id IN (
              SELECT p.id FROM providers_provider p JOIN cqc_provider s USING (cqc_provider_id)))
  AND NOT EXISTS (
    SELECT 1 FROM cqc_found f WHERE f.kind = t.kind AND f.field = t.field
      AND f.service_id IS NOT DISTINCT FROM t.service_id AND f.provider_id IS NOT DISTINCT FROM t.provider_id)
"""


def count_missing() -> tuple[int, int]:
    """Return how many public entries of the register a file leaves out, and how many there are. After `Writing.run`."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING)
        missing = cursor.rowcount
        cursor.execute("SELECT count(*) FROM providers_cqcregistration WHERE NOT is_deregistered")
        return missing, cursor.fetchone()[0]


def is_doubtful(missing: int, known: int) -> bool:
    """Whether a file leaves out so much that it is rather an extract than news of closures."""
    return missing > FEW and missing > known * MOST_MISSING


def note(checked: Checked, *, at: Any, seen_at: Any, import_id: int, kept_provider: str) -> dict[str, Any]:
    """Write down what differs, after `Writing.run`; return how many are new, seen again and settled.

    :param seen_at: when the file was first imported: a file read again is no new sight.
    """
    params = {
        "at": at,
        "seen_at": seen_at,
        "as_at": checked.as_at_date,
        "import": import_id,
        "news": list(NEWS),
        "note": f"No longer differs in {checked.file_name}.",
    }
    with connection.cursor() as cursor:

        def run(statement: str) -> int:
            cursor.execute(statement, params if "%(" in statement else None)
            return cursor.rowcount

        run(
            "CREATE TEMP TABLE cqc_found (provider_id bigint, service_id bigint, kind varchar(14), field varchar(40),"
            " ours text, theirs text) ON COMMIT DROP"
        )
        if checked.kind != Kind.RATINGS:
            run(FOUND_IN_LOCATIONS)
            run(FOUND_IN_PROVIDERS.format(kept=kept_provider))
            run(NEW_LOCATIONS.format(kept=kept_provider))
        run(RE_RATED)
        cursor.execute("SELECT to_regclass('pg_temp.cqc_missing') IS NOT NULL")
        if cursor.fetchone()[0]:
            run(NOT_LISTED)
        again = run(SEEN_AGAIN)
        values = {
            "provider_id": "f.provider_id",
            "service_id": "f.service_id",
            "kind": "f.kind",
            "field": "f.field",
            "ours": "coalesce(f.ours, '')",
            "theirs": "coalesce(f.theirs, '')",
            "found_in_id": "%(import)s",
            "first_seen_at": "%(seen_at)s",
            "last_seen_at": "%(seen_at)s",
        }
        cursor.execute(
            f"WITH made AS ({insert(CqcDifference, values, NEW)} RETURNING kind) SELECT kind, count(*) FROM made GROUP BY 1",
            params,
        )
        new = dict(cursor.fetchall())
        settled = run(GONE) if checked.kind != Kind.RATINGS else 0
    return {"new": new, "seen_again": again, "settled": settled}
