"""A service's page: what is known, what is not, how old it is, its map, and what it costs to make."""

import datetime as dt
import re

import pytest
from django.test import Client

from core import clock, versions
from core.models import Outline, Place
from providers import fact_sheet
from providers.models import CqcRegistration, Fee, Photo, Rating, Representative, Service, Vacancy
from tests.factories import NOON
from tests.factories.core import (
    ClientGroupFactory,
    PlaceFactory,
    PostcodeFactory,
    ServiceTypeFactory,
    TownFactory,
    UserFactory,
)
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory
from tests.providers.entries import full_service, withheld_service
from tests.tools.views import query_count, settle, text

pytestmark = pytest.mark.django_db

UNKNOWN = "The provider has not told us"


def page_of(client, service):
    return client.get(service.get_absolute_url())


def sheet_of(service, at=NOON):
    return fact_sheet.of(fact_sheet.with_facts(Service.objects.filter(pk=service.pk), at=at).get(), at=at)


def facts_of(service, at=NOON):
    return {fact.key: fact.lines for group in sheet_of(service, at).groups for fact in group.facts}


# --- What is known, and what is not ---


def test_key_information_on_money_comes_first(client):
    page = text(page_of(client, full_service()))

    order = [page.index(f'id="{heading}"') for heading in ("costs", "room", "rating", "people", "living", "fresh")]

    assert order == sorted(order)


def test_every_fact_of_a_full_entry_is_told():
    sheet = sheet_of(full_service())

    untold = [fact.key for group in sheet.groups for fact in group.facts if not fact.is_told]

    assert untold == []
    assert len([fact for group in sheet.groups for fact in group.facts]) >= 30


def test_every_fact_of_a_bare_entry_is_shown_as_unknown(client):
    service = ServiceFactory(setting="place")
    service.locations.add(LocationFactory())
    sheet = sheet_of(service)
    untold = [fact for group in sheet.groups for fact in group.facts if not fact.is_told]

    page = text(page_of(client, service))

    assert page.count(UNKNOWN) >= len(untold) >= 28
    assert "None" not in page
    assert not re.search(r">\s*(0|Free)\s*<", page)


PAYERS = [
    ((None, None, None), ()),
    ((True, True, True), ("You, your council or the NHS",)),
    ((True, False, None), ("You", "Not your council", f"{UNKNOWN} about the NHS: ask")),
    ((False, None, None), ("Not you", f"{UNKNOWN} about your council or the NHS: ask")),
]


@pytest.mark.parametrize("payers, lines", PAYERS)
def test_who_can_pay_says_yes_no_and_not_told(payers, lines):
    names = ("takes_self_funders", "takes_council_funded", "takes_nhs_funded")

    assert facts_of(ServiceFactory(**dict(zip(names, payers, strict=True))))["paying"] == lines


def test_fee_has_its_unit_its_day_and_what_is_included():
    service = ServiceFactory()
    Fee.objects.create(
        service=service, name="Nursing", amount_from=1180, amount_to=1340, per="week", included="Meals, laundry.",
        told_date=dt.date(2026, 4, 3),
    )  # fmt: skip

    facts = facts_of(service)

    assert facts["fees"] == ("Nursing: £1,180 to £1,340 a week, told us 3 April 2026",)
    assert facts["included"] == ("Meals, laundry.",)


def test_words_of_a_provider_are_escaped(client):
    service = ServiceFactory(staffing="<script>alert(1)</script>", alert="<b>Closed</b>", is_closed_temporarily=True)

    page = text(page_of(client, service))

    assert "<script>alert" not in page
    assert "<b>Closed" not in page
    assert "Closed for now." in page


@pytest.mark.parametrize(
    "is_confirmed, has_keeper, says", [(False, False, True), (True, False, False), (False, True, False)]
)
def test_entry_nobody_has_claimed_says_so(client, is_confirmed, has_keeper, says):
    service = ServiceFactory(confirmed_at=NOON if is_confirmed else None)
    if has_keeper:
        Representative.objects.create(user=UserFactory(), provider=service.provider)

    assert ("The provider has not claimed this entry" in text(page_of(client, service))) == says


