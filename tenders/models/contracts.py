from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse

from commissioning.models import OwnedModel, OwnedQuerySet, PartnerBase, SourcedModel
from core.dates import EstimatedDateField, london_date
from core.models import ClientGroup, LifeStage, Place, PublishableModel, PublishableQuerySet, ServiceType
from providers.models import Provider, Service

from .frameworks import Framework, Lot
from .procurement import Regime


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

    def passed_last(self, *, at: dt.datetime) -> ContractQuerySet:
        """Put those whose stated end lies behind us after the others, each in the order they had."""
        today = london_date(at)
        ended = Q(ends__latest__lt=today) & ~Q(ends_if_extended__latest__gte=today)
        return self.annotate(is_passed=Case(When(ended, then=1), default=0)).order_by("is_passed", *self.query.order_by)


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
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("tenders:contract", args=[self.reference])

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
