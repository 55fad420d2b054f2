"""What other apps' pages show of contracts and frameworks."""

import pytest

from tenders.templatetags.tenders_windows import service_contracts
from tests.factories import NOON
from tests.factories.providers import ServiceFactory
from tests.factories.tenders import AdmissionFactory, FrameworkFactory

pytestmark = pytest.mark.django_db


def test_a_service_without_known_provider_is_on_no_framework():
    FrameworkFactory()
    service = ServiceFactory(provider=None, provider_as_stated="Not named")

    shown = service_contracts(service, NOON)

    assert list(shown["frameworks"]) == []


def test_a_service_shows_the_frameworks_its_provider_is_on():
    service = ServiceFactory()
    admission = AdmissionFactory(provider=service.provider)
    FrameworkFactory()

    shown = service_contracts(service, NOON)

    assert list(shown["frameworks"]) == [admission.framework]
