from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.postgres.functions import TransactionNow
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


# The last part of a register's form: where a record is from, and since when it is public.
RECORD = ["source", "source_section", "source_note", "note", "is_sample", "published_at", "published_by"]


class DraftFilter(admin.EmptyFieldListFilter):
    """Whether a record is still a draft. An address with the field's own lookup works as it always has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "draft or public"

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            words = str(choice["display"]).replace("Not empty", "Public").replace("Empty", "Drafts")
            yield {**choice, "display": words}


class StandingMixin:
    """Rows that know the moment they were read at, so that where each stands costs no query of its own."""

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(seen_at=TransactionNow())  # type: ignore[misc]


class ReleasedAdmin(StandingMixin, OrganisationScopedAdmin):
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
    list_filter: Any = [("published_at", DraftFilter), "is_sample"]
    object_actions = ["publish"]
    formfield_overrides = LONDON_MOMENTS
    # A long form in parts, each with its heading. What no part names stands in the last, so that no field is lost.
    PARTS: tuple[tuple[str | None, list[str]], ...] = ()

    def get_fieldsets(self, request: Any, obj: Any = None) -> Any:
        if not self.PARTS:
            return super().get_fieldsets(request, obj)
        fields = list(self.get_fields(request, obj))
        parts = [(name, [one for one in wanted if one in fields]) for name, wanted in self.PARTS]
        named = {one for _, those in parts for one in those}
        rest = [one for one in fields if one not in named]
        if "organisation" in rest:
            rest.remove("organisation")
            parts[0][1].insert(0, "organisation")
        parts[-1][1].extend(rest)
        return [(name, {"fields": those}) for name, those in parts if those]

    def offers(self, action: str, obj: Any) -> bool:
        return action != "publish" or obj.published_at is None

    @object_action("Publish", confirm="Everybody will see this record from now on.", publishes=True)
    def publish(self, request: Any, obj: Any) -> str:
        services.publish_record(record=obj, by=request.user, at=clock.now())
        return "The record is public."
