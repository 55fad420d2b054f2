"""What changes in a tender after it opened: told to everybody with the old words beside the new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import audit, versions
from core.errors import DomainError
from core.text import clean_plain_text
from tenders.evaluation import parts
from tenders.models import Addendum, Opportunity

from .releases import record_release

RUNNING = {Opportunity.Status.OPEN, Opportunity.Status.CLOSED}
# What bidders build on. Dates are not among them: they move by `move_date`, which keeps the old one too.
FACTS = (
    "title", "summary", "regime", "route", "value_from", "value_to", "value_gross", "value_as_stated",
    "is_sme_suitable", "is_vcse_suitable", "reserved_for", "participation_conditions", "award_criteria",
    "social_value_weighting", "payment_terms", "risks", "options", "portal_url",
)  # fmt: skip
LOT_FACTS = ("title", "description", "value_net", "value_gross", "contract_start_date", "contract_end_date")


class AddendumRefused(DomainError):
    """The addendum cannot be published so."""


def facts(opportunity: Opportunity) -> dict[str, str]:
    """Return what bidders build on, by its name and in the words of the page; what is not told is empty."""
    told = {_name(opportunity, name): _words(opportunity, name) for name in FACTS}
    told["Lots"] = "; ".join(str(one) for one in opportunity.lots.all())
    for lot in opportunity.lots.all():
        told |= {f"{lot}, {_name(lot, name).lower()}": _words(lot, name) for name in LOT_FACTS[1:]}
    for part in parts(opportunity):
        told[f"Criteria of {part.name}" if part.name else "Criteria"] = "; ".join(str(one) for one in part.criteria)
    return told


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what differs between two readings of `facts`, each with its old and new words."""
    names = {**before, **after}
    return [
        {"name": name, "old": before.get(name, ""), "new": after.get(name, "")}
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def _name(row: Any, name: str) -> str:
    label = str(row._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def _words(row: Any, name: str) -> str:
    field, value = row._meta.get_field(name), getattr(row, name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if field.choices:
        return str(getattr(row, f"get_{name}_display")())
    if name.startswith("value_") and field.get_internal_type() == "DecimalField":
        return f"£{value:,.2f}".removesuffix(".00")
    if name == "social_value_weighting":
        return f"{value.normalize():f}%"
    return str(value)


@transaction.atomic
def publish_addendum(
    *, opportunity: Opportunity, text: str, changes: Sequence[Mapping[str, str]] = (), by: Any, at: dt.datetime
) -> Addendum:
    """Tell everybody what changes in a running tender. It stays on its page; followers hear as of any news.

    :param changes: as `differences` makes them.
    :raises AddendumRefused: before the tender opened or after its end, or without anything to say.
    """
    row = Opportunity.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=opportunity.pk)
    if row.published_at is None or row.published_at > at or row.status(at=at) not in RUNNING:
        raise AddendumRefused("Only a tender that is out has addenda. Before that, simply edit it.")
    text = clean_plain_text(text, multiline=True)
    if not text and not changes:
        raise AddendumRefused("Say what changes for bidders.")
    last = Addendum.objects.filter(opportunity=row).aggregate(last=Max("number"))["last"]
    addendum = Addendum.objects.create(
        opportunity=row,
        number=(last or 0) + 1,
        text=text,
        changes=[dict(one) for one in changes],
        published_at=at,
        published_by=by,
    )
    audit.record(
        "addendum.published", addendum, by=by, at=at, organisation=row.organisation, after=audit.snapshot(addendum)
    )
    record_release(addendum, at=at)
    versions.touch(*Addendum.REGISTERS)
    return addendum
