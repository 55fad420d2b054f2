"""A framework, dynamic market or list as an OCDS release: who can join which lot, and who is on it."""

from __future__ import annotations

import datetime as dt

from tenders.models import Admission, Framework, Lot, Regime

from .links import Linked, related
from .parties import Parties
from .tender import LAWS
from .values import Document, addresses, description_of, earliest, latest, moment, period, present, sentences

Kind, Status = Framework.Kind, Framework.Status

AGREEMENTS = {Kind.FRAMEWORK, Kind.OPEN_FRAMEWORK}
MARKETS = {Kind.DYNAMIC_MARKET, Kind.PURCHASING_SYSTEM}
# Newcomers are let in while the tender is active; between two openings the last one is complete.
STATUSES = {Status.PLANNED: "planned", Status.OPENS: "planned", Status.OPEN: "active"}


def framework_release(row: Framework, linked: Linked, *, ocid: str, at: dt.datetime, site: str) -> Document:
    """Return the body without its own id, date and tags. ``row.admissions`` holds public providers of now only."""
    parties = Parties(site=site)
    buyer = parties.organisation(row.organisation, "buyer")
    callers = []
    for one in row.partnerships.all():
        if one.role == "may_call_off":
            callers.append(str(one.organisation))
        else:
            role = {"funder": "funder", "supporter": "interestedParty"}.get(one.role, "buyer")
            parties.organisation(one.organisation, role)
    admissions = list(row.admissions.all())
    lots = list(row.lots.all())
    page = {
        "id": "page",
        "title": "Page of this record",
        "url": f"{site}{row.get_absolute_url()}",
        "format": "text/html",
    }
    awards = _awards(row, lots, admissions, parties)
    return present(
        {
            "ocid": ocid,
            "language": "en",
            "initiationType": "tender",
            "parties": parties.all(),
            "buyer": buyer,
            "tender": present(
                {
                    "id": ocid,
                    "title": row.title,
                    "description": sentences([description_of(row), row.joining_note]),
                    "status": STATUSES.get(row.status(at=at), "complete"),
                    "mainProcurementCategory": "services",
                    "procurementMethodDetails": row.get_kind_display(),
                    "legalBasis": LAWS.get(Regime(row.regime)),
                    "specialRegime": ["lightTouch"] if row.regime == Regime.LIGHT_TOUCH else [],
                    "tenderPeriod": period(startDate=moment(row.opens_at), endDate=moment(row.closes_at)),
                    "contractPeriod": period(startDate=earliest(row.starts), endDate=latest(row.ends)),
                    "eligibilityCriteria": row.conditions,
                    "techniques": _techniques(row, callers, at=at),
                    "communication": present({"futureNoticeDate": latest(row.reopens)}),
                    "deliveryAddresses": addresses(row.places.all()),
                    "items": [
                        present(
                            {
                                "id": f"lot-{lot.slug}",
                                "description": lot.title,
                                "relatedLot": lot.slug,
                                "deliveryAddresses": addresses(lot.places.all()),
                            }
                        )
                        for lot in lots
                    ],
                    "lots": [_lot(lot, admissions, at=at) for lot in lots],
                    "documents": [page],
                }
            ),
            "awards": awards,
            "relatedProcesses": related(linked),
        }
    )


def _techniques(row: Framework, callers: list[str], *, at: dt.datetime) -> Document | None:
    if row.kind in AGREEMENTS:
        agreement = {
            "buyerCategories": sentences([row.call_off_note, ", ".join(callers)]),
            "isOpenFrameworkScheme": True if row.kind == Kind.OPEN_FRAMEWORK else None,
            "period": period(startDate=earliest(row.starts), endDate=latest(row.ends)),
            "description": row.term_as_stated,
        }
        return present({"hasFrameworkAgreement": True, "frameworkAgreement": present(agreement)})
    if row.kind in MARKETS:
        states = {Status.EXPIRED: "terminated", Status.PLANNED: "pending"}
        return {
            "hasDynamicPurchasingSystem": True,
            "dynamicPurchasingSystem": {"status": states.get(row.status(at=at), "active")},
        }
    return None


def _lot(lot: Lot, admissions: list[Admission], *, at: dt.datetime) -> Document:
    members = len({one.provider_id for one in admissions if one.lot_id == lot.pk})
    return present(
        {
            "id": lot.slug,
            "title": str(lot),
            "description": sentences([lot.summary, lot.conditions]),
            "status": STATUSES.get(lot.status(at=at, members=members), "complete"),
        }
    )


def _awards(row: Framework, lots: list[Lot], admissions: list[Admission], parties: Parties) -> list[Document]:
    """One award a lot, and one for those admitted to the whole."""
    awards = []
    for lot in [*lots, None]:
        here = [one for one in admissions if one.lot_id == (lot.pk if lot else None)]
        suppliers = {one["id"]: one for one in (parties.provider(each.provider, "supplier") for each in here)}
        if suppliers:
            awards.append(
                present(
                    {
                        "id": f"members-of-{lot.slug}" if lot else "members",
                        "title": f"Providers on {lot or row.title}",
                        "status": "active",
                        "suppliers": list(suppliers.values()),
                        "relatedLots": [lot.slug] if lot else [],
                    }
                )
            )
    return awards
