"""What a provider says of a service and of itself: each field's plain name, its kind and the section it stands in.

A field's name is the model's, but for what lives in rows of its own (``fees``, ``units``, ``photos``), in a building
(``has_lift@<uuid of the location>``), and three that ask for something to be done: ``building`` (where a service
is that has none yet), ``proposed`` and ``removal``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from providers.models import Location, Provider, Service

LONGEST_TEXT = 5000
MOST_PHOTOS = 5
MOST_FEES = 12
MOST_UNITS = 20


class Kind(StrEnum):
    """How a field is asked for and shown."""

    LINE = "line"
    TEXT = "text"
    YES_NO = "yes_no"
    FLAG = "flag"
    NUMBER = "number"
    CHOICE = "choice"
    TREE = "tree"
    PLACES = "places"
    WORDS = "words"
    OUTCODES = "outcodes"
    FEES = "fees"
    UNITS = "units"
    PHOTOS = "photos"
    BUILDING = "building"
    REQUEST = "request"


@dataclass(frozen=True)
class Field:
    """One thing a family may want to know."""

    name: str
    label: str
    kind: Kind
    hint: str = ""
    # Whether leaving it empty counts as something missing.
    counts: bool = True


@dataclass(frozen=True)
class Section:
    """A handful of fields that are edited together, in a few minutes."""

    key: str
    title: str
    about: str
    fields: tuple[Field, ...]


_ABOUT = Section(
    "about",
    "About the service",
    "The first words a family reads.",
    (
        Field("name", "Name of the service", Kind.LINE),
        Field("summary", "In two or three sentences", Kind.TEXT, "What it is, for whom, and what is special about it."),
        Field("description", "More about it", Kind.TEXT, "What a day is like, what people can do, what you are proud of."),
        Field("opening_hours", "When it is open", Kind.TEXT, "Days and times, or visiting times."),
        Field("food", "Food", Kind.TEXT, "Meals, choice, diets."),
        Field("faith_and_culture", "Faith and culture", Kind.TEXT),
        Field("languages", "Languages spoken", Kind.WORDS, "Separate them with commas: English, Polish, sign language."),
        Field(
            "alert", "Something everybody must know first", Kind.TEXT,
            "Shown on top of the page: building work, a change of phone number. Leave it empty if there is nothing.",
            counts=False,
        ),
        Field("is_closed_temporarily", "It is closed for a while", Kind.FLAG, counts=False),
    ),
)  # fmt: skip
_WHO = Section(
    "who",
    "Who it is for",
    "Families search by this.",
    (
        Field("types", "What kind of service it is", Kind.TREE),
        Field("client_groups", "Who it is for", Kind.TREE),
        Field("setting", "Where care is given", Kind.CHOICE),
        Field("minimum_age", "Youngest age", Kind.NUMBER, "In years."),
        Field("maximum_age", "Oldest age", Kind.NUMBER, "In years. Leave it empty if there is none.", counts=False),
    ),
)
_FEES = Section(
    "fees",
    "Fees and key information",
    "What the Competition and Markets Authority says a family must be told first.",
    (
        Field("takes_self_funders", "People who pay for themselves", Kind.YES_NO, "Do you take them?"),
        Field("takes_council_funded", "People the council pays for", Kind.YES_NO, "Do you take them?"),
        Field("takes_nhs_funded", "People the NHS pays for", Kind.YES_NO, "Do you take them?"),
        Field("top_up_may_be_needed", "May somebody have to pay a top-up?", Kind.YES_NO),
        Field("fees", "What it costs", Kind.FEES),
        Field("extra_charges", "What costs extra", Kind.TEXT, "Hairdresser, chiropody, outings: what, and how much."),
        Field("upfront_payments", "What has to be paid before moving in", Kind.TEXT),
        Field("deposit", "Deposit", Kind.TEXT, "How much, and when it is given back. Write “None” if there is none."),
        Field("trial_period", "Trial period", Kind.TEXT),
        Field("notice_period", "Notice", Kind.TEXT, "How much, on each side, and what is paid after a death."),
        Field(
            "minimum_self_funding", "How long people must be able to pay for themselves", Kind.TEXT,
            "Write “No minimum” if there is none.",
        ),
    ),
)  # fmt: skip
_ROOMS = Section(
    "rooms",
    "Rooms and facilities",
    "What it offers to live in, or to visit.",
    (
        Field("capacity", "How many places there are", Kind.NUMBER),
        Field("capacity_unit", "What is counted", Kind.LINE, "Beds, places, apartments."),
        Field(
            "units", "Homes and rooms of each kind", Kind.UNITS,
            "Flats to rent, flats to buy, rooms with a shower. Leave it empty where the number of places says it all.",
            counts=False,
        ),
        Field("has_en_suite_rooms", "Rooms with their own bathroom", Kind.YES_NO),
        Field("has_shared_rooms", "Rooms for two, for couples", Kind.YES_NO),
        Field("has_garden", "Garden", Kind.YES_NO),
        Field("welcomes_pets", "Pets are welcome", Kind.YES_NO),
    ),
)  # fmt: skip
ACCESS = (
    Field("has_step_free_entrance", "Step-free entrance", Kind.YES_NO),
    Field("has_accessible_toilet", "Accessible toilet", Kind.YES_NO),
    Field("has_hearing_loop", "Hearing loop", Kind.YES_NO),
    Field("has_accessible_parking", "Accessible parking", Kind.YES_NO),
    Field("has_lift", "Lift", Kind.YES_NO),
)
_STAFFING = Section(
    "staffing",
    "Staffing",
    "Who looks after people.",
    (
        Field("staffing", "Who is there by day and by night", Kind.TEXT),
        Field("registered_manager", "Registered manager", Kind.LINE, "As registered with the Care Quality Commission."),
    ),
)
_ADDRESS = (
    Field("address", "Street address", Kind.LINE, "Without town and postcode."),
    Field("town", "Town", Kind.LINE),
    Field("postcode", "Postcode", Kind.LINE),
    Field(
        "is_address_withheld", "Tell nobody where this is", Kind.FLAG,
        "For people’s safety, such as in a refuge: families learn the first half of the postcode and no more. Until the"
        " council has agreed the address stays as it is: ring it if it cannot wait.", counts=False,
    ),
)  # fmt: skip
_CONTACT = Section(
    "contact",
    "Contact and areas served",
    "How a family reaches you, and where you come to.",
    (
        Field("phone", "Phone", Kind.LINE),
        Field("email", "Email", Kind.LINE, "One that is read every working day. Everybody can see it."),
        Field("website", "Website", Kind.LINE, "For example https://www.example.org/home"),
        Field("how_to_get", "How to get it", Kind.TEXT, "Ring us, ask the council, ask a doctor."),
        Field("waiting_time", "How long people wait", Kind.CHOICE),
        Field(
            "areas_served", "Councils and towns you come to", Kind.PLACES,
            "One on each line, such as County Durham. Only for a service that comes to people.", counts=False,
        ),
        Field(
            "served_outcodes", "Or only some postcode districts", Kind.OUTCODES,
            "First halves of postcodes, with commas: CA28, CA14.", counts=False,
        ),
    ),
)  # fmt: skip
_PHOTOS = Section(
    "photos",
    "Photos",
    f"Up to {MOST_PHOTOS}, each with words for people who cannot see it.",
    (Field("photos", "Photos", Kind.PHOTOS),),
)
_PROVIDER_ABOUT = Section(
    "about",
    "About you",
    "What is said of the organisation that runs the services.",
    (
        Field("name", "Legal name", Kind.LINE),
        Field("trading_name", "Name people know you by", Kind.LINE, "If it is another.", counts=False),
        Field("brand", "Group or brand", Kind.LINE, "If you belong to one.", counts=False),
        Field("summary", "In two or three sentences", Kind.TEXT),
        Field("company_number", "Company number", Kind.LINE, "Eight characters, as at Companies House.", counts=False),
        Field("charity_number", "Charity number", Kind.LINE, counts=False),
    ),
)
_PROVIDER_CONTACT = Section(
    "contact",
    "Contact and registered office",
    "The council where your registered office is looks after this page.",
    (
        Field("phone", "Phone", Kind.LINE),
        Field("email", "Email", Kind.LINE, "One that is read every working day. Everybody can see it."),
        Field("website", "Website", Kind.LINE, "For example https://www.example.org"),
        Field("registered_address", "Registered office: street address", Kind.LINE, "Without town and postcode."),
        Field("registered_town", "Registered office: town", Kind.LINE),
        Field("registered_postcode", "Registered office: postcode", Kind.LINE),
    ),
)

_BUILDING = Field("building", "Where it is", Kind.BUILDING)
_REQUESTS = {
    "proposed": Field("proposed", "A new service", Kind.REQUEST, counts=False),
    "removal": Field("removal", "Take this service out of the directory", Kind.REQUEST, counts=False),
}

PROVIDER_SECTIONS = (_PROVIDER_ABOUT, _PROVIDER_CONTACT)
SERVICE_SECTIONS = (_ABOUT, _WHO, _FEES, _ROOMS, _STAFFING, _CONTACT, _PHOTOS)

Subject = Service | Provider


def locations_of(service: Service) -> list[Location]:
    """Return the buildings of a service that its provider may speak for: its own, and those that are nobody's."""
    rows = sorted(service.locations.all(), key=lambda one: one.pk)
    return [one for one in rows if one.provider_id is None or one.provider_id == service.provider_id]


