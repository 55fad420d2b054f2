"""The search for care: against a slow, obviously right version, after every kind of change, and with anything typed."""

import datetime as dt
import json
import random
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import geography
from core.geography import Kind, Located
from core.models import OutcodeCouncil
from providers.models import Fee, Location, Rating, SearchCard, SearchRow, SearchText, Service, Vacancy
from providers.search import (
    ACCESS,
    FUNDING,
    PAGE_SIZE,
    RATINGS,
    Order,
    ServiceQuery,
    search,
    widened,
    without_one_filter,
)
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory, OutcodeFactory, PlaceFactory, PostcodeFactory, ServiceTypeFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory
from tests.tools.slow_search import SlowSearch

pytestmark = pytest.mark.django_db

DURHAM = (54.7761, -1.5733)
DAY = dt.timedelta(days=1)


def settle():
    """Have the search rows made, as the end of a transaction does."""
    connection.check_constraints()


def ask(at=NOON, **asked):
    settle()
    return search(ServiceQuery(**asked), at=at)


def names(page):
    return [hit.card["name"] for hit in page.hits]


def near(latitude, longitude, *, kind=Kind.POSTCODE, outcode="DH1", council=None, place=None):
    return Located(
        kind=kind,
        label="here",
        public_label="here",
        latitude=latitude,
        longitude=longitude,
        outcode=outcode,
        council=council,
        place=place,
    )


# --- Against the slow version ---


@pytest.fixture
def country():
    """A small country with everything that makes a search go wrong: repeats, unknowns, withheld points, borders."""
    return Country(random.Random(7))


