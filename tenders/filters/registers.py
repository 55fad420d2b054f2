"""How the public lists are narrowed. A parent type or group finds its children; an unknown value is left out."""

from __future__ import annotations

import datetime as dt

import django_filters
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.functions import TransactionNow
from django.db.models import BooleanField, Exists, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.http import QueryDict

from commissioning.models import Organisation
from core import clock
from core.dates import london_date, months_after
from core.filters import WORDS_READ, NamedFilter, RegisterFilterSet, TreeFilter, WordsFilter
from core.models import ClientGroup, ServiceType
from providers.models import Provider

from ..models import Contract, ContractQuerySet, ContractSupplier, Framework, RegisterRow
from .pages import ContractPages

# The same as in `public_suppliers`: the clock is the request's transaction.
SHOWN_NAME = Q(provider=None) | Q(provider__published_at__lte=TransactionNow())
# Name, words, and the pounds from which on and below which.
VALUE_BANDS = [
    ("under-100k", "Under £100,000", 0, 100_000),
    ("100k-1m", "£100,000 to under £1 million", 100_000, 1_000_000),
    ("1m-5m", "£1 million to under £5 million", 1_000_000, 5_000_000),
    ("5m", "£5 million or more", 5_000_000, None),
]


class ProcurementFilterSet(RegisterFilterSet):
    """What all registers of procurement are narrowed by."""

    buyer = NamedFilter(
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


class _IsAnyOf(Func):
    """Whether a column is one of the keys that a query has found before: an index answers that, as another the words."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY (", BooleanField()

    def __init__(self, column: str, keys: QuerySet) -> None:
        super().__init__(column, ArraySubquery(keys))


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
    """The contracts register: what narrows it looks at the narrow rows beside the contracts."""

    record = Contract
    q = django_filters.CharFilter(label="Words", method="filter_words")
    new = django_filters.ChoiceFilter(
        label="New", empty_label="All", method="filter_new",
        choices=[(str(months), f"Started in the last {months} months") for months in (3, 6, 12)],
    )  # fmt: skip
    ending = django_filters.ChoiceFilter(
        label="Ending", empty_label="All", method="filter_ending",
        choices=[(str(months), f"Ends within {months} months") for months in (6, 12, 24)],
    )  # fmt: skip
    supplier = django_filters.CharFilter(label="Provider", method="filter_supplier")
    arrangement = django_filters.ChoiceFilter(
        field_name="contract__arrangement",
        label="Arrangement",
        empty_label="All arrangements",
        choices=Contract.Arrangement,
    )
    size = django_filters.ChoiceFilter(
        label="Kind of provider", empty_label="All", method="filter_size",
        choices=[("sme", "Small and medium-sized firms"), ("vcse", "Voluntary and community organisations")],
    )  # fmt: skip
    value = django_filters.ChoiceFilter(
        label="Value", empty_label="All", method="filter_value",
        choices=[(name, words) for name, words, _, _ in VALUE_BANDS] + [("unknown", "Not published")],
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, contracts: ContractQuerySet, at: dt.datetime) -> None:
        super().__init__(data, queryset=RegisterRow.objects.public(at=at))
        self.contracts, self.at, self.today = contracts, at, london_date(at)

    @property
    def listed(self) -> ContractPages:
        return ContractPages(self.contracts, self.qs, is_narrowed=self.is_narrowed, at=self.at)

    @property
    def whole(self) -> ContractQuerySet:
        """The contracts of all pages, in their order."""
        found = self.contracts.filter(pk__in=self.qs.values("pk")) if self.is_narrowed else self.contracts
        return found.passed_last(at=self.at)

    def filter_words(self, rows, name, value):
        """Rows that hold every word: in title or summary, or in the name of who buys or of a provider that is shown."""
        for word in value.split()[:WORDS_READ]:
            is_said = Q(words__contains=Upper(Value(word)))
            buyers = Organisation.objects.filter(name__icontains=word).values("pk")
            supplied = _supplied_by(word).values("contract")
            rows = rows.filter(is_said | Q(_IsAnyOf("organisation", buyers)) | Q(_IsAnyOf("contract", supplied)))
        return rows

    def filter_new(self, rows, name, value):
        return rows.started_since(months_after(self.today, -int(value)), at=self.at)

    def filter_ending(self, rows, name, value):
        return rows.ending_by(months_after(self.today, int(value)), at=self.at)

    def filter_supplier(self, rows, name, value):
        for word in value.split()[:WORDS_READ]:
            rows = rows.filter(pk__in=_supplied_by(word).values("contract"))
        return rows

    def filter_size(self, rows, name, value):
        suppliers = ContractSupplier.objects.filter(SHOWN_NAME, **{f"is_{value}": True})
        return rows.filter(pk__in=suppliers.values("contract"))

    def filter_value(self, rows, name, value):
        if value == "unknown":
            return rows.filter(contract__value_amount=None)
        _, _, least, below = next(band for band in VALUE_BANDS if band[0] == value)
        rows = rows.filter(contract__value_amount__gte=least)
        return rows if below is None else rows.filter(contract__value_amount__lt=below)

    class Meta:
        model = RegisterRow
        fields: list[str] = []


def _supplied_by(word):
    """Return the suppliers whose shown name holds a word; each provider's name is looked at once, and not in each contract."""
    providers = Provider.objects.public(at=TransactionNow()).filter(name__icontains=word).values("pk")
    as_stated = ContractSupplier.objects.filter(SHOWN_NAME, name_as_stated__icontains=word).exclude(name_as_stated="")
    return ContractSupplier.objects.filter(Q(provider__in=providers) | Q(pk__in=as_stated.values("pk")))
