"""What a link in such a mail can and cannot do."""

import pytest

from core import clock
from core.models import AuditEvent
from providers.models import ConfirmationRequest, Service
from providers.services import freshness
from tests.factories.providers import (
    LocationFactory,
)
from tests.providers.freshness.rows import days
from tests.tools.at_once import both
from tests.tools.work import beat, broker, finished, start  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


def test_looking_at_the_link_changes_nothing(client, asked):
    for _ in range(2):
        response = client.get(asked.url)
    client.head(asked.url)

    text = response.content.decode()
    assert response.status_code == 200
    assert text.count("<button") == 1
    assert "01388 000 000" in text
    assert response["Cache-Control"] == "private, no-store"
    assert ConfirmationRequest.objects.get().used_at is None
    assert Service.objects.get().confirmed_at == asked.service.confirmed_at
    assert not AuditEvent.objects.exists()


def test_pressing_the_button_confirms_without_signing_in(client, asked):
    response = client.post(asked.url)

    service = Service.objects.get()
    event = AuditEvent.objects.get()
    assert "Thank you" in response.content.decode()
    assert (service.confirmed_at, ConfirmationRequest.objects.get().used_at) == (event.at, event.at)
    assert (event.action, event.by_id) == ("service.confirmed", asked.representative.user_id)
    assert "_auth_user_id" not in client.session


def test_a_used_link_says_so_and_does_nothing(client, asked):
    client.post(asked.url)
    confirmed_at = Service.objects.get().confirmed_at

    answers = [client.get(asked.url), client.post(asked.url)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert all("You have used this link on" in answer.content.decode() for answer in answers)
    assert Service.objects.get().confirmed_at == confirmed_at
    assert AuditEvent.objects.count() == 1


def test_an_old_link_says_so(client, asked):
    ConfirmationRequest.objects.update(expires_at=clock.now(), sent_at=clock.now() - days(79))

    answers = [client.get(asked.url), client.post(asked.url)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert all("This link worked until" in answer.content.decode() for answer in answers)
    assert Service.objects.get().confirmed_at == asked.service.confirmed_at


def test_a_link_after_a_colleague_confirmed_says_so(client, asked):
    freshness.confirm_service(service=asked.service, by=asked.representative.user, at=clock.now())

    answer = client.post(asked.url)

    assert answer.status_code == 410
    assert "Somebody has told us on" in answer.content.decode()


@pytest.mark.parametrize("token", ["nothing", "x" * 500, "a-toke", "%00", "a%2Ftoken"])
def test_a_link_we_never_sent_is_not_known(client, asked, token):
    path = asked.url.replace("a-token", token)

    assert {client.get(path).status_code, client.post(path).status_code} == {404}


def test_a_link_of_somebody_who_left_is_dead(client, asked):
    asked.representative.user.is_active = False
    asked.representative.user.save()
    closed = client.post(asked.url).status_code
    asked.representative.delete()

    assert (closed, client.post(asked.url).status_code) == (404, 404)
    assert Service.objects.get().confirmed_at == asked.service.confirmed_at


def test_a_link_to_an_entry_taken_down_tells_nothing_of_it(client, asked):
    Service.objects.update(published_at=None)

    response = client.get(asked.url)

    assert response.status_code == 404
    assert "01388 000 000" not in response.content.decode()


def test_a_withheld_address_is_not_on_the_links_page(client, asked):
    asked.service.locations.add(
        LocationFactory(provider=asked.service.provider, address="1 Secret Street", is_address_withheld=True)
    )
    asked.service.locations.add(LocationFactory(provider=asked.service.provider, address="2 Open Street"))

    text = client.get(asked.url).content.decode()

    assert "2 Open Street" in text
    assert "Secret" not in text


def test_what_is_written_in_an_entry_is_escaped_on_the_links_page(client, asked):
    Service.objects.update(staffing="<b>Two</b> nurses\n& one cook")

    text = client.get(asked.url).content.decode()

    assert "&lt;b&gt;Two&lt;/b&gt; nurses<br>&amp; one cook" in text


@pytest.mark.django_db(transaction=True)
def test_a_link_pressed_twice_at_one_time_works_once(asked):
    said = both(lambda: freshness.confirm_by_link(token="a-token", at=clock.now()))

    assert said == ["LinkGone", "done"]
    assert AuditEvent.objects.filter(action="service.confirmed").count() == 1
