"""The statutory clock: what the law asks by when, as pure functions of dates, regime and value.

Each rule names its section. PA is the Procurement Act 2023, PR the Procurement Regulations 2024 (SI 2024/692), PSR the
Health Care Services (Provider Selection Regime) Regulations 2023 (SI 2023/1348). The text of the Act was read as of
12 March 2024 and the regulations as amended; an officer is told what is due and never stopped by it.

Days are London's. Values are estimated ones, in pounds with VAT (PA section 4 and Schedule 3).
"""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from decimal import Decimal

from core.dates import months_after
from core.workdays import ONE_DAY, Calendar, nth_working_day

from .models.procurement import Regime, Route

MILLION = Decimal(1_000_000)

PIPELINE_SPEND = 100 * MILLION  # PA section 93(1): a year's spending above which a pipeline notice is due
PIPELINE_CONTRACT = 2 * MILLION  # PA section 93(3): what a contract in it is worth more than
PIPELINE_MONTHS = 18  # PA section 93(4): the reporting period, from the first day of the financial year
PIPELINE_DAYS = 56  # PA section 93(2): to be published within these days from the first day of the financial year

STANDSTILL_WORKING_DAYS = 8  # PA section 51(2); PSR regulation 12(9)
KPI_CONTRACT = 5 * MILLION  # PA section 52(1): above it a contract sets key performance indicators
COPY_CONTRACT = 5 * MILLION  # PA sections 53(3) and 77: above it a copy of the contract, or of a change, is published
CHANGE_PERCENT = 10  # PA section 75(2): a change of services by no more needs no notice


class State(enum.Enum):
    """How a duty stands."""

    NOT_REQUIRED = "not_required"
    UNKNOWN = "unknown"
    DUE = "due"
    DONE = "done"
    OVERDUE = "overdue"


def last_of_days(days: int, *, beginning_with: dt.date) -> dt.date:
    """Return the last day of a period "of so many days beginning with" a day, which counts itself."""
    return beginning_with + dt.timedelta(days=days - 1)


def last_of_months(months: int, *, beginning_with: dt.date) -> dt.date:
    """Return the last day of a period of months "beginning with" a day."""
    return months_after(beginning_with, months) - ONE_DAY


def financial_year_start(day: dt.date) -> dt.date:
    """Return the 1 April that the day's financial year begins with."""
    return dt.date(day.year if day.month >= 4 else day.year - 1, 4, 1)


# Before the tender


@dataclass(frozen=True)
class PipelineNotice:
    """Whether a contract belongs in the pipeline notice (UK1) of a financial year, and by when that is published."""

    is_due: bool
    due_date: dt.date
    reason: str


def pipeline_notice(
    *,
    value: Decimal | None,
    tender_date: dt.date | None,
    spend: Decimal | None,
    year_start: dt.date,
    regime: Regime,
) -> PipelineNotice | None:
    """Tell whether UK1 of the financial year that begins on ``year_start`` must name this contract (PA section 93).

    :param value: what the contract is expected to cost.
    :param tender_date: when its tender or transparency notice is expected.
    :param spend: what the authority expects to spend in that year under contracts the Act covers.
    :returns: nothing where a value, a date or the spending is not known.
    """
    due = last_of_days(PIPELINE_DAYS, beginning_with=year_start)
    if regime in {Regime.PSR, Regime.OLDER_LAW, Regime.BELOW_THRESHOLD}:
        return PipelineNotice(False, due, "Another law, or none of its notices, applies to this contract.")
    if value is None or tender_date is None or spend is None:
        return None
    end = last_of_months(PIPELINE_MONTHS, beginning_with=year_start)
    if spend <= PIPELINE_SPEND:
        return PipelineNotice(False, due, "The authority does not expect to spend over £100 million in the year.")
    if value <= PIPELINE_CONTRACT:
        return PipelineNotice(False, due, "The contract is not expected to be worth more than £2 million.")
    if not year_start <= tender_date <= end:
        return PipelineNotice(False, due, "Its tender notice falls outside the 18 months the notice covers.")
    return PipelineNotice(True, due, "It is worth over £2 million and its notice falls in the 18 months.")


