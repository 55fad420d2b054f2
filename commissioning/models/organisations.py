from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from core.dates import EstimatedDateField
from core.models import AddressedModel, Place

from .owned import OwnedModel
from .sources import SourcedModel


class Accent(models.TextChoices):
    """The ten colours an organisation may choose from; each is measured when the stylesheet is built."""

    PINE = "pine", "Pine"
    HEATHER = "heather", "Heather"
    MOSS = "moss", "Moss"
    BRICK = "brick", "Brick"
    INDIGO = "indigo", "Indigo"
    ROSEWOOD = "rosewood", "Rosewood"
    BARK = "bark", "Bark"
    SLATE = "slate", "Slate"
    FJORD = "fjord", "Fjord"
    PLUM = "plum", "Plum"


class Organisation(AddressedModel):
    """A body that commissions care or shares in it: a council, an NHS board, a partnership of them."""

    REGISTERS = ("organisations",)

    class Kind(models.TextChoices):
        COUNCIL = "council", "Council"
        ICB = "icb", "NHS integrated care board"
        CCG = "ccg", "NHS clinical commissioning group"
        NHS_ENGLAND = "nhs_england", "NHS England"
        NHS_TRUST = "nhs_trust", "NHS trust"
        COMBINED_AUTHORITY = "combined_authority", "Combined authority"
        PARTNERSHIP = "partnership", "Partnership"
        EDUCATION = "education", "Schools and colleges"
        OTHER = "other", "Other body"

    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, help_text="As people say it: Halton, County Durham.")
    kind = models.CharField(max_length=20, choices=Kind)
    gss_code = models.CharField("GSS code", max_length=9, null=True, blank=True, unique=True)
    ods_code = models.CharField("NHS ODS code", max_length=10, null=True, blank=True, unique=True)
    accent = models.CharField(max_length=10, choices=Accent, default=Accent.PINE)
    summary = models.TextField(blank=True, help_text="Two or three plain sentences about it.")
    website = models.URLField(blank=True)
    procurement_portal = models.CharField(max_length=120, blank=True, help_text="Where bids are made.")
    procurement_portal_url = models.URLField("procurement portal's address", blank=True)
    social_value_weighting = models.DecimalField(
        "minimum social value weighting",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Per cent of a tender's marks, at least.",
    )
    social_value_note = models.TextField(blank=True)
    expected_contract_spend = models.DecimalField(
        "spending under contracts in the coming financial year",
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Pounds. Over £100 million a pipeline notice is due (Procurement Act section 93).",
    )
    started = EstimatedDateField(null=True, blank=True)
    ended = EstimatedDateField(null=True, blank=True)
    succeeded_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="predecessors")
    members = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="member_of")
    places = models.ManyToManyField(Place, through="Coverage", related_name="organisations")

    class Meta:
        constraints = [
            *AddressedModel.Meta.constraints,
            models.CheckConstraint(
                name="commissioning_organisation_weighting_is_percent",
                condition=models.Q(social_value_weighting__isnull=True)
                | models.Q(social_value_weighting__range=(0, 100)),
                violation_error_message="A weighting is between 0 and 100 per cent.",
            ),
            models.CheckConstraint(
                name="commissioning_organisation_successor_needs_end",
                condition=models.Q(succeeded_by__isnull=True) | models.Q(ended__isnull=False),
                violation_error_message="Say when it ended before naming its successor.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("commissioning:organisation", args=[self.slug])


class Coverage(SourcedModel):
    """A place an organisation serves. A council's area may fall to two NHS boards, each with its part."""

    REGISTERS = ("organisations",)

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="coverage")
    place = models.ForeignKey(Place, models.PROTECT, related_name="coverage")
    note = models.CharField(max_length=250, blank=True)

    NATURAL_KEY = ("organisation", "place")

    class Meta:
        verbose_name_plural = "coverage"
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "place"], name="commissioning_coverage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} in {self.place}"


class Officer(models.Model):
    """A person who works for an organisation here, and what they may do.

    Personal data, held to know who may act; kept until the membership ends (``keep_for``).
    """

    class Role(models.TextChoices):
        VIEWER = "viewer", "Viewer: reads drafts"
        EDITOR = "editor", "Editor: writes drafts"
        PUBLISHER = "publisher", "Publisher: also publishes"
        ADMINISTRATOR = "administrator", "Administrator: also manages colleagues"

    keep_for = "until the membership ends"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="officerships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="officers")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="commissioning_officer_once")]

    def __str__(self) -> str:
        return f"{self.user} at {self.organisation}"

    @property
    def audit_label(self) -> str:
        """What the trail calls it, which is never erased and so names no people."""
        return f"account {self.user_id} at {self.organisation}"

    @property
    def can_edit(self) -> bool:
        return self.role != self.Role.VIEWER

    @property
    def can_publish(self) -> bool:
        return self.role in (self.Role.PUBLISHER, self.Role.ADMINISTRATOR)


class PartnerBase(models.Model):
    """An organisation that shares a piece of joint work, and as what.

    One shape for every joint model (organisation, role), each with a table and real foreign keys of its own.
    """

    class Role(models.TextChoices):
        PARTNER = "partner", "Partner"
        FUNDER = "funder", "Funder"
        COMMISSIONER = "commissioner", "Commissioner"
        MAY_CALL_OFF = "may_call_off", "May call off"
        SUPPORTER = "supporter", "Supporter"

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="%(class)s_set")
    role = models.CharField(max_length=20, choices=Role, default=Role.PARTNER)
    note = models.CharField(max_length=250, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.organisation)


class OrganisationValue(OwnedModel, SourcedModel):
    """One of the values an organisation says it works by."""

    REGISTERS = ("organisations",)

    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("organisation", "slug")

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="commissioning_organisationvalue_once"),
        ]

    def __str__(self) -> str:
        return self.name


class CycleStage(OwnedModel, SourcedModel):
    """A stage of an organisation's commissioning cycle, in its own order."""

    REGISTERS = ("organisations",)

    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=160)
    text = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("organisation", "slug")

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="commissioning_cyclestage_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Team(OwnedModel, SourcedModel):
    """A team or service area of an organisation that carries work out."""

    REGISTERS = ("organisations",)

    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=160)
    about = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("organisation", "slug")

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="commissioning_team_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(OwnedModel, SourcedModel):
    """How to reach an organisation about something: a role or a team, never a named person."""

    REGISTERS = ("organisations",)

    slug = models.SlugField(max_length=80)
    role = models.CharField(max_length=160, help_text="A role or team, not a person's name.")
    about = models.CharField(max_length=250, blank=True, help_text="What to ask it about.")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    url = models.URLField("web address", blank=True)
    address = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    NATURAL_KEY = ("organisation", "slug")

    class Meta:
        constraints = [
            *SourcedModel.Meta.constraints,
            models.UniqueConstraint(fields=["organisation", "slug"], name="commissioning_contact_once"),
        ]

    def __str__(self) -> str:
        return self.role
