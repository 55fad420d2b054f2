"""Rows in bulk for the public lists: plainly invented, the same in every run, each as full as a list can show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from commissioning.models import Coverage, Organisation
from core.models import ClientGroup, Place, ServiceType
from providers.models import Location, Provider, Service
from strategies.models import Strategy
from tenders.models import Contract, ContractSupplier, Framework, Lot, Opportunity

# Before any moment of a run, so that all is public.
PUBLISHED_AT = dt.datetime(2024, 4, 2, 12, 0, tzinfo=dt.UTC)
KINDS = 12
OWNERS = 10
BATCH = 2000


class Ground:
    """What rows lean on, the same for ten rows and for ten thousand: organisations, types, client groups and places."""

    def __init__(self) -> None:
        self.types = [ServiceType(slug=f"type-{n}", name=f"Type {n}") for n in range(KINDS)]
        self.groups = [ClientGroup(slug=f"group-{n}", name=f"Group {n}") for n in range(KINDS)]
        self.places = [Place(slug=f"place-{n}", name=f"Place {n}", kind=Place.Kind.TOWN) for n in range(KINDS)]
        for row in (*self.types, *self.groups, *self.places):
            row.save()
        self.owners = _saved(_organisation(n, "owner") for n in range(OWNERS))
        _saved(Coverage(organisation=row, place=self.places[n % KINDS]) for n, row in enumerate(self.owners))

    def owner(self, n: int) -> Organisation:
        return self.owners[n % OWNERS]

    def partner(self, n: int) -> Organisation:
        return self.owners[(n + 1) % OWNERS]


def organisations(ground: Ground, start: int, stop: int) -> None:
    # The owners are rows of this list too.
    numbers = range(max(start - OWNERS, 0), max(stop - OWNERS, 0))
    rows = _saved(_organisation(n, "organisation", succeeded_by=ground.owner(n), ended="2022") for n in numbers)
    _saved(Coverage(organisation=row, place=ground.places[n % KINDS]) for n, row in enumerate(rows))


def strategies(ground: Ground, start: int, stop: int) -> None:
    rows = _saved(
        Strategy(
            slug=f"strategy-{n}",
            title=f"Strategy {n}",
            headline=f"What is needed in area {n}",
            kind=Strategy.Kind.MPS if n % 2 else Strategy.Kind.COMMISSIONING,
            starts=str(2020 + n % 5),
            ends=str(2026 + n % 5),
            organisation=ground.owner(n),
            published_at=PUBLISHED_AT,
        )
        for n in range(start, stop)
    )
    _partners(Strategy.partnerships, rows, ground)


def frameworks(ground: Ground, start: int, stop: int) -> None:
    rows = _saved(
        Framework(
            slug=f"framework-{n}",
            title=f"Framework {n}",
            kind=Framework.Kind.FRAMEWORK,
            organisation=ground.owner(n),
            published_at=PUBLISHED_AT,
        )
        for n in range(start, stop)
    )
    _saved(
        Lot(framework=row, organisation_id=row.organisation_id, slug=f"lot-{n}", title=f"Lot {n}")
        for row in rows
        for n in range(2)
    )
    _link(Framework.types, rows, ground.types)
    _link(Framework.client_groups, rows, ground.groups)
    _partners(Framework.partnerships, rows, ground)


def providers(ground: Ground, start: int, stop: int) -> None:
    _saved(Provider(slug=f"provider-{n}", name=f"Provider {n}", published_at=PUBLISHED_AT) for n in range(start, stop))


def contracts(ground: Ground, start: int, stop: int) -> None:
    rows = _saved(
        Contract(
            reference=f"contract-{n}",
            title=f"Contract {n}",
            ends=str(2024 + n % 8),
            organisation=ground.owner(n),
            published_at=PUBLISHED_AT,
        )
        for n in range(start, stop)
    )
    suppliers = _found(Provider, "provider", start, stop)
    _saved(
        ContractSupplier(contract=row, organisation_id=row.organisation_id, provider=provider)
        for row, provider in zip(rows, suppliers, strict=True)
    )
    _link(Contract.types, rows, ground.types)
    _partners(Contract.commissioners, rows, ground)


def opportunities(ground: Ground, start: int, stop: int) -> None:
    numbers = range(start, stop)
    replaced = list(Contract.objects.filter(reference__in=[f"contract-{n}" for n in numbers]).order_by("pk"))
    frameworks = _found(Framework, "framework", start, stop)
    rows = _saved(
        Opportunity(
            reference=f"opportunity-{n}",
            ocid=f"ocds-sample-opportunity-{n}",
            title=f"Opportunity {n}",
            tender_date=str(2025 + n % 4),
            replaces_contract=contract,
            framework=framework,
            organisation=ground.owner(n),
            published_at=PUBLISHED_AT,
        )
        for n, contract, framework in zip(numbers, replaced, frameworks, strict=True)
    )
    _link(Opportunity.types, rows, ground.types)
    _link(Opportunity.client_groups, rows, ground.groups)
    _partners(Opportunity.partnerships, rows, ground)


def services(ground: Ground, start: int, stop: int) -> None:
    owners = _found(Provider, "provider", start, stop)
    rows = _saved(
        Service(
            slug=f"service-{n}",
            name=f"Service {n}",
            provider=provider,
            summary="An invented service.",
            published_at=PUBLISHED_AT,
        )
        for n, provider in zip(range(start, stop), owners, strict=True)
    )
    homes = _saved(
        Location(
            slug=f"location-{n}", name=f"Location {n}", provider=provider, place=ground.places[n % KINDS], town="Town"
        )
        for n, provider in zip(range(start, stop), owners, strict=True)
    )
    _link(Service.types, rows, ground.types)
    _link(Service.client_groups, rows, ground.groups)
    _link(Service.areas_served, rows, ground.places)
    _link(Service.locations, rows, homes)


# Each list's address name and how its rows come to be, those first that others lean on.
LISTS: dict[str, Callable[[Ground, int, int], None]] = {
    "commissioning:organisations": organisations,
    "strategies:list": strategies,
    "tenders:frameworks": frameworks,
    "providers:providers": providers,
    "tenders:contracts": contracts,
    "tenders:opportunities": opportunities,
    "providers:services": services,
}


def _organisation(n: int, word: str, **values: Any) -> Organisation:
    name = f"{word.capitalize()} {n}"
    return Organisation(slug=f"{word}-{n}", name=name, short_name=name, kind=Organisation.Kind.COUNCIL, **values)


def _saved(rows: Any) -> list[Any]:
    rows = list(rows)
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH) if rows else []


def _found(model: Any, word: str, start: int, stop: int) -> list[Any]:
    return list(model._default_manager.filter(slug__in=[f"{word}-{n}" for n in range(start, stop)]).order_by("pk"))


def _link(relation: Any, rows: list[Any], others: list[Any]) -> None:
    """Link each row with one of the others, in turn."""
    field = relation.field
    here, there = field.m2m_field_name(), field.m2m_reverse_field_name()
    _saved(
        relation.through(**{f"{here}_id": row.pk, f"{there}_id": others[n % len(others)].pk})
        for n, row in enumerate(rows)
    )


def _partners(relation: Any, rows: list[Any], ground: Ground) -> None:
    model, parent = relation.rel.related_model, relation.rel.field.name
    _saved(model(**{parent: row, "organisation": ground.partner(n)}) for n, row in enumerate(rows))
