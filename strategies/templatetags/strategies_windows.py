"""What lower floors' pages show of strategies. Each window costs a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.db.models import Q

from commissioning.models import Organisation
from strategies.models import Action, Message, Strategy
from tenders.models import Opportunity

register = template.Library()


@register.inclusion_tag("strategies/windows/organisation.html")
def organisation_strategies(organisation: Organisation, at: dt.datetime) -> dict[str, Any]:
    """What the organisation publishes, alone or with partners."""
    rows = Strategy.objects.public(at=at).filter(
        Q(organisation=organisation) | Q(partnerships__organisation=organisation)
    )
    return {"strategies": rows.for_list().distinct()}


@register.inclusion_tag("strategies/windows/opportunity.html")
def opportunity_reasons(opportunity: Opportunity, at: dt.datetime) -> dict[str, Any]:
    """Why a need is planned: the public actions and messages that name it."""
    actions = Action.objects.filter(opportunities=opportunity, strategy__published_at__lte=at)
    messages = Message.objects.filter(opportunities=opportunity, strategy__published_at__lte=at)
    return {
        "actions": actions.select_related("strategy", "priority").order_by("order", "pk")[:20],
        "messages": messages.select_related("strategy").order_by("order", "pk")[:20],
    }
