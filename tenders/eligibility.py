"""What a provider still lacks to join: each entry condition put to its own entry, in words that say what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.models import Place, ServiceType
from providers.models import Provider, Rating, Service

from .models import EntryCondition

Kind = EntryCondition.Kind
RATINGS = [
    Rating.Value.INADEQUATE,
    Rating.Value.REQUIRES_IMPROVEMENT,
    Rating.Value.GOOD,
    Rating.Value.OUTSTANDING,
]


@dataclass(frozen=True)
class Finding:
    """One condition with whether the provider meets it; ``meets`` is nothing where this cannot be told here."""

    condition: EntryCondition
    meets: bool | None
    words: str


@dataclass(frozen=True)
class Candidate:
    """What the conditions are put to: a provider's public services, and what the lot is about."""

    provider: Provider
    services: Sequence[Service]
    types: Iterable[ServiceType]
    places: Iterable[Place]
    at: dt.datetime

    def of_the_type(self) -> list[Service]:
        """The services of a type the lot is about, or below one; all where it names none."""
        paths = [one.path for one in self.types]
        if not paths:
            return list(self.services)
        return [one for one in self.services if any(_within(type_.path, paths) for type_ in one.types.all())]


def public_services(provider: Provider, *, at: dt.datetime) -> list[Service]:
    """Return the services the conditions are put to, with all they ask, in a fixed number of queries."""
    rows = Service.objects.public(at=at).filter(provider=provider).order_by("name", "pk")
    return list(rows.prefetch_related("types", "areas_served", "locations__place", "ratings"))


def check(conditions: Iterable[EntryCondition], candidate: Candidate) -> list[Finding]:
    """Put each condition to the provider's entry as families see it. A draft counts once its council agreed."""
    return [Finding(one, *TESTS[Kind(one.kind)](one, candidate)) for one in conditions]


Answer = tuple[bool | None, str]


def _names(services: Iterable[Service]) -> str:
    return ", ".join(one.name for one in services)


def _within(path: str, paths: Iterable[str]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in paths)


def _profile_current(condition: EntryCondition, candidate: Candidate) -> Answer:
    services = candidate.of_the_type()
    if not services:
        return False, "None of your services of this kind is in the directory. Propose it in your workspace."
    old = [one for one in services if one.confirmed_at is None or one.is_stale(at=candidate.at)]
    if old:
        return False, f"Not confirmed lately: {_names(old)}. Open your workspace and press “Nothing has changed”."
    return True, "Every entry of this kind was confirmed lately."


def _cqc_registered(condition: EntryCondition, candidate: Candidate) -> Answer:
    if candidate.provider.cqc_provider_id:
        return True, f"Registered as {candidate.provider.cqc_provider_id}."
    return False, "Your entry has no CQC provider number. Add it in your workspace, under your organisation."


def _cqc_rating(condition: EntryCondition, candidate: Candidate) -> Answer:
    lowest = RATINGS.index(Rating.Value(condition.rating))
    services = candidate.of_the_type()
    overall = {
        one: rating
        for one in services
        for rating in one.ratings.all()
        if rating.question == Rating.Question.OVERALL and rating.value
    }
    below = [one for one, rating in overall.items() if RATINGS.index(Rating.Value(rating.value)) < lowest]
    if below:
        return False, f"Rated below {condition.get_rating_display()}: {_names(below)}."
    unrated = [one for one in services if one not in overall]
    if unrated or not services:
        named = f": {_names(unrated)}" if unrated else ""
        return None, f"Not rated{named}. Ask the organisation how it counts services without a rating."
    return True, f"Every service of this kind is rated {condition.get_rating_display()} or better."


def _offers_type(condition: EntryCondition, candidate: Candidate) -> Answer:
    wanted = ", ".join(one.name for one in candidate.types)
    if not wanted:
        return None, "The organisation has not stated a type of care."
    services = candidate.of_the_type()
    if services:
        return True, f"Offered by {_names(services)}."
    return False, f"None of your services is of this kind: {wanted}. Correct their kinds in your workspace, or add one."


def _serves_place(condition: EntryCondition, candidate: Candidate) -> Answer:
    wanted = list(candidate.places)
    if not wanted:
        return None, "The organisation has not stated a place."
    paths = [one.path for one in wanted]
    serving = [one for one in candidate.services if _serves(one, paths)]
    if serving:
        return True, f"Served by {_names(serving)}."
    names = ", ".join(one.name for one in wanted)
    return False, f"None of your services says that it works in {names}. Add the areas you serve in your workspace."


def _serves(service: Service, paths: list[str]) -> bool:
    """Whether a service stands in one of the places, or serves one or what holds it."""
    for area in service.areas_served.all():
        if _within(area.path, paths) or any(_within(path, [area.path]) for path in paths):
            return True
    return any(one.place is not None and _within(one.place.path, paths) for one in service.locations.all())


def _registered_body(condition: EntryCondition, candidate: Candidate) -> Answer:
    provider = candidate.provider
    if provider.company_number or provider.charity_number:
        return True, "Your entry has a company or charity number."
    return False, "Your entry has neither a company nor a charity number. Add one in your workspace."


def _statement(condition: EntryCondition, candidate: Candidate) -> Answer:
    return None, "This cannot be checked here. Show it in your application."


TESTS: dict[Kind, Callable[[EntryCondition, Candidate], Answer]] = {
    Kind.PROFILE_CURRENT: _profile_current,
    Kind.CQC_REGISTERED: _cqc_registered,
    Kind.CQC_RATING: _cqc_rating,
    Kind.OFFERS_TYPE: _offers_type,
    Kind.SERVES_PLACE: _serves_place,
    Kind.REGISTERED_BODY: _registered_body,
    Kind.STATEMENT: _statement,
}
