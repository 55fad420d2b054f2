"""Who takes part: contacts by role, forums, partners and the places they cover."""

from __future__ import annotations

import datetime as dt

from commissioning.models import Contact
from core.models import Place
from tenders.models import Forum

from ..models import Section
from .shapes import Block, cell, entries, facts, narrowed, table


def contacts(section: Section, at: dt.datetime) -> Block | None:
    items = [
        {
            "title": row.role,
            "url": "",
            "text": row.about,
            "facts": facts(("Email", row.email), ("Phone", row.phone), ("Web", row.url), ("Address", row.address)),
            "parts": [],
        }
        for row in Contact.objects.owned_by(section.organisation).filter(is_sample=False).order_by("order", "pk")
    ]
    return entries(items)


def forums(section: Section, at: dt.datetime) -> Block | None:
    rows = Forum.objects.public(at=at).filter(organisation=section.organisation, is_sample=False)
    items = [
        {
            "title": row.name,
            "url": row.url,
            "text": row.about,
            "facts": facts(
                ("Kind", row.get_kind_display()),
                ("Members", row.members_as_stated),
                ("Meets", row.meets),
                ("Email", row.email),
                ("Phone", row.phone),
            ),
            "parts": [],
        }
        for row in narrowed(rows, section).order_by("order", "name")
    ]
    return entries(items)


def partners(section: Section, at: dt.datetime) -> Block | None:
    strategy = section.strategy
    shared = strategy.partnerships.select_related("organisation__succeeded_by").prefetch_related(
        "organisation__coverage__place"
    )
    rows = [(strategy.organisation, "Lead", "")] + [
        (row.organisation, row.get_role_display(), row.note) for row in shared.order_by("order", "pk")
    ]
    items = []
    for organisation, role, note in rows:
        places = [
            f"{cover.place.name} ({cover.note})" if cover.note else cover.place.name
            for cover in organisation.coverage.all()
        ]
        items.append(
            {
                "title": organisation.name,
                "url": organisation.website,
                "text": organisation.summary,
                "facts": facts(
                    ("Part in this work", role),
                    ("Note", note),
                    ("Covers", ", ".join(places)),
                    ("Ended", str(organisation.ended or "")),
                    ("Followed by", str(organisation.succeeded_by or "")),
                ),
                "parts": [],
            }
        )
    return entries(items)


def places(section: Section, at: dt.datetime) -> Block | None:
    covered = Place.objects.filter(coverage__organisation=section.organisation, kind=Place.Kind.COUNCIL)
    rows = Place.objects.within(covered).exclude(kind=Place.Kind.COUNCIL).order_by("kind", "name")
    cells = [[cell(row.name), cell(row.get_kind_display()), cell(row.note)] for row in rows]
    if not cells:
        return None
    return table("Places of the area", ["Place", "Kind", "Note"], [{"title": "", "rows": cells}], blank="")
