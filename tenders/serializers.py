"""The registers of buying as the portal's own interface tells them. Unknown is null: the organisation has not told us."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from providers.serializers import Maybe, NamedSerializer

from .models import Contract, Framework, Opportunity
from .search import Entry


class EstimatedDateSerializer(serializers.Serializer):
    """A date as it was stated, and the days that its words allow."""

    words = serializers.CharField()
    earliest = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)
    precision = serializers.CharField(
        help_text="day, month, season, quarter, half, year, financial_year, range or unknown."
    )


class Estimated(EstimatedDateSerializer):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)


class BuyerSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()


class AddressedSerializer(serializers.Serializer):
    """What every record has: its page here, its document here, and its open contracting record."""

    url = serializers.SerializerMethodField(help_text="Address of the whole record here.")
    page = serializers.SerializerMethodField(help_text="Address of its page.")

    kind = ""

    def _row(self, given: Any) -> Any:
        return given

    def get_url(self, given: Any) -> str:
        row = self._row(given)
        word = row.slug if isinstance(row, Framework) else row.reference
        return f"{self.context['site']}/api/v1/{self.kind}/{word}/"

    def get_page(self, given: Any) -> str:
        return str(self.context["site"] + self._row(given).get_absolute_url())


class OpportunitySummarySerializer(AddressedSerializer):
    """An opportunity as a list shows it."""

    kind = "opportunities"

    reference = serializers.CharField(source="record.reference")
    ocid = serializers.CharField(source="record.ocid", help_text="Its open contracting ID: see /ocds/records.json.")
    title = serializers.CharField(source="record.title")
    summary = Maybe(source="record.summary")
    status = serializers.ChoiceField(choices=Opportunity.Status.choices, help_text="At this moment.")
    buyer = BuyerSerializer()
    partners = BuyerSerializer(many=True)
    types = NamedSerializer(many=True)
    client_groups = NamedSerializer(source="groups", many=True)
    places = NamedSerializer(many=True)
    lots = serializers.ListField(child=serializers.CharField(), help_text="Number and title of each.")
    framework = BuyerSerializer(allow_null=True, help_text="The framework it is called off from.")
    route = serializers.CharField(source="record.route")
    regime = serializers.CharField(source="record.regime", help_text="The law it is bought under.")
    engagement_date = Estimated(source="record.engagement_date")
    tender_date = Estimated(source="record.tender_date")
    award_date = Estimated(source="record.award_date")
    contract_start_date = Estimated(source="record.contract_start_date")
    contract_end_date = Estimated(source="record.contract_end_date")
    opens_at = serializers.DateTimeField(source="record.opens_at", allow_null=True)
    closes_at = serializers.DateTimeField(source="record.closes_at", allow_null=True)
    questions_close_at = serializers.DateTimeField(source="record.questions_close_at", allow_null=True)
    value_from = serializers.FloatField(source="record.value_from", allow_null=True, help_text="Pounds.")
    value_to = serializers.FloatField(source="record.value_to", allow_null=True, help_text="Pounds.")
    value_as_stated = Maybe(source="record.value_as_stated")
    is_sme_suitable = serializers.BooleanField(source="record.is_sme_suitable", allow_null=True)
    is_vcse_suitable = serializers.BooleanField(source="record.is_vcse_suitable", allow_null=True)
    reserved_for = Maybe(source="record.reserved_for")
    confidence = serializers.CharField(source="record.confidence")
    unconfirmed_since = serializers.DateField(
        allow_null=True, help_text="The day since which nobody has confirmed the plan, where that is too long ago."
    )
    portal_url = Maybe(source="record.portal_url", help_text="Where to bid.")
    is_sample = serializers.BooleanField(source="record.is_sample", help_text="Invented to show how the portal works.")
    updated_at = serializers.DateTimeField(help_text="The last thing told of it.")

    def _row(self, given: Entry) -> Any:
        return given.record


class DateChangeSerializer(serializers.Serializer):
    """A date that moved after it was public."""

    field = serializers.CharField()
    old = serializers.SerializerMethodField()
    new = serializers.SerializerMethodField()
    reason = serializers.CharField()
    changed_at = serializers.DateTimeField()

    def get_old(self, row: Any) -> str | None:
        return _either(row.old_at, row.old)

    def get_new(self, row: Any) -> str | None:
        return _either(row.new_at, row.new)


def _either(moment: Any, date: Any) -> str | None:
    return moment.isoformat() if moment else str(date) if date else None


class NoticeSerializer(serializers.Serializer):
    kind = serializers.CharField()
    name = serializers.CharField(source="get_kind_display")
    number = Maybe()
    published_date = serializers.DateField()
    url = Maybe()


class PaperSerializer(serializers.Serializer):
    kind = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField()


class ClarificationSerializer(serializers.Serializer):
    """A question in the words for all, with its answer. Nobody is told who asked."""

    number = serializers.IntegerField()
    question = serializers.CharField(source="question_public")
    answer = serializers.CharField()
    answered_at = serializers.DateTimeField()


class SupplierSerializer(serializers.Serializer):
    name = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField(help_text="Page of the provider, where it has one here.")
    is_sme = serializers.BooleanField(allow_null=True)
    is_vcse = serializers.BooleanField(allow_null=True)

    def get_name(self, row: Any) -> str:
        return str(row)

    def get_page(self, row: Any) -> str | None:
        return self.context["site"] + row.provider.get_absolute_url() if row.provider else None


class AwardSerializer(serializers.Serializer):
    lot = serializers.SerializerMethodField()
    outcome = serializers.CharField()
    award_date = serializers.DateField()
    standstill_ends_date = serializers.DateField(allow_null=True)
    value = serializers.FloatField(source="value_amount", allow_null=True, help_text="Pounds.")
    suppliers = SupplierSerializer(many=True)
    cancelled_date = serializers.DateField(allow_null=True)

    def get_lot(self, row: Any) -> str | None:
        return str(row.lot) if row.lot else None


class OpportunitySerializer(OpportunitySummarySerializer):
    """Everything that is told of an opportunity."""

    ended_reason = Maybe(source="row.ended_reason", help_text="Why it was withdrawn or cancelled.")
    participation_conditions = Maybe(source="row.participation_conditions")
    award_criteria = Maybe(source="row.award_criteria")
    payment_terms = Maybe(source="row.payment_terms")
    risks = Maybe(source="row.risks")
    options = Maybe(source="row.options")
    next_procurement_date = Estimated(source="row.next_procurement_date")
    date_changes = DateChangeSerializer(source="row.date_changes.all", many=True)
    notices = NoticeSerializer(source="row.notices.all", many=True)
    documents = PaperSerializer(source="row.documents.all", many=True)
    questions = ClarificationSerializer(source="row.questions.all", many=True)
    awards = AwardSerializer(source="row.awards.all", many=True)
    source = Maybe(source="row.source_line", help_text="The document it is taken from.")


class FrameworkLotSerializer(serializers.Serializer):
    number = Maybe()
    title = serializers.CharField()
    summary = Maybe()
    status = serializers.SerializerMethodField(help_text="What a provider can do with it at this moment.")
    maximum_providers = serializers.IntegerField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=Framework.Status.choices))
    def get_status(self, row: Any) -> str:
        return str(row.status(at=self.context["at"], members=row.members))


class FrameworkSummarySerializer(AddressedSerializer):
    """A framework, dynamic market or list, as a list shows it."""

    kind = "frameworks"

    slug = serializers.CharField()
    title = serializers.CharField()
    summary = Maybe()
    arrangement = serializers.ChoiceField(source="kind", choices=Framework.Kind.choices)
    status = serializers.SerializerMethodField(help_text="What a provider can do with it at this moment.")
    buyer = BuyerSerializer(source="organisation")
    types = NamedSerializer(source="types.all", many=True)
    client_groups = NamedSerializer(source="client_groups.all", many=True)
    regime = serializers.CharField()
    starts = Estimated()
    ends = Estimated()
    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    reopens = Estimated()
    is_sample = serializers.BooleanField()

    @extend_schema_field(serializers.ChoiceField(choices=Framework.Status.choices))
    def get_status(self, row: Framework) -> str:
        return str(row.status(at=self.context["at"]))


class FrameworkSerializer(FrameworkSummarySerializer):
    """Everything that is told of a framework."""

    lots = FrameworkLotSerializer(source="lots.all", many=True)
    joining_note = Maybe()
    conditions = Maybe()
    call_off_note = Maybe(help_text="Who may call off.")
    rates_as_stated = Maybe()
    providers = serializers.SerializerMethodField(help_text="The providers on it whose entries are public.")
    source = Maybe(source="source_line")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_providers(self, row: Any) -> list[str]:
        return sorted({one.provider.name for one in row.admissions.all()})


class ContractSummarySerializer(AddressedSerializer):
    """A row of the contracts register."""

    kind = "contracts"

    reference = serializers.CharField()
    title = serializers.CharField()
    summary = Maybe()
    arrangement = serializers.ChoiceField(choices=Contract.Arrangement.choices)
    status = serializers.SerializerMethodField(help_text="On this day, as far as its stated dates tell.")
    buyer = BuyerSerializer(source="organisation")
    suppliers = SupplierSerializer(source="suppliers.all", many=True)
    types = NamedSerializer(source="types.all", many=True)
    starts = Estimated()
    ends = Estimated(help_text="Without extensions.")
    ends_if_extended = Estimated()
    value = serializers.FloatField(source="value_amount", allow_null=True, help_text="Pounds.")
    value_as_stated = Maybe()
    is_sample = serializers.BooleanField()

    @extend_schema_field(serializers.ChoiceField(choices=Contract.Status.choices))
    def get_status(self, row: Contract) -> str:
        return str(row.status(at=self.context["at"]))


class ContractSerializer(ContractSummarySerializer):
    """Everything that is told of a contract."""

    department = Maybe()
    procured_by = Maybe()
    regime = serializers.CharField()
    framework = serializers.SerializerMethodField()
    review = Estimated()
    extension_as_stated = Maybe()
    extension_months = serializers.IntegerField(allow_null=True)
    end_decision = Maybe(help_text="extend, re_procure or decommission.")
    end_decided_date = serializers.DateField(allow_null=True)
    end_decision_reason = Maybe()
    source = Maybe(source="source_line")

    def get_framework(self, row: Contract) -> str | None:
        return row.framework.title if row.framework else None


class _PageSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    next = serializers.URLField(allow_null=True, help_text="Address of the next page.")
    ignored = serializers.ListField(child=serializers.CharField(), help_text="Values that no filter offers.")


class OpportunityPageSerializer(_PageSerializer):
    """A page of the list of opportunities."""

    results = OpportunitySummarySerializer(many=True)


class FrameworkPageSerializer(_PageSerializer):
    """A page of the list of frameworks."""

    results = FrameworkSummarySerializer(many=True)


class ContractPageSerializer(_PageSerializer):
    """A page of the contracts register."""

    results = ContractSummarySerializer(many=True)
