from __future__ import annotations

from django.db import models

from commissioning.models import PartnerBase

from .opportunities import Opportunity


class OpportunityPartner(PartnerBase):
    """An organisation that buys together with the lead."""

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="partnerships")

    NATURAL_KEY = ("opportunity", "organisation", "role")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "organisation", "role"], name="tenders_opportunitypartner_once"
            )
        ]
