"""Call-offs for members only are told to those who keep a current member's entry, and to nobody else."""

import datetime as dt

import pytest
from django.db import connection

from tenders.alerts import run
from tenders.alerts.members import readers
from tenders.models import Admission, AlertItem, AlertNews, Opportunity
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory, RepresentativeFactory
from tests.factories.tenders import (
    AddendumFactory,
    AdmissionFactory,
    DateChangeFactory,
    FollowFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
    SavedSearchFactory,
    SubscriberFactory,
    SuspensionFactory,
)
from tests.tools.alerts import told

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
SECRET = "Night care for one street"


@pytest.fixture
def framework():
    row = FrameworkFactory(title="Home care framework")
    run.run(at=NOON)
    return row


def reader(framework, name, *, is_account=True, follows=True, representing=None, **facts):
    """Somebody with an address of this name who follows the framework, and may keep a provider's entry."""
    email = f"{name}@example.org"
    user = UserFactory(email=email)
    if representing is not None:
        RepresentativeFactory(user=user, provider=representing)
    person = SubscriberFactory(email=email, user=user if is_account else None, **facts)
    if follows:
        FollowFactory(subscriber=person, framework=framework)
    return person


def member(framework, **facts):
    return AdmissionFactory(framework=framework, **facts).provider


def call_off(framework, **facts):
    return OpportunityFactory(
        title=SECRET, framework=framework, organisation=framework.organisation, is_members_only=True, **facts
    )


def test_members_hear_of_it_and_nobody_else_whatever_they_follow_or_search(framework):
    provider = member(framework)
    reader(framework, "member", representing=provider)
    reader(framework, "stranger")
    reader(framework, "not-signed-in", representing=provider, is_account=False)
    reader(framework, "other-provider", representing=ProviderFactory())
    reader(framework, "other-framework", representing=member(FrameworkFactory()))
    reader(framework, "ended", representing=member(framework, until="May 2026"))
    reader(framework, "not-yet", representing=member(framework, since="May 2027"))
    SuspensionFactory(admission=(suspended := AdmissionFactory(framework=framework)), from_date=NOON.date())
    reader(framework, "suspended", representing=suspended.provider)
    reader(framework, "stopped", representing=provider, stopped_at=NOON)
    gone = reader(framework, "closed-account", representing=provider)
    gone.user.is_active = False
    gone.user.save()
    moved = reader(framework, "old-address", representing=provider)
    moved.user.email = "new-address@example.org"
    moved.user.save()
    council = SubscriberFactory(email="council@example.org")
    FollowFactory(subscriber=council, followed=framework.organisation)
    searcher = SubscriberFactory(email="searcher@example.org")
    SavedSearchFactory(subscriber=searcher, query="")
    row = call_off(framework, opens_at=NOON, closes_at=NOON + 20 * DAY)
    FollowFactory(subscriber=searcher, opportunity=row)
    DateChangeFactory(opportunity=row, new="May 2027", changed_at=NOON + MINUTE)
    OpportunityFactory(title="For everybody", framework=framework, organisation=framework.organisation)
    connection.check_constraints()

    mails = told(NOON + HOUR)

    assert {to for to, text in mails.items() if SECRET in text} == {"member@example.org"}
    assert {to for to, text in mails.items() if row.reference in text} == {"member@example.org"}
    assert {"stranger@example.org", "council@example.org", "searcher@example.org"} <= set(mails)
    assert set(AlertItem.objects.filter(news__opportunity=row).values_list("subscriber__email", flat=True)) == {
        "member@example.org"
    }


def test_members_hear_all_its_news_and_are_reminded(framework):
    reader(framework, "member", representing=member(framework))
    row = call_off(framework, opens_at=NOON, closes_at=NOON + 20 * DAY)
    new = told(NOON + HOUR)
    AddendumFactory(opportunity=row, text="Two streets.", published_at=NOON + HOUR + MINUTE)
    addendum = told(NOON + 2 * HOUR)
    reminder = told(NOON + 7 * DAY)
    Opportunity.objects.filter(pk=row.pk).update(cancelled_at=NOON + 8 * DAY, ended_reason="The need has gone.")
    ended = told(NOON + 8 * DAY)

    texts = ["".join(one.values()) for one in (new, addendum, reminder, ended)]
    assert all(SECRET in text for text in texts)
    assert ["Open for bids" in texts[0], "Two streets." in texts[1]] == [True, True]
    assert ["Bids close" in texts[2], "The need has gone." in texts[3]] == [True, True]


def test_of_a_call_off_of_a_lot_only_the_members_of_the_lot_and_of_the_whole_hear(framework):
    north, south = LotFactory(framework=framework), LotFactory(framework=framework)
    for name, lot in (("north", north), ("south", south), ("whole", None)):
        reader(framework, name, representing=member(framework, lot=lot))
    run.run(at=NOON + MINUTE)
    call_off(framework, framework_lot=north)

    assert set(told(NOON + HOUR)) == {"north@example.org", "whole@example.org"}


def test_who_leaves_the_framework_before_the_mail_is_written_is_not_told(framework):
    person = reader(framework, "member", representing=member(framework))
    person.follows.update(frequency=2)
    call_off(framework)
    run.run(at=NOON + HOUR)
    assert AlertItem.objects.filter(subscriber=person, sent_at=None).count() == 1

    Admission.objects.all().delete()

    assert told(NOON + DAY) == {}


def test_readers_are_those_for_whom_the_page_is(framework):
    lot = LotFactory(framework=framework)
    rows = [call_off(framework), call_off(framework, framework_lot=lot), call_off(framework, published_at=None)]
    public = OpportunityFactory(framework=framework)
    providers = [
        member(framework),
        member(framework, lot=lot),
        member(framework, lot=LotFactory(framework=framework)),
        member(framework, until="May 2026"),
        ProviderFactory(),
    ]
    people = {
        provider: reader(framework, f"p-{number}", representing=provider) for number, provider in enumerate(providers)
    }

    found = readers([*(row.pk for row in rows), public.pk], at=NOON)

    pages = {
        provider: set(Opportunity.objects.for_members(provider=provider, at=NOON).values_list("pk", flat=True))
        for provider in providers
    }
    assert {(pk, person) for pk, known in found.items() for person in known} == {
        (pk, people[provider].pk) for provider, known in pages.items() for pk in known
    }
    assert AlertNews.objects.count() == 0
    assert {pk for known in pages.values() for pk in known} == {row.pk for row in rows[:2]}
