"""The cards of a list of opportunities or of contracts: components/card.html as plain strings.

A page has hundreds of their parts, and a template takes long for each. What comes from people is escaped where it enters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from core.templatetags.portal import gov_date, gov_datetime
from tenders.models import Contract, ContractSupplier, Opportunity
from tenders.search import Entry
from tenders.standing import confirmed_words, value_words

SAMPLE = '<div class="ccp-card__foot"><span class="ccp-sample">Sample</span></div>'
# The others say by themselves what they are.
ROLES_SAID = set(ContractSupplier.Role) - {ContractSupplier.Role.SUPPLIER, ContractSupplier.Role.VARIOUS}


def cards(entries: Iterable[Entry], kinds: Mapping[int, str]) -> SafeString:
    """The cards of one page of opportunities.

    :param kinds: for each entry's key the look of its status.
    """
    return mark_safe("".join(_entry(entry, kinds[entry.pk]) for entry in entries))  # noqa: S308 - escaped parts


def contract_cards(contracts: Iterable[Contract]) -> SafeString:
    """The cards of one page of the contracts register, each with its `shown_status` and `shown_kind`."""
    return mark_safe("".join(map(_contract, contracts)))  # noqa: S308 - escaped parts


def _entry(entry: Entry, kind: str) -> str:
    record = entry.record
    buyers = entry.buyer.name
    if entry.partners:
        buyers += f" with {', '.join(one.name for one in entry.partners)}"
    return _card(
        record.title,
        entry.url,
        kicker=record.service_area,
        where=buyers,
        tag=entry.status.label,
        kind=kind,
        facts=_when(entry) + _start(entry) + _third(entry),
        is_sample=record.is_sample,
    )


def _contract(row: Contract) -> str:
    return _card(
        row.title,
        row.get_absolute_url(),
        kicker=row.arrangement_as_stated,
        where=row.organisation.name,
        tag=row.shown_status.label,
        kind=row.shown_kind,
        facts=_suppliers(row)
        + _fact("Ends", row.ends or row.term_as_stated, note=row.extension_as_stated)
        + _fact("Value", row.value_as_stated, unknown="Not published"),
        is_sample=row.is_sample,
    )


def _card(title: str, url: str, *, kicker: str, where: str, tag: str, kind: str, facts: str, is_sample: bool) -> str:
    above = f'<p class="ccp-card__where">{escape(kicker)}</p>' if kicker else ""
    look = f" ccp-tag--{kind}" if kind else ""
    return (
        f'<li class="ccp-card"><div class="ccp-card__top"><div class="ccp-card__name">{above}<h3 class="ccp-card__title">'
        f'<a class="govuk-link" href="{url}">{escape(title)}</a></h3>'
        f'<p class="ccp-card__where">{escape(where)}</p></div>'
        f'<strong class="govuk-tag{look}">{tag}</strong></div>'
        f'<dl class="ccp-card__facts">{facts}</dl>'
        f"{SAMPLE if is_sample else ''}</li>"
    )


def _suppliers(row: Contract) -> str:
    names = []
    for one in row.suppliers.all():
        role = f"<small>{escape(one.get_role_display())}</small>" if one.role in ROLES_SAID else ""
        names.append(f"<dd>{escape(one)}{role}</dd>")
    names = names or ['<dd class="ccp-unknown">Not stated</dd>']
    return f"<div><dt>Provider</dt>{''.join(names)}</div>"


def _fact(label: str, value: object, unknown: str = "Not stated", note: object = "") -> str:
    small = f"<small>{escape(note)}</small>" if note else ""
    if value is None or value == "":
        return f'<div><dt>{label}</dt><dd class="ccp-unknown">{unknown}{small}</dd></div>'
    return f"<div><dt>{label}</dt><dd>{escape(value)}{small}</dd></div>"


def _when(entry: Entry) -> str:
    """The next date that matters at its stage."""
    record, status = entry.record, entry.status
    if status == Opportunity.Status.OPEN:
        return _fact("Closes", gov_datetime(record.closes_at) if record.closes_at else None)
    if status in (Opportunity.Status.CLOSED, Opportunity.Status.AWARDED):
        when = record.awarded_at if status == Opportunity.Status.AWARDED else record.closes_at
        return _fact("Awarded" if status == Opportunity.Status.AWARDED else "Closed", gov_date(when) if when else None)
    if record.opens_at:
        return _fact("Opens", gov_datetime(record.opens_at))
    note = record.dates_as_stated if record.tender_date else ""
    return _fact("Tender", record.tender_date or record.dates_as_stated, note=note)


def _start(entry: Entry) -> str:
    record = entry.record
    if entry.replaces is not None and not record.contract_start_date:
        return _fact("Present contract ends", entry.replaces.ends)
    return _fact("Contract starts", record.contract_start_date)


def _third(entry: Entry) -> str:
    record = entry.record
    value = _fact("Value", value_words(record), unknown="Not published")
    if entry.unconfirmed_since:
        return value + _fact("Not confirmed since", confirmed_words(record))
    return value
