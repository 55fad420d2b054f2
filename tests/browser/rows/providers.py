"""Services, providers and what their people keep, as full as they can be."""

import datetime as dt
import io

from PIL import Image

from core.models import Outline
from providers.models import Fee, Rating, Unit, Vacancy
from providers.services import photos
from tests.factories import NOON
from tests.factories.commissioning import OrganisationFactory, SourceDocumentFactory
from tests.factories.core import (
    ClientGroupFactory,
    OutcodeFactory,
    PlaceFactory,
    ServiceTypeFactory,
    TownFactory,
    UserFactory,
)
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory
from tests.factories.tenders import ContractFactory

NOW = dt.datetime.now(dt.UTC)


def full_service(**more):
    organisation = OrganisationFactory()
    source = SourceDocumentFactory(organisation=organisation)
    provider = ProviderFactory(phone="01234 567890")
    service = ServiceFactory(
        provider=provider, summary="What it is.", description="More words.\nIn two lines.",
        minimum_age=18, maximum_age=90, takes_self_funders=True, takes_council_funded=False,
        languages=["English", "Welsh"], how_to_get="Ask the council.", website="https://service.example/long/path/of/it",
        email="office@service.example", phone="01234 567890", opened="2019", confirmed_at=NOON, checked_at=NOON,
        source=source, source_section="Table 9", **{"setting": "place", **more},
    )  # fmt: skip
    service.types.add(ServiceTypeFactory())
    service.client_groups.add(ClientGroupFactory())
    service.locations.add(
        LocationFactory(
            provider=provider, address="1 Street", town="Sampleton", postcode="ZZ1 1ZZ", place=PlaceFactory()
        )
    )
    service.areas_served.add(PlaceFactory())
    Unit.objects.create(service=service, kind="apartments", tenure="rent", count=40)
    Fee.objects.create(
        service=service,
        name="Room",
        amount_from=1000,
        amount_to=1200,
        per="week",
        told_date=NOON.date(),
        included="Meals",
    )
    Vacancy.objects.create(
        service=service, unit="room", available=2, maximum=40, told_at=NOW, expires_at=NOW + dt.timedelta(days=7)
    )
    Rating.objects.create(service=service, value="good", rated_date=NOON.date(), report_url="https://cqc.example/")
    Rating.objects.create(service=service, question="safe", value="requires_improvement", rated_date=NOON.date())
    ServiceFactory(provider=provider)
    ContractFactory().services.add(service)
    return service


def service_on_a_map():
    """A service with an alert, an old rating in other words, and a map."""
    service = full_service(alert="The entrance has moved to the side.", is_closed_temporarily=True)
    council = PlaceFactory(name="Exampleshire", kind="council")
    ring = [[54.6, -1.8], [54.6, -1.3], [54.9, -1.3], [54.9, -1.8], [54.6, -1.8]]
    Outline.objects.create(place=council, rings=[ring], source="A file", licence="Licence of the map.")
    TownFactory(name="Sampleton", latitude=54.72, longitude=-1.55)
    service.locations.update(
        latitude=54.75, longitude=-1.5, place=council, has_lift=True, cqc_location_id="1-234567890"
    )
    service.ratings.filter(question="overall").update(rated_date=NOON.date() - dt.timedelta(days=2000))
    return service


def three_near_a_place():
    """Near the outcode DH1 a place on the map, one whose address is withheld, and one that comes to people."""
    on_the_map = service_on_a_map()
    council = on_the_map.locations.get().place
    OutcodeFactory(council=council).shares.create(council=council, postcodes=900)
    withheld = full_service()
    withheld.locations.update(postcode="DH1 1AA", is_address_withheld=True)
    visiting = full_service(setting="home")
    visiting.areas_served.add(council)


def tell_all(service):
    """Fees and vacancies of a service, one vacancy too old to count."""
    for name in ("Single room", "Double room"):
        Fee.objects.create(
            service=service, name=name, amount_from=1000, amount_to=1200, per="week", told_date=NOON.date(),
            included="Meals",
        )  # fmt: skip
    for unit, told_at in (("room", NOW), ("place for a day", NOW - dt.timedelta(days=40))):
        Vacancy.objects.create(
            service=service, unit=unit, available=2, maximum=2, told_at=told_at,
            expires_at=told_at + dt.timedelta(days=14),
        )  # fmt: skip


def add_photos(home):
    """Two photos in the draft of a service."""
    for colour in ("teal", "white"):
        output = io.BytesIO()
        Image.new("RGB", (400, 300), colour).save(output, "JPEG")
        output.seek(0)
        photos.add_photo(
            provider=home.provider, service=home.service, file=output, size=1, alt_text=f"Something {colour}.",
            by=home.person, at=NOON,
        )  # fmt: skip


def bare_representative():
    """Somebody who keeps the entry of a provider without a service."""
    return ProviderFactory().representatives.create(user=UserFactory()).user
