"""Two officers have the same record open: who saves last learns what changed, and neither loses anything."""

import pytest
from django.test import Client

from commissioning.admin import conflicts
from commissioning.models import Indicator
from tests.commissioning.admin_scope.doors import change_form_data
from tests.factories.commissioning import IndicatorFactory, ObservationFactory, OfficerFactory
from tests.factories.core import PlaceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    membership = OfficerFactory(user__name="Ada Byron")
    client.force_login(membership.user)
    return membership


@pytest.fixture
def colleague(officer):
    return OfficerFactory(organisation=officer.organisation, user__name="Mary Somerville")


@pytest.fixture
def indicator(officer):
    row = IndicatorFactory(organisation=officer.organisation, title="Old title", measure="Old measure")
    ObservationFactory(indicator=row, category="Kept", value=1)
    return row


def address(indicator):
    return f"/admin/commissioning/indicator/{indicator.pk}/change/"


def opened(client, indicator, **typed):
    """What a browser will send from the page that is open now, with what is typed into it."""
    return {**change_form_data(client.get(address(indicator))), **typed}


def saved_by(membership, indicator, **typed):
    other = Client()
    other.force_login(membership.user)
    response = other.post(address(indicator), opened(other, indicator, **typed))
    assert response.status_code == 302, response.context["differences"]


def told(response):
    return [(one.label, one.now, one.is_typed) for one in response.context["differences"]]


def test_who_saves_last_is_shown_what_the_other_has_changed_and_keeps_what_they_typed(client, colleague, indicator):
    mine = opened(client, indicator, title="My title")
    saved_by(colleague, indicator, title="Their title", measure="Their measure")

    response = client.post(address(indicator), mine)

    indicator.refresh_from_db()
    text = response.content.decode()
    form = response.context["adminform"].form
    assert response.status_code == 200
    assert (indicator.title, indicator.measure) == ("Their title", "Their measure")
    assert told(response) == [("Title", "Their title", True), ("Measure", "Their measure", False)]
    assert "Mary Somerville changed this record after you had opened it" in text
    assert "Please correct the error" not in text
    # What was typed stays in its box; what was not touched shows how it stands.
    assert (form["title"].value(), form["measure"].value()) == ("My title", "Their measure")


def test_saving_again_after_reading_is_taken_and_undoes_nothing_that_was_not_touched(client, colleague, indicator):
    mine = opened(client, indicator, title="My title")
    saved_by(colleague, indicator, title="Their title", measure="Their measure")
    shown = client.post(address(indicator), mine)

    response = client.post(address(indicator), change_form_data(shown))

    indicator.refresh_from_db()
    assert response.status_code == 302
    assert (indicator.title, indicator.measure) == ("My title", "Their measure")


def test_the_same_typed_twice_and_a_page_without_a_change_meanwhile_are_no_conflict(client, colleague, indicator):
    mine = opened(client, indicator, title="One title")
    saved_by(colleague, indicator, title="One title")

    response = client.post(address(indicator), mine)

    assert response.status_code == 302


def test_rows_inside_a_record_are_told_as_changed_added_and_deleted(client, indicator):
    changed = indicator.observations.get()
    gone = ObservationFactory(indicator=indicator, category="Goes", value=2, order=1)
    mine = opened(client, indicator)
    changed.value = 7
    changed.save()
    gone.delete()
    ObservationFactory(indicator=indicator, category="Comes", value=3, order=2)

    response = client.post(address(indicator), mine)

    assert response.status_code == 200
    words = {label: now for label, now, _ in told(response)}
    assert [now for label, now in words.items() if label.endswith("Value")] == ["7.0000"]
    assert [now for label, now in words.items() if "Comes" in label] == [
        "added: it is not on this page, and stays as it is"
    ]
    assert any(now.startswith("deleted:") for now in words.values())
    changed.refresh_from_db()
    assert changed.value == 7


def test_a_row_that_was_changed_meanwhile_is_not_undone_by_saving_again(client, indicator):
    row = indicator.observations.get()
    mine = opened(client, indicator, title="My title")
    row.value = 7
    row.save()
    shown = client.post(address(indicator), mine)

    response = client.post(address(indicator), change_form_data(shown))

    row.refresh_from_db()
    indicator.refresh_from_db()
    assert response.status_code == 302
    assert (row.value, indicator.title) == (7, "My title")


def test_ones_own_other_window_is_called_so(client, officer, indicator):
    mine = opened(client, indicator, title="First window")
    saved_by(officer, indicator, title="Second window")

    response = client.post(address(indicator), mine)

    assert "You changed this record in another window" in response.content.decode()


@pytest.mark.parametrize(
    "words", ["", "nonsense", "[]", "[" * 100_000, '{"": 7}', '{"": {"title": 3, "nothing": "x"}, "at": 5}']
)
def test_a_stamp_that_is_none_of_ours_breaks_nothing(client, indicator, words):
    response = client.post(address(indicator), opened(client, indicator, **{conflicts.FIELD: words}))

    assert response.status_code == 302
    assert Indicator.objects.get(pk=indicator.pk).title == "Old title"


def test_an_operators_register_is_guarded_too(admin_client):
    place = PlaceFactory(name="Old")
    url = f"/admin/core/place/{place.pk}/change/"
    mine = {**change_form_data(admin_client.get(url)), "name": "Mine"}
    place.name = "Theirs"
    place.save()

    response = admin_client.post(url, mine)

    place.refresh_from_db()
    assert place.name == "Theirs"
    assert told(response) == [("Name", "Theirs", True)]
