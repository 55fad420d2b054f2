from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q

from .tree import TreeNode


class Place(TreeNode):
    """Somewhere people live: England, a council's area, a key service centre or town, a zone, "elsewhere in …".

    Places form a tree, so that what covers a council's area covers each town in it.
    """

    class Kind(models.TextChoices):
        COUNTRY = "country", "Country"
        REGION = "region", "Region"
        COUNCIL = "council", "Council area"
        TOWN = "town", "Town"
        KEY_SERVICE_CENTRE = "key_service_centre", "Key service centre"
        ZONE = "zone", "Zone"
        ELSEWHERE = "elsewhere", "Elsewhere in the area"

    kind = models.CharField(max_length=20, choices=Kind)
    gss_code = models.CharField(
        "GSS code",
        max_length=9,
        null=True,
        blank=True,
        unique=True,
        help_text="The nine-character code of the Office for National Statistics, such as E06000047.",
    )
    latitude = models.FloatField(null=True, blank=True, help_text="Centre, in degrees (WGS 84).")
    longitude = models.FloatField(null=True, blank=True, help_text="Centre, in degrees (WGS 84).")
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="core_place_centre_whole_or_absent",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    latitude__range=(49, 61), longitude__range=(-9, 3), latitude__isnull=False, longitude__isnull=False
                ),
                violation_error_message="Give both latitude and longitude, inside the United Kingdom, or neither.",
            ),
            models.CheckConstraint(
                name="core_place_gss_code_shape",
                condition=Q(gss_code__isnull=True) | Q(gss_code__regex=r"^[EKNSW]\d{8}$"),
                violation_error_message="Write the GSS code as a letter and eight digits.",
            ),
        ]


class AuthorityCode(models.Model):
    """A further code of the Office for National Statistics, and the council that has adult social care there.

    A district's code leads to its county, a code of before a reorganisation to today's council: what writes codes of
    another year, such as an older postcode directory, is so still understood. The council's own is on the `Place`.
    """

    code = models.CharField("GSS code", max_length=9, primary_key=True)
    name = models.CharField(max_length=100, help_text="The area's own name, such as Chorley.")
    council = models.ForeignKey(Place, models.CASCADE, related_name="authority_codes")

    NATURAL_KEY = ("code",)

    class Meta:
        constraints = [
            models.CheckConstraint(name="core_authoritycode_shape", condition=Q(code__regex=r"^E\d{8}$")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Country(models.TextChoices):
    """The three nations of Great Britain, whose postcodes are open data."""

    ENGLAND = "E", "England"
    SCOTLAND = "S", "Scotland"
    WALES = "W", "Wales"


def _in_great_britain(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(latitude__range=(49, 61), longitude__range=(-9, 3)))


class Postcode(models.Model):
    """A live postcode of Great Britain: 1.7 million rows, so only what is asked of one.

    Written by `load_postcodes` alone. The council is the one that has adult social care there, from the postcode's
    code and never from a polygon; a postcode of Scotland or Wales has none.
    """

    # The C collation: shorter comparisons, and a prefix is a range of the same index.
    postcode = models.CharField(
        max_length=7, primary_key=True, db_collation="C", help_text="In capitals, without a space: CA287LL."
    )
    latitude = models.FloatField(help_text="Of its middle address, in degrees (WGS 84).")
    longitude = models.FloatField(help_text="Of its middle address, in degrees (WGS 84).")
    country = models.CharField(max_length=1, choices=Country)
    # Without an index: nothing asks for a council's postcodes but the outlines, which read them all.
    council = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="core_postcode_shape", condition=Q(postcode__regex=r"^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$")
            ),
            models.CheckConstraint(
                name="core_postcode_council_in_england", condition=Q(council__isnull=True) | Q(country=Country.ENGLAND)
            ),
            _in_great_britain("core_postcode_in_great_britain"),
        ]

    def __str__(self) -> str:
        return f"{self.postcode[:-3]} {self.postcode[-3:]}"


class Town(models.Model):
    """A populated place of England by name, from GeoNames: what a person may type who has no postcode to hand.

    Apart from `Place`, which holds what documents and services speak of: some 4,700 villages would drown it.
    """

    slug = models.SlugField(max_length=120, unique=True, help_text="Its name and its council's: newport-shropshire.")
    name = models.CharField(max_length=120)
    search_name = models.CharField(
        max_length=120, db_index=True, help_text="The name in small letters, without accents and punctuation."
    )
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField()
    outcode = models.CharField(max_length=4, blank=True, help_text="Of the nearest live postcode.")
    council = models.ForeignKey(Place, models.CASCADE, null=True, related_name="+")
    place = models.ForeignKey(
        Place, models.SET_NULL, null=True, related_name="+", help_text="The same town in the tree of places."
    )
    geoname_id = models.PositiveIntegerField("GeoNames number", unique=True)

    class Meta:
        constraints = [_in_great_britain("core_town_in_great_britain")]
        indexes = [
            GinIndex(OpClass("search_name", name="gin_trgm_ops"), name="core_town_like"),
            models.Index(fields=["latitude", "longitude"], name="core_town_point"),
        ]

    def __str__(self) -> str:
        return self.name


class Outcode(models.Model):
    """The first half of a postcode: the centre of its live postcodes, and how far they lie around it."""

    outcode = models.CharField(max_length=4, primary_key=True, db_collation="C", help_text="Such as CA28.")
    latitude = models.FloatField(help_text="The mean of its live postcodes, in degrees (WGS 84).")
    longitude = models.FloatField(help_text="The mean of its live postcodes, in degrees (WGS 84).")
    radius95 = models.PositiveIntegerField(help_text="Metres from the centre within which 95 of 100 postcodes lie.")
    postcodes = models.PositiveIntegerField(help_text="How many live postcodes it has.")
    country = models.CharField(max_length=1, choices=Country, help_text="Where most of its postcodes lie.")
    council = models.ForeignKey(
        Place, models.PROTECT, null=True, related_name="+", help_text="The council of most of its English postcodes."
    )
    councils = models.ManyToManyField(Place, through="OutcodeCouncil", related_name="+")
    town = models.ForeignKey(
        Town, models.SET_NULL, null=True, related_name="+", help_text="The name people know it by."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="core_outcode_shape", condition=Q(outcode__regex=r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")
            ),
            models.CheckConstraint(name="core_outcode_has_postcodes", condition=Q(postcodes__gt=0)),
            _in_great_britain("core_outcode_in_great_britain"),
        ]

    def __str__(self) -> str:
        return self.outcode


class OutcodeCouncil(models.Model):
    """How many of an outcode's postcodes lie in a council's area: three in four lie in more than one."""

    outcode = models.ForeignKey(Outcode, models.CASCADE, related_name="shares")
    council = models.ForeignKey(Place, models.CASCADE, related_name="outcode_shares")
    postcodes = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outcode", "council"], name="core_outcodecouncil_once")]

    def __str__(self) -> str:
        return f"{self.outcode_id}: {self.postcodes}"


class Outline(models.Model):
    """The drawn edge of a place, for maps only: what lies in a council's area is told by postcodes, never by this."""

    place = models.OneToOneField(Place, models.CASCADE, related_name="outline")
    rings = models.JSONField(help_text="Closed rings of [latitude, longitude], outer edges only.")
    source = models.CharField(max_length=300)
    licence = models.CharField(max_length=300, help_text="The licence and the words it asks for, shown with the map.")

    def __str__(self) -> str:
        return f"Outline of {self.place}"