class Country:
    WORDS = "care home garden dementia support family quiet nursing respite outing river view gentle café".split()  # noqa: SIM905 - readable as words

    def __init__(self, rng):
        self.rng = rng
        england = PlaceFactory(slug="england", kind="country")
        region = PlaceFactory(slug="north", kind="region", parent=england)
        self.councils = [PlaceFactory(slug=f"council-{n}", kind="council", parent=region) for n in range(4)]
        self.towns = [PlaceFactory(slug=f"town-{n}", parent=self.councils[n % 4]) for n in range(8)]
        self.areas = [england, region, *self.councils, *self.towns]
        roots = [ServiceTypeFactory(slug=f"kind-{n}") for n in range(3)]
        self.types = [*roots, *(ServiceTypeFactory(slug=f"kind-{n}", parent=roots[n % 3]) for n in range(3, 70))]
        self.groups = [ClientGroupFactory(slug=f"group-{n}") for n in range(5)]
        self.groups += [ClientGroupFactory(slug=f"group-{n}", parent=self.groups[n % 5]) for n in range(5, 9)]
        self.outcodes = []
        for n in range(6):
            code = OutcodeFactory(
                outcode=f"DH{n}",
                latitude=54.7 + n * 0.05,
                longitude=-1.6 + n * 0.07,
                council=self.councils[n % 4],
            )
            OutcodeCouncil.objects.create(outcode=code, council=self.councils[n % 4], postcodes=9)
            OutcodeCouncil.objects.create(outcode=code, council=self.councils[(n + 1) % 4], postcodes=2)
            self.outcodes.append(code.pk)
            PostcodeFactory(
                postcode=f"DH{n}1AA",
                latitude=54.71 + n * 0.05,
                longitude=-1.61 + n * 0.07,
                council=self.councils[n % 4],
            )
        self.providers = [ProviderFactory(name=f"{self.some_words(2)} Ltd") for _ in range(6)]
        for _ in range(45):
            self.service()
        settle()

    def some_words(self, count):
        return " ".join(self.rng.choices(self.WORDS, k=count))

    def maybe(self):
        return self.rng.choice((True, False, None))

    def service(self):
        rng = self.rng
        row = ServiceFactory(
            name=f"{self.some_words(2).title()}",
            provider=rng.choice([*self.providers, None]),
            summary=self.some_words(5),
            setting=rng.choice(Service.Setting.values),
            takes_self_funders=self.maybe(),
            takes_council_funded=self.maybe(),
            takes_nhs_funded=self.maybe(),
            languages=rng.choice(([], [], ["English"], ["English", "Polish"], ["urdu "])),
            served_outcodes=rng.choice(([], [], [], [rng.choice(self.outcodes)])),
            confirmed_at=rng.choice((None, NOON - rng.randint(1, 3) * DAY)),
            published_at=NOON - DAY if rng.random() < 0.9 else rng.choice((None, NOON + DAY)),
        )
        row.types.set(rng.sample(self.types, rng.randint(0, 3)))
        row.client_groups.set(rng.sample(self.groups, rng.randint(0, 3)))
        row.areas_served.set(rng.sample(self.areas, rng.choice((0, 0, 1, 2))))
        row.locations.set(self.location() for _ in range(rng.choice((0, 1, 1, 1, 2, 3))))
        for question in ("overall", "safe"):
            if rng.random() < 0.8:
                value = rng.choice((*Rating.Value.values, ""))
                state = "rated" if value else "no_current_rating"
                Rating.objects.create(service=row, question=question, state=state, value=value)
        for unit in rng.sample(("room", "bed", "hours"), rng.choice((0, 1, 2))):
            told_at = NOON - rng.randint(1, 30) * DAY
            Vacancy.objects.create(
                service=row,
                unit=unit,
                available=rng.choice((0, 1, 4)),
                told_at=told_at,
                expires_at=told_at + rng.randint(1, 30) * DAY,
            )
        for number in range(rng.choice((0, 1, 2))):
            Fee.objects.create(
                service=row,
                name=f"Fee {number}",
                amount_from=rng.choice((20, 500, 900)),
                per=rng.choice(Fee.Per.values),
                told_date=NOON.date(),
            )

    def location(self):
        rng = self.rng
        has_point = rng.random() < 0.5
        return LocationFactory(
            town=rng.choice(("Quiettown", "Riverham", "")),
            postcode=rng.choice(("", "dh1 1aa", "DH21AA", "DH3 9ZZ", "DH4", "DH5  1AA")),
            place=rng.choice((None, *self.towns, *self.councils)),
            latitude=round(54.6 + rng.random() * 0.5, 4) if has_point else None,
            longitude=round(-1.8 + rng.random() * 0.6, 4) if has_point else None,
            is_address_withheld=rng.random() < 0.3,
            has_step_free_entrance=self.maybe(),
            has_accessible_toilet=self.maybe(),
            has_hearing_loop=self.maybe(),
            has_lift=self.maybe(),
        )

    def question(self):
        rng = self.rng

        def some(values, often=0.25):
            values = list(values)
            return tuple(rng.sample(values, rng.randint(1, min(2, len(values))))) if rng.random() < often else ()

        return ServiceQuery(
            words=rng.choice(("", "", "", self.some_words(1), self.some_words(2), "the gardens", "demntia", "cafe")),
            near=self.somewhere(),
            radius_miles=rng.choice((1, 5, 10, 25, 40)),
            types=some(node.slug for node in self.types[:8]),
            groups=some(node.slug for node in self.groups),
            funding=some(FUNDING),
            rating=some(RATINGS),
            has_space=rng.random() < 0.2,
            access=some(ACCESS, 0.2),
            languages=some(("english", "polish", "urdu"), 0.15),
            councils=some((place.slug for place in self.councils), 0.2),
            setting=rng.choice(("", "", "", "place", "home")),
            include_unsaid=rng.random() < 0.4,
            order=rng.choice(("", *Order)),
            page=rng.choice((1, 1, 2)),
        )

    def somewhere(self):
        rng = self.rng
        drawn = rng.random()
        if drawn < 0.3:
            return None
        point = (54.6 + rng.random() * 0.5, -1.8 + rng.random() * 0.6)
        if drawn < 0.6:
            return near(*point, outcode=rng.choice(self.outcodes), council=rng.choice((None, *self.councils)))
        place = rng.choice((*self.towns, *self.councils))
        council = place if place.kind == "council" else place.parent
        kind = Kind.PLACE if drawn < 0.85 else Kind.OUTCODE
        return near(*point, kind=kind, outcode=rng.choice(self.outcodes), council=council, place=place)


