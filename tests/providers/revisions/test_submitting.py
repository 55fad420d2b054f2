"""Sending a change to the council, taking it back and throwing it away."""

import pytest
from django.urls import reverse

from commissioning.models import Officer
from core.errors import DomainError, NotReady
from core.models import OutgoingMail
from providers.models import ProfileRevision, Service
from providers.services import drafts, revisions
from providers.services.revisions import WithTheCouncil
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import ClientGroupFactory
from tests.providers.revisions.rows import LATER, actions, mails

pytestmark = pytest.mark.django_db


def test_sent_change_waits_for_the_home_council_and_its_officers_are_told(home):
    editor = OfficerFactory(organisation=home.council, role=Officer.Role.EDITOR).user
    revision = home.submitted(summary="New words.")

    assert (revision.organisation, revision.submitted_at, revision.submitted_by) == (home.council, NOON, home.person)
    assert mails() == [(home.officer.email, "A change to Home ours waits for you")]
    assert editor.email not in dict(mails())
    text = OutgoingMail.objects.get().text
    assert "- In two or three sentences" in text
    assert reverse("admin:providers_profilerevision_change", args=[revision.pk]) in text
    assert actions() == ["revision.saved", "revision.submitted"]


def test_nothing_cannot_be_sent(home):
    with pytest.raises(NotReady, match="not changed anything"):
        revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)


def test_change_that_came_true_by_itself_cannot_be_sent(home):
    home.draft(phone="01632 960009")
    Service.objects.filter(pk=home.service.pk).update(phone="01632 960009")

    with pytest.raises(NotReady, match="see all of this already"):
        revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)


def test_draft_that_broke_a_rule_since_cannot_be_sent(home):
    group = ClientGroupFactory(name="People of old")
    home.draft(client_groups=[group.slug])
    group.delete()

    with pytest.raises(NotReady) as refused:
        revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)

    assert refused.value.missing == [f"Who it is for: “{group.slug}” is not on our list any more. Choose again."]
    assert not OutgoingMail.objects.exists()


def test_change_with_the_council_cannot_be_edited_sent_again_or_thrown_away(home):
    home.submitted(summary="New words.")
    common = {"provider": home.provider, "service": home.service, "by": home.person, "at": NOON}

    for attempt in (
        lambda: home.draft(summary="Newer words."),
        lambda: revisions.submit_changes(**common),
        lambda: revisions.discard_changes(**common),
        lambda: revisions.request_removal(**common),
    ):
        with pytest.raises(WithTheCouncil):
            attempt()

    assert ProfileRevision.objects.get().changes == {"summary": "New words."}


def test_change_taken_back_is_a_draft_again(home):
    sent = home.submitted(summary="New words.")

    draft = revisions.withdraw_changes(provider=home.provider, service=home.service, by=home.person, at=LATER)

    sent.refresh_from_db()
    assert (sent.decision, sent.decided_at, sent.decided_by) == ("withdrawn", LATER, home.person)
    assert (draft.changes, draft.base) == ({"summary": "New words."}, {"summary": "Old words of ours."})
    assert draft.submitted_at is None
    assert actions()[-1] == "revision.withdrawn"


def test_only_what_is_with_the_council_is_taken_back(home):
    home.draft(summary="New words.")

    with pytest.raises(DomainError, match="Nothing of this is with the council"):
        revisions.withdraw_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)


def test_draft_thrown_away_is_gone(home):
    home.draft(summary="New words.")

    revisions.discard_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)

    assert drafts.open_draft(provider=home.provider, service=home.service, at=NOON).revision is None
    assert actions()[-1] == "revision.discarded"
    with pytest.raises(DomainError, match="no draft"):
        revisions.discard_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)
