"""What a record is linked to, as far as it is public: contracts, frameworks, what came before and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field

from tenders.models import Award, Contract

from .values import Document


@dataclass(frozen=True)
class Link:
    """A process that stands in a relation to this one."""

    ocid: str
    relationship: str
    title: str


@dataclass(frozen=True)
class Linked:
    """What was fetched beside a record."""

    awards: list[Award] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    site: str = ""


def related(linked: Linked) -> list[Document]:
    return [
        {
            "id": f"{one.relationship}-{one.ocid}",
            "relationship": [one.relationship],
            "title": one.title,
            "scheme": "ocid",
            "identifier": one.ocid,
            "uri": f"{linked.site}/ocds/records/{one.ocid}.json",
        }
        for one in linked.links
    ]
