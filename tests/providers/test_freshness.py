"""Three dates: who may move which, who is asked when, and what a link in a mail can and cannot do."""

import datetime as dt
import re

import pytest
from django.core import mail as outbox
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, jobs, versions
from core.models import AuditEvent, Job, JobState, OutgoingMail, Place
from providers.models import ConfirmationRequest, ConfirmationState, ProfileRevision, Representative, Service
from providers.services import freshness
from providers.services.home import home_council, services_of
from providers.tokens import hash_of
from tests.factories import NOON
from tests.factories.commissioning import CoverageFactory, OfficerFactory, OrganisationFactory
from tests.factories.core import PlaceFactory, PostcodeFactory, UserFactory
from tests.factories.providers import (
    ConfirmationRequestFactory,
    LocationFactory,
    ProviderFactory,
    RepresentativeFactory,
    ServiceFactory,
)
from tests.tools.processes import wait_until
from tests.tools.work import beat, broker, finished, start  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def days(number):
    return dt.timedelta(days=number)


def known_for(age, **more):
    """A public service that its provider confirmed so long before NOON."""
    return ServiceFactory(published_at=NOON - days(999), confirmed_at=NOON - age, **more)


@pytest.fixture
def person():
    """Somebody who keeps the entry of one service that is due."""
    return RepresentativeFactory(provider=known_for(days(80)).provider)


def run_jobs():
    for row in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(row.pk)


def links(text):
    return re.findall(r"http://testserver(/workspace/confirm/\S+)", text)


# --- the rule ---


AGES = {
    "never": (None, ConfirmationState.NEVER, "", False, False),
    "just now": (days(0), ConfirmationState.CONFIRMED, "", False, False),
    "to the day of the reminder": (days(76), ConfirmationState.CONFIRMED, "", False, False),
    "past the reminder": (days(76) + MINUTE, ConfirmationState.DUE, "", True, False),
    "to the day it is stale": (days(90), ConfirmationState.DUE, "", True, False),
    "stale": (days(90) + MINUTE, ConfirmationState.STALE, "Not confirmed for over 90 days", True, False),
    "to the day it is overdue": (days(180), ConfirmationState.STALE, "Not confirmed for over 90 days", True, False),
    "overdue": (days(180) + MINUTE, ConfirmationState.OVERDUE, "Not confirmed for over 90 days", True, True),
}


@pytest.mark.parametrize("name", AGES)
def test_age_of_the_providers_word(name):
    age, state, label, is_due, is_overdue = AGES[name]
    service = ServiceFactory(confirmed_at=None if age is None else NOON - age)

    assert service.confirmation_state(at=NOON) == state
    assert service.confirmation_label(at=NOON) == label
    assert service.is_due_for_reminder(at=NOON) == is_due
    assert service.is_overdue(at=NOON) == is_overdue


def test_thresholds_are_settings(settings):
    settings.CONFIRMATION_REMINDER_DAYS, settings.CONFIRMATION_STALE_DAYS = 5, 10
    settings.CONFIRMATION_OVERDUE_DAYS = 20

    states = [
        Service(confirmed_at=NOON - days(age), published_at=NOON).confirmation_state(at=NOON) for age in (5, 6, 11, 21)
    ]

    assert states == ["confirmed", "due", "stale", "overdue"]
    assert Service(confirmed_at=NOON - days(11)).confirmation_label(at=NOON) == "Not confirmed for over 10 days"


def test_row_and_query_agree_at_every_age():
    for published in (None, days(0), days(77), days(200)):
        for age in [*(age for age, *_ in AGES.values()), days(500)]:
            for ended in (None, "2026"):
                ServiceFactory(
                    published_at=None if published is None else NOON - published,
                    confirmed_at=None if age is None else NOON - age,
                    ended=ended,
                )
    rows = list(Service.objects.with_confirmation_state(at=NOON))

    assert len(rows) == 72
    assert {row.pk for row in Service.objects.due_for_reminder(at=NOON)} == {
        row.pk for row in rows if row.is_due_for_reminder(at=NOON)
    }
    assert {row.pk for row in Service.objects.stale(at=NOON)} == {row.pk for row in rows if row.is_stale(at=NOON)}
    assert {row.pk for row in Service.objects.overdue(at=NOON)} == {row.pk for row in rows if row.is_overdue(at=NOON)}
    assert [row.confirmation for row in rows] == [row.confirmation_state(at=NOON) for row in rows]
    assert {row.confirmation for row in rows} == set(ConfirmationState)


