"""Whose council decides."""

import pytest

from commissioning.models import Officer
from core.models import Country, Place, Postcode
from providers.services.home import home_council, home_organisation
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import PlaceFactory, UserFactory
from tests.factories.providers import ProviderFactory, ServiceFactory
from tests.providers.revisions.rows import mails

pytestmark = pytest.mark.django_db


def test_home_is_the_council_of_the_postcode_before_the_place(home):
    area = PlaceFactory(kind=Place.Kind.COUNCIL, gss_code="E06000001")
    council = OrganisationFactory(gss_code="E06000001")
    OfficerFactory(organisation=council)
    Postcode.objects.create(postcode="ZZ22ZZ", latitude=53.5, longitude=-2.5, country=Country.ENGLAND, council=area)
    assert home_organisation(home.service) == home.council

    home.service.locations.update(postcode="ZZ2 2ZZ")

    assert home_organisation(home.service) == council


def test_home_of_what_comes_to_people_is_that_of_the_office(home):
    Postcode.objects.create(
        postcode="ZZ22ZZ", latitude=53.5, longitude=-2.5, country=Country.ENGLAND, council=home.place
    )
    provider = ProviderFactory(registered_postcode="ZZ2 2ZZ")
    service = ServiceFactory(provider=provider, setting="home")

    assert (home_organisation(service), home_organisation(provider)) == (home.council, home.council)


def test_where_nobody_knows_the_place_the_council_that_keeps_the_entry_decides(home):
    provider = ProviderFactory(organisation=home.council)

    assert home_organisation(provider) == home.council
    assert home_organisation(ServiceFactory(provider=provider)) == home.council
    assert home_organisation(ServiceFactory(provider=None)) is None


@pytest.mark.parametrize("left", ["nobody", "a viewer", "an editor", "a closed account"])
def test_operators_decide_where_the_council_has_nobody_who_may(home, left):
    Officer.objects.all().delete()
    if left == "a closed account":
        OfficerFactory(organisation=home.council, user__is_active=False)
    elif left != "nobody":
        OfficerFactory(organisation=home.council, role=left.split()[-1])
    operator = UserFactory(is_superuser=True)

    revision = home.submitted(summary="New words.")

    assert home_council(home.service) == home.council
    assert home_organisation(home.service) is None
    assert revision.organisation is None
    assert mails() == [(operator.email, "A change to Home ours waits for you")]
