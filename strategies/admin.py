from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime

from commissioning.admin import OrganisationScopedAdmin, ScopedTabularInline, object_action
from commissioning.admin.scope import own_rows
from commissioning.admin_site import Waiting
from commissioning.forms import LondonMomentField
from core import clock
from core.models import Job, JobState
from tenders.admin import PublishableAdmin

from . import services
from .models import (
    Action,
    Edition,
    Intention,
    Message,
    Milestone,
    Principle,
    Priority,
    Progress,
    RelatedDocument,
    Section,
    Strategy,
    StrategyPartner,
    Term,
    Theme,
)


class StrategyPartnerInline(ScopedTabularInline):
    model = StrategyPartner


@admin.register(Strategy)
class StrategyAdmin(PublishableAdmin):
    journey, place = "publish", 1
    list_display = ["headline", "kind", "starts", "ends", "published_at"]
    list_filter = ["kind", ("published_at", admin.EmptyFieldListFilter)]
    search_fields = ["title", "headline"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [StrategyPartnerInline]
    object_actions = ["compose_edition", "publish"]

    @object_action(
        "Compose edition",
        confirm="A numbered copy is made from the registers as they stand now. Nothing is published yet.",
    )
    def compose_edition(self, request: Any, obj: Strategy) -> HttpResponse:
        edition = services.request_edition(strategy=obj, by=request.user, at=clock.now())
        return redirect("admin:strategies_edition_progress", edition.pk)


class PublishForm(forms.Form):
    """When an edition is to appear."""

    moment = LondonMomentField(
        label="Publish at (optional)",
        required=False,
        help_text="London time, to the minute. Leave it empty to publish now.",
    )


@admin.register(Edition)
class EditionAdmin(OrganisationScopedAdmin):
    """Editions are made by Compose, looked at here, and published. Their content cannot be changed."""

    journey, place = "publish", 3
    list_display = ["__str__", "state", "composed_at", "published_at"]
    actions = None
    list_filter = ["strategy"]
    list_select_related = ["strategy"]
    fields = [
        "strategy", "number", "state", "requested_at", "requested_by", "composed_at", "look", "pdfs",
        "content_checksum", "changes_list", "published_at", "published_by",
    ]  # fmt: skip
    readonly_fields = fields
    ordering = ["-requested_at"]
    object_actions = ["publish", "unschedule", "try_again"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def offers(self, action: str, obj: Edition) -> bool:
        if action == "publish":
            return obj.is_composed and obj.published_at is None
        if action == "unschedule":
            return obj.published_at is not None and not obj.is_public(at=clock.now())
        job = services.composing_job(obj)
        return job is not None and job.state == JobState.FAILED

    def get_queryset(self, request: Any) -> Any:
        # The content of an edition is a whole document: no list needs it.
        return super().get_queryset(request).defer("content")

    def get_changelist_instance(self, request: Any) -> Any:
        changes = super().get_changelist_instance(request)
        jobs_by_edition = services.composing_jobs(changes.result_list)
        for edition in changes.result_list:
            edition.known_job = jobs_by_edition.get(edition.pk)
        return changes

    def _job(self, obj: Edition) -> Job | None:
        return obj.known_job if hasattr(obj, "known_job") else services.composing_job(obj)

    @admin.display(description="State")
    def state(self, obj: Edition) -> str:
        if obj.published_at is not None:
            return "Published" if obj.is_public(at=clock.now()) else "To be published"
        if obj.is_composed:
            return "Composed: look at it, then publish"
        job = self._job(obj)
        if job is None:
            return "Not composed"
        url = reverse("admin:strategies_edition_progress", args=[obj.pk])
        words = job.reason if job.state == JobState.FAILED else job.get_state_display()
        return format_html('<a href="{}">{}</a>', url, words)

    @admin.display(description="Look at it")
    def look(self, obj: Edition) -> str:
        if not obj.is_composed:
            return "Not composed yet"
        return format_html('<a href="{}">As the public will see it</a>', obj.get_absolute_url())

    @admin.display(description="PDFs")
    def pdfs(self, obj: Edition) -> str:
        files = [file for file in obj.files.all() if file.pages]
        return (
            ", ".join(f"{file.get_kind_display()}: {file.pages} pages, {file.size // 1024:,} kB" for file in files)
            or "–"
        )

    @admin.display(description="Changes since the last edition")
    def changes_list(self, obj: Edition) -> str:
        return " ".join(obj.changes) or "–"

    @object_action(
        "Publish",
        confirm="Everybody can read this edition from the moment you choose. What is published stays published.",
        publishes=True,
        form=PublishForm,
    )
    def publish(self, request: Any, obj: Edition, *, moment: dt.datetime | None) -> str:
        at = clock.now()
        edition = services.publish_edition(edition=obj, by=request.user, at=at, moment=moment)
        if edition.is_public(at=at):
            return f"Edition {edition.number} is published."
        when = date_format(localtime(edition.published_at), "j F Y, H:i")
        return f"Edition {edition.number} will be published on {when}, London time."

    @object_action(
        "Take back the planned publication", confirm="The edition stays composed and private.", publishes=True
    )
    def unschedule(self, request: Any, obj: Edition) -> str:
        services.unschedule_edition(edition=obj, by=request.user, at=clock.now())
        return "The edition will not be published."

    @object_action("Try again", confirm="The edition is composed anew, from the registers as they are now.")
    def try_again(self, request: Any, obj: Edition) -> HttpResponse:
        services.try_again(edition=obj, by=request.user, at=clock.now())
        return redirect("admin:strategies_edition_progress", obj.pk)

    def get_urls(self) -> list[Any]:
        progress = path(
            "<int:pk>/progress/", self.admin_site.admin_view(self.progress_view), name="strategies_edition_progress"
        )
        return [progress, *super().get_urls()]

    def progress_view(self, request: Any, pk: int) -> HttpResponse:
        """How far composing has come; a script renews it until it is over, without one a link does."""
        edition = self.get_object(request, str(pk))
        if edition is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))
        job = services.composing_job(edition)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Composing {edition}",
            "opts": self.opts,
            "edition": edition,
            "job": job,
            "steps": _steps(edition, job),
            "is_pending": job is not None and job.state in (JobState.QUEUED, JobState.RUNNING),
            "has_failed": job is not None and job.state == JobState.FAILED,
        }
        return render(request, "admin/edition_progress.html", context)


