from __future__ import annotations

from typing import Any

from django.contrib import admin

from commissioning import services
from commissioning.admin import OrganisationScopedAdmin, object_action
from core import clock


class PublishableAdmin(OrganisationScopedAdmin):
    """A register row that is drafted here and made public by a publisher."""

    journey = "buying"
    list_filter: Any = [("published_at", admin.EmptyFieldListFilter), "is_sample"]
    object_actions = ["publish"]

    def offers(self, action: str, obj: Any) -> bool:
        return action != "publish" or obj.published_at is None

    @object_action("Publish", confirm="Everybody will see this record from now on.", publishes=True)
    def publish(self, request: Any, obj: Any) -> str:
        services.publish_record(record=obj, by=request.user, at=clock.now())
        return "The record is public."
