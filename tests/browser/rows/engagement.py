"""Events with all they can tell, and the people who come."""

import datetime as dt

from tenders.services.replies import token_of
from tests.browser.rows.questions import tender_out
from tests.factories.engagement import (
    CoproductionNoteFactory,
    EventChangeFactory,
    EventFactory,
    InterestFactory,
    RegistrationFactory,
)
from tests.factories.tenders import ForumFactory, FrameworkFactory, OpportunityFactory

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def event(**facts):
    return EventFactory(**{"starts_at": NOW + 9 * DAY, "published_at": NOW - 9 * DAY, **facts})


def full_event(**more):
    """Moved once, with a waiting list, notes, and all that it is about."""
    opportunity = tender_out()
    made = event(
        summary="What we mean to buy.\nWho should come.", place_as_stated="Town hall, 1 Example Street", opportunity=opportunity,
        framework=FrameworkFactory(), forum=ForumFactory(), accessibility="Step-free entrance.", places_maximum=2,
        online_url="https://meet.example/abc", email="events@example.org", organisation=opportunity.organisation, **more,
    )  # fmt: skip
    EventChangeFactory(event=made, old_place="Library")
    RegistrationFactory(event=made, name="Ada", confirmed_at=NOW)
    CoproductionNoteFactory(opportunity=None, event=made, held="June 2026", changed="Teams of six.")
    CoproductionNoteFactory(opportunity=None, event=made)
    return made


def events_in_every_state():
    full = full_event()
    RegistrationFactory(event=full, confirmed_at=NOW)
    RegistrationFactory(event=full, confirmed_at=NOW, place_given_at=None)
    event(places_maximum=12)
    event(registration_opens_at=NOW + DAY)
    event(registration_closes_at=NOW)
    event(takes_registrations=False)
    event(starts_at=NOW - DAY / 24)
    return event(starts_at=NOW - 30 * DAY)


def registration_link(**facts):
    event_facts = facts.pop("event", {})
    row = RegistrationFactory(
        event=full_event(**event_facts), access_needs="A hearing loop", role="Manager", **{"confirmed_at": NOW, **facts}
    )
    return token_of(row)


def interest_link(**facts):
    opportunity = facts.pop("opportunity", None) or tender_out()
    row = InterestFactory(opportunity=opportunity, **{"confirmed_at": NOW, "note": "North only", **facts})
    row.lots.set(opportunity.lots.all())
    return token_of(row)


def awarded():
    return OpportunityFactory(awarded_at=NOW - DAY)
