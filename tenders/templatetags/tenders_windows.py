"""What lower floors' pages show of procurement. Each window costs a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.db.models import Count, F, Prefetch, Q

from commissioning.models import Organisation
from providers.models import Provider, Service
from tenders.call_offs import open_call_offs
from tenders.models import (
    Admission,
    Contract,
    ContractSupplier,
    Event,
    Follow,
    Forum,
    Framework,
    Interest,
    Opportunity,
    Registration,
    SavedSearch,
    Subscriber,
)
from tenders.services.replies import token_of

register = template.Library()
SHOWN = 5
# More than a provider's people go to at one time; each is a line of the workspace.
MOST_ENGAGED = 50


@register.inclusion_tag("tenders/windows/organisation.html")
def organisation_tenders(organisation: Organisation, at: dt.datetime) -> dict[str, Any]:
    """The organisation's planned tenders, frameworks and contracts: the first few of each, and how many in all."""
    opportunities = Opportunity.objects.listed(at=at).filter(organisation=organisation)
    frameworks = Framework.objects.public(at=at).filter(organisation=organisation)
    return {
        "organisation": organisation,
        "opportunities": opportunities.for_public_list(at=at)[:SHOWN],
        "opportunity_count": opportunities.count(),
        "frameworks": frameworks.for_list()[:SHOWN],
        "framework_count": frameworks.count(),
        "contract_count": Contract.objects.public(at=at).filter(organisation=organisation).count(),
        "events": Event.objects.public(at=at)
        .upcoming(at=at)
        .filter(organisation=organisation)
        .order_by("starts_at", "pk")[:SHOWN],
        "forums": _forums(organisation, at=at),
    }


def _forums(organisation: Organisation, *, at: dt.datetime) -> Any:
    meetings = Event.objects.public(at=at).upcoming(at=at).order_by("starts_at", "pk")
    rows = Forum.objects.public(at=at).filter(organisation=organisation).order_by("order", "name", "pk")
    return rows.prefetch_related(Prefetch("events", meetings, to_attr="meetings"))


@register.inclusion_tag("tenders/windows/engagement.html")
def provider_engagement(provider: Provider, user: Any, at: dt.datetime) -> dict[str, Any]:
    """Where a provider's people go, and what they may bid for. Each opens and takes back only what is their own."""
    registrations = (
        Registration.objects.live()
        .filter(provider=provider, event__ends_at__gt=at)
        .select_related("event", "user")
        .order_by("event__starts_at", "pk")
    )
    interests = (
        Interest.objects.live()
        .filter(provider=provider)
        .select_related("opportunity", "user")
        .order_by("-confirmed_at", "-pk")
    )
    shown = {"registrations": list(registrations[:MOST_ENGAGED]), "interests": list(interests[:MOST_ENGAGED])}
    for row in [*shown["registrations"], *shown["interests"]]:
        row.own_token = token_of(row) if row.user == user else ""
    return {**shown, "at": at}


@register.inclusion_tag("tenders/windows/provider.html")
def provider_contracts(provider: Provider, at: dt.datetime) -> dict[str, Any]:
    """The public contracts a provider holds and the frameworks it is on."""
    held = ContractSupplier.objects.filter(provider=provider).values("contract")
    return {"contracts": _contracts(held, at=at), "frameworks": _frameworks(provider.pk, at=at)}


@register.inclusion_tag("tenders/windows/provider.html")
def service_contracts(service: Service, at: dt.datetime) -> dict[str, Any]:
    """The public contracts that pay for a service, and the frameworks its provider is on."""
    paying = Contract.services.through.objects.filter(service=service).values("contract")
    # A service whose provider nobody names is on no framework.
    return {
        "contracts": _contracts(paying, at=at),
        "frameworks": [] if service.provider_id is None else _frameworks(service.provider_id, at=at),
    }


@register.inclusion_tag("tenders/windows/call_offs.html")
def member_call_offs(provider: Provider, at: dt.datetime) -> dict[str, Any]:
    """The running call-offs for members only that a provider may bid for: on its own private pages."""
    return {"call_offs": open_call_offs(provider, at), "provider": provider, "level": 2}


@register.inclusion_tag("tenders/windows/alerts.html")
def alerts_of(user: Any) -> dict[str, Any]:
    """What a person who is signed in is told of by mail: how many searches and follows, in one query."""
    mine = Q(user=user) | Q(user=None, email=user.email.lower())
    counted = Subscriber.objects.told().filter(mine).order_by("user")
    running = Q(confirmed_at__isnull=False, stopped_at=None)
    found = counted.annotate(
        searches_kept=Count("searches", filter=Q(searches__in=SavedSearch.objects.filter(running)), distinct=True),
        follows_kept=Count("follows", filter=Q(follows__in=Follow.objects.filter(running)), distinct=True),
    ).first()
    return {"searches": found.searches_kept if found else 0, "follows": found.follows_kept if found else 0}


def _contracts(keys: Any, *, at: dt.datetime) -> Any:
    rows = Contract.objects.public(at=at).filter(pk__in=keys).select_related("organisation")
    # No more than the window shows: most entries have none, and a wide row costs even so.
    rows = rows.only("title", "reference", "ends", "organisation__name")
    return rows.order_by(F("ends__latest").asc(nulls_last=True), "title", "pk")


def _frameworks(provider_id: int, *, at: dt.datetime) -> Any:
    keys = Admission.objects.filter(provider=provider_id).values("framework")
    rows = Framework.objects.public(at=at).filter(pk__in=keys).select_related("organisation")
    return rows.only("title", "slug", "organisation__name").order_by("title", "pk")