def planned_notice_qualifies(*, planned_date: dt.date, tender_date: dt.date) -> bool:
    """Whether a planned procurement notice (UK3) shortens the tender period: 40 days to 12 months before (PA 15(3))."""
    return planned_date + dt.timedelta(days=40) <= tender_date <= months_after(planned_date, 12)


@dataclass(frozen=True)
class TenderPeriod:
    """The shortest lawful time for tenders, in days from the day after the invitation; nothing is no minimum."""

    days: int | None
    section: str
    reason: str

    def earliest_deadline(self, invited_date: dt.date) -> dt.date | None:
        """The first day on which tenders may close."""
        return None if self.days is None else invited_date + dt.timedelta(days=self.days)


def shortest_tender_period(
    *,
    regime: Regime,
    has_qualifying_notice: bool = False,
    is_urgent: bool = False,
    is_period_agreed: bool = False,
    is_preselected_or_market: bool = False,
    is_electronic: bool = True,
    has_all_documents: bool = True,
) -> TenderPeriod:
    """Return the shortest period between invitation and deadline (PA section 54).

    :param has_qualifying_notice: a qualifying planned procurement notice was published.
    :param is_urgent: a state of urgency makes other periods impracticable.
    :param is_period_agreed: the period was agreed with the preselected suppliers, who alone may tender.
    :param is_preselected_or_market: tenders come only from such suppliers or the members of a dynamic market.
    :param is_electronic: tenders may be sent electronically.
    :param has_all_documents: every document is available with the invitation.
    """
    if regime is Regime.LIGHT_TOUCH:
        return TenderPeriod(None, "PA 54(4)", "A light-touch contract has no shortest period: keep it reasonable.")
    if regime is not Regime.PROCUREMENT_ACT:
        return TenderPeriod(None, "PA 54", "The Act's shortest periods do not apply under this law.")
    if is_period_agreed:
        return TenderPeriod(None, "PA 54(4)", "The period was agreed with suppliers chosen beforehand.")
    if has_qualifying_notice:
        return TenderPeriod(10, "PA 54(4)", "A qualifying planned procurement notice was published.")
    if is_urgent:
        return TenderPeriod(10, "PA 54(4)", "There is a state of urgency.")
    if is_preselected_or_market:
        return TenderPeriod(10, "PA 54(4)", "Only preselected suppliers or members of a dynamic market may tender.")
    if is_electronic and has_all_documents:
        return TenderPeriod(25, "PA 54(4)", "Tenders are sent electronically and every document is there at once.")
    if is_electronic:
        return TenderPeriod(30, "PA 54(4)", "Tenders are sent electronically, but documents follow later.")
    if has_all_documents:
        return TenderPeriod(30, "PA 54(4)", "Every document is there at once, but tenders are not sent electronically.")
    return TenderPeriod(35, "PA 54(4)", "Documents follow later and tenders are not sent electronically.")


# Between award and signing


@dataclass(frozen=True)
class Standstill:
    """The days on which a contract may not be signed yet, first and last included."""

    first_date: dt.date
    last_date: dt.date
    is_mandatory: bool
    section: str

    @property
    def signing_from(self) -> dt.date:
        """The first day on which the contract may be signed."""
        return self.last_date + ONE_DAY