# --- saying that nothing has changed ---


def test_representative_confirms_and_only_that_date_moves():
    person = RepresentativeFactory()
    service = ServiceFactory(provider=person.provider, checked_at=NOON - days(9))
    before = Service.objects.get(pk=service.pk)

    freshness.confirm_service(service=service, by=person.user, at=NOON)

    after = Service.objects.get(pk=service.pk)
    changed = {f.name for f in Service._meta.concrete_fields if getattr(before, f.attname) != getattr(after, f.attname)}
    event = AuditEvent.objects.get(action="service.confirmed")
    assert changed == {"confirmed_at"}
    assert after.confirmed_at == NOON
    assert (event.by_id, event.object_id, event.at) == (person.user.pk, str(service.pk), NOON)
    assert event.after == {"confirmed_at": "2026-11-18 12:00:00+00:00"}


def test_confirming_makes_cached_pages_new():
    person = RepresentativeFactory()
    service = ServiceFactory(provider=person.provider)
    _, before = versions.read("services")

    freshness.confirm_service(service=service, by=person.user, at=NOON)

    connection.check_constraints()
    assert versions.read("services")[1] != before


def test_nobody_else_confirms():
    service = ServiceFactory(provider=ProviderFactory(organisation=OrganisationFactory()))
    officer = OfficerFactory(organisation=service.provider.organisation).user
    colleague_elsewhere = RepresentativeFactory().user
    left = RepresentativeFactory(provider=service.provider, user=UserFactory(is_active=False)).user

    for stranger in (officer, colleague_elsewhere, left, UserFactory(is_superuser=True)):
        with pytest.raises(freshness.CannotConfirm, match="Only somebody who keeps"):
            freshness.confirm_service(service=service, by=stranger, at=NOON)

    assert Service.objects.get(pk=service.pk).confirmed_at is None
    assert not AuditEvent.objects.filter(action="service.confirmed").exists()


@pytest.mark.parametrize("published_at", [None, NOON + MINUTE])
def test_what_families_do_not_see_is_not_confirmed(published_at):
    person = RepresentativeFactory()
    service = ServiceFactory(provider=person.provider, published_at=published_at)

    with pytest.raises(freshness.CannotConfirm, match="do not see"):
        freshness.confirm_service(service=service, by=person.user, at=NOON)


def test_an_entry_with_a_change_before_the_council_is_not_confirmed():
    person = RepresentativeFactory()
    service = ServiceFactory(provider=person.provider)
    revision = ProfileRevision.objects.create(
        provider=person.provider, service=service, started_at=NOON, submitted_at=NOON, submitted_by=person.user
    )

    with pytest.raises(freshness.CannotConfirm, match="is with the council"):
        freshness.confirm_service(service=service, by=person.user, at=NOON)

    revision.submitted_at = None
    revision.save()
    freshness.confirm_service(service=service, by=person.user, at=NOON)
    assert Service.objects.get(pk=service.pk).confirmed_at == NOON


# --- checked by the council ---


def test_officer_of_the_home_council_marks_as_checked():
    officer = OfficerFactory()
    service = ServiceFactory(provider=ProviderFactory(organisation=officer.organisation), confirmed_at=NOON - days(9))

    freshness.mark_checked(service=service, by=officer.user, at=NOON)

    service.refresh_from_db()
    event = AuditEvent.objects.get(action="service.checked")
    assert (service.checked_at, service.checked_by, service.confirmed_at) == (NOON, officer.user, NOON - days(9))
    assert (event.by_id, event.organisation_label) == (officer.user.pk, officer.organisation.name)


def test_others_do_not_mark_as_checked():
    officer = OfficerFactory()
    service = ServiceFactory(provider=ProviderFactory(organisation=officer.organisation))
    viewer = OfficerFactory(organisation=officer.organisation, role="viewer").user
    person = RepresentativeFactory(provider=service.provider).user

    for stranger in (OfficerFactory().user, viewer, person):
        with pytest.raises(freshness.CannotConfirm, match=officer.organisation.name):
            freshness.mark_checked(service=service, by=stranger, at=NOON)

    assert Service.objects.get(pk=service.pk).checked_at is None