@pytest.mark.parametrize("days, says", [(89, False), (91, True)])
def test_old_word_of_the_provider_is_labelled(client, days, says):
    service = ServiceFactory(confirmed_at=clock.now() - dt.timedelta(days=days))

    assert ("Not confirmed for over 90 days" in text(page_of(client, service))) == says


# --- Space ---


@pytest.mark.parametrize(
    "later, line",
    [
        (dt.timedelta(days=4), "2 rooms of 38, told us 4 days ago"),
        (dt.timedelta(days=14) - dt.timedelta(seconds=1), "2 rooms of 38, told us 2 weeks ago"),
        (dt.timedelta(days=14), "Last told us 18 November: 2 rooms of 38. Ask."),
        (dt.timedelta(days=400), "Last told us 18 November 2026: 2 rooms of 38. Ask."),
    ],
)
def test_space_counts_until_it_expires(later, line):
    service = ServiceFactory()
    expires = NOON + dt.timedelta(days=14)
    Vacancy.objects.create(service=service, unit="room", available=2, maximum=38, told_at=NOON, expires_at=expires)

    assert facts_of(service, at=NOON + later)["space"] == (line,)


def test_no_space_is_not_the_same_as_not_told():
    service = ServiceFactory()
    Vacancy.objects.create(
        service=service, unit="room", available=0, told_at=NOON, expires_at=NOON + dt.timedelta(days=14)
    )

    assert facts_of(service)["space"] == ("None free (rooms), told us today",)


# --- The map and the ways ---


def _council():
    england = PlaceFactory(slug="england", kind=Place.Kind.COUNTRY)
    council = PlaceFactory(slug="exampleshire", name="Exampleshire", kind=Place.Kind.COUNCIL, parent=england)
    ring = [[54.6, -1.8], [54.6, -1.3], [54.9, -1.3], [54.9, -1.8], [54.6, -1.8]]
    Outline.objects.create(place=council, rings=[ring], source="A file", licence="Open licence of the map.")
    return council


def test_map_shows_the_door_in_its_council_near_the_nearest_town(client):
    council = _council()
    TownFactory(name="Congleton", latitude=54.75, longitude=-1.6, population=9000)
    service = ServiceFactory(name="Example House")
    service.locations.add(LocationFactory(name="Example House", latitude=54.78, longitude=-1.6, place=council))

    shown = page_of(client, service).context["map"]

    assert shown.said == "about 2 miles north of Congleton"
    assert "Map of Exampleshire: Example House is about 2 miles north of Congleton" in shown.drawing
    assert shown.credit == "Open licence of the map."


def test_council_of_the_map_is_the_postcodes(client):
    council = _council()
    PostcodeFactory(council=council)
    service = ServiceFactory()
    service.locations.add(LocationFactory(postcode="dh1 3uj"))

    assert "Map of Exampleshire" in page_of(client, service).context["map"].drawing


def test_place_without_outline_or_town_has_no_map(client):
    service = ServiceFactory()
    service.locations.add(LocationFactory(latitude=54.78, longitude=-1.6))

    response = page_of(client, service)

    assert (response.status_code, response.context["map"]) == (200, None)


def test_way_and_telephone_are_plain_links(client):
    service = ServiceFactory(phone="+44 (0)1632 960114")
    service.locations.add(LocationFactory(address="1 Sample Lane", town="Congleton", postcode="CW12 1AA"))

    page = text(page_of(client, service))

    assert "https://www.openstreetmap.org/search?query=1+Sample+Lane%2C+Congleton%2C+CW12+1AA" in page
    assert '<a class="govuk-button" href="tel:+4401632960114">Ring +44 (0)1632 960114</a>' in page


# --- Costs ---


