"""Every register of the workspace is scoped, and probed here."""

import pytest
from django.contrib import admin

from tests.commissioning.councils import registered
from tests.factories.core import UserFactory

pytestmark = pytest.mark.django_db


def test_councils_have_a_row_of_every_register(ours, theirs):
    missing = [model._meta.label for model in registered() if not theirs.of(model)]

    assert missing == []


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
