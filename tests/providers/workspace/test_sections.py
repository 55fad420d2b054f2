"""Writing in an entry's sections: a draft, and what was typed is never lost."""

import pytest

from providers.models import ProfileRevision
from providers.services import revisions
from tests.factories import NOON
from tests.factories.core import PlaceFactory
from tests.providers.workspace.pages import page, said, typed
from tests.tools.views import text

pytestmark = pytest.mark.django_db


def test_section_is_saved_as_a_draft(person, home):
    path = page("section", home.service.slug, "about")
    data = typed(person.get(path))

    response = person.post(path, {**data, "summary": "New words.", "languages": "Polish, English"})

    assert response.status_code == 302
    assert "Saved as a draft" in said(response)[0]
    assert ProfileRevision.objects.get().changes == {"summary": "New words.", "languages": ["Polish", "English"]}


def test_form_sent_as_it_was_shown_changes_nothing(person, home):
    home.service.fees.create(name="Room", amount_from="1000.50", amount_to="1200", per="week", told_date="2026-01-05")
    home.service.units.create(kind="flat", tenure="rent", count=8)
    home.service.units.create(kind="room", stated="8 to 10", order=1)
    home.service.areas_served.add(home.place)
    for key in ("about", "who", "fees", "rooms", "accessibility", "staffing", "contact"):
        path = page("section", home.service.slug, key)
        assert person.post(path, typed(person.get(path))).status_code == 302, key
    for key in ("about", "contact"):
        path = page("provider_section", key)
        assert person.post(path, typed(person.get(path))).status_code == 302, key

    assert not ProfileRevision.objects.exists()


