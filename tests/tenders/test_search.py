"""The search for opportunities: against a slow, obviously right version, after every kind of change, with anything typed."""

import datetime as dt
import random
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models import OutcodeCouncil, SearchWord
from tenders.models import Opportunity, OpportunityPartner, ReservedFor, SearchCard, SearchRow
from tenders.search import OpportunityQuery, Order, find_all, read_entries, search, without_one_filter
from tenders.search.question import STAGES, VALUES
from tests.factories import NOON
from tests.factories.commissioning import CoverageFactory, OrganisationFactory
from tests.factories.core import ClientGroupFactory, OutcodeFactory, PlaceFactory, ServiceTypeFactory
from tests.factories.tenders import (
    ContractFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
    OpportunityLotFactory,
)
from tests.tools.slow_opportunities import SlowOpportunities

DAY = dt.timedelta(days=1)
database = pytest.mark.django_db


def settle():
    """Have the search rows made, as the end of a transaction does."""
    connection.check_constraints()


def ask(at=NOON, **asked):
    settle()
    return search(OpportunityQuery(**asked), at=at)


def titles(found):
    return [entry.record.title for entry in found.entries]


# --- Against the slow version ---


class Country:
    WORDS = "care home dementia support reablement equipment advocacy respite prevention hoists".split()  # noqa: SIM905 - readable as words

    def __init__(self, rng):
        self.rng = rng
        england = PlaceFactory(slug="england", kind="country")
        self.councils = [PlaceFactory(slug=f"council-{n}", kind="council", parent=england) for n in range(3)]
        self.towns = [PlaceFactory(slug=f"town-{n}", parent=self.councils[n % 3]) for n in range(4)]
        code = OutcodeFactory(outcode="DH1", council=self.councils[0])
        OutcodeCouncil.objects.create(outcode=code, council=self.councils[0], postcodes=9)
        OutcodeCouncil.objects.create(outcode=code, council=self.councils[1], postcodes=2)
        roots = [ServiceTypeFactory(slug=f"kind-{n}") for n in range(3)]
        self.types = [*roots, *(ServiceTypeFactory(slug=f"kind-{n}", parent=roots[n % 3]) for n in range(3, 66))]
        self.groups = [ClientGroupFactory(slug=f"group-{n}") for n in range(3)]
        self.groups += [ClientGroupFactory(slug=f"group-{n}", parent=self.groups[n % 3]) for n in range(3, 6)]
        self.buyers = [OrganisationFactory(slug=f"buyer-{n}") for n in range(4)]
        for number, buyer in enumerate(self.buyers):
            CoverageFactory(organisation=buyer, place=[*self.councils, self.towns[0]][number])
        self.frameworks = [
            FrameworkFactory(slug="always", joining="always", published_at=NOON),
            FrameworkFactory(slug="shut", joining="closed", published_at=NOON),
            FrameworkFactory(slug="later", joining="window", opens_at=NOON + DAY, published_at=NOON),
            FrameworkFactory(slug="by-lot", joining="closed", published_at=NOON),
        ]
        LotFactory(framework=self.frameworks[3], joining="window", opens_at=NOON - DAY)
        self.contracts = [ContractFactory(ends=ends) for ends in ("March 2025", "2030", "")]
        for _ in range(60):
            self.entry()
        settle()

    def maybe(self, *values):
        return self.rng.choice((None, *values))

    def entry(self):
        rng = self.rng
        opens_at = self.maybe(NOON - 3 * DAY, NOON, NOON + 2 * DAY)
        low = self.maybe(50_000, 100_000, 4_999_999)
        ended = rng.random() < 0.1
        row = OpportunityFactory(
            title=" ".join(rng.choices(self.WORDS, k=3)).title(),
            summary=" ".join(rng.choices(self.WORDS, k=4)),
            organisation=rng.choice(self.buyers),
            published_at=NOON - rng.randint(0, 3) * DAY if rng.random() < 0.9 else self.maybe(NOON + DAY),
            life_stage=rng.choice(("", "starting", "living", "ageing")),
            regime=rng.choice(Opportunity._meta.get_field("regime").choices)[0],
            route=rng.choice(Opportunity._meta.get_field("route").choices)[0],
            framework=self.maybe(*self.frameworks),
            replaces_contract=self.maybe(*self.contracts),
            engagement_date=self.maybe("September 2026", "2027"),
            tender_date=self.maybe("Spring 2025", "Autumn 2026", "18 November 2026", "2027/28", "to be confirmed"),
            opens_at=opens_at,
            closes_at=opens_at and self.maybe(opens_at + DAY, opens_at + 30 * DAY),
            awarded_at=self.maybe(None, None, NOON, NOON + DAY),
            withdrawn_at=NOON if ended else None,
            ended_reason="No money" if ended else "",
            value_from=low,
            value_to=low and self.maybe(low, low * 3),
            value_gross=self.maybe(600_000),
            is_sme_suitable=self.maybe(True, False),
            is_vcse_suitable=self.maybe(True, False),
            reserved_for=rng.choice(("", *ReservedFor.values)),
        )
        row.types.set(rng.sample(self.types, rng.randint(0, 2)))
        row.client_groups.set(rng.sample(self.groups, rng.randint(0, 2)))
        row.places.set(rng.sample([*self.councils, *self.towns], rng.choice((0, 0, 1, 2))))
        for one in rng.sample(self.buyers, rng.choice((0, 0, 1))):
            if one != row.organisation:
                OpportunityPartner.objects.create(opportunity=row, organisation=one, role="partner")
        for number in range(rng.choice((0, 0, 0, 2))):
            lot = OpportunityLotFactory(
                opportunity=row, slug=f"lot-{number}", value_net=self.maybe(30_000, 2_000_000),
                is_vcse_suitable=self.maybe(True),
            )  # fmt: skip
            lot.types.set(rng.sample(self.types, 1))
            lot.places.set(rng.sample(self.towns, rng.choice((0, 1))))

    def question(self):
        rng = self.rng

        def some(values, odds=0.25):
            return tuple(rng.sample(list(values), rng.randint(1, 2))) if rng.random() < odds else ()

        return OpportunityQuery(
            words=" ".join(rng.sample(self.WORDS, rng.choice((0, 0, 1, 2)))),
            stages=some(STAGES),
            types=some([one.slug for one in self.types[:6]]),
            groups=some([one.slug for one in self.groups]),
            places=some([*(one.slug for one in (*self.councils, *self.towns)), "DH1"]),
            values=some(VALUES),
            lives=some(("starting", "living", "ageing"), 0.1),
            routes=some(("open", "framework", "unknown"), 0.1),
            reserved=some(("no", "public_service_mutual"), 0.1),
            suitable=some(("sme", "vcse"), 0.1),
            buyers=some([one.slug for one in self.buyers]),
            framework=rng.choice(("", "", "", "always", "by-lot")),
            joining=rng.choice(("", "", "", "now")),
            opens_from=rng.choice((None, None, None, dt.date(2025, 5, 1), dt.date(2026, 11, 18))),
            opens_to=rng.choice((None, None, None, dt.date(2026, 11, 18), dt.date(2027, 4, 1))),
            closes_from=rng.choice((None, None, None, dt.date(2026, 11, 19))),
            order=rng.choice(("", *Order)),
        )