def sections_of(subject: Subject) -> tuple[Section, ...]:
    """Return the sections of a service or a provider, a service's with the fields of each of its buildings."""
    if isinstance(subject, Provider):
        return PROVIDER_SECTIONS
    locations = locations_of(subject)
    access = Section(
        "accessibility",
        "Accessibility",
        "What people with a disability ask first.",
        tuple(_of_location(field, one, locations) for one in locations for field in ACCESS),
    )
    addresses = tuple(_of_location(field, one, locations) for one in locations for field in _ADDRESS)
    if not subject.locations.all():
        # As of an entry that somebody made from a document, which named no address.
        addresses = (_BUILDING,)
    contact = Section(_CONTACT.key, _CONTACT.title, _CONTACT.about, (*_CONTACT.fields, *addresses))
    about, who, fees, rooms, staffing, _, photos = SERVICE_SECTIONS
    return about, who, fees, rooms, *([access] if locations else []), staffing, contact, photos


def _of_location(field: Field, location: Location, locations: list[Location]) -> Field:
    label = f"{field.label} of {location.name}" if len(locations) > 1 else field.label
    return Field(f"{field.name}@{location.uuid}", label, field.kind, field.hint, field.counts)


def fields_of(subject: Subject) -> dict[str, Field]:
    """Return every field of a service or provider by its name, the requests too."""
    found = {field.name: field for section in sections_of(subject) for field in section.fields}
    return {**found, "building": _BUILDING, **_REQUESTS} if isinstance(subject, Service) else found


def section_of(subject: Subject, key: str) -> Section | None:
    """Return one section by its key; None if there is none."""
    return next((section for section in sections_of(subject) if section.key == key), None)
