"""The table of what each kind of notice must say, with its regulation, and where a record holds it.

PR is the Procurement Regulations 2024 (SI 2024/692), PA the Procurement Act 2023, both as read in the reference and in
their text. What no field here holds is listed too, to be written in the notice itself. Not in the table: UK8 and UK17,
which tell of payments and not of one procurement, and the schedules of the PSR, which were not read.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Notice
from . import values as of
from .values import Value

Kind = Notice.Kind


@dataclass(frozen=True)
class Requirement:
    """One thing a notice must say. ``value`` reads it from the record; without one it is written in the notice only."""

    label: str
    section: str
    value: Value | None = None


AUTHORITY = [
    Requirement("Contracting authority", "PR 13", of.authorities),
    Requirement("Its identifier", "PR 13", of.identifier),
    Requirement("Contact for enquiries", "PR 13", of.contact),
    Requirement("Its postal address", "PR 13"),
]
SUBJECT = [
    Requirement("Description", "PR 14", of.field("summary")),
    Requirement("Contract dates or period", "PR 14", of.period),
    Requirement("CPV codes", "PR 14", of.cpv),
    Requirement("Where it is delivered", "PR 14", of.places),
    Requirement("Goods, services or works, and how much of them", "PR 14"),
]


def _identity(section: str) -> list[Requirement]:
    return [
        Requirement("Title", section, of.field("title")),
        Requirement("Procurement identifier (OCID)", section, of.field("ocid")),
    ]


def _base(section: str) -> list[Requirement]:
    return [*AUTHORITY, *_identity(section), *SUBJECT]


def _regime(section: str) -> Requirement:
    return Requirement("Special regime, such as light touch", section, of.choice("regime"))


def _procedure(section: str) -> Requirement:
    return Requirement("Procedure", section, of.choice("route"))


def _suits(section: str) -> list[Requirement]:
    return [
        Requirement("Suitable for small and medium-sized firms", section, of.yes_no("is_sme_suitable")),
        Requirement("Suitable for voluntary and community bodies", section, of.yes_no("is_vcse_suitable")),
    ]


def _value(section: str) -> Requirement:
    return Requirement("Estimated value with VAT", section, of.amount("value_gross"))


def _lots(section: str) -> Requirement:
    return Requirement("Lots", section, of.lots)


def _suppliers(section: str) -> list[Requirement]:
    return [
        Requirement("Suppliers, with number and size", section, of.suppliers),
        Requirement("Their postal and email addresses", section),
    ]


def _of_contract(section: str) -> list[Requirement]:
    """What each notice about a contract that is signed begins with."""
    return [
        *AUTHORITY,
        *_identity(section),
        Requirement("Contract identifier", section, of.contract_numbers),
        *_suppliers(section),
    ]


RISKS = "Known risks"
OPTIONS = "Options to extend or renew"

MUST_CARRY: dict[str, list[Requirement]] = {
    Kind.UK1: [
        *_base("PR 15"),
        Requirement("Estimated date of the tender notice", "PR 15", of.field("tender_date")),
    ],
    Kind.UK2: [
        *_base("PR 17"),
        Requirement("When engagement closes", "PR 17", of.field("engagement_date")),
        Requirement("How suppliers are engaged: events and periods", "PR 17", of.engagement),
    ],
    Kind.UK3: [
        *_base("PR 16"),
        Requirement("Estimated date of the tender notice", "PR 16", of.field("tender_date")),
        Requirement("Estimated date by which tenders are asked for", "PR 16", of.moment("closes_at")),
        _procedure("PR 16"),
        Requirement("Whether it is awarded by a dynamic market", "PR 16"),
        Requirement("Estimated award date", "PR 16", of.field("award_date")),
        Requirement("How to get the documents", "PR 16", of.field("portal_url")),
        Requirement("How and when to express interest", "PR 16", of.interest),
        Requirement("As much of the tender notice as is known", "PR 16"),
    ],
    Kind.UK4: [
        *_base("PR 18"),
        _regime("PR 18"),
        _procedure("PR 18"),
        _value("PR 18"),
        Requirement(
            "Date of the next procurement, if the need recurs", "PR 18(2)(h)", of.field("next_procurement_date")
        ),
        Requirement("Deadline for tenders", "PR 18", of.moment("closes_at")),
        Requirement("How to submit", "PR 18", of.field("portal_url")),
        Requirement("Award criteria", "PR 18", of.criteria),
        _lots("PR 18"),
        Requirement("For how many lots one may bid, and how many one may win", "PR 18"),
        Requirement(OPTIONS, "PR 18(2)(r)", of.field("options")),
        *_suits("PR 18"),
        Requirement("Conditions of participation", "PR 18", of.field("participation_conditions")),
        Requirement("Payment terms", "PR 18", of.field("payment_terms")),
        Requirement(RISKS, "PR 18", of.field("risks")),
        Requirement("Estimated award date", "PR 18", of.field("award_date")),
        Requirement("Languages of tenders", "PR 18"),
        Requirement("Flexible procedure: its stages, and how many suppliers", "PR 19"),
        Requirement("Flexible procedure: reserved for", "PR 19", of.reserved),
        Requirement("Framework: term, who may use it, how call-offs are awarded, fees", "PR 20"),
    ],
    Kind.UK5: [
        *_base("PR 26"),
        _regime("PR 26"),
        Requirement("Why the award is direct: the justification, and why it applies", "PR 26"),
        _lots("PR 26"),
        _value("PR 26"),
        *_suits("PR 26"),
        Requirement(RISKS, "PR 26", of.field("risks")),
        *_suppliers("PR 26"),
        Requirement("Expected day of signing", "PR 26"),
    ],
    Kind.UK6: [
        *_base("PR 27"),
        Requirement("Contract identifier", "PR 27", of.contract_numbers),
        *_suppliers("PR 27"),
        Requirement("Who is connected to each supplier", "PR 27"),
        Requirement("Day of the decision", "PR 27", of.decided),
        _lots("PR 27"),
        Requirement("Lots that will not be bought any more", "PR 27(3)"),
        _procedure("PR 27"),
        _regime("PR 27"),
        Requirement("Framework or dynamic market used", "PR 27", of.framework),
        Requirement("When assessment summaries were sent", "PR 27"),
        _value("PR 27"),
        Requirement("How many tenders were received; over £5 million, who was not chosen", "PR 27"),
        Requirement("End of the standstill", "PR 27", of.standstill_end),
        Requirement("Expected day of signing", "PR 27"),
    ],
    Kind.UK7: [
        *_base("PR 32"),
        Requirement("Contract identifier", "PR 32", of.contract_numbers),
        *_suppliers("PR 32"),
        _procedure("PR 32"),
        Requirement("Reserved for", "PR 32", of.reserved),
        _lots("PR 32"),
        _value("PR 32"),
        Requirement("Day of signing", "PR 32", of.signed),
        Requirement(OPTIONS, "PR 32", of.field("options")),
        _regime("PR 32"),
        Requirement("Three most material indicators, or why none were set", "PR 32"),
        Requirement("Framework: what PR 33 adds; under a framework: what PR 34 adds", "PR 33, 34"),
    ],
    Kind.UK9: [
        *_of_contract("PR 39"),
        Requirement(
            "Three most material indicators, each rated Good, Approaching target, Requires improvement, Inadequate or "
            "Other",
            "PR 39(4), (5)",
        ),
        Requirement("Period the ratings are for", "PR 39(4)"),
        Requirement("Or the breach: what, since when, what was done about it, what came of it", "PR 39(7)"),
    ],
    Kind.UK10: [
        *_of_contract("PR 40"),
        Requirement("Ground of Schedule 8, where the change rests on one", "PR 40(2)(f)"),
        Requirement("Why it is changed, and why the ground applies", "PR 40(2)(g)", of.change_reasons),
        Requirement("Change of the term", "PR 40(2)(h)", of.changed_terms),
        Requirement("Change of the estimated value", "PR 40(2)(h)"),
        Requirement("Suppliers that come in or leave on a restructuring", "PR 40(2)(i)"),
        Requirement("When it is changed", "PR 40(2)(j)", of.change_days),
        Requirement("From when the change has effect", "PR 40(2)(j)"),
        Requirement("Voluntary standstill, and how long: eight working days at least", "PR 40(2)(k), PA 76"),
    ],
    Kind.UK11: [
        *_of_contract("PR 41"),
        Requirement("Why the contract was ended", "PR 41"),
        Requirement("The day it was ended", "PR 41"),
        _value("PR 41"),
        Requirement("Where a breach was the reason: the breach, and what came of it", "PR 41(2)(h)"),
    ],
    Kind.UK12: [
        *AUTHORITY,
        *_identity("PR 37"),
        Requirement("That no contract will be awarded", "PR 37, PA 55", of.field("ended_reason")),
        Requirement("The day that was decided", "PR 37", of.day("cancelled_at")),
    ],
    Kind.UK13: [
        *_base("PR 25"),
        Requirement("How to get the documents", "PR 25", of.field("portal_url")),
        Requirement("How to apply", "PR 25", of.field("portal_url")),
        Requirement("Conditions for membership", "PR 25", of.field("participation_conditions")),
        Requirement("How the conditions are checked", "PR 25"),
        Requirement("Light touch or not", "PR 25", of.choice("regime")),
        Requirement("Parts, each with title, number and CPV codes", "PR 25", of.lots),
        Requirement("Who may use it", "PR 25", of.authorities),
        Requirement("From when until when, or that it has no end", "PR 25", of.period),
        Requirement("Fees", "PR 25"),
    ],
    Kind.UK14: [*AUTHORITY, *_identity("PR 25"), Requirement("Day, members and their parts", "PR 25")],
    Kind.UK15: [*AUTHORITY, *_identity("PR 25"), Requirement("Day, who was admitted or removed, what else", "PR 25")],
    Kind.UK16: [*AUTHORITY, *_identity("PR 25"), Requirement("Day the market ceased", "PR 25(8)")],
    Kind.BELOW_TENDER: [
        *_base("PR 24"),
        _value("PR 24"),
        Requirement("Deadline for tenders", "PR 24", of.moment("closes_at")),
        Requirement("How to submit", "PR 24", of.field("portal_url")),
        _regime("PR 24"),
        *_suits("PR 24"),
        Requirement("Award criteria", "PR 24", of.criteria),
        Requirement("Conditions of participation", "PR 24", of.field("participation_conditions")),
    ],
    Kind.BELOW_DETAILS: [
        *_base("PR 36"),
        Requirement("Contract identifier", "PR 36", of.contract_numbers),
        *_suppliers("PR 36"),
        _lots("PR 36"),
        _regime("PR 36"),
        _value("PR 36"),
        Requirement("Day of signing", "PR 36", of.signed),
        Requirement(OPTIONS, "PR 36", of.field("options")),
    ],
}