@pytest.mark.parametrize("start", range(4))
def test_ids_order_totals_and_counts_are_those_of_the_slow_version(country, start):
    country.rng.seed(start)
    slow = SlowSearch(at=NOON)
    found_at_all = 0

    for _ in range(20):
        query = country.question()
        found = search(query, at=NOON)
        first, second = slow.lists(query, found.corrected)
        facets = slow.facets(query, found.corrected)

        found_at_all += found.total
        for page, whole in ((found.near, first), (found.home, second)):
            start_at = (page.number - 1) * PAGE_SIZE
            expected = whole[start_at : start_at + PAGE_SIZE]
            assert page.total == len(whole), query
            assert [hit.service_id for hit in page.hits] == [one.service for one in expected], query
            assert [hit.is_area_told for hit in page.hits] == [one.is_area_told for one in expected], query
            assert [hit.distance_miles for hit in page.hits] == [
                one.miles if one.miles is None else pytest.approx(one.miles, abs=1e-5) for one in expected
            ], query
        assert [hit.location_id for hit in found.near.hits] == [
            one.location for one in first[(found.near.number - 1) * PAGE_SIZE :][:PAGE_SIZE]
        ], query
        assert found.total == len({one.service for one in (*first, *second)}), query
        assert {name: dict(counts) for name, counts in found.facets.items()} == facets, query
        if not query.include_unsaid:
            assert slow.facets_at_once(query, found.corrected) == facets, query
        assert found.order == slow.order(query), query
        short = search(query, at=NOON, with_facets=False)
        assert (short.near, short.home, short.total) == (found.near, found.home, found.total), query
    assert found_at_all > 50


def test_a_correction_is_of_a_word_that_nothing_holds_into_words_that_something_holds(country):
    slow = SlowSearch(at=NOON)
    held = {word for one in slow.facts for word in one.words}

    corrected = {}
    for typed in ("demntia", "gardne", "nurisng", "riverviewx", "dementia", "gardens", "zzzzzz"):
        corrected |= search(ServiceQuery(words=typed), at=NOON).corrected

    assert corrected.keys() == {"demntia", "gardne", "nurisng", "riverviewx"}
    assert {word for instead in corrected.values() for word in instead} <= held
    assert corrected["demntia"] == ("dementia",)


# --- What a person meets ---


def test_word_with_a_slip_of_the_finger_is_corrected_and_says_so():
    ServiceFactory(name="Larkmeadow House")

    found = ask(words="larkmedow hosue")

    assert (names(found.near), found.corrected) == (
        ["Larkmeadow House"],
        {"larkmedow": ("larkmeadow",), "hosue": ("house",)},
    )


def test_what_nobody_may_see_yet_is_neither_found_nor_told_by_a_correction():
    for n, published_at in enumerate((None, NOON + DAY)):
        ServiceFactory(name=f"Secretive House {n}", published_at=published_at)
        ServiceFactory(name="House", provider=ProviderFactory(name="Secretive", published_at=published_at))

    before, misspelt = ask(words="secretive"), ask(words="secretve")
    after = ask(words="secretive", at=NOON + 2 * DAY)

    assert (before.total, misspelt.total, misspelt.corrected) == (0, 0, {})
    assert names(after.near) == ["House", "Secretive House 1"]


def test_words_that_are_no_longer_held_are_not_corrected_to():
    service = ServiceFactory(name="Larkmeadow House")
    settle()
    service.name = "Elm House"
    service.save()

    found = ask(words="larkmedow")

    assert (found.total, found.corrected) == (0, {})


def test_parent_includes_its_children_in_results_and_counts():
    parent = ServiceTypeFactory(slug="accommodation")
    child = ServiceTypeFactory(slug="care-home", parent=parent)
    service = ServiceFactory()
    service.types.add(child)

    found = ask(types=("accommodation",))

    assert [hit.service_id for hit in found.near.hits] == [service.pk]
    assert found.facets["types"] == {"accommodation": 1, "care-home": 1}


