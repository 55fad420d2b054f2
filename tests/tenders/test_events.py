"""The public pages of events: what lies ahead, what a calendar gets, and what nobody learns."""

import datetime as dt

import icalendar
import pytest
from django.urls import reverse

from core import clock
from core.models import OutgoingMail
from tenders.models import Interest, Registration
from tenders.services import events, replies
from tests.factories.commissioning import OrganisationFactory
from tests.factories.engagement import (
    CoproductionNoteFactory,
    EventChangeFactory,
    EventFactory,
    InterestFactory,
    RegistrationFactory,
)
from tests.factories.providers import RepresentativeFactory
from tests.factories.tenders import ForumFactory, FrameworkFactory, OpportunityFactory, OpportunityLotFactory
from tests.tools.views import NONSENSE, assert_cached_for_everybody, hidden, query_count, settle, text

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
LIST = "/events/"
PERSON = {"organisation_name": "Small Care", "name": "Ada Byron", "email": "ada@example.org", "kinds": ["vcse"]}


def in_days(days, **facts):
    return EventFactory(starts_at=clock.now() + days * DAY, **{"published_at": clock.now() - 30 * DAY, **facts})


def entries(response):
    found = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    return {str(one["summary"]): one for one in found}


def token_of(mail):
    return mail.text.partition("/registrations/")[2].partition("/")[0]


# --- the list ---


def test_the_list_shows_what_lies_ahead_first_and_hides_what_is_not_public(client):
    later, soon = in_days(9), in_days(2)
    long_ago, lately = in_days(-20), in_days(-3)
    secret = hidden(lambda **facts: in_days(1, **facts))
    cancelled = in_days(3, cancelled_at=clock.now(), cancelled_reason="Snow.")

    response = client.get(LIST)

    assert list(response.context["page"]) == [soon, later, lately, long_ago]
    assert [one.title for one in [*secret, cancelled] if one.title in text(response)] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?buyer=halton", {"Halton's"}),
        ("?kind=workshop", {"Workshop"}),
        ("?month=2031-03", {"March"}),
        ("?month=2031-04", {"April"}),
        ("?q=halton", {"Halton's"}),
        ("?kind=workshop&buyer=halton", set()),
    ],
)
def test_filters(client, query, found):
    in_days(1, title="Halton's", organisation=OrganisationFactory(slug="halton", name="Halton"))
    in_days(1, title="Workshop", kind="workshop")
    # Half an hour after midnight in London is still March in UTC.
    for title, face in (("March", "2031-03-31T23:30:00+01:00"), ("April", "2031-04-01T00:30:00+01:00")):
        EventFactory(title=title, starts_at=dt.datetime.fromisoformat(face), published_at=clock.now() - DAY)

    response = client.get(LIST + query)

    assert {one.title for one in response.context["page"]} == found


def test_places_left_and_the_waiting_list_are_told(client):
    full, free, endless = in_days(1, places_maximum=1), in_days(2, places_maximum=3), in_days(3)
    RegistrationFactory(event=full)
    RegistrationFactory(event=full, place_given_at=None)
    RegistrationFactory(event=free)
    RegistrationFactory(event=free, confirmed_at=None)
    RegistrationFactory(event=free, withdrawn_at=clock.now())
    RegistrationFactory(event=endless)

    page = client.get(LIST)

    shown = {one: (one.shown_booking, one.shown_left, one.waiting) for one in page.context["page"]}
    assert shown == {full: ("full", 0, 1), free: ("open", 2, 0), endless: ("open", None, 0)}
    assert "Full, waiting list" in text(page)
    assert "2 of 3 left" in text(page)


@pytest.mark.parametrize("query", NONSENSE + ["?month=2031-13", "?month=x", "?buyer=nobody", "?kind=party"])
def test_nonsense_is_left_out(client, query):
    event = in_days(1, title="Bidder day")

    for address in (LIST, "/events.ics"):
        assert client.get(address + query).status_code == 200

    assert client.get(LIST).context["page"][0] == event


def test_queries_do_not_grow(client):
    def fill():
        event = in_days(
            1, opportunity=OpportunityFactory(), framework=FrameworkFactory(), organisation=OrganisationFactory()
        )
        RegistrationFactory(event=event)
        EventChangeFactory(event=event)
        CoproductionNoteFactory(opportunity=None, event=event)
        return event

    event = fill()
    settle()
    addresses = [LIST, "/events.ics", event.get_absolute_url(), f"{event.get_absolute_url()}calendar.ics"]
    one = [query_count(client, address) for address in addresses]
    for _ in range(2):
        fill()
    EventChangeFactory(event=event)
    RegistrationFactory(event=event)
    settle()
    three = [query_count(client, address) for address in addresses]
    for _ in range(12):
        fill()
    settle()

    assert [query_count(client, address) for address in addresses] == three == one


