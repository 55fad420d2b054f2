"""How lists of services are narrowed: the parameters of the standard, each on its own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet
from django.http import QueryDict

from providers.models import Provider, SearchText, Service

from . import parameters
from .rows import modified_since
from .taxonomies import TAXONOMIES, Terms

MOST_WORDS = 10


def narrowed(rows: QuerySet[Service], query: QueryDict, terms: Terms, *, at: dt.datetime) -> QuerySet[Service]:
    """Return the services that every parameter given allows."""
    if (organization := parameters.identifier(query, "organization_id")) is not None:
        rows = rows.filter(provider__uuid=organization)
    if (term_id := parameters.identifier(query, "taxonomy_term_id")) is not None:
        term = terms.by_id.get(str(term_id))
        rows = _carrying(rows, types=term.type_ids, groups=term.group_ids) if term else rows.none()
    if (taxonomy_id := parameters.identifier(query, "taxonomy_id")) is not None:
        rows = _of_taxonomy(rows, str(taxonomy_id), terms)
    if (since := parameters.moment(query, "modified_after")) is not None:
        rows = modified_since(rows, since, at=at)
    return with_words(rows, parameters.text(query, "search"))


def with_words(rows: QuerySet[Service], words: str) -> QuerySet[Service]:
    """Return services that hold every word in what a page shows of them, in any of its forms."""
    if not words:
        return rows
    wanted = SearchQuery(words, config="english", search_type="plain")
    return rows.filter(pk__in=SearchText.objects.filter(vector=wanted).values("service_id"))


def providers_with_words(rows: QuerySet[Provider], words: str) -> QuerySet[Provider]:
    for word in words.split()[:MOST_WORDS]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(trading_name__icontains=word)
            | Q(brand__icontains=word)
            | Q(summary__icontains=word)
        )
    return rows


def _carrying(rows: QuerySet[Service], *, types: Any, groups: Any) -> QuerySet[Service]:
    """Services of any of these types or groups, each once."""
    if not (types or groups):
        return rows.none()
    links_of_types = Service.types.through.objects.filter(servicetype_id__in=types).values("service_id")
    links_of_groups = Service.client_groups.through.objects.filter(clientgroup_id__in=groups).values("service_id")
    return rows.filter(pk__in=links_of_types if types else links_of_groups)


def _of_taxonomy(rows: QuerySet[Service], taxonomy_id: str, terms: Terms) -> QuerySet[Service]:
    taxonomy = TAXONOMIES.get(taxonomy_id)
    if taxonomy is None:
        return rows.none()
    own = terms.ordered(taxonomy)
    types = {key for term in own for key in term.type_ids}
    groups = {key for term in own for key in term.group_ids}
    return _carrying(rows, types=types, groups=groups)
