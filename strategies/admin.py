from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html

from commissioning.admin import OrganisationScopedAdmin, ScopedTabularInline, object_action
from core import clock, jobs
from core.models import JobState
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
    autocomplete_fields = ["organisation"]


@admin.register(Strategy)
class StrategyAdmin(PublishableAdmin):
    list_display = ["headline", "kind", "starts", "ends", "published_at"]
    list_filter = ["kind", ("published_at", admin.EmptyFieldListFilter)]
    search_fields = ["title", "headline"]
    autocomplete_fields = ["places", "related"]
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

    moment = forms.DateTimeField(
        label="Publish at",
        required=False,
        help_text="Leave empty to publish now. Write the day and London time like 2026-12-01 09:00.",
    )


@admin.register(Edition)
class EditionAdmin(OrganisationScopedAdmin):
    """Editions are made by Compose, looked at here, and published. Their content cannot be changed."""

    list_display = ["__str__", "state", "composed_at", "published_at"]
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

    @admin.display(description="State")
    def state(self, obj: Edition) -> str:
        if obj.published_at is not None:
            return "Published" if obj.is_public(at=clock.now()) else "To be published"
        if obj.is_composed:
            return "Composed: look at it, then publish"
        job = services.composing_job(obj)
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

    def form_for_action(self, action: str, request: Any, obj: Any) -> forms.Form | None:
        return PublishForm(request.POST if "confirmed" in request.POST else None) if action == "publish" else None

    @object_action("Publish", confirm="Everybody can read this edition from the moment you choose.", publishes=True)
    def publish(self, request: Any, obj: Edition) -> str:
        form = PublishForm(request.POST)
        if not form.is_valid():
            raise forms.ValidationError("We cannot read the day and time. Write them like 2026-12-01 09:00.")
        edition = services.publish_edition(
            edition=obj, by=request.user, at=clock.now(), moment=form.cleaned_data["moment"]
        )
        return f"Edition {edition.number} is published." if edition.is_public(at=clock.now()) else "Publication is set."

    @object_action(
        "Take back the planned publication", confirm="The edition stays composed and private.", publishes=True
    )
    def unschedule(self, request: Any, obj: Edition) -> str:
        services.unschedule_edition(edition=obj, by=request.user, at=clock.now())
        return "The edition will not be published."

    @object_action("Try again")
    def try_again(self, request: Any, obj: Edition) -> HttpResponse:
        job = services.composing_job(obj)
        if job is not None:
            jobs.retry_job(job=job, by=request.user, at=clock.now())
        return redirect("admin:strategies_edition_progress", obj.pk)

    def get_urls(self) -> list[Any]:
        progress = path(
            "<int:pk>/progress/", self.admin_site.admin_view(self.progress_view), name="strategies_edition_progress"
        )
        return [progress, *super().get_urls()]

    def progress_view(self, request: Any, pk: int) -> HttpResponse:
        """How far composing has come; reloads itself until it is over."""
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
            "is_pending": job is not None and job.state in (JobState.QUEUED, JobState.RUNNING),
            "has_failed": job is not None and job.state == JobState.FAILED,
        }
        return render(request, "admin/edition_progress.html", context)


class PartAdmin(OrganisationScopedAdmin):
    """A part of a strategy: a row in the document's order."""

    list_display = ["__str__", "strategy", "order"]
    list_select_related = ["strategy"]
    list_filter: Any = ["strategy"]
    ordering = ["strategy", "order", "pk"]
    autocomplete_fields: list[str] = ["strategy"]


@admin.register(Principle, Theme, RelatedDocument)
class TitledAdmin(PartAdmin):
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Priority)
class PriorityAdmin(PartAdmin):
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["strategy", "theme", "places", "client_groups"]


@admin.register(Intention)
class IntentionAdmin(PartAdmin):
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["strategy", "priority", "types", "client_groups"]


class MilestoneInline(ScopedTabularInline):
    model = Milestone
    fields = ["order", "due", "title", "is_buying", "done_date"]


class ProgressInline(ScopedTabularInline):
    model = Progress


@admin.register(Action)
class ActionAdmin(PartAdmin):
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["strategy", "priority", "intentions", "teams", "opportunities", "contracts", "frameworks"]
    inlines = [MilestoneInline, ProgressInline]


@admin.register(Message)
class MessageAdmin(PartAdmin):
    list_display = ["__str__", "kind", "heading", "strategy"]
    list_filter = ["strategy", "kind", "life_stage"]
    search_fields = ["text", "heading"]
    autocomplete_fields = ["strategy", "types", "client_groups", "place", "opportunities", "made_by"]


@admin.register(Term)
class TermAdmin(PartAdmin):
    search_fields = ["term"]


@admin.register(Section)
class SectionAdmin(PartAdmin):
    list_display = ["title", "parent", "block", "order", "strategy"]
    list_select_related = ["strategy", "parent"]
    search_fields = ["title"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["strategy", "parent", "indicators", "types", "client_groups"]