def standstill(*, regime: Regime, route: Route, published_date: dt.date) -> Standstill | None:
    """Return the standstill that follows the award notice (UK6), or the intention notice of the PSR.

    Under the Act the eight working days begin *with* the day of publication (section 51(2)), and are voluntary for a
    light-touch contract and for one awarded under a framework or dynamic market (section 51(3) and (5)). Under the
    PSR it begins the day *after* publication and ends at midnight at the end of the eighth working day *after the day
    it began* (regulation 12(2) and (9)); direct awards A and B publish no such notice (regulation 12(1)).

    :raises CalendarEnds: where bank holidays are not known so far ahead.
    """
    if regime in {Regime.PROCUREMENT_ACT, Regime.LIGHT_TOUCH}:
        last = nth_working_day(STANDSTILL_WORKING_DAYS, since=published_date, calendar=Calendar.PROCUREMENT_ACT)
        is_mandatory = regime is Regime.PROCUREMENT_ACT and route is not Route.CALL_OFF
        return Standstill(published_date, last, is_mandatory, "PA 51")
    if regime is Regime.PSR:
        began = published_date + ONE_DAY
        last = nth_working_day(STANDSTILL_WORKING_DAYS, since=began + ONE_DAY, calendar=Calendar.PSR)
        return Standstill(began, last, True, "PSR 12(9)")
    return None


def standstill_after_decision(*, decided_date: dt.date) -> dt.date:
    """Return the last day of a PSR standstill when providers made representations.

    It lasts for no fewer than five working days since providers were told the last further decision (PSR
    regulation 12(10)).

    :raises CalendarEnds: where bank holidays are not known so far ahead.
    """
    return nth_working_day(5, since=decided_date + ONE_DAY, calendar=Calendar.PSR)


# After signing


def details_notice_due(*, regime: Regime, signed_date: dt.date) -> dt.date | None:
    """Return the last day for the contract details notice (UK7): 30 days, for light touch 120 (PA section 53(1)).

    The days begin with the day the contract is entered into. Below the threshold it is "as soon as reasonably
    practicable": no day. Other law has no such notice.
    """
    days = {Regime.PROCUREMENT_ACT: 30, Regime.LIGHT_TOUCH: 120}.get(regime)
    return None if days is None else last_of_days(days, beginning_with=signed_date)


def contract_copy_due(*, regime: Regime, signed_date: dt.date, value: Decimal | None) -> dt.date | None:
    """Return the last day to publish a copy of a contract over £5 million: 90 days, light touch 180 (PA 53(3))."""
    days = {Regime.PROCUREMENT_ACT: 90, Regime.LIGHT_TOUCH: 180}.get(regime)
    if days is None or value is None or value <= COPY_CONTRACT:
        return None
    return last_of_days(days, beginning_with=signed_date)


@dataclass(frozen=True)
class ChangeNotice:
    """Whether a contract change notice (UK10) is to be published before a contract is changed."""

    is_due: bool
    section: str
    reason: str


def change_notice(
    *,
    regime: Regime,
    longest_term: int | None = None,
    term_change: int | None = None,
    value: Decimal | None = None,
    value_change: Decimal | None = None,
) -> ChangeNotice | None:
    """Tell whether a contract change notice (UK10) comes before a change to a contract for services (PA section 75).

    It does not where the change is of the value by 10 per cent or less, or of the term by 10 per cent or less of the
    longest term provided for on award (75(2)); never for a light-touch contract (75(6)(b)). A transfer to another
    supplier always needs it, and several changes that could have been made together count as one (75(4)): those are
    for the officer to see.

    :param longest_term: the longest term provided for on award, in days.
    :param term_change: by how many days the term grows or shrinks.
    :param value: what the contract was expected to cost before.
    :param value_change: by how much that grows or shrinks.
    :returns: nothing under other law, or where what changes is not known.
    """
    if regime is Regime.LIGHT_TOUCH:
        return ChangeNotice(False, "PA 75(6)", "A light-touch contract needs none.")
    if regime is not Regime.PROCUREMENT_ACT:
        return None
    if value and value_change is not None and abs(value_change) * 100 <= value * CHANGE_PERCENT:
        return ChangeNotice(False, "PA 75(2)", "The value changes by a tenth or less.")
    if longest_term and term_change is not None and abs(term_change) * 100 <= longest_term * CHANGE_PERCENT:
        return ChangeNotice(False, "PA 75(2)", "The term changes by a tenth or less of the longest.")
    if term_change is None and value_change is None:
        return None
    return ChangeNotice(True, "PA 75(1)", "Unless it changes the term or the value by a tenth or less.")


