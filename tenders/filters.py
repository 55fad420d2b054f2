"""How the public lists are narrowed. A parent type or group finds its children; an unknown value is left out."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q

from commissioning.models import Organisation
from core.models import ClientGroup, LifeStage, ServiceType

from .models import Contract, Framework, Opportunity


class WordsFilter(django_filters.CharFilter):
    """Rows that hold every word typed, in any of the given fields."""

    def __init__(self, fields: list[str], **kwargs: Any) -> None:
        self.searched = fields
        super().__init__(**kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        for word in (value or "").replace("\x00", "").split()[:10]:
            condition = Q()
            for name in self.searched:
                condition |= Q(**{f"{name}__icontains": word})
            qs = qs.filter(condition)
        return qs


class TreeFilter(django_filters.ModelChoiceFilter):
    """Rows that carry the chosen node or one below it."""

    def filter(self, qs: Any, value: Any) -> Any:
        if value is None:
            return qs
        return qs.filter(**{f"{self.field_name}__in": type(value).objects.within([value])}).distinct()


class RegisterFilterSet(django_filters.FilterSet):
    """What all registers are narrowed by."""

    buyer = django_filters.ModelChoiceFilter(
        field_name="organisation",
        to_field_name="slug",
        label="Who buys",
        empty_label="Everybody",
        queryset=Organisation.objects.order_by("name"),
    )
    type = TreeFilter(
        field_name="types",
        to_field_name="slug",
        label="Type of care",
        empty_label="All types",
        queryset=ServiceType.objects.order_by("order", "name"),
    )
    group = TreeFilter(
        field_name="client_groups",
        to_field_name="slug",
        label="Who it is for",
        empty_label="Everybody",
        queryset=ClientGroup.objects.order_by("order", "name"),
    )

    def chosen(self) -> list[tuple[str, str]]:
        """The filters in use: name and the words for it."""
        form = self.form
        form.is_valid()
        found = []
        for name, field in form.fields.items():
            value = form.cleaned_data.get(name)
            if value in (None, ""):
                continue
            words = dict(field.choices).get(value, value) if not hasattr(field, "queryset") and hasattr(field, "choices") else value
            found.append((name, f"“{value}”" if name == "q" else str(words)))
        return found

    def filter_queryset(self, queryset: Any) -> Any:
        # A value nobody offers is left out and the page says so; the rest still narrows.
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


class OpportunityFilterSet(RegisterFilterSet):
    q = WordsFilter(["title", "summary", "organisation__name", "service_area"], label="Words")
    stage = django_filters.ChoiceFilter(
        field_name="life_stage", label="Time of life", empty_label="All", choices=LifeStage
    )

    class Meta:
        model = Opportunity
        fields: list[str] = []


class FrameworkFilterSet(RegisterFilterSet):
    q = WordsFilter(["title", "summary", "organisation__name"], label="Words")
    kind = django_filters.ChoiceFilter(label="Kind", empty_label="All kinds", choices=Framework.Kind)

    class Meta:
        model = Framework
        fields: list[str] = []


class ContractFilterSet(RegisterFilterSet):
    q = WordsFilter(
        ["title", "summary", "organisation__name", "suppliers__provider__name", "suppliers__name_as_stated"],
        label="Words",
        distinct=True,
    )
    arrangement = django_filters.ChoiceFilter(
        label="Arrangement", empty_label="All arrangements", choices=Contract.Arrangement
    )

    class Meta:
        model = Contract
        fields: list[str] = []
