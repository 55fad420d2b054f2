"""Public pages of services and providers."""

import datetime as dt

import pytest
from django.urls import reverse

from core import clock
from providers.models import Fee, Rating, Vacancy
from tests.factories import NOON
from tests.factories.commissioning import SourceDocumentFactory
from tests.factories.core import ClientGroupFactory, PlaceFactory, ServiceTypeFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory
from tests.factories.tenders import AdmissionFactory, ContractFactory, FrameworkFactory
from tests.tools.views import NONSENSE, assert_cached_for_everybody, hidden, query_count, settle, text

pytestmark = pytest.mark.django_db

REGISTERS = {"services": ServiceFactory, "providers": ProviderFactory}


@pytest.mark.parametrize("register", REGISTERS)
def test_draft_and_embargoed_rows_are_nowhere(client, register):
    rows = hidden(lambda **more: REGISTERS[register](name="Secretive House", **more))
    settle()

    answers = [client.get(row.get_absolute_url()).status_code for row in rows]
    listed = client.get(reverse(f"providers:{register}"))
    searched = client.get(reverse(f"providers:{register}"), {"q": "secretive"})

    assert answers == [404, 404]
    assert "Secretive House" not in text(listed)
    assert searched.context["page"].paginator.count == 0


def test_draft_service_is_not_on_its_providers_page_nor_on_its_sisters(client):
    provider = ProviderFactory()
    sister = ServiceFactory(provider=provider)
    for row in hidden(lambda **more: ServiceFactory(name="Secretive House", provider=provider, **more)):
        row.types.add(ServiceTypeFactory())

    pages = text(client.get(provider.get_absolute_url())) + text(client.get(sister.get_absolute_url()))

    assert "Secretive House" not in pages


@pytest.mark.parametrize("embargo", [None, dt.timedelta(hours=1)])
def test_provider_that_is_not_public_is_not_linked_nor_named(client, embargo):
    provider = ProviderFactory(name="Secretive Care", published_at=embargo and clock.now() + embargo)
    service = ServiceFactory(name="House", provider=provider)
    contract = ContractFactory()
    contract.suppliers.create(provider=provider)
    framework = AdmissionFactory(provider=provider).framework
    settle()

    pages = [
        text(client.get(url))
        for url in (
            service.get_absolute_url(),
            contract.get_absolute_url(),
            framework.get_absolute_url(),
            reverse("providers:services"),
            reverse("tenders:contracts"),
        )
    ]
    searched = [
        client.get(reverse(name), {"q": "secretive"}).context["page"].paginator.count
        for name in ("providers:services", "tenders:contracts")
    ]

    assert "Secretive Care" not in "".join(pages)
    assert searched == [0, 0]


@pytest.fixture
def refuge():
    """A service whose address must not be known."""
    provider = ProviderFactory(name="Haven")
    service = ServiceFactory(name="Refuge", provider=provider)
    service.locations.add(
        LocationFactory(
            provider=provider,
            name="Secretive House",
            address="7 Hidden Lane",
            town="Concealham",
            postcode="ZZ9 9ZZ",
            place=PlaceFactory(slug="concealham", name="Concealham Parish"),
            is_address_withheld=True,
        )
    )
    settle()
    return service


def found(client, **parameters):
    """The names of the services that a search finds."""
    results = client.get(reverse("providers:services"), parameters).context["results"]
    return [hit.card["name"] for hit in (*results.near.hits, *results.home.hits)]


def test_withheld_address_stands_on_no_page(client, refuge):
    pages = text(client.get(reverse("providers:services")))
    pages += text(client.get(refuge.get_absolute_url())) + text(client.get(refuge.provider.get_absolute_url()))

    assert "address withheld" in pages.lower()
    assert not [
        word for word in ("Secretive", "Hidden Lane", "9ZZ", "Concealham</dd>", "Concealham<br>") if word in pages
    ]


@pytest.mark.parametrize("words", ["Concealham", "ZZ9", "zz9 9zz", "Hidden", "refuge ZZ9", "refuge concealham"])
def test_withheld_address_is_not_found_by_its_words(client, refuge, words):
    assert found(client, q="refuge") == ["Refuge"]
    assert found(client, q=words) == []


