from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from .tree import TreeNode


class LifeStage(models.TextChoices):
    """The three stages by which councils order their market: one document's chapters, another's filter."""

    STARTING_WELL = "starting", "Starting well"
    LIVING_WELL = "living", "Living well"
    AGEING_WELL = "ageing", "Ageing well"


class CpvCode(TreeNode):
    """A code of the Common Procurement Vocabulary.

    Those of Schedule 1 to the Procurement Regulations 2024 (SI 2024/692) are marked light touch; the wording
    is the Schedule's ("disabled people"), not the older vocabulary's.
    """

    code = models.CharField(max_length=8, unique=True)
    is_light_touch = models.BooleanField(default=False)
    is_reservable = models.BooleanField(
        default=False, help_text="May be reserved to mission-led bodies (Procurement Act 2023, section 33)."
    )

    class Meta:
        verbose_name = "CPV code"


class ServiceType(TreeNode):
    """A kind of care, support or health service, in the words families and commissioners use."""

    description = models.TextField(blank=True)
    life_stages = ArrayField(models.CharField(max_length=10, choices=LifeStage), default=list, blank=True)
    cqc_service_type = models.CharField(
        "CQC service type", max_length=120, blank=True, help_text="As the Care Quality Commission names it."
    )
    cpv_codes = models.ManyToManyField(CpvCode, blank=True, related_name="service_types", verbose_name="CPV codes")
    order = models.PositiveSmallIntegerField(default=0)


class ClientGroup(TreeNode):
    """People a service, a need or a plan is about: older people, carers, children with SEND and so on."""

    order = models.PositiveSmallIntegerField(default=0)
