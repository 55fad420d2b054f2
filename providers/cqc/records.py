"""What a file says of a provider, a location and a rating, whatever the file's kind."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.text import slugify

from core.models import ClientGroup, ServiceType
from providers.models import Service

from . import layout
from .spill import Spill

Setting = Service.Setting
# Words that stand below an address as something else; core.models.AddressedModel refuses them.
EXAMPLES = 5


@dataclass(frozen=True)
class Taxonomy:
    """The installation's kinds of care and groups of people, by the CQC's names of them."""

    types: dict[str, int]
    groups: dict[str, tuple[int, ...]]

    @classmethod
    def load(cls) -> Taxonomy:
        """Read it from the database: what an operator maps to a CQC type goes before our own mapping."""
        types = dict(ServiceType.objects.values_list("slug", "pk"))
        mapped = dict(ServiceType.objects.exclude(cqc_service_type="").values_list("cqc_service_type", "pk"))
        groups = dict(ClientGroup.objects.values_list("slug", "pk"))
        return cls(
            {
                name: mapped.get(name) or types[slug]
                for name, slug in layout.SERVICE_TYPES.items()
                if name in mapped or slug in types
            },
            {
                name: tuple(groups[slug] for slug in slugs if slug in groups)
                for name, slugs in layout.USER_BANDS.items()
            },
        )


@dataclass
class Ignored:
    """What was read and not used, and why, with a few examples of each."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, example: str = "") -> None:
        self.counts[reason] += 1
        shown = self.examples.setdefault(reason, [])
        if example and len(shown) < EXAMPLES:
            shown.append(example)

    def as_list(self) -> list[dict[str, object]]:
        return [
            {"reason": reason, "count": count, "examples": self.examples.get(reason, [])}
            for reason, count in self.counts.most_common()
        ]


@dataclass
class Sink:
    """Takes the checked rows of one file and counts."""

    spill: Spill
    taxonomy: Taxonomy
    ignored: Ignored = field(default_factory=Ignored)
    providers: set[str] = field(default_factory=set)
    locations: set[str] = field(default_factory=set)
    rows: int = 0

    def add_provider(
        self,
        *,
        cqc_provider_id: str,
        name: str,
        ownership: str,
        brand: str = "",
        company_number: str = "",
        charity_number: str = "",
        website: str = "",
        phone: str = "",
        address: str = "",
        town: str = "",
        postcode: str = "",
        registered_date: dt.date | None = None,
    ) -> None:
        self.providers.add(cqc_provider_id)
        kind = ownership.casefold()
        if kind == "nhs body":
            sector = "nhs"
        elif charity_number:
            sector = "voluntary"
        else:
            sector = "independent" if kind in {"individual", "partnership"} else "unknown"
        # No public address carries a person's name, and one person's business mostly bears it.
        slug = "care-provider" if kind in {"individual", "partnership"} else slugify(name)[:90]
        row = (
            cqc_provider_id, name, slug, sector, "" if brand == layout.NO_BRAND else brand, company_number,
            charity_number, website, phone, address, town, postcode, registered_date,
        )  # fmt: skip
        self.spill.add("cqc_provider", row)

    def add_location(
        self,
        *,
        cqc_location_id: str,
        cqc_provider_id: str,
        name: str,
        is_person: bool,
        address: str,
        town: str,
        postcode: str,
        point: tuple[float, float] | None,
        uprn: str,
        local_authority: str,
        phone: str,
        website: str,
        registered_manager: str,
        beds: int | None,
        types: Iterable[str],
        bands: Iterable[str],
        registered_date: dt.date | None,
        is_deregistered: bool = False,
        deregistered_date: dt.date | None = None,
        is_dormant: bool = False,
        dormant_from: dt.date | None = None,
        primary_id: str = "",
    ) -> None:
        self.locations.add(cqc_location_id)
        types = list(types)
        latitude, longitude = point or (None, None)
        row = (
            cqc_location_id, cqc_provider_id, name, slug_of(name, town, is_person=is_person), address, town, postcode,
            latitude, longitude, uprn, local_authority, phone, website, registered_manager, beds, setting_of(types),
            _array(self._type_ids(types)), _array(self._group_ids(bands)), registered_date, is_deregistered,
            deregistered_date, is_dormant, dormant_from, primary_id,
        )  # fmt: skip
        self.spill.add("cqc_location", row)

    def add_rating(
        self,
        *,
        cqc_location_id: str,
        question: str,
        state: str,
        value: str = "",
        rated_date: dt.date | None = None,
        framework: str = "",
        stated: str = "",
        earlier_value: str = "",
        earlier_date: dt.date | None = None,
        report_url: str = "",
    ) -> None:
        row = (
            cqc_location_id, question, state, value, rated_date, framework, stated, earlier_value, earlier_date,
            report_url or f"https://www.cqc.org.uk/location/{cqc_location_id}", bool(report_url),
        )  # fmt: skip
        self.spill.add("cqc_rating", row)

    def _type_ids(self, types: list[str]) -> set[int]:
        found = set()
        for name in types:
            pk = self.taxonomy.types.get(name)
            if pk is not None:
                found.add(pk)
            elif layout.SERVICE_TYPES.get(name):
                self.ignored.add(f"the taxonomy here has no kind of care for the CQC's “{name}”")
        return found

    def _group_ids(self, bands: Iterable[str]) -> set[int]:
        return {pk for name in bands for pk in self.taxonomy.groups.get(name, ())}


def slug_of(name: str, town: str, *, is_person: bool) -> str:
    """Return the last part of an entry's address; the writing makes it single.

    :param is_person: whether the name is a person's, which no public address carries.
    """
    base = "care-service" if is_person else slugify(name)[:60]
    place = slugify(town)[:40]
    slug = base if not place or place in base else f"{base}-{place}"
    return re.sub(r"-+", "-", slug).strip("-") or "care-service"


def setting_of(types: list[str]) -> str:
    comes = any(name in layout.COMES_TO_YOU for name in types)
    goes = any(name in layout.YOU_GO_THERE for name in types)
    if comes and goes:
        return Setting.BOTH
    return Setting.HOME if comes else Setting.PLACE if goes else Setting.UNKNOWN


def _array(pks: set[int]) -> str:
    return "{" + ",".join(map(str, sorted(pks))) + "}"
