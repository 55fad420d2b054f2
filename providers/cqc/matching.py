"""Which row of the register is which here: the SQL that pairs the two and says whose each of ours is, and councils by
name.
"""

from __future__ import annotations

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
LEFT_OUT = {
    "no longer registered, and not known here": "s.is_deregistered",
    "its provider is not known here; import its provider too": "NOT s.is_deregistered",
}
FROM_LOCATION = "FROM cqc_location s JOIN cqc_match m USING (cqc_location_id)"

COMMON_WORDS = frozenset(
    ["council", "county", "city", "borough", "of", "the", "royal", "metropolitan", "district", "london", "unitary"]
)


def plain_name(name: str) -> str:
    """Return a council's name without what one list writes and another leaves out: "Bristol, City of" is "bristol"."""
    text = name.casefold().replace("&", "and").replace(".", "").replace("-", " ").split(",")[0]
    words = [word for word in text.split() if word not in COMMON_WORDS]
    return " ".join(words) or text