@database
def test_finds_counts_and_orders_as_plain_python_does():
    country = Country(random.Random(11))
    slow = SlowOpportunities(NOON)

    for _ in range(30):
        query = country.question()

        found = search(query, at=NOON)

        wanted = slow.ids(query)
        assert list(find_all(query, at=NOON).ids) == wanted, query
        assert [entry.pk for entry in found.entries] == wanted[:20], query
        assert found.total == len(wanted)
        for name, values in (
            ("stages", STAGES),
            ("types", [one.slug for one in country.types[:4]]),
            ("places", [one.slug for one in country.councils]),
            ("buyers", [one.slug for one in country.buyers]),
            ("values", VALUES),
            ("suitable", ["sme", "vcse"]),
            ("joining", ["now"]),
        ):
            counts = {value: count for value, count in found.facets[name].items() if value in list(values)}
            assert counts == slow.counts(query, name, list(values)), (name, query)


@database
def test_each_status_is_what_the_record_itself_says_at_any_moment():
    Country(random.Random(5))

    for days in (-2, -1, 0, 1, 2, 40, 400, 4000):
        at = NOON + days * DAY
        entries = list(read_entries(find_all(OpportunityQuery(), at=at).ids, at=at))
        by_stage = {pk: stage for stage in STAGES for pk in find_all(OpportunityQuery(stages=(stage,)), at=at).ids}
        rows = Opportunity.objects.select_related("source", "replaces_contract").in_bulk([one.pk for one in entries])
        for entry in entries:
            row = rows[entry.pk]
            assert entry.status == row.status(at=at) == by_stage[entry.pk]
            assert entry.record.is_unconfirmed(at=at) == row.is_unconfirmed(at=at)
            assert entry.record.confirmed_date() == row.confirmed_date()
        assert set(by_stage) == set(Opportunity.objects.listed(at=at).values_list("pk", flat=True))


