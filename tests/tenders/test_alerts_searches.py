"""A saved search finds by mail exactly what its page lists; all of them are held against the news in one statement."""

import datetime as dt
from itertools import product

import pytest
from django.db import connection

from core.models import OutgoingMail, Place
from tenders.alerts import questions, run
from tenders.models import AlertItem, Opportunity, SavedSearch
from tenders.search import OpportunityQuery, find_all
from tests.factories import NOON
from tests.factories.commissioning import OrganisationFactory
from tests.factories.core import ClientGroupFactory, PlaceFactory, ServiceTypeFactory
from tests.factories.tenders import (
    DateChangeFactory,
    FollowFactory,
    FrameworkFactory,
    OpportunityFactory,
    SavedSearchFactory,
    SubscriberFactory,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

WORDS = ["", "q=dementia", "q=dementa", "q=home+care", "q=the+of", "q=unheard", "q=care+at+night"]
FILTERS = [
    *("", "type=home-care", "type=care", "type=care-home&type=unknown", "type=unknown", "group=dementia"),
    *("place=durham", "place=town", "place=elsewhere", "place=DL1", "place=durham&place=cheshire"),
    *("stage=open", "stage=planned", "stage=planned&stage=engaging", "stage=closed&type=home-care"),
    *("value=0", "value=1m&value=unknown", "route=open", "regime=psr", "reserved=no", "suitable=sme"),
    *("suitable=sme&suitable=vcse", "buyer=durham-council", "buyer=nobody", "framework=market", "framework=none"),
    *("joining=now", "opens_from=2027-03-01", "opens_to=2027-03-01", "closes_from=2026-12-01&closes_to=2026-12-31"),
    *("life=ageing-well", "life=ageing_well"),
]


@pytest.fixture
def entries():
    durham = OrganisationFactory(slug="durham-council", name="Durham")
    cheshire = OrganisationFactory(slug="cheshire-council", name="Cheshire")
    county = PlaceFactory(slug="durham", name="County Durham", kind=Place.Kind.COUNCIL)
    town = PlaceFactory(slug="town", name="A town", parent=county, kind=Place.Kind.TOWN)
    other = PlaceFactory(slug="cheshire", name="Cheshire East", kind=Place.Kind.COUNCIL)
    care = ServiceTypeFactory(slug="care", name="Care")
    home = ServiceTypeFactory(slug="home-care", name="Home care", parent=care)
    house = ServiceTypeFactory(slug="care-home", name="Care home", parent=care)
    dementia = ClientGroupFactory(slug="dementia", name="Dementia")
    market = FrameworkFactory(slug="market", joining="always")
    made = [
        OpportunityFactory(title="Home care", organisation=durham, tender_date="March 2027", route="open"),
        OpportunityFactory(
            title="Dementia care at night", organisation=cheshire, opens_at=NOON, closes_at=NOON + 20 * DAY
        ),
        OpportunityFactory(title="Call-off", organisation=durham, framework=market, value_from=50_000, value_to=90_000),
        OpportunityFactory(title="Care homes", organisation=cheshire, engagement_date="May 2026", regime="psr"),
        OpportunityFactory(title="Closed", organisation=durham, opens_at=NOON - 9 * DAY, closes_at=NOON - DAY),
        OpportunityFactory(title="Large", value_to=2_000_000, is_sme_suitable=True, is_vcse_suitable=True),
        OpportunityFactory(title="Withdrawn", withdrawn_at=NOON, ended_reason="No need.", is_sme_suitable=True),
    ]
    for row, types, groups, places in zip(
        made,
        [[home], [home, house], [care], [house], [home], [], [home]],
        [[], [dementia], [dementia], [], [dementia], [], [dementia]],
        [[county], [other], [town], [], [county, other], [town], [county]],
        strict=True,
    ):
        row.types.set(types)
        row.client_groups.set(groups)
        row.places.set(places)
    # As a commit does: the search's own rows are made by the last act of the transaction.
    connection.check_constraints()
    return made


def pairs(at):
    """What the searches find in one statement, as pairs of a query and an entry."""
    questions.prepare(at=at)
    sql, params = questions.matches_sql(at, entries="SELECT id FROM tenders_opportunity")
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {sql} SELECT query, opportunity_id FROM pair", params)
        found = cursor.fetchall()
    assert len(found) == len(set(found))
    return set(found)


def saved(query, **more):
    search = SavedSearchFactory.build(query=query, subscriber=SubscriberFactory(), **more)
    questions.fill(search)
    search.save()
    return search


def test_each_search_finds_what_its_page_lists(entries):
    queries = {"&".join(filter(None, both)) for both in product(WORDS, FILTERS)}
    for query in queries:
        saved(query)

    found = pairs(NOON + HOUR)

    listed = {
        (query, pk)
        for query in queries
        for pk in find_all(OpportunityQuery.from_query_string(query), at=NOON + HOUR).ids
    }
    assert found == listed
    assert len({query for query, _ in listed}) > 50
    assert {pk for _, pk in listed} == {row.pk for row in entries if row.title != "Withdrawn"}


def test_a_question_saved_by_many_is_asked_once_and_told_to_each(entries):
    run.run(at=NOON + HOUR)
    people = {saved("type=home-care").subscriber.email for _ in range(3)}
    saved("type=care-home&stage=planned")
    DateChangeFactory(opportunity=entries[0], new="May 2027", changed_at=NOON + HOUR + DAY)

    run.run(at=NOON + 2 * HOUR + DAY)

    mails = OutgoingMail.objects.all()
    assert {one.to for one in mails} == people
    assert all("You saved the search “Search" in one.text and "1. Home care" in one.text for one in mails)


def test_an_entry_stands_once_in_the_mail_of_three_searches_and_a_follow(entries):
    run.run(at=NOON + HOUR)
    person = SubscriberFactory()
    for number, query in enumerate(["", "type=home-care", "place=durham"]):
        search = SavedSearch(
            subscriber=person,
            query=query,
            name=f"Search {number}",
            frequency=number + 1,
            created_at=NOON,
            confirmed_at=NOON,
        )
        questions.fill(search)
        search.save()
    FollowFactory(subscriber=person, opportunity=entries[0], frequency=3)
    DateChangeFactory(opportunity=entries[0], new="May 2027", changed_at=NOON + HOUR + DAY)

    run.run(at=NOON + 2 * HOUR + DAY)
    run.run(at=NOON + 20 * DAY)

    (item,) = AlertItem.objects.filter(news__kind="moved")
    (mail, *_) = OutgoingMail.objects.order_by("pk")
    assert (item.frequency, len(item.searches), len(item.follows)) == (1, 3, 1)
    assert mail.text.count("1. Home care") == 1
    assert sum("now May 2027" in one.text for one in OutgoingMail.objects.all()) == 1


def test_who_was_told_of_a_tender_by_a_search_is_told_when_it_is_withdrawn(entries):
    run.run(at=NOON + HOUR)
    told, untold = saved("type=home-care"), saved("type=care-home")
    DateChangeFactory(opportunity=entries[0], new="May 2027", changed_at=NOON + HOUR + DAY)
    run.run(at=NOON + 2 * HOUR + DAY)
    Opportunity.objects.filter(pk=entries[0].pk).update(withdrawn_at=NOON + 2 * DAY, ended_reason="The need has gone.")
    connection.check_constraints()

    run.run(at=NOON + 3 * DAY)

    mails = [one for one in OutgoingMail.objects.all() if "The need has gone." in one.text]
    assert [one.to for one in mails] == [told.subscriber.email]
    assert untold.subscriber.email not in {one.to for one in mails}


def test_the_number_of_queries_is_the_same_for_one_search_and_for_many(entries, django_assert_max_num_queries):
    run.run(at=NOON + HOUR)
    saved("type=home-care&q=care")
    DateChangeFactory(opportunity=entries[0], new="May 2027", changed_at=NOON + HOUR + DAY)
    with django_assert_max_num_queries(1000) as one:
        run.run(at=NOON + 2 * HOUR + DAY)
    for number in range(20):
        saved(f"type=home-care&q=home{number}+dementia")
    DateChangeFactory(opportunity=entries[0], new="June 2027", changed_at=NOON + 3 * HOUR + DAY)

    with django_assert_max_num_queries(1000) as many:
        run.run(at=NOON + 4 * HOUR + DAY)

    assert len(many) <= len(one)
