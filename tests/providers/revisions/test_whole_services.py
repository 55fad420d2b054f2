"""New services, services that go, and buildings that move."""

import pytest

from core.errors import DomainError
from core.models import Country, Place, Postcode
from providers.models import Location, ProfileRevision, Service
from providers.services import drafts, revisions
from providers.services.revisions import ProfileRefused
from tests.factories import NOON
from tests.factories.core import OutcodeFactory, PlaceFactory
from tests.factories.providers import ServiceFactory

pytestmark = pytest.mark.django_db


def proposal(home, **more):
    kind = home.service.types.get().slug
    building = {"address": "1 Street", "town": "Sampleton", "postcode": "ZZ1 1ZZ"}
    values = {"name": "New home", "types": [kind], "setting": "place", "building": building, **more}
    return revisions.propose_service(provider=home.provider, values=values, by=home.person, at=NOON)


def test_proposed_service_is_nobodys_to_see_until_it_is_approved(home):
    Postcode.objects.create(
        postcode="ZZ11ZZ", latitude=54.5, longitude=-3.5, country=Country.ENGLAND, council=home.place
    )
    service = proposal(home)
    assert not service.is_public(at=NOON)
    assert not service.locations.exists()
    revision = revisions.submit_changes(provider=home.provider, service=service, by=home.person, at=NOON)
    assert revision.organisation == home.council

    home.approve(revision)

    service = Service.objects.get(pk=service.pk)
    location = service.locations.get()
    assert service.is_public(at=NOON)
    assert (service.setting, service.types.count(), service.published_by) == ("place", 1, home.officer)
    assert (location.provider, location.postcode, location.latitude) == (home.provider, "ZZ1 1ZZ", 54.5)
    assert location.place == home.place


@pytest.mark.parametrize(
    ("more", "field"),
    [({"name": ""}, "name"), ({"types": ["none"]}, "types"), ({"building": {"postcode": "nowhere"}}, "building")],
)
def test_proposal_that_breaks_a_rule_leaves_nothing_behind(home, more, field):
    with pytest.raises(ProfileRefused) as refused:
        proposal(home, **more)

    assert list(refused.value.problems) == [field]
    assert list(Service.objects.all()) == [home.service]


def test_service_goes_only_once_the_council_agrees(home):
    revision = revisions.request_removal(provider=home.provider, service=home.service, by=home.person, at=NOON)
    assert Service.objects.get(pk=home.service.pk).is_public(at=NOON)
    assert revision.organisation == home.council

    home.approve(revision)

    service = Service.objects.get(pk=home.service.pk)
    assert (service.published_at, service.published_by) == (None, None)
    assert list(drafts.services_of(home.provider, at=NOON)) == [service]


def test_request_to_go_that_is_sent_back_leaves_no_draft(home):
    revision = revisions.request_removal(provider=home.provider, service=home.service, by=home.person, at=NOON)

    revisions.send_back(revision=revision, reason="People live there.", by=home.officer, at=NOON)

    assert not ProfileRevision.objects.open().exists()


def test_what_nobody_sees_cannot_be_asked_to_go(home):
    service = proposal(home)

    with pytest.raises(DomainError, match="Families do not see this service"):
        revisions.request_removal(provider=home.provider, service=service, by=home.person, at=NOON)


def test_councils_own_drafts_are_not_the_providers_to_see(home):
    ServiceFactory(provider=home.provider, published_at=None)
    thrown_away = proposal(home)
    revisions.discard_changes(provider=home.provider, service=thrown_away, by=home.person, at=NOON)

    assert list(drafts.services_of(home.provider, at=NOON)) == [home.service]


# --- moving ---


def test_building_that_moves_stands_where_its_new_postcode_is(home):
    area = PlaceFactory(kind=Place.Kind.COUNCIL)
    Postcode.objects.create(postcode="ZZ22ZZ", latitude=53.5, longitude=-2.5, country=Country.ENGLAND, council=area)
    location = home.service.locations.get()
    Location.objects.filter(pk=location.pk).update(latitude=54.5, longitude=-3.5)

    home.approve(home.submitted(**{f"postcode@{location.uuid}": "zz2 2zz"}))

    location.refresh_from_db()
    assert (location.postcode, location.latitude, location.longitude) == ("ZZ2 2ZZ", 53.5, -2.5)
    assert location.place == area


def test_building_that_moves_to_where_nobody_knows_stands_nowhere(home):
    location = home.service.locations.get()
    Location.objects.filter(pk=location.pk).update(latitude=54.5, longitude=-3.5)

    home.approve(home.submitted(**{f"postcode@{location.uuid}": "ZZ9 9ZZ"}))

    location.refresh_from_db()
    assert (location.latitude, location.longitude, location.place) == (None, None, None)


# --- hiding ---


@pytest.fixture
def known_postcode(home):
    """A postcode of the council's and the middle of its district, some miles apart."""
    Postcode.objects.create(
        postcode="ZZ11ZZ", latitude=54.5, longitude=-3.5, country=Country.ENGLAND, council=home.place
    )
    OutcodeFactory(outcode="ZZ1", latitude=54.6, longitude=-3.4)


def test_provider_can_ask_that_nobody_learns_where_it_is(home, known_postcode):
    location = home.service.locations.get()
    Location.objects.filter(pk=location.pk).update(
        postcode="ZZ1 1ZZ", latitude=54.5, longitude=-3.5, place=home.place, is_address_withheld=False
    )
    revision = home.submitted(**{f"is_address_withheld@{location.uuid}": True})
    location.refresh_from_db()
    assert not location.is_address_withheld

    home.approve(revision)

    location.refresh_from_db()
    assert location.is_address_withheld
    assert (location.latitude, location.longitude, location.place) == (None, None, home.place)


def test_proposed_refuge_is_hidden_from_its_first_day(home, known_postcode):
    building = {"address": "1 Street", "town": "Sampleton", "postcode": "ZZ1 1ZZ", "is_address_withheld": True}
    proposal(home, building=building)
    revision = ProfileRevision.objects.open().get()
    revisions.submit_changes(provider=home.provider, service=revision.service, by=home.person, at=NOON)

    home.approve(ProfileRevision.objects.get(pk=revision.pk))

    location = revision.service.locations.get()
    assert (location.is_address_withheld, location.latitude, location.longitude) == (True, None, None)
