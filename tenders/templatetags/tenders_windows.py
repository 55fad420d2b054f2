"""What lower floors' pages show of procurement. Each window costs a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template

from commissioning.models import Organisation
from providers.models import Provider, Service
from tenders.models import Contract, Framework, Opportunity

register = template.Library()
SHOWN = 5


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
    }


@register.inclusion_tag("tenders/windows/provider.html")
def provider_contracts(provider: Provider, at: dt.datetime) -> dict[str, Any]:
    """The public contracts a provider holds and the frameworks it is on."""
    return {
        "contracts": Contract.objects.public(at=at).filter(suppliers__provider=provider).for_list().distinct(),
        "frameworks": Framework.objects.public(at=at).filter(admissions__provider=provider).for_list().distinct(),
    }


@register.inclusion_tag("tenders/windows/provider.html")
def service_contracts(service: Service, at: dt.datetime) -> dict[str, Any]:
    """The public contracts that pay for a service, and the frameworks its provider is on."""
    frameworks = Framework.objects.public(at=at)
    # A service whose provider nobody names is on no framework; without this, one without members would match it.
    if service.provider_id is None:
        frameworks = frameworks.none()
    else:
        frameworks = frameworks.filter(admissions__provider=service.provider_id)
    if service.provider_id is None:
        # A filter by nothing would find every framework without members.
        frameworks = frameworks.none()
    return {
        "contracts": Contract.objects.public(at=at).filter(services=service).for_list().distinct(),
        "frameworks": frameworks.for_list().distinct(),
    }
