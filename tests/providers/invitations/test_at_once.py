"""Two requests for the same thing at one time."""

import datetime as dt

import pytest

from core import clock
from core.models import OutgoingMail, User
from providers.models import Invitation, Representative
from providers.services import invitations
from tests.factories.providers import InvitationFactory
from tests.providers.invitations.rows import PASSWORD, invite
from tests.tools.at_once import both

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_invitation_accepted_twice_at_one_time_is_accepted_once(invited):
    said = both(
        lambda: invitations.accept_with_new_account(token="a-token", name="Ada", password=PASSWORD, at=clock.now())
    )

    assert said == ["InvitationGone", "done"]
    assert User.objects.filter(email="ada@example.org").count() == 1
    assert Representative.objects.count() == 1


def test_one_address_invited_to_two_entries_at_one_time_gets_one_account(invited, officer):
    other = InvitationFactory(
        email="Ada@example.org", token="other", expires_at=clock.now() + dt.timedelta(days=1),
        invited_at=clock.now() - dt.timedelta(days=1),
    )  # fmt: skip
    tokens = iter(["a-token", "other"])

    said = both(
        lambda: invitations.accept_with_new_account(token=next(tokens), name="Ada", password=PASSWORD, at=clock.now())
    )

    assert said == ["CannotAccept", "done"]
    assert User.objects.filter(email__iexact="ada@example.org").count() == 1
    assert Representative.objects.count() == 1
    assert Invitation.objects.filter(accepted_at=None).count() == 1
    assert other.provider != invited.provider


def test_somebody_invited_twice_at_one_time_gets_one_mail(provider, officer):
    said = both(lambda: invite(provider, officer.user, at=clock.now()))

    assert said == ["AlreadyDone", "done"]
    assert Invitation.objects.count() == OutgoingMail.objects.count() == 1
