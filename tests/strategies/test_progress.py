"""A delivery plan's colour follows from its milestones and reports; without any, nothing is claimed."""

import datetime as dt

import pytest
from django.urls import reverse

from strategies.models import Action, Progress
from tests.factories.strategies import ActionFactory, MilestoneFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 2, 1)


def report(action, day=dt.date(2025, 1, 10), text="Started.", **fields):
    return Progress.objects.create(action=action, reported_date=day, text=text, **fields)


def rag(action):
    return Action.objects.prefetch_related("milestones", "progress").get(pk=action.pk).rag(on=DAY)


def test_nothing_is_claimed_where_nobody_has_reported():
    late = MilestoneFactory(due="2020").action

    assert rag(late) is None


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        ("2025/26", None, "green"),
        ("February 2025", None, "amber"),
        ("January 2025", None, "red"),
        ("January 2025", dt.date(2025, 1, 20), "done"),
        ("to be confirmed", None, "green"),
    ],
)
def test_the_colour_follows_from_the_milestones(due, done, expected):
    action = MilestoneFactory(due=due, done_date=done).action
    report(action)

    assert rag(action) == expected


def test_one_late_milestone_makes_the_action_late():
    action = MilestoneFactory(due="January 2025", done_date=dt.date(2025, 1, 2)).action
    MilestoneFactory(action=action, due="2024")
    MilestoneFactory(action=action, due="2026")

    assert rag(action) == Progress.Rag.RED


def test_the_newest_report_may_override_with_a_reason():
    action = MilestoneFactory(due="2024").action
    report(action, dt.date(2025, 1, 10), override=Progress.Rag.RED, override_reason="Staff have left.")
    report(action, dt.date(2025, 1, 20), override=Progress.Rag.GREEN, override_reason="Agreed to move it.")

    assert rag(action) == Progress.Rag.GREEN


def test_an_action_without_milestones_is_on_track_once_reported():
    action = ActionFactory()
    report(action)

    assert rag(action) == Progress.Rag.GREEN


def test_the_plan_shows_the_colour_and_the_newest_report(client):
    action = MilestoneFactory(due="2023/24").action
    report(action, text="The tender was put off.")

    page = client.get(reverse("strategies:delivery_plan", args=[action.strategy.slug])).content.decode()

    assert '<strong class="govuk-tag ccp-tag--late">Late</strong>' in page
    assert "10 January 2025: The tender was put off." in page
    assert "No progress has been reported yet" not in page


def test_the_plan_says_that_nobody_has_reported(client):
    action = MilestoneFactory(due="2023/24").action

    page = client.get(reverse("strategies:delivery_plan", args=[action.strategy.slug])).content.decode()

    assert "No progress has been reported yet" in page
    assert "Late" not in page