def test_operators_check_where_no_council_can():
    service = ServiceFactory()

    with pytest.raises(freshness.CannotConfirm, match="operator of the site"):
        freshness.mark_checked(service=service, by=OfficerFactory().user, at=NOON)
    freshness.mark_checked(service=service, by=UserFactory(is_superuser=True), at=NOON)

    assert Service.objects.get(pk=service.pk).checked_at == NOON


# --- asking in time ---


def test_due_entry_is_asked_about_once(person):
    service = person.provider.services.get()

    asked = [
        freshness.ask_all(at=NOON + wait, progress=lambda *_: None) for wait in (days(0), MINUTE, days(1), days(89))
    ]

    run_jobs()
    (sent,) = outbox.outbox
    request = ConfirmationRequest.objects.get()
    assert asked == [1, 0, 0, 0]
    assert sent.to == [person.user.email]
    assert sent.subject == f"Is what families read about {service} still true?"
    assert (request.sent_at, request.expires_at, request.service) == (NOON, NOON + days(90), service)
    assert hash_of(links(sent.body)[0].rstrip("/").rpartition("/")[2]) == request.token_hash
    assert "You last said that it is right on 30 August 2026." in sent.body
    assert "List-Unsubscribe" not in sent.extra_headers


def test_silence_is_asked_again_after_a_period(person):
    freshness.ask_all(at=NOON, progress=lambda *_: None)

    again = freshness.ask_all(at=NOON + days(91), progress=lambda *_: None)

    assert again == 1
    assert ConfirmationRequest.objects.count() == 2


def test_next_period_begins_with_a_confirmation(person):
    service = person.provider.services.get()
    freshness.ask_all(at=NOON, progress=lambda *_: None)
    freshness.confirm_service(service=service, by=person.user, at=NOON + days(2))

    asked = [freshness.ask_all(at=NOON + days(2 + age), progress=lambda *_: None) for age in (1, 76, 77)]

    assert asked == [0, 0, 1]


def test_one_mail_holds_all_entries_of_a_person(person):
    second = known_for(days(100), provider=person.provider, name="Second house")
    known_for(days(10), provider=person.provider, name="Fresh house")
    colleague = RepresentativeFactory(provider=person.provider)

    freshness.ask_all(at=NOON, progress=lambda *_: None)

    run_jobs()
    assert sorted(one.to[0] for one in outbox.outbox) == sorted([person.user.email, colleague.user.email])
    for sent in outbox.outbox:
        assert sent.subject == f"Are your 2 entries still true? {person.provider}"
        assert len(set(links(sent.body))) == 2
        assert second.name in sent.body
        assert "Fresh house" not in sent.body
    assert len({link for sent in outbox.outbox for link in links(sent.body)}) == 4


def test_a_mail_holds_no_more_links_than_are_read_and_the_rest_follows(person, monkeypatch):
    monkeypatch.setattr(freshness, "MOST_IN_A_MAIL", 2)
    for _ in range(2):
        known_for(days(80), provider=person.provider)

    counts = []
    for night in range(3):
        freshness.ask_all(at=NOON + days(night), progress=lambda *_: None)
        counts.append(ConfirmationRequest.objects.count())

    assert counts == [2, 3, 3]


def test_who_is_not_asked():
    RepresentativeFactory(provider=known_for(days(80)).provider, user=UserFactory(is_active=False))
    RepresentativeFactory(provider=known_for(days(80), ended="2026").provider)
    RepresentativeFactory(provider=known_for(days(76)).provider)
    RepresentativeFactory(provider=ServiceFactory(published_at=None, confirmed_at=NOON - days(80)).provider)
    known_for(days(80))  # nobody keeps it

    assert freshness.ask_all(at=NOON, progress=lambda *_: None) == 0
    assert OutgoingMail.objects.count() == 0


def test_someone_who_left_meanwhile_gets_no_mail(person):
    Representative.objects.all().delete()

    assert freshness.ask_representative(representative=person, at=NOON) == []
    assert OutgoingMail.objects.count() == 0


