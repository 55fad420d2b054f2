"""What each column becomes: expressions over a staged row ``s``, its match ``m`` and the row it meets ``t``."""

from __future__ import annotations

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
