"""Care services for the whole of England, plainly invented: the same rows in every run, written by COPY.

Towns and their rough centres are public facts; every name of a service, provider and street is made up. The mix is that
of the country: about one service in three comes to people's homes, one in four is a care home, four in five that are
rated are good, common words stand in most texts, and much is not told.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SEED = 20261122
# The data is told from this day; ages and vacancies are as old as on it.
AT = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
FIRST_ID = 10_000_000
CHUNK = 10_000

OUTCODES_A_TOWN = 9
# Town, latitude, longitude, people in ten thousands, letters of its postcodes.
TOWNS = [
    ("London", 51.507, -0.128, 880, "SE"), ("Birmingham", 52.486, -1.890, 114, "B"),
    ("Manchester", 53.480, -2.242, 55, "M"), ("Leeds", 53.801, -1.549, 79, "LS"), ("Sheffield", 53.381, -1.470, 55, "S"),
    ("Liverpool", 53.408, -2.991, 49, "L"), ("Bristol", 51.455, -2.588, 47, "BS"),
    ("Newcastle", 54.978, -1.618, 30, "NE"), ("Nottingham", 52.954, -1.158, 32, "NG"),
    ("Leicester", 52.637, -1.140, 37, "LE"), ("Coventry", 52.407, -1.512, 35, "CV"), ("Bradford", 53.796, -1.759, 35, "BD"),
    ("Hull", 53.745, -0.336, 27, "HU"), ("Stoke-on-Trent", 53.003, -2.179, 26, "ST"),
    ("Wolverhampton", 52.586, -2.129, 26, "WV"), ("Plymouth", 50.376, -4.143, 26, "PL"), ("Derby", 52.923, -1.476, 26, "DE"),
    ("Southampton", 50.910, -1.404, 25, "SO"), ("Portsmouth", 50.820, -1.088, 21, "PO"),
    ("Brighton", 50.823, -0.138, 28, "BN"), ("Reading", 51.454, -0.978, 17, "RG"),
    ("Northampton", 52.241, -0.903, 22, "NN"), ("Luton", 51.879, -0.420, 22, "LU"), ("Bolton", 53.578, -2.429, 20, "BL"),
    ("Bournemouth", 50.720, -1.880, 19, "BH"), ("Norwich", 52.629, 1.293, 14, "NR"), ("Swindon", 51.556, -1.780, 22, "SN"),
    ("Sunderland", 54.906, -1.381, 17, "SR"), ("Middlesbrough", 54.574, -1.235, 14, "TS"),
    ("Peterborough", 52.570, -0.242, 20, "PE"), ("Ipswich", 52.057, 1.148, 14, "IP"), ("Blackpool", 53.817, -3.036, 14, "FY"),
    ("York", 53.960, -1.087, 20, "YO"), ("Exeter", 50.726, -3.527, 13, "EX"), ("Gloucester", 51.864, -2.238, 13, "GL"),
    ("Cambridge", 52.205, 0.122, 14, "CB"), ("Oxford", 51.752, -1.258, 15, "OX"), ("Preston", 53.763, -2.703, 14, "PR"),
    ("Doncaster", 53.523, -1.133, 11, "DN"), ("Huddersfield", 53.646, -1.785, 16, "HD"),
    ("Slough", 51.511, -0.595, 15, "SL"), ("Telford", 52.678, -2.445, 14, "TF"), ("Carlisle", 54.892, -2.933, 7, "CA"),
    ("Lincoln", 53.231, -0.541, 10, "LN"), ("Worcester", 52.192, -2.220, 10, "WR"), ("Shrewsbury", 52.707, -2.754, 7, "SY"),
    ("Durham", 54.776, -1.575, 5, "DH"), ("Lancaster", 54.047, -2.801, 5, "LA"), ("Truro", 50.263, -5.051, 2, "TR"),
    ("Hereford", 52.056, -2.716, 6, "HR"), ("Bath", 51.381, -2.359, 9, "BA"), ("Chester", 53.190, -2.892, 8, "CH"),
    ("Warrington", 53.390, -2.597, 21, "WA"), ("Wigan", 53.545, -2.637, 10, "WN"), ("Stockport", 53.408, -2.149, 12, "SK"),
    ("Oldham", 53.541, -2.118, 11, "OL"), ("Burnley", 53.789, -2.240, 8, "BB"), ("Wakefield", 53.683, -1.499, 11, "WF"),
    ("Harrogate", 53.992, -1.541, 8, "HG"), ("Colchester", 51.889, 0.902, 13, "CO"), ("Chelmsford", 51.736, 0.469, 11, "CM"),
    ("Southend", 51.538, 0.714, 18, "SS"), ("Maidstone", 51.272, 0.529, 11, "ME"), ("Canterbury", 51.280, 1.079, 6, "CT"),
    ("Hastings", 50.855, 0.573, 9, "TN"), ("Crawley", 51.109, -0.187, 12, "RH"), ("Guildford", 51.236, -0.570, 8, "GU"),
    ("Salisbury", 51.069, -1.795, 4, "SP"), ("Taunton", 51.015, -3.107, 6, "TA"), ("Torquay", 50.461, -3.525, 6, "TQ"),
    ("Milton Keynes", 52.040, -0.759, 23, "MK"), ("Stevenage", 51.902, -0.202, 9, "SG"), ("Watford", 51.656, -0.390, 10, "WD"),
]  # fmt: skip
FIRST = """Ash Beech Birch Briar Cedar Cherry Elm Fern Hawthorn Hazel Heather Holly Ivy Juniper Larch Laurel Lavender
Lilac Lime Maple Meadow Mulberry Oak Olive Orchard Pine Poplar Primrose Rose Rowan Sorrel Spruce Sycamore Thistle Willow
Yew Abbey Amber Autumn Bridge Castle Chapel Cliff Coach Coral Dale Eagle Fair Falcon Forest Garden Grange Green Harbour
Heron High Hill Kestrel King Lake Manor Mill Moor Old Park Priory Queen River Robin Sandy Silver Spring Station Stone
Summer Sunny Swan Temple Valley Victoria Village West White Winter Wood Wren""".split()  # noqa: SIM905 - readable as words
SECOND = """bank bourne brook bury by cote croft dale dean dene field ford gate grove ham haven head hurst land lea leigh
ley lodge mead mere mount ridge shaw side stead stone ton vale view ville wick wood worth""".split()  # noqa: SIM905 - readable as words
OWNERS = ("Care", "Group", "Healthcare", "Housing", "Trust", "Community", "Partnership", "Homes")
SYLLABLES = """ba be bi bo bra bre ca ce co cra da de di dor el en fa fe fi for ga gen gra ha hel in ja ka ker la le li
lo ma me mi mon na ne no or pa pe pi pla po pre ra re ri ro sa se si so sta ta te ti to tra un ve vi wa wen""".split()  # noqa: SIM905 - readable as words
COMMON = """support care family people home help staff garden meals daily personal respite dignity independence community
activities kitchen trained dementia nursing residential wellbeing choice respect living medication mobility companionship
shopping transport appointments hospital discharge assessment review social complex needs epilepsy diabetes stroke
palliative autism learning disability mental health recovery outreach tenancy housing benefits employment college
opportunities sensory communication makaton signing wheelchair accessible hoist bathroom lounge view quiet friendly
experienced quality good inspection safe caring responsive effective visitors welcome pets religious cultural dietary
halal kosher vegetarian language music art gardening baking swimming cinema trips overnight waking sleeping night
emergency crisis referral waiting vacancy room short long term permanent convalescence physiotherapy occupational therapy
affordable private council funded""".split()  # noqa: SIM905 - readable as words
SPOKEN = ["English", "Polish", "Urdu", "Punjabi", "Bengali", "Gujarati", "Arabic", "French", "Portuguese", "Spanish",
          "Cantonese", "Romanian", "Italian", "Turkish", "British Sign Language", "Tamil", "Somali", "Hindi", "Yoruba"]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A common kind of service: how often, its types, whom it is for, where, and what its name ends in."""

    weight: int
    types: tuple[str, ...]
    groups: tuple[str, ...]
    setting: str
    endings: tuple[str, ...]
    per: str
    fee: tuple[int, int]


