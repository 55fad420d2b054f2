from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from commissioning.models import Organisation, OwnedModel, OwnedQuerySet, PartnerBase, SourcedModel
from core.dates import EstimatedDate, EstimatedDateField, london_date
from core.models import AddressedModel, ClientGroup, Place, PublishableModel, PublishableQuerySet, ServiceType
from tenders.clocks import framework_limits

from .procurement import Regime


def in_term(at: dt.datetime, path: str) -> Q:
    """Whether a framework has begun and not ended; ``path`` leads to it."""
    today = london_date(at)
    ended = Q(**{f"{path}ends__latest__lt": today})
    later = Q(**{f"{path}starts__earliest__gt": today})
    return ~ended & ~later


def can_join(at: dt.datetime, path: str) -> Q:
    """Whether the facts of joining at ``path`` let newcomers in at this moment."""
    window = Q(**{f"{path}joining": "window", f"{path}opens_at__lte": at}) & (
        Q(**{f"{path}closes_at__isnull": True}) | Q(**{f"{path}closes_at__gt": at})
    )
    return Q(**{f"{path}joining": "always"}) | window


class FrameworkQuerySet(PublishableQuerySet, OwnedQuerySet):
    def open_to_join(self, *, at: dt.datetime) -> FrameworkQuerySet:
        """Return those one can join now, the whole or a lot of it: the twin of `Framework.status` and `Lot.status`."""
        from .lots import Lot

        lots = Lot.objects.filter(framework=OuterRef("pk"))
        whole = Q(in_term(at, "")) & can_join(at, "")
        return self.filter(Exists(lots.open_to_join(at=at)) | whole & ~Exists(lots))

    def for_list(self) -> FrameworkQuerySet:
        """Fetch all that a list row shows."""
        return (
            self.select_related("organisation", "source")
            .prefetch_related("types", "client_groups", "lots", "partnerships__organisation")
            .order_by("title", "pk")
        )