def test_asking_takes_as_many_queries_for_one_entry_as_for_many(django_assert_num_queries):
    def ask(person):
        with transaction.atomic():
            return freshness.ask_representative(representative=person, at=NOON)

    few, many = (RepresentativeFactory(provider=known_for(days(80)).provider) for _ in range(2))
    for _ in range(9):
        known_for(days(80), provider=many.provider)
    with django_assert_num_queries(11) as first:
        ask(few)

    with django_assert_num_queries(len(first.captured_queries)):
        assert len(ask(many)) == 10


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_half_way_asks_everybody_once(start, beat):  # noqa: F811
    at = clock.now()
    people = [
        RepresentativeFactory(provider=ServiceFactory(published_at=at - days(400), confirmed_at=at - days(80)).provider)
        for _ in range(6)
    ]
    # The third person cannot be asked while this is held, so that the worker is caught in the middle.
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM providers_representative WHERE id = %s FOR UPDATE", [people[2].pk])
        worker = start()  # it queues the night's jobs by itself
        wait_until(lambda: ConfirmationRequest.objects.count() == 2, what="two people to be asked")
        worker.kill()
    other.close()
    half_way = ConfirmationRequest.objects.count()

    start()

    row = finished(Job.objects.get(kind="providers.ask_for_confirmation"))
    wait_until(lambda: OutgoingMail.objects.filter(sent_at__isnull=False).count() == 6, what="the mails to leave")
    assert half_way == 2
    assert row.state == JobState.DONE
    assert row.attempts >= 2
    assert sorted(ConfirmationRequest.objects.values_list("representative", flat=True)) == [one.pk for one in people]
    assert sorted(OutgoingMail.objects.values_list("to", flat=True)) == sorted(one.user.email for one in people)


# --- the link ---


@pytest.fixture
def asked(client):
    """What was asked of somebody a while ago, with the address of its page."""
    at = clock.now()
    service = ServiceFactory(published_at=at - days(400), confirmed_at=at - days(80), phone="01388 000 000")
    request = ConfirmationRequestFactory(
        service=service, token="a-token", sent_at=at - days(1), expires_at=at + days(89)
    )
    request.url = reverse("providers:confirm", args=["a-token"])
    return request


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


# --- the council's queue ---


@pytest.fixture
def councils():
    """Two councils with an officer and a postcode each, the second known by what it covers."""
    durham = PlaceFactory(kind="council", name="County Durham", gss_code="E06000047")
    cumbria = PlaceFactory(kind="council", name="Cumberland", gss_code="E06000063")
    PostcodeFactory(council=durham)
    PostcodeFactory(postcode="CA287LL", council=cumbria)
    first = OrganisationFactory(gss_code="E06000047")
    second = CoverageFactory(place=cumbria).organisation
    return [OfficerFactory(organisation=organisation) for organisation in (first, second)]


def old(**more):
    at = clock.now()
    return ServiceFactory(published_at=at - days(400), confirmed_at=at - days(200), **more)


def test_home_council_in_python_and_in_sql_agree(councils):
    durham, cumberland = (one.organisation for one in councils)
    town = PlaceFactory(kind="town", parent=Place.objects.get(name="Cumberland"))
    registered = ["", "DH1 3UJ", "ca28 7ll", "ZZ1 1ZZ"]
    places = [[], [("DH1 3UJ", None)], [("CA28 7LL", None)], [("ZZ9 9ZZ", town)], [("", None), ("ca287ll", None)]]
    for keeper in (None, durham, cumberland, OrganisationFactory()):
        for postcode in registered:
            for buildings in places:
                provider = ProviderFactory(organisation=keeper, registered_postcode=postcode)
                service = ServiceFactory(provider=provider)
                for code, place in buildings:
                    service.locations.add(LocationFactory(provider=provider, postcode=code, place=place))
    ServiceFactory(provider=None)
    rows = list(Service.objects.all())

    for council in (durham, cumberland, OrganisationFactory()):
        expected = {row.pk for row in rows if home_council(row) == council}
        assert {row.pk for row in services_of(council)} == expected
    assert services_of(durham).exists()
    assert services_of(cumberland).exists()


