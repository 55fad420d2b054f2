"""The providers' workspace: one's own entries and nobody else's, and a change that shows nowhere until it is agreed."""

import datetime as dt
import io
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from PIL import Image

from core.models import AuditEvent, OutgoingMail
from providers.models import ProfileRevision, Service, Vacancy
from providers.services import revisions
from tests.browser.addresses import public_names
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory, PlaceFactory, UserFactory
from tests.factories.providers import ProviderFactory, ServiceFactory
from tests.providers.profiles import make_home, save
from tests.tools.views import text

pytestmark = pytest.mark.django_db
CANARY = "Quillifer"


@pytest.fixture
def home():
    return make_home()


@pytest.fixture
def person(client, home):
    client.force_login(home.person)
    return client


def page(name, *args):
    return reverse(f"providers:workspace_{name}", args=args)


def typed(response):
    """What a browser would send of the section's form it was shown."""
    data = {}
    for form in [response.context["form"], *(response.context["fees"] or []), response.context["right_today"]]:
        if form is None:
            continue
        for field in form:
            value = field.value()
            if value is True or (value not in (None, False, "") and not isinstance(value, bool)):
                data[field.html_name] = value
    if response.context["fees"] is not None:
        data |= {field.html_name: field.value() for field in response.context["fees"].management_form}
    return data


def said(response):
    return [str(one) for one in response.wsgi_request._messages]


# --- whose it is ---


def addresses(home):
    """Every address of the workspace that names an entry, from the resolver itself."""
    found = {}
    for name in public_names():
        if not name.startswith("providers:workspace_"):
            continue
        for args in ([home.service.slug], [home.service.slug, "about"], [home.service.slug, "0" * 64]):
            try:
                found[reverse(name, args=args)] = name
            except NoReverseMatch:
                continue
    return found


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_providers_entries_are_not_found(person, method):
    theirs = make_home("theirs")
    save(theirs.provider, theirs.service, by=theirs.person, summary="Their new words.")
    asked = addresses(theirs)
    assert len(asked) >= 12

    for path in asked:
        response = getattr(person, method)(path, {"available": "3", "unit": "room", "step": "1"})
        assert response.status_code in (404, 405), path
        assert "theirs" not in text(response).replace(path, ""), path

    assert not Vacancy.objects.exists()
    assert ProfileRevision.objects.get().changes == {"summary": "Their new words."}


def test_first_page_shows_ones_own_services_only(person, home):
    make_home("theirs")
    ServiceFactory(provider=home.provider, published_at=None, name="The council's own draft")

    body = text(person.get(reverse("providers:workspace")))

    assert "Home ours" in body
    assert "theirs" not in body
    assert "own draft" not in body


def test_nobody_comes_in_without_an_entry_to_keep(client, home):
    addresses_ = [reverse("providers:workspace"), *(path for path in addresses(home))]
    for path in addresses_:
        assert client.get(path)["Location"].startswith("/account/login/"), path

    client.force_login(UserFactory())

    for path in addresses_:
        response = client.get(path)
        assert response.status_code in (403, 405), path
        assert "ours" not in text(response).replace(path, ""), path


def test_former_representative_is_out_at_once(person, home):
    assert person.get(page("service", home.service.slug)).status_code == 200

    home.provider.representatives.all().delete()

    assert person.get(page("service", home.service.slug)).status_code == 403


def test_who_represents_two_chooses(person, home):
    other = ProviderFactory(name="The other")
    other.representatives.create(user=home.person)
    own = person.get(page("service", home.service.slug)).status_code

    chosen = person.post(page("act_for"), {"provider": other.slug}, follow=True)

    assert own == 200
    assert "You now act for The other." in text(chosen)
    assert "and go on" in text(person.get(page("service", home.service.slug)))


@pytest.mark.parametrize("name", ["service", "photos", "preview"])
def test_person_of_two_providers_is_led_to_the_one_whose_service_they_ask_for(person, home, name):
    other = ProviderFactory(name="The other")
    other.representatives.create(user=home.person)
    person.post(page("act_for"), {"provider": other.slug})

    offered = person.get(page(name, home.service.slug))
    refused = person.post(page("submit", home.service.slug))
    led = person.post(page("act_for"), {"provider": home.provider.slug, "service": home.service.slug}, follow=True)

    assert (offered.status_code, offered["Cache-Control"]) == (200, "private, no-store")
    assert f"Act for {home.provider} and go on" in text(offered)
    assert refused.status_code == 404
    assert led.redirect_chain == [(page("service", home.service.slug), 302)]


@pytest.mark.parametrize("slug", ["of-another", "nothing", "//elsewhere.example"])
def test_choosing_a_provider_leads_nowhere_else(person, home, slug):
    ServiceFactory(slug="of-another")

    led = person.post(page("act_for"), {"provider": home.provider.slug, "service": slug}, follow=True)

    assert led.status_code == 200
    assert led.redirect_chain == [(reverse("providers:workspace"), 302)]


@pytest.mark.parametrize("slug", ["provider-theirs", "nobody", "", "\x00", "1"])
def test_nobody_acts_for_a_stranger(person, slug):
    make_home("theirs")

    assert person.post(page("act_for"), {"provider": slug}).status_code == 404


