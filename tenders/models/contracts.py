from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse

from commissioning.models import OwnedModel, OwnedQuerySet, PartnerBase, SourcedModel
from core.dates import EstimatedDateField, london_date, months_after
from core.models import ClientGroup, LifeStage, Place, PublishableModel, PublishableQuerySet, ServiceType
from providers.models import Provider, Service

from .frameworks import Framework
from .lots import Lot
from .procurement import Regime


def default_lead() -> int:
    """Months before a contract's end by which the next entry of the pipeline is needed, unless the contract says."""
    return int(settings.CONTRACT_LEAD_MONTHS)


class ContractQuerySet(PublishableQuerySet, OwnedQuerySet):
    def for_list(self) -> ContractQuerySet:
        """Fetch all that a list row shows, the soonest end first and the unknown last."""
        return (
            self.select_related("organisation", "source", "framework")
            .prefetch_related("suppliers__provider", "types", "commissioners__organisation")
            .order_by(F("ends__latest").asc(nulls_last=True), "title", "pk")
        )

    def for_public_list(self, *, at: dt.datetime) -> ContractQuerySet:
        """Fetch what `for_list` does, without providers that are not public."""
        rows = self.for_list().prefetch_related(None)
        return rows.prefetch_related(
            "types", "commissioners__organisation", models.Prefetch("suppliers", public_suppliers(at=at))
        )

    def for_cards(self, *, at: dt.datetime) -> ContractQuerySet:
        """Fetch what the cards of the public list show: who buys, and who provides."""
        suppliers = models.Prefetch("suppliers", public_suppliers(at=at))
        return self.select_related("organisation").prefetch_related(suppliers)

    def near_their_end(self, *, at: dt.datetime) -> list[Contract]:
        """Return the public contracts that `Contract.is_near_end` and that no opportunity replaces yet."""
        rows = self.public(at=at)._running(at).filter(replaced_by=None)
        return [row for row in rows if row.is_near_end(at=at)]

    def undecided(self, *, at: dt.datetime) -> list[Contract]:
        """Return the public contracts near their end for which nobody has decided what follows, the soonest first."""
        rows = self.public(at=at)._running(at).filter(end_decision="")
        near = [row for row in rows if row.is_near_end(at=at)]
        return sorted(near, key=lambda row: (row.planned_end(), row.title))

    def _running(self, at: dt.datetime) -> ContractQuerySet:
        today = london_date(at)
        ahead = Q(ends__latest__gte=today) | Q(end_decision="extend", ends_if_extended__latest__gte=today)
        return self.filter(ahead).order_by("pk")

    def passed_last(self, *, at: dt.datetime) -> ContractQuerySet:
        """Put those whose stated end lies behind us after the others, in both parts the soonest end first.

        `RegisterRow` has what this asks ready made.
        """
        passed = Case(When(has_passed(at, path="in_register__"), then=1), default=0)
        return self.order_by(passed, F("in_register__ends").asc(nulls_last=True), "title", "pk")


def has_passed(at: dt.datetime, *, path: str = "") -> Q:
    """Whether the stated end of a `RegisterRow` lies behind us, and the extended one too: `Contract.Status.ENDED`."""
    today = london_date(at)
    extended = Q(**{f"{path}ends_if_extended__isnull": False, f"{path}ends_if_extended__gte": today})
    return Q(**{f"{path}ends__isnull": False, f"{path}ends__lt": today}) & ~extended


