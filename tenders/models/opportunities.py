from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.urls import reverse

from commissioning.models import Officer, Organisation, OwnedModel, OwnedQuerySet, SourcedModel
from core.dates import EstimatedDateField, london_date
from core.models import ClientGroup, CpvCode, LifeStage, Place, PublishableModel, PublishableQuerySet, ServiceType
from providers.models import Provider

from .admissions import Admission
from .contracts import Contract
from .frameworks import Framework
from .lots import Lot
from .procurement import Regime, ReservedFor, Route


def stale_age() -> dt.timedelta:
    """After how long without a word a plan is marked as unconfirmed (``OPPORTUNITY_STALE_WEEKS``)."""
    return dt.timedelta(weeks=settings.OPPORTUNITY_STALE_WEEKS)


class OpportunityQuerySet(PublishableQuerySet, OwnedQuerySet):
    def public(self, *, at: dt.datetime) -> OpportunityQuerySet:
        """Return what anybody may see: published, and not for the members of its framework only."""
        return self.published(at=at).filter(is_members_only=False)

    def published(self, *, at: dt.datetime) -> OpportunityQuerySet:
        """Return what is no draft any more, call-offs for members only among it: no output to all starts from this."""
        return self.filter(published_at__lte=at)

    def for_members(self, *, provider: Provider, at: dt.datetime) -> OpportunityQuerySet:
        """Return the call-offs for members only that a provider may see.

        It is on the framework now, on the call-off's lot where it names one, and not suspended from new placements.
        """
        admissions = Admission.objects.placing(at=at).filter(provider=provider, framework=OuterRef("framework"))
        of_lot = Q(lot=OuterRef("framework_lot")) | Q(lot=None)
        return self.published(at=at).filter(
            Q(framework_lot=None) & Exists(admissions) | Exists(admissions.filter(of_lot)), is_members_only=True
        )

    def visible_to(
        self, *, provider: Provider | None, organisation: Organisation | None, at: dt.datetime
    ) -> OpportunityQuerySet:
        """Return what a person may see who acts for these: what is public, and call-offs for members only where the
        provider is a member or the organisation among the buyers.
        """
        mine = Q(pk__in=[])
        if provider is not None:
            mine |= Q(pk__in=self.model.objects.for_members(provider=provider, at=at).values("pk"))
        if organisation is not None:
            mine |= Q(organisation=organisation)
            partners = self.model.partners.through.objects
            mine |= Exists(partners.filter(opportunity=OuterRef("pk"), organisation=organisation))
        return self.published(at=at).filter(Q(is_members_only=False) | mine)

    def listed(self, *, at: dt.datetime) -> OpportunityQuerySet:
        """Return what stands in public lists: published, and neither withdrawn nor cancelled by then."""
        return self.public(at=at).standing(at=at)

    def standing(self, *, at: dt.datetime) -> OpportunityQuerySet:
        """Leave out what was withdrawn or cancelled by then."""
        return self.exclude(Q(withdrawn_at__lte=at) | Q(cancelled_at__lte=at))

    def for_list(self) -> OpportunityQuerySet:
        """Fetch all that a list row shows, the soonest date first and the unknown last."""
        return (
            self.select_related("organisation", "source", "replaces_contract", "framework")
            .prefetch_related("types", "client_groups", "partnerships__organisation")
            .order_by(F("tender_date__earliest").asc(nulls_last=True), "title", "pk")
        )

    def for_public_list(self, *, at: dt.datetime) -> OpportunityQuerySet:
        """Fetch what `for_list` does, without contracts and frameworks that are not public."""
        rows = self.for_list().select_related(None).select_related("organisation", "source")
        return rows.prefetch_related(
            models.Prefetch("replaces_contract", Contract.objects.public(at=at)),
            models.Prefetch("framework", Framework.objects.public(at=at)),
        )

    def unconfirmed(self, *, at: dt.datetime) -> OpportunityQuerySet:
        """Plans nobody has confirmed for `stale_age`: the twin of `Opportunity.is_unconfirmed`."""
        before = at - stale_age()
        day = london_date(before)
        no_word = Q(last_confirmed__latest__isnull=True)
        told = Q(last_confirmed__latest__gte=day) | no_word & Q(source__published__latest__gte=day)
        no_words = no_word & Q(source__published__latest__isnull=True, confirmed_at__isnull=True)
        fresh = Q(confirmed_at__gte=before) | told | no_words & Q(published_at__gte=before)
        ahead = Q(opens_at=None) | Q(opens_at__gt=at)
        return self.listed(at=at).filter(ahead).exclude(awarded_at__lte=at).exclude(fresh)

    def passed_last(self, *, at: dt.datetime) -> OpportunityQuerySet:
        """Put those that are awarded, closed or past their planned date after the others, each in the order they had.

        The same facts as in `Opportunity.status`.
        """
        today = london_date(at)
        planned = Q(tender_date__latest__lt=today) | Q(
            tender_date__isnull=True, replaces_contract__ends__latest__lt=today
        )
        passed = Q(awarded_at__lte=at) | Q(closes_at__lte=at) | Q(opens_at=None) & planned
        return self.annotate(is_passed=Case(When(passed, then=1), default=0)).order_by(
            "is_passed", *self.query.order_by
        )