def test_service_with_a_withheld_and_an_open_address_is_found_by_the_open_one_only(client, refuge):
    refuge.locations.add(LocationFactory(town="Openton", postcode="AA1 1AA"))

    settle()

    assert [found(client, q=words) for words in ("openton", "aa1", "concealham")] == [["Refuge"], ["Refuge"], []]


def test_service_of_an_unnamed_provider_is_on_no_framework(client):
    FrameworkFactory(title="A framework without members")
    service = ServiceFactory(provider=None)

    assert "A framework without members" not in text(client.get(service.get_absolute_url()))


def test_unknown_is_shown_as_unknown(client):
    page = text(client.get(ServiceFactory(provider=None).get_absolute_url()))

    assert page.count("The provider has not told us") >= 8
    assert "We have no rating for this service" in page
    assert "None" not in page


def test_vacancy_that_has_expired_is_no_vacancy_any_more(client):
    service = ServiceFactory()
    Vacancy.objects.create(
        service=service, unit="room", available=3, told_at=NOON - dt.timedelta(days=30), expires_at=NOON
    )

    page = text(client.get(service.get_absolute_url()))

    assert page.count("3 rooms") == page.count("ast told us 19 October: 3 rooms") > 0


@pytest.mark.parametrize("register", REGISTERS)
def test_sample_is_marked_in_the_list_and_on_its_page(client, register):
    row = REGISTERS[register](is_sample=True)
    settle()
    mark = '<span class="ccp-sample">Sample</span>'

    assert mark in text(client.get(reverse(f"providers:{register}")))
    assert mark in text(client.get(row.get_absolute_url()))


@pytest.mark.parametrize("register", REGISTERS)
def test_page_names_its_source_document_and_section(client, register):
    source = SourceDocumentFactory(title="The Statement 2024")
    row = REGISTERS[register](source=source, source_section="Section 9, table 4")

    assert "The Statement 2024, Section 9, table 4" in text(client.get(row.get_absolute_url()))


def _service_with(count):
    service = ServiceFactory()
    for number in range(count):
        service.types.add(ServiceTypeFactory())
        service.client_groups.add(ClientGroupFactory())
        service.locations.add(LocationFactory(place=PlaceFactory()))
        service.areas_served.add(PlaceFactory())
        Fee.objects.create(service=service, name=str(number), amount_from=1, per="day", told_date=NOON.date())
        question = Rating.Question.values[number]
        Rating.objects.create(service=service, question=question, value="good", rated_date=NOON.date())
        ServiceFactory(provider=service.provider)
        contract = ContractFactory()
        contract.services.add(service)
        contract.suppliers.create(provider=ProviderFactory())
        AdmissionFactory(provider=service.provider)
    return service


def _provider_with(count):
    return _service_with(count).provider


@pytest.mark.parametrize("make", [_service_with, _provider_with])
def test_page_costs_the_same_for_one_part_and_three(client, make):
    one, three = make(1), make(3)

    assert query_count(client, one.get_absolute_url()) == query_count(client, three.get_absolute_url())


@pytest.mark.parametrize("register", REGISTERS)
def test_pages_are_cached_for_everybody_for_a_minute(client, settings, register):
    settings.DEBUG = False
    row = REGISTERS[register]()

    assert_cached_for_everybody(client, reverse(f"providers:{register}"))
    client.cookies.clear()
    assert_cached_for_everybody(client, row.get_absolute_url())


@pytest.mark.parametrize("register, folder", [("services", "care"), ("providers", "providers")])
def test_former_slug_leads_on_for_good(client, register, folder):
    make = REGISTERS[register]
    row = make(slug="old-name")
    row = type(row).objects.get(pk=row.pk)
    row.slug = "new-name"
    row.save()

    response = client.get(f"/{folder}/old-name/")

    assert (response.status_code, response["Location"]) == (301, f"/{folder}/new-name/")


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_parameters_do_no_harm(client, query):
    rows = [make() for make in REGISTERS.values()]

    answers = [client.get(reverse(f"providers:{register}") + query).status_code for register in REGISTERS]
    answers += [client.get(row.get_absolute_url() + query).status_code for row in rows]

    assert answers == [200] * 4