def test_service_stands_once_at_its_nearest_building():
    service = ServiceFactory(setting="place")
    for town, longitude in (("Far", -1.45), ("Near", -1.57)):
        service.locations.add(LocationFactory(town=town, latitude=54.7761, longitude=longitude))

    found = ask(near=near(*DURHAM))

    assert [(hit.location["town"], round(hit.distance_miles, 1)) for hit in found.near.hits] == [("Near", 0.1)]
    assert found.total == found.near.total == 1


def test_what_comes_to_you_is_found_by_its_area_and_not_by_its_office():
    council = PlaceFactory(slug="county-durham", kind="council")
    other = PlaceFactory(slug="darlington", kind="council")
    office = LocationFactory(latitude=DURHAM[0], longitude=DURHAM[1])
    comes, does_not = (ServiceFactory(setting="home", name=name) for name in ("Comes", "Goes elsewhere"))
    comes.areas_served.add(council)
    does_not.areas_served.add(other)
    for service in (comes, does_not):
        service.locations.add(office)

    found = ask(near=near(*DURHAM, council=council))

    assert (names(found.near), names(found.home)) == ([], ["Comes"])
    assert [(hit.distance_miles, hit.location, hit.is_area_told) for hit in found.home.hits] == [(None, None, True)]


def test_home_care_that_has_not_told_where_it_goes_is_found_by_its_offices_council_and_says_so():
    council = PlaceFactory(slug="county-durham", kind="council")
    service = ServiceFactory(setting="home")
    service.locations.add(LocationFactory(place=council))

    found = ask(near=near(*DURHAM, council=council))

    assert [(hit.service_id, hit.is_area_told) for hit in found.home.hits] == [(service.pk, False)]


def test_rating_that_is_none_stands_between_good_and_requires_improvement():
    for value in ("inadequate", "", "good", "requires_improvement", "outstanding"):
        state = "rated" if value else "not_yet_inspected"
        Rating.objects.create(service=ServiceFactory(name=value or "none"), state=state, value=value)

    found = ask(order="rating")

    assert names(found.near) == ["outstanding", "good", "none", "requires_improvement", "inadequate"]


def test_vacancy_counts_until_its_moment_and_not_after():
    service = ServiceFactory()
    Vacancy.objects.create(service=service, unit="room", available=1, told_at=NOON - DAY, expires_at=NOON + DAY)

    found = [ask(has_space=True, at=NOON + DAY - shift).total for shift in (dt.timedelta(seconds=1), dt.timedelta())]

    assert found == [1, 0]


def test_what_nobody_told_is_found_only_where_asked_for():
    ServiceFactory(name="Says no", takes_nhs_funded=False)
    ServiceFactory(name="Says nothing", takes_nhs_funded=None)
    ServiceFactory(name="Says yes", takes_nhs_funded=True)

    strict, wide = ask(funding=("nhs",)), ask(funding=("nhs",), include_unsaid=True)

    assert (names(strict.near), names(wide.near)) == (["Says yes"], ["Says nothing", "Says yes"])
    assert (strict.facets["funding"]["nhs"], wide.facets["funding"]["nhs"]) == (1, 2)


# --- Withheld addresses ---


@pytest.fixture
def refuge():
    """A service whose true point, known to us, is some way from its outcode's centre."""
    OutcodeFactory(outcode="DH1", latitude=54.78, longitude=-1.56)
    PostcodeFactory(postcode="DH19ZZ", latitude=54.80, longitude=-1.60)
    service = ServiceFactory(name="Refuge", setting="place")
    service.locations.add(
        LocationFactory(
            name="Secretive House",
            town="Concealham",
            postcode="DH1 9ZZ",
            place=PlaceFactory(slug="concealham", kind="council"),
            latitude=54.81,
            longitude=-1.62,
            is_address_withheld=True,
        )
    )
    return service


