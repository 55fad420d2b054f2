from django import forms
from django.contrib.postgres.functions import TransactionNow

from commissioning.models import Organisation

from .models import Strategy

MARKET_STATEMENT = "market_position_statement"


class StrategyFilterForm(forms.Form):
    """Narrows the list of strategies. A value nobody offers is left out, and the page says so."""

    kind = forms.ChoiceField(
        label="Kind",
        required=False,
        choices=[
            ("", "All kinds"),
            (MARKET_STATEMENT, "Market position statements"),
            *[(kind.value, kind.label) for kind in Strategy.Kind if "mps" not in kind.value],
        ],
    )
    organisation = forms.ModelChoiceField(
        label="Published by",
        required=False,
        empty_label="Everybody",
        to_field_name="slug",
        # The clock is the request's transaction: who has only a draft is nobody's choice yet.
        queryset=Organisation.objects.filter(strategy_set__published_at__lte=TransactionNow())
        .distinct()
        .order_by("name"),
    )

    def narrow(self, rows):
        """Return the rows that fit what was chosen."""
        if not self.is_valid():
            chosen = {name: value for name, value in self.cleaned_data.items() if value}
        else:
            chosen = self.cleaned_data
        if chosen.get("kind") == MARKET_STATEMENT:
            rows = rows.filter(kind__in=[Strategy.Kind.MPS, Strategy.Kind.JOINT_MPS])
        elif chosen.get("kind"):
            rows = rows.filter(kind=chosen["kind"])
        if organisation := chosen.get("organisation"):
            rows = rows.filter(organisation=organisation)
        return rows