def test_pages_are_cached_until_a_place_is_taken(client):
    event = in_days(1, places_maximum=5)
    row = RegistrationFactory(event=event, confirmed_at=None)
    settle()
    before = client.get(event.get_absolute_url())
    client.post(reverse("tenders:registration", args=[replies.token_of(row)]))
    settle()

    after = client.get(event.get_absolute_url(), headers={"If-None-Match": before["ETag"]})

    assert after.status_code == 200
    assert "4 of 5 left" in text(after)
    for address in (LIST, event.get_absolute_url(), "/events.ics"):
        client.cookies.clear()
        assert_cached_for_everybody(client, address)


# --- an event's page ---


def test_a_page_names_only_what_is_public_itself(client):
    shown, secret = OpportunityFactory(title="Shown tender"), OpportunityFactory(title="Secret", published_at=None)
    members = OpportunityFactory(title="For members", framework=FrameworkFactory(), is_members_only=True)

    pages = [text(client.get(in_days(1, opportunity=one).get_absolute_url())) for one in (shown, secret, members)]

    assert [title in page for title, page in zip(("Shown tender", "Secret", "For members"), pages, strict=True)] == [
        True,
        False,
        False,
    ]


def test_a_link_to_join_is_shown_to_those_who_have_a_place_alone(client):
    event = in_days(1, online_url="https://meet.example/abc", places_maximum=1)
    booked = RegistrationFactory(event=event)
    waits = RegistrationFactory(event=event, place_given_at=None)
    open_to_all = in_days(1, online_url="https://meet.example/abc", is_online_url_public=True)

    def shows(address):
        return "meet.example" in text(client.get(address))

    assert not shows(event.get_absolute_url())
    assert not shows(f"{event.get_absolute_url()}calendar.ics")
    assert not shows(f"/registrations/{replies.token_of(waits)}/")
    assert shows(f"/registrations/{replies.token_of(booked)}/")
    assert shows(open_to_all.get_absolute_url())


def test_drafts_and_embargoed_events_are_not_found_at_any_address(client):
    for event in hidden(lambda **facts: in_days(1, **facts)):
        for tail in ("", "calendar.ics", "register/", "register/sent/"):
            assert client.get(f"/events/{event.slug}/{tail}").status_code == 404


def test_a_changed_address_leads_on(client):
    event = in_days(1, slug="old")
    event.slug = "new-name"
    event.save()

    response = client.get("/events/old/calendar.ics")

    assert (response.status_code, response["Location"]) == (301, "/events/new-name/calendar.ics")


