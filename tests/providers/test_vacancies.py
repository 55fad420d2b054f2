"""Vacancies: live at once, stale after some days, never more than there are."""

import datetime as dt

import pytest

from core.models import AuditEvent
from providers.models import Vacancy
from providers.services.vacancies import VacancyRefused, tell_vacancy
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.providers import ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return ServiceFactory()


def tell(service, **more):
    more.setdefault("unit", "room")
    return tell_vacancy(service=service, by=UserFactory(), at=more.pop("at", NOON), **more)


def test_what_is_free_is_live_at_once_and_for_fourteen_days(service):
    row = tell(service, available=2, maximum=40)

    row.refresh_from_db()
    assert (row.available, row.maximum, row.told_at) == (2, 40, NOON)
    assert row.expires_at == NOON + dt.timedelta(days=14)
    assert row.is_current(at=NOON + dt.timedelta(days=13))
    assert not row.is_current(at=NOON + dt.timedelta(days=14))
    (event,) = AuditEvent.objects.all()
    assert (event.action, event.organisation_label, event.after["available"]) == (
        "vacancy.told",
        str(service.provider),
        2,
    )


def test_how_many_days_is_a_setting(service, settings):
    settings.VACANCY_DAYS = 3

    assert tell(service, available=0).expires_at == NOON + dt.timedelta(days=3)


def test_one_more_and_one_fewer_count_from_what_was_told(service):
    tell(service, available=2, maximum=3)

    assert [tell(service, step=step).available for step in (1, -1, -1)] == [3, 2, 1]
    assert Vacancy.objects.get().maximum == 3


def test_the_same_number_again_is_young_again(service):
    tell(service, available=0)
    later = NOON + dt.timedelta(days=20)

    row = tell(service, available=0, at=later)

    assert (row.told_at, row.available, Vacancy.objects.count()) == (later, 0, 1)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"available": -1}, "fewer than none"),
        ({"step": -1}, "fewer than none"),
        ({"available": 5, "maximum": 4}, "there are 4 in all"),
        ({"available": 10_000}, "9,999 or less"),
        ({"available": 1, "maximum": 10_000}, "9,999 or less"),
        ({"available": 1, "unit": " "}, "a word or two"),
        ({"available": 1, "unit": "x" * 41}, "a word or two"),
    ],
)
def test_what_cannot_be_is_refused(service, more, says):
    with pytest.raises(VacancyRefused, match=says):
        tell(service, **more)

    assert not Vacancy.objects.exists()
    assert not AuditEvent.objects.exists()


def test_service_that_nobody_sees_tells_no_vacancy():
    with pytest.raises(VacancyRefused, match="do not see this service yet"):
        tell(ServiceFactory(published_at=None), available=1)