def test_queue_holds_the_councils_own_overdue_entries(client, councils):
    ours, theirs = councils
    mine = ProviderFactory(organisation=ours.organisation)
    old(provider=mine, name="Old house")
    RepresentativeFactory(provider=mine)
    ServiceFactory(provider=mine, name="Young house", published_at=clock.now(), confirmed_at=clock.now())
    old(provider=mine, name="Looked at", checked_at=clock.now() - days(100))
    old(provider=ProviderFactory(organisation=ours.organisation), name="Kept by nobody")
    foreign = old(provider=ProviderFactory(organisation=theirs.organisation), name="Their house")
    RepresentativeFactory(provider=foreign.provider)
    client.force_login(ours.user)

    kept = client.get(reverse("admin:providers_service_overdue"))
    unkept = client.get(reverse("admin:providers_service_overdue"), {"kept": "no", "page": "x"})
    front = client.get(reverse("admin:index")).content.decode()

    assert [row.name for row in kept.context["page"]] == ["Old house"]
    assert [row.name for row in unkept.context["page"]] == ["Kept by nobody"]
    assert "Ask about entries not confirmed for over 180 days" in front
    assert "Their house" not in front


def test_officer_checks_an_entry_of_another_councils_provider_that_stands_here(client, councils):
    ours, theirs = councils
    service = old(provider=ProviderFactory(organisation=theirs.organisation))
    service.locations.add(LocationFactory(provider=service.provider, postcode="DH1 3UJ"))
    url = reverse("admin:providers_service_checked", args=[service.pk])

    client.force_login(theirs.user)
    refused = client.post(url).status_code
    client.force_login(ours.user)
    looked = client.get(url).status_code
    done = client.post(url)

    service.refresh_from_db()
    assert (refused, looked, done.status_code) == (404, 405, 302)
    assert service.checked_by == ours.user
    assert Service.objects.for_council(at=clock.now()).count() == 0


def test_viewer_reads_the_queue_and_checks_nothing(client, councils):
    ours, _ = councils
    service = old(provider=ProviderFactory(organisation=ours.organisation))
    RepresentativeFactory(provider=service.provider)
    client.force_login(OfficerFactory(organisation=ours.organisation, role="viewer").user)

    page = client.get(reverse("admin:providers_service_overdue")).content.decode()
    answer = client.post(reverse("admin:providers_service_checked", args=[service.pk]))

    assert service.name in page
    assert "Checked today" not in page
    assert answer.status_code == 403
    assert client.post("/admin/providers/service/overdue/99999999999999999999/checked/").status_code == 404


def test_checked_is_a_button_on_the_record_too(client, councils):
    ours, theirs = councils
    service = old(provider=ProviderFactory(organisation=ours.organisation))
    url = reverse("admin:providers_service_action", args=[service.pk, "mark_checked"])
    client.force_login(theirs.user)
    foreign = client.post(url).status_code
    client.force_login(ours.user)

    client.get(url)
    looked_at = Service.objects.get(pk=service.pk).checked_at
    client.post(url)

    assert foreign == 404
    assert looked_at is None
    assert Service.objects.get(pk=service.pk).checked_by == ours.user


def test_queue_takes_as_many_queries_for_one_entry_as_for_many(client, councils, django_assert_num_queries):
    ours, _ = councils
    client.force_login(ours.user)
    url = reverse("admin:providers_service_overdue")
    RepresentativeFactory(provider=old(provider=ProviderFactory(organisation=ours.organisation)).provider)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(8):
        RepresentativeFactory(provider=old(provider=ProviderFactory(organisation=ours.organisation)).provider)

    with django_assert_num_queries(len(one)):
        page = client.get(url)

    assert len(page.context["page"]) == 9


@pytest.mark.django_db(transaction=True)
def test_a_link_pressed_twice_at_one_time_works_once(asked):
    from tests.providers.test_invitations import both

    said = both(lambda: freshness.confirm_by_link(token="a-token", at=clock.now()))

    assert said == ["LinkGone", "done"]
    assert AuditEvent.objects.filter(action="service.confirmed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_somebody_asked_twice_at_one_time_gets_one_mail():
    from tests.providers.test_invitations import both

    at = clock.now()
    service = ServiceFactory(published_at=at - days(400), confirmed_at=at - days(80))
    person = RepresentativeFactory(provider=service.provider)

    both(lambda: freshness.ask_representative(representative=person, at=at))

    assert ConfirmationRequest.objects.count() == OutgoingMail.objects.count() == 1
