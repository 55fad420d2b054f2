"""Whom a person rings when no list helps: the adult social care team of the council where they look."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from commissioning.models import Contact, Organisation
from core.models import Place

# The contact of an organisation that is meant for the public who need care, not for those who sell it.
FOR_FAMILIES = "adult-social-care"


@dataclass(frozen=True)
class CouncilHelp:
    """The council's team: what we hold to reach it by. Empty is not known here, never "none"."""

    name: str
    phone: str = ""
    website: str = ""


def council_help(council: Place | None) -> CouncilHelp | None:
    """Return how to reach the council whose area this is, in two queries; None where the place has no council."""
    if council is None:
        return None
    ours = Q(gss_code=council.gss_code) if council.gss_code else Q(coverage__place=council)
    body = Organisation.objects.filter(ours, kind=Organisation.Kind.COUNCIL, succeeded_by=None).order_by("pk").first()
    if body is None:
        return CouncilHelp(council.name)
    contact = Contact.objects.filter(organisation=body, slug=FOR_FAMILIES).first()
    if contact is None:
        return CouncilHelp(body.name, website=body.website)
    return CouncilHelp(body.name, contact.phone, contact.url or body.website)
