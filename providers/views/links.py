"""What the one-time links in mails open: a page with one button. Mail gateways open links, so a GET changes nothing."""

from allauth.account.utils import perform_login
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_not_required
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.errors import DomainError

from .. import profile
from ..acting import acting_provider
from ..people_forms import NewAccountForm
from ..services import freshness, invitations

NOT_KNOWN, GONE, REFUSED = 404, 410, 409


@sensitive_post_parameters()
@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token):
    at = clock.now()
    try:
        found = invitations.find_invitation(token=token)
    except invitations.InvitationGone as gone:
        return _gone(request, gone, status=NOT_KNOWN)
    try:
        invitations.check_open(invitation=found, at=at)
        account = invitations.account_of(found)
        form = NewAccountForm(request.POST or None, email=found.email) if account is None else None
        if request.method == "POST" and request.user.is_authenticated:
            invitations.accept_with_account(token=token, by=request.user, at=at)
            return redirect("providers:welcome")
        if request.method == "POST" and form is not None and form.is_valid():
            representative = invitations.accept_with_new_account(
                token=token, name=form.cleaned_data["name"], password=form.cleaned_data["password1"], at=at
            )
            # The link has proven the address.
            response = perform_login(
                request, representative.user, email_verification="none", redirect_url=reverse("providers:welcome")
            )
            request.session.set_expiry(0)  # As at the sign-in page: people share computers.
            return response
    except DomainError as gone:
        return _gone(request, gone, status=GONE if isinstance(gone, invitations.InvitationGone) else REFUSED)
    context = {
        "invitation": found,
        "account": account,
        "form": form,
        "is_theirs": request.user.is_authenticated and request.user == account,
        "sign_in": f"{reverse('account_login')}?next={request.path}",
    }
    return render(request, "providers/invitation.html", context)


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, token):
    at = clock.now()
    try:
        asked = freshness.find_request(token=token)
    except freshness.LinkGone as gone:
        return _gone(request, gone, status=NOT_KNOWN)
    try:
        freshness.check_request(request=asked, at=at)
        if request.method == "POST":
            service = freshness.confirm_by_link(token=token, at=at)
            return render(request, "providers/confirmed.html", {"service": service, "at": at})
    except DomainError as gone:
        return _gone(request, gone, status=GONE if isinstance(gone, freshness.LinkGone) else REFUSED)
    if not asked.service.is_public(at=at):
        raise Http404("Families do not see this entry.")
    context = {
        "asked": asked,
        "service": asked.service,
        "sections": _told(asked.service, at=at),
        "edit": reverse("providers:workspace_service", args=[asked.service.slug]),
    }
    return render(request, "providers/confirm.html", context)


@cache_control(private=True, no_store=True)
@require_safe
def welcome(request):
    """Where an accepted invitation leads: what to do first, and the offer of a second step."""
    provider = acting_provider(request)
    if provider is None:
        raise Http404("This is for people who keep a provider's entry.")
    return render(
        request, "providers/welcome.html", {"provider": provider, "has_second_step": is_mfa_enabled(request.user)}
    )


def _gone(request, refusal, *, status):
    return render(request, "providers/link_gone.html", {"refusal": refusal}, status=status)


def _told(service, *, at):
    """What an entry tells families, section by section, in words; and what it does not tell.

    The link is all that its reader has shown, so a withheld address is withheld here too.
    """
    prefetch_related_objects([service], *profile.RELATIONS)
    subject = profile.subject_of(service, service.provider)
    values = profile.live_values(subject, at=at)
    withheld = {str(one.uuid) for one in service.locations.all() if one.is_address_withheld}
    sections = []
    for section in profile.sections_of(subject):
        fields = [field for field in section.fields if field.name.partition("@")[2] not in withheld]
        told = {field.name: profile.is_told(field, values.get(field.name)) for field in fields}
        sections.append(
            {
                "title": section.title,
                "told": [
                    (field.label, profile.in_words(field, values[field.name])) for field in fields if told[field.name]
                ],
                "missing": [field.label for field in fields if field.counts and not told[field.name]],
            }
        )
    return sections
