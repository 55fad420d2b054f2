"""Every register of the workspace is scoped, and probed here."""

import pytest
from django.contrib import admin
from django.db.models import F

from commissioning.models import Contact, Team
from strategies.models import Strategy, Theme
from tests.commissioning.councils import registered
from tests.factories.commissioning import TeamFactory
from tests.factories.core import UserFactory

pytestmark = pytest.mark.django_db


def test_councils_have_a_row_of_every_register(ours, theirs):
    missing = [model._meta.label for model in registered() if not theirs.of(model)]

    assert missing == []


def test_whatever_changes_of_others_rows_is_seen(ours, theirs, not_ours):
    changed, gone = theirs.one(Strategy), theirs.one(Contact)
    Strategy.objects.filter(pk__in=[ours.one(Strategy).pk, changed.pk]).update(title="Another")
    Theme.objects.filter(pk=theirs.one(Theme).pk).update(order=F("order"))
    Contact.objects.filter(pk=gone.pk).delete()
    new, _ = TeamFactory(organisation=theirs.organisation), TeamFactory(organisation=ours.organisation)

    assert not_ours.changes() == [
        (Contact._meta.label, str(gone.pk)), (Team._meta.label, str(new.pk)), (Strategy._meta.label, str(changed.pk)),
    ]  # fmt: skip


def test_workspace_takes_in_only_what_is_built_on_its_base_classes():
    admin.site.register(UserFactory._meta.model, admin.ModelAdmin)

    assert not admin.site.is_registered(UserFactory._meta.model)


def test_every_register_is_scoped():
    open_ones = [
        model._meta.label
        for model, one in admin.site._registry.items()
        if not hasattr(one, "choosable_rows") and model._meta.model_name != "auditevent"
    ]

    assert open_ones == []
