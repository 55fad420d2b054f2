"""Registering for an event and for interest in a tender, and what the links in their mails open.

A page that is open to everybody tells of nobody who has registered. Mail gateways open links, so a GET changes nothing.
"""

from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from commissioning.acting import acting_organisation
from core import clock
from core.errors import AlreadyDone, DomainError
from core.models import find_by_slug
from providers.acting import acting_provider

from ..forms import InterestForm, RegistrationForm, initial_for, kept_days
from ..models import Event, Opportunity, Registration
from ..services import interests, registrations, replies, strangers

NOT_KNOWN, GONE, REFUSED, TOO_MANY = 404, 410, 409, 429


# --- registering for an event ---


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def event_register(request, slug):
    at = clock.now()
    event = _find_event(slug, at=at)
    closed = _refusal(lambda: registrations.check_open(event=event, at=at))
    provider = acting_provider(request)
    initial = initial_for(request.user, provider)
    form = RegistrationForm(_posted(request), initial=initial, is_signed_in=bool(initial))
    refusal, status = None, 200
    if request.method == "POST" and form.is_valid():
        if form.is_from_a_program:
            return redirect("tenders:event_register_sent", slug=event.slug)
        try:
            made = registrations.register(event=event, **form.told(), **_sender(request, provider), at=at)
        except DomainError as error:
            refusal, status = error, _status_of(error)
        else:
            if made is not None:
                return redirect("tenders:registration", token=replies.token_of(made))
            return redirect("tenders:event_register_sent", slug=event.slug)
    context = {**_event_context(event), "form": form, "closed": closed, "refusal": refusal, "kept_days": kept_days()}
    context["is_full"] = closed is None and event.places_left(booked=event.registrations.booked().count()) == 0
    return render(request, "tenders/event_register.html", context, status=status)


@login_not_required
@cache_control(private=True, no_store=True)
@require_safe
def event_register_sent(request, slug):
    context = _event_context(_find_event(slug, at=clock.now()))
    return render(request, "tenders/event_register_sent.html", context)


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def registration(request, token):
    """What the link in a mail opens: one button to confirm; once confirmed, how it stands."""
    at = clock.now()
    try:
        if request.method == "POST":
            registrations.confirm_registration(token=token, at=at)
            return redirect("tenders:registration", token=token)
        found = registrations.find_registration(token=token)
        if found.confirmed_at is None or found.withdrawn_at is not None:
            registrations.check_confirmable(registration=found, at=at)
    except DomainError as gone:
        return _gone(request, gone)
    event = found.event
    context = {
        "registration": found,
        "event": event,
        "status": event.status(at=at),
        "token": token,
        "can_withdraw": event.status(at=at) in (Event.Status.UPCOMING, Event.Status.RUNNING),
        "kept_days": kept_days(),
        "waiting_beside": _waiting_beside(found),
    }
    return render(request, "tenders/registration.html", context)


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def registration_withdraw(request, token):
    at = clock.now()
    try:
        found = registrations.find_registration(token=token)
        if request.method == "POST":
            registrations.withdraw_registration(registration=found, at=at)
            return render(request, "tenders/reply_withdrawn.html", {"event": found.event, "subject": found.event})
        if found.withdrawn_at is not None:
            raise AlreadyDone("This registration was taken back before.")
    except DomainError as gone:
        return _gone(request, gone)
    return render(request, "tenders/reply_withdraw.html", {"event": found.event, "subject": found.event})


# --- interest in an opportunity ---


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def interest_register(request, reference):
    at = clock.now()
    opportunity = _find_opportunity(request, reference, at=at)
    closed = _refusal(lambda: interests.check_open(opportunity=opportunity, at=at))
    provider = acting_provider(request)
    initial = initial_for(request.user, provider)
    lots = opportunity.lots.all()
    form = InterestForm(_posted(request), initial=initial, is_signed_in=bool(initial), lots=lots)
    refusal, status = None, 200
    if request.method == "POST" and form.is_valid():
        if form.is_from_a_program:
            return redirect("tenders:interest_register_sent", reference=opportunity.reference)
        try:
            made = interests.register_interest(
                opportunity=opportunity, **form.told(), **_sender(request, provider), at=at
            )
        except DomainError as error:
            refusal, status = error, _status_of(error)
        else:
            if made is not None:
                return redirect("tenders:interest", token=replies.token_of(made))
            return redirect("tenders:interest_register_sent", reference=opportunity.reference)
    context = {
        **_opportunity_context(opportunity),
        "form": form,
        "closed": closed,
        "refusal": refusal,
        "kept_days": kept_days(),
    }
    return render(request, "tenders/interest_register.html", context, status=status)


