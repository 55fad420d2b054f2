"""Call-offs for members only, for the one provider that looks: its own page of a framework, and its workspace."""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from providers.models import Provider

from .models import Opportunity, OpportunityQuerySet


def call_offs(provider: Provider, at: dt.datetime) -> OpportunityQuerySet:
    """Return the call-offs a provider may bid for or has seen run, the soonest to close first."""
    rows: OpportunityQuerySet = Opportunity.objects.for_members(provider=provider, at=at).standing(at=at)
    return rows.select_related("organisation", "framework").order_by(F("closes_at").asc(nulls_last=True), "title", "pk")


def open_call_offs(provider: Provider, at: dt.datetime) -> OpportunityQuerySet:
    """Return those of them that are not over yet."""
    return call_offs(provider, at).exclude(awarded_at__lte=at).exclude(closes_at__lte=at)
