"""Public pages of opportunities, frameworks and contracts."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.urls import reverse

from core import clock
from tests.factories.commissioning import OrganisationFactory, SourceDocumentFactory
from tests.factories.providers import ProviderFactory, ServiceFactory
from tests.factories.strategies import ActionFactory, MessageFactory, StrategyFactory
from tests.factories.tenders import (
    AdmissionFactory,
    ContractFactory,
    ContractSupplierFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
    RateFactory,
)
from tests.tools.views import NONSENSE, assert_cached_for_everybody, hidden, query_count, text

pytestmark = pytest.mark.django_db

REGISTERS = {
    "opportunities": OpportunityFactory,
    "frameworks": FrameworkFactory,
    "contracts": ContractFactory,
}


@pytest.mark.parametrize("register", REGISTERS)
def test_draft_and_embargoed_rows_are_nowhere(client, register):
    make = REGISTERS[register]
    rows = hidden(lambda **more: make(title="Secretive thing", **more))

    answers = [client.get(row.get_absolute_url()).status_code for row in rows]
    listed = client.get(reverse(f"tenders:{register}"))
    searched = client.get(reverse(f"tenders:{register}"), {"q": "secretive"})

    assert answers == [404, 404]
    assert "Secretive thing" not in text(listed) + text(searched)


@pytest.mark.parametrize("register", REGISTERS)
def test_draft_rows_are_not_in_the_windows_of_other_pages(client, register):
    provider = ProviderFactory()
    service = ServiceFactory(provider=provider)
    organisation = OrganisationFactory()
    framework = FrameworkFactory(organisation=organisation)
    for row in hidden(lambda **more: REGISTERS[register](title="Secretive thing", organisation=organisation, **more)):
        if register == "contracts":
            row.suppliers.create(provider=provider)
            row.services.add(service)
            row.framework = framework
        elif register == "frameworks":
            AdmissionFactory(framework=row, provider=provider)
            OpportunityFactory(framework=row)
        else:
            row.framework = framework
        row.save()

    pages = [client.get(row.get_absolute_url()) for row in (provider, service, organisation, framework)]
    pages.append(client.get(reverse("home")))

    assert [page.status_code for page in pages] == [200] * 5
    assert "Secretive thing" not in "".join(map(text, pages))


def test_opportunity_tells_nothing_of_a_running_contract_or_framework_that_is_a_draft(client):
    contract = ContractFactory(title="Secretive contract", published_at=None)
    framework = FrameworkFactory(title="Secretive framework", published_at=None)
    opportunity = OpportunityFactory(replaces_contract=contract, framework=framework)

    page = text(client.get(opportunity.get_absolute_url()))

    assert "Secretive" not in page


def test_opportunity_tells_nothing_of_why_a_draft_strategy_wants_it(client):
    opportunity = OpportunityFactory()
    for strategy in hidden(StrategyFactory):
        ActionFactory(title="Secretive action", strategy=strategy).opportunities.add(opportunity)
        MessageFactory(text="Secretive message", strategy=strategy).opportunities.add(opportunity)

    assert "Secretive" not in text(client.get(opportunity.get_absolute_url()))


@pytest.mark.parametrize("what, word", [("withdrawn", "Withdrawn"), ("cancelled", "Cancelled")])
def test_ended_opportunity_leaves_the_list_but_its_page_says_when_and_why(client, what, word):
    ended_at = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
    opportunity = OpportunityFactory(**{f"{what}_at": ended_at, "ended_reason": "The money went elsewhere."})

    connection.check_constraints()
    listed = text(client.get(reverse("tenders:opportunities")))
    page = text(client.get(opportunity.get_absolute_url()))

    assert opportunity.title not in listed
    assert re.search(rf"{word} on <time [^>]+>4 March 2026</time>: The money went elsewhere\.", page)


def test_opportunity_to_be_withdrawn_later_is_still_listed_and_says_nothing_of_it(client):
    opportunity = OpportunityFactory(
        withdrawn_at=clock.now() + dt.timedelta(hours=1), ended_reason="The money went elsewhere."
    )

    connection.check_constraints()
    listed = text(client.get(reverse("tenders:opportunities")))

    assert opportunity.title in listed
    assert "The money went elsewhere." not in text(client.get(opportunity.get_absolute_url()))


def test_what_lies_ahead_is_listed_before_what_has_passed(client):
    passed = OpportunityFactory(title="A passed one", tender_date="2020")
    over = OpportunityFactory(title="B over", replaces_contract=ContractFactory(ends="2021"))
    unknown = OpportunityFactory(title="C unknown")
    later = OpportunityFactory(title="D later", tender_date="2040")
    sooner = OpportunityFactory(title="E sooner", tender_date="2039")

    connection.check_constraints()
    page = client.get(reverse("tenders:opportunities")).context["page"]

    assert [entry.pk for entry in page] == [row.pk for row in (sooner, later, unknown, passed, over)]


def test_contract_whose_end_has_passed_is_listed_last_unless_it_may_be_extended(client):
    ended = ContractFactory(title="A ended", ends="2020")
    extended = ContractFactory(title="B extended", ends="2021", ends_if_extended="2040")
    running = ContractFactory(title="C running", ends="2039")
    unknown = ContractFactory(title="D unknown")

    page = client.get(reverse("tenders:contracts")).context["page"]

    assert list(page) == [extended, running, unknown, ended]


@pytest.mark.parametrize(
    "facts, kind",
    [
        ({"tender_date": "2040"}, "planned"),
        ({"tender_date": "2040", "engagement_date": "2020"}, "engaging"),
        ({"opens_at": -1}, "open"),
        ({"opens_at": -1, "closes_at": 30}, "open"),
        ({"opens_at": -1, "closes_at": 13}, "closing"),
        ({"opens_at": -2, "closes_at": -1}, "closed"),
        ({"awarded_at": -1}, "awarded"),
        ({"tender_date": "2020"}, "late"),
    ],
)
def test_status_tag_looks_as_near_as_the_thing_is(client, facts, kind):
    at = clock.now()
    moments = {name: at + dt.timedelta(days=days) for name, days in facts.items() if isinstance(days, int)}
    opportunity = OpportunityFactory(**{**facts, **moments})

    connection.check_constraints()
    listed = text(client.get(reverse("tenders:opportunities")))
    page = text(client.get(opportunity.get_absolute_url()))

    assert f"ccp-tag--{kind}" in listed
    assert f"ccp-tag--{kind}" in page


def test_unknown_is_shown_as_unknown(client):
    pages = [
        text(client.get(row.get_absolute_url()))
        for row in (OpportunityFactory(), ContractFactory(), FrameworkFactory())
    ]

    assert '<span class="ccp-unknown">The organisation has not published a value</span>' in pages[0]
    assert '<span class="ccp-unknown">The organisation has not published a value</span>' in pages[1]
    assert '<span class="ccp-unknown">Not stated</span>' in pages[2]
    assert "None" not in "".join(pages)


@pytest.mark.parametrize("register", REGISTERS)
def test_sample_is_marked_in_the_list_and_on_its_page(client, register):
    row = REGISTERS[register](is_sample=True)
    mark = '<span class="ccp-sample">Sample</span>'
    connection.check_constraints()

    assert mark in text(client.get(reverse(f"tenders:{register}")))
    assert mark in text(client.get(row.get_absolute_url()))


@pytest.mark.parametrize("register", REGISTERS)
def test_page_names_its_source_document_and_section(client, register):
    source = SourceDocumentFactory(title="The Statement 2024")
    row = REGISTERS[register](source=source, source_section="Section 7, table 2", source_note="Read as 2026.")

    page = text(client.get(row.get_absolute_url()))

    assert "The Statement 2024, Section 7, table 2" in page
    assert "Read as 2026." in page


def _opportunity_with(count):
    opportunity = OpportunityFactory()
    for _ in range(count):
        opportunity.partnerships.create(organisation=OrganisationFactory())
        ActionFactory().opportunities.add(opportunity)
        MessageFactory().opportunities.add(opportunity)
    return opportunity


def _framework_with(count):
    framework = FrameworkFactory()
    for _ in range(count):
        lot = LotFactory(framework=framework)
        RateFactory(framework=framework, lot=lot)
        AdmissionFactory(framework=framework, lot=lot)
        framework.partnerships.create(organisation=OrganisationFactory())
        OpportunityFactory(framework=framework)
        ContractFactory(framework=framework)
    return framework


def _contract_with(count):
    contract = ContractFactory()
    for _ in range(count):
        ContractSupplierFactory(contract=contract)
        contract.commissioners.create(organisation=OrganisationFactory())
        contract.services.add(ServiceFactory())
        OpportunityFactory(replaces_contract=contract)
    return contract


@pytest.mark.parametrize("make", [_opportunity_with, _framework_with, _contract_with])
def test_page_costs_the_same_for_one_part_and_three(client, make):
    one, three = make(1), make(3)

    assert query_count(client, one.get_absolute_url()) == query_count(client, three.get_absolute_url())


@pytest.mark.parametrize("register", REGISTERS)
def test_pages_are_cached_for_everybody_for_a_minute(client, settings, register):
    settings.DEBUG = False
    row = REGISTERS[register]()

    assert_cached_for_everybody(client, reverse(f"tenders:{register}"))
    client.cookies.clear()
    assert_cached_for_everybody(client, row.get_absolute_url())


def test_former_slug_of_a_framework_leads_on_for_good(client):
    framework = FrameworkFactory(slug="old-name")
    framework = type(framework).objects.get(pk=framework.pk)
    framework.slug = "new-name"
    framework.save()

    response = client.get("/frameworks/old-name/?x=1")

    assert (response.status_code, response["Location"]) == (301, "/frameworks/new-name/?x=1")


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_parameters_do_no_harm(client, query):
    rows = [make() for make in REGISTERS.values()]

    answers = [client.get(reverse(f"tenders:{register}") + query).status_code for register in REGISTERS]
    answers += [client.get(row.get_absolute_url() + query).status_code for row in rows]

    assert answers == [200] * 6


@pytest.mark.parametrize("path", ["%00", "x" * 400, "%F0%9F%92%A9", "..%2F..", "1e9"])
@pytest.mark.parametrize("register", REGISTERS)
def test_nonsense_address_is_not_found(client, register, path):
    assert client.get(f"/{register}/{path}/").status_code == 404
