"""The council's side: looking at a change, agreeing to it or sending it back."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import OutgoingMail
from providers.services import revisions
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.providers import ServiceFactory
from tests.providers.profiles import save
from tests.tools.views import text

pytestmark = pytest.mark.django_db


def admin_page(revision, *action):
    name = "action" if action else "change"
    return reverse(f"admin:providers_profilerevision_{name}", args=[revision.pk, *action])


def test_officer_sees_what_waits_and_what_it_changes(officer, home):
    revision = home.submitted(summary="New words.")

    first = text(officer.get(reverse("admin:index")))
    shown = text(officer.get(admin_page(revision)))

    assert "Decide what providers have changed" in first
    assert "Old words of ours." in shown
    assert "New words." in shown


def test_draft_is_the_providers_own_business(officer, home):
    revision = home.draft(summary="New words.")

    assert "New words." not in text(officer.get(admin_page(revision), follow=True))
    assert officer.get(admin_page(revision, "approve")).status_code == 404


def test_officer_approves_what_was_looked_at(officer, home):
    revision = home.submitted(summary="New words.")
    looked = officer.get(admin_page(revision, "approve"))
    seen = looked.context["form"].initial["seen"]

    wrong = officer.post(admin_page(revision, "approve"), {"seen": "0" * 64})
    home.service.refresh_from_db()
    before = home.service.summary
    right = officer.post(admin_page(revision, "approve"), {"seen": seen})

    home.service.refresh_from_db()
    assert "New words." in text(looked)
    assert "changed since you looked" in text(wrong)
    assert before == "Old words of ours."
    assert right.status_code == 302
    assert home.service.summary == "New words."
    assert officer.post(admin_page(revision, "approve"), {"seen": seen}).status_code == 403


def test_officer_sends_back_with_a_reason_and_not_without(officer, home):
    revision = home.submitted(summary="New words.")

    refused = officer.post(admin_page(revision, "send_back"), {"reason": " "})
    revision.refresh_from_db()
    still = revision.is_waiting()
    officer.post(admin_page(revision, "send_back"), {"reason": "Say how many beds."})

    revision.refresh_from_db()
    assert "Say why" in text(refused)
    assert still
    assert (revision.decision, revision.reason) == ("sent_back", "Say how many beds.")


def test_page_tells_who_decided_and_why_once_that_is_so(officer, home):
    revision = home.submitted(summary="New words.")

    waiting = text(officer.get(admin_page(revision)))
    officer.post(admin_page(revision, "send_back"), {"reason": "Say how many beds."})
    settled = text(officer.get(admin_page(revision)))

    assert "Decided" not in waiting
    assert "Decided by" in settled
    assert "Say how many beds." in settled


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_who_publishes_decides(client, home, role):
    revision = home.submitted(summary="New words.")
    home.council.officers.update(role=role)
    client.force_login(home.officer)

    for action in ("approve", "send_back"):
        assert client.post(admin_page(revision, action), {"seen": "0" * 64, "reason": "No."}).status_code == 403

    revision.refresh_from_db()
    assert revision.is_waiting()
    assert "Decide what providers have changed" not in text(client.get(reverse("admin:index")))


def test_operator_decides_where_no_council_can(client, home):
    home.council.officers.all().delete()
    operator = UserFactory(is_superuser=True)
    revision = home.submitted(summary="New words.")
    client.force_login(operator)

    first = text(client.get(reverse("admin:index")))
    seen = client.get(admin_page(revision, "approve")).context["form"].initial["seen"]
    client.post(admin_page(revision, "approve"), {"seen": seen})

    revision.refresh_from_db()
    assert "Decide what providers have changed" in first
    assert (revision.decision, revision.decided_by) == ("approved", operator)
    assert "The people who run the portal have agreed" in OutgoingMail.objects.order_by("pk").last().text


def test_decided_change_shows_what_it_changed(officer, home):
    revision = home.submitted(summary="New words.")
    home.approve(revision)

    body = text(officer.get(admin_page(revision)))

    assert "Old words of ours." in body
    assert "New words." in body


def test_queue_takes_as_many_queries_for_many_changes(officer, home):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(reverse("admin:providers_profilerevision_changelist")).status_code == 200
        return len(queries)

    home.submitted(summary="New words.")
    count()
    one = count()
    for _ in range(3):
        service = ServiceFactory(provider=home.provider)
        service.locations.set(home.service.locations.all())
        save(home.provider, service, by=home.person, summary="New words.")
        revisions.submit_changes(
            provider=home.provider, service=service, by=home.person, at=NOON + dt.timedelta(hours=1)
        )

    assert count() == one
