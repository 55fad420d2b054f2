"""A tender that is out, with all that bidders read of it; and what is asked about it."""

import datetime as dt

from django.db import transaction

from providers.tokens import hash_of
from tests.browser.rows.tenders import full_opportunity
from tests.factories.tenders import (
    AddendumFactory,
    AskerFactory,
    CriterionFactory,
    OpportunityFactory,
    OpportunityLotFactory,
    PanelSeatFactory,
    QuestionFactory,
)

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@transaction.atomic  # weights sum to 100 when it is done
def tender_out(**more):
    """Open for bids and for questions, with lots, criteria, a panel, answers and an addendum."""
    facts = {
        "opens_at": NOW - 9 * DAY, "closes_at": NOW + 30 * DAY, "questions_close_at": NOW + 9 * DAY,
        "answers_by_at": NOW + 12 * DAY, "conflicts_assessed_date": NOW.date(), "portal_url": "https://bids.example/",
        "social_value_weighting": 5, "social_value_reason": "Too small for more.", **more,
    }  # fmt: skip
    opportunity = full_opportunity(**facts)
    opportunity.organisation.social_value_weighting = 10
    opportunity.organisation.save()
    lot = OpportunityLotFactory(
        opportunity=opportunity, number="Lot 1", description="Where and what.", value_net=1_000_000,
        value_gross=1_200_000, is_sme_suitable=True, is_vcse_suitable=False,
    )  # fmt: skip
    OpportunityLotFactory(opportunity=opportunity)
    CriterionFactory(opportunity=opportunity, weight="62.50", description="What earns marks.")
    CriterionFactory(opportunity=opportunity, weight="37.50", kind="price", name="Price")
    CriterionFactory(opportunity=opportunity, lot=lot)
    PanelSeatFactory(opportunity=opportunity, seats=2, is_lived_experience=True)
    PanelSeatFactory(opportunity=opportunity, sits_for=opportunity.organisation, is_partner=True)
    QuestionFactory(opportunity=opportunity, is_answered=True, lot=lot, answered_at=NOW - DAY)
    QuestionFactory(opportunity=opportunity, is_answered=True, answered_at=NOW - DAY / 2)
    AddendumFactory(
        opportunity=opportunity, published_at=NOW - DAY,
        changes=[{"name": "Payment terms", "old": "", "new": "30 days"}, {"name": "Lots", "old": "A; B", "new": "A"}],
    )  # fmt: skip
    return opportunity


def over():
    """A tender whose time for questions is over, with a late answer and one that nobody has answered."""
    opportunity = OpportunityFactory(
        opens_at=NOW - 9 * DAY, closes_at=NOW + 9 * DAY, questions_close_at=NOW - 3 * DAY, answers_by_at=NOW - DAY
    )
    QuestionFactory(opportunity=opportunity)
    QuestionFactory(opportunity=opportunity, is_answered=True, answered_at=NOW - DAY / 2)
    return opportunity


def waiting_to_confirm(*, questions=1, received_at=None):
    """Somebody has asked and not pressed the button yet; their link is ``a-token``."""
    opportunity = tender_out()
    for number in range(questions):
        AskerFactory(
            opportunity=opportunity, email="asker@example.org", received_at=received_at or NOW - DAY,
            token_hash="" if number else hash_of("a-token"),
        )  # fmt: skip
    return opportunity
