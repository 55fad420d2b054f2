"""Packages: stored releases, or records compiled from them, in the standard's envelope. The same bytes every time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from itertools import groupby

from django.conf import settings

from tenders.models import Release

from .merging import compiled
from .values import Document, dumped, moment

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
_OCP = "https://raw.githubusercontent.com/open-contracting-extensions"
# Those of which a release of ours holds a field.
EXTENSIONS = [
    *(
        f"{_OCP}/ocds_{name}_extension/master/extension.json"
        for name in (
            "awardCriteria", "communication", "contractTerms", "legalBasis", "location", "lots", "options",
            "organizationClassification", "otherRequirements", "pagination", "partyDetails_scale", "recurrence",
            "renewal", "subcontracting", "suitability", "techniques",
        )
    ),
    "https://raw.githubusercontent.com/cabinetoffice/ocds_uk_extension/aa0e43b84dfad0cb9b839a8135e0bc4b285d32fc/extension.json",
]  # fmt: skip
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def release_package(rows: list[Release], *, uri: str, published_at: dt.datetime, next_page: str | None = None) -> str:
    """Return a package of stored releases, each exactly as it was stored."""
    return _package("releases", [row.body for row in rows], uri, published_at, next_page)


def record_package(
    records: Iterable[Document], *, uri: str, published_at: dt.datetime, next_page: str | None = None
) -> str:
    return _package("records", [dumped(one) for one in records], uri, published_at, next_page)


def records(rows: Iterable[Release]) -> list[Document]:
    """Return a record for each OCID of these releases, which come by OCID and number: what holds now, and its links."""
    return [_record(ocid, list(ofone)) for ocid, ofone in groupby(rows, key=lambda row: row.ocid)]


def _record(ocid: str, rows: list[Release]) -> Document:
    page = f"{settings.PUBLIC_URL}/ocds/releases/{ocid}.json"
    return {
        "ocid": ocid,
        "releases": [
            {"url": f"{page}#{row.release_id}", "date": moment(row.published_at), "tag": row.tags} for row in rows
        ],
        "compiledRelease": compiled(json.loads(row.body) for row in rows),
    }


def _package(name: str, parts: list[str], uri: str, published_at: dt.datetime, next_page: str | None) -> str:
    head = {
        "uri": uri,
        "version": "1.1",
        "extensions": EXTENSIONS,
        "publishedDate": moment(published_at),
        "publisher": {"name": "Care commissioning portal", "uri": settings.PUBLIC_URL},
        "license": LICENCE,
        "publicationPolicy": f"{settings.PUBLIC_URL}/about/data/",
    }
    tail = f',"links":{dumped({"next": next_page})}' if next_page else ""
    return f'{dumped(head)[:-1]},"{name}":[{",".join(parts)}]{tail}}}'
