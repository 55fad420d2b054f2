"""Agreeing to a change or sending it back."""

import pytest
from django.db import connection, transaction

from core import versions
from core.errors import AlreadyDone, DomainError, NotReady
from core.models import AuditEvent, OutgoingMail
from providers.models import Service
from providers.services import drafts, revisions
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory
from tests.providers.profiles import save
from tests.providers.revisions.rows import LATER, actions, fee, mails

pytestmark = pytest.mark.django_db


def test_approved_change_is_live_and_counts_as_the_providers_word(home):
    group = ClientGroupFactory()
    location = home.service.locations.get()
    home.service.fees.create(name="Old room", amount_from=900, per="week", told_date=NOON.date())
    revision = home.submitted(
        summary="New words.", client_groups=[group.slug], fees=[fee(amount_to="1200.00")], languages=["Polish"],
        takes_council_funded=True, waiting_time="month", **{f"has_lift@{location.uuid}": True},
    )  # fmt: skip

    revisions.approve_revision(
        revision=revision, by=home.officer, at=LATER, seen=revisions.fingerprint(revision, at=LATER)
    )

    service = Service.objects.get(pk=home.service.pk)
    location.refresh_from_db()
    revision.refresh_from_db()
    assert (service.summary, service.languages, service.takes_council_funded) == ("New words.", ["Polish"], True)
    assert list(service.client_groups.all()) == [group]
    assert [(one.name, one.amount_from, one.amount_to) for one in service.fees.all()] == [("Single room", 1000, 1200)]
    assert location.has_lift is True
    assert (service.confirmed_at, service.checked_at) == (NOON, None)
    assert (revision.decision, revision.decided_by, revision.decided_at) == ("approved", home.officer, LATER)
    assert mails()[-1] == (home.person.email, "Your change to Home ours is live")
    told = AuditEvent.objects.get(action="service.changed")
    assert (told.by_id, told.organisation_label) == (home.officer.pk, "Council of ours")
    assert (told.before["summary"], told.after["summary"]) == ("Old words of ours.", "New words.")
    assert actions()[-1] == "revision.approved"


def test_approval_raises_the_versions_cached_pages_hang_on(home):
    revision = home.submitted(summary="New words.")
    connection.check_constraints()
    _, before = versions.read("services")

    home.approve(revision)

    connection.check_constraints()
    assert versions.read("services")[1] != before


def test_nothing_is_told_or_written_if_the_transaction_fails(home):
    revision = home.submitted(summary="New words.")
    told = OutgoingMail.objects.count()

    with pytest.raises(RuntimeError), transaction.atomic():
        home.approve(revision)
        raise RuntimeError

    assert OutgoingMail.objects.count() == told
    assert Service.objects.get(pk=home.service.pk).summary == "Old words of ours."
    assert not AuditEvent.objects.filter(action="revision.approved").exists()


def test_change_is_decided_once(home):
    revision = home.submitted(summary="New words.")
    home.approve(revision)

    with pytest.raises(AlreadyDone):
        home.approve(revision)
    with pytest.raises(AlreadyDone):
        revisions.send_back(revision=revision, reason="No.", by=home.officer, at=NOON)


def test_change_sent_back_keeps_the_words_and_tells_why(home):
    revision = home.submitted(summary="New words.")

    revisions.send_back(revision=revision, reason="  Say how many beds. ", by=home.officer, at=LATER)

    draft = drafts.open_draft(provider=home.provider, service=home.service, at=LATER)
    assert draft.revision.changes == {"summary": "New words."}
    assert (draft.last.decision, draft.last.reason) == ("sent_back", "  Say how many beds.")
    assert Service.objects.get(pk=home.service.pk).summary == "Old words of ours."
    assert mails()[-1] == (home.person.email, "Your change to Home ours came back")
    assert "Say how many beds." in OutgoingMail.objects.order_by("pk").last().text
    assert actions()[-1] == "revision.sent_back"


def test_change_is_not_sent_back_without_a_reason(home):
    revision = home.submitted(summary="New words.")

    with pytest.raises(DomainError, match="Say why"):
        revisions.send_back(revision=revision, reason=" \n", by=home.officer, at=NOON)

    revision.refresh_from_db()
    assert revision.is_waiting()


def test_who_has_left_the_provider_is_told_nothing(home):
    revision = home.submitted(summary="New words.")
    home.provider.representatives.all().delete()

    home.approve(revision)

    assert home.person.email not in dict(mails())


def test_difference_shows_what_was_live_then_and_now(home):
    revision = home.submitted(phone="01632 960009")
    Service.objects.filter(pk=home.service.pk).update(phone="01632 960005")  # As an import would.
    home.service.refresh_from_db()

    (change,) = drafts.open_draft(provider=home.provider, service=home.service, at=NOON).changes

    assert (change.was, change.old, change.new) == (["01632 960001"], ["01632 960005"], ["01632 960009"])
    assert revision.base == {"phone": "01632 960001"}


def test_what_changed_after_the_officer_looked_is_not_approved_unseen(home):
    revision = home.submitted(phone="01632 960009")
    seen = revisions.fingerprint(revision, at=NOON)
    Service.objects.filter(pk=home.service.pk).update(phone="01632 960005")

    with pytest.raises(DomainError, match="changed since you looked"):
        revisions.approve_revision(revision=revision, by=home.officer, at=NOON, seen=seen)

    assert Service.objects.get(pk=home.service.pk).phone == "01632 960005"


def test_change_that_does_not_fit_any_more_is_refused_with_reasons(home):
    revision = home.submitted(maximum_age=60)
    Service.objects.filter(pk=home.service.pk).update(minimum_age=65)

    with pytest.raises(NotReady) as refused:
        home.approve(revision)

    assert refused.value.missing == ["Oldest age: The oldest age cannot be below the youngest."]
    assert Service.objects.get(pk=home.service.pk).maximum_age is None


def test_change_to_a_building_that_has_gone_is_refused_with_the_reason(home):
    location = home.service.locations.get()
    revision = home.submitted(**{f"has_lift@{location.uuid}": True})
    home.service.locations.clear()

    with pytest.raises(NotReady) as refused:
        home.approve(revision)

    assert "does not belong to the service any more" in refused.value.missing[0]


def test_provider_changes_what_is_said_of_itself(home):
    save(home.provider, None, by=home.person, trading_name="We", registered_postcode="ca287ll")
    revision = revisions.submit_changes(provider=home.provider, service=None, by=home.person, at=NOON)

    home.approve(revision)

    home.provider.refresh_from_db()
    assert (home.provider.trading_name, home.provider.registered_postcode) == ("We", "CA28 7LL")
    assert mails()[-1][1] == "Your change to Provider ours is live"
