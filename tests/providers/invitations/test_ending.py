"""How somebody stops keeping an entry, and how long ended invitations are kept."""

import datetime as dt

import pytest
from django.core import mail as outbox

from core import clock
from core.errors import AlreadyDone
from core.models import OutgoingMail, User
from core.tasks import delete_personal_data
from providers.models import Invitation, Representative
from providers.services import invitations
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import InvitationFactory, RepresentativeFactory
from tests.providers.invitations.rows import invite, run_jobs, trail

pytestmark = pytest.mark.django_db


def test_officer_ends_and_the_person_is_told(provider, officer):
    person = RepresentativeFactory(provider=provider)

    invitations.end_representation(representative=person, by=officer.user, at=NOON)

    run_jobs()
    (sent,) = outbox.outbox
    event = trail("representative.ended")
    assert not Representative.objects.exists()
    assert (sent.to, sent.subject) == ([person.user.email], "You no longer keep the entry of Brook Care")
    assert event.before == {"account": person.user.pk, "provider": provider.pk}
    assert event.object_label == f"account {person.user.pk} for Brook Care"
    assert User.objects.get(pk=person.user.pk).is_active
    with pytest.raises(AlreadyDone):
        invitations.end_representation(representative=person, by=officer.user, at=NOON)


def test_somebody_leaves_without_a_mail(provider):
    person = RepresentativeFactory(provider=provider)

    invitations.end_representation(representative=person, by=person.user, at=NOON)

    assert not Representative.objects.exists()
    assert trail("representative.left").by_id == person.user.pk
    assert OutgoingMail.objects.count() == 0


def test_invitations_of_somebody_who_is_put_out_are_taken_back(provider, officer):
    person = RepresentativeFactory(provider=provider)
    theirs = invite(provider, person.user, email="another-address-of-theirs@example.org")
    councils = invite(provider, officer.user, email="new@example.org")

    invitations.end_representation(representative=person, by=officer.user, at=NOON)

    theirs.refresh_from_db()
    assert theirs.state(at=NOON) == Invitation.State.WITHDRAWN
    assert list(Invitation.objects.open(at=NOON)) == [councils]


def test_who_leaves_has_invited_who_comes_after_them(provider):
    person = RepresentativeFactory(provider=provider)
    successor = invite(provider, person.user)

    invitations.end_representation(representative=person, by=person.user, at=NOON)

    assert list(Invitation.objects.open(at=NOON)) == [successor]


def test_others_end_nothing(provider, officer):
    person = RepresentativeFactory(provider=provider)
    colleague = RepresentativeFactory(provider=provider)
    viewer = OfficerFactory(organisation=officer.organisation, role="viewer")

    for by in (colleague.user, OfficerFactory().user, viewer.user, UserFactory()):
        with pytest.raises(invitations.NotYours, match="Only the council"):
            invitations.end_representation(representative=person, by=by, at=NOON)

    assert Representative.objects.count() == 2


# --- how long ---


def test_ended_invitations_are_forgotten_after_ninety_days():
    at = clock.now()
    long_ago, lately = at - dt.timedelta(days=91), at - dt.timedelta(days=89)
    begun = at - dt.timedelta(days=200)
    for moment in (long_ago, lately):
        InvitationFactory(invited_at=begun, expires_at=moment)
        InvitationFactory(invited_at=begun, expires_at=lately, accepted_at=moment)
        InvitationFactory(invited_at=begun, expires_at=lately, withdrawn_at=moment)

    delete_personal_data()

    assert Invitation.objects.count() == 3
    assert not Invitation.objects.past_keeping(at=at).exists()