def _service_with(count):
    council = Place.objects.filter(slug="exampleshire").first() or _council()
    service = ServiceFactory()
    for number in range(count):
        service.types.add(ServiceTypeFactory())
        service.client_groups.add(ClientGroupFactory())
        location = LocationFactory(place=council, latitude=54.7 + number / 100, longitude=-1.5)
        CqcRegistration.objects.create(location=location)
        service.locations.add(location)
        service.areas_served.add(PlaceFactory())
        Fee.objects.create(service=service, name=str(number), amount_from=1, per="day", told_date=NOON.date())
        Vacancy.objects.create(
            service=service, unit=f"room {number}", available=1, told_at=NOON, expires_at=NOON + dt.timedelta(days=1)
        )
        Rating.objects.create(
            service=service, question=Rating.Question.values[number], value="good", rated_date=NOON.date()
        )
        Photo.objects.create(
            service=service,
            file=f"{number:064x}",
            alt_text="A door",
            width=400,
            height=300,
            added_at=NOON,
            shown_from=NOON,
        )
        ServiceFactory(provider=service.provider)
    return service


def test_page_costs_the_same_for_one_part_three_and_six(client):
    counts = [query_count(client, _service_with(count).get_absolute_url()) for count in (1, 3, 6)]

    assert len(set(counts)) == 1
    # Versions, moment, entry, all that belongs to it, contracts, frameworks, its provider's other services; and the
    # two words of a savepoint, which only a test counts.
    assert counts[0] <= 9


def test_page_and_table_are_made_of_the_same_facts():
    service = full_service()
    rows = Service.objects.filter(pk=service.pk)

    alone = fact_sheet.fetch(fact_sheet.with_claims(rows).get(), at=NOON)
    among_others = fact_sheet.with_facts(rows, at=NOON).get()

    assert fact_sheet.of(alone, at=NOON) == fact_sheet.of(among_others, at=NOON)
    assert [photo.pk for photo in alone.shown_photos] == [photo.pk for photo in among_others.shown_photos]


def test_facts_are_fetched_without_a_provider_that_is_not_public():
    service = ServiceFactory(provider=ProviderFactory(published_at=None))

    alone = fact_sheet.fetch(fact_sheet.with_claims(Service.objects.filter(pk=service.pk)).get(), at=NOON)

    assert alone.provider is None


def test_map_is_made_anew_when_the_places_have_changed(client):
    service = ServiceFactory()
    service.locations.add(LocationFactory(latitude=54.78, longitude=-1.6, place=_council()))
    before = page_of(client, service).context["map"]
    Outline.objects.update(licence="Another licence.")
    versions.touch("places")
    settle()

    after = page_of(client, service).context["map"]

    assert (before.credit, after.credit) == ("Open licence of the map.", "Another licence.")


@pytest.mark.parametrize(
    "register", ["services", "providers", "places", "taxonomy", "organisations", "contracts", "frameworks"]
)
def test_page_is_made_anew_when_a_register_it_shows_has_changed(settings, register):
    settings.DEBUG = False
    service = ServiceFactory()
    before = Client().get(service.get_absolute_url())["ETag"]

    versions.touch(register)
    settle()

    assert Client().get(service.get_absolute_url())["ETag"] != before


# --- Its provider ---


def test_providers_page_tells_its_numbers_and_what_is_not_known(client):
    known = full_service().provider
    bare = ServiceFactory().provider

    pages = [text(client.get(provider.get_absolute_url())) for provider in (known, bare)]

    assert all(words in pages[0] for words in ("01234567", "1234567", "Example Care", "1 April 2015", "1-111"))
    assert pages[1].count(UNKNOWN) == 4
    assert pages[1].count("Not known") == 4


def test_registered_office_is_left_out_where_a_service_is_withheld(client):
    service, _ = withheld_service()
    type(service.provider).objects.filter(pk=service.provider_id).update(registered_address="9 Secret Street")

    assert "9 Secret Street" not in text(client.get(service.provider.get_absolute_url()))
