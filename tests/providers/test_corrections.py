"""Anybody's "this is wrong": taken in, limited, answered by the right council, and forgotten."""

import datetime as dt

import pytest
from django.core import mail as outbox
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from config.cache import ForgivingRedisCache
from core import clock, jobs
from core.errors import AlreadyDone
from core.models import AuditEvent, FormerSlug, Job, JobState, OutgoingMail
from core.tasks import delete_personal_data
from providers import floods
from providers.models import Correction
from providers.services import corrections
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import CorrectionFactory, ProviderFactory, RepresentativeFactory, ServiceFactory

pytestmark = pytest.mark.django_db

WRONG = {"topic": "out_of_date", "text": "The phone number has changed.\r\nIt is 01388 000 000."}


@pytest.fixture
def officer():
    return OfficerFactory()


@pytest.fixture
def service(officer):
    return ServiceFactory(provider=ProviderFactory(organisation=officer.organisation), name="Brook House")


def page(service):
    return reverse("providers:correction", args=[service.slug])


def run_jobs():
    for row in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(row.pk)


def send(service, **more):
    return corrections.send_correction(
        **{"service": service, "topic": "closed", "text": "It has closed.", "sender": "192.0.2.1", "at": NOON, **more}
    )


# --- telling ---


def test_anybody_tells_without_an_account(client, service, officer):
    response = client.post(page(service), {**WRONG, "email": "family@example.org"})

    correction = Correction.objects.get()
    event = AuditEvent.objects.get()
    thanks = client.get(response["Location"])
    assert response["Location"] == reverse("providers:correction_sent", args=[service.slug])
    assert "Thank you" in thanks.content.decode()
    assert str(officer.organisation) in thanks.content.decode()
    assert (correction.service, correction.organisation) == (service, officer.organisation)
    assert correction.text == "The phone number has changed.\nIt is 01388 000 000."
    assert (correction.topic, correction.email) == ("out_of_date", "family@example.org")
    assert (event.action, event.by_id, event.at) == ("correction.received", None, correction.received_at)
    assert "family@" not in f"{event.after} {event.object_label}"
    assert "phone number" not in f"{event.after} {event.object_label}"


def test_page_says_who_reads_it(client, service, officer):
    ours = client.get(page(service)).content.decode()
    nobodys = client.get(page(ServiceFactory())).content.decode()

    assert f"{officer.organisation} looks into it" in ours
    assert "the people who run this website look into it" in nobodys


def test_without_a_council_it_goes_to_the_operators(client):
    client.post(page(ServiceFactory()), WRONG)

    assert Correction.objects.get().organisation is None


