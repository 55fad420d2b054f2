"""How the list of events is narrowed: by who invites, by kind and by month."""

from __future__ import annotations

import datetime as dt

import django_filters
from django.contrib.postgres.functions import TransactionNow
from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncMonth

from commissioning.forms import LONDON
from commissioning.models import Organisation
from core.dates import months_after
from core.filters import NamedFilter, RegisterFilterSet, WordsFilter

from ..models import Event

# More months than anybody looks through; each is an option of the page.
MONTHS_OFFERED = 60


class EventFilterSet(RegisterFilterSet):
    q = WordsFilter(["title", "summary", "organisation__name"], label="Words")
    buyer = NamedFilter(
        field_name="organisation",
        to_field_name="slug",
        label="Who invites",
        empty_label="Everybody",
        queryset=Organisation.objects.none(),
    )
    kind = django_filters.ChoiceFilter(label="Kind", empty_label="All kinds", choices=Event.Kind)
    month = django_filters.ChoiceFilter(label="Month", empty_label="Any month", method="filter_month")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rows = Event.objects.filter(organisation=OuterRef("pk"), published_at__lte=TransactionNow())
        self.filters["buyer"].queryset = Organisation.objects.filter(Exists(rows)).order_by("name")
        self.filters["month"].extra["choices"] = [(f"{one:%Y-%m}", f"{one:%B %Y}") for one in self._months()]

    def _months(self):
        months = Event.objects.filter(pk__in=self.queryset.order_by().values("pk"))
        months = months.annotate(month=TruncMonth("starts_at", tzinfo=LONDON)).order_by("-month")
        return list(months.values_list("month", flat=True).distinct()[:MONTHS_OFFERED])

    def filter_month(self, rows, name, value):
        first = dt.datetime.strptime(value, "%Y-%m").replace(tzinfo=LONDON)
        return rows.filter(
            starts_at__gte=first, starts_at__lt=dt.datetime.combine(months_after(first.date(), 1), dt.time(), LONDON)
        )

    class Meta:
        model = Event
        fields: list[str] = []
