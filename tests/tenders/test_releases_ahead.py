"""What the clock changes is a release written ahead and dated for its moment."""

import datetime as dt
import json

import pytest
from django.db import DatabaseError, transaction

from core import clock
from tenders import services
from tenders.models import Release
from tenders.ocds.merging import compiled
from tests.factories import NOON
from tests.factories.tenders import (
    AwardFactory,
    ContractFactory,
    OpportunityFactory,
)
from tests.tools.at_once import elsewhere
from tests.tools.ocds import package, problems
from tests.tools.processes import wait_until

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LATER = NOON + DAY


def bodies(**facts):
    return [json.loads(one.body) for one in Release.objects.filter(**facts).order_by("ocid", "number")]


def test_what_is_corrected_before_its_day_is_never_told():
    row = OpportunityFactory(published_at=NOON.replace(year=2100), title="Wrong title")
    services.record_release(row, at=NOON)
    row.title = "Right title"
    row.save()

    release = services.record_release(row, at=LATER)

    assert (release.number, release.published_at) == (1, row.published_at)
    assert not Release.objects.public(at=LATER).exists()
    assert [body["tender"]["title"] for body in bodies()] == ["Right title"]


def statuses(row, *, at):
    """What the releases that anybody may read at a moment say together."""
    told = Release.objects.public(at=at).filter(ocid=row.ocid).order_by("number")
    merged = compiled([json.loads(one.body) for one in told])
    awards = [one["status"] for one in merged.get("awards", [])]
    return [merged["tender"]["status"], *awards, *(one["status"] for one in merged.get("contracts", []))]


def test_what_the_clock_changes_is_true_at_its_moment():
    row = OpportunityFactory(opens_at=LATER, closes_at=NOON + 9 * DAY)
    made = services.make_releases(at=NOON)
    again = [services.make_releases(at=at) for at in (NOON, LATER, NOON + 2 * DAY)]

    second = dt.timedelta(seconds=1)
    assert (made, again) == (2, [0, 0, 0])
    assert [statuses(row, at=at) for at in (NOON, LATER - second, LATER)] == [["planned"], ["planned"], ["active"]]
    assert [one["tag"] for one in bodies()] == [["planning"], ["tender"]]
    assert bodies()[1]["date"] == "2026-11-19T12:00:00Z"
    assert problems("release", package(bodies())) == []


def test_what_comes_later_is_written_by_the_run_of_the_night_before():
    row = OpportunityFactory(opens_at=NOON + 9 * DAY)
    services.record_release(row, at=NOON)
    runs = [services.make_releases(at=NOON + number * DAY) for number in range(10)]

    assert runs == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert Release.objects.get(number=2).published_at == NOON + 9 * DAY


def test_a_standstill_and_a_term_end_at_midnight_in_london():
    today = dt.date(2026, 11, 18)
    row = OpportunityFactory(awarded_at=NOON - DAY)
    contract = ContractFactory(starts="20 November 2026", ends="20 November 2026")
    AwardFactory(
        opportunity=row, contract=contract, award_date=today - DAY, standstill_ends_date=today, announced_at=NOON - DAY
    )

    services.record_release(row, at=NOON)

    midnight = dt.datetime(2026, 11, 19, tzinfo=dt.UTC)
    moments = (NOON, midnight - dt.timedelta(seconds=1), midnight, midnight + DAY)
    assert [statuses(row, at=at) for at in moments] == [
        ["complete", "pending", "pending"],
        ["complete", "pending", "pending"],
        ["complete", "active", "pending"],
        ["complete", "active", "active"],
    ]


def test_what_was_written_ahead_gives_way_to_what_is_decided_meanwhile():
    at = clock.now()
    row = OpportunityFactory(opens_at=at + DAY, closes_at=at + 9 * DAY, published_at=at - DAY)
    services.record_release(row, at=at)

    services.cancel_opportunity(opportunity=row, reason="No money.", by=None, at=at + dt.timedelta(minutes=1))

    assert [one["tender"]["status"] for one in bodies()] == ["planned", "cancelled"]
    assert services.make_releases(at=at + dt.timedelta(minutes=2), is_thorough=True) == 0


def test_what_is_due_within_a_minute_stands_and_what_is_decided_meanwhile_follows_it():
    at, second = clock.now(), dt.timedelta(seconds=1)
    row = OpportunityFactory(opens_at=at + 40 * second, closes_at=at + 9 * DAY, published_at=at - DAY)
    services.record_release(row, at=at)
    unchanged = services.record_release(row, at=at + second)

    row.title = "A better title"
    row.save()
    services.record_release(row, at=at + second)
    row.opens_at += DAY
    row.save()
    services.record_release(row, at=at + 2 * second)

    assert unchanged is None
    told = [(one["tender"]["status"], one["tender"]["title"] == row.title) for one in bodies()]
    assert told == [("planned", False), ("active", False), ("active", True), ("planned", True), ("active", True)]
    due = list(Release.objects.order_by("number").values_list("published_at", flat=True))
    assert due == [at, *[at + 40 * second] * 3, at + DAY + 40 * second]
    assert services.make_releases(at=at + 3 * second, is_thorough=True) == 0


@pytest.mark.django_db(transaction=True)
def test_a_release_that_came_out_while_a_transaction_took_it_away_is_there_for_good():
    at = clock.now()
    row = OpportunityFactory(opens_at=at + dt.timedelta(seconds=1), closes_at=at + 9 * DAY, published_at=at - DAY)
    services.record_release(row, at=at)

    with pytest.raises(DatabaseError, match="came out while"), transaction.atomic():
        Release.objects.get(number=2).delete()
        wait_until(lambda: _read_elsewhere() == [1, 2], what="the moment of the second release")

    assert _public_numbers() == [1, 2]


def _read_elsewhere():
    found = []
    elsewhere(lambda: found.extend(_public_numbers()))
    return found


def _public_numbers():
    return list(Release.objects.public(at=clock.now()).order_by("number").values_list("number", flat=True))
