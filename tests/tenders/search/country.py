"""What the tests of the search share: a country with everything that makes a search go wrong, and asking."""

import datetime as dt

from django.db import connection

from core.models import OutcodeCouncil
from tenders.models import Opportunity, OpportunityPartner, ReservedFor
from tenders.search import OpportunityQuery, Order, search
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

DAY = dt.timedelta(days=1)


def settle():
    """Have the search rows made, as the end of a transaction does."""
    connection.check_constraints()


def ask(at=NOON, **asked):
    settle()
    return search(OpportunityQuery(**asked), at=at)


def titles(found):
    return [entry.record.title for entry in found.entries]


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
