"""Every opportunity has one OCID from its first day."""

import pytest

from tests.factories.commissioning import OrganisationFactory
from tests.factories.tenders import OpportunityFactory

pytestmark = pytest.mark.django_db


def test_a_form_or_fixture_need_not_give_the_ocid(settings):
    opportunity = OpportunityFactory.build(organisation=OrganisationFactory(), reference="home-care")

    opportunity.full_clean()

    assert opportunity.ocid == f"{settings.OCID_PREFIX}-home-care"


def test_an_ocid_given_elsewhere_is_kept():
    opportunity = OpportunityFactory(ocid="ocds-h6vhtk-012345")

    assert opportunity.ocid == "ocds-h6vhtk-012345"