@login_not_required
@cache_control(private=True, no_store=True)
@require_safe
def interest_register_sent(request, reference):
    context = _opportunity_context(_find_opportunity(request, reference, at=clock.now()))
    return render(request, "tenders/interest_register_sent.html", context)


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def interest(request, token):
    """What the link in a mail opens: one button to confirm; once confirmed, how it stands."""
    at = clock.now()
    try:
        if request.method == "POST":
            interests.confirm_interest(token=token, at=at)
            return redirect("tenders:interest", token=token)
        found = interests.find_interest(token=token)
        if found.confirmed_at is None or found.withdrawn_at is not None:
            interests.check_confirmable(interest=found, at=at)
    except DomainError as gone:
        return _gone(request, gone)
    context = {
        "interest": found,
        "opportunity": found.opportunity,
        "lots": found.lots.order_by("order", "pk"),
        "token": token,
        "kept_days": kept_days(),
        "waiting_beside": _waiting_beside(found),
    }
    return render(request, "tenders/interest.html", context)


@login_not_required
@cache_control(private=True, no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def interest_withdraw(request, token):
    at = clock.now()
    try:
        found = interests.find_interest(token=token)
        if request.method == "POST":
            interests.withdraw_interest(interest=found, at=at)
            return render(
                request,
                "tenders/reply_withdrawn.html",
                {"opportunity": found.opportunity, "subject": found.opportunity},
            )
        if found.withdrawn_at is not None:
            raise AlreadyDone("This was taken back before.")
    except DomainError as gone:
        return _gone(request, gone)
    return render(
        request, "tenders/reply_withdraw.html", {"opportunity": found.opportunity, "subject": found.opportunity}
    )


# --- what they share ---


def _waiting_beside(reply):
    """What else waits for whoever holds the link, each with its own: no mail told of it while this one was unanswered."""
    return [
        {
            "title": str(one.event if isinstance(one, Registration) else one.opportunity),
            "is_event": isinstance(one, Registration),
            "url": reverse(
                "tenders:registration" if isinstance(one, Registration) else "tenders:interest",
                args=[replies.token_of(one)],
            ),
        }
        for one in strangers.waiting_beside(reply)
    ]


def _posted(request):
    # An empty form is a form too, and is told what it lacks.
    return request.POST if request.method == "POST" else None


def _find_event(slug, *, at):
    return find_by_slug(Event.objects.public(at=at).select_related("organisation"), slug)


def _find_opportunity(request, reference, *, at):
    rows = Opportunity.objects.visible_to(
        provider=acting_provider(request), organisation=acting_organisation(request), at=at
    )
    rows = rows.select_related("organisation", "replaces_contract").prefetch_related("lots")
    return get_object_or_404(rows, reference=reference)


def _sender(request, provider):
    user = request.user if request.user.is_authenticated else None
    return {"user": user, "provider": provider, "sender": get_client_ip_address(request)}


def _refusal(check):
    try:
        check()
    except DomainError as refusal:
        return refusal
    return None


def _status_of(error):
    return TOO_MANY if isinstance(error, replies.TooManyReplies) else REFUSED


def _gone(request, refusal):
    status = NOT_KNOWN if isinstance(refusal, replies.LinkUnknown) else GONE
    return render(request, "tenders/reply_gone.html", {"refusal": refusal}, status=status)


def _event_context(event):
    return {
        "event": event,
        "organisation": event.organisation,
        "breadcrumbs": [("Events", reverse("tenders:events")), (event.title, event.get_absolute_url())],
    }


def _opportunity_context(opportunity):
    return {
        "opportunity": opportunity,
        "organisation": opportunity.organisation,
        "breadcrumbs": [
            ("Opportunities", reverse("tenders:opportunities")),
            (opportunity.title, opportunity.get_absolute_url()),
        ],
    }
