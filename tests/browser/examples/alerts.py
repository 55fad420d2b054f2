"""The pages of alerts: asking, confirming, managing and stopping by links."""

from django.urls import reverse

from core import clock
from providers.tokens import hash_of
from tenders.alerts import questions
from tenders.alerts.links import Purpose, token
from tests.browser.examples.visits import Examples, Visit, at, lost, mine
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.tenders import (
    FollowFactory,
    FrameworkFactory,
    OpportunityFactory,
    SavedSearchFactory,
    SubscriberFactory,
)

QUERY = "?q=dementia&type=home-care&stage=open&stage=planned&place=CA28"


def full_subscriber():
    """Somebody with everything one can have: searches, follows, and something stopped."""
    person = SubscriberFactory()
    for number, query in enumerate(["", QUERY.removeprefix("?")]):
        search = SavedSearchFactory.build(subscriber=person, query=query, name=f"My search {number}")
        questions.fill(search)
        search.save()
    FollowFactory(subscriber=person, opportunity=OpportunityFactory(title="Home care in the whole county"))
    FollowFactory(subscriber=person, framework=FrameworkFactory(), stopped_at=NOON)
    return person


def by_link(name, purpose, make, **expected):
    def visit(press):
        return at(name, token(purpose, make().key), **expected)

    return visit


def waiting(*, is_empty=False):
    person = SubscriberFactory(confirmed_at=None, confirm_hash=hash_of("a-token"), asked_at=clock.now())
    if not is_empty:
        SavedSearchFactory(subscriber=person, name="Home care", confirmed_at=None)
        FollowFactory(subscriber=person, opportunity=OpportunityFactory(title="Day care"), confirmed_at=None)
    return at("tenders:alerts_confirm", "a-token", holds="Yes, write to me")


def followed():
    return FollowFactory(opportunity=OpportunityFactory(title="Day care"))


def unknown(name):
    return lambda press: at(name, "nothing-of-ours", status=404, holds="This link cannot be used")


def feed(name):
    def visit(press):
        return at(name, token(Purpose.FEED, SavedSearchFactory().key), is_page=False)

    return Examples(full=visit, empty=visit, error=lambda press: at(name, "nothing-of-ours", is_page=False, status=404))


def account_with_alerts():
    user = UserFactory()
    person = full_subscriber()
    person.user = user
    person.save()
    return user


EXAMPLES = {
    "tenders:alerts": Examples(
        full=lambda press: at("tenders:alerts", user=UserFactory()),
        empty=lambda press: at("tenders:alerts", holds="Send me my link"),
        error=lambda press: at("tenders:alerts", send="Send me my link", typed={"email": "none"}),
    ),
    "tenders:alerts_asked": Examples(
        full=lambda press: at("tenders:alerts_asked"),
        empty=lambda press: at("tenders:alerts_asked", holds="Look in your email"),
        error=lost("/alerts/asked/nothing/"),
    ),
    "tenders:alerts_save": Examples(
        full=lambda press: at("tenders:alerts_save", query=QUERY),
        empty=lambda press: at("tenders:alerts_save", holds="All opportunities"),
        error=lambda press: at("tenders:alerts_save", send="Save the search", typed={"email": "none"}),
    ),
    "tenders:alerts_follow": Examples(
        full=lambda press: at("tenders:alerts_follow", "opportunity", OpportunityFactory().reference),
        empty=lambda press: at("tenders:alerts_follow", "framework", FrameworkFactory().slug),
        error=lambda press: at(
            "tenders:alerts_follow", "framework", FrameworkFactory().slug, send="Follow", typed={"email": "none"}
        ),
    ),
    "tenders:alerts_confirm": Examples(
        full=lambda press: waiting(),
        empty=lambda press: waiting(is_empty=True),
        error=unknown("tenders:alerts_confirm"),
    ),
    "tenders:alerts_mine": Examples(
        full=mine("tenders:alerts_mine", make=account_with_alerts),
        empty=mine("tenders:alerts_mine", make=UserFactory, holds="Nothing yet"),
        error=lambda press: Visit(reverse("tenders:alerts_mine"), holds="Sign in"),
    ),
    "tenders:alerts_manage": Examples(
        full=by_link("tenders:alerts_manage", Purpose.MANAGE, full_subscriber, holds="Stopped lately"),
        empty=by_link("tenders:alerts_manage", Purpose.MANAGE, SubscriberFactory, holds="Nothing yet"),
        error=unknown("tenders:alerts_manage"),
    ),
    "tenders:alerts_stop": Examples(
        full=by_link("tenders:alerts_stop", Purpose.STOP_ALL, full_subscriber, holds="Stop all emails?"),
        empty=by_link(
            "tenders:alerts_stop", Purpose.STOP_ALL, lambda: SubscriberFactory(stopped_at=NOON), holds="no more"
        ),
        error=unknown("tenders:alerts_stop"),
    ),
    "tenders:alerts_stop_search": Examples(
        full=by_link("tenders:alerts_stop_search", Purpose.STOP_SEARCH, SavedSearchFactory, holds="Stop this?"),
        empty=by_link(
            "tenders:alerts_stop_search",
            Purpose.STOP_SEARCH,
            lambda: SavedSearchFactory(stopped_at=NOON),
            holds="take it up again",
        ),
        error=unknown("tenders:alerts_stop_search"),
    ),
    "tenders:alerts_stop_follow": Examples(
        full=by_link("tenders:alerts_stop_follow", Purpose.STOP_FOLLOW, followed, holds="Stop this?"),
        empty=by_link("tenders:alerts_stop_follow", Purpose.STOP_FOLLOW, followed, holds="Day care"),
        error=unknown("tenders:alerts_stop_follow"),
    ),
    "tenders:alerts_atom": feed("tenders:alerts_atom"),
    "tenders:alerts_ics": feed("tenders:alerts_ics"),
}
