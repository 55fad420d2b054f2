"""Who wants which news: all follows and all saved searches against all that is new, in a few set-based statements.

Nothing here asks once per search or per person. News whose people are found is marked in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from tenders.models import AlertNews, SavedSearch

from . import questions
from .members import readers

# So many pieces of news are matched in one transaction: enough that the statement pays, few enough that a crash loses
# little.
CHUNK = 500
MANY = 10_000
SECONDS = 200

# What each piece of news is about, in each way one may follow it: under its framework, by its buyers, and what a contract
# came from and is followed by. ``listed`` is the opportunity in whose list a saved search would find it.
_ABOUT = """
news AS MATERIALIZED (
    SELECT news.id, news.happened_at, news.found_at, news.kind, news.opportunity_id, news.framework_id, news.contract_id,
        news.event_id, coalesce(news.opportunity_id, subject.id) AS listed,
        coalesce(entry.is_members_only, false) AS is_hidden
    FROM tenders_alertnews AS news
    LEFT JOIN tenders_opportunity AS entry ON entry.id = news.opportunity_id
    LEFT JOIN tenders_event AS event ON event.id = news.event_id
    LEFT JOIN tenders_opportunity AS subject ON subject.id = event.opportunity_id AND NOT subject.is_members_only
        AND subject.published_at <= news.found_at
    WHERE news.id = ANY(%s)
),
about AS MATERIALIZED (
    SELECT id, happened_at, 'opportunity' AS kind, listed AS target FROM news WHERE listed IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'opportunity', entry.id
    FROM news JOIN tenders_opportunity AS entry
        ON entry.contract_id = news.contract_id OR entry.replaces_contract_id = news.contract_id
    UNION
    SELECT id, happened_at, 'framework', framework_id FROM news WHERE framework_id IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'framework', entry.framework_id
    FROM news JOIN tenders_opportunity AS entry ON entry.id = news.listed WHERE entry.framework_id IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'framework', entry.framework_id
    FROM news JOIN tenders_contract AS entry ON entry.id = news.contract_id WHERE entry.framework_id IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'framework', entry.framework_id
    FROM news JOIN tenders_event AS entry ON entry.id = news.event_id WHERE entry.framework_id IS NOT NULL
    UNION
    SELECT news.id, happened_at, 'organisation',
        coalesce(o.organisation_id, f.organisation_id, c.organisation_id, e.organisation_id)
    FROM news
    LEFT JOIN tenders_opportunity AS o ON o.id = news.opportunity_id
    LEFT JOIN tenders_framework AS f ON f.id = news.framework_id
    LEFT JOIN tenders_contract AS c ON c.id = news.contract_id
    LEFT JOIN tenders_event AS e ON e.id = news.event_id
    UNION
    SELECT news.id, happened_at, 'organisation', partner.organisation_id
    FROM news JOIN tenders_opportunitypartner AS partner ON partner.opportunity_id = news.listed
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

# What a search is held against. What is withdrawn or cancelled is in no list any more: whose search would find it
# otherwise is told that it is over.
_LISTED = "SELECT listed FROM news WHERE listed IS NOT NULL"
_ENDED = "SELECT opportunity_id FROM news WHERE kind = 'ended' AND opportunity_id IS NOT NULL"

# All saved searches against what is new: each question once, then whoever saved it.
_BY_SEARCH = f"""
    SELECT news.id AS news_id, search.subscriber_id, search.frequency, search.id AS search_id, NULL::bigint AS follow_id
    FROM pair JOIN news ON news.listed = pair.opportunity_id
    JOIN tenders_savedsearch AS search ON search.query = pair.query
    WHERE {_WANTED.format("search", "news")}
"""

# Which searches found these before and do not any more, unless that was told already, or that it is over.
_GONE = """
told AS MATERIALIZED (
    SELECT DISTINCT ON (search_id, changed.opportunity_id) search_id, changed.opportunity_id, changed.is_over,
        changed.found_at, earlier.kind IN ('left', 'ended') AND earlier.found_at < changed.found_at AS has_left
    FROM (
        SELECT opportunity_id, bool_or(kind = 'ended') AS is_over, max(found_at) AS found_at FROM news
        WHERE opportunity_id IS NOT NULL AND kind <> 'reminder' GROUP BY opportunity_id
    ) AS changed
    JOIN tenders_alertnews AS earlier ON earlier.opportunity_id = changed.opportunity_id
    JOIN tenders_alertitem AS item ON item.news_id = earlier.id
    CROSS JOIN LATERAL unnest(item.searches) AS search_id
    ORDER BY search_id, changed.opportunity_id, earlier.id DESC
),
gone AS MATERIALIZED (
    SELECT search.id AS search_id, search.subscriber_id, search.frequency, search.query, search.confirmed_at,
        search.stopped_at, search.created_at, told.opportunity_id, told.is_over, told.found_at
    FROM told JOIN tenders_savedsearch AS search ON search.id = told.search_id AND NOT told.has_left
    WHERE NOT EXISTS (
        SELECT 1 FROM pair WHERE pair.query = search.query AND pair.opportunity_id = told.opportunity_id)
)
"""

# They are told of what has changed, too.
_BY_GONE = f"""
    SELECT news.id AS news_id, gone.subscriber_id, gone.frequency, gone.search_id, NULL::bigint AS follow_id
    FROM gone JOIN news ON news.opportunity_id = gone.opportunity_id AND news.kind <> 'reminder'
    WHERE {_WANTED.format("gone", "news")}
"""

# Why an entry is in a list no more is news of its own: one for all whose searches fail by the same filters.
_LEAVE = f"""
reason AS MATERIALIZED (
    SELECT gone.search_id, gone.subscriber_id, gone.frequency, gone.opportunity_id, gone.found_at,
        concat_ws(':', 'left', gone.opportunity_id, extract(epoch FROM gone.found_at), md5(unmet.words)) AS key,
        concat('No longer in your search', ', since this has changed: ' || nullif(unmet.words, ''), '.') AS text
    FROM gone
    JOIN entry ON entry.opportunity_id = gone.opportunity_id
    JOIN alerts_question AS question ON question.query = gone.query
    CROSS JOIN LATERAL (SELECT array_to_string(array_remove(ARRAY[{questions.UNMET}], NULL), ', ') AS words) AS unmet
    WHERE NOT gone.is_over AND gone.confirmed_at IS NOT NULL AND gone.stopped_at IS NULL
),
made AS (
    INSERT INTO tenders_alertnews (key, kind, opportunity_id, text, happened_at, found_at, matched_at)
    SELECT DISTINCT key, 'left', opportunity_id, text, found_at, found_at, found_at FROM reason
    -- Where an entry's news of one look is matched in two parts.
    ON CONFLICT (key) DO UPDATE SET text = excluded.text
    RETURNING id, key
),
noted AS (
    INSERT INTO tenders_alertitem (subscriber_id, news_id, frequency, searches, follows)
    SELECT reason.subscriber_id, made.id, min(reason.frequency), array_agg(DISTINCT reason.search_id), '{{}}'
    FROM reason JOIN made USING (key) JOIN tenders_subscriber AS subscriber ON subscriber.id = reason.subscriber_id
    WHERE subscriber.confirmed_at IS NOT NULL AND subscriber.stopped_at IS NULL
    GROUP BY reason.subscriber_id, made.id
    ON CONFLICT DO NOTHING
)
"""

# A reminder of a deadline cannot wait for the weekly mail. What is for members only is for them alone.
_STORE = """
INSERT INTO tenders_alertitem (subscriber_id, news_id, frequency, searches, follows)
SELECT found.subscriber_id, found.news_id,
    CASE WHEN news.kind = 'reminder' THEN least(min(found.frequency), 2) ELSE min(found.frequency) END,
    coalesce(array_agg(DISTINCT found.search_id) FILTER (WHERE found.search_id IS NOT NULL), '{{}}'),
    coalesce(array_agg(DISTINCT found.follow_id) FILTER (WHERE found.follow_id IS NOT NULL), '{{}}')
FROM ({found}) AS found
JOIN news ON news.id = found.news_id
JOIN tenders_subscriber AS subscriber ON subscriber.id = found.subscriber_id
WHERE subscriber.confirmed_at IS NOT NULL AND subscriber.stopped_at IS NULL AND (NOT news.is_hidden
    OR (found.subscriber_id, news.opportunity_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[])))
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
    rows = AlertNews.objects.filter(pk__in=chunk)
    is_listed = Q(opportunity__isnull=False) | Q(event__opportunity__isnull=False)
    parts, found = [_ABOUT], [_BY_FOLLOW]
    params: list[Any] = [chunk]
    if SavedSearch.objects.active().exists() and rows.filter(is_listed).exists():
        questions.prepare(at=at)
        pairs, more = questions.matches_sql(at, entries=_LISTED, ended=_ENDED)
        parts += [pairs, _GONE, _LEAVE]
        params += more
        found += [_BY_SEARCH, _BY_GONE]
    hidden = rows.filter(opportunity__is_members_only=True).values_list("opportunity", flat=True)
    may_read = [(reader, pk) for pk, known in readers(hidden, at=at).items() for reader in known]
    params += [[reader for reader, _ in may_read], [pk for _, pk in may_read]]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} {_STORE.format(found=' UNION ALL '.join(found))}", params)
        if cursor.rowcount > MANY:
            # The mails are written right after, before the database looks at the table by itself.
            cursor.execute("ANALYZE tenders_alertitem")