@pytest.mark.parametrize(
    ("key", "sent", "says"),
    [
        ("about", {"name": "", "summary": "Kept words"}, "Give its name."),
        ("contact", {"email": "no address", "how_to_get": "Kept words"}, "Enter a valid email address."),
        ("contact", {"areas_served": "Nowhere at all", "how_to_get": "Kept words"}, "do not recognise Nowhere at all"),
        ("contact", {"served_outcodes": "CA28, Kept words"}, "do not recognise KEPT WORDS"),
        ("who", {"minimum_age": "Kept words"}, "Enter a whole number."),
        ("fees", {"fees-0-amount_from": "Kept words", "fees-0-name": "Room"}, "do not understand Kept words"),
        ("fees", {"fees-0-amount_from": "10", "fees-0-included": "Kept words"}, "Say what this fee is for."),
        ("fees", {"fees-0-name": "Kept words", "fees-0-amount_from": "10", "fees-0-amount_to": "5", "fees-0-per": "week"},
         "highest fee cannot be below"),
        ("rooms", {"units-0-stated": "Kept words"}, "Say what kind of home or room it is."),
        ("rooms", {"units-0-stated": "Kept words"}, "There is a problem: A further kind"),
        ("rooms", {"units-0-kind": "Kept words", "units-0-count": "-1"}, "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_error_is_shown_and_what_was_typed_is_kept(person, home, key, sent, says):
    path = page("section", home.service.slug, key)
    data = typed(person.get(path))

    response = person.post(path, {**data, **sent})

    body = text(response)
    assert response.status_code == 200
    assert says in body.replace("&#x27;", "'")
    assert "Kept words" in body
    assert "<title>Error: " in body
    assert not ProfileRevision.objects.exists()


def test_older_form_is_refused_with_what_changed_and_keeps_what_was_typed(person, home):
    path = page("section", home.service.slug, "about")
    older = typed(person.get(path))
    person.post(path, {**older, "summary": "From the first tab."})

    refused = person.post(path, {**older, "summary": "From the second tab."})

    body = text(refused)
    assert "Somebody saved this part after you opened it" in body
    assert "From the first tab." in body
    assert "From the second tab." in body
    assert ProfileRevision.objects.get().changes == {"summary": "From the first tab."}
    again = person.post(path, typed(refused) | {"summary": "From the second tab."})
    assert again.status_code == 302
    assert ProfileRevision.objects.get().changes == {"summary": "From the second tab."}


def test_form_whose_hidden_field_was_tampered_with_saves_over_nothing(person, home):
    path = page("section", home.service.slug, "staffing")
    data = typed(person.get(path))

    response = person.post(path, {**data, "staffing": "New.", "seen": "tampered"})

    assert "Somebody saved this part" in text(response)
    assert not ProfileRevision.objects.exists()


def test_fee_keeps_the_day_it_was_told_unless_it_changed_or_is_said_to_be_right(person, home):
    for name in ("Single", "Double"):
        home.service.fees.create(name=name, amount_from=1000, per="week", told_date="2026-01-05")
    path = page("section", home.service.slug, "fees")
    data = typed(person.get(path))

    person.post(path, {**data, "fees-1-amount_from": "£1,100"})
    (single, double) = ProfileRevision.objects.get().changes["fees"]
    person.post(path, {**typed(person.get(path)), "right_today": "on"})
    days = {fee["told_date"] for fee in ProfileRevision.objects.get().changes["fees"]}

    assert (single["told_date"], single["amount_from"]) == ("2026-01-05", "1000.00")
    assert double["amount_from"] == "1100.00"
    assert days == {double["told_date"]} != {"2026-01-05"}


def test_fee_is_taken_away_and_another_added(person, home):
    home.service.fees.create(name="Single", amount_from=1000, per="week", told_date="2026-01-05")
    path = page("section", home.service.slug, "fees")
    data = typed(person.get(path))

    person.post(
        path, {**data, "fees-0-remove": "on", "fees-1-name": "New", "fees-1-amount_from": "5", "fees-1-per": "hour"}
    )

    assert [fee["name"] for fee in ProfileRevision.objects.get().changes["fees"]] == ["New"]


def test_homes_are_told_by_kind_one_after_the_other(person, home):
    path = page("section", home.service.slug, "rooms")
    first = {"units-0-kind": "Flat", "units-0-tenure": "rent", "units-0-count": "8", "then": "units"}
    second = {"units-1-kind": "Bungalow", "units-1-stated": "Two or three"}

    again = person.post(path, {**typed(person.get(path)), **first})
    done = person.post(path, {**typed(person.get(path)), **second})

    assert (again["Location"], done["Location"]) == (f"{path}#units", page("service", home.service.slug))
    assert ProfileRevision.objects.get().changes == {
        "units": [
            {"kind": "Flat", "tenure": "rent", "count": 8, "stated": ""},
            {"kind": "Bungalow", "tenure": "unknown", "count": None, "stated": "Two or three"},
        ]
    }


def test_kind_of_home_is_taken_away(person, home):
    home.service.units.create(kind="flat", tenure="rent", count=8)
    path = page("section", home.service.slug, "rooms")

    person.post(path, {**typed(person.get(path)), "units-0-remove": "on"})

    assert ProfileRevision.objects.get().changes == {"units": []}


def test_entry_without_a_building_is_given_one(person, home):
    home.service.locations.clear()
    path = page("section", home.service.slug, "contact")
    where = {"building--address": "1 Street", "building--town": "Sampleton", "building--postcode": "zz11zz"}

    untouched = person.post(path, typed(person.get(path)))
    told = person.post(path, {**typed(person.get(path)), **where})
    again = typed(person.get(path))
    home.approve(revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON))

    assert (untouched.status_code, told.status_code) == (302, 302)
    assert again["building--postcode"] == "ZZ1 1ZZ"
    location = home.service.locations.get()
    assert (location.provider, location.address_line) == (home.provider, "1 Street, Sampleton, ZZ1 1ZZ")
    assert "building--postcode" not in typed(person.get(path))


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({"building--address": "Kept words"}, "Give the postcode too"),
        ({"building--town": "Kept words", "building--postcode": "nonsense"}, "We do not recognise NONSENSE."),
    ],
)
def test_building_without_a_postcode_is_asked_about(person, home, where, says):
    home.service.locations.clear()
    path = page("section", home.service.slug, "contact")

    body = text(person.post(path, {**typed(person.get(path)), **where}))

    assert says in body
    assert 'value="Kept words"' in body
    assert 'href="#id_building--postcode"' in body


def test_town_whose_name_repeats_is_asked_about(person, home):
    for parent in ("Cumberland", "Cambridgeshire"):
        PlaceFactory(name="Brampton", slug=f"brampton-{parent}".lower(), parent=PlaceFactory(name=parent))
    path = page("section", home.service.slug, "contact")
    data = typed(person.get(path))

    asked = person.post(path, {**data, "areas_served": "brampton"})
    answered = person.post(path, {**data, "areas_served": "Brampton, Cumberland"})

    assert "There is more than one brampton." in text(asked)
    assert answered.status_code == 302
    assert ProfileRevision.objects.get().changes == {"areas_served": ["brampton-cumberland"]}
    assert "Brampton, Cumberland" in text(person.get(path))


def test_section_of_what_is_with_the_council_is_closed(person, home):
    home.submitted(summary="New words.")

    response = person.get(page("section", home.service.slug, "about"))

    assert response.status_code == 302
    assert "with the council" in said(response)[0]