def test_no_page_of_the_workspace_is_kept_by_a_browser(person, home):
    for path in (
        reverse("providers:workspace"),
        page("service", home.service.slug),
        page("preview", home.service.slug),
    ):
        assert person.get(path)["Cache-Control"] == "private, no-store"


def test_first_page_takes_as_many_queries_for_many_services(person, home):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert person.get(reverse("providers:workspace")).status_code == 200
        return len(queries)

    count()
    one = count()
    for number in range(4):
        service = ServiceFactory(provider=home.provider)
        service.types.set(home.service.types.all())
        service.locations.set(home.service.locations.all())
        save(home.provider, service, by=home.person, summary=f"New {number}")

    assert count() == one


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=99999999999999999999", "?%00=%00"])
def test_nonsense_never_breaks_the_first_page(person, query):
    assert person.get(reverse("providers:workspace") + query).status_code == 200


def test_no_get_changes_anything(person, home):
    home.draft(summary="New words.")
    before = list(ProfileRevision.objects.values()), list(Service.objects.values()), AuditEvent.objects.count()

    for path in addresses(home):
        person.get(path)

    assert (
        list(ProfileRevision.objects.values()),
        list(Service.objects.values()),
        AuditEvent.objects.count(),
    ) == before


# --- writing ---


def test_section_is_saved_as_a_draft(person, home):
    path = page("section", home.service.slug, "about")
    data = typed(person.get(path))

    response = person.post(path, {**data, "summary": "New words.", "languages": "Polish, English"})

    assert response.status_code == 302
    assert "Saved as a draft" in said(response)[0]
    assert ProfileRevision.objects.get().changes == {"summary": "New words.", "languages": ["Polish", "English"]}


def test_form_sent_as_it_was_shown_changes_nothing(person, home):
    home.service.fees.create(name="Room", amount_from="1000.50", amount_to="1200", per="week", told_date="2026-01-05")
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


# --- to the council ---


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
    assert "Your change is with the council. Until it agrees, families see the old text." in said(sent)
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


# --- everywhere at once, and nowhere before ---


NOT_ABOUT_ENTRIES = ("account_", "mfa_", "health_", "providers:workspace", "providers:invitation", "providers:confirm")


def public_texts(client, home):
    """What every public address says that can be asked about this entry, by address."""
    service, provider = home.service, home.provider
    paths = {"/care/?q=home", "/openreferral/v3/services?full=true", "/openreferral/v3/organizations?full_service=true"}
    paths |= {"/openreferral/v3/service_at_locations?full=true", f"/care/compare/?with={service.slug}"}
    for name in public_names():
        if name.startswith(NOT_ABOUT_ENTRIES):
            continue
        is_data = name.startswith(("open_referral:", "providers:api_"))
        for args in ([], [service.uuid], [provider.uuid]) if is_data else ([], [service.slug], [provider.slug]):
            try:
                paths.add(reverse(name, args=args))
            except NoReverseMatch:
                continue
    texts = {}
    for path in sorted(paths):
        response = client.get(path)
        assert response.status_code < 500, path
        content = b"".join(response.streaming_content) if response.streaming else response.content
        texts[path] = content.decode(errors="replace")
    return texts


def test_change_shows_nowhere_before_it_is_approved_and_everywhere_after(home, client):
    home.draft(
        name=f"{CANARY} home", summary=f"{CANARY} words.", description=f"{CANARY} text.", phone="01632 960987",
        languages=[f"{CANARY} tongue"],
        fees=[{"name": f"{CANARY} room", "amount_from": "1000", "amount_to": None, "per": "week", "included": "",
               "told_date": "2026-11-18"}],
    )  # fmt: skip
    save(home.provider, None, by=home.person, trading_name=f"{CANARY} Care", summary=f"{CANARY} company.")

    def hits():
        connection.check_constraints()
        cache.clear()  # Else the limit on programs' requests would answer.
        return {path for path, body in public_texts(client, home).items() if f"{CANARY} " in body or "960987" in body}

    drafted = hits()
    sent = [revisions.submit_changes(provider=home.provider, service=one, by=home.person, at=NOON)
            for one in (home.service, None)]  # fmt: skip
    waiting = hits()
    for revision in sent:
        home.approve(revision)

    assert (drafted, waiting) == (set(), set())
    assert hits() >= {
        home.service.get_absolute_url(), home.provider.get_absolute_url(), "/providers/", "/api/v1/services/",
        f"/api/v1/services/{home.service.uuid}/", "/openreferral/v3/services?full=true",
        f"/openreferral/v3/services/{home.service.uuid}", f"/openreferral/v3/organizations/{home.provider.uuid}",
    }  # fmt: skip


def test_search_finds_the_new_words_only_once_they_are_approved(home, client):
    revision = home.submitted(name=f"{CANARY} home")

    def found():
        connection.check_constraints()
        return home.service.get_absolute_url() in text(client.get("/care/", {"q": CANARY}, follow=True))

    before = found()
    home.approve(revision)

    assert (before, found()) == (False, True)


