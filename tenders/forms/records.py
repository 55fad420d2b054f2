"""What officers are asked before something of the pipeline changes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from commissioning.forms import LondonMomentField, ReasonField
from core import clock
from core.dates import EstimatedDateFormField
from providers.models import Provider

from ..models import Admission, Contract, DateChange, Framework, Lot
from ..services.memberships import AdmissionRefused, check_admittable


class MoveDateForm(forms.Form):
    """Which date moves, where to, and why. A deadline is a day with its time; other dates may be rough."""

    field = forms.ChoiceField(label="Which date", choices=DateChange.Field.choices)
    to = forms.CharField(
        label="New date",
        required=False,
        max_length=120,
        help_text="As you would write it: “March 2027”, “Spring 2027”, “to be confirmed”. When bids open or close and "
        "when questions end or are answered, a day with a London time: 2027-03-01 12:00. Empty where the date falls away.",
    )
    reason = ReasonField(label="Why it moves", help_text="Everybody reads this.")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        typed, name = data.get("to", ""), data.get("field")
        if name:
            kind = LondonMomentField if name in DateChange.MOMENTS else EstimatedDateFormField
            try:
                data["to"] = kind(required=False).clean(typed) or None
            except ValidationError as refusal:
                self.add_error("to", refusal)
        return data


class DecideEndForm(forms.Form):
    """What follows a contract's end, when it was decided, and why."""

    decision = forms.ChoiceField(label="What follows", choices=Contract.EndDecision.choices)
    decided_date = forms.DateField(label="Decided on", widget=forms.DateInput(attrs={"type": "date"}))
    reason = ReasonField(help_text="The public reads this.")


class SuspendForm(forms.Form):
    """From when until when a provider gets no new placements, and why."""

    from_date = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until_date = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day. Leave it empty where the end is open.",
    )
    reason = ReasonField(help_text="The provider is told this. The public is not.")


class AdmissionForm(forms.ModelForm):
    """A provider's place on a framework; a new one needs a reason."""

    reason = ReasonField(help_text="The provider is told this. The public is not.")

    class Meta:
        model = Admission
        fields = ["framework", "lot", "provider", "tier", "since", "is_bidding", "note"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        framework, lot = data.get("framework"), data.get("lot")
        if framework and lot and lot.framework_id != framework.pk:
            self.add_error("lot", "Choose a lot of this framework.")
        provider = data.get("provider")
        if framework and provider and self.instance.pk is None and not self.errors:
            try:
                check_admittable(framework=framework, lot=lot, provider=provider, at=clock.now())
            except AdmissionRefused as refusal:
                self.add_error("provider", str(refusal))
        return data


class EndAdmissionForm(forms.Form):
    """The last day of a provider's place, and why."""

    until_date = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
    reason = ReasonField(help_text="The provider is told this. The public is not.")


class RefuseForm(forms.Form):
    """Which provider is not admitted, to which lot, and why."""

    provider = forms.CharField(
        label="Provider",
        max_length=200,
        help_text="Its CQC provider ID, company number, or the last part of its address here.",
    )
    lot = forms.ModelChoiceField(
        label="Lot", queryset=Lot.objects.none(), required=False, empty_label="The whole of it"
    )
    reason = ReasonField(help_text="The provider is told this. The public is not.")

    def for_record(self, record: Framework) -> None:
        field: Any = self.fields["lot"]
        field.queryset = record.lots.order_by("order", "pk")
        if not field.queryset:
            del self.fields["lot"]

    def clean_provider(self) -> Provider:
        typed = self.cleaned_data["provider"]
        known = Q(slug=typed) | Q(cqc_provider_id=typed) | Q(company_number=typed)
        found = Provider.objects.public(at=clock.now()).filter(known).first()
        if found is None:
            raise ValidationError("No provider in the directory is known by this.")
        return found
