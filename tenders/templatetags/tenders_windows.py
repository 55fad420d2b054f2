"""What lower floors' pages show of procurement. Each window costs a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.db.models import F, Prefetch
from django.urls import reverse

from commissioning.models import Organisation
from providers.models import Provider, Service
from tenders.call_offs import open_call_offs
from tenders.models import (
    Admission,
    Contract,
    ContractSupplier,
    Event,
    Forum,
    Framework,
    Interest,
    Opportunity,
    Registration,
    SavedSearch,
)
from tenders.services import subscriptions
from tenders.services.replies import token_of

register = template.Library()
SHOWN = 5
# More than a provider's people go to at one time; each is a line of the workspace.
MOST_ENGAGED = 50
# What somebody hears of by mail: so many lines, and news of so many days.
MOST_WANTED = 10
LATELY = dt.timedelta(days=7)


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
def alerts_of(user: Any, at: dt.datetime) -> dict[str, Any]:
    """What a person who is signed in is told of by mail, each with how much is new of late. Four queries."""
    person = subscriptions.find_subscriber_of(user)
    if person is None or not person.is_told:
        return {"wanted": []}
    searches, follows, _ = subscriptions.wanted_by(person)
    counts = subscriptions.news_counts(person, since=at - LATELY)
    wanted = [(one.name, _list_of(one), counts.get(("search", one.pk), 0)) for one in searches]
    wanted += [(str(one.target), one.target.get_absolute_url(), counts.get(("follow", one.pk), 0)) for one in follows]
    # What has news comes first.
    wanted.sort(key=lambda one: -one[2])
    return {"wanted": wanted[:MOST_WANTED], "more": len(wanted) - MOST_WANTED}


def _list_of(search: SavedSearch) -> str:
    return reverse("tenders:opportunities") + (f"?{search.query}" if search.query else "")


def _contracts(keys: Any, *, at: dt.datetime) -> Any:
    rows = Contract.objects.public(at=at).filter(pk__in=keys).select_related("organisation")
    # No more than the window shows: most entries have none, and a wide row costs even so.
    rows = rows.only("title", "reference", "ends", "organisation__name")
    return rows.order_by(F("ends__latest").asc(nulls_last=True), "title", "pk")


def _frameworks(provider_id: int, *, at: dt.datetime) -> Any:
    keys = Admission.objects.filter(provider=provider_id).values("framework")
    rows = Framework.objects.public(at=at).filter(pk__in=keys).select_related("organisation")
    return rows.only("title", "slug", "organisation__name").order_by("title", "pk")
