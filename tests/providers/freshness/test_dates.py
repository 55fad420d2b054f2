"""The three dates: how old a provider's word is, and who may move which date."""

import pytest
from django.db import connection

from core import versions
from core.models import AuditEvent
from providers.models import ConfirmationState, ProfileRevision, Service
from providers.services import freshness
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import UserFactory
from tests.factories.providers import (
    ProviderFactory,
    RepresentativeFactory,
    ServiceFactory,
)
from tests.providers.freshness.rows import MINUTE, days
from tests.tools.work import beat, broker, finished, start  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

AGES = {
    "never": (None, ConfirmationState.NEVER, "", False, False),
    "just now": (days(0), ConfirmationState.CONFIRMED, "", False, False),
    "to the day of the reminder": (days(76), ConfirmationState.CONFIRMED, "", False, False),
    "past the reminder": (days(76) + MINUTE, ConfirmationState.DUE, "", True, False),
    "to the day it is stale": (days(90), ConfirmationState.DUE, "", True, False),
    "stale": (days(90) + MINUTE, ConfirmationState.STALE, "Not confirmed for over 90 days", True, False),
    "to the day it is overdue": (days(180), ConfirmationState.STALE, "Not confirmed for over 90 days", True, False),
    "overdue": (days(180) + MINUTE, ConfirmationState.OVERDUE, "Not confirmed for over 90 days", True, True),
}


@pytest.mark.parametrize("name", AGES)
def test_age_of_the_providers_word(name):
    age, state, label, is_due, is_overdue = AGES[name]
    service = ServiceFactory(confirmed_at=None if age is None else NOON - age)

    assert service.confirmation_state(at=NOON) == state
    assert service.confirmation_label(at=NOON) == label
    assert service.is_due_for_reminder(at=NOON) == is_due
    assert service.is_overdue(at=NOON) == is_overdue


def test_thresholds_are_settings(settings):
    settings.CONFIRMATION_REMINDER_DAYS, settings.CONFIRMATION_STALE_DAYS = 5, 10
    settings.CONFIRMATION_OVERDUE_DAYS = 20

    states = [
        Service(confirmed_at=NOON - days(age), published_at=NOON).confirmation_state(at=NOON) for age in (5, 6, 11, 21)
    ]

    assert states == ["confirmed", "due", "stale", "overdue"]
    assert Service(confirmed_at=NOON - days(11)).confirmation_label(at=NOON) == "Not confirmed for over 10 days"


def test_row_and_query_agree_at_every_age():
    for published in (None, days(0), days(77), days(200)):
        for age in [*(age for age, *_ in AGES.values()), days(500)]:
            for ended in (None, "2026"):
                ServiceFactory(
                    published_at=None if published is None else NOON - published,
                    confirmed_at=None if age is None else NOON - age,
                    ended=ended,
                )
    rows = list(Service.objects.with_confirmation_state(at=NOON))

    assert len(rows) == 72
    assert {row.pk for row in Service.objects.due_for_reminder(at=NOON)} == {
        row.pk for row in rows if row.is_due_for_reminder(at=NOON)
    }
    assert {row.pk for row in Service.objects.stale(at=NOON)} == {row.pk for row in rows if row.is_stale(at=NOON)}
    assert {row.pk for row in Service.objects.overdue(at=NOON)} == {row.pk for row in rows if row.is_overdue(at=NOON)}
    assert [row.confirmation for row in rows] == [row.confirmation_state(at=NOON) for row in rows]
    assert {row.confirmation for row in rows} == set(ConfirmationState)


# --- saying that nothing has changed ---


def test_representative_confirms_and_only_that_date_moves():
    person = RepresentativeFactory()
    service = ServiceFactory(provider=person.provider, checked_at=NOON - days(9))
    before = Service.objects.get(pk=service.pk)

    freshness.confirm_service(service=service, by=person.user, at=NOON)

    after = Service.objects.get(pk=service.pk)
    changed = {f.name for f in Service._meta.concrete_fields if getattr(before, f.attname) != getattr(after, f.attname)}
    event = AuditEvent.objects.get(action="service.confirmed")
    assert changed == {"confirmed_at"}
    assert after.confirmed_at == NOON
    assert (event.by_id, event.object_id, event.at) == (person.user.pk, str(service.pk), NOON)
    assert event.after == {"confirmed_at": "2026-11-18 12:00:00+00:00"}


