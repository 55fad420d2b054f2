"""Entries of the directory for tests of what leaves it: one with everything, one with next to nothing, and secrets."""

import datetime as dt
from decimal import Decimal

from core.dates import parse
from core.models import Country, Outcode, Place
from providers.models import CqcRegistration, Fee, Photo, Rating, Service, Unit, Vacancy
from tests.factories import NOON
from tests.factories.commissioning import ContactFactory, OrganisationFactory
from tests.factories.core import ClientGroupFactory, PlaceFactory, ServiceTypeFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory

WORDS = "Words that a provider has written, with “quotes”, a café and 5 < 6."


def council():
    place = Place.objects.filter(slug="cumberland").first() or PlaceFactory(
        slug="cumberland", name="Cumberland", kind=Place.Kind.COUNCIL, gss_code="E06000063"
    )
    if not place.organisations.exists():
        organisation = OrganisationFactory(gss_code="E06000063", name="Cumberland Council")
        organisation.coverage.create(place=place)
        ContactFactory(organisation=organisation, email="care@council.example")
    return place


def full_service(number=1, **facts):
    """Return a published service of which everything is known."""
    place = council()
    provider = ProviderFactory(
        trading_name="Example Care", brand="Example", sector="voluntary", summary=WORDS, cqc_provider_id=f"1-{number}11",
        company_number="01234567", charity_number="1234567", website="https://care.example/", email="us@care.example",
        phone="01632 960000", registered_date=dt.date(2015, 4, 1),
    )  # fmt: skip
    service = ServiceFactory(
        **{
            "provider": provider, "summary": WORDS, "description": WORDS, "setting": Service.Setting.BOTH,
            "minimum_age": 0, "maximum_age": 99, "capacity": 42, "capacity_unit": "beds", "takes_self_funders": True,
            "takes_council_funded": False, "takes_nhs_funded": True, "top_up_may_be_needed": False,
            "languages": ["English", "Polish"], "served_outcodes": ["CA28", "CA1"], "upfront_payments": WORDS,
            "deposit": WORDS, "trial_period": WORDS, "notice_period": WORDS, "minimum_self_funding": WORDS,
            "extra_charges": WORDS, "staffing": WORDS, "registered_manager": "A Person", "opening_hours": WORDS,
            "food": WORDS, "faith_and_culture": WORDS, "has_en_suite_rooms": True, "has_shared_rooms": False,
            "has_garden": True, "welcomes_pets": True, "waiting_time": "month", "alert": WORDS,
            "is_cqc_regulated": True, "how_to_get": WORDS, "website": "https://care.example/home?a=b&c=d#top",
            "email": "home@care.example", "phone": "01632 960011", "opened": parse("May 2014"), "confirmed_at": NOON,
            "checked_at": NOON, **facts,
        }
    )  # fmt: skip
    above = ServiceTypeFactory()
    service.types.add(ServiceTypeFactory(parent=above, cqc_service_type="Care home service with nursing"))
    service.client_groups.add(ClientGroupFactory(parent=ClientGroupFactory()))
    service.areas_served.add(place, PlaceFactory(parent=place))
    location = LocationFactory(
        provider=provider, address="1 Example Street", town="Whitehaven", postcode="CA28 7LL", place=place, latitude=54.5,
        longitude=-3.5, cqc_location_id=f"1-{number}22", uprn="10092008082", has_step_free_entrance=True,
        has_accessible_toilet=False, has_hearing_loop=True, has_accessible_parking=True, has_lift=True,
    )  # fmt: skip
    CqcRegistration.objects.create(location=location, registered_date=dt.date(2015, 4, 1))
    service.locations.add(location)
    Fee.objects.create(
        service=service, name="Nursing care", amount_from=Decimal("1120.10"), amount_to=Decimal("1340.20"), per="week",
        included=WORDS, told_date=dt.date(2026, 11, 2),
    )  # fmt: skip
    Vacancy.objects.create(
        service=service, unit="room", available=0, maximum=42, told_at=NOON, expires_at=NOON + dt.timedelta(days=9999)
    )
    Unit.objects.create(service=service, kind="room", tenure="rent", count=42, stated="Forty-two")
    Photo.objects.create(
        service=service, file=f"photo-{service.pk}", alt_text="The garden", width=800, height=600, added_at=NOON,
        shown_from=NOON,
    )  # fmt: skip
    Photo.objects.create(
        service=service, file="unseen", alt_text="Not agreed yet", width=800, height=600, added_at=NOON
    )
    for question in Rating.Question:
        Rating.objects.create(
            service=service, question=question, state="rated", value="good", rated_date=dt.date(2025, 6, 18),
            framework="Single assessment framework", report_url=f"https://www.cqc.org.uk/location/1-{number}22",
        )  # fmt: skip
    return service


def withheld_service(**facts):
    """Return a service at an address that nobody is to know, and the centre of its outcode, which anybody may."""
    outcode, _ = Outcode.objects.get_or_create(
        outcode="CA28",
        defaults={
            "latitude": 54.55,
            "longitude": -3.58,
            "radius95": 3000,
            "postcodes": 900,
            "country": Country.ENGLAND,
        },
    )
    service = full_service(number=7, **facts)
    service.locations.update(
        is_address_withheld=True, name="Hidden Hall", address="9 Secret Street", town="Hiddentown", postcode="CA28 9ZZ",
        latitude=54.123456, longitude=-3.654321, uprn="987654321",
    )  # fmt: skip
    return service, outcode