def test_looking_at_the_page_changes_nothing_and_no_cache_keeps_it(client, service):
    for path in (page(service), reverse("providers:correction_sent", args=[service.slug])):
        response = client.get(path, WRONG)
        client.head(path)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert "private" in response["Cache-Control"]

    assert not Correction.objects.exists()
    assert client.put(page(service)).status_code == 405


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"topic": ""}, "Choose what it is about"),
        ({"topic": "nothing"}, "Choose what it is about"),
        ({"text": ""}, "Tell us what is wrong"),
        ({"text": "  \n  "}, "Tell us what is wrong"),
        ({"text": "Closed"}, "ten letters or more"),
        ({"text": "x" * 2001}, "2,000 letters or fewer"),
        ({"email": "no address"}, "Give an email address such as"),
        ({"email": f"{'x' * 250}@example.org"}, "254"),
        ({"text": "x" * 20 + "\x00"}, "Null characters"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_kept(client, service, wrong, words):
    response = client.post(page(service), {**WRONG, "email": "family@example.org", **wrong})

    text = response.content.decode()
    assert response.status_code == 200
    assert words in text
    assert "<title>Error:" in text
    if "text" not in wrong:
        assert "The phone number has changed." in text
    assert not Correction.objects.exists()


def test_markup_is_shown_as_it_was_typed(client, service, officer):
    client.post(page(service), {**WRONG, "text": "<script>alert(1)</script> is on your page"})
    client.force_login(officer.user)

    shown = client.get(reverse("admin:providers_correction_change", args=[Correction.objects.get().pk]))

    assert "&lt;script&gt;alert(1)" in shown.content.decode()
    assert "<script>alert(1)" not in shown.content.decode()


def test_a_program_is_thanked_and_nothing_is_kept(client, service):
    response = client.post(page(service), {**WRONG, "homepage": "https://spam.example/"})

    assert response["Location"] == reverse("providers:correction_sent", args=[service.slug])
    assert not Correction.objects.exists()
    assert not AuditEvent.objects.exists()


def test_form_is_guarded_against_other_sites(service):
    assert Client(enforce_csrf_checks=True).post(page(service), WRONG).status_code == 403
    assert not Correction.objects.exists()


@pytest.mark.parametrize("published_at", [None, NOON.replace(year=2030)])
def test_what_nobody_sees_cannot_be_corrected(client, published_at):
    service = ServiceFactory(published_at=published_at, name="Hidden house")

    answers = [client.get(page(service)), client.post(page(service), WRONG), client.get(page(service) + "thanks/")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert not any("Hidden house" in answer.content.decode() for answer in answers)
    assert not Correction.objects.exists()


def test_a_former_address_leads_to_the_present_one(client, service):
    FormerSlug.objects.create(register="providers.service", slug="old-name", object_id=service.pk)

    response = client.get("/care/old-name/correction/")

    assert (response.status_code, response["Location"]) == (301, page(service))


def test_page_takes_as_many_queries_for_one_correction_as_for_many(client, service, django_assert_max_num_queries):
    CorrectionFactory.create_batch(8, service=service)

    with django_assert_max_num_queries(12):
        assert client.get(page(service)).status_code == 200


# --- limits ---


def test_one_sender_tells_so_much_an_hour(client, officer, settings):
    settings.CORRECTIONS_PER_SENDER_AND_HOUR = 2
    services = ServiceFactory.create_batch(3)
    answers = [client.post(page(one), WRONG) for one in services]
    other = Client(REMOTE_ADDR="198.51.100.9").post(page(services[2]), WRONG)

    text = answers[2].content.decode()
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Please come back in an hour." in " ".join(text.split())
    assert "The phone number has changed." in text
    assert other.status_code == 302
    assert Correction.objects.count() == 3


def test_the_senders_address_is_nowhere(client, service):
    client.post(page(service), WRONG, REMOTE_ADDR="203.0.113.77")

    kept = " ".join(cache._cache)
    rows = f"{Correction.objects.values().get()} {AuditEvent.objects.values().get()}"
    assert "correction:" in kept
    assert "203.0.113.77" not in kept + rows


def test_a_senders_mark_changes_each_day(settings):
    settings.CORRECTIONS_PER_SENDER_AND_HOUR = 1
    service = ServiceFactory()
    send(service)
    with pytest.raises(corrections.TooManyCorrections, match="within the hour"):
        send(service)

    send(service, at=NOON + dt.timedelta(hours=13))

    assert len([key for key in cache._cache if "correction:" in key]) == 2


def test_one_service_takes_so_many_a_day(client, settings):
    settings.CORRECTIONS_PER_SERVICE_AND_DAY = 2
    full, other = ServiceFactory(), ServiceFactory()
    for number in range(2):
        send(full, sender=f"192.0.2.{number}")

    with pytest.raises(corrections.TooManyCorrections, match="tomorrow"):
        send(full, sender="192.0.2.9")
    send(other, sender="192.0.2.9")
    send(full, sender="192.0.2.9", at=NOON + dt.timedelta(days=1))

    assert Correction.objects.filter(service=full).count() == 3


def test_while_redis_is_away_nobody_is_counted_and_each_services_limit_holds(settings, monkeypatch):
    settings.CORRECTIONS_PER_SENDER_AND_HOUR, settings.CORRECTIONS_PER_SERVICE_AND_DAY = 1, 3
    away = ForgivingRedisCache("unix:///nowhere/redis.sock", {"OPTIONS": {"socket_connect_timeout": 1}})
    monkeypatch.setattr(floods, "cache", away)
    service = ServiceFactory()

    for _ in range(3):
        send(service)
    with pytest.raises(corrections.TooManyCorrections, match="tomorrow"):
        send(service)

    assert Correction.objects.count() == 3


def test_who_has_no_address_is_taken_in(service):
    for _ in range(7):
        send(service, sender=None)

    assert Correction.objects.count() == 7


# --- answering ---


@pytest.fixture
def told(service, officer):
    return CorrectionFactory(service=service, organisation=officer.organisation, email="family@example.org")


def answer(correction, by, **more):
    return corrections.answer_correction(
        **{"correction": correction, "answer": "We put it right.", "by": by, "at": NOON, **more}
    )


def test_answer_is_mailed_to_the_address_that_was_left(told, officer):
    answer(told, officer.user)

    run_jobs()
    (sent,) = outbox.outbox
    told.refresh_from_db()
    event = AuditEvent.objects.get()
    assert (sent.to, sent.subject) == (["family@example.org"], "What you told us about Brook House")
    assert f"{officer.organisation} answers:\n\nWe put it right." in sent.body
    assert "http://testserver/care/" in sent.body
    assert "List-Unsubscribe" not in sent.extra_headers
    assert (told.answered_at, told.answered_by, told.answer) == (NOON, officer.user, "We put it right.")
    assert (event.action, event.by_id) == ("correction.answered", officer.user.pk)
    assert "We put it right" not in str(event.after)


def test_answer_is_mailed_once(told, officer):
    answer(told, officer.user)

    with pytest.raises(AlreadyDone, match="before"):
        answer(told, officer.user)
    with pytest.raises(AlreadyDone, match="before"):
        corrections.close_correction(correction=told, note="Again", by=officer.user, at=NOON)

    assert OutgoingMail.objects.count() == 1


def test_without_an_address_nobody_is_written_to(told, officer):
    Correction.objects.update(email="")

    answer(told, officer.user)

    assert OutgoingMail.objects.count() == 0


def test_closing_writes_to_nobody(told, officer):
    corrections.close_correction(correction=told, note="An advertisement.", by=officer.user, at=NOON)

    told.refresh_from_db()
    assert told.answer == "An advertisement."
    assert AuditEvent.objects.get().action == "correction.closed"
    assert OutgoingMail.objects.count() == 0


def test_others_answer_nothing(told, officer):
    viewer = OfficerFactory(organisation=officer.organisation, role="viewer").user
    person = RepresentativeFactory(provider=told.service.provider).user

    for by in (OfficerFactory().user, viewer, person, UserFactory()):
        for service in (
            lambda by: answer(told, by),
            lambda by: corrections.close_correction(correction=told, note="No", by=by, at=NOON),
        ):
            with pytest.raises(corrections.NotYours, match="Another council"):
                service(by)

    assert Correction.objects.get().answered_at is None


def test_only_operators_answer_what_no_council_can():
    told = CorrectionFactory(email="family@example.org")

    with pytest.raises(corrections.NotYours):
        answer(told, OfficerFactory().user)
    answer(told, UserFactory(is_superuser=True))

    assert "The people who run the portal answer:" in OutgoingMail.objects.get().text


# --- in the admin ---


def action(correction, name):
    return reverse("admin:providers_correction_action", args=[correction.pk, name])


def test_officer_finds_answers_and_closes_in_the_admin(client, told, officer):
    second = CorrectionFactory(service=told.service, organisation=officer.organisation)
    client.force_login(officer.user)

    front = client.get(reverse("admin:index")).content.decode()
    waiting = client.get(reverse("admin:providers_correction_changelist") + "?stand=waiting").context["cl"].result_count
    client.get(action(told, "answer_it"))
    empty = client.post(action(told, "answer_it"), {"answer": ""}).content.decode()
    untouched = Correction.objects.filter(answered_at=None).count()
    client.post(action(told, "answer_it"), {"answer": "Thank you."})
    client.post(action(second, "close_it"), {"note": "Says nothing."})
    again = client.post(action(told, "answer_it"), {"answer": "Thank you."}).status_code

    assert "Answer what visitors say is wrong" in front
    assert (waiting, untouched, again) == (2, 2, 403)
    assert "Write the answer." in empty
    assert set(Correction.objects.values_list("answer", flat=True)) == {"Thank you.", "Says nothing."}
    assert OutgoingMail.objects.count() == 1


def test_another_councils_officer_finds_nothing(client, told):
    client.force_login(OfficerFactory().user)

    listed = client.get(reverse("admin:providers_correction_changelist")).content.decode()
    front = client.get(reverse("admin:index")).content.decode()
    answers = [client.post(action(told, "answer_it"), {"answer": "Ours now"}), client.get(action(told, "close_it"))]

    assert [one.status_code for one in answers] == [404, 404]
    assert "Brook House" not in listed + front
    assert Correction.objects.get().answered_at is None


def test_operators_find_what_no_council_can_answer(client, told):
    CorrectionFactory(service=ServiceFactory(name="Nobody's house"))
    client.force_login(UserFactory(is_superuser=True))

    front = client.get(reverse("admin:index")).content.decode()

    assert "Nobody&#x27;s house" in front
    assert "Brook House" not in front


# --- how long ---


def test_corrections_are_forgotten_after_a_year():
    at = clock.now()
    CorrectionFactory(received_at=at - dt.timedelta(days=366))
    kept = CorrectionFactory(received_at=at - dt.timedelta(days=364))

    delete_personal_data()

    assert list(Correction.objects.all()) == [kept]
