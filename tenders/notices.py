"""What each kind of notice must carry, and what of it a record already holds.

One table for the kinds whose regulations were read: PR is the Procurement Regulations 2024 (SI 2024/692), each entry
with its regulation. An officer copies from it into the statutory place of publication, and sees what is missing.
What no field here holds is listed too, to be written there; UK8 and UK17 and the PSR's schedules were not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .models import Notice, Opportunity

Kind = Notice.Kind
Value = Callable[[Opportunity], object]


@dataclass(frozen=True)
class Requirement:
    """One thing a notice must say. ``value`` reads it from the record; without one it is written in the notice only."""

    label: str
    section: str
    value: Value | None = None


@dataclass(frozen=True)
class Item:
    """A requirement beside what the record holds of it."""

    label: str
    section: str
    value: str
    is_held_here: bool

    @property
    def is_gap(self) -> bool:
        """Whether the record has a place for it, and nothing in it."""
        return self.is_held_here and not self.value


def _field(name: str) -> Value:
    return lambda record: getattr(record, name)


def _choice(name: str) -> Value:
    """A choice in words; "not stated" is nothing."""

    def read(record: Opportunity) -> object:
        value = getattr(record, name)
        return "" if value in ("", "unknown") else getattr(record, f"get_{name}_display")()

    return read


def _names(name: str, attribute: str = "name") -> Value:
    return lambda record: ", ".join(str(getattr(one, attribute)) for one in getattr(record, name).all())


def _authorities(record: Opportunity) -> str:
    partners = [one.organisation.name for one in record.partnerships.all()]
    return ", ".join([record.organisation.name, *partners])


def _contact(record: Opportunity) -> str:
    for one in record.organisation.contact_set.all():
        if one.email:
            return f"{one.role}, {one.email}"
    return ""


def _identifier(record: Opportunity) -> str:
    return record.organisation.gss_code or record.organisation.ods_code or ""


def _cpv(record: Opportunity) -> str:
    return ", ".join(one.code for one in record.cpv_codes.all())


def _money(name: str) -> Value:
    return lambda record: "" if getattr(record, name) is None else f"£{getattr(record, name):,.2f}"


def _period(record: Opportunity) -> str:
    return " to ".join(str(day) for day in (record.contract_start_date, record.contract_end_date) if day)


def _yes_no(name: str) -> Value:
    return lambda record: {True: "Yes", False: "No", None: ""}[getattr(record, name)]


def _suppliers(record: Opportunity) -> str:
    contract = record.contract
    return "" if contract is None else ", ".join(str(one) for one in contract.suppliers.all())


def _moment(name: str) -> Value:
    return lambda record: getattr(record, name) or ""


AUTHORITY = [
    Requirement("Contracting authority", "PR 13", _authorities),
    Requirement("Its identifier", "PR 13", _identifier),
    Requirement("Contact for enquiries", "PR 13", _contact),
    Requirement("Its postal address", "PR 13"),
]
SUBJECT = [
    Requirement("Description", "PR 14", _field("summary")),
    Requirement("Contract dates or period", "PR 14", _period),
    Requirement("CPV codes", "PR 14", _cpv),
    Requirement("Where it is delivered", "PR 14", _names("places")),
]


def _identity(section: str) -> list[Requirement]:
    return [
        Requirement("Title", section, _field("title")),
        Requirement("Procurement identifier (OCID)", section, _field("ocid")),
    ]


def _base(section: str) -> list[Requirement]:
    return [*AUTHORITY, *_identity(section), *SUBJECT]


PROCEDURE = Requirement("Procedure", "PR 16", _choice("route"))
DEADLINE = Requirement("Deadline for tenders", "PR 18", _moment("closes_at"))

MUST_CARRY: dict[str, list[Requirement]] = {
    Kind.UK1: [*_base("PR 15"), Requirement("Estimated date of the tender notice", "PR 15", _field("tender_date"))],
    Kind.UK2: [
        *_base("PR 17"),
        Requirement("When engagement closes", "PR 17", _field("engagement_date")),
        Requirement("How suppliers are engaged", "PR 17"),
    ],
    Kind.UK3: [
        *_base("PR 16"),
        Requirement("Estimated date of the tender notice", "PR 16", _field("tender_date")),
        PROCEDURE,
        Requirement("Estimated award date", "PR 16", _field("award_date")),
        Requirement("How to get the documents", "PR 16", _field("portal_url")),
        Requirement("How and when to express interest", "PR 16"),
    ],
    Kind.UK4: [
        *_base("PR 18"),
        Requirement("Special regime", "PR 18", _choice("regime")),
        PROCEDURE,
        Requirement("Estimated value with VAT", "PR 18", _money("value_gross")),
        Requirement("Date of the next procurement, if the need recurs", "PR 18(2)(h)", _field("next_procurement_date")),
        DEADLINE,
        Requirement("How to submit", "PR 18", _field("portal_url")),
        Requirement("Award criteria", "PR 18", _field("award_criteria")),
        Requirement("Options to extend or renew", "PR 18(2)(r)", _field("options")),
        Requirement("Suitable for small and medium-sized firms", "PR 18", _yes_no("is_sme_suitable")),
        Requirement("Suitable for voluntary and community bodies", "PR 18", _yes_no("is_vcse_suitable")),
        Requirement("Conditions of participation", "PR 18", _field("participation_conditions")),
        Requirement("Payment terms", "PR 18", _field("payment_terms")),
        Requirement("Known risks", "PR 18", _field("risks")),
        Requirement("Estimated award date", "PR 18", _field("award_date")),
        Requirement("Languages of tenders", "PR 18"),
        Requirement("Lots, and how many one supplier may win", "PR 18"),
    ],
    Kind.UK5: [
        *_base("PR 26"),
        Requirement("Supplier", "PR 26", _suppliers),
        Requirement("Estimated value with VAT", "PR 26", _money("value_gross")),
        Requirement("Expected date", "PR 26", _field("award_date")),
        Requirement("Why the award is direct", "PR 26"),
    ],
    Kind.UK6: [
        *_base("PR 27"),
        Requirement("Suppliers", "PR 27", _suppliers),
        Requirement("Value with VAT", "PR 27", _money("value_gross")),
        Requirement("When assessment summaries were sent", "PR 27"),
        Requirement("How many tenders were received", "PR 27"),
        Requirement("End of the standstill", "PR 27"),
        Requirement("Framework or dynamic market used", "PR 27", _field("framework")),
    ],
    Kind.UK7: [
        *_base("PR 32"),
        PROCEDURE,
        Requirement("Suppliers", "PR 32", _suppliers),
        Requirement("Day of signing", "PR 32", _field("signed_date")),
        Requirement("Value with VAT", "PR 32", _money("value_gross")),
        Requirement("Reserved for", "PR 32", _choice("reserved_for")),
        Requirement("Key performance indicators, if any", "PR 33"),
    ],
    Kind.UK9: [
        *AUTHORITY,
        *_identity("PR 39"),
        Requirement("Three most material indicators with their ratings and period", "PR 39"),
    ],
    Kind.UK10: [
        *AUTHORITY,
        *_identity("PR 40"),
        Requirement("Ground of Schedule 8 and why it applies", "PR 40"),
        Requirement("Change of value, term and suppliers", "PR 40"),
    ],
    Kind.UK11: [
        *AUTHORITY,
        *_identity("PR 41"),
        Requirement("Reasons, day and value", "PR 41"),
    ],
    Kind.UK12: [
        *AUTHORITY,
        *_identity("PA 55"),
        Requirement("That no contract will be awarded", "PA 55", _field("ended_reason")),
    ],
    Kind.UK13: [
        *_base("PR 25"),
        Requirement("How to apply", "PR 25", _field("portal_url")),
        Requirement("Conditions for membership and how they are checked", "PR 25", _field("participation_conditions")),
        Requirement("Light touch or not", "PR 25", _choice("regime")),
        Requirement("Parts, who may use it, fees", "PR 25"),
    ],
    Kind.UK14: [*AUTHORITY, *_identity("PR 25"), Requirement("Day, members and their parts", "PR 25")],
    Kind.UK15: [*AUTHORITY, *_identity("PR 25"), Requirement("Day, and what changed", "PR 25")],
    Kind.UK16: [*AUTHORITY, *_identity("PR 25"), Requirement("Day the market ceased", "PR 25")],
    Kind.BELOW_TENDER: [
        *AUTHORITY,
        *_identity("PR 24"),
        Requirement("Description", "PR 24", _field("summary")),
        Requirement("Deadline for tenders", "PR 24", _moment("closes_at")),
        Requirement("How to submit", "PR 24", _field("portal_url")),
    ],
}


def items(kind: str, record: Opportunity) -> list[Item]:
    """Return what a notice of this kind must carry, with what the record holds; empty for a kind that was not read."""
    return [
        Item(one.label, one.section, _words(one.value(record)) if one.value else "", one.value is not None)
        for one in MUST_CARRY.get(kind, [])
    ]


def gaps(kind: str, record: Opportunity) -> list[Item]:
    """Return what the record still lacks for a notice of this kind."""
    return [one for one in items(kind, record) if one.is_gap]


def _words(value: Any) -> str:
    return "" if value is None else str(value).strip()
