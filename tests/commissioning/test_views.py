"""Public pages of organisations."""

import pytest
from django.db import connection
from django.urls import reverse

from tests.factories.commissioning import (
    ContactFactory,
    CoverageFactory,
    CycleStageFactory,
    IndicatorFactory,
    ObservationFactory,
    OrganisationFactory,
    OrganisationValueFactory,
    SourceDocumentFactory,
    TeamFactory,
)
from tests.factories.strategies import StrategyFactory
from tests.factories.tenders import ContractFactory, FrameworkFactory, OpportunityFactory
from tests.tools.views import NONSENSE, assert_cached_for_everybody, hidden, query_count, text

pytestmark = pytest.mark.django_db


def test_drafts_and_embargoed_rows_are_not_in_the_windows_nor_counted(client):
    organisation = OrganisationFactory()
    for make, name in [
        (StrategyFactory, "headline"),
        (OpportunityFactory, "title"),
        (FrameworkFactory, "title"),
        (ContractFactory, "title"),
    ]:
        hidden(lambda make=make, name=name, **more: make(organisation=organisation, **{name: "Secretive"}, **more))

    page = text(client.get(organisation.get_absolute_url()))

    assert "Secretive" not in page
    assert "currently commissioned" not in page
    assert "Planned tenders" not in page


def test_window_counts_what_its_list_shows(client):
    organisation = OrganisationFactory()
    for _ in range(7):
        OpportunityFactory(organisation=organisation)

    connection.check_constraints()
    page = text(client.get(organisation.get_absolute_url()))
    listed = client.get(reverse("tenders:opportunities"), {"buyer": organisation.slug}).context["page"]

    assert "All 7 planned and open tenders" in page
    assert listed.paginator.count == 7


def test_figures_are_folded_by_topic_and_the_first_is_open(client):
    organisation = OrganisationFactory()
    for topic in ("health", "population"):
        ObservationFactory(indicator=IndicatorFactory(organisation=organisation, topic=topic))

    page = text(client.get(organisation.get_absolute_url()))

    assert page.count('<details class="govuk-details ccp-fold"') == 2
    assert page.count('<details class="govuk-details ccp-fold" open>') == 1


def test_figure_shows_its_source_with_document_and_section(client):
    organisation = OrganisationFactory()
    source = SourceDocumentFactory(organisation=organisation, title="The Statement 2024")
    indicator = IndicatorFactory(organisation=organisation, source=source, source_section="Figure 3")
    for _ in range(3):
        ObservationFactory(indicator=indicator)

    page = text(client.get(organisation.get_absolute_url()))

    assert "The Statement 2024, Figure 3" in page


def test_unknown_is_shown_as_unknown(client):
    page = text(client.get(OrganisationFactory().get_absolute_url()))

    assert '<dd class="ccp-unknown">Not stated</dd>' in page
    assert "None" not in page


def test_organisation_that_ended_says_who_took_over(client):
    successor = OrganisationFactory(name="New Council")
    ended = OrganisationFactory(ended="2023", succeeded_by=successor)

    page = text(client.get(ended.get_absolute_url()))

    assert "This body ended 2023." in page
    assert f'href="{successor.get_absolute_url()}">New Council</a>' in page


def _organisation_with(count):
    organisation = OrganisationFactory()
    for _ in range(count):
        CoverageFactory(organisation=organisation)
        OrganisationValueFactory(organisation=organisation)
        CycleStageFactory(organisation=organisation)
        ContactFactory(organisation=organisation)
        TeamFactory(organisation=organisation)
        organisation.members.add(OrganisationFactory())
        source = SourceDocumentFactory(organisation=organisation)
        indicator = IndicatorFactory(organisation=organisation, topic="health", source=source)
        ObservationFactory(indicator=indicator)
        ObservationFactory(indicator=indicator)
        StrategyFactory(organisation=organisation)
        framework = FrameworkFactory(organisation=organisation)
        contract = ContractFactory(organisation=organisation)
        OpportunityFactory(organisation=organisation, replaces_contract=contract, framework=framework)
    return organisation


def test_page_costs_the_same_for_one_part_and_three(client):
    one, three = _organisation_with(1), _organisation_with(3)

    assert query_count(client, one.get_absolute_url()) == query_count(client, three.get_absolute_url())


def test_pages_are_cached_for_everybody_for_a_minute(client, settings):
    settings.DEBUG = False
    organisation = OrganisationFactory()

    assert_cached_for_everybody(client, reverse("commissioning:organisations"))
    client.cookies.clear()
    assert_cached_for_everybody(client, organisation.get_absolute_url())


def test_former_slug_leads_on_for_good(client):
    organisation = OrganisationFactory(slug="old-name")
    organisation = type(organisation).objects.get(pk=organisation.pk)
    organisation.slug = "new-name"
    organisation.save()

    response = client.get("/organisations/old-name/")

    assert (response.status_code, response["Location"]) == (301, "/organisations/new-name/")


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_parameters_do_no_harm(client, query):
    organisation = OrganisationFactory()

    answers = [
        client.get(url + query).status_code
        for url in (organisation.get_absolute_url(), reverse("commissioning:organisations"))
    ]

    assert answers == [200, 200]