class Contract(OwnedModel, SourcedModel, PublishableModel):
    """A row of the contracts register: what is bought, from whom, for whom, until when.

    Each of these may be unknown; then the page says so.
    """

    REGISTERS = ("contracts",)

    class Arrangement(models.TextChoices):
        CONTRACT = "contract", "Contract"
        CALL_OFF = "call_off", "Call-off from a framework"
        FRAMEWORK = "framework", "Framework or list of several providers"
        GRANT = "grant", "Grant"
        IN_HOUSE = "in_house", "In-house"
        POOLED = "pooled", "Pooled or joint funding"
        SPOT = "spot", "Bought as needed"
        AGREEMENT = "agreement", "Other agreement"
        UNKNOWN = "unknown", "Not stated"

    class Status(models.TextChoices):
        PLANNED = "planned", "Starts later"
        RUNNING = "running", "Running"
        EXTENDED = "extended", "Running, if extended"
        ENDED = "ended", "End date passed"
        UNKNOWN = "unknown", "Dates not stated"

    class EndDecision(models.TextChoices):
        EXTEND = "extend", "Extend it"
        RE_PROCURE = "re_procure", "Buy it anew"
        DECOMMISSION = "decommission", "Let it end"

    class ProcuredBy(models.TextChoices):
        TENDER = "tender", "Invitation to tender"
        QUOTE = "quote", "Request for quotation"

    reference = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=250)
    summary = models.TextField(blank=True)
    arrangement = models.CharField(max_length=12, choices=Arrangement, default=Arrangement.UNKNOWN)
    life_stage = models.CharField(max_length=10, choices=LifeStage, blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="contracts")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="contracts")
    places = models.ManyToManyField(Place, blank=True, related_name="contracts")
    commissioner_as_stated = models.CharField(max_length=250, blank=True)
    framework = models.ForeignKey(Framework, models.PROTECT, null=True, blank=True, related_name="contracts")
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="contracts")
    services = models.ManyToManyField(Service, blank=True, related_name="contracts")
    regime = models.CharField(max_length=20, choices=Regime, default=Regime.UNKNOWN)
    starts = EstimatedDateField("start", null=True, blank=True)
    term_as_stated = models.CharField("term as stated", max_length=250, blank=True)
    ends = EstimatedDateField("end", null=True, blank=True, help_text="Without extensions, as the document states it.")
    extension_as_stated = models.CharField("extension as stated", max_length=250, blank=True)
    extension_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="All extension options together."
    )
    ends_if_extended = EstimatedDateField("end if extended", null=True, blank=True)
    value_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, help_text="Pounds.")
    value_as_stated = models.CharField(max_length=250, blank=True)
    irrecoverable_vat = models.DecimalField(
        "VAT that cannot be recovered", max_digits=12, decimal_places=2, null=True, blank=True, help_text="Pounds."
    )
    department = models.CharField(max_length=160, blank=True, help_text="Who in the organisation answers for it.")
    procured_by = models.CharField("procured by", max_length=10, choices=ProcuredBy, blank=True)
    review = EstimatedDateField("review", null=True, blank=True)
    lead_time_months = models.PositiveSmallIntegerField(
        "lead time",
        null=True,
        blank=True,
        help_text="Months before the end by which the next procurement is planned. Empty: as the installation sets.",
    )
    end_decision = models.CharField(
        "what follows its end", max_length=12, choices=EndDecision, blank=True, editable=False
    )
    end_decided_date = models.DateField("decided on", null=True, blank=True, editable=False)
    end_decision_reason = models.TextField("why", blank=True, editable=False)
    note = models.TextField(blank=True)

    objects = ContractQuerySet.as_manager()
    NATURAL_KEY = ("reference",)

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            *PublishableModel.Meta.constraints,
            models.CheckConstraint(
                name="tenders_contract_value_not_negative",
                condition=Q(value_amount__isnull=True) | Q(value_amount__gte=0),
                violation_error_message="A value cannot be below nought.",
            ),
            models.CheckConstraint(
                name="tenders_contract_decision_with_date_and_reason",
                condition=Q(end_decision="", end_decided_date__isnull=True, end_decision_reason="")
                | (~Q(end_decision="") & Q(end_decided_date__isnull=False) & ~Q(end_decision_reason="")),
                violation_error_message="A decision goes with its day and its reason.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("tenders:contract", args=[self.reference])

    @property
    def arrangement_as_stated(self) -> str:
        """What kind of agreement it is; empty where the document does not say."""
        return "" if self.arrangement == self.Arrangement.UNKNOWN else self.get_arrangement_display()

    @property
    def shown_vat(self) -> str:
        """The VAT that cannot be recovered in pounds; empty where it is not known."""
        return "" if self.irrecoverable_vat is None else f"£{self.irrecoverable_vat:,.0f}"

    def status(self, *, at: dt.datetime) -> Status:
        """Where the contract stands on the day, as far as its stated dates tell."""
        today = london_date(at)
        if self.ends and self.ends.is_past(on=today):
            if self.ends_if_extended and not self.ends_if_extended.is_past(on=today):
                return self.Status.EXTENDED
            return self.Status.ENDED
        if self.starts and self.starts.earliest and self.starts.earliest > today:
            return self.Status.PLANNED
        if (self.ends and self.ends.is_known) or (self.starts and self.starts.is_known):
            return self.Status.RUNNING
        return self.Status.UNKNOWN

    def planned_end(self) -> dt.date | None:
        """The last day as things stand: the extended one once it was decided to extend, else the stated one."""
        extended = self.ends_if_extended.latest if self.ends_if_extended else None
        if self.end_decision == self.EndDecision.EXTEND and extended:
            return extended
        return self.ends.latest if self.ends else None

    def plan_by(self) -> dt.date | None:
        """The day from which what follows should stand in the pipeline: the planned end less the lead time."""
        end = self.planned_end()
        if end is None:
            return None
        return months_after(end, -(default_lead() if self.lead_time_months is None else self.lead_time_months))

    def is_near_end(self, *, at: dt.datetime) -> bool:
        """Whether it still runs, its lead time has begun, and it is not decided to let it end."""
        end, plan_by, today = self.planned_end(), self.plan_by(), london_date(at)
        if end is None or plan_by is None or self.end_decision == self.EndDecision.DECOMMISSION:
            return False
        return plan_by <= today <= end


class ContractCommissioner(PartnerBase):
    """An organisation that buys together with the register's owner."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="commissioners")

    NATURAL_KEY = ("contract", "organisation", "role")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "organisation", "role"], name="tenders_contractcommissioner_once"
            )
        ]


class ContractSupplier(OwnedModel):
    """Who provides under a contract: a known provider, or the document's words ("various")."""

    class Role(models.TextChoices):
        SUPPLIER = "supplier", "Provider"
        LEAD = "lead", "Lead provider"
        ALLIANCE = "alliance", "Alliance member"
        SUBCONTRACTOR = "subcontractor", "Subcontractor"
        CONSORTIUM = "consortium", "Consortium member"
        VARIOUS = "various", "Various providers"

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="suppliers")
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, blank=True, related_name="supplies")
    name_as_stated = models.CharField(max_length=250, blank=True)
    role = models.CharField(max_length=15, choices=Role, default=Role.SUPPLIER)
    registration_number = models.CharField(
        "company or charity number", max_length=20, blank=True, help_text="Where it is not on the provider's own entry."
    )
    is_sme = models.BooleanField("small or medium-sized firm", null=True, blank=True)
    is_vcse = models.BooleanField("voluntary, community or social enterprise", null=True, blank=True)
    note = models.CharField(max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("contract", "provider", "name_as_stated")
    OWNED_THROUGH = "contract"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "provider", "name_as_stated"],
                name="tenders_contractsupplier_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="tenders_contractsupplier_named",
                condition=Q(provider__isnull=False) | ~Q(name_as_stated=""),
                violation_error_message="Choose a provider or write what the document says.",
            ),
        ]

    def __str__(self) -> str:
        return self.name_as_stated or str(self.provider)


def public_suppliers(*, at: dt.datetime) -> models.QuerySet[ContractSupplier]:
    """Return the suppliers that pages may name: public providers, and the documents' own words."""
    named = Q(provider=None) | Q(provider__published_at__lte=at)
    return ContractSupplier.objects.filter(named).select_related("provider").order_by("order", "pk")