def _steps(edition: Edition, job: Job | None) -> list[tuple[str, str]]:
    """The steps of composing, each done, now or still to come."""
    names = ["Queued", "Composing", "Laying out the pages", "Storing", "Composed"]
    if edition.is_composed:
        return [(name, "done") for name in names]
    at = 0
    if job is not None and job.state == JobState.RUNNING:
        at = {"": 0, "Composing": 1, "Storing": 3}.get(job.step, 2)
    return [(name, "done" if n < at else "now" if n == at else "next") for n, name in enumerate(names)]


class PartAdmin(OrganisationScopedAdmin):
    """A part of a strategy: a row in the document's order."""

    journey = "contents"

    list_display = ["__str__", "strategy", "order"]
    list_select_related = ["strategy"]
    list_filter: Any = ["strategy"]
    ordering = ["strategy", "order", "pk"]


@admin.register(Principle, Theme, RelatedDocument)
class TitledAdmin(PartAdmin):
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Priority)
class PriorityAdmin(PartAdmin):
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Intention)
class IntentionAdmin(PartAdmin):
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}


class MilestoneInline(ScopedTabularInline):
    model = Milestone
    fields = ["order", "due", "title", "is_buying", "done_date"]


class ProgressInline(ScopedTabularInline):
    model = Progress


@admin.register(Action)
class ActionAdmin(PartAdmin):
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [MilestoneInline, ProgressInline]


@admin.register(Message)
class MessageAdmin(PartAdmin):
    list_display = ["__str__", "kind", "heading", "strategy"]
    list_filter = ["strategy", "kind", "life_stage"]
    search_fields = ["text", "heading"]


@admin.register(Term)
class TermAdmin(PartAdmin):
    search_fields = ["term"]


@admin.register(Section)
class SectionAdmin(PartAdmin):
    journey, place = "publish", 2
    list_display = ["title", "parent", "block", "order", "strategy"]
    list_select_related = ["strategy", "parent"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}


def editions_waiting(request: Any) -> Iterator[Waiting]:
    """What waits of the editions: to be looked at, to appear, in the making, failed."""
    own = own_rows(request, Edition, path="organisation").select_related("strategy").defer("content")
    at = clock.now()
    unpublished = list(own.filter(Q(published_at=None) | Q(published_at__gt=at)).order_by("-requested_at")[:200])
    jobs_by_edition = services.composing_jobs([one for one in unpublished if not one.is_composed])

    def has_failed(edition: Edition) -> bool:
        job = jobs_by_edition.get(edition.pk)
        return job is not None and job.state == JobState.FAILED

    def waiting(title: str, editions: list[Edition], page: str = "change") -> Waiting:
        rows = [(str(one), reverse(f"admin:strategies_edition_{page}", args=[one.pk])) for one in editions[:5]]
        return Waiting(title, len(editions), reverse("admin:strategies_edition_changelist"), rows)

    composed = [one for one in unpublished if one.is_composed]
    making = [one for one in unpublished if not one.is_composed]
    yield waiting("Look at and publish", [one for one in composed if one.published_at is None])
    yield waiting("Could not be composed", [one for one in making if has_failed(one)])
    yield waiting("Being composed", [one for one in making if not has_failed(one)], page="progress")
    yield waiting("Will be published by itself", [one for one in composed if one.published_at is not None])


admin.site.dashboards.append(editions_waiting)
