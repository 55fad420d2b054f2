"""Fetches what a release tells of, for many records at once, and only what everybody may know at a moment."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from tenders.models import (
    Addendum,
    Admission,
    Award,
    Contract,
    ContractChange,
    DateChange,
    Document,
    Event,
    Framework,
    Notice,
    Opportunity,
    Question,
    Release,
    public_suppliers,
    public_winners,
)

from .ids import Record, ocid_of
from .links import Link, Linked


def fetched(rows: Iterable[Record], *, at: dt.datetime) -> list[tuple[Record, str, Linked]]:
    """Return each record whole, with its OCID and what it is linked to."""
    keys: dict[type, list[int]] = defaultdict(list)
    for row in rows:
        keys[type(row)].append(row.pk)
    return [
        *_opportunities(keys[Opportunity], at=at),
        *_frameworks(keys[Framework], at=at),
        *_contracts(keys[Contract], at=at),
    ]


def _whole_contracts(at: dt.datetime) -> QuerySet[Contract]:
    return Contract.objects.public(at=at).prefetch_related(
        Prefetch("suppliers", public_suppliers(at=at)), Prefetch("changes", ContractChange.objects.told(at=at))
    )


def _opportunities(keys: list[int], *, at: dt.datetime) -> list[tuple[Record, str, Linked]]:
    if not keys:
        return []
    others = Opportunity.objects.public(at=at)
    rows = list(
        Opportunity.objects.filter(pk__in=keys)
        .select_related("organisation", "source")
        .prefetch_related(
            "places",
            "cpv_codes",
            "partnerships__organisation",
            "criteria",
            "lots__places",
            Prefetch("notices", Notice.objects.published(at=at)),
            Prefetch("events", Event.objects.public(at=at).order_by("starts_at", "pk")),
            Prefetch("questions", Question.objects.answered(at=at)),
            Prefetch("documents", Document.objects.published(at=at).order_by("pk")),
            Prefetch("date_changes", DateChange.objects.filter(changed_at__lte=at)),
            Prefetch("addenda", Addendum.objects.published(at=at).order_by("number")),
            Prefetch("framework", Framework.objects.public(at=at)),
            Prefetch("replaces_contract", Contract.objects.public(at=at)),
            Prefetch("renews", others),
            Prefetch("renewals", others.order_by("pk")),
            Prefetch("contract", _whole_contracts(at).prefetch_related(Prefetch("replaced_by", others.order_by("pk")))),
            Prefetch(
                "awards",
                Award.objects.announced(at=at)
                .select_related("lot")
                .prefetch_related(
                    Prefetch("suppliers", public_winners(at=at)),
                    Prefetch(
                        "contract",
                        _whole_contracts(at).prefetch_related(Prefetch("replaced_by", others.order_by("pk"))),
                    ),
                ),
            ),
        )
        .order_by("pk")
    )
    frameworks = _ocids([row.framework for row in rows if row.framework], at=at)
    replaced = _ocids([row.replaces_contract for row in rows if row.replaces_contract], at=at)
    return [(row, row.ocid, _linked_opportunity(row, frameworks, replaced)) for row in rows]


def _linked_opportunity(row: Opportunity, frameworks: dict[int, str], replaced: dict[int, str]) -> Linked:
    awards = list(row.awards.all())
    contracts = {one.contract.pk: one.contract for one in awards if one.contract and not one.cancelled_date}
    if row.contract is not None:
        contracts.setdefault(row.contract.pk, row.contract)
    links = []
    if row.framework is not None:
        links.append(Link(frameworks[row.framework.pk], "framework", row.framework.title))
    if row.replaces_contract is not None:
        links.append(Link(replaced[row.replaces_contract.pk], "prior", row.replaces_contract.title))
    if row.renews is not None:
        links.append(Link(row.renews.ocid, "prior", row.renews.title))
    successors = [*row.renewals.all(), *(one for each in contracts.values() for one in each.replaced_by.all())]
    links += [Link(one.ocid, "renewalProcess", one.title) for one in successors]
    return Linked(awards, list(contracts.values()), _once(links, row.ocid), settings.PUBLIC_URL)


def _frameworks(keys: list[int], *, at: dt.datetime) -> list[tuple[Record, str, Linked]]:
    if not keys:
        return []
    members = Admission.objects.current(at=at).filter(provider__published_at__lte=at).select_related("provider")
    rows = list(
        Framework.objects.filter(pk__in=keys)
        .select_related("organisation")
        .prefetch_related(
            "places",
            "partnerships__organisation",
            "lots__places",
            "lots__framework",
            Prefetch("admissions", members.order_by("provider__name", "pk")),
        )
        .order_by("pk")
    )
    ocids = _ocids(rows, at=at)
    return [(row, ocids[row.pk], Linked(site=settings.PUBLIC_URL)) for row in rows]


def _contracts(keys: list[int], *, at: dt.datetime) -> list[tuple[Record, str, Linked]]:
    if not keys:
        return []
    rows = list(
        _whole_contracts(at)
        .filter(pk__in=keys)
        .select_related("organisation")
        .prefetch_related(
            "places",
            "commissioners__organisation",
            Prefetch("framework", Framework.objects.public(at=at)),
            Prefetch("replaced_by", Opportunity.objects.public(at=at).order_by("pk")),
        )
        .order_by("pk")
    )
    frameworks = _ocids([row.framework for row in rows if row.framework], at=at)
    own = _own_ocids(rows)
    told = []
    for row in rows:
        links = [Link(frameworks[row.framework.pk], "framework", row.framework.title)] if row.framework else []
        links += [Link(one.ocid, "renewalProcess", one.title) for one in row.replaced_by.all()]
        told.append((row, own[row.pk], Linked(links=_once(links, own[row.pk]), site=settings.PUBLIC_URL)))
    return told


def _own_ocids(rows: list[Framework] | list[Contract]) -> dict[int, str]:
    """The OCID under which each was first told of, or would be."""
    if not rows:
        return {}
    name = "framework" if isinstance(rows[0], Framework) else "contract"
    kept = Release.objects.filter(**{f"{name}__in": rows, "number": 1}).values_list(f"{name}_id", "ocid")
    known = dict(kept)
    return {row.pk: known.get(row.pk) or ocid_of(row) for row in rows}


def _ocids(rows: list[Framework] | list[Contract], *, at: dt.datetime) -> dict[int, str]:
    """The OCID that tells of each: of a contract that an opportunity led to, the opportunity's."""
    told = _own_ocids(rows)
    if rows and isinstance(rows[0], Contract):
        shown = Opportunity.objects.filter(published_at__isnull=False, is_members_only=False).order_by("-pk")
        led_here = shown.filter(Q(contract__in=rows) | Q(awards__contract__in=rows, awards__cancelled_date=None))
        for contract, awarded, ocid in led_here.values_list("contract", "awards__contract", "ocid"):
            told |= {key: ocid for key in (contract, awarded) if key in told}
    return told


def _once(links: list[Link], own: str) -> list[Link]:
    return list({(one.relationship, one.ocid): one for one in links if one.ocid != own}.values())
