"""The workspace's walls: one's own entries and nobody else's."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import AuditEvent
from providers.models import ProfileRevision, Service, Vacancy
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory, ServiceFactory
from tests.providers.profiles import make_home, save
from tests.providers.workspace.pages import addresses, page
from tests.tools.views import text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_providers_entries_are_not_found(person, method):
    theirs = make_home("theirs")
    save(theirs.provider, theirs.service, by=theirs.person, summary="Their new words.")
    asked = addresses(theirs)
    assert len(asked) >= 12

    for path in asked:
        response = getattr(person, method)(path, {"available": "3", "unit": "room", "step": "1"})
        assert response.status_code in (404, 405), path
        assert "theirs" not in text(response).replace(path, ""), path

    assert not Vacancy.objects.exists()
    assert ProfileRevision.objects.get().changes == {"summary": "Their new words."}


def test_first_page_shows_ones_own_services_only(person, home):
    make_home("theirs")
    ServiceFactory(provider=home.provider, published_at=None, name="The council's own draft")

    body = text(person.get(reverse("providers:workspace")))

    assert "Home ours" in body
    assert "theirs" not in body
    assert "own draft" not in body


def test_nobody_comes_in_without_an_entry_to_keep(client, home):
    addresses_ = [reverse("providers:workspace"), *(path for path in addresses(home))]
    for path in addresses_:
        assert client.get(path)["Location"].startswith("/account/login/"), path

    client.force_login(UserFactory())

    for path in addresses_:
        response = client.get(path)
        assert response.status_code in (403, 405), path
        assert "ours" not in text(response).replace(path, ""), path


def test_former_representative_is_out_at_once(person, home):
    assert person.get(page("service", home.service.slug)).status_code == 200

    home.provider.representatives.all().delete()

    assert person.get(page("service", home.service.slug)).status_code == 403


def test_who_represents_two_chooses(person, home):
    other = ProviderFactory(name="The other")
    other.representatives.create(user=home.person)
    own = person.get(page("service", home.service.slug)).status_code

    chosen = person.post(page("act_for"), {"provider": other.slug}, follow=True)

    assert own == 200
    assert "You now act for The other." in text(chosen)
    assert "and go on" in text(person.get(page("service", home.service.slug)))


@pytest.mark.parametrize("name", ["service", "photos", "preview"])
def test_person_of_two_providers_is_led_to_the_one_whose_service_they_ask_for(person, home, name):
    other = ProviderFactory(name="The other")
    other.representatives.create(user=home.person)
    person.post(page("act_for"), {"provider": other.slug})

    offered = person.get(page(name, home.service.slug))
    refused = person.post(page("submit", home.service.slug))
    led = person.post(page("act_for"), {"provider": home.provider.slug, "service": home.service.slug}, follow=True)

    assert (offered.status_code, offered["Cache-Control"]) == (200, "private, no-store")
    assert f"Act for {home.provider} and go on" in text(offered)
    assert refused.status_code == 404
    assert led.redirect_chain == [(page("service", home.service.slug), 302)]


@pytest.mark.parametrize("slug", ["of-another", "nothing", "//elsewhere.example"])
def test_choosing_a_provider_leads_nowhere_else(person, home, slug):
    ServiceFactory(slug="of-another")

    led = person.post(page("act_for"), {"provider": home.provider.slug, "service": slug}, follow=True)

    assert led.status_code == 200
    assert led.redirect_chain == [(reverse("providers:workspace"), 302)]


@pytest.mark.parametrize("slug", ["provider-theirs", "nobody", "", "\x00", "1"])
def test_nobody_acts_for_a_stranger(person, slug):
    make_home("theirs")

    assert person.post(page("act_for"), {"provider": slug}).status_code == 404


def test_no_page_of_the_workspace_is_kept_by_a_browser(person, home):
    for path in (
        reverse("providers:workspace"),
        page("service", home.service.slug),
        page("preview", home.service.slug),
    ):
        assert person.get(path)["Cache-Control"] == "private, no-store"


def test_first_page_takes_as_many_queries_for_many_services(person, home):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert person.get(reverse("providers:workspace")).status_code == 200
        return len(queries)

    count()
    one = count()
    for number in range(4):
        service = ServiceFactory(provider=home.provider)
        service.types.set(home.service.types.all())
        service.locations.set(home.service.locations.all())
        save(home.provider, service, by=home.person, summary=f"New {number}")

    assert count() == one


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=99999999999999999999", "?%00=%00"])
def test_nonsense_never_breaks_the_first_page(person, query):
    assert person.get(reverse("providers:workspace") + query).status_code == 200


def test_no_get_changes_anything(person, home):
    home.draft(summary="New words.")
    before = list(ProfileRevision.objects.values()), list(Service.objects.values()), AuditEvent.objects.count()

    for path in addresses(home):
        person.get(path)

    assert (
        list(ProfileRevision.objects.values()),
        list(Service.objects.values()),
        AuditEvent.objects.count(),
    ) == before