def test_searches_from_fifty_postcodes_learn_no_more_of_a_withheld_address_than_its_outcode(refuge):
    settle()
    rng = random.Random(3)
    learnt = set()

    for _ in range(50):
        latitude, longitude = 54.7 + rng.random() * 0.2, -1.7 + rng.random() * 0.3
        from_centre = geography.distance_miles(latitude, longitude, 54.78, -1.56)
        for radius in (from_centre - 0.001, from_centre + 0.001):
            found = search(ServiceQuery(near=near(latitude, longitude), radius_miles=radius), at=NOON)
            learnt.add((radius > from_centre, found.near.total))
            learnt |= {round(hit.distance_miles - from_centre, 6) for hit in found.near.hits}

    assert learnt == {(False, 0), (True, 1), 0.0}


@pytest.mark.parametrize("words", ["secretive", "concealham", "9zz", "DH1 9ZZ", "concealhm"])
def test_withheld_address_is_not_found_by_its_words_nor_corrected_to(refuge, words):
    found = ask(words=words)

    assert (found.total, found.corrected) == (0, {})


def test_card_of_a_withheld_address_tells_its_outcode_and_its_centre_only(refuge):
    settle()

    (location,) = json.loads(SearchCard.objects.get(service_id=refuge.pk).card)["locations"].values()

    assert location == {
        "is_withheld": True, "outcode": "DH1", "accuracy": "outcode", "latitude": 54.78, "longitude": -1.56,
        "name": "", "address": "", "town": "", "postcode": "", "council": "", "council_slug": "",
    }  # fmt: skip


def test_true_point_of_a_withheld_address_is_in_no_search_row(refuge):
    settle()

    row = SearchRow.objects.get(service_id=refuge.pk)

    assert geography.distance_miles(*degrees(row), 54.78, -1.56) == pytest.approx(0, abs=1e-6)


def degrees(row):
    import math

    return math.degrees(math.asin(row.z)), math.degrees(math.atan2(row.y, row.x))


def test_withheld_address_without_a_known_outcode_has_no_point(refuge):
    Location.objects.update(postcode="ZZ9 9ZZ")

    found = ask(near=near(54.81, -1.62), radius_miles=40)

    assert (found.near.total, ask().total) == (0, 1)


# --- Rows follow whatever changes them ---


def _set(**values):
    return lambda service: Service.objects.filter(pk=service.pk).update(**values)


CHANGES = {
    "renamed in bulk": (_set(name="Zebra House"), {"words": "zebra"}),
    "deleted": (lambda service: service.delete(), None),
    "withdrawn": (_set(published_at=None), None),
    "provider withdrawn": (lambda service: type(service.provider).objects.update(published_at=None), None),
    "type added": (lambda service: service.types.add(ServiceTypeFactory(slug="new-type")), {"types": ("new-type",)}),
    "type renamed": (
        lambda service: service.types.model.objects.update(name="Zebra therapy"), {"words": "zebra"}
    ),
    "group added": (lambda service: service.client_groups.add(ClientGroupFactory(slug="new")), {"groups": ("new",)}),
    "building moved": (
        lambda service: Location.objects.update(latitude=50.1, longitude=-5.1), {"near": near(50.1, -5.1)}
    ),
    "town renamed": (lambda service: Location.objects.update(town="Zebratown"), {"words": "zebratown"}),
    "lift told": (lambda service: Location.objects.update(has_lift=True), {"access": ("lift",)}),
    "rating changed": (
        lambda service: Rating.objects.update(value="outstanding"), {"rating": ("outstanding",)}
    ),
    "rating taken": (lambda service: Rating.objects.all().delete(), {"rating": ("unrated",)}),
    "space told": (
        lambda service: Vacancy.objects.create(
            service=service, unit="bed", available=2, told_at=NOON - DAY, expires_at=NOON + DAY
        ),
        {"has_space": True},
    ),
    "provider renamed": (
        lambda service: type(service.provider).objects.update(name="Zebra Ltd"), {"words": "zebra"}
    ),
    "postcode loaded": (
        lambda service: PostcodeFactory(postcode="TR19ZZ", council=PlaceFactory(slug="far", kind="council")),
        {"councils": ("far",)},
    ),
    "language told": (_set(languages=["Cornish"]), {"languages": ("cornish",)}),
    "area served": (
        lambda service: service.areas_served.add(PlaceFactory(slug="new-council", kind="council")),
        {"councils": ("new-council",)},
    ),
    "outcode served": (
        _set(served_outcodes=["TR1"], setting="home"), {"near": near(50, -5, outcode="TR1"), "setting": "home"}
    ),
}  # fmt: skip


