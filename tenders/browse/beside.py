"""What stands beside the list besides its filters' counts: the frameworks to choose from, and whose bar the page bears."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from commissioning.models import Organisation
from tenders.search import OpportunityQuery, count_frameworks

# More than these nobody reads through: then a buyer is chosen first, and its frameworks are offered.
MOST_FRAMEWORKS = 200
# What is read is kept for a minute, as pages are, for so many questions.
KEPT_SECONDS, MOST_KEPT = 60.0, 500
_BESIDE = """
(SELECT 'framework', framework.slug, framework.title, '', framework.id FROM tenders_framework AS framework
WHERE framework.published_at <= %(at)s AND (framework.slug = %(framework)s OR EXISTS (
    SELECT 1 FROM tenders_searchrow AS row
    JOIN tenders_opportunity AS entry ON entry.id = row.opportunity_id
    JOIN commissioning_organisation AS buyer ON buyer.id = entry.organisation_id
    WHERE row.framework_id = framework.id AND row.public_from <= %(at)s
        AND (row.ended_at IS NULL OR row.ended_at > %(at)s)
        AND (cardinality(%(buyers)s::text[]) = 0 OR buyer.slug = ANY (%(buyers)s))))
ORDER BY framework.title, framework.slug LIMIT %(most)s)
UNION ALL
SELECT 'buyer', slug, name, accent, NULL FROM commissioning_organisation WHERE %(buyers)s = ARRAY[slug::text]
"""


@dataclass(frozen=True, slots=True)
class Beside:
    """``frameworks`` are slug, title and key, in their order; ``buyer`` is the one organisation chosen, if it is one."""

    frameworks: Sequence[tuple[str, str, int]]
    buyer: Organisation | None


_kept: dict[tuple[str, tuple[str, ...]], tuple[float, Beside]] = {}


def beside(query: OpportunityQuery, *, at: dt.datetime) -> Beside:
    """Return what stands beside the list of a question. One query, or none within a minute of the last.

    The frameworks are those from which the chosen buyers, or any, have entries in the lists, and always the chosen one.
    Of more than `MOST_FRAMEWORKS` only that one is left.
    """
    key, now = (query.framework, query.buyers), time.monotonic()
    until, known = _kept.get(key, (0.0, None))
    if known is not None and now < until:
        return known
    found = _read(query, at)
    # Where nothing is kept of the registers' versions, as in tests, nothing is kept here.
    if settings.VERSIONS_KEPT_SECONDS:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = (now + KEPT_SECONDS, found)
    return found


def _read(query: OpportunityQuery, at: dt.datetime) -> Beside:
    with connection.cursor() as cursor:
        cursor.execute(
            _BESIDE,
            {"at": at, "framework": query.framework, "buyers": list(query.buyers), "most": MOST_FRAMEWORKS + 1},
        )
        rows = cursor.fetchall()
    frameworks = [(slug, name, key) for kind, slug, name, _, key in rows if kind == "framework"]
    if len(frameworks) > MOST_FRAMEWORKS:
        frameworks = [one for one in frameworks if one[0] == query.framework]
    buyers = [
        Organisation(slug=slug, name=name, accent=accent) for kind, slug, name, accent, _ in rows if kind == "buyer"
    ]
    return Beside(frameworks, buyers[0] if buyers else None)


def framework_options(query: OpportunityQuery, around: Beside, *, at: dt.datetime) -> list[dict[str, object]]:
    """Return the frameworks to choose from, each with how many entries of the question it would find.

    As with every filter, one that would find nothing is left out unless it is chosen. One query where any is offered.
    """
    counts = count_frameworks(query, [key for _, _, key in around.frameworks], at=at)
    return [
        {"value": slug, "label": name, "checked": slug == query.framework, "count": counts.get(key, 0)}
        for slug, name, key in around.frameworks
        if key in counts or slug == query.framework
    ]
