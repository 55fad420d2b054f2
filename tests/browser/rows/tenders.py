"""Contracts, frameworks and opportunities as full as a council can make them."""

import datetime as dt

from core.dates import parse
from tenders.models import ContractSupplier, EntryCondition
from tests.factories.commissioning import OrganisationFactory, SourceDocumentFactory
from tests.factories.core import ClientGroupFactory, PlaceFactory, ServiceTypeFactory
from tests.factories.providers import ServiceFactory
from tests.factories.strategies import ActionFactory, MessageFactory, PriorityFactory
from tests.factories.tenders import (
    AdmissionFactory,
    AwardFactory,
    AwardSupplierFactory,
    ContractChangeFactory,
    ContractFactory,
    ContractSupplierFactory,
    DocumentFactory,
    EntryConditionFactory,
    ExtensionOptionFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
    OpportunityLotFactory,
    RateFactory,
)

NOW = dt.datetime.now(dt.UTC)


def full_contract(**more):
    organisation = OrganisationFactory()
    contract = ContractFactory(
        organisation=organisation, summary="What it buys.", ends="2027", term_as_stated="3 years",
        extension_as_stated="up to 2 years", value_as_stated="About £1m", note="A note.",
        source=SourceDocumentFactory(organisation=organisation), source_section="Table 3", source_note="Read as 2027.",
        **more,
    )  # fmt: skip
    ContractSupplierFactory(contract=contract, role=ContractSupplier.Role.LEAD, note="Leads.")
    contract.types.add(ServiceTypeFactory())
    contract.client_groups.add(ClientGroupFactory())
    contract.commissioners.create(organisation=OrganisationFactory())
    contract.services.add(ServiceFactory())
    tender = OpportunityFactory(organisation=organisation, contract=contract, awarded_at=NOW)
    award = AwardFactory(opportunity=tender, contract=contract, award_date="2024-01-10", signed_date="2024-02-01")
    AwardSupplierFactory(award=award)
    ExtensionOptionFactory(contract=contract, number=1, decide_by_date="2040-01-01")
    ContractChangeFactory(contract=contract, old_end=parse("2026"), new_end=parse("2027"))
    OpportunityFactory(organisation=organisation, replaces_contract=contract, tender_date="Spring 2040")
    return contract


def full_framework():
    organisation = OrganisationFactory()
    framework = FrameworkFactory(
        organisation=organisation, summary="What is bought from it.", joining="always", ends="2030",
        providers_as_stated="About 40 in three zones, and more for complex needs", rates_as_stated="See below",
        source=SourceDocumentFactory(organisation=organisation), source_section="Section 8",
    )  # fmt: skip
    for _ in range(3):
        lot = LotFactory(framework=framework, summary="What it holds.", provider_count=4, capacity_as_stated="Enough")
        lot.places.add(PlaceFactory())
        RateFactory(framework=framework, lot=lot)
        AdmissionFactory(framework=framework, lot=lot)
    framework.types.add(ServiceTypeFactory())
    framework.partnerships.create(organisation=OrganisationFactory())
    ContractFactory(organisation=organisation, framework=framework)
    OpportunityFactory(organisation=organisation, framework=framework)
    return framework


def full_opportunity(**more):
    organisation = OrganisationFactory(procurement_portal="The Portal")
    more.setdefault("tender_date", "2028")
    opportunity = OpportunityFactory(
        organisation=organisation, service_area="Adult care", summary="What is wanted.", note="A note.",
        contract_start_date="2028/29", value_as_stated="Not more than £1m a year", dates_as_stated="Spring, perhaps",
        replaces_contract=ContractFactory(organisation=organisation, ends="2028"), framework=FrameworkFactory(),
        source=SourceDocumentFactory(organisation=organisation), source_section="Table 1", **more,
    )  # fmt: skip
    kind = ServiceTypeFactory()
    opportunity.types.add(kind)
    opportunity.client_groups.add(ClientGroupFactory())
    opportunity.places.add(PlaceFactory())
    opportunity.partnerships.create(organisation=OrganisationFactory())
    OpportunityFactory(organisation=organisation).types.add(kind)
    action = ActionFactory(priority=PriorityFactory())
    action.opportunities.add(opportunity)
    MessageFactory().opportunities.add(opportunity)
    DocumentFactory(opportunity=opportunity)
    AwardSupplierFactory(
        award=AwardFactory(opportunity=opportunity, lot=OpportunityLotFactory(opportunity=opportunity))
    )
    AwardFactory(
        opportunity=opportunity, outcome="not_awarded", cancelled_date="2026-01-05", cancelled_reason="A fault."
    )
    return opportunity


def opportunities_in_every_state():
    """One opportunity for each status a record can have, so that each tag is on the page."""
    day = dt.timedelta(days=1)
    states = [
        {"tender_date": "2035"},
        {"engagement_date": "2024", "tender_date": "2035"},
        {"opens_at": NOW - day, "closes_at": NOW + 30 * day},
        {"opens_at": NOW - day, "closes_at": NOW + 3 * day},
        {"opens_at": NOW - 3 * day, "closes_at": NOW - day},
        {"awarded_at": NOW - day},
        {"tender_date": "2020"},
    ]
    return [full_opportunity(is_sample=False, **state) for state in states]


def conditions():
    """A framework with a lot of each state of joining, and each kind of entry condition."""
    framework = FrameworkFactory(joining="always")
    for facts in ({}, {"joining": "closed", "reopens": "Spring 2040"}, {"maximum_providers": 0}):
        LotFactory(framework=framework, **facts)
    for kind in EntryCondition.Kind:
        rating = "good" if kind == "cqc_rating" else ""
        EntryConditionFactory(framework=framework, kind=kind, rating=rating, text="In the council's words")
    return framework