KINDS = (
    Kind(25, ("care-home",), ("older-people", "dementia"), "place",
         ("House", "Lodge", "Court", "Care Home", "Residential Home", "Manor", "Villa", "Hall"), "week", (650, 1300)),
    Kind(10, ("nursing-home", "care-home"), ("older-people", "dementia", "physical-disability", "end-of-life"), "place",
         ("Nursing Home", "House", "Court", "Care Centre", "Gardens"), "week", (900, 1800)),
    Kind(32, ("home-care", "reablement", "end-of-life"), ("older-people", "adults", "physical-disability", "dementia"),
         "home", ("Home Care", "Care at Home", "Support", "Care"), "hour", (19, 36)),
    Kind(9, ("supported-living", "supported-accommodation"), ("learning-disability", "autism", "mental-health"), "place",
         ("Supported Living", "House", "Cottage", "Place"), "week", (700, 2400)),
    Kind(4, ("extra-care", "sheltered-housing"), ("older-people", "dementia"), "place",
         ("Court", "Gardens", "Place", "Mews"), "week", (180, 420)),
    Kind(4, ("day-opportunities", "social-inclusion"), ("learning-disability", "older-people", "autism"), "place",
         ("Day Centre", "Club", "Hub", "Workshop"), "day", (35, 95)),
    Kind(3, ("short-breaks", "carers-support"), ("carers", "learning-disability", "send"), "both",
         ("Short Breaks", "Respite", "Breaks"), "night", (95, 260)),
    Kind(3, ("shared-lives",), ("learning-disability", "mental-health"), "home", ("Shared Lives",), "week", (400, 800)),
    Kind(3, ("assistive-technology", "community-equipment", "home-improvement"), ("older-people", "physical-disability"),
         "home", ("Telecare", "Equipment", "Adaptations"), "week", (4, 25)),
    Kind(4, ("information-advice", "advocacy", "carers-support"), ("carers", "everyone", "older-people"), "both",
         ("Advice", "Carers Centre", "Advocacy"), "session", (10, 60)),
    Kind(3, ("mental-health", "community-alcohol-drugs"), ("mental-health", "substance-use", "complex-needs"), "both",
         ("Recovery", "Outreach", "Support"), "session", (20, 80)),
)  # fmt: skip


