"""Who wants which news: all follows and all saved searches against all that is new, in a few set-based statements.

Nothing here asks once per search or per person. News whose people are found is marked in the same transaction.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from tenders.models import AlertNews, SavedSearch

from . import questions

# So many pieces of news are matched in one transaction: enough that the statement pays, few enough that a crash loses
# little.
CHUNK = 500
MANY = 10_000
SECONDS = 200

# What each piece of news is about, in each way one may follow it: under its framework, by its buyers.
_ABOUT = """
news AS MATERIALIZED (
    SELECT news.id, news.happened_at, news.kind, news.opportunity_id, news.framework_id, news.contract_id
    FROM tenders_alertnews AS news WHERE news.id = ANY(%s)
),
about AS MATERIALIZED (
    SELECT id, happened_at, 'opportunity' AS kind, opportunity_id AS target FROM news WHERE opportunity_id IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'opportunity', source.id
    FROM news JOIN tenders_opportunity AS source ON source.contract_id = news.contract_id
    UNION
    SELECT id, happened_at, 'framework', framework_id FROM news WHERE framework_id IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'framework', entry.framework_id
    FROM news JOIN tenders_opportunity AS entry ON entry.id = news.opportunity_id WHERE entry.framework_id IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'framework', entry.framework_id
    FROM news JOIN tenders_contract AS entry ON entry.id = news.contract_id WHERE entry.framework_id IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'organisation', coalesce(o.organisation_id, f.organisation_id, c.organisation_id)
    FROM news
    LEFT JOIN tenders_opportunity AS o ON o.id = news.opportunity_id
    LEFT JOIN tenders_framework AS f ON f.id = news.framework_id
    LEFT JOIN tenders_contract AS c ON c.id = news.contract_id
    UNION
    SELECT news.id, happened_at, 'organisation', partner.organisation_id
    FROM news JOIN tenders_opportunitypartner AS partner ON partner.opportunity_id = news.opportunity_id
    UNION
    SELECT news.id, happened_at, 'organisation', partner.organisation_id
    FROM news JOIN tenders_frameworkpartner AS partner ON partner.framework_id = news.framework_id
    UNION
    SELECT news.id, happened_at, 'organisation', partner.organisation_id
    FROM news JOIN tenders_contractcommissioner AS partner ON partner.contract_id = news.contract_id
)
"""

_WANTED = "{0}.confirmed_at IS NOT NULL AND {0}.stopped_at IS NULL AND {0}.created_at <= {1}.happened_at"

_BY_FOLLOW = " UNION ALL ".join(
    f"""
    SELECT about.id AS news_id, follow.subscriber_id, follow.frequency, NULL::bigint AS search_id, follow.id AS follow_id
    FROM about JOIN tenders_follow AS follow ON about.kind = '{kind}' AND follow.{column} = about.target
    WHERE {_WANTED.format("follow", "about")}
    """
    for kind, column in (
        ("opportunity", "opportunity_id"),
        ("framework", "framework_id"),
        ("organisation", "followed_id"),
    )
)

# All saved searches against what is new: each question once, then whoever saved it.
_BY_SEARCH = f"""
    SELECT news.id AS news_id, search.subscriber_id, search.frequency, search.id AS search_id, NULL::bigint AS follow_id
    FROM pair JOIN news ON news.opportunity_id = pair.opportunity_id
    JOIN tenders_savedsearch AS search ON search.query = pair.query
    WHERE {_WANTED.format("search", "news")}
"""

# What is withdrawn or cancelled is in no list any more: those are told whom a search of theirs had told of it before.
_BY_TOLD = f"""
    SELECT news.id AS news_id, search.subscriber_id, search.frequency, search.id AS search_id, NULL::bigint AS follow_id
    FROM news
    JOIN tenders_alertnews AS earlier ON earlier.opportunity_id = news.opportunity_id
    JOIN tenders_alertitem AS item ON item.news_id = earlier.id
    JOIN tenders_savedsearch AS search ON search.id = ANY(item.searches)
    WHERE news.kind = 'ended' AND {_WANTED.format("search", "news")}
"""

# A reminder of a deadline cannot wait for the weekly mail.
_STORE = """
INSERT INTO tenders_alertitem (subscriber_id, news_id, frequency, searches, follows)
SELECT found.subscriber_id, found.news_id,
    CASE WHEN news.kind = 'reminder' THEN least(min(found.frequency), 2) ELSE min(found.frequency) END,
    coalesce(array_agg(DISTINCT found.search_id) FILTER (WHERE found.search_id IS NOT NULL), '{{}}'),
    coalesce(array_agg(DISTINCT found.follow_id) FILTER (WHERE found.follow_id IS NOT NULL), '{{}}')
FROM ({found}) AS found
JOIN news ON news.id = found.news_id
JOIN tenders_subscriber AS subscriber ON subscriber.id = found.subscriber_id
WHERE subscriber.confirmed_at IS NOT NULL AND subscriber.stopped_at IS NULL
GROUP BY found.subscriber_id, found.news_id, news.kind
ON CONFLICT DO NOTHING
"""


def take_time() -> None:
    """Let the statements of this transaction take longer than a page's may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SECONDS}s"])


def match_next(*, at: dt.datetime) -> bool:
    """Find everybody who wants the next pieces of news and note what each is owed; False when none is left."""
    with transaction.atomic():
        chunk = list(
            AlertNews.objects.select_for_update(skip_locked=True)
            .filter(matched_at=None)
            .order_by("pk")
            .values_list("pk", flat=True)[:CHUNK]
        )
        if not chunk:
            return False
        take_time()
        _match(chunk, at=at)
        AlertNews.objects.filter(pk__in=chunk).update(matched_at=at)
    return True


def _match(chunk: list[int], *, at: dt.datetime) -> None:
    has_searches = SavedSearch.objects.active().exists()
    has_opportunities = AlertNews.objects.filter(pk__in=chunk, opportunity__isnull=False).exists()
    parts, params, found = [_ABOUT], [chunk], [_BY_FOLLOW, _BY_TOLD]
    if has_searches and has_opportunities:
        questions.prepare(at=at)
        pairs, more = questions.matches_sql(at, "SELECT opportunity_id FROM news WHERE opportunity_id IS NOT NULL")
        parts.append(pairs)
        params += more
        found.append(_BY_SEARCH)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} {_STORE.format(found=' UNION ALL '.join(found))}", params)
        if cursor.rowcount > MANY:
            # The mails are written right after, before the database looks at the table by itself.
            cursor.execute("ANALYZE tenders_alertitem")