def test_preview_shows_the_public_page_with_the_draft_and_leaves_no_trace(person, home, client):
    home.draft(summary=f"{CANARY} words.")
    save(home.provider, None, by=home.person, summary=f"{CANARY} company.")

    shown, own = person.get(page("preview", home.service.slug)), person.get(page("provider_preview"))

    for one in (shown, own):
        assert CANARY in text(one)
        assert "Nobody else sees it now" in text(one)
        assert (one["X-Robots-Tag"], one["Cache-Control"]) == ("noindex", "private, no-store")
    home.service.refresh_from_db()
    assert home.service.summary == "Old words of ours."
    assert ProfileRevision.objects.open().count() == 2
    person.logout()
    assert CANARY not in text(client.get(home.service.get_absolute_url()))


def test_preview_of_a_draft_that_broke_a_rule_says_so(person, home):
    group = ClientGroupFactory()
    home.draft(client_groups=[group.slug])
    group.delete()

    response = person.get(page("preview", home.service.slug))

    assert response.status_code == 302
    assert "not on our list any more" in said(response)[0]


# --- the officer ---


@pytest.fixture
def officer(client, home):
    client.force_login(home.officer)
    return client


def admin_page(revision, *action):
    name = "action" if action else "change"
    return reverse(f"admin:providers_profilerevision_{name}", args=[revision.pk, *action])


def test_officer_sees_what_waits_and_what_it_changes(officer, home):
    revision = home.submitted(summary="New words.")

    first = text(officer.get(reverse("admin:index")))
    shown = text(officer.get(admin_page(revision)))

    assert "Decide what providers have changed" in first
    assert "Old words of ours." in shown
    assert "New words." in shown


def test_draft_is_the_providers_own_business(officer, home):
    revision = home.draft(summary="New words.")

    assert "New words." not in text(officer.get(admin_page(revision), follow=True))
    assert officer.get(admin_page(revision, "approve")).status_code == 404


def test_officer_approves_what_was_looked_at(officer, home):
    revision = home.submitted(summary="New words.")
    looked = officer.get(admin_page(revision, "approve"))
    seen = looked.context["form"].initial["seen"]

    wrong = officer.post(admin_page(revision, "approve"), {"seen": "0" * 64})
    home.service.refresh_from_db()
    before = home.service.summary
    right = officer.post(admin_page(revision, "approve"), {"seen": seen})

    home.service.refresh_from_db()
    assert "New words." in text(looked)
    assert "changed since you looked" in text(wrong)
    assert before == "Old words of ours."
    assert right.status_code == 302
    assert home.service.summary == "New words."
    assert officer.post(admin_page(revision, "approve"), {"seen": seen}).status_code == 403


def test_officer_sends_back_with_a_reason_and_not_without(officer, home):
    revision = home.submitted(summary="New words.")

    refused = officer.post(admin_page(revision, "send_back"), {"reason": " "})
    revision.refresh_from_db()
    still = revision.is_waiting()
    officer.post(admin_page(revision, "send_back"), {"reason": "Say how many beds."})

    revision.refresh_from_db()
    assert "Say why" in text(refused)
    assert still
    assert (revision.decision, revision.reason) == ("sent_back", "Say how many beds.")


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_who_publishes_decides(client, home, role):
    revision = home.submitted(summary="New words.")
    home.council.officers.update(role=role)
    client.force_login(home.officer)

    for action in ("approve", "send_back"):
        assert client.post(admin_page(revision, action), {"seen": "0" * 64, "reason": "No."}).status_code == 403

    revision.refresh_from_db()
    assert revision.is_waiting()
    assert "Decide what providers have changed" not in text(client.get(reverse("admin:index")))


def test_operator_decides_where_no_council_can(client, home):
    home.council.officers.all().delete()
    operator = UserFactory(is_superuser=True)
    revision = home.submitted(summary="New words.")
    client.force_login(operator)

    first = text(client.get(reverse("admin:index")))
    seen = client.get(admin_page(revision, "approve")).context["form"].initial["seen"]
    client.post(admin_page(revision, "approve"), {"seen": seen})

    revision.refresh_from_db()
    assert "Decide what providers have changed" in first
    assert (revision.decision, revision.decided_by) == ("approved", operator)
    assert "The people who run the portal have agreed" in OutgoingMail.objects.order_by("pk").last().text


def test_decided_change_shows_what_it_changed(officer, home):
    revision = home.submitted(summary="New words.")
    home.approve(revision)

    body = text(officer.get(admin_page(revision)))

    assert "Old words of ours." in body
    assert "New words." in body


def test_queue_takes_as_many_queries_for_many_changes(officer, home):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(reverse("admin:providers_profilerevision_changelist")).status_code == 200
        return len(queries)

    home.submitted(summary="New words.")
    count()
    one = count()
    for _ in range(3):
        service = ServiceFactory(provider=home.provider)
        service.locations.set(home.service.locations.all())
        save(home.provider, service, by=home.person, summary="New words.")
        revisions.submit_changes(
            provider=home.provider, service=service, by=home.person, at=NOON + dt.timedelta(hours=1)
        )

    assert count() == one
