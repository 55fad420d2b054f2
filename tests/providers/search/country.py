"""What the tests of the search share: a country with everything that makes a search go wrong, and asking."""

import datetime as dt

from django.db import connection

from core.geography import Kind, Located
from core.models import OutcodeCouncil
from providers.models import Fee, Rating, Service, Vacancy
from providers.search import (
    ACCESS,
    FUNDING,
    RATINGS,
    Order,
    ServiceQuery,
    search,
)
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory, OutcodeFactory, PlaceFactory, PostcodeFactory, ServiceTypeFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory

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
