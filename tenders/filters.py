"""How the public lists are narrowed. A parent type or group finds its children; an unknown value is left out."""

from __future__ import annotations

import django_filters
from django.contrib.postgres.functions import TransactionNow
from django.db.models import Exists, OuterRef, Q

from commissioning.models import Organisation
from core import clock
from core.filters import RegisterFilterSet, TreeFilter, WordsFilter
from core.models import ClientGroup, LifeStage, ServiceType

from .models import Contract, Framework, Opportunity

# The same as in `ContractQuerySet.for_public_list`: the clock is the request's transaction.
SHOWN_SUPPLIER = Q(suppliers__provider=None) | Q(suppliers__provider__published_at__lte=TransactionNow())


class ProcurementFilterSet(RegisterFilterSet):
    """What all registers of procurement are narrowed by."""

    buyer = django_filters.ModelChoiceFilter(
        field_name="organisation",
        to_field_name="slug",
        label="Who buys",
        empty_label="Everybody",
        queryset=Organisation.objects.none(),
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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Only who has something in this register, or the page grows with the organisations of the installation.
        rows = self._meta.model.objects.public(at=TransactionNow()).filter(organisation=OuterRef("pk"))
        self.filters["buyer"].queryset = Organisation.objects.filter(Exists(rows)).order_by("name")


class OpportunityFilterSet(ProcurementFilterSet):
    q = WordsFilter(["title", "summary", "organisation__name", "service_area"], label="Words")
    stage = django_filters.ChoiceFilter(
        field_name="life_stage", label="Time of life", empty_label="All", choices=LifeStage
    )

    class Meta:
        model = Opportunity
        fields: list[str] = []


class FrameworkFilterSet(ProcurementFilterSet):
    q = WordsFilter(["title", "summary", "organisation__name"], label="Words")
    kind = django_filters.ChoiceFilter(label="Kind", empty_label="All kinds", choices=Framework.Kind)
    joining = django_filters.ChoiceFilter(
        label="Joining", empty_label="All", choices=[("now", "Open to join now")], method="filter_joining"
    )

    def filter_joining(self, rows, name, value):
        return rows.open_to_join(at=clock.now()) if value == "now" else rows

    class Meta:
        model = Framework
        fields: list[str] = []


class ContractFilterSet(ProcurementFilterSet):
    q = WordsFilter(
        ["title", "summary", "organisation__name", "suppliers__provider__name", "suppliers__name_as_stated"],
        only={"suppliers": SHOWN_SUPPLIER},
        label="Words",
        distinct=True,
    )
    arrangement = django_filters.ChoiceFilter(
        label="Arrangement", empty_label="All arrangements", choices=Contract.Arrangement
    )

    class Meta:
        model = Contract
        fields: list[str] = []