@dataclass
class Rows:
    """The rows of one chunk, by table."""

    providers: list[dict[str, Any]] = field(default_factory=list)
    locations: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    types: list[tuple[int, int]] = field(default_factory=list)
    groups: list[tuple[int, int]] = field(default_factory=list)
    at: list[tuple[int, int]] = field(default_factory=list)
    areas: list[tuple[int, int]] = field(default_factory=list)
    fees: list[dict[str, Any]] = field(default_factory=list)
    vacancies: list[dict[str, Any]] = field(default_factory=list)
    ratings: list[dict[str, Any]] = field(default_factory=list)

    def portions(self, size: int) -> Iterator[Rows]:
        """Yield so many services at once with all that is theirs alone: not their providers and locations."""
        for start in range(0, len(self.services), size):
            services = self.services[start : start + size]
            keys = {one["id"] for one in services}
            yield Rows(
                services=services,
                **{
                    name: [one for one in getattr(self, name) if one[0] in keys]
                    for name in ("types", "groups", "at", "areas")
                },
                **{
                    name: [one for one in getattr(self, name) if one["service_id"] in keys]
                    for name in ("fees", "vacancies", "ratings")
                },
            )


class Country:
    """What services lean on, from the database: types, groups and councils by slug."""

    def __init__(self) -> None:
        from core.models import ClientGroup, Place, ServiceType

        self.types = dict(ServiceType.objects.values_list("slug", "pk"))
        self.groups = dict(ClientGroup.objects.values_list("slug", "pk"))
        self.councils = list(Place.objects.filter(kind="council").order_by("slug").values_list("pk", flat=True))

    def council(self, town: int, rng: random.Random) -> int:
        number = town if rng.random() < 0.5 else town + len(TOWNS)
        return self.councils[number % len(self.councils)]


