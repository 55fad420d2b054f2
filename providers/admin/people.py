"""Who keeps a provider's entry, and who is invited to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from commissioning.acting import acting_organisation
from commissioning.admin import OrganisationScopedAdmin, object_action
from commissioning.admin.scope import sees_all
from core import clock
from core.errors import DomainError
from providers.models import Invitation, Representative
from providers.services import invitations
from providers.services.home import home_organisation


class NewInvitationForm(forms.ModelForm):
    """Whom to invite, and to which entry; refused as the service would refuse it."""

    by: Any = None

    class Meta:
        model = Invitation
        fields = ["provider", "email"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("provider") and cleaned.get("email"):
            try:
                invitations.check_invitable(
                    provider=cleaned["provider"], email=cleaned["email"], by=self.by, at=clock.now()
                )
            except DomainError as refusal:
                raise forms.ValidationError(str(refusal)) from None
        return cleaned


class InvitationStateFilter(admin.SimpleListFilter):
    """How an invitation stands."""

    title = "how it stands"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return list(Invitation.State.choices)

    def queryset(self, request: Any, queryset: Any) -> Any:
        at = clock.now()
        chosen = {
            Invitation.State.OPEN: queryset.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at),
            Invitation.State.EXPIRED: queryset.filter(accepted_at=None, withdrawn_at=None, expires_at__lte=at),
            Invitation.State.ACCEPTED: queryset.filter(accepted_at__isnull=False),
            Invitation.State.WITHDRAWN: queryset.filter(withdrawn_at__isnull=False),
        }
        return chosen.get(self.value(), queryset)


@admin.register(Invitation)
class InvitationAdmin(OrganisationScopedAdmin):
    """Invitations that a council has sent. They are sent by adding one, and never edited."""

    journey, place = "directory", 3
    list_display = ["email", "provider", "state", "invited_at", "expires_at"]
    list_select_related = ["provider"]
    list_filter = [InvitationStateFilter]
    search_fields = ["email", "provider__name"]
    ordering = ["-invited_at", "-pk"]
    actions = None
    shown = [
        "provider", "email", "state", "invited_at", "invited_by", "expires_at", "accepted_at", "accepted_by",
        "withdrawn_at",
    ]  # fmt: skip
    object_actions = ["send_again", "withdraw"]

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        return self.shown if obj else ["provider", "email"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> Any:
        return self.shown if obj else []

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = type("InvitationForm", (NewInvitationForm,), {"by": request.user})
        return super().get_form(request, obj, change, **kwargs)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def offers(self, action: str, obj: Invitation) -> bool:
        return obj.accepted_at is None and obj.withdrawn_at is None

    def changeform_view(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as refusal:
            # Somebody was quicker between the form's check and the sending.
            messages.error(request, str(refusal))
            return redirect(request.path)

    def render_change_form(self, request: Any, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        if obj is None:
            context |= {"title": "Invite somebody to keep an entry", "show_save_and_add_another": False}
            context["show_save_and_continue"] = False
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: Any, obj: Invitation, form: Any, change: bool) -> None:
        sent = invitations.invite(provider=obj.provider, email=obj.email, by=request.user, at=clock.now())
        obj.__dict__.update(sent.__dict__)

    def response_add(self, request: Any, obj: Invitation, post_url_continue: Any = None) -> HttpResponse:
        messages.success(request, f"The invitation is on its way to {obj.email}.")
        return redirect("admin:providers_invitation_changelist")

    @admin.display(description="How it stands")
    def state(self, obj: Invitation) -> str:
        return str(obj.state(at=clock.now()).label)

    @object_action("Send again", confirm="The person gets a new link. The one sent before stops working.")
    def send_again(self, request: Any, obj: Invitation) -> str:
        invitations.send_again(invitation=obj, by=request.user, at=clock.now())
        return f"A new link is on its way to {obj.email}."

    @object_action("Take back", confirm="The link in the mail stops working. The person is not told.", is_danger=True)
    def withdraw(self, request: Any, obj: Invitation) -> str:
        invitations.withdraw(invitation=obj, by=request.user, at=clock.now())
        return "The invitation is taken back."


@admin.register(Representative)
class RepresentativeAdmin(OrganisationScopedAdmin):
    """The people who keep the entries of the council's providers. They come by invitation."""

    journey, place = "directory", 4
    organisation_field = "provider__organisation"
    list_display = ["person", "provider"]
    list_select_related = ["provider__organisation", "user"]
    search_fields = ["provider__name", "user__name", "user__email"]
    ordering = ["provider__name", "pk"]
    actions = None
    fields = ["person", "email", "provider"]
    readonly_fields = fields
    object_actions = ["end"]

    def get_queryset(self, request: Any) -> Any:
        if sees_all(request):
            return super().get_queryset(request)
        organisation = acting_organisation(request)
        if organisation is None:
            return Representative.objects.none()
        # An entry that no council keeps yet is looked after by the one that invited.
        own = Q(provider__organisation=organisation) | Q(
            provider__organisation=None, provider__invitations__organisation=organisation
        )
        rows = Representative.objects.filter(pk__in=Representative.objects.filter(own).values("pk"))
        return rows.order_by(*self.ordering)

    def _owner(self, obj: Representative) -> Any:
        return obj.provider.organisation or home_organisation(obj.provider)

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    @admin.display(description="Person", ordering="user__name")
    def person(self, obj: Representative) -> str:
        return obj.user.name or obj.user.email

    @admin.display(description="Email")
    def email(self, obj: Representative) -> str:
        return obj.user.email

    @object_action(
        "End",
        confirm="The person can no longer change this provider’s entry, and is told so by email. Their account stays.",
        is_danger=True,
    )
    def end(self, request: Any, obj: Representative) -> HttpResponse:
        invitations.end_representation(representative=obj, by=request.user, at=clock.now())
        messages.success(request, f"{obj.user} no longer keeps the entry of {obj.provider}.")
        return redirect("admin:providers_representative_changelist")
