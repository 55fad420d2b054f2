"""Who comes in, in which role, and for whom they act."""

import pytest
from django.contrib import admin
from django.urls import reverse

from commissioning.acting import SESSION_KEY
from commissioning.models import Officer
from strategies.models import Edition, Strategy
from tests.commissioning.admin_scope.doors import EVERY, NOBODY, OURS, THEIRS, url
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory

pytestmark = pytest.mark.django_db

ROLES = {
    # role: reads drafts, adds and changes, publishes, manages officers
    "viewer": (True, False, False, False),
    "editor": (True, True, False, False),
    "publisher": (True, True, True, False),
    "administrator": (True, True, True, True),
}


@pytest.mark.parametrize("role", ROLES)
def test_role_decides_what_may_be_done(client, ours, role):
    reads, edits, publishes, manages = ROLES[role]
    client.force_login(OfficerFactory(organisation=ours.organisation, role=role).user)
    strategy = ours.one(Strategy)
    answers = {
        "read": client.get(url(Strategy, "change", strategy.pk)).status_code == 200,
        "add": client.get(url(Strategy, "add")).status_code == 200,
        "compose": client.get(url(Strategy, "action", strategy.pk, "compose_edition")).status_code == 200,
        "publish": client.get(url(Strategy, "action", strategy.pk, "publish")).status_code == 200,
        "publish edition": client.get(url(Edition, "action", ours.one(Edition).pk, "publish")).status_code == 200,
        "manage": client.get(url(Officer, "add")).status_code == 200,
    }

    assert answers == {
        "read": reads, "add": edits, "compose": edits, "publish": publishes, "publish edition": publishes, "manage": manages,
    }  # fmt: skip


@EVERY
def test_viewer_changes_nothing(client, ours, not_theirs, model):
    viewer = OfficerFactory(organisation=ours.organisation, role="viewer")
    client.force_login(viewer.user)
    own = ours.one(model)

    for address in (url(model, "add"), url(model, "change", own.pk), url(model, "delete", own.pk)):
        assert client.post(address, {"post": "yes", "title": "x", "name": "x"}).status_code == 403
    client.post(url(model, "changelist"), {"action": "delete_selected", "_selected_action": own.pk, "post": "yes"})
    for action in getattr(admin.site._registry[model], "object_actions", []):
        # Not found where only operators see the register.
        assert client.post(url(model, "action", own.pk, action), {"confirmed": "yes"}).status_code in (403, 404)

    assert not_theirs.changes() == [("commissioning.Officer", str(viewer.pk))]


def admin_pages():
    return [url(model, page) for model in admin.site._registry for page in ("changelist", "add")] + [
        reverse("admin:index"), reverse("admin:autocomplete"), reverse("admin:app_list", args=["strategies"]),
    ]  # fmt: skip


def test_visitor_is_sent_to_sign_in(client, db):
    for page in admin_pages():
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].startswith(("/admin/login/", "/account/login/")), page


def test_providers_person_has_no_workspace(client, ours):
    person = UserFactory()
    ProviderFactory().representatives.create(user=person)
    client.force_login(person)

    for page in admin_pages():
        response = client.get(page, follow=True)
        assert response.status_code == 403, page
        assert OURS not in response.content.decode()


def test_former_officer_is_out_at_once(client, ours):
    client.force_login(ours.user)
    Officer.objects.filter(user=ours.user).delete()

    response = client.get("/admin/strategies/strategy/", follow=True)

    assert response.status_code == 403
    assert OURS not in response.content.decode()


def test_operator_sees_all_and_when_acting_for_one_only_that(client, ours, theirs):
    client.force_login(UserFactory(is_superuser=True))

    everything = client.get(url(Strategy, "changelist")).content.decode()
    chosen = client.post(reverse("admin:act_for"), {"organisation": ours.organisation.pk})
    one = client.get(url(Strategy, "changelist")).content.decode()
    foreign = client.get(url(Strategy, "change", theirs.one(Strategy).pk))
    client.post(reverse("admin:act_for"), {"organisation": "all"})
    again = client.get(url(Strategy, "changelist")).content.decode()

    assert THEIRS in everything
    assert OURS in everything
    assert chosen.status_code == 302
    assert OURS in one
    assert THEIRS not in one
    assert foreign.status_code == 302
    assert THEIRS in again


@EVERY
def test_operator_reaches_every_page(client, theirs, model):
    client.force_login(UserFactory(is_superuser=True))

    for page, *args in (("changelist",), ("change", theirs.one(model).pk)):
        assert client.get(url(model, page, *args)).status_code == 200


def test_officer_of_two_chooses_whom_to_act_for(client, ours, theirs):
    OfficerFactory(user=ours.user, organisation=theirs.organisation, role="viewer")
    client.force_login(ours.user)

    client.post(reverse("admin:act_for"), {"organisation": theirs.organisation.pk})
    shown = client.get(url(Strategy, "changelist")).content.decode()
    add = client.get(url(Strategy, "add"))

    assert THEIRS in shown
    assert OURS not in shown
    assert add.status_code == 403


def test_nobody_acts_for_a_stranger(officer, ours, theirs):
    for value in (theirs.organisation.pk, NOBODY, "all", "", "x", "9" * 40):
        response = officer.post(reverse("admin:act_for"), {"organisation": value})
        assert response.status_code == 404
        assert officer.session.get(SESSION_KEY) is None
    assert officer.get(reverse("admin:act_for")).status_code == 405


def test_a_choice_that_no_longer_holds_is_forgotten(client, ours, theirs):
    membership = OfficerFactory(user=ours.user, organisation=theirs.organisation)
    client.force_login(ours.user)
    client.post(reverse("admin:act_for"), {"organisation": theirs.organisation.pk})
    membership.delete()

    shown = client.get(url(Strategy, "changelist")).content.decode()

    assert OURS in shown
    assert THEIRS not in shown
