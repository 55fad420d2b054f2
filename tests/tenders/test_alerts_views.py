"""The pages of alerts: the same words for everybody, one button behind each link, nothing of anybody else's."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import OutgoingMail
from tenders.alerts import questions
from tenders.alerts.links import Purpose, token
from tenders.models import AlertItem, AlertNews, Follow, Frequency, SavedSearch, Subscriber
from tenders.views import alerts
from tests.factories.commissioning import OrganisationFactory
from tests.factories.core import UserFactory
from tests.factories.providers import RepresentativeFactory
from tests.factories.tenders import (
    FollowFactory,
    FrameworkFactory,
    OpportunityFactory,
    SavedSearchFactory,
    SubscriberFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
SAVE = "/alerts/save/?type=home-care&order=newest&page=3"


def manage_url(person):
    return reverse("tenders:alerts_manage", args=[token(Purpose.MANAGE, person.key)])


def is_private(response):
    return "no-store" in response["Cache-Control"] and "private" in response["Cache-Control"]


def test_a_stranger_saves_a_search_confirms_by_one_press_and_saves_the_next_without_a_mail(client):
    response = client.post(SAVE, {"name": "Home care", "frequency": 3, "email": "Reader@example.org"})

    assert response.url == "/alerts/asked/"
    search = SavedSearch.objects.get()
    assert (search.query, search.name, search.frequency, search.chosen) == (
        "type=home-care",
        "Home care",
        Frequency.WEEKLY,
        ["types:home-care"],
    )
    (address,) = re.findall(r"/alerts/confirm/[^/]+/", OutgoingMail.objects.get().text)
    assert client.get(address).status_code == client.get(address).status_code == 200
    assert SavedSearch.objects.active().count() == 0
    assert client.post(address).url == manage_url(Subscriber.objects.get())
    assert SavedSearch.objects.active().count() == 1
    assert client.post(address).status_code == 404

    framework = FrameworkFactory()
    page = client.get(f"/alerts/follow/framework/{framework.slug}/")
    assert "email" not in page.context["form"].fields
    client.post(f"/alerts/follow/framework/{framework.slug}/", {"frequency": 1})

    assert Follow.objects.active().get().framework == framework
    assert OutgoingMail.objects.count() == 1


def test_the_page_says_the_same_whether_an_address_is_known_or_not(client):
    SubscriberFactory(email="known@example.org")
    SubscriberFactory(email="stopped@example.org", stopped_at=clock.now())
    SavedSearchFactory(subscriber__email="has@example.org", query="type=home-care")

    answers = set()
    for email in ("known@example.org", "stopped@example.org", "has@example.org", "new@example.org"):
        for path, typed in ((SAVE, {"name": "Any", "frequency": 2}), ("/alerts/", {})):
            response = Client().post(path, {**typed, "email": email}, follow=True)
            answers.add((response.redirect_chain[0], response.content, tuple(response.cookies)))

    assert len(answers) == 1


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"name": "", "frequency": 2, "email": "a@example.org"}, "Give the search a name"),
        ({"name": "A", "frequency": 9, "email": "a@example.org"}, "Choose one of the three"),
        ({"name": "A", "frequency": "x", "email": "a@example.org"}, "Choose one of the three"),
        ({"name": "A", "frequency": 2, "email": "none"}, "Give an email address such as"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(client, typed, problem):
    response = client.post(SAVE, typed)

    assert response.status_code == 200
    assert problem in response.content.decode()
    assert Subscriber.objects.count() == 0


def test_who_asks_too_often_is_told_so(client, settings):
    settings.ALERTS_PER_SENDER_AND_HOUR = 1
    client.post("/alerts/", {"email": "a@example.org"})

    response = client.post("/alerts/", {"email": "b@example.org"})

    assert (response.status_code, "come back in an hour" in response.content.decode()) == (429, True)


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(client):
    response = client.post(SAVE, {"name": "A", "frequency": 2, "email": "a@example.org", "homepage": "http://spam"})

    assert response.url == "/alerts/asked/"
    assert Subscriber.objects.count() == 0


@pytest.mark.parametrize("kind", ["opportunity", "framework", "organisation"])
def test_what_is_public_can_be_followed_from_its_page(client, kind):
    made = {"opportunity": OpportunityFactory, "framework": FrameworkFactory, "organisation": OrganisationFactory}[
        kind
    ]()
    slug = getattr(made, "reference", None) or made.slug
    path = f"/alerts/follow/{kind}/{slug}/"

    assert path in client.get(made.get_absolute_url()).content.decode()
    client.post(path, {"frequency": 2, "email": "a@example.org"})

    assert Follow.objects.get().target == made


@pytest.mark.parametrize(
    "facts", [{"published_at": None}, {"published_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, {"members": True}]
)
def test_what_is_not_public_is_not_found(client, facts):
    if facts.pop("members", False):
        facts = {"is_members_only": True, "framework": FrameworkFactory()}
    hidden = OpportunityFactory(title="Hidden", **facts)

    assert client.get(f"/alerts/follow/opportunity/{hidden.reference}/").status_code == 404
    assert client.get("/alerts/follow/nothing/x/").status_code == 404


def test_managing_renames_changes_stops_and_takes_up_again(client):
    search = SavedSearchFactory(query="type=home-care")
    follow = FollowFactory(subscriber=search.subscriber, opportunity=OpportunityFactory(title="Day care"))
    path = manage_url(search.subscriber)

    client.post(path, {"do": "change", "item": f"search-{search.pk}", "name": "New name", "frequency": 3})
    client.post(path, {"do": "stop", "item": f"follow-{follow.pk}"})

    search.refresh_from_db()
    assert (search.name, search.frequency) == ("New name", Frequency.WEEKLY)
    page = client.get(path)
    assert [one["title"] for one in page.context["rows"]] == ["New name"]
    assert [one["one"] for one in page.context["stopped"]] == [follow]
    client.post(path, {"do": "take_up", "item": f"follow-{follow.pk}"})
    assert list(Follow.objects.active()) == [follow]


def test_nobody_changes_what_is_somebody_elses(client):
    mine, theirs = SavedSearchFactory(name="Mine"), SavedSearchFactory(name="Theirs")
    path = manage_url(mine.subscriber)

    statuses = [
        client.post(path, {"do": do, "item": item}).status_code
        for do, item in [
            ("stop", f"search-{theirs.pk}"),
            ("change", f"search-{theirs.pk}"),
            ("stop", f"follow-{theirs.pk}"),
            ("stop", "search-"),
            ("stop", "search-99999999999999999999"),
            ("stop", ""),
        ]
    ]

    assert statuses == [404] * 6
    assert SavedSearch.objects.active().count() == 2
    assert "Theirs" not in client.get(path).content.decode()


@pytest.mark.parametrize("how", ["page", "program"])
def test_one_press_stops_all_without_sign_in_and_a_get_changes_nothing(how):
    search = SavedSearchFactory()
    path = reverse("tenders:alerts_stop", args=[token(Purpose.STOP_ALL, search.subscriber.key)])
    client = Client(enforce_csrf_checks=True)

    page = client.get(path)
    assert (page.status_code, is_private(page), page.content.count(b"<button")) == (200, True, 1)
    assert SavedSearch.objects.active().count() == 1
    answer = client.post(path, {"List-Unsubscribe": "One-Click"} if how == "program" else {})
    again = client.post(path)

    assert (answer.status_code, again.status_code) == (200, 200)
    assert "We write to you no more" in answer.content.decode()
    assert not SavedSearch.objects.active().exists()
    client.post(path, {"do": "take_up_all"})
    assert SavedSearch.objects.active().count() == 1


def test_one_press_stops_one(client):
    search = SavedSearchFactory()
    follow = FollowFactory(subscriber=search.subscriber, opportunity=OpportunityFactory())
    one = reverse("tenders:alerts_stop_search", args=[token(Purpose.STOP_SEARCH, search.key)])
    other = reverse("tenders:alerts_stop_follow", args=[token(Purpose.STOP_FOLLOW, follow.key)])

    client.get(one)
    assert SavedSearch.objects.active().count() == 1
    client.post(one)
    assert (SavedSearch.objects.active().count(), Follow.objects.active().count()) == (0, 1)
    client.post(other)
    client.post(other, {"do": "take_up"})

    assert Follow.objects.active().count() == 1


@pytest.mark.parametrize("name", ["confirm", "manage", "stop", "stop_search", "stop_follow", "atom", "ics"])
def test_links_that_are_none_of_ours_lead_nowhere(client, name):
    person = SubscriberFactory()
    for words in ("x", token(Purpose.MANAGE if name != "manage" else Purpose.FEED, person.key), "a" * 64):
        response = client.get(reverse(f"tenders:alerts_{name}", args=[words]))

        assert response.status_code == 404


def test_somebody_signed_in_manages_theirs_without_a_link(client):
    user = UserFactory()
    target = OpportunityFactory(title="Day care")
    client.force_login(user)
    assert client.get("/alerts/mine/").status_code == 200

    client.post(f"/alerts/follow/opportunity/{target.reference}/", {"frequency": 2})

    assert Follow.objects.active().get().subscriber.user == user
    assert "Day care" in client.get("/alerts/mine/").content.decode()
    assert Client().get("/alerts/mine/").status_code == 302


@pytest.mark.parametrize("path", ["/alerts/", "/alerts/asked/", SAVE])
def test_pages_with_a_form_are_private_and_set_nothing_that_lasts(client, path):
    response = client.get(path)

    assert is_private(response)
    assert "alerts" not in response.cookies


def test_the_page_says_what_each_holds_what_is_new_and_when_the_next_mail_comes(client):
    person = SubscriberFactory()
    for name, query in (("Open tenders", "stage=open"), ("Nothing", "route=grant")):
        search = SavedSearchFactory.build(subscriber=person, name=name, query=query, frequency=Frequency.DAILY)
        questions.fill(search)
        search.save()
    follow = FollowFactory(subscriber=person, opportunity=OpportunityFactory(title="Day care"))
    OpportunityFactory.create_batch(2, opens_at=clock.now() - DAY, closes_at=clock.now() + 9 * DAY)
    connection.check_constraints()
    for number in range(3):
        news = AlertNews.objects.create(
            key=str(number),
            kind="moved",
            opportunity=follow.opportunity,
            text="Moved.",
            happened_at=clock.now(),
            found_at=clock.now() - number * 5 * DAY,
        )
        AlertItem.objects.create(subscriber=person, news=news, frequency=1, searches=[search.pk], follows=[follow.pk])

    page = client.get(manage_url(person))

    assert [(row["title"], row.get("holds"), row["new"], row["next_at"] is None) for row in page.context["rows"]] == [
        ("Nothing", 0, 2, False),
        ("Open tenders", 2, 0, False),
        ("Day care", None, 2, True),
    ]
    text = page.content.decode()
    assert ("2 on the list now" in text, "none on the list now" in text) == (True, True)
    assert ("2 pieces of news" in text, "We write within minutes" in text) == (True, True)


def test_who_keeps_an_entry_sees_in_the_workspace_what_is_new_for_them(client):
    representative = RepresentativeFactory()
    person = SubscriberFactory(user=representative.user, email=representative.user.email.lower())
    quiet = SavedSearchFactory(subscriber=person, name="Quiet search", query="stage=open")
    follow = FollowFactory(subscriber=person, opportunity=OpportunityFactory(title="Day care"))
    theirs = FollowFactory(opportunity=OpportunityFactory(title="Somebody else follows"))
    for one in (follow, theirs):
        news = AlertNews.objects.create(
            key=str(one.pk),
            kind="moved",
            opportunity=one.opportunity,
            text="Moved.",
            happened_at=clock.now(),
            found_at=clock.now(),
        )
        AlertItem.objects.create(subscriber=one.subscriber, news=news, frequency=1, follows=[one.pk])
    client.force_login(representative.user)

    text = client.get(reverse("providers:workspace")).content.decode()

    told = re.findall(r'<li><a class="govuk-link" href="([^"]*)">([^<]*)</a>: (.*?)</li>', text)
    assert told == [
        (follow.opportunity.get_absolute_url(), "Day care", "<strong>1 new</strong> in the last seven days"),
        ("/opportunities/?stage=open", quiet.name, "nothing new"),
    ]
    assert "Somebody else" not in text


def test_the_number_of_queries_of_the_page_is_bounded(client, django_assert_max_num_queries):
    one, many, more = SubscriberFactory(), SubscriberFactory(), SubscriberFactory()
    for person, count in ((one, 1), (many, alerts.MOST_COUNTED), (more, alerts.MOST_COUNTED + 5)):
        for number in range(count):
            SavedSearchFactory(subscriber=person, query=f"type={number}")
            FollowFactory(subscriber=person, opportunity=OpportunityFactory())
            FollowFactory(subscriber=person, followed=OrganisationFactory())

    counts = []
    for person in (one, one, many, more):
        with django_assert_max_num_queries(100) as asked:
            client.get(manage_url(person))
        counts.append(len(asked))

    assert counts[2] - counts[1] == alerts.MOST_COUNTED - 1
    assert counts[3] == counts[2]