def test_a_moved_and_then_cancelled_event_keeps_its_page_and_its_calendar_entry(client):
    event = in_days(5, title="Bidder day", place_as_stated="Library")
    first = entries(client.get(f"{event.get_absolute_url()}calendar.ics"))["Bidder day"]
    events.move_event(
        event=event,
        starts_at=event.starts_at + DAY,
        ends_at=event.ends_at + DAY,
        place="Town hall",
        online_url="",
        reason="The room is taken.",
        by=None,
        at=clock.now(),
    )
    settle()
    moved_page = text(client.get(event.get_absolute_url()))
    moved = entries(client.get(f"{event.get_absolute_url()}calendar.ics"))["Bidder day"]
    events.cancel_event(event=event, reason="Snow everywhere.", by=None, at=clock.now())
    settle()

    gone = entries(client.get("/events.ics"))["Bidder day"]
    page = text(client.get(event.get_absolute_url()))

    assert "The room is taken." in moved_page
    assert "Library" in moved_page
    assert (int(first["sequence"]), int(moved["sequence"]), int(gone["sequence"])) == (0, 1, 2)
    assert moved["dtstart"].dt == first["dtstart"].dt + DAY
    assert len({str(one["uid"]) for one in (first, moved, gone)}) == 1
    assert [str(one["status"]) for one in (first, moved, gone)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert "Snow everywhere." in page
    assert client.get(f"{event.get_absolute_url()}register/").status_code == 200
    assert "csrfmiddlewaretoken" not in text(client.get(f"{event.get_absolute_url()}register/"))


def test_the_calendar_holds_what_the_list_holds(client):
    organisation = OrganisationFactory(slug="halton")
    in_days(1, title="Ours", organisation=organisation)
    in_days(1, title="Theirs")
    hidden(lambda **facts: in_days(1, title="Secret", **facts))

    assert set(entries(client.get("/events.ics"))) == {"Ours", "Theirs"}
    assert set(entries(client.get("/events.ics?buyer=halton"))) == {"Ours"}


def test_notes_say_what_was_heard_and_what_changed(client):
    event = in_days(-1)
    CoproductionNoteFactory(opportunity=None, event=event, heard="Fewer carers, please.", changed="Teams of six.")
    CoproductionNoteFactory(opportunity=None, event=event, heard="Later visits.")

    page = text(client.get(event.get_absolute_url()))

    assert [words in page for words in ("Fewer carers, please.", "Teams of six.", "has not said yet")] == [True] * 3


# --- registering ---


def test_from_the_form_to_a_place_and_back(client):
    event = in_days(3, places_maximum=1)
    form = client.get(f"{event.get_absolute_url()}register/")
    sent = client.post(f"{event.get_absolute_url()}register/", PERSON)
    token = token_of(OutgoingMail.objects.get())
    opened = client.get(f"/registrations/{token}/")
    after_opening = Registration.objects.live().count()
    pressed = client.post(f"/registrations/{token}/")
    stands = client.get(f"/registrations/{token}/")
    asked = client.get(f"/registrations/{token}/withdraw/")
    after_asking = Registration.objects.live().count()
    withdrawn = client.post(f"/registrations/{token}/withdraw/")
    again = client.get(f"/registrations/{token}/")

    assert "180 days after the event" in text(form)
    assert sent["Location"] == f"{event.get_absolute_url()}register/sent/"
    assert client.get(sent["Location"]).status_code == 200
    assert "Yes, I come" in text(opened)
    assert (after_opening, after_asking) == (0, 1)
    assert pressed["Location"] == f"/registrations/{token}/"
    assert "You have a place" in text(stands)
    assert asked.status_code == withdrawn.status_code == 200
    assert again.status_code == 410
    assert (Registration.objects.get().is_vcse, Registration.objects.get().is_sme) == (True, False)
    for response in (form, opened, stands, asked, withdrawn, again):
        assert response["Cache-Control"] == "private, no-store" or "no-store" in response["Cache-Control"]
        assert "noindex" in text(response)


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(client):
    event = in_days(3)
    RegistrationFactory(event=event, email="known@example.org")

    answers = [
        client.post(f"{event.get_absolute_url()}register/", {**PERSON, "email": email})
        for email in ("known@example.org", "new@example.org")
    ]

    assert len({(one.status_code, one["Location"], one.content) for one in answers}) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Give your organisation’s name"),
        ({**PERSON, "email": "nonsense"}, "such as name@example.org"),
        ({**PERSON, "name": "x" * 121}, "at most 120"),
        ({**PERSON, "kinds": ["emperor"]}, "emperor"),
    ],
)
def test_a_wrong_form_says_why(client, data, words):
    response = client.post(f"{in_days(3).get_absolute_url()}register/", data)

    assert response.status_code == 200
    assert words in text(response)
    assert text(response).count("<title>Error: ") == 1
    assert not Registration.objects.exists()


def test_a_program_that_fills_in_everything_is_thanked_and_forgotten(client):
    event = in_days(3)

    response = client.post(f"{event.get_absolute_url()}register/", {**PERSON, "homepage": "https://spam.example"})

    assert response["Location"] == f"{event.get_absolute_url()}register/sent/"
    assert not Registration.objects.exists()


def test_registering_too_late_and_too_often_is_refused(client, settings):
    settings.REPLIES_PER_SENDER_AND_HOUR = 1
    event, past = in_days(3), in_days(-3)

    late = client.post(f"{past.get_absolute_url()}register/", PERSON)
    first = client.post(f"{event.get_absolute_url()}register/", PERSON)
    second = client.post(f"{event.get_absolute_url()}register/", {**PERSON, "email": "b@example.org"})

    assert (late.status_code, first.status_code, second.status_code) == (409, 302, 429)
    assert Registration.objects.count() == 1


def test_a_representative_finds_the_form_filled_in_and_the_place_in_the_workspace(client):
    event = in_days(3)
    person = RepresentativeFactory()
    colleague = RepresentativeFactory(provider=person.provider)
    stranger = RepresentativeFactory()
    client.force_login(person.user)

    form = client.get(f"{event.get_absolute_url()}register/").context["form"]
    made = client.post(f"{event.get_absolute_url()}register/", {**PERSON, "email": person.user.email})

    assert form["organisation_name"].value() == str(person.provider)
    assert form["email"].value() == person.user.email
    assert made["Location"].startswith("/registrations/")
    assert "You have a place" in text(client.get(made["Location"]))
    own = text(client.get("/workspace/"))
    client.force_login(colleague.user)
    colleagues = text(client.get("/workspace/"))
    client.force_login(stranger.user)
    strangers = text(client.get("/workspace/"))
    assert made["Location"] in own
    assert (event.title in colleagues, made["Location"] in colleagues) == (True, False)
    assert event.title not in strangers


