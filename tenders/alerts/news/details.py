"""What else has changed of an opportunity: its value, kind of care, place and so on, with the old and the new words.

Nobody has to say so: the words are remembered (`StatusSeen.facts`) and read again where its card is another one.
"""

from __future__ import annotations

import hashlib
import json

from django.db import connection

from tenders.models import AlertNews, ReservedFor
from tenders.search import Entry
from tenders.search.entries import read_entry
from tenders.standing import value_words

from .looking import Look, short

BATCH = 500
SUMMARY = "Description"
# The cards are read some hundred at a time, and hashed once.
_CHANGED = """
SELECT card.opportunity_id
FROM tenders_searchcard AS card JOIN tenders_statusseen AS seen ON seen.opportunity_id = card.opportunity_id
WHERE seen.card_hash IS DISTINCT FROM hashtextextended(card.card, 0)
ORDER BY card.opportunity_id
"""
_READ = """
SELECT seen.id, seen.facts, card.opportunity_id, card.card, hashtextextended(card.card, 0)
FROM tenders_searchcard AS card JOIN tenders_statusseen AS seen ON seen.opportunity_id = card.opportunity_id
WHERE card.opportunity_id = ANY (%s) ORDER BY card.opportunity_id
"""
_REMEMBER = """
UPDATE tenders_statusseen AS seen SET facts = read.facts, card_hash = read.hash
FROM jsonb_to_recordset(%s) AS read (id bigint, facts jsonb, hash bigint) WHERE seen.id = read.id
"""


def details(look: Look) -> None:
    # An addendum tells what it changes itself.
    told = {one.opportunity_id for one in look.found if one.kind == AlertNews.Kind.ADDENDUM}
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED)
        changed = [pk for (pk,) in cursor.fetchall()]
        for start in range(0, len(changed), BATCH):
            cursor.execute(_READ, [changed[start : start + BATCH]])
            read = []
            for seen, before, pk, card, hashed in cursor.fetchall():
                facts = facts_of(read_entry(json.loads(card), at=look.at))
                read.append(
                    {"id": seen, "facts": {name: words for name, words in facts.items() if words}, "hash": hashed}
                )
                is_known = before is not None and pk not in look.fresh["opportunity"] and pk not in told
                if is_known and (text := changes(json.loads(before), facts)):
                    key = f"details:{pk}:{look.run_id}"
                    look.add(key, AlertNews.Kind.DETAILS, short(text), opportunity_id=pk)
            cursor.execute(_REMEMBER, [json.dumps(read)])


def facts_of(entry: Entry) -> dict[str, str]:
    """Return what is told of an opportunity besides dates and standing, by name and in words; nothing as ``""``."""
    record = entry.record
    return {
        "Title": record.title,
        SUMMARY: hashlib.sha256(record.summary.encode()).hexdigest() if record.summary else "",
        "Kind of care": ", ".join(one.name for one in entry.types),
        "Who it is for": ", ".join(one.name for one in entry.groups),
        "Where": ", ".join(one.name for one in entry.places),
        "Lots": "; ".join(entry.lots),
        "Value": value_words(record),
        "Who buys": ", ".join(one.name for one in (entry.buyer, *entry.partners)),
        "How": "" if record.route == "unknown" else record.get_route_display(),
        "Law": "" if record.regime == "unknown" else record.get_regime_display(),
        "Framework": entry.framework.name if entry.framework else "",
        "Suitable for small firms": _yes(record.is_sme_suitable),
        "Suitable for voluntary organisations": _yes(record.is_vcse_suitable),
        "Reserved for": str(ReservedFor(record.reserved_for).label) if record.reserved_for else "",
        "Where to bid": record.portal_url,
    }


def changes(before: dict[str, str], now: dict[str, str]) -> str:
    """Say what differs, old and new, in the order of ``now``, which has all names."""
    told = []
    for name, new in now.items():
        old = before.get(name, "")
        if old != new and name == SUMMARY:
            told.append("Its description has changed.")
        elif old != new:
            told.append(f"{name}: was {old or 'not stated'}, now {new or 'not stated'}.")
    return " ".join(told)


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
