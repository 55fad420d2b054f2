"""The lists of people that a buyer takes along: who comes to an event, and who may want to bid."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from core.exports import Column, Table, csv_response, xlsx_response

from ..models import Event, Interest, Opportunity, Registration


def _said(is_so: bool) -> str:
    # An empty box says nothing: nobody was asked for a no.
    return "Yes" if is_so else ""


_WHO: list[Column[Any]] = [
    Column("Organisation", lambda row: row.organisation_name, width=30),
    Column("Name", lambda row: row.name),
    Column("Email", lambda row: row.email, width=30),
]
_KIND: list[Column[Any]] = [
    Column("Small or medium-sized", lambda row: _said(row.is_sme), width=12),
    Column("Voluntary, community or social enterprise", lambda row: _said(row.is_vcse), width=12),
    Column("Signed in for", lambda row: str(row.provider or ""), unknown="Not signed in"),
    Column("Confirmed", lambda row: row.confirmed_at, width=18),
]
REGISTRATIONS: Table[Registration] = Table(
    "Who comes",
    [
        *_WHO,
        Column("Role", lambda row: row.role),
        Column("Place", lambda row: "Waiting list" if row.place_given_at is None else "Has a place", width=14),
        Column("What they need", lambda row: row.access_needs, width=40),
        *_KIND,
    ],
)
INTERESTS: Table[Interest] = Table(
    "Who may bid",
    [
        *_WHO,
        Column("Lots", lambda row: "\n".join(str(lot) for lot in row.lots.all()), width=30, unknown="None named"),
        Column("Note", lambda row: row.note, width=40),
        *_KIND,
    ],
)


def registrations_file(event: Event, *, ending: str) -> HttpResponseBase:
    """Answer with who comes and who waits, those with a place first; ``ending`` is csv or xlsx."""
    rows = event.registrations.live().select_related("provider")
    first = sorted(rows, key=lambda row: (row.place_given_at is None, row.place_given_at or row.confirmed_at, row.pk))
    return _file(REGISTRATIONS, first, name=f"who-comes-{event.slug}", ending=ending)


def interests_file(opportunity: Opportunity, *, ending: str) -> HttpResponseBase:
    """Answer with who may want to bid, the first to confirm on top; ``ending`` is csv or xlsx."""
    rows = opportunity.interests.live().select_related("provider").prefetch_related("lots")
    return _file(
        INTERESTS, list(rows.order_by("confirmed_at", "pk")), name=f"who-may-bid-{opportunity.reference}", ending=ending
    )


def _file(table: Table[Any], rows: list[Any], *, name: str, ending: str) -> HttpResponse:
    streamed = (csv_response if ending == "csv" else xlsx_response)(table, rows, name=name)
    # Made within the request: what streams after it may carry public rows only.
    response = HttpResponse(streamed.getvalue(), headers=dict(streamed.items()))
    response["Cache-Control"] = "private, no-store"
    return response