# --- What nobody may see ---


@database
@pytest.mark.parametrize(
    "facts",
    [
        {"published_at": None},
        {"published_at": NOON + DAY},
        {"withdrawn_at": NOON, "ended_reason": "No money"},
        {"cancelled_at": NOON, "ended_reason": "No bids"},
    ],
)
def test_draft_embargoed_and_ended_entries_are_not_found(facts):
    OpportunityFactory(title="Secret dementia plan", **facts)

    found = ask(words="dementia")

    assert found.total == 0
    assert found.corrected == {}


@database
def test_call_offs_for_members_have_no_row_at_all():
    OpportunityFactory(framework=FrameworkFactory(), is_members_only=True)

    settle()

    assert SearchRow.objects.count() == SearchCard.objects.count() == 0


@database
def test_word_of_an_embargoed_entry_corrects_nothing_before_its_moment():
    OpportunityFactory(title="Reablement", published_at=NOON + DAY)

    before, after = ask(words="reablemant"), ask(words="reablemant", at=NOON + 2 * DAY)

    assert before.corrected == {}
    assert after.corrected == {"reablemant": ("reablement",)}
    assert titles(after) == ["Reablement"]


@database
def test_framework_and_contract_that_are_not_public_are_not_named():
    OpportunityFactory(
        framework=FrameworkFactory(published_at=None, slug="hidden"),
        replaces_contract=ContractFactory(published_at=None),
    )

    (entry,) = ask().entries

    assert entry.framework is None
    assert entry.replaces is None
    assert ask(framework="hidden").ignored == ("hidden",)


# --- Rows follow the register ---


@database
def test_rows_follow_every_change_in_its_transaction():
    row = OpportunityFactory(title="Earlier", organisation=OrganisationFactory(slug="first", name="First Council"))
    framework = FrameworkFactory(title="Old name", published_at=NOON)
    assert titles(ask(words="earlier")) == ["Earlier"]

    row.title, row.framework = "Respite", framework
    row.save()
    framework.title = "New name"
    framework.save()
    kind = ServiceTypeFactory(slug="new-kind")
    lot = OpportunityLotFactory(opportunity=row)
    lot.types.add(kind)

    (entry,) = ask(words="respite", types=("new-kind",)).entries
    assert entry.framework.name == "New name"
    assert ask(words="earlier").total == 0

    lot.delete()
    assert ask(types=("new-kind",)).total == 0

    row.organisation.name = "Renamed Council"
    row.organisation.save()
    found = ask()
    assert found.entries[0].buyer.name == found.labels["buyers"]["first"] == "Renamed Council"

    row.delete()
    settle()
    assert SearchRow.objects.count() == 0