@pytest.mark.parametrize("tail", ["", "withdraw/"])
@pytest.mark.parametrize("kind", ["registrations", "interests"])
def test_a_link_that_is_none_of_ours(client, kind, tail):
    RegistrationFactory(event=in_days(1))
    InterestFactory()

    for method in (client.get, client.post):
        for token in ("x", "x" * 64, "0" * 5000):
            assert method(f"/{kind}/{token}/{tail}").status_code == 404

    assert Registration.objects.live().count() == Interest.objects.live().count() == 1


# --- interest in an opportunity ---


def test_interest_from_the_tenders_page_to_the_buyer_and_back(client):
    opportunity = OpportunityFactory(published_at=clock.now() - DAY)
    lot = OpportunityLotFactory(opportunity=opportunity)
    others = OpportunityLotFactory()
    address = f"{opportunity.get_absolute_url()}interest/"
    page = text(client.get(opportunity.get_absolute_url()))
    wrong = client.post(address, {**PERSON, "lots": [others.pk]})
    sent = client.post(address, {**PERSON, "lots": [lot.pk], "note": "Zone 2 only"})
    token = OutgoingMail.objects.get().text.partition("/interests/")[2].partition("/")[0]
    client.get(f"/interests/{token}/")
    unpressed = Interest.objects.live().count()
    client.post(f"/interests/{token}/")
    stands = text(client.get(f"/interests/{token}/"))
    row = Interest.objects.get()
    pressed = row.state
    client.post(f"/interests/{token}/withdraw/")

    assert address in page
    assert "Choose lots of this tender" in text(wrong)
    assert sent["Location"] == f"{address}sent/"
    assert (unpressed, pressed) == (0, "stands")
    assert list(row.lots.all()) == [lot]
    assert [words in stands for words in (str(lot), "Zone 2 only", "180 days")] == [True] * 3
    assert Interest.objects.get().state == "withdrawn"


def test_interest_in_what_is_over_or_hidden_is_not_taken(client):
    over = OpportunityFactory(awarded_at=clock.now() - DAY)
    secret = hidden(OpportunityFactory)
    members = OpportunityFactory(framework=FrameworkFactory(), is_members_only=True)

    assert f"{over.get_absolute_url()}interest/" not in text(client.get(over.get_absolute_url()))
    assert client.post(f"{over.get_absolute_url()}interest/", PERSON).status_code == 409
    for one in [*secret, members]:
        assert client.post(f"/opportunities/{one.reference}/interest/", PERSON).status_code == 404
    assert not Interest.objects.exists()


def test_no_public_page_tells_who_is_interested_or_comes(client):
    opportunity = OpportunityFactory()
    event = in_days(1, opportunity=opportunity)
    for row in (InterestFactory(opportunity=opportunity), RegistrationFactory(event=event)):
        row.name, row.organisation_name, row.email = "Canary Name", "Canary Care", "canary@example.org"
        row.save()
    addresses = [
        opportunity.get_absolute_url(), event.get_absolute_url(), LIST, "/events.ics", f"{event.get_absolute_url()}register/",
        f"{opportunity.get_absolute_url()}interest/", opportunity.organisation.get_absolute_url(), "/opportunities/",
    ]  # fmt: skip

    told = "".join(text(client.get(address)) for address in addresses).lower()

    assert event.title.lower() in told
    assert "canary" not in told


# --- where else they are shown ---


def test_a_tenders_page_shows_its_events_and_notes(client):
    opportunity = OpportunityFactory()
    shown = in_days(2, opportunity=opportunity)
    hidden(lambda **facts: in_days(2, title="Secret", opportunity=opportunity, **facts))
    CoproductionNoteFactory(opportunity=opportunity, heard="Fewer carers, please.")

    page = text(client.get(opportunity.get_absolute_url()))

    assert [shown.get_absolute_url() in page, "Fewer carers, please." in page, "Secret" in page] == [True, True, False]


def test_an_organisations_page_shows_its_events_and_its_forums_meetings(client):
    organisation = OrganisationFactory()
    forum = ForumFactory(organisation=organisation, name="Care providers' forum", meets="Every quarter")
    meeting = in_days(4, organisation=organisation, forum=forum, kind="forum")
    in_days(-4, organisation=organisation, title="Long over")
    in_days(4, title="Somebody else's")

    page = text(client.get(organisation.get_absolute_url()))

    assert page.count(meeting.get_absolute_url()) == 2
    assert [words in page for words in ("Every quarter", "Long over", "Somebody else")] == [True, False, False]
