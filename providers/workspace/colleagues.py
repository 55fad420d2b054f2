"""The people who keep an entry: who they are, whom they invite, and how one of them leaves."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.errors import DomainError
from providers.acting import providers_of
from providers.models import Invitation, Provider
from providers.people_forms import InviteForm
from providers.services import invitations
from providers.services.home import home_organisation

from .frame import for_provider


@require_http_methods(["GET", "HEAD", "POST"])
@for_provider
def colleagues(request: Any, provider: Provider) -> HttpResponse:
    """Show who keeps the entry and who is invited to; invite one more."""
    at = clock.now()
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            invitations.invite(provider=provider, email=email, by=request.user, at=at)
        except DomainError as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, f"The invitation is on its way to {email}.")
            return redirect("providers:workspace_colleagues")
    context = {
        "people": provider.representatives.select_related("user").order_by("user__name", "pk"),
        "waiting": _waiting(provider).order_by("-invited_at", "-pk")[:50],
        "form": form,
        "at": at,
        "council": home_organisation(provider),
        "has_second_step": is_mfa_enabled(request.user),
    }
    return _page(request, provider, "providers/workspace/colleagues.html", context)


@require_POST
@for_provider
def invited(request: Any, provider: Provider) -> HttpResponse:
    """Send an invitation again, or take it back."""
    chosen = request.POST.get("invitation", "")
    row = _waiting(provider).filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None
    act = {"again": invitations.send_again, "withdraw": invitations.withdraw}.get(request.POST.get("do", ""))
    if row is None or act is None:
        raise Http404("There is no such invitation.")
    try:
        act(invitation=row, by=request.user, at=clock.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        is_again = act is invitations.send_again
        messages.success(
            request, f"A new link is on its way to {row.email}." if is_again else "The invitation is taken back."
        )
    return redirect("providers:workspace_colleagues")


@require_http_methods(["GET", "HEAD", "POST"])
@for_provider
def leave(request: Any, provider: Provider) -> HttpResponse:
    """Stop keeping the entry, after a page with one button."""
    people = provider.representatives
    if request.method == "POST":
        own = people.filter(user=request.user).first()
        if own is None:
            raise Http404("You do not keep this entry.")
        invitations.end_representation(representative=own, by=request.user, at=clock.now())
        messages.success(request, f"You no longer keep the entry of {provider}. Thank you for having kept it.")
        return redirect("home")
    context = {"is_last": people.exclude(user=request.user).count() == 0, "council": home_organisation(provider)}
    return _page(request, provider, "providers/workspace/leave.html", context)


def _waiting(provider: Provider) -> Any:
    return Invitation.objects.filter(provider=provider, accepted_at=None, withdrawn_at=None)


def _page(request: Any, provider: Provider, template: str, context: dict[str, Any]) -> HttpResponse:
    shell = {
        "provider": provider,
        "providers": providers_of(request),
        "breadcrumbs": [("Your workspace", reverse("providers:workspace"))],
    }
    return render(request, template, {**shell, **context})