def outcodes() -> Iterator[tuple[str, float, float]]:
    """Yield the outcodes of every town, set around it."""
    rng = random.Random(SEED)
    for _, latitude, longitude, people, letters in TOWNS:
        spread = _spread(people)
        for number in range(1, OUTCODES_A_TOWN + 1):
            yield f"{letters}{number}", latitude + rng.gauss(0, spread / 2), longitude + rng.gauss(0, spread * 0.8)


def _spread(people: int) -> float:
    return 0.03 + 0.004 * math.sqrt(people)


def chunks(count: int, country: Country, digest: Any) -> Iterator[Rows]:
    """Yield so many services in chunks, and feed what they hold to a digest."""
    rng = random.Random(SEED)
    made = _Made(rng, country)
    for start in range(0, count, CHUNK):
        found = Rows()
        for number in range(start, min(start + CHUNK, count)):
            made.service(number, found)
        digest.update(repr((found.services, found.locations, found.types, found.areas, found.ratings)).encode())
        yield found


class _Made:
    def __init__(self, rng: random.Random, country: Country) -> None:
        self.rng, self.country = rng, country
        words = list(dict.fromkeys(COMMON))
        seen = set(words)
        while len(words) < 6000:
            word = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))
            if word not in seen:
                seen.add(word)
                words.append(word)
        self.words = words
        self.word_weights = list(itertools.accumulate(1.0 / (n + 8) for n in range(len(words))))
        self.town_weights = list(itertools.accumulate(math.sqrt(town[3]) * 3 + town[3] * 0.3 for town in TOWNS))
        self.kind_weights = list(itertools.accumulate(kind.weight for kind in KINDS))
        self.types = {kind: [country.types[slug] for slug in kind.types] for kind in KINDS}
        self.groups = {kind: [country.groups[slug] for slug in kind.groups] for kind in KINDS}
        self.every_group = sorted(country.groups.values())
        self.provider_id = FIRST_ID

    def service(self, number: int, found: Rows) -> None:
        rng = self.rng
        key = FIRST_ID + number
        kind = rng.choices(KINDS, cum_weights=self.kind_weights)[0]
        town = rng.choices(range(len(TOWNS)), cum_weights=self.town_weights)[0]
        name = f"{rng.choice(FIRST)}{rng.choice(SECOND)} {rng.choice(kind.endings)}"
        if number == 0 or rng.random() < 0.4:
            self.provider_id = FIRST_ID + number
            found.providers.append(
                {
                    "id": self.provider_id,
                    "slug": f"provider-{self.provider_id}",
                    "name": f"{rng.choice(FIRST)}{rng.choice(SECOND)} {rng.choice(OWNERS)} {rng.choice(('Ltd', 'CIC', 'plc'))}",
                    "published_at": AT - dt.timedelta(days=400),
                }
            )
        told = rng.random
        found.services.append(
            {
                "id": key,
                "slug": f"service-{key}",
                "name": name,
                "provider_id": self.provider_id,
                "summary": f"{kind.endings[-1]} in {TOWNS[town][0]}: {self.text(6)}.",
                "description": f"{self.text(rng.randint(50, 90)).capitalize()}.",
                "setting": kind.setting if told() < 0.95 else "unknown",
                "capacity": rng.choice((None, 6, 12, 20, 28, 36, 44, 60, 80)) if kind.setting == "place" else None,
                "capacity_unit": "beds",
                "takes_self_funders": rng.choice((True, True, None)),
                "takes_council_funded": rng.choice((True, True, False, None)),
                "takes_nhs_funded": rng.choice((True, False, None)),
                "languages": ["English", *rng.sample(SPOKEN[1:], rng.choice((0, 0, 1, 2)))] if told() < 0.6 else [],
                "served_outcodes": [],
                "phone": f"01632 96{rng.randint(0, 9999):04}",
                "is_sample": False,
                "changed_at": AT - dt.timedelta(days=rng.randint(0, 300)),
                "confirmed_at": AT - dt.timedelta(days=rng.randint(0, 400)) if told() < 0.5 else None,
                "published_at": AT - dt.timedelta(days=rng.randint(1, 400)),
            }
        )
        mine = self.types[kind]
        chosen = {mine[0], *(one for one in mine[1:] if told() < 0.3)}
        found.types += [(key, one) for one in sorted(chosen)]
        mine = self.groups[kind]
        chosen = {mine[0], *(one for one in mine[1:] if told() < 0.45)}
        if told() < 0.1:
            chosen.add(rng.choice(self.every_group))
        found.groups += [(key, one) for one in sorted(chosen)]
        council = self.buildings(key, kind, town, found)
        if kind.setting in ("home", "both") and told() < 0.85:
            areas = {council, *(self.country.council(town, rng) for _ in range(rng.choice((0, 0, 1))))}
            found.areas += [(key, one) for one in sorted(areas)]
            if told() < 0.2:
                found.services[-1]["served_outcodes"] = [f"{TOWNS[town][4]}{rng.randint(1, 9)}"]
        self.told(key, kind, found)

    def buildings(self, key: int, kind: Kind, town: int, found: Rows) -> int:
        """Add a service's buildings, mostly one, and return its council."""
        rng = self.rng
        name, latitude, longitude, people, letters = TOWNS[town]
        spread = _spread(people)
        council = 0
        for nth in range(rng.choices((1, 2, 3), (95, 4, 1))[0]):
            place = self.country.council(town, rng)
            council = council or place
            location = key + nth * 100_000_000
            found.locations.append(
                {
                    "id": location,
                    "slug": f"location-{location}",
                    "name": f"Building {nth + 1}",
                    "address": f"{rng.randint(1, 200)} {rng.choice(FIRST)} Street",
                    "town": name,
                    "postcode": f"{letters}{rng.randint(1, 9)} {rng.randint(1, 9)}{rng.choice('ABDEFGHJLN')}{rng.choice('PQRSTUWXYZ')}",
                    "place_id": place,
                    "latitude": round(latitude + rng.gauss(0, spread), 5),
                    "longitude": round(longitude + rng.gauss(0, spread * 1.5), 5),
                    "is_address_withheld": rng.random() < 0.01,
                    "has_step_free_entrance": rng.choice((True, True, False, None)),
                    "has_accessible_toilet": rng.choice((True, False, None)),
                    "has_hearing_loop": rng.choice((True, None, None)),
                    "has_accessible_parking": rng.choice((True, False, None)),
                    "has_lift": rng.choice((True, False, None)),
                }
            )
            found.at.append((key, location))
        return council

    def told(self, key: int, kind: Kind, found: Rows) -> None:
        rng = self.rng
        if rng.random() < 0.55:
            low = rng.randint(*kind.fee)
            found.fees.append(
                {
                    "service_id": key, "name": "Care", "amount_from": f"{low}.00", "per": kind.per,
                    "amount_to": f"{low + rng.randint(1, 200)}.00" if rng.random() < 0.5 else None,
                    "told_date": (AT - dt.timedelta(days=rng.randint(1, 300))).date(),
                }
            )  # fmt: skip
        if rng.random() < 0.5:
            told_at = AT - dt.timedelta(days=rng.randint(0, 40), minutes=rng.randint(0, 1000))
            found.vacancies.append(
                {
                    "service_id": key, "unit": "room" if kind.setting == "place" else "hours a week",
                    "available": rng.choice((0, 0, 1, 2, 3, 5, 8)), "told_at": told_at,
                    "expires_at": told_at + dt.timedelta(days=14),
                }
            )  # fmt: skip
        drawn = rng.random()
        if drawn < 0.8:
            value = rng.choices(("outstanding", "good", "requires_improvement", "inadequate"), (5, 76, 17, 2))[0]
            state = "rated"
        elif drawn < 0.95:
            value, state = "", rng.choice(("not_yet_inspected", "no_current_rating"))
        else:
            return
        found.ratings.append(
            {
                "service_id": key, "question": "overall", "state": state, "value": value,
                "rated_date": (AT - dt.timedelta(days=rng.randint(30, 2500))).date() if value else None,
            }
        )  # fmt: skip

    def text(self, length: int) -> str:
        return " ".join(self.rng.choices(self.words, cum_weights=self.word_weights, k=length))
