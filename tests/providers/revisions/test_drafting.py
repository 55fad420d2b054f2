"""Writing a draft: what it keeps, and what it refuses."""

import re

import pytest

from providers import profile
from providers.models import ProfileRevision
from providers.services import revisions
from providers.services.revisions import ChangedMeanwhile, ProfileRefused
from tests.factories import NOON
from tests.factories.providers import LocationFactory
from tests.providers.revisions.rows import actions, fee, unit

pytestmark = pytest.mark.django_db


def test_draft_keeps_what_is_proposed_and_what_was_live(home):
    revision = home.draft(summary="New words.", phone="01632 960001")

    home.service.refresh_from_db()
    assert (revision.changes, revision.base) == ({"summary": "New words."}, {"summary": "Old words of ours."})
    assert (revision.provider, revision.service, revision.started_by) == (home.provider, home.service, home.person)
    assert home.service.summary == "Old words of ours."
    assert actions() == ["revision.saved"]


def test_what_families_see_already_is_no_change(home):
    nothing = home.draft(summary="Old words of ours.")
    home.draft(summary="New words.")
    taken_back = home.draft(summary="Old words of ours.")

    assert (nothing, taken_back) == (None, None)
    assert not ProfileRevision.objects.exists()
    assert actions() == ["revision.saved", "revision.discarded"]


def test_text_is_cleaned_on_the_way_in(home):
    revision = home.draft(
        summary="Two\r\n\r\n\r\n\r\nlines\u202e", website="www.home.example", languages=[" Polish ", "Polish", ""]
    )

    assert revision.changes == {
        "summary": "Two\n\nlines", "website": "https://www.home.example", "languages": ["Polish"],
    }  # fmt: skip


def test_second_save_of_an_older_form_is_refused_with_what_changed(home):
    seen = {"summary": "Old words of ours.", "phone": "01632 960001"}
    common = {"provider": home.provider, "service": home.service, "by": home.person, "at": NOON}
    revisions.save_changes(values={"summary": "First tab.", "phone": "01632 960001"}, seen=seen, **common)

    with pytest.raises(ChangedMeanwhile) as refused:
        revisions.save_changes(values={"summary": "Second tab.", "phone": "01632 960001"}, seen=seen, **common)

    (change,) = refused.value.changes
    assert (change.label, change.old, change.new) == (
        "In two or three sentences", ["Old words of ours."], ["First tab."],
    )  # fmt: skip
    assert ProfileRevision.objects.get().changes == {"summary": "First tab."}


def test_two_tabs_that_change_different_fields_lose_nothing(home):
    common = {"provider": home.provider, "service": home.service, "by": home.person, "at": NOON}
    revisions.save_changes(values={"summary": "First tab."}, seen={"summary": "Old words of ours."}, **common)

    revision = revisions.save_changes(values={"phone": "01632 960002"}, seen={"phone": "01632 960001"}, **common)

    assert revision.changes == {"summary": "First tab.", "phone": "01632 960002"}
    assert revision.version == 2


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"name": ""}, "name", "Give its name"),
        ({"email": "no address"}, "email", "valid e-?mail"),
        ({"website": "https://not a site"}, "website", "valid URL"),
        ({"summary": "x" * 5001}, "summary", "5,000 characters"),
        ({"types": ["nothing-of-the-kind"]}, "types", "not on our list"),
        ({"areas_served": ["nowhere"]}, "areas_served", "not on our list"),
        ({"served_outcodes": ["CA28", "Cumbria"]}, "served_outcodes", "do not recognise CUMBRIA"),
        ({"languages": ["x" * 41]}, "languages", "40 characters"),
        ({"minimum_age": 65, "maximum_age": 18}, "minimum_age", "oldest age"),
        ({"capacity": -1}, "capacity", "greater than or equal to 0"),
        ({"setting": "moon"}, "setting", "not a valid choice"),
    ],
)
def test_draft_that_breaks_a_rule_is_refused_at_its_field(home, values, field, says):
    with pytest.raises(ProfileRefused) as refused:
        home.draft(**values)

    assert list(refused.value.problems) == [field]
    assert re.search(says, refused.value.problems[field][0])
    assert not ProfileRevision.objects.exists()


@pytest.mark.parametrize(
    ("fees", "says"),
    [
        ([fee(name="")], "A fee without a name"),
        ([fee(amount_from="a lot")], "decimal number"),
        ([fee(amount_from="-1")], "lowest"),
        ([fee(amount_to="900.00")], "highest fee cannot be below"),
        ([fee(per="moon")], "not a valid choice"),
        ([fee(), fee(name="single ROOM")], "same name"),
        ([fee(name=f"Room {n}") for n in range(13)], "12 fees or fewer"),
    ],
)
def test_fee_that_cannot_be_is_refused(home, fees, says):
    with pytest.raises(ProfileRefused) as refused:
        home.draft(fees=fees)

    assert says in " ".join(refused.value.problems["fees"])


@pytest.mark.parametrize(
    ("units", "says"),
    [
        ([unit(kind="")], "A kind without a name"),
        ([unit(count=-1)], "greater than or equal to 0"),
        ([unit(count=10**10)], "less than or equal to"),
        ([unit(tenure="moon")], "not a valid choice"),
        ([unit(), unit(kind="FLAT")], "stands there twice"),
        ([unit(kind=f"flat {n}") for n in range(21)], "20 kinds or fewer"),
    ],
)
def test_kind_of_home_that_cannot_be_is_refused(home, units, says):
    with pytest.raises(ProfileRefused) as refused:
        home.draft(units=units)

    assert says in " ".join(refused.value.problems["units"])


def test_buildings_of_others_are_not_ones_to_describe(home):
    theirs = LocationFactory()
    home.service.locations.add(theirs)
    own = home.service.locations.exclude(pk=theirs.pk).get()

    names = set(profile.fields_of(home.service))

    assert f"has_lift@{own.uuid}" in names
    assert f"has_lift@{theirs.uuid}" not in names
