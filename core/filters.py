"""Filters that every public list shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_filters
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django_filters.fields import ModelChoiceField, ModelChoiceIterator

# More words than a person types; each costs a look at every row.
WORDS_READ = 10


class WordsFilter(django_filters.CharFilter):
    """Rows that hold every word typed, in any of the given fields."""

    def __init__(self, fields: list[str], **kwargs: Any) -> None:
        self.searched = fields
        super().__init__(**kwargs)

    def filter(self, qs: Any, value: str | None) -> Any:
        words = (value or "").replace("\x00", "").split()[:WORDS_READ]
        for word in words:
            condition = Q()
            for name in self.searched:
                condition |= Q(**{f"{name}__icontains": word})
            qs = qs.filter(condition)
        return qs


class _Names(ModelChoiceIterator):
    """The options of a choice as keys and names, of which pages have hundreds: in one query, and without their rows."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from self.queryset.values_list(self.field.to_field_name or "pk", "name")


class _NamedField(ModelChoiceField):
    iterator = _Names


class NamedFilter(django_filters.ModelChoiceFilter):
    """A choice among rows that are called by their ``name``."""

    field_class = _NamedField


class TreeFilter(NamedFilter):
    """Rows that carry the chosen node or one below it.

    Only the table of links is read. Where rows stand beside the records that carry the nodes, with the same keys, the
    filter set names these as its ``record``.
    """

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        links = getattr(getattr(self.parent, "record", self.model), self.field_name)
        return qs.filter(pk__in=linked(links, type(value).objects.within([value])))


def linked(links: Any, nodes: Any) -> Any:
    """Return the keys of the rows that carry one of the nodes. Only the table of links is read.

    :param links: a many-to-many field as its model has it, such as ``Opportunity.types``.
    """
    rows = links.through.objects.filter(**{f"{links.field.m2m_reverse_field_name()}__in": nodes})
    return rows.order_by().values(links.field.m2m_field_name())


def _without_nul(data: QueryDict | None) -> QueryDict | None:
    """Drop a character that neither the database nor HTML can hold."""
    if not data:
        return data
    data = data.copy()
    for name, values in data.lists():
        data.setlist(name, [value.replace("\x00", "") for value in values])
    return data


class RegisterFilterSet(django_filters.FilterSet):
    """A public list's filters. A value nobody offers is left out, and the page says so; the rest still narrows."""

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_without_nul(data), *args, **kwargs)

    def filter_queryset(self, queryset: Any) -> Any:
        for name, value in self.form.cleaned_data.items():
            queryset = self.filters[name].filter(queryset, value)
        return queryset

    @property
    def qs(self) -> Any:
        if not hasattr(self, "_qs"):
            rows = self.queryset.all()
            if self.is_bound:
                self.form.is_valid()
                rows = self.filter_queryset(rows)
            self._qs = rows
        return self._qs

    @property
    def listed(self) -> Any:
        """What pages are cut from: `qs`, or for a long register what finds the rows of one page by themselves."""
        return self.qs

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is in use."""
        if not self.is_bound:
            return False
        self.form.is_valid()
        return any(value not in (None, "", []) for value in self.form.cleaned_data.values())

    @property
    def has_unknown(self) -> bool:
        """Whether the address holds a value that no filter offers."""
        return bool(self.is_bound and self.form.errors)

    def chips(self, request: HttpRequest) -> list[tuple[str, str]]:
        """The filters in use, each in words and with the address of the list without it."""
        if not self.is_bound:
            return []
        self.form.is_valid()
        found = []
        for name, field in self.form.fields.items():
            value = self.form.cleaned_data.get(name)
            if value in (None, ""):
                continue
            is_choice = hasattr(field, "choices") and not hasattr(field, "queryset")
            words = dict(field.choices).get(value, value) if is_choice else value
            query = request.GET.copy()
            query.pop(name, None)
            query.pop("page", None)
            found.append((f"“{value}”" if name == "q" else str(words), f"?{query.urlencode()}"))
        return found
