from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models

from commissioning import services
from commissioning.admin import OrganisationScopedAdmin, object_action
from commissioning.forms import LondonMomentField
from core import clock

from .. import services as pipeline

# A time that the change of the clocks repeats or leaves out is refused with the two to choose from.
LONDON_MOMENTS: Any = {
    models.DateTimeField: {"form_class": LondonMomentField, "widget": LondonMomentField.widget},
}


class ReleasedAdmin(OrganisationScopedAdmin):
    """A register of which open data tells: each change of what is public leaves an OCDS release behind."""

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        pipeline.record_release(form.instance, at=clock.now())

    def delete_model(self, request: Any, obj: Any) -> None:
        # What is public is never deleted, but a part of it may be.
        root = next((one for name in ("opportunity", "framework") if (one := getattr(obj, name, None))), None)
        super().delete_model(request, obj)
        if root is not None:
            pipeline.record_release(root, at=clock.now())


class PublishableAdmin(ReleasedAdmin):
    """A register row that is drafted here and made public by a publisher."""

    journey = "buying"
    list_filter: Any = [("published_at", admin.EmptyFieldListFilter), "is_sample"]
    object_actions = ["publish"]
    formfield_overrides = LONDON_MOMENTS

    def offers(self, action: str, obj: Any) -> bool:
        return action != "publish" or obj.published_at is None

    @object_action("Publish", confirm="Everybody will see this record from now on.", publishes=True)
    def publish(self, request: Any, obj: Any) -> str:
        services.publish_record(record=obj, by=request.user, at=clock.now())
        return "The record is public."