class Framework(AddressedModel, OwnedModel, SourcedModel, PublishableModel):
    """An arrangement under which contracts are later called off: a framework, open framework, dynamic market,
    flexible purchasing system, approved list or spot contract.
    """

    REGISTERS = ("frameworks",)

    class Kind(models.TextChoices):
        FRAMEWORK = "framework", "Framework"
        OPEN_FRAMEWORK = "open_framework", "Open framework"
        DYNAMIC_MARKET = "dynamic_market", "Dynamic market"
        PURCHASING_SYSTEM = "purchasing_system", "Flexible or dynamic purchasing system"
        APPROVED_LIST = "approved_list", "Approved list"
        SPOT = "spot", "Spot contract"

    class Joining(models.TextChoices):
        ALWAYS = "always", "Open to join at any time"
        WINDOW = "window", "Opens for a time"
        CLOSED = "closed", "Closed to newcomers"
        UNKNOWN = "unknown", "Not stated"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        OPEN = "open", "Open to join"
        OPENS = "opens", "Opens later"
        REOPENS = "reopens", "Re-opens later"
        FULL = "full", "No places left"
        CLOSED = "closed", "Closed to newcomers"
        RUNNING = "running", "Running"
        EXPIRED = "expired", "Ended"

    title = models.CharField(max_length=250)
    kind = models.CharField(max_length=20, choices=Kind)
    summary = models.TextField(blank=True)
    types = models.ManyToManyField(ServiceType, blank=True, related_name="frameworks")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="frameworks")
    places = models.ManyToManyField(Place, blank=True, related_name="frameworks")
    regime = models.CharField(max_length=20, choices=Regime, default=Regime.UNKNOWN)
    starts = EstimatedDateField("start", null=True, blank=True)
    term_as_stated = models.CharField("term as stated", max_length=200, blank=True)
    extension_as_stated = models.CharField("extension as stated", max_length=200, blank=True)
    ends = EstimatedDateField("end", null=True, blank=True)
    joining = models.CharField(max_length=10, choices=Joining, default=Joining.UNKNOWN)
    opens_at = models.DateTimeField("opens for applications", null=True, blank=True)
    closes_at = models.DateTimeField("closes for applications", null=True, blank=True)
    reopens = EstimatedDateField(
        "re-opens about", null=True, blank=True, help_text="When newcomers can join again, as far as is known."
    )
    joining_note = models.TextField(blank=True, help_text="When and for what it may open, in the council's own terms.")
    provider_count = models.PositiveIntegerField("number of providers", null=True, blank=True)
    providers_as_stated = models.CharField(max_length=250, blank=True)
    capacity_as_stated = models.TextField(blank=True)
    rates_as_stated = models.TextField("rates and how they are set", blank=True)
    conditions = models.TextField("entry conditions", blank=True)
    call_off_note = models.TextField("who may call off", blank=True)
    partners = models.ManyToManyField(
        Organisation, through="FrameworkPartner", related_name="joint_frameworks", blank=True
    )
    note = models.TextField(blank=True)

    objects = FrameworkQuerySet.as_manager()

    class Meta:
        constraints = [
            *AddressedModel.Meta.constraints,
            *SourcedModel.Meta.constraints,
            *PublishableModel.Meta.constraints,
            models.CheckConstraint(
                name="tenders_framework_window_in_order",
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                violation_error_message="Choose a closing moment after the opening one.",
            ),
            models.CheckConstraint(
                name="tenders_framework_window_only_when_it_has_one",
                condition=Q(joining="window") | Q(opens_at__isnull=True, closes_at__isnull=True),
                violation_error_message="Only a framework that opens for a time has opening and closing moments.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("tenders:framework", args=[self.slug])

    def status(self, *, at: dt.datetime) -> Status:
        """What a provider can do with it at this moment. What the document does not tell stays "running"."""
        return self.term_state(at=at) or joining_state(
            joining=self.joining, opens_at=self.opens_at, closes_at=self.closes_at, reopens=self.reopens, at=at
        )

    def term_state(self, *, at: dt.datetime) -> Status | None:
        """Whether it has ended or not begun; nothing while it runs."""
        today = london_date(at)
        if self.ends and self.ends.is_past(on=today):
            return self.Status.EXPIRED
        if self.starts and self.starts.earliest and self.starts.earliest > today:
            return self.Status.PLANNED
        return None

    def re_award_by(self) -> dt.date | None:
        """The day by which an open framework must be open to newcomers again (Procurement Act section 49(2)).

        Counted from its start as the first award, where nothing better is stated.
        """
        first = self.starts.latest if self.starts else None
        if self.kind != self.Kind.OPEN_FRAMEWORK or first is None:
            return None
        limits = framework_limits(regime=Regime(self.regime), awards=[first], is_open_scheme=True)
        return limits.re_award_by_date if limits else None


def joining_state(
    *,
    joining: str,
    opens_at: dt.datetime | None,
    closes_at: dt.datetime | None,
    reopens: EstimatedDate | None,
    at: dt.datetime,
) -> Framework.Status:
    """Tell from the facts of joining whether newcomers can join at this moment."""
    status = Framework.Status
    closed = status.REOPENS if reopens and not reopens.is_past(on=london_date(at)) else status.CLOSED
    if joining == Framework.Joining.ALWAYS:
        return status.OPEN
    if joining == Framework.Joining.CLOSED:
        return closed
    if joining == Framework.Joining.WINDOW and opens_at:
        if at < opens_at:
            return status.OPENS
        return status.OPEN if closes_at is None or at < closes_at else closed
    return status.RUNNING


class FrameworkPartner(PartnerBase):
    """An organisation that shares a framework: buys it jointly, or may call off from it."""

    framework = models.ForeignKey(Framework, models.CASCADE, related_name="partnerships")

    NATURAL_KEY = ("framework", "organisation", "role")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["framework", "organisation", "role"], name="tenders_frameworkpartner_once")
        ]
