"""Organisations: the providers, and the numbers others know them by."""

from __future__ import annotations

from providers.models import Provider

from ..ids import made_of
from ..plain import Document, known, mail_address, web_address
from ..rows import Surroundings


def listed_organization(provider: Provider, around: Surroundings) -> Document:
    """Return a provider. The standard requires a description; without one the sector is said, and no more."""
    return known(
        {
            "id": str(provider.uuid),
            "name": provider.name,
            "description": provider.summary or unsaid(provider),
            "email": mail_address(provider.email),
            "website": web_address(provider.website),
            "x_page": around.site + provider.get_absolute_url(),
            "x_trading_name": provider.trading_name,
            "x_brand": provider.brand,
            "x_sector": "" if provider.sector == Provider.Sector.UNKNOWN else provider.sector,
            "x_phone": provider.phone,
            "x_ended": str(provider.ended or ""),
            "x_is_sample": True if provider.is_sample else None,
        }
    )


def unsaid(provider: Provider) -> str:
    sector = "" if provider.sector == Provider.Sector.UNKNOWN else f" Sector: {provider.get_sector_display()}."
    return f"{provider.name} provides care or support. It has not told us more about itself.{sector}"


def whole_organization(provider: Provider, around: Surroundings) -> Document:
    """Return a provider with the numbers others know it by."""
    identifiers = [
        ("", "CQC provider ID", provider.cqc_provider_id),
        ("GB-COH", "Company number", provider.company_number),
        ("GB-CHC", "Charity number", provider.charity_number),
    ]
    return known(
        {
            **listed_organization(provider, around),
            "organization_identifiers": [
                known(
                    {
                        "id": made_of("organization_identifier", provider.uuid, words),
                        "organization_id": str(provider.uuid),
                        "identifier_scheme": scheme,
                        "identifier_type": words,
                        "identifier": number,
                    }
                )
                for scheme, words, number in identifiers
                if number
            ],
        }
    )
