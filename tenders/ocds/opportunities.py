"""An opportunity as an OCDS release: the state of the whole process, as far as everybody may know it.

A pure function of rows that `tenders.ocds.facts` has fetched; the mapping is the table in docs/open-data.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from tenders.models import Notice, Opportunity

from .contracts import award_of, contract_of
from .links import Linked, related
from .notices import AWARD_NOTICES, CONTRACT_NOTICES, PLANNING_NOTICES, Kind, notice_of
from .parties import Parties
from .tender import tender_of
from .values import Document, latest, moment, present, sentences, start_of

ROLES = {"partner": "buyer", "commissioner": "buyer", "funder": "funder"}


def opportunity_release(row: Opportunity, linked: Linked, *, at: dt.datetime, site: str) -> Document:
    """Return the release's body without its own id, date and tags.

    :param at: the moment for which the status is told.
    :param site: the portal's address, without a stroke at its end.
    """
    parties = Parties(site=site)
    buyer = parties.organisation(row.organisation, "buyer")
    for partner in row.partnerships.all():
        parties.organisation(partner.organisation, ROLES.get(partner.role, "interestedParty"))
    notices = list(row.notices.all())
    awards = [award_of(one, parties, at=at) for one in linked.awards]
    contracts = []
    of_award = {one.contract_id: one for one in linked.awards if one.contract_id}
    for contract in linked.contracts:
        made = contract_of(contract, parties, at=at, site=site, award=of_award.get(contract.pk))
        awards += [made.award] if made.award else []
        signed = next((one.signed_date for one in [of_award.get(contract.pk)] if one), None) or row.signed_date
        contracts.append(present({**made.contract, "dateSigned": start_of(signed)}))
    if contracts:
        documents = [
            notice_of(one, CONTRACT_NOTICES[Kind(one.kind)]) for one in notices if one.kind in CONTRACT_NOTICES
        ]
        contracts[0] = present({**contracts[0], "documents": [*contracts[0].get("documents", []), *documents]})
    if row.awarded_at and row.awarded_at <= at and not awards:
        awards.append({"id": "award", "status": "active", "date": moment(row.awarded_at)})
    if len(awards) == 1:
        documents = [notice_of(one, "awardNotice") for one in notices if one.kind in AWARD_NOTICES]
        awards[0] = present({**awards[0], "documents": [*awards[0].get("documents", []), *documents]})
    placed = set(PLANNING_NOTICES) | (AWARD_NOTICES if len(awards) == 1 else set())
    placed |= set(CONTRACT_NOTICES) if contracts else set()
    return present(
        {
            "ocid": row.ocid,
            "language": "en",
            "initiationType": "tender",
            "parties": parties.all(),
            "buyer": buyer,
            "planning": _planning(row, notices, site),
            "tender": tender_of(row, [one for one in notices if one.kind not in placed], at=at, site=site),
            "awards": awards,
            "contracts": contracts,
            "relatedProcesses": related(linked),
        }
    )


def _planning(row: Opportunity, notices: Iterable[Notice], site: str) -> Document:
    milestones = []
    if row.engagement_date:
        engagement = {"id": "engagement", "title": "Market engagement", "type": "engagement"}
        milestones.append(
            present({**engagement, "description": str(row.engagement_date), "dueDate": latest(row.engagement_date)})
        )
    for event in row.events.all():
        milestones.append(
            present(
                {
                    "id": f"event-{event.uuid}",
                    "title": event.title,
                    "type": "engagement",
                    "description": sentences([event.get_kind_display(), event.summary, event.cancelled_reason]),
                    "dueDate": moment(event.starts_at),
                    "status": "notMet" if event.cancelled_at else None,
                }
            )
        )
    documents = [notice_of(one, PLANNING_NOTICES[Kind(one.kind)]) for one in notices if one.kind in PLANNING_NOTICES]
    if row.source is not None and row.source.url:
        documents.append(
            present(
                {
                    "id": f"source-{row.source.slug}",
                    "title": row.source.title,
                    "description": row.source_section,
                    "url": row.source.url,
                    "datePublished": start_of(row.source.published.latest if row.source.published else None),
                }
            )
        )
    return present({"documents": documents, "milestones": milestones})