def change_copy_due(*, regime: Regime, changed_date: dt.date, value: Decimal | None) -> dt.date | None:
    """Return the last day to publish a copy of a change that needed a notice: 90 days, over £5 million (PA 77)."""
    if regime is not Regime.PROCUREMENT_ACT or value is None or value <= COPY_CONTRACT:
        return None
    return last_of_days(90, beginning_with=changed_date)


def psr_award_notice_due(*, awarded_date: dt.date) -> dt.date:
    """Return the last day for the award notice of any PSR process: within 30 days of the award (PSR 7 to
    11)."""
    return awarded_date + dt.timedelta(days=30)


def psr_change_notice_due(*, changed_date: dt.date) -> dt.date:
    """Return the last day for a PSR notice of modification or abandonment: within 30 days (PSR 13(4), 15(5))."""
    return changed_date + dt.timedelta(days=30)


def psr_providers_from(*, intention_date: dt.date) -> dt.date:
    """Return the first day to have identified providers, 14 days after the notice of a most suitable provider process.

    (PSR regulation 10(5).)
    """
    return intention_date + dt.timedelta(days=14)


def needs_indicators(*, regime: Regime, value: Decimal | None) -> bool | None:
    """Whether the contract must set key performance indicators: over £5 million, not light touch (PA section 52).

    Nothing where the value is not known.
    """
    if regime is not Regime.PROCUREMENT_ACT:
        return False  # PA section 52(6)(d) for light touch
    return None if value is None else value > KPI_CONTRACT


# Frameworks


@dataclass(frozen=True)
class FrameworkLimits:
    """When a framework must be awarded anew, and when it ends at the latest."""

    ends_date: dt.date
    re_award_by_date: dt.date | None
    section: str


def framework_limits(
    *,
    regime: Regime,
    awards: list[dt.date],
    is_open_scheme: bool,
    has_single_supplier: bool = False,
) -> FrameworkLimits | None:
    """Return the limits of a framework from the days it was awarded, the first one first.

    An open framework is awarded anew within three years of the first award, then at least once in each five years
    from the second, and all of it ends eight years after the first (PA section 49(2)); with one supplier only, four
    years after that award (section 49(6)). Another framework ends after four years unless its notice gave reasons for
    longer (section 47(1) and (3)), a light-touch one has no limit (section 47(5)(c)), and one under the PSR ends after
    four (PSR regulation 16(5)).
    """
    if not awards:
        return None
    days = sorted(awards)
    first = days[0]
    if regime is Regime.PSR:
        return FrameworkLimits(last_of_months(48, beginning_with=first), None, "PSR 16(5)")
    if regime not in {Regime.PROCUREMENT_ACT, Regime.LIGHT_TOUCH}:
        return None
    if not is_open_scheme:
        if regime is Regime.LIGHT_TOUCH:
            return None
        return FrameworkLimits(last_of_months(48, beginning_with=first), None, "PA 47(1)")
    if has_single_supplier:
        return FrameworkLimits(last_of_months(48, beginning_with=days[-1]), None, "PA 49(6)")
    ends = last_of_months(96, beginning_with=first)
    # "Each period of five years beginning with the second award": counted from the latest, which is never later.
    again = last_of_months(36 if len(days) == 1 else 60, beginning_with=days[-1])
    return FrameworkLimits(ends, again if again < ends else None, "PA 49(2)")


def stand(*, due_date: dt.date | None, done_date: dt.date | None, on: dt.date) -> State:
    """Tell how a duty with a last day stands on a day."""
    if done_date is not None and done_date <= on:
        return State.DONE
    if due_date is None:
        return State.UNKNOWN
    return State.OVERDUE if on > due_date else State.DUE