@database
def test_first_buyer_of_an_organisation_is_offered_at_once():
    ask()
    OpportunityFactory(organisation=OrganisationFactory(slug="newcomer", name="Newcomer"))

    found = ask(buyers=("newcomer",))

    assert found.total == 1
    assert found.facets["buyers"] == {"newcomer": 1}


# --- What is asked ---


@database
def test_same_number_of_queries_for_any_number_of_rows(django_assert_num_queries):
    ask()
    for count in (1, 3, 30):
        for _ in range(count):
            OpportunityFactory()
        settle()
        ask()

        with django_assert_num_queries(1):
            search(OpportunityQuery(), at=NOON)


@database
def test_value_nothing_offers_is_left_out_and_named():
    OpportunityFactory()

    found = ask(types=("nothing",), places=("nowhere",), buyers=("nobody",), framework="none")

    assert set(found.ignored) == {"nothing", "nowhere", "nobody", "none"}
    assert found.total == 1
    assert not found.query.is_narrowed


@database
def test_names_the_filter_whose_removal_helps_most():
    kind = ServiceTypeFactory(slug="kind")
    OpportunityFactory().types.add(kind)
    OpportunityFactory()
    settle()

    ways = without_one_filter(OpportunityQuery(types=("kind",), stages=("awarded",)), at=NOON)

    assert [(one.name, one.total) for one in ways] == [("stages", 1)]


# --- The question in an address ---


def test_address_has_one_form_for_the_same_question():
    one = OpportunityQuery.from_query_string("type=b&type=a&stage=open&q=care&order=value&page=3")
    other = OpportunityQuery.from_query_string("order=value&q=care&stage=open&type=a&type=b&type=a")

    assert one.as_query_string() == other.as_query_string() == "q=care&stage=open&type=a&type=b&order=value"
    assert replace(one, page=1) == other


def test_full_postcode_never_stays_in_a_question():
    query = OpportunityQuery.from_query_string("q=care+in+DH1+5UL&place=dh1%205ul&buyer=DH1+5UL&order=DH1+5UL")

    assert query.places == ("DH1",)
    assert "5UL" not in repr(query).upper()


@given(
    st.dictionaries(
        st.sampled_from(
            ["q", "type", "place", "stage", "opens_from", "closes_to", "page", "order", "value", "framework", "joining"]
        ),
        st.text(max_size=30),
    )
)
@settings(max_examples=200)
def test_any_address_is_read_and_written_back_the_same(pairs):
    data = QueryDict(mutable=True)
    data.update(pairs)

    query = OpportunityQuery.from_querydict(data)

    again = OpportunityQuery.from_query_string(query.as_query_string())
    assert again == replace(query, page=1)
    assert again.as_query_string() == query.as_query_string()
    assert query.describe()


def test_describes_itself_in_words():
    query = OpportunityQuery.from_query_string("q=care&stage=open&stage=planned&suitable=sme&opens_from=2026-12-01")

    assert query.describe() == (
        "“care”; Open or Planned; Suitable for small and medium-sized firms; Opens from 1 December 2026"
    )


@database
def test_rows_made_anew_are_the_rows_that_were_kept_up():
    Country(random.Random(3))
    kept = {model: sorted(model.objects.values_list()) for model in (SearchRow, SearchCard)}
    words = set(SearchWord.objects.filter(index="opportunities").values_list("word", flat=True))
    SearchRow.objects.filter(pk=SearchRow.objects.first().pk).delete()
    SearchCard(opportunity_id=10**9, card="{}", names="", document="").save()

    call_command("rebuild_opportunity_search", verbosity=0)

    assert {model: sorted(model.objects.values_list()) for model in (SearchRow, SearchCard)} == kept
    assert set(SearchWord.objects.filter(index="opportunities").values_list("word", flat=True)) == words
