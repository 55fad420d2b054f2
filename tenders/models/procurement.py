from __future__ import annotations

from django.db import models


class Regime(models.TextChoices):
    """The law a procurement runs under; one begun under older law stays under it to its end."""

    PROCUREMENT_ACT = "procurement_act", "Procurement Act 2023"
    LIGHT_TOUCH = "light_touch", "Procurement Act 2023, light touch"
    PSR = "psr", "Provider Selection Regime 2023"
    BELOW_THRESHOLD = "below_threshold", "Below threshold"
    OLDER_LAW = "older_law", "Public Contracts Regulations 2015"
    UNKNOWN = "unknown", "Not stated"


class Route(models.TextChoices):
    """How a contract is to be let."""

    OPEN = "open", "Open procedure"
    FLEXIBLE = "flexible", "Competitive flexible procedure"
    CALL_OFF = "call_off", "Call-off or mini-competition under a framework"
    FRAMEWORK = "framework", "New framework"
    DYNAMIC_MARKET = "dynamic_market", "New dynamic market or purchasing system"
    DIRECT = "direct", "Direct award"
    PSR_DIRECT = "psr_direct", "Provider Selection Regime: direct award"
    PSR_MOST_SUITABLE = "psr_most_suitable", "Provider Selection Regime: most suitable provider"
    PSR_COMPETITIVE = "psr_competitive", "Provider Selection Regime: competitive"
    GRANT = "grant", "Grant"
    UNKNOWN = "unknown", "Not stated"


class ReservedFor(models.TextChoices):
    """Whom a contract is kept for (Procurement Act sections 32 and 33)."""

    SUPPORTED_EMPLOYMENT = "supported_employment", "Supported employment providers"
    PUBLIC_SERVICE_MUTUAL = "public_service_mutual", "Public service mutuals"