def _found(asked):
    """How many are found; of no question, how many are missing."""
    found = ask(**asked or {})
    return 0 if found.ignored else found.total if asked else 1 - found.total


@pytest.mark.parametrize("change", CHANGES)
def test_search_rows_follow_a_change_whatever_makes_it(change):
    make, asked = CHANGES[change]
    service = ServiceFactory(setting="place")
    service.types.add(ServiceTypeFactory())
    service.locations.add(LocationFactory(latitude=54.7, longitude=-1.5, postcode="TR1 9ZZ"))
    Rating.objects.create(service=service, value="good")
    before = _found(asked)

    make(service)

    after = _found(asked)
    assert (before, after) == (0, 1)


def test_rows_written_by_copy_are_found():
    with connection.cursor() as cursor:
        columns = [one for one in Service._meta.concrete_fields if not one.primary_key and not one.has_db_default()]
        row = Service(slug="copied", name="Copied House", published_at=NOON, changed_at=NOON)
        names = ", ".join(f'"{one.column}"' for one in columns)
        with cursor.copy(f"COPY providers_service ({names}) FROM STDIN") as copy:
            copy.write_row([getattr(row, one.attname) for one in columns])

    found = ask(words="copied")

    assert [hit.card["slug"] for hit in found.near.hits] == ["copied"]


@pytest.mark.django_db(transaction=True)
def test_rows_are_made_when_the_transaction_commits_and_not_when_it_is_rolled_back():
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ServiceFactory(name="Never")
        _ = 1 / 0
    with transaction.atomic():
        ServiceFactory(name="Kept")
        before = SearchRow.objects.count()

    assert (before, list(SearchRow.objects.values_list("sort_name", flat=True))) == (0, ["kept"])
    assert names(search(ServiceQuery(), at=NOON).near) == ["Kept"]


def test_bits_are_never_renumbered():
    types = [ServiceTypeFactory(slug=f"kind-{n}") for n in range(3)]
    service = ServiceFactory()
    service.types.add(types[2])
    settle()
    types[1].delete()
    types[0].slug = "renamed"
    types[0].save()
    ServiceTypeFactory(slug="newest")

    found = ask()

    assert found.facets["types"] == {"kind-2": 1}
    assert {one.value for one in found.values["types"]} == {"kind-2", "renamed", "newest"}


def test_rebuilding_changes_nothing_that_triggers_have_made(country):
    before = _everything()

    call_command("rebuild_search", verbosity=0)

    assert _everything() == before
    assert before[0]


def test_rebuilding_makes_good_what_was_spoilt(country):
    before = _everything()
    SearchRow.objects.all().delete()
    SearchText.objects.filter(service_id__gt=0).update(vector="")
    SearchCard.objects.create(service_id=0, card="{}", names="", document="")

    call_command("rebuild_search", verbosity=0)

    assert _everything() == before


def _everything():
    settle()
    return [
        sorted(
            tuple(_comparable(name, value) for name, value in row.items() if name != "id")
            for row in model.objects.values()
        )
        for model in (SearchRow, SearchText, SearchCard)
    ]


def _comparable(name, value):
    # Words are joined as PostgreSQL's plan of the day finds them.
    return " ".join(sorted(value.split())) if name == "document" else str(value)


# --- Queries ---


@pytest.mark.parametrize(
    "asked, most",
    [
        ({}, 1),
        ({"words": "garden"}, 1),
        ({"words": "gardne"}, 2),
        ({"near": near(*DURHAM), "types": ("kind-1",), "rating": ("good",)}, 1),
        ({"near": near(*DURHAM), "words": "gardne qzqzqz", "include_unsaid": True, "page": 4}, 2),
    ],
)
def test_search_with_cards_and_counts_is_one_query_and_one_more_for_a_mistyped_word(
    country, asked, most, django_assert_num_queries
):
    search(ServiceQuery(), at=NOON)

    with django_assert_num_queries(most):
        search(ServiceQuery(**asked), at=NOON)


