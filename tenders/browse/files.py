"""The list as files: the columns of CSV and XLSX, the news feed, and plain JSON. Pure: entries in, bytes or data out."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator

from core.dates import EstimatedDate
from core.exports import Column, Table
from tenders.exports import documents
from tenders.exports.documents import absolute
from tenders.models import ReservedFor
from tenders.search import Entry, Named
from tenders.standing import value_words

# So many entries make a piece of a feed.
PORTION = 200


def _names(things: Iterable[Named]) -> str:
    return "; ".join(one.name for one in things)


def _words(date: EstimatedDate | None) -> str:
    return str(date) if date else ""


TABLE: Table[Entry] = Table(
    "Opportunities",
    [
        Column("Reference", lambda row: row.record.reference, width=30),
        Column("Title", lambda row: row.record.title, width=60),
        Column("Status", lambda row: str(row.status.label), width=16),
        Column("Who buys", lambda row: row.buyer.name, width=32),
        Column("Together with", lambda row: _names(row.partners), width=32, unknown=""),
        Column("Kind of care", lambda row: _names(row.types), width=36),
        Column("Who it is for", lambda row: _names(row.groups), width=36),
        Column("Where", lambda row: _names(row.places), width=30),
        Column("Lots", lambda row: "; ".join(row.lots), width=36, unknown=""),
        Column("Market engagement", lambda row: _words(row.record.engagement_date)),
        Column("Tender notice", lambda row: _words(row.record.tender_date)),
        Column("Opens", lambda row: row.record.opens_at, width=20),
        Column("Questions until", lambda row: row.record.questions_close_at, width=20),
        Column("Closes", lambda row: row.record.closes_at, width=20),
        Column("Award", lambda row: row.record.awarded_at or _words(row.record.award_date)),
        Column("Contract starts", lambda row: _words(row.record.contract_start_date)),
        Column("Contract ends", lambda row: _words(row.record.contract_end_date)),
        Column("Dates as stated", lambda row: row.record.dates_as_stated, width=36, unknown=""),
        Column("Present contract ends", lambda row: _words(row.replaces.ends) if row.replaces else ""),
        Column("Value from, pounds", lambda row: row.record.value_from, width=18),
        Column("Value to, pounds", lambda row: row.record.value_to, width=18),
        Column("Value as stated", lambda row: row.record.value_as_stated, width=30),
        Column("How", lambda row: "" if row.record.route == "unknown" else row.record.get_route_display(), width=36),
        Column("Law", lambda row: "" if row.record.regime == "unknown" else row.record.get_regime_display(), width=32),
        Column("Framework", lambda row: row.framework.name if row.framework else "", width=32, unknown=""),
        Column("Suitable for small firms", lambda row: row.record.is_sme_suitable, width=14),
        Column("Suitable for voluntary organisations", lambda row: row.record.is_vcse_suitable, width=14),
        Column("Reserved for", lambda row: _reserved(row), width=28, unknown=""),
        Column("Last confirmed", lambda row: row.record.confirmed_date(), width=16),
        Column("Open contracting id", lambda row: row.record.ocid, width=40),
        Column("Page", lambda row: absolute(row.url), width=50),
    ],
)


def _reserved(row: Entry) -> str:
    return str(ReservedFor(row.record.reserved_for).label) if row.record.reserved_for else ""


# --- News feed ---


class _Feed(Atom1Feed):
    """A feed that is told its age, so that the same list gives the same bytes and it can be written before its entries."""

    def latest_post_date(self) -> dt.datetime:
        return self.feed["updated_at"]  # type: ignore[no-any-return]

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        for name, path in self.feed["more"].items():
            handler.addQuickElement("link", "", {"rel": name, "href": absolute(path)})


def atom(
    entries: Iterable[Entry],
    *,
    title: str,
    page: str,
    feed: str,
    begun_at: dt.datetime,
    more: Mapping[str, str] | None = None,
) -> bytes:
    """Return the list as a news feed: as old as its newest entry, or as ``begun_at`` where it has none.

    :param more: the paths of its other pages, by their relation to this one.
    """
    listed = list(entries)
    updated_at = max((entry.updated_at for entry in listed), default=begun_at)
    return b"".join(atom_pieces(listed, title=title, page=page, feed=feed, updated_at=updated_at, more=more))


def atom_pieces(
    entries: Iterable[Entry],
    *,
    title: str,
    page: str,
    feed: str,
    updated_at: dt.datetime,
    more: Mapping[str, str] | None = None,
) -> Iterator[bytes]:
    """Yield a news feed in pieces: each entry under an id that never changes, as old as its last public change.

    :param page: the path of the list; ``feed`` that of the feed itself.
    :param updated_at: when any of its entries last changed.
    """
    made = _Feed(
        title=title,
        link=absolute(page),
        description="Care contracts that councils and the NHS mean to buy",
        feed_url=absolute(feed),
        feed_guid=absolute(feed),
        language="en-GB",
        feed_copyright="Open Government Licence v3.0",
        updated_at=updated_at,
        more=more or {},
    )
    text = io.StringIO()
    xml = SimplerXMLGenerator(text, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("feed", AttributesImpl(made.root_attributes()))
    made.add_root_elements(xml)
    rest = iter(entries)
    while portion := list(islice(rest, PORTION)):
        for entry in portion:
            _add(made, entry)
        made.write_items(xml)
        made.items.clear()
        yield _taken(text)
    xml.endElement("feed")
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    """Return what has been written, and forget it."""
    content = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return content


def _add(feed: _Feed, entry: Entry) -> None:
    record = entry.record
    facts = [
        f"{entry.status.label}. {entry.buyer.name}.",
        record.summary,
        f"Tender: {record.tender_date}." if record.tender_date else "",
        f"Value: {value_words(record)}." if value_words(record) else "",
    ]
    feed.add_item(
        title=record.title,
        link=absolute(entry.url),
        description=escape(" ".join(part for part in facts if part)),
        unique_id=absolute(entry.url),
        pubdate=record.published_at,
        updateddate=entry.updated_at,
        author_name=entry.buyer.name,
        categories=[one.name for one in entry.types],
    )


# --- JSON ---


def as_data(entry: Entry) -> dict[str, Any]:
    """Return an entry as plain data. What is not known is null; a date keeps its words and the days they allow."""
    record = entry.record
    return {
        "reference": record.reference,
        "ocid": record.ocid,
        "url": absolute(entry.url),
        "ocds": absolute(reverse("ocds:record_of", args=[record.ocid])),
        "title": record.title,
        "summary": record.summary or None,
        "status": entry.status.value,
        "buyer": _data(entry.buyer),
        "partners": [_data(one) for one in entry.partners],
        "types": [_data(one) for one in entry.types],
        "client_groups": [_data(one) for one in entry.groups],
        "places": [_data(one) for one in entry.places],
        "lots": list(entry.lots),
        "engagement": _date(record.engagement_date),
        "tender": _date(record.tender_date),
        "opens_at": _moment(record.opens_at),
        "questions_close_at": _moment(record.questions_close_at),
        "closes_at": _moment(record.closes_at),
        "award": _date(record.award_date),
        "awarded_at": _moment(record.awarded_at),
        "contract_start": _date(record.contract_start_date),
        "contract_end": _date(record.contract_end_date),
        "dates_as_stated": record.dates_as_stated or None,
        "value_from": str(record.value_from) if record.value_from is not None else None,
        "value_to": str(record.value_to) if record.value_to is not None else None,
        "value_as_stated": record.value_as_stated or None,
        "route": None if record.route == "unknown" else record.route,
        "regime": None if record.regime == "unknown" else record.regime,
        "framework": _data(entry.framework) if entry.framework else None,
        "is_sme_suitable": record.is_sme_suitable,
        "is_vcse_suitable": record.is_vcse_suitable,
        "reserved_for": record.reserved_for or None,
        "is_sample": record.is_sample,
        "published_at": _moment(record.published_at),
        "updated_at": _moment(entry.updated_at),
    }


def json_bytes(entries: Iterable[Entry], *, title: str, page: str, count: int) -> Iterator[bytes]:
    """Yield the list as one JSON document, entry by entry."""
    return documents.json_bytes("opportunities", map(as_data, entries), title=title, page=page, count=count)


def _data(one: Named) -> dict[str, str]:
    return {"slug": one.slug, "name": one.name}


def _date(date: EstimatedDate | None) -> dict[str, str | None] | None:
    return date.as_json() if date else None


def _moment(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
