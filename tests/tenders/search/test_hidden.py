"""What nobody may see is not found, not named and corrects nothing."""

import pytest

from tenders.models import SearchCard, SearchRow
from tests.factories import NOON
from tests.factories.tenders import (
    ContractFactory,
    FrameworkFactory,
    OpportunityFactory,
)
from tests.tenders.search.country import DAY, ask, settle, titles

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "facts",
    [
        {"published_at": None},
        {"published_at": NOON + DAY},
        {"withdrawn_at": NOON, "ended_reason": "No money"},
        {"cancelled_at": NOON, "ended_reason": "No bids"},
    ],
)
def test_draft_embargoed_and_ended_entries_are_not_found(facts):
    OpportunityFactory(title="Secret dementia plan", **facts)

    found = ask(words="dementia")

    assert found.total == 0
    assert found.corrected == {}


def test_call_offs_for_members_have_no_row_at_all():
    OpportunityFactory(framework=FrameworkFactory(), is_members_only=True)

    settle()

    assert SearchRow.objects.count() == SearchCard.objects.count() == 0


def test_word_of_an_embargoed_entry_corrects_nothing_before_its_moment():
    OpportunityFactory(title="Reablement", published_at=NOON + DAY)

    before, after = ask(words="reablemant"), ask(words="reablemant", at=NOON + 2 * DAY)

    assert before.corrected == {}
    assert after.corrected == {"reablemant": ("reablement",)}
    assert titles(after) == ["Reablement"]


def test_framework_and_contract_that_are_not_public_are_not_named():
    OpportunityFactory(
        framework=FrameworkFactory(published_at=None, slug="hidden"),
        replaces_contract=ContractFactory(published_at=None),
    )

    (entry,) = ask().entries

    assert entry.framework is None
    assert entry.replaces is None
    assert ask(framework="hidden").ignored == ("hidden",)
