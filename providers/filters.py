"""How the list of providers is narrowed; an unknown value is left out. Services have a search of their own."""

from __future__ import annotations

import django_filters

from core.filters import RegisterFilterSet, WordsFilter

from .models import Provider


class ProviderFilterSet(RegisterFilterSet):
    q = WordsFilter(["name", "trading_name", "brand"], label="Name")
    sector = django_filters.ChoiceFilter(label="Sector", empty_label="All sectors", choices=Provider.Sector)

    class Meta:
        model = Provider
        fields: list[str] = []
