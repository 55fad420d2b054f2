"""Search rows follow the register."""

import random

import pytest
from django.core.management import call_command

from core.models import SearchWord
from tenders.models import SearchCard, SearchRow
from tests.factories import NOON
from tests.factories.commissioning import OrganisationFactory
from tests.factories.core import ServiceTypeFactory
from tests.factories.tenders import (
    FrameworkFactory,
    OpportunityFactory,
    OpportunityLotFactory,
)
from tests.tenders.search.country import Country, ask, settle, titles

pytestmark = pytest.mark.django_db


def test_rows_follow_every_change_in_its_transaction():
    row = OpportunityFactory(title="Earlier", organisation=OrganisationFactory(slug="first", name="First Council"))
    framework = FrameworkFactory(title="Old name", published_at=NOON)
    assert titles(ask(words="earlier")) == ["Earlier"]

    row.title, row.framework = "Respite", framework
    row.save()
    framework.title = "New name"
    framework.save()
    kind = ServiceTypeFactory(slug="new-kind")
    lot = OpportunityLotFactory(opportunity=row)
    lot.types.add(kind)

    (entry,) = ask(words="respite", types=("new-kind",)).entries
    assert entry.framework.name == "New name"
    assert ask(words="earlier").total == 0

    lot.delete()
    assert ask(types=("new-kind",)).total == 0

    row.organisation.name = "Renamed Council"
    row.organisation.save()
    found = ask()
    assert found.entries[0].buyer.name == found.labels["buyers"]["first"] == "Renamed Council"

    row.delete()
    settle()
    assert SearchRow.objects.count() == 0


def test_first_buyer_of_an_organisation_is_offered_at_once():
    ask()
    OpportunityFactory(organisation=OrganisationFactory(slug="newcomer", name="Newcomer"))

    found = ask(buyers=("newcomer",))

    assert found.total == 1
    assert found.facets["buyers"] == {"newcomer": 1}


def test_rows_made_anew_are_the_rows_that_were_kept_up():
    Country(random.Random(3))
    kept = {model: sorted(model.objects.values_list()) for model in (SearchRow, SearchCard)}
    words = set(SearchWord.objects.filter(index="opportunities").values_list("word", flat=True))
    SearchRow.objects.filter(pk=SearchRow.objects.first().pk).delete()
    SearchCard(opportunity_id=10**9, card="{}", names="", document="").save()

    call_command("rebuild_opportunity_search", verbosity=0)

    assert {model: sorted(model.objects.values_list()) for model in (SearchRow, SearchCard)} == kept
    assert set(SearchWord.objects.filter(index="opportunities").values_list("word", flat=True)) == words
