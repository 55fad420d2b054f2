"""The council's queue of entries that are due to be checked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Place
from providers.models import Service
from providers.services.home import home_council, services_of
from tests.factories.commissioning import CoverageFactory, OfficerFactory, OrganisationFactory
from tests.factories.core import PlaceFactory, PostcodeFactory
from tests.factories.providers import (
    LocationFactory,
    ProviderFactory,
    RepresentativeFactory,
    ServiceFactory,
)
from tests.providers.freshness.rows import days
from tests.tools.work import beat, broker, finished, start  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def councils():
    """Two councils with an officer and a postcode each, the second known by what it covers."""
    durham = PlaceFactory(kind="council", name="County Durham", gss_code="E06000047")
    cumbria = PlaceFactory(kind="council", name="Cumberland", gss_code="E06000063")
    PostcodeFactory(council=durham)
    PostcodeFactory(postcode="CA287LL", council=cumbria)
    first = OrganisationFactory(gss_code="E06000047")
    second = CoverageFactory(place=cumbria).organisation
    return [OfficerFactory(organisation=organisation) for organisation in (first, second)]


def old(**more):
    at = clock.now()
    return ServiceFactory(published_at=at - days(400), confirmed_at=at - days(200), **more)


def test_home_council_in_python_and_in_sql_agree(councils):
    durham, cumberland = (one.organisation for one in councils)
    town = PlaceFactory(kind="town", parent=Place.objects.get(name="Cumberland"))
    registered = ["", "DH1 3UJ", "ca28 7ll", "ZZ1 1ZZ"]
    places = [[], [("DH1 3UJ", None)], [("CA28 7LL", None)], [("ZZ9 9ZZ", town)], [("", None), ("ca287ll", None)]]
    for keeper in (None, durham, cumberland, OrganisationFactory()):
        for postcode in registered:
            for buildings in places:
                provider = ProviderFactory(organisation=keeper, registered_postcode=postcode)
                service = ServiceFactory(provider=provider)
                for code, place in buildings:
                    service.locations.add(LocationFactory(provider=provider, postcode=code, place=place))
    ServiceFactory(provider=None)
    rows = list(Service.objects.all())

    for council in (durham, cumberland, OrganisationFactory()):
        expected = {row.pk for row in rows if home_council(row) == council}
        assert {row.pk for row in services_of(council)} == expected
    assert services_of(durham).exists()
    assert services_of(cumberland).exists()


def test_queue_holds_the_councils_own_overdue_entries(client, councils):
    ours, theirs = councils
    mine = ProviderFactory(organisation=ours.organisation)
    old(provider=mine, name="Old house")
    RepresentativeFactory(provider=mine)
    ServiceFactory(provider=mine, name="Young house", published_at=clock.now(), confirmed_at=clock.now())
    old(provider=mine, name="Looked at", checked_at=clock.now() - days(100))
    old(provider=ProviderFactory(organisation=ours.organisation), name="Kept by nobody")
    foreign = old(provider=ProviderFactory(organisation=theirs.organisation), name="Their house")
    RepresentativeFactory(provider=foreign.provider)
    client.force_login(ours.user)

    kept = client.get(reverse("admin:providers_service_overdue"))
    unkept = client.get(reverse("admin:providers_service_overdue"), {"kept": "no", "page": "x"})
    front = client.get(reverse("admin:index")).content.decode()

    assert [row.name for row in kept.context["page"]] == ["Old house"]
    assert [row.name for row in unkept.context["page"]] == ["Kept by nobody"]
    assert "Ask about entries not confirmed for over 180 days" in front
    assert "Their house" not in front


def test_officer_checks_an_entry_of_another_councils_provider_that_stands_here(client, councils):
    ours, theirs = councils
    service = old(provider=ProviderFactory(organisation=theirs.organisation))
    service.locations.add(LocationFactory(provider=service.provider, postcode="DH1 3UJ"))
    url = reverse("admin:providers_service_checked", args=[service.pk])

    client.force_login(theirs.user)
    refused = client.post(url).status_code
    client.force_login(ours.user)
    looked = client.get(url).status_code
    done = client.post(url)

    service.refresh_from_db()
    assert (refused, looked, done.status_code) == (404, 405, 302)
    assert service.checked_by == ours.user
    assert Service.objects.for_council(at=clock.now()).count() == 0


def test_viewer_reads_the_queue_and_checks_nothing(client, councils):
    ours, _ = councils
    service = old(provider=ProviderFactory(organisation=ours.organisation))
    RepresentativeFactory(provider=service.provider)
    client.force_login(OfficerFactory(organisation=ours.organisation, role="viewer").user)

    page = client.get(reverse("admin:providers_service_overdue")).content.decode()
    answer = client.post(reverse("admin:providers_service_checked", args=[service.pk]))

    assert service.name in page
    assert "Checked today" not in page
    assert answer.status_code == 403
    assert client.post("/admin/providers/service/overdue/99999999999999999999/checked/").status_code == 404


def test_checked_is_a_button_on_the_record_too(client, councils):
    ours, theirs = councils
    service = old(provider=ProviderFactory(organisation=ours.organisation))
    url = reverse("admin:providers_service_action", args=[service.pk, "mark_checked"])
    client.force_login(theirs.user)
    foreign = client.post(url).status_code
    client.force_login(ours.user)

    client.get(url)
    looked_at = Service.objects.get(pk=service.pk).checked_at
    client.post(url)

    assert foreign == 404
    assert looked_at is None
    assert Service.objects.get(pk=service.pk).checked_by == ours.user


def test_queue_takes_as_many_queries_for_one_entry_as_for_many(client, councils, django_assert_num_queries):
    ours, _ = councils
    client.force_login(ours.user)
    url = reverse("admin:providers_service_overdue")
    RepresentativeFactory(provider=old(provider=ProviderFactory(organisation=ours.organisation)).provider)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(8):
        RepresentativeFactory(provider=old(provider=ProviderFactory(organisation=ours.organisation)).provider)

    with django_assert_num_queries(len(one)):
        page = client.get(url)

    assert len(page.context["page"]) == 9