class Opportunity(OwnedModel, SourcedModel, PublishableModel):
    """A need to buy, kept as one record and one OCID from idea to engagement, tender, award and contract."""

    REGISTERS = ("opportunities",)

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        ENGAGING = "engaging", "Engaging"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed to bids"
        AWARDED = "awarded", "Awarded"
        DATE_PASSED = "date_passed", "Planned date passed"
        WITHDRAWN = "withdrawn", "Withdrawn"
        CANCELLED = "cancelled", "Cancelled"

    class Confidence(models.TextChoices):
        HIGH = "high", "Likely"
        MEDIUM = "medium", "Possible"
        LOW = "low", "Uncertain"
        UNKNOWN = "unknown", "Not stated"

    reference = models.SlugField(max_length=80, unique=True, help_text="Ours, unique in the installation.")
    ocid = models.CharField("OCID", max_length=60, unique=True, blank=True)
    title = models.CharField(max_length=250)
    summary = models.TextField(blank=True)
    life_stage = models.CharField(max_length=10, choices=LifeStage, blank=True)
    service_area = models.CharField(max_length=160, blank=True, help_text="As the organisation names it.")
    types = models.ManyToManyField(ServiceType, blank=True, related_name="opportunities")
    client_groups = models.ManyToManyField(ClientGroup, blank=True, related_name="opportunities")
    places = models.ManyToManyField(Place, blank=True, related_name="opportunities")
    cpv_codes = models.ManyToManyField(CpvCode, blank=True, related_name="opportunities", verbose_name="CPV codes")
    regime = models.CharField(max_length=20, choices=Regime, default=Regime.UNKNOWN)
    route = models.CharField(max_length=20, choices=Route, default=Route.UNKNOWN)
    framework = models.ForeignKey(Framework, models.PROTECT, null=True, blank=True, related_name="opportunities")
    framework_lot = models.ForeignKey(
        Lot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name="lot of the framework",
        help_text="Of which lot it is a call-off. Empty: of any.",
    )
    is_members_only = models.BooleanField(
        "for members only",
        default=False,
        help_text="A call-off that only providers on the framework, or on its lot, may see. It stays so.",
    )
    replaces_contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="replaced_by", help_text="The running contract."
    )
    contract = models.OneToOneField(
        Contract, models.PROTECT, null=True, blank=True, related_name="opportunity", help_text="What came of it."
    )
    renews = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="renewals")
    partners = models.ManyToManyField(
        Organisation, through="OpportunityPartner", related_name="joint_opportunities", blank=True
    )
    joint_as_stated = models.CharField("who buys, as stated", max_length=250, blank=True)
    engagement_date = EstimatedDateField("market engagement", null=True, blank=True)
    tender_date = EstimatedDateField("tender notice", null=True, blank=True)
    award_date = EstimatedDateField("award", null=True, blank=True)
    contract_start_date = EstimatedDateField("contract start", null=True, blank=True)
    contract_end_date = EstimatedDateField("contract end", null=True, blank=True)
    dates_as_stated = models.CharField(max_length=250, blank=True, help_text="Any words of the document about dates.")
    opens_at = models.DateTimeField("open for bids from", null=True, blank=True)
    closes_at = models.DateTimeField("open for bids until", null=True, blank=True)
    questions_close_at = models.DateTimeField("questions until", null=True, blank=True)
    answers_by_at = models.DateTimeField("all questions answered by", null=True, blank=True)
    awarded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    ended_reason = models.TextField("why it was withdrawn or cancelled", blank=True)
    value_from = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, help_text="Pounds.")
    value_to = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True, help_text="Pounds.")
    value_as_stated = models.CharField(max_length=250, blank=True)
    value_gross = models.DecimalField(
        "estimated value with VAT",
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Pounds, over the whole term with extensions. The law's thresholds count VAT.",
    )
    is_sme_suitable = models.BooleanField("suitable for small and medium-sized firms", null=True, blank=True)
    is_vcse_suitable = models.BooleanField("suitable for voluntary and community organisations", null=True, blank=True)
    reserved_for = models.CharField(max_length=24, choices=ReservedFor, blank=True)
    participation_conditions = models.TextField("conditions of participation", blank=True)
    award_criteria = models.TextField(blank=True, help_text="Each criterion with its weight.")
    social_value_weighting = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Per cent of the marks, where it is not among the criteria below.",
    )
    social_value_reason = models.TextField(
        "why social value weighs less",
        blank=True,
        help_text="Where it is below the organisation's minimum. Everybody reads this.",
    )
    conflicts_assessed_date = models.DateField(
        "conflicts of interest assessed on",
        null=True,
        blank=True,
        help_text="Before the tender notice, and kept under review (Procurement Act sections 81 to 83).",
    )
    payment_terms = models.TextField(blank=True)
    risks = models.TextField("known risks", blank=True, help_text="What could make the contract change later.")
    options = models.TextField("options to extend or renew", blank=True)
    next_procurement_date = EstimatedDateField(
        "next procurement", null=True, blank=True, help_text="When the need is expected to be bought again."
    )
    signed_date = models.DateField("contract signed on", null=True, blank=True)
    confidence = models.CharField(max_length=10, choices=Confidence, default=Confidence.UNKNOWN)
    last_confirmed = EstimatedDateField(
        null=True, blank=True, help_text="The day the document says, before it was kept here."
    )
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    asked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its owner was last asked whether it holds."
    )
    owner = models.ForeignKey(
        Officer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="opportunities",
        help_text="The colleague who is asked whether the dates still hold. The public sees no name.",
    )
    portal_url = models.URLField("where to bid", blank=True)
    alternative_titles = ArrayField(models.CharField(max_length=250), default=list, blank=True)
    note = models.TextField(blank=True)

    objects = OpportunityQuerySet.as_manager()
    NATURAL_KEY = ("reference",)

    class Meta:
        verbose_name_plural = "opportunities"
        constraints = [
            *SourcedModel.Meta.constraints,
            *PublishableModel.Meta.constraints,
            models.CheckConstraint(
                name="tenders_opportunity_closes_after_opening",
                condition=Q(closes_at__isnull=True) | Q(opens_at__isnull=False, closes_at__gt=F("opens_at")),
                violation_error_message="Choose a closing moment after the opening one.",
            ),
            models.CheckConstraint(
                name="tenders_opportunity_value_in_order",
                condition=Q(value_from__isnull=True)
                | Q(value_to__isnull=True)
                | Q(value_from__gte=0, value_to__gte=F("value_from")),
                violation_error_message="The highest value cannot be below the lowest.",
            ),
            models.CheckConstraint(
                name="tenders_opportunity_end_has_reason",
                condition=(Q(withdrawn_at__isnull=True) & Q(cancelled_at__isnull=True)) | ~Q(ended_reason=""),
                violation_error_message="Say why it was withdrawn or cancelled.",
            ),
            models.CheckConstraint(
                name="tenders_opportunity_questions_in_order",
                condition=(
                    Q(questions_close_at__isnull=True)
                    | Q(closes_at__isnull=True)
                    | Q(questions_close_at__lte=F("closes_at"))
                )
                & (
                    Q(answers_by_at__isnull=True)
                    | Q(questions_close_at__isnull=False, answers_by_at__gte=F("questions_close_at"))
                ),
                violation_error_message="Questions close first, then all are answered; and no later than bids close.",
            ),
            models.CheckConstraint(
                name="tenders_opportunity_members_of_a_framework",
                condition=Q(framework__isnull=False) | Q(is_members_only=False, framework_lot__isnull=True),
                violation_error_message="Choose the framework whose members may see it.",
            ),
            models.CheckConstraint(
                name="tenders_opportunity_social_value_is_percent",
                condition=Q(social_value_weighting__isnull=True) | Q(social_value_weighting__range=(0, 100)),
                violation_error_message="A weighting is between 0 and 100 per cent.",
            ),
            models.CheckConstraint(
                name="tenders_opportunity_not_fts_ocid",
                condition=~Q(ocid=""),
                violation_error_message="An opportunity has an OCID from its first day.",
            ),
            models.CheckConstraint(
                name="tenders_opportunity_reference_not_reserved",
                condition=~Q(reference__in=["calendar", "new", "questions"]),
                violation_error_message="This word is part of another address. Choose a longer one.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean_fields(self, exclude: object = None) -> None:
        self._mint_ocid()
        super().clean_fields(exclude=exclude)

    def clean(self) -> None:
        super().clean()
        if self.framework_lot is not None and self.framework_lot.framework_id != self.framework_id:
            raise ValidationError({"framework_lot": "Choose a lot of the framework it is called off from."})

    def save(self, *args: object, **kwargs: object) -> None:
        self._mint_ocid()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def _mint_ocid(self) -> None:
        # The one OCID is minted with the record; one given by Find a Tender is kept.
        if not self.ocid and self.reference:
            self.ocid = f"{settings.OCID_PREFIX}-{self.reference}"

    def get_absolute_url(self) -> str:
        return reverse("tenders:opportunity", args=[self.reference])

    def is_public(self, *, at: dt.datetime) -> bool:
        """Whether anybody may see it at this moment: the twin of `OpportunityQuerySet.public`."""
        return self.is_published(at=at) and not self.is_members_only

    def is_published(self, *, at: dt.datetime) -> bool:
        """Whether it is no draft any more: everybody may see it, or the members of its framework."""
        return super().is_public(at=at)

    def status(self, *, at: dt.datetime) -> Status:
        """Where the record stands at this moment, from its facts alone."""
        if self.withdrawn_at and self.withdrawn_at <= at:
            return self.Status.WITHDRAWN
        if self.cancelled_at and self.cancelled_at <= at:
            return self.Status.CANCELLED
        if self.awarded_at and self.awarded_at <= at:
            return self.Status.AWARDED
        if self.closes_at and self.closes_at <= at:
            return self.Status.CLOSED
        if self.opens_at and self.opens_at <= at:
            return self.Status.OPEN
        today = london_date(at)
        if self.opens_at is None and self.tender_date and self.tender_date.is_past(on=today):
            return self.Status.DATE_PASSED
        if self.opens_at is None and not self.tender_date and self._running_contract_has_ended(today):
            return self.Status.DATE_PASSED
        if self.engagement_date and self.engagement_date.earliest and self.engagement_date.earliest <= today:
            return self.Status.ENGAGING
        return self.Status.PLANNED

    def confirmed_date(self) -> dt.date | None:
        """The day somebody last said that the plan holds: here, or in the document it was taken from."""
        told = [self.last_confirmed, self.source.published if self.source else None]
        days = [one.latest for one in told if one and one.latest][:1]
        if self.confirmed_at:
            days.append(london_date(self.confirmed_at))
        if not days and self.published_at:
            days.append(london_date(self.published_at))
        return max(days, default=None)

    def is_unconfirmed(self, *, at: dt.datetime) -> bool:
        """Whether a plan is public, not yet open, and nobody has confirmed it for `stale_age`."""
        if self.published_at is None or self.published_at > at or (self.opens_at and self.opens_at <= at):
            return False
        if self.status(at=at) in {self.Status.WITHDRAWN, self.Status.CANCELLED, self.Status.AWARDED}:
            return False
        day = self.confirmed_date()
        return day is None or day < london_date(at - stale_age())

    def _running_contract_has_ended(self, today: dt.date) -> bool:
        return bool(
            self.replaces_contract and self.replaces_contract.ends and self.replaces_contract.ends.is_past(on=today)
        )
