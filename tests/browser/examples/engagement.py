"""Events, registering for them, and interest in a tender."""

from tests.browser.examples.visits import Examples, at, detail, lost, plain, register
from tests.browser.rows.engagement import (
    awarded,
    event,
    events_in_every_state,
    full_event,
    interest_link,
    registration_link,
)
from tests.browser.rows.providers import bare_representative
from tests.browser.rows.questions import tender_out
from tests.factories.tenders import OpportunityFactory

UNKNOWN = "0" * 64


def gone(name):
    return lambda press: at(name, UNKNOWN, status=404, holds="do not know this link")


def file_of(make, *, status=200):
    return lambda press: at("tenders:event_calendar", make(), is_page=False, status=status)


EXAMPLES = {
    "tenders:events": register("tenders:events", events_in_every_state),
    "tenders:event_calendars": plain("tenders:event_calendars"),
    "tenders:event": detail("tenders:event", full_event, event),
    "tenders:event_calendar": Examples(
        full=file_of(lambda: full_event().slug),
        empty=file_of(lambda: event().slug),
        error=file_of(lambda: "nothing", status=404),
    ),
    "tenders:event_register": Examples(
        full=lambda press: at("tenders:event_register", full_event().slug, user=bare_representative()),
        empty=lambda press: at("tenders:event_register", event(takes_registrations=False).slug, holds="simply come"),
        error=lambda press: at(
            "tenders:event_register", event().slug, send="Register", typed={"email": "none"}, holds="Give your name"
        ),
    ),
    "tenders:event_register_sent": Examples(
        full=lambda press: at("tenders:event_register_sent", full_event().slug),
        empty=lambda press: at("tenders:event_register_sent", event().slug),
        error=lost("/events/nothing/register/sent/"),
    ),
    "tenders:registration": Examples(
        full=lambda press: at("tenders:registration", registration_link(), holds="meet.example"),
        empty=lambda press: at(
            "tenders:registration", registration_link(confirmed_at=None, place_given_at=None), holds="Yes, I come"
        ),
        error=gone("tenders:registration"),
    ),
    "tenders:registration_withdraw": Examples(
        full=lambda press: at("tenders:registration_withdraw", registration_link()),
        empty=lambda press: at(
            "tenders:registration_withdraw", registration_link(confirmed_at=None, place_given_at=None)
        ),
        error=gone("tenders:registration_withdraw"),
    ),
    "tenders:interest_register": Examples(
        full=lambda press: at("tenders:interest_register", tender_out().reference, user=bare_representative()),
        empty=lambda press: at("tenders:interest_register", awarded().reference, holds="no longer"),
        error=lambda press: at(
            "tenders:interest_register",
            OpportunityFactory().reference,
            send="Register interest",
            typed={"email": "none"},
        ),
    ),
    "tenders:interest_register_sent": Examples(
        full=lambda press: at("tenders:interest_register_sent", tender_out().reference),
        empty=lambda press: at("tenders:interest_register_sent", OpportunityFactory().reference),
        error=lost("/opportunities/nothing/interest/sent/"),
    ),
    "tenders:interest": Examples(
        full=lambda press: at("tenders:interest", interest_link(), holds="North only"),
        empty=lambda press: at(
            "tenders:interest",
            interest_link(opportunity=OpportunityFactory(), confirmed_at=None),
            holds="Yes, register",
        ),
        error=gone("tenders:interest"),
    ),
    "tenders:interest_withdraw": Examples(
        full=lambda press: at("tenders:interest_withdraw", interest_link()),
        empty=lambda press: at("tenders:interest_withdraw", interest_link(confirmed_at=None, note="")),
        error=gone("tenders:interest_withdraw"),
    ),
}
