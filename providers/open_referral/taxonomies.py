"""The words the feed sorts services by: ours for care and for people, and the regulator's for care."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.models import ClientGroup, ServiceType
from providers.cqc.layout import SPECIALISMS, USER_BANDS

from .ids import made_of

Document = dict[str, Any]


@dataclass(frozen=True)
class Taxonomy:
    """A list of terms, and what to call it in the address of a term."""

    key: str
    name: str
    description: str
    link_type: str
    uri: str = ""

    @property
    def id(self) -> str:
        return made_of("taxonomy", self.key)

    def term_id(self, key: str) -> str:
        return made_of("taxonomy_term", self.key, key)


TYPES = Taxonomy(
    "service-types",
    "Types of care and support",
    "Kinds of care, support and health service in the words families and commissioners use. A tree: a service of a "
    "lower term is one of the higher term too.",
    "service_type",
)
GROUPS = Taxonomy(
    "client-groups",
    "People that services are for",
    "Older people, people with dementia, carers, children with special educational needs, and so on. A tree: a service "
    "of a lower term is one of the higher term too.",
    "client_group",
)
CQC_TYPES = Taxonomy(
    "cqc-service-types",
    "CQC service types",
    "What the Care Quality Commission calls the kinds of service it registers, where a type of care here is one of "
    "them. The type of care is the provider's or the council's word; the registration itself is with the commission.",
    "cqc_service_type",
    "https://www.cqc.org.uk/about-us/transparency/using-cqc-data",
)
CQC_SPECIALISMS = Taxonomy(
    "cqc-specialisms",
    "CQC specialisms",
    "What the Care Quality Commission calls the people a service is for, where a client group here is one of them. The "
    "client group is the provider's or the council's word; the registration itself is with the commission.",
    "cqc_specialism",
    "https://www.cqc.org.uk/about-us/transparency/using-cqc-data",
)
TAXONOMIES = {one.id: one for one in (TYPES, GROUPS, CQC_TYPES, CQC_SPECIALISMS)}
# Narrower than the client group that an import reads them as, so that the group does not say them.
NARROWER_BANDS = {"People detained under the Mental Health Act", "People with an eating disorder"}


@dataclass(frozen=True)
class Term:
    """One term, and which rows carry it: the types or client groups of it and of all below it."""

    taxonomy: Taxonomy
    key: str
    name: str
    description: str
    parent_key: str = ""
    type_ids: frozenset[int] = frozenset()
    group_ids: frozenset[int] = frozenset()

    @property
    def id(self) -> str:
        return self.taxonomy.term_id(self.key)

    @property
    def parent_id(self) -> str:
        return self.taxonomy.term_id(self.parent_key) if self.parent_key else ""


@dataclass
class Terms:
    """All terms, read in two queries: some hundred, so each answer has them at hand."""

    by_id: dict[str, Term] = field(default_factory=dict)
    of_type: dict[int, list[Term]] = field(default_factory=dict)
    of_group: dict[int, list[Term]] = field(default_factory=dict)

    def ordered(self, taxonomy: Taxonomy | None) -> list[Term]:
        return [term for term in self.by_id.values() if taxonomy is None or term.taxonomy == taxonomy]

    def _add(self, term: Term, kinds: dict[int, list[Term]], *rows: int) -> None:
        self.by_id[term.id] = term
        for row in rows:
            kinds.setdefault(row, []).append(term)


def read_terms() -> Terms:
    """Read every term, in the order the portal shows them."""
    terms = Terms()
    types = list(ServiceType.objects.order_by("order", "path"))
    for one in types:
        below = frozenset(row.pk for row in types if _is_within(row.path, one.path))
        words = one.description or f"Type of care or support: {_in_context(one, types)}."
        terms._add(Term(TYPES, one.slug, one.name, words, _above(one.path), below), terms.of_type, one.pk)
    groups = list(ClientGroup.objects.order_by("order", "path"))
    for group in groups:
        below = frozenset(row.pk for row in groups if _is_within(row.path, group.path))
        words = f"People a service is for: {_in_context(group, groups)}."
        term = Term(GROUPS, group.slug, group.name, words, _above(group.path), group_ids=below)
        terms._add(term, terms.of_group, group.pk)
    for name in sorted({one.cqc_service_type for one in types} - {""}):
        carriers = [one.pk for one in types if one.cqc_service_type == name]
        words = f"Service type of the Care Quality Commission: {name}."
        terms._add(Term(CQC_TYPES, name, name, words, type_ids=frozenset(carriers)), terms.of_type, *carriers)
    by_slug = {group.slug: group.pk for group in groups}
    for band, name in _specialisms().items():
        carriers = [by_slug[slug] for slug in USER_BANDS[band] if slug in by_slug]
        words = f"Specialism of the Care Quality Commission: {name}. In its files: {band}."
        term = Term(CQC_SPECIALISMS, band, name, words, group_ids=frozenset(carriers))
        terms._add(term, terms.of_group, *carriers)
    return terms


def _specialisms() -> dict[str, str]:
    """Each of the commission's user bands that one of our groups says, and the first of its names in the interface."""
    names: dict[str, str] = {}
    for name, band in SPECIALISMS.items():
        if band not in NARROWER_BANDS:
            names.setdefault(band, name)
    return names


def _is_within(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}/")


def _above(path: str) -> str:
    return path.split("/")[-2] if "/" in path else ""


def _in_context(node: ServiceType | ClientGroup, nodes: Iterable[Any]) -> str:
    """The name, and the name of what it is below, so that a short name says something by itself."""
    above = next((row.name for row in nodes if row.pk == node.parent_id), "")
    return f"{node.name} ({above})" if above else node.name


def taxonomy_document(taxonomy: Taxonomy, terms: Terms | None = None) -> Document:
    """Return a taxonomy; with terms, also those that belong to it."""
    document: Document = {"id": taxonomy.id, "name": taxonomy.name, "description": taxonomy.description}
    if taxonomy.uri:
        document["uri"] = taxonomy.uri
    document["version"] = "1.0"
    own = terms.ordered(taxonomy) if terms else []
    if own:
        document["taxonomy_terms"] = [term_document(term) for term in own]
    return document


def term_document(term: Term) -> Document:
    document: Document = {"id": term.id, "name": term.name, "description": term.description}
    if term.parent_id:
        document["parent_id"] = term.parent_id
    return {**document, "taxonomy": term.taxonomy.name, "taxonomy_id": term.taxonomy.id, "term": term.name}


def attribute_document(term: Term, *, link_id: uuid.UUID) -> Document:
    """Return that a service carries a term."""
    return {
        "id": made_of("attribute", link_id, term.id),
        "link_id": str(link_id),
        "taxonomy_term_id": term.id,
        "link_type": term.taxonomy.link_type,
        "taxonomy_term": term_document(term),
    }
