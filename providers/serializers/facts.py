"""What a serializer is given: rows fetched whole, with what may be told of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.geography import outcode_of
from core.models import Place

from ..models import Location, Rating, Service
from ..open_referral.rows import Surroundings


@dataclass(frozen=True)
class LocationFacts:
    """A building, as far as it may be told: of a withheld one the outcode, and the centre of that."""

    row: Location
    around: Surroundings

    @property
    def is_told(self) -> bool:
        return not self.row.is_address_withheld

    def _told(self, name: str) -> str | None:
        return (getattr(self.row, name) or None) if self.is_told else None

    @property
    def name(self) -> str | None:
        return self._told("name")

    @property
    def address(self) -> str | None:
        return self._told("address")

    @property
    def town(self) -> str | None:
        return self._told("town")

    @property
    def postcode(self) -> str | None:
        return self._told("postcode")

    @property
    def cqc_location_id(self) -> str | None:
        return self._told("cqc_location_id")

    @property
    def outcode(self) -> str | None:
        return outcode_of(self.row.postcode)

    @property
    def council(self) -> Place | None:
        return self.around.council_of(self.row)

    @property
    def latitude(self) -> float | None:
        point = self.around.point_of(self.row)
        return point[0] if point else None

    @property
    def point_accuracy(self) -> str | None:
        return self.around.accuracy_of(self.row) if self.around.point_of(self.row) else None

    @property
    def longitude(self) -> float | None:
        point = self.around.point_of(self.row)
        return point[1] if point else None


@dataclass(frozen=True)
class ServiceFacts:
    """A service fetched whole, and what its answer needs besides."""

    row: Service
    around: Surroundings
    distance_miles: float | None = None
    location_id: int | None = None
    is_area_told: bool = True

    @property
    def locations(self) -> list[LocationFacts]:
        return [LocationFacts(row, self.around) for row in self.row.locations.all()]

    @property
    def found_at(self) -> LocationFacts | None:
        return next((one for one in self.locations if one.row.pk == self.location_id), None)

    @property
    def vacancies(self) -> list[Any]:
        return [one for one in self.row.vacancies.all() if one.is_current(at=self.around.at)]

    @property
    def ratings(self) -> list[Rating]:
        return list(self.row.ratings.all())

    @property
    def overall_rating(self) -> Rating | None:
        return next((one for one in self.ratings if one.question == Rating.Question.OVERALL), None)

    @property
    def has_report_links(self) -> bool:
        # The regulator's page would tell the address that we withhold.
        return all(one.is_told for one in self.locations)
