"""The statuses that alerts read in SQL are those that the records tell of themselves."""

import datetime as dt

import pytest

from tenders.alerts import statuses
from tenders.models import Contract, Framework, Lot, Opportunity
from tests.factories import NOON
from tests.factories.tenders import (
    AdmissionFactory,
    ContractFactory,
    FrameworkFactory,
    LotFactory,
    OpportunityFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_statuses_in_sql_are_those_of_the_records():
    for facts in (
        {},
        {"opens_at": NOON, "closes_at": NOON + DAY},
        {"opens_at": NOON + DAY},
        {"opens_at": NOON - DAY, "closes_at": NOON},
        {"awarded_at": NOON},
        {"withdrawn_at": NOON, "ended_reason": "No."},
        {"cancelled_at": NOON, "ended_reason": "No."},
        {"tender_date": "May 2026"},
        {"tender_date": "May 2027"},
        {"tender_date": "to be confirmed", "engagement_date": "May 2026"},
        {"replaces_contract": ContractFactory(ends="May 2026")},
        {"replaces_contract": ContractFactory(ends="May 2027"), "engagement_date": "Spring 2027"},
    ):
        OpportunityFactory(**facts)
    for facts in (
        {"ends": "31 January 2028"},
        {"ends": "31 January 2028", "lead_time_months": 2},
        {"ends": "30 November 2026", "lead_time_months": 0},
        {"ends": "31 August 2028", "lead_time_months": 18},
        {"ends": "18 May 2028"},
        {"ends": "19 May 2028"},
        {"ends": "17 November 2026"},
        {"ends": "18 November 2026"},
        {"ends": "May 2026", "ends_if_extended": "May 2027"},
        {"ends": "May 2026", "ends_if_extended": "May 2027", **_decided("extend")},
        {"ends": "May 2027", **_decided("decommission")},
        {},
    ):
        ContractFactory(**facts)
    for facts in (
        {"joining": "always"},
        {"joining": "closed"},
        {"joining": "closed", "reopens": "Spring 2030"},
        {"joining": "closed", "reopens": "to be confirmed"},
        {"joining": "closed", "reopens": "Spring 2020"},
        {"joining": "window"},
        {"joining": "window", "opens_at": NOON + DAY},
        {"joining": "window", "opens_at": NOON, "closes_at": NOON + DAY},
        {"joining": "window", "opens_at": NOON - DAY, "closes_at": NOON, "reopens": "Spring 2030"},
        {"joining": "always", "ends": "May 2026"},
        {"joining": "always", "starts": "May 2027"},
    ):
        framework = FrameworkFactory(**facts)
        LotFactory(framework=framework)
        LotFactory(framework=framework, joining="closed", reopens="Spring 2031")
        AdmissionFactory(framework=framework, lot=LotFactory(framework=framework, maximum_providers=1))

    def in_sql(rows):
        return dict(rows.values_list("pk", "current_status"))

    members = {lot.pk: lot.members for lot in Lot.objects.with_members(at=NOON)}
    assert in_sql(statuses.opportunities(at=NOON)) == {row.pk: row.status(at=NOON) for row in Opportunity.objects.all()}
    assert in_sql(statuses.frameworks(at=NOON)) == {row.pk: row.status(at=NOON) for row in Framework.objects.all()}
    assert in_sql(statuses.lots(at=NOON)) == {
        row.pk: row.status(at=NOON, members=members[row.pk]) for row in Lot.objects.all()
    }
    assert in_sql(statuses.contracts(at=NOON)) == {
        row.pk: statuses.NEAR_END if row.is_near_end(at=NOON) else "" for row in Contract.objects.all()
    }


def _decided(decision):
    return {"end_decision": decision, "end_decided_date": NOON.date(), "end_decision_reason": "It does well."}
