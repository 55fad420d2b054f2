"""Where an officer of the home council decides what a provider proposes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import Http404
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import path
from django.utils.safestring import SafeString, mark_safe

from commissioning import permissions
from commissioning.admin import object_action
from commissioning.admin.queues import QueueAdmin, waiting_in
from core import clock, files
from providers import pictures, profile
from providers.models import Photo, ProfileRevision
from providers.services import revisions


class ApproveForm(forms.Form):
    """Carries what the officer looked at, so that nothing else is approved."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class SendBackForm(forms.Form):
    """Why a change comes back."""

    reason = forms.CharField(
        label="Reason",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
        help_text="The provider reads it by email: say what to put right.",
        error_messages={"required": "Say why, so that the provider can put it right."},
    )


@admin.register(ProfileRevision)
class ProfileRevisionAdmin(QueueAdmin):
    """Providers' changes: looked at field by field, approved or sent back. A draft is its provider's own business."""

    task = "Decide what providers have changed"
    waits_for, waits_since = "Waits for a decision", "submitted_at"
    settled = {"decided_at": "Decided or taken back"}
    may_settle = staticmethod(permissions.can_publish)
    journey, place = "directory", 1
    list_display = ["__str__", "provider", "stand", "submitted_at", "decided_at"]
    list_select_related = ["provider", "service", "organisation"]
    search_fields = ["provider__name", "service__name"]
    fields = ["provider", "service", "stand", "who_decides", "submitted_at", "submitted_by", "difference"]
    fields_decided = ["decided_at", "decided_by", "reason"]
    readonly_fields = fields + fields_decided
    object_actions = ["approve", "send_back"]

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).filter(submitted_at__isnull=False)

    def get_fields(self, request: Any, obj: ProfileRevision | None = None) -> Any:
        return self.fields if obj is None or obj.decided_at is None else [*self.fields, *self.fields_decided]

    @admin.display(description="Where it stands")
    def stand(self, obj: ProfileRevision) -> str:
        return obj.get_decision_display() if obj.decided_at else "Waits for a decision"

    @admin.display(description="Who decides")
    def who_decides(self, obj: ProfileRevision) -> str:
        if obj.organisation is not None:
            return str(obj.organisation)
        return "You, the operator: the home council has nobody here who may decide, or is not known."

    @admin.display(description="What changes")
    def difference(self, obj: ProfileRevision) -> SafeString:
        return self._difference(obj)

    def action_details(self, request: Any, obj: ProfileRevision) -> SafeString:
        return self._difference(obj)

    def _difference(self, obj: ProfileRevision) -> SafeString:
        subject = profile.subject_of(obj.service, obj.provider)
        # Of a decided change the rows tell nothing any more: it is shown as it was proposed.
        live = obj.base if obj.decided_at else profile.live_values(subject, at=clock.now())
        changes = profile.differences(subject, obj.changes, live=live, base=obj.base)
        if not changes:
            return mark_safe("<p>Nothing differs from what families see already.</p>")
        context = {
            "changes": changes,
            "old": "Before" if obj.decided_at else "Families see now",
            "new": "Proposed",
            "photo_page": "admin:providers_profilerevision_photo",
            "photo_of": obj.pk,
        }
        return mark_safe(render_to_string("providers/difference.html", context))  # noqa: S308 - a template of ours

    @object_action(
        "Approve",
        confirm="Families see it at once, everywhere. The provider is told by email.",
        publishes=True,
        form=ApproveForm,
    )
    def approve(self, request: Any, obj: ProfileRevision, *, seen: str) -> str:
        revisions.approve_revision(revision=obj, by=request.user, at=clock.now(), seen=seen)
        return f"Approved: {obj.service or obj.provider} is live as proposed."

    @object_action(
        "Send back",
        confirm="Nothing changes for families. The provider gets your reason by email, and its words back as a draft.",
        publishes=True,
        form=SendBackForm,
    )
    def send_back(self, request: Any, obj: ProfileRevision, *, reason: str) -> str:
        revisions.send_back(revision=obj, reason=reason, by=request.user, at=clock.now())
        return "Sent back with your reason."

    def _action_page(self, request: Any, obj: Any, method: Any, *, form: Any, refusal: Any = None) -> Any:
        if isinstance(form, ApproveForm):
            # The page shows the difference as it is now, and carries the fingerprint of just that.
            form = ApproveForm(initial={"seen": revisions.fingerprint(obj, at=clock.now())})
        return super()._action_page(request, obj, method, form=form, refusal=refusal)

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"title": "What providers have changed", **(extra_context or {})})

    def changeform_view(
        self, request: Any, object_id: Any = None, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        context = {"title": "A provider’s change", **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.photo_view)
        own = path("<path:object_id>/photo/<slug:checksum>/", view, name="providers_profilerevision_photo")
        return [own, *super().get_urls()]

    def photo_view(self, request: Any, object_id: str, checksum: str) -> HttpResponseBase:
        """Show a proposed photo to those who see the change."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj) or obj.service is None:
            raise Http404("There is no such photo.")
        row = Photo.objects.filter(service=obj.service, file=checksum).first()
        if row is None or not any(one["file"] == checksum for one in obj.changes.get("photos") or []):
            raise Http404("There is no such photo.")
        return files.serve(request, row.file, content_type=pictures.CONTENT_TYPE, filename="photo.jpg", inline=True)


admin.site.dashboards.append(waiting_in(ProfileRevision))
