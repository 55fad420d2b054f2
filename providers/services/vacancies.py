"""Vacancies: told in one tap, live at once, and gone stale after some days rather than staying true."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from core import audit, versions
from core.errors import DomainError
from core.text import clean_plain_text
from providers.models import Service, Vacancy

MOST = 9999


class VacancyRefused(DomainError):
    """What was told cannot be: a number below nought, or more places free than there are."""


@transaction.atomic
def tell_vacancy(
    *,
    service: Service,
    unit: str,
    by: Any,
    at: dt.datetime,
    available: int | None = None,
    step: int = 0,
    maximum: int | None = None,
) -> Vacancy:
    """Say how many places of one unit are free; families see it at once, with its age.

    It expires after ``settings.VACANCY_DAYS`` days. Telling the same number again makes it young again.

    :param unit: what is counted: room, bed, hours a week.
    :param available: how many are free; without it, as many as told last and ``step`` more.
    :param maximum: how many there are; without it, as told last.
    :raises VacancyRefused: if the number is below nought or above the maximum, or the service is not public.
    """
    service = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if not service.is_public(at=at):
        raise VacancyRefused("Families do not see this service yet, so nobody would see its vacancies.")
    unit = clean_plain_text(unit)
    if not unit or len(unit) > 40:
        raise VacancyRefused("Say in a word or two what is free, such as room or bed.")
    row = service.vacancies.select_for_update().filter(unit=unit).first()
    before = audit.snapshot(row) if row else None
    if available is None:
        available = (row.available if row else 0) + step
    row = row or Vacancy(service=service, unit=unit, is_sample=service.is_sample)
    row.maximum = row.maximum if maximum is None else maximum
    if available < 0:
        raise VacancyRefused("There cannot be fewer than none free.")
    if available > MOST or (row.maximum or 0) > MOST:
        raise VacancyRefused(f"Give a number of {MOST:,} or less.")
    if row.maximum is not None and available > row.maximum:
        raise VacancyRefused(f"You told us there are {row.maximum} in all. There cannot be more free than that.")
    row.available = available
    row.told_at = at
    row.expires_at = at + dt.timedelta(days=settings.VACANCY_DAYS)
    row.save()
    audit.record(
        "vacancy.told", row, by=by, at=at, organisation=service.provider, before=before, after=audit.snapshot(row)
    )
    versions.touch(*Service.REGISTERS)
    return row
