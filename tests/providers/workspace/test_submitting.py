"""What is sent to the council, and what is live at once."""

import io
import re

import pytest
from django.urls import reverse
from PIL import Image

from providers.models import ProfileRevision, Service, Vacancy
from providers.services import revisions
from tests.factories import NOON
from tests.providers.workspace.pages import page, said
from tests.tools.views import text

pytestmark = pytest.mark.django_db


def test_pages_with_one_button_do_what_they_say(person, home):
    home.draft(summary="New words.")
    slug = home.service.slug

    shown = text(person.get(page("submit", slug)))
    sent = person.post(page("submit", slug))
    waiting = text(person.get(page("service", slug)))
    taken_back = person.post(page("withdraw", slug))
    thrown_away = person.post(page("discard", slug))
    nothing = text(person.post(page("submit", slug)))

    assert "Old words of ours." in shown
    assert "New words." in shown
    assert "Council of ours looks at it" in shown
    assert "Your change is sent. Until it is agreed, families see the old text." in said(sent)
    assert "With the council" in waiting
    assert "It is a draft again." in said(taken_back)[-1]
    assert "The draft is gone." in said(thrown_away)[-1]
    assert "not changed anything yet" in nothing


def test_page_says_who_decides_where_the_council_has_nobody(person, home):
    home.draft(summary="New words.")
    home.council.officers.all().delete()

    body = text(person.get(page("submit", home.service.slug)))

    assert "Council of ours has nobody here yet who decides, so the people who run the portal look at it" in body


def test_what_came_back_stands_on_the_first_page_with_the_reason(person, home):
    revision = home.submitted(summary="New words.")
    revisions.send_back(revision=revision, reason="Say how many beds.", by=home.officer, at=NOON)

    body = text(person.get(reverse("providers:workspace")))

    assert "Sent back" in body
    assert "Say how many beds." in body
    assert "put it right and send it again" in body


def test_new_service_is_begun_sent_and_approved(person, home, client):
    kind = home.service.types.get()
    data = {"name": "New home", "type": kind.slug, "setting": "place", "postcode": "ZZ1 1ZZ"}

    begun = person.post(page("new_service"), data)
    service = Service.objects.get(name="New home")
    shown = person.get(begun["Location"])
    preview = person.get(page("preview", service.slug))

    assert begun["Location"] == page("service", service.slug)
    assert "Families do not see this service." in text(shown)
    assert "New home" in text(preview)
    person.logout()
    assert client.get(service.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"postcode": "nowhere"}, "do not recognise NOWHERE"),
        ({"postcode": ""}, "Give the postcode"),
        ({"type": "none"}, "valid choice"),
        ({"name": "\x00"}, "Null characters"),
    ],
)
def test_new_service_that_cannot_be_begun_keeps_what_was_typed(person, home, more, says):
    data = {"name": "New home", "type": home.service.types.get().slug, "setting": "place", "postcode": "ZZ1 1ZZ",
            "town": "Kept town"}  # fmt: skip

    response = person.post(page("new_service"), {**data, **more})

    assert says in text(response)
    assert "Kept town" in text(response)
    assert list(Service.objects.all()) == [home.service]


# --- live at once ---


def test_vacancy_is_told_in_one_tap(person, home, client):
    path = page("vacancy", home.service.slug)
    person.post(path, {"unit": "room", "available": "2", "maximum": "3"})

    more = person.post(path, {"unit": "room", "available": "2", "step": "1", "from": "home"})
    too_many = person.post(path, {"unit": "room", "available": "3", "step": "1"})
    person.logout()

    assert Vacancy.objects.get().available == 3
    assert more["Location"] == reverse("providers:workspace")
    assert "Families see it now" in said(more)[0]
    assert "there are 3 in all" in said(too_many)[-1]
    assert re.search(r"3\s*(×|x|rooms|room)", text(client.get(home.service.get_absolute_url())))
    assert not ProfileRevision.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"unit": "room"}, {"unit": "room", "available": "x"}, {"unit": "", "available": "1"},
                                  {"unit": "room", "step": "5"}, {"unit": "room", "available": "\x00"}])  # fmt: skip
def test_vacancy_that_cannot_be_read_changes_nothing(person, home, sent):
    response = person.post(page("vacancy", home.service.slug), sent)

    assert response.status_code == 302
    assert said(response)[0].startswith("Nothing was saved.")
    assert not Vacancy.objects.exists()


def test_nothing_has_changed_is_one_tap(person, home):
    response = person.post(page("confirm", home.service.slug))

    home.service.refresh_from_db()
    assert home.service.confirmed_at is not None
    assert "confirmed today" in said(response)[0]


# --- photos ---


def test_photo_is_added_and_a_wrong_file_refused_with_the_rule(person, home):
    output = io.BytesIO()
    Image.new("RGB", (400, 300)).save(output, "JPEG")
    output.name, path = "IMG_1.jpg", page("photos", home.service.slug)
    output.seek(0)
    script = io.BytesIO(b"<script>")
    script.name = "photo.jpg"

    refused = person.post(path, {"file": script, "alt_text": "Kept words"})
    added = person.post(path, {"file": output, "alt_text": "The garden."})

    assert "This file is no photo we can read." in text(refused)
    assert "Kept words" in text(refused)
    assert added.status_code == 302
    assert [one["alt_text"] for one in ProfileRevision.objects.get().changes["photos"]] == ["The garden."]