@pytest.mark.parametrize("words", ["", "zebra", "zebrs"])
def test_search_costs_three_queries_at_most_while_values_and_words_change(
    country, words, django_assert_max_num_queries
):
    search(ServiceQuery(), at=NOON)
    service = ServiceFactory(name="Zebra", languages=["Zebraic"])
    service.types.add(ServiceTypeFactory(slug="zebra-care"))
    settle()

    with django_assert_max_num_queries(3):
        found = search(ServiceQuery(words=words, types=("zebra-care",)), at=NOON)

    assert names(found.near) == ["Zebra"]
    assert found.facets["languages"]["zebraic"] == 1


# --- Less, and wider ---


def test_filter_whose_removal_helps_most_comes_first():
    council = PlaceFactory(slug="there", kind="council")
    for n in range(3):
        ServiceFactory(takes_nhs_funded=True, name=f"Without a lift {n}")
    ServiceFactory(name="With a lift").locations.add(LocationFactory(has_lift=True, place=council))
    settle()
    query = ServiceQuery(funding=("nhs",), access=("lift",), include_unsaid=False)

    found = without_one_filter(query, at=NOON)

    assert search(query, at=NOON).total == 0
    assert [(one.name, one.total) for one in found] == [("access", 3), ("funding", 1)]
    assert found[0].query == replace(query, access=())


def test_circle_is_widened_to_the_next_that_finds_something():
    ServiceFactory(setting="place").locations.add(LocationFactory(latitude=54.9, longitude=-1.5733))
    settle()
    query = ServiceQuery(near=near(*DURHAM), radius_miles=1)

    found = widened(query, at=NOON)

    assert (found.query.radius_miles, found.total) == (10, 1)
    assert widened(ServiceQuery(), at=NOON) is None
    assert widened(replace(query, types=("nothing",)), at=NOON).query.radius_miles == 10


# --- Anything typed ---


def test_a_page_too_far_is_the_last_one():
    for n in range(PAGE_SIZE + 1):
        ServiceFactory(name=f"House {n:02}")

    found = [ask(page=number).near for number in (2, 3, 10**9, 0, -5)]

    assert [(page.number, names(page)[0]) for page in found] == [
        (2, "House 20"), (2, "House 20"), (2, "House 20"), (1, "House 00"), (1, "House 00")
    ]  # fmt: skip


def test_values_that_nothing_offers_are_left_out_and_named():
    ServiceFactory()

    found = ask(types=("nope", "x" * 500), languages=("klingon",), setting="moon", order="luck", rating=("\x00",))

    assert (found.total, set(found.ignored)) == (1, {"nope", "x" * 500, "klingon", "moon", "luck", "\x00"})


@pytest.mark.parametrize("words", ["the of and", "???", "🙂", "  \x00 ", "' OR 1=1 --", "a & | ! <-> :*", "\\", "%_"])
def test_words_of_which_none_can_be_looked_for_narrow_nothing(words):
    ServiceFactory(name="Elm")

    found = ask(words=words)

    expected = {"' OR 1=1 --": 0, "a & | ! <-> :*": 1}.get(words, 1)
    assert found.total == expected


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.one_of(st.text(max_size=80), st.text(alphabet="'\"&|!()<->:*\\ ab%_\x00é🙂", max_size=40)),
    values=st.lists(st.text(max_size=20), max_size=3),
    radius=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers()),
    page=st.integers(),
)
def test_nothing_typed_is_an_error(words, values, radius, page):
    values = tuple(values)
    query = ServiceQuery(
        words=words, near=near(*DURHAM), radius_miles=radius, types=values, groups=values, funding=values,
        rating=values, access=values, languages=values, councils=values, setting="".join(values), order="".join(values),
        page=page, home_page=page,
    )  # fmt: skip

    found = search(query, at=NOON)

    assert found.total == found.near.total == 0


def test_huge_input_is_cut_and_answered():
    ServiceFactory(name="Elm")

    found = ask(words="elm " * 50_000)

    assert names(found.near) == ["Elm"]