def test_confirming_makes_cached_pages_new():
    person = RepresentativeFactory()
    service = ServiceFactory(provider=person.provider)
    _, before = versions.read("services")

    freshness.confirm_service(service=service, by=person.user, at=NOON)

    connection.check_constraints()
    assert versions.read("services")[1] != before


def test_nobody_else_confirms():
    service = ServiceFactory(provider=ProviderFactory(organisation=OrganisationFactory()))
    officer = OfficerFactory(organisation=service.provider.organisation).user
    colleague_elsewhere = RepresentativeFactory().user
    left = RepresentativeFactory(provider=service.provider, user=UserFactory(is_active=False)).user

    for stranger in (officer, colleague_elsewhere, left, UserFactory(is_superuser=True)):
        with pytest.raises(freshness.CannotConfirm, match="Only somebody who keeps"):
            freshness.confirm_service(service=service, by=stranger, at=NOON)

    assert Service.objects.get(pk=service.pk).confirmed_at is None
    assert not AuditEvent.objects.filter(action="service.confirmed").exists()


@pytest.mark.parametrize("published_at", [None, NOON + MINUTE])
def test_what_families_do_not_see_is_not_confirmed(published_at):
    person = RepresentativeFactory()
    service = ServiceFactory(provider=person.provider, published_at=published_at)

    with pytest.raises(freshness.CannotConfirm, match="do not see"):
        freshness.confirm_service(service=service, by=person.user, at=NOON)


def test_an_entry_with_a_change_before_the_council_is_not_confirmed():
    person = RepresentativeFactory()
    service = ServiceFactory(provider=person.provider)
    revision = ProfileRevision.objects.create(
        provider=person.provider, service=service, started_at=NOON, submitted_at=NOON, submitted_by=person.user
    )

    with pytest.raises(freshness.CannotConfirm, match="is with the council"):
        freshness.confirm_service(service=service, by=person.user, at=NOON)

    revision.submitted_at = None
    revision.save()
    freshness.confirm_service(service=service, by=person.user, at=NOON)
    assert Service.objects.get(pk=service.pk).confirmed_at == NOON


# --- checked by the council ---


def test_officer_of_the_home_council_marks_as_checked():
    officer = OfficerFactory()
    service = ServiceFactory(provider=ProviderFactory(organisation=officer.organisation), confirmed_at=NOON - days(9))

    freshness.mark_checked(service=service, by=officer.user, at=NOON)

    service.refresh_from_db()
    event = AuditEvent.objects.get(action="service.checked")
    assert (service.checked_at, service.checked_by, service.confirmed_at) == (NOON, officer.user, NOON - days(9))
    assert (event.by_id, event.organisation_label) == (officer.user.pk, officer.organisation.name)


def test_others_do_not_mark_as_checked():
    officer = OfficerFactory()
    service = ServiceFactory(provider=ProviderFactory(organisation=officer.organisation))
    viewer = OfficerFactory(organisation=officer.organisation, role="viewer").user
    person = RepresentativeFactory(provider=service.provider).user

    for stranger in (OfficerFactory().user, viewer, person):
        with pytest.raises(freshness.CannotConfirm, match=officer.organisation.name):
            freshness.mark_checked(service=service, by=stranger, at=NOON)

    assert Service.objects.get(pk=service.pk).checked_at is None


def test_operators_check_where_no_council_can():
    service = ServiceFactory()

    with pytest.raises(freshness.CannotConfirm, match="operator of the site"):
        freshness.mark_checked(service=service, by=OfficerFactory().user, at=NOON)
    freshness.mark_checked(service=service, by=UserFactory(is_superuser=True), at=NOON)

    assert Service.objects.get(pk=service.pk).checked_at == NOON
