"""A tender that takes questions, and somebody who asks one."""

import datetime as dt

from core import clock
from tenders import services
from tests.factories.tenders import OpportunityFactory

DAY = dt.timedelta(days=1)


def tender(**fields):
    """A tender that takes questions for another day, by the database's own clock."""
    at = clock.now()
    return OpportunityFactory(
        **{
            "opens_at": at - DAY,
            "closes_at": at + 9 * DAY,
            "questions_close_at": at + DAY,
            "answers_by_at": at + 3 * DAY,
            "published_at": at - DAY,
            **fields,
        }
    )


def asked(opportunity, *, at=None, **fields):
    told = {"question": "Does it count?", "name": "", "organisation_name": "Larkfield Care Ltd", "lot": None}
    return services.ask_question(
        **{
            **told,
            "opportunity": opportunity,
            "provider": None,
            "sender": None,
            "email": "mo@larkfield.example",
            **fields,
        },
        at=at or clock.now(),
    )
