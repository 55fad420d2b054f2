"""A provider's change: kept beside the entry, decided by its home council, live everywhere at once and not before."""

import datetime as dt
import re

import pytest
from django.db import connection, transaction
from django.urls import reverse

from commissioning.models import Officer
from core import versions
from core.errors import AlreadyDone, DomainError, NotReady
from core.models import AuditEvent, Country, OutgoingMail, Place, Postcode
from providers import profile
from providers.models import Fee, Location, ProfileRevision, Service
from providers.services import drafts, revisions
from providers.services.home import home_council, home_organisation
from providers.services.revisions import ChangedMeanwhile, ProfileRefused, WithTheCouncil
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import ClientGroupFactory, PlaceFactory, UserFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory
from tests.providers.profiles import make_home, save

pytestmark = pytest.mark.django_db
LATER = NOON + dt.timedelta(hours=1)


@pytest.fixture
def home():
    return make_home()


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def mails():
    return [(one.to, one.subject) for one in OutgoingMail.objects.order_by("pk")]


# --- writing ---


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


def fee(**more):
    return {
        "name": "Single room", "amount_from": "1000.00", "amount_to": None, "per": "week", "included": "",
        "told_date": "2026-11-18", **more,
    }  # fmt: skip


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


def test_buildings_of_others_are_not_ones_to_describe(home):
    theirs = LocationFactory()
    home.service.locations.add(theirs)
    own = home.service.locations.exclude(pk=theirs.pk).get()

    names = set(profile.fields_of(home.service))

    assert f"has_lift@{own.uuid}" in names
    assert f"has_lift@{theirs.uuid}" not in names


# --- to the council and back ---


def test_sent_change_waits_for_the_home_council_and_its_officers_are_told(home):
    editor = OfficerFactory(organisation=home.council, role=Officer.Role.EDITOR).user
    revision = home.submitted(summary="New words.")

    assert (revision.organisation, revision.submitted_at, revision.submitted_by) == (home.council, NOON, home.person)
    assert mails() == [(home.officer.email, "A change to Home ours waits for you")]
    assert editor.email not in dict(mails())
    text = OutgoingMail.objects.get().text
    assert "- In two or three sentences" in text
    assert reverse("admin:providers_profilerevision_change", args=[revision.pk]) in text
    assert actions() == ["revision.saved", "revision.submitted"]


def test_nothing_cannot_be_sent(home):
    with pytest.raises(NotReady, match="not changed anything"):
        revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)


def test_change_that_came_true_by_itself_cannot_be_sent(home):
    home.draft(phone="01632 960009")
    Service.objects.filter(pk=home.service.pk).update(phone="01632 960009")

    with pytest.raises(NotReady, match="see all of this already"):
        revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)


def test_draft_that_broke_a_rule_since_cannot_be_sent(home):
    group = ClientGroupFactory(name="People of old")
    home.draft(client_groups=[group.slug])
    group.delete()

    with pytest.raises(NotReady) as refused:
        revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)

    assert refused.value.missing == [f"Who it is for: “{group.slug}” is not on our list any more. Choose again."]
    assert not OutgoingMail.objects.exists()


def test_change_with_the_council_cannot_be_edited_sent_again_or_thrown_away(home):
    home.submitted(summary="New words.")
    common = {"provider": home.provider, "service": home.service, "by": home.person, "at": NOON}

    for attempt in (
        lambda: home.draft(summary="Newer words."),
        lambda: revisions.submit_changes(**common),
        lambda: revisions.discard_changes(**common),
        lambda: revisions.request_removal(**common),
    ):
        with pytest.raises(WithTheCouncil):
            attempt()

    assert ProfileRevision.objects.get().changes == {"summary": "New words."}


def test_change_taken_back_is_a_draft_again(home):
    sent = home.submitted(summary="New words.")

    draft = revisions.withdraw_changes(provider=home.provider, service=home.service, by=home.person, at=LATER)

    sent.refresh_from_db()
    assert (sent.decision, sent.decided_at, sent.decided_by) == ("withdrawn", LATER, home.person)
    assert (draft.changes, draft.base) == ({"summary": "New words."}, {"summary": "Old words of ours."})
    assert draft.submitted_at is None
    assert actions()[-1] == "revision.withdrawn"


def test_only_what_is_with_the_council_is_taken_back(home):
    home.draft(summary="New words.")

    with pytest.raises(DomainError, match="Nothing of this is with the council"):
        revisions.withdraw_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)


def test_draft_thrown_away_is_gone(home):
    home.draft(summary="New words.")

    revisions.discard_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)

    assert drafts.open_draft(provider=home.provider, service=home.service, at=NOON).revision is None
    assert actions()[-1] == "revision.discarded"
    with pytest.raises(DomainError, match="no draft"):
        revisions.discard_changes(provider=home.provider, service=home.service, by=home.person, at=NOON)


# --- deciding ---


def test_approved_change_is_live_and_counts_as_the_providers_word(home):
    group = ClientGroupFactory()
    location = home.service.locations.get()
    home.service.fees.create(name="Old room", amount_from=900, per="week", told_date=NOON.date())
    revision = home.submitted(
        summary="New words.", client_groups=[group.slug], fees=[fee(amount_to="1200.00")], languages=["Polish"],
        takes_council_funded=True, waiting_time="month", **{f"has_lift@{location.uuid}": True},
    )  # fmt: skip

    revisions.approve_revision(
        revision=revision, by=home.officer, at=LATER, seen=revisions.fingerprint(revision, at=LATER)
    )

    service = Service.objects.get(pk=home.service.pk)
    location.refresh_from_db()
    revision.refresh_from_db()
    assert (service.summary, service.languages, service.takes_council_funded) == ("New words.", ["Polish"], True)
    assert list(service.client_groups.all()) == [group]
    assert [(one.name, one.amount_from, one.amount_to) for one in service.fees.all()] == [("Single room", 1000, 1200)]
    assert location.has_lift is True
    assert (service.confirmed_at, service.checked_at) == (NOON, None)
    assert (revision.decision, revision.decided_by, revision.decided_at) == ("approved", home.officer, LATER)
    assert mails()[-1] == (home.person.email, "Your change to Home ours is live")
    told = AuditEvent.objects.get(action="service.changed")
    assert (told.by_id, told.organisation_label) == (home.officer.pk, "Council of ours")
    assert (told.before["summary"], told.after["summary"]) == ("Old words of ours.", "New words.")
    assert actions()[-1] == "revision.approved"


def test_approval_raises_the_versions_cached_pages_hang_on(home):
    revision = home.submitted(summary="New words.")
    connection.check_constraints()
    _, before = versions.read("services")

    home.approve(revision)

    connection.check_constraints()
    assert versions.read("services")[1] != before


def test_nothing_is_told_or_written_if_the_transaction_fails(home):
    revision = home.submitted(summary="New words.")
    told = OutgoingMail.objects.count()

    with pytest.raises(RuntimeError), transaction.atomic():
        home.approve(revision)
        raise RuntimeError

    assert OutgoingMail.objects.count() == told
    assert Service.objects.get(pk=home.service.pk).summary == "Old words of ours."
    assert not AuditEvent.objects.filter(action="revision.approved").exists()


def test_change_is_decided_once(home):
    revision = home.submitted(summary="New words.")
    home.approve(revision)

    with pytest.raises(AlreadyDone):
        home.approve(revision)
    with pytest.raises(AlreadyDone):
        revisions.send_back(revision=revision, reason="No.", by=home.officer, at=NOON)


def test_change_sent_back_keeps_the_words_and_tells_why(home):
    revision = home.submitted(summary="New words.")

    revisions.send_back(revision=revision, reason="  Say how many beds. ", by=home.officer, at=LATER)

    draft = drafts.open_draft(provider=home.provider, service=home.service, at=LATER)
    assert draft.revision.changes == {"summary": "New words."}
    assert (draft.last.decision, draft.last.reason) == ("sent_back", "  Say how many beds.")
    assert Service.objects.get(pk=home.service.pk).summary == "Old words of ours."
    assert mails()[-1] == (home.person.email, "Your change to Home ours came back")
    assert "Say how many beds." in OutgoingMail.objects.order_by("pk").last().text
    assert actions()[-1] == "revision.sent_back"


def test_change_is_not_sent_back_without_a_reason(home):
    revision = home.submitted(summary="New words.")

    with pytest.raises(DomainError, match="Say why"):
        revisions.send_back(revision=revision, reason=" \n", by=home.officer, at=NOON)

    revision.refresh_from_db()
    assert revision.is_waiting()


def test_who_has_left_the_provider_is_told_nothing(home):
    revision = home.submitted(summary="New words.")
    home.provider.representatives.all().delete()

    home.approve(revision)

    assert home.person.email not in dict(mails())


def test_difference_shows_what_was_live_then_and_now(home):
    revision = home.submitted(phone="01632 960009")
    Service.objects.filter(pk=home.service.pk).update(phone="01632 960005")  # As an import would.
    home.service.refresh_from_db()

    (change,) = drafts.open_draft(provider=home.provider, service=home.service, at=NOON).changes

    assert (change.was, change.old, change.new) == (["01632 960001"], ["01632 960005"], ["01632 960009"])
    assert revision.base == {"phone": "01632 960001"}


def test_what_changed_after_the_officer_looked_is_not_approved_unseen(home):
    revision = home.submitted(phone="01632 960009")
    seen = revisions.fingerprint(revision, at=NOON)
    Service.objects.filter(pk=home.service.pk).update(phone="01632 960005")

    with pytest.raises(DomainError, match="changed since you looked"):
        revisions.approve_revision(revision=revision, by=home.officer, at=NOON, seen=seen)

    assert Service.objects.get(pk=home.service.pk).phone == "01632 960005"


def test_change_that_does_not_fit_any_more_is_refused_with_reasons(home):
    revision = home.submitted(maximum_age=60)
    Service.objects.filter(pk=home.service.pk).update(minimum_age=65)

    with pytest.raises(NotReady) as refused:
        home.approve(revision)

    assert refused.value.missing == ["Oldest age: The oldest age cannot be below the youngest."]
    assert Service.objects.get(pk=home.service.pk).maximum_age is None


def test_change_to_a_building_that_has_gone_is_refused_with_the_reason(home):
    location = home.service.locations.get()
    revision = home.submitted(**{f"has_lift@{location.uuid}": True})
    home.service.locations.clear()

    with pytest.raises(NotReady) as refused:
        home.approve(revision)

    assert "does not belong to the service any more" in refused.value.missing[0]


def test_provider_changes_what_is_said_of_itself(home):
    save(home.provider, None, by=home.person, trading_name="We", registered_postcode="ca287ll")
    revision = revisions.submit_changes(provider=home.provider, service=None, by=home.person, at=NOON)

    home.approve(revision)

    home.provider.refresh_from_db()
    assert (home.provider.trading_name, home.provider.registered_postcode) == ("We", "CA28 7LL")
    assert mails()[-1][1] == "Your change to Provider ours is live"


# --- new services, and services that go ---


def proposal(home, **more):
    kind = home.service.types.get().slug
    building = {"address": "1 Street", "town": "Sampleton", "postcode": "ZZ1 1ZZ"}
    values = {"name": "New home", "types": [kind], "setting": "place", "building": building, **more}
    return revisions.propose_service(provider=home.provider, values=values, by=home.person, at=NOON)


def test_proposed_service_is_nobodys_to_see_until_it_is_approved(home):
    Postcode.objects.create(
        postcode="ZZ11ZZ", latitude=54.5, longitude=-3.5, country=Country.ENGLAND, council=home.place
    )
    service = proposal(home)
    assert not service.is_public(at=NOON)
    assert not service.locations.exists()
    revision = revisions.submit_changes(provider=home.provider, service=service, by=home.person, at=NOON)
    assert revision.organisation == home.council

    home.approve(revision)

    service = Service.objects.get(pk=service.pk)
    location = service.locations.get()
    assert service.is_public(at=NOON)
    assert (service.setting, service.types.count(), service.published_by) == ("place", 1, home.officer)
    assert (location.provider, location.postcode, location.latitude) == (home.provider, "ZZ1 1ZZ", 54.5)
    assert location.place == home.place


@pytest.mark.parametrize(
    ("more", "field"),
    [({"name": ""}, "name"), ({"types": ["none"]}, "types"), ({"building": {"postcode": "nowhere"}}, "building")],
)
def test_proposal_that_breaks_a_rule_leaves_nothing_behind(home, more, field):
    with pytest.raises(ProfileRefused) as refused:
        proposal(home, **more)

    assert list(refused.value.problems) == [field]
    assert list(Service.objects.all()) == [home.service]


def test_service_goes_only_once_the_council_agrees(home):
    revision = revisions.request_removal(provider=home.provider, service=home.service, by=home.person, at=NOON)
    assert Service.objects.get(pk=home.service.pk).is_public(at=NOON)
    assert revision.organisation == home.council

    home.approve(revision)

    service = Service.objects.get(pk=home.service.pk)
    assert (service.published_at, service.published_by) == (None, None)
    assert list(drafts.services_of(home.provider, at=NOON)) == [service]


def test_request_to_go_that_is_sent_back_leaves_no_draft(home):
    revision = revisions.request_removal(provider=home.provider, service=home.service, by=home.person, at=NOON)

    revisions.send_back(revision=revision, reason="People live there.", by=home.officer, at=NOON)

    assert not ProfileRevision.objects.open().exists()


def test_what_nobody_sees_cannot_be_asked_to_go(home):
    service = proposal(home)

    with pytest.raises(DomainError, match="Families do not see this service"):
        revisions.request_removal(provider=home.provider, service=service, by=home.person, at=NOON)


def test_councils_own_drafts_are_not_the_providers_to_see(home):
    ServiceFactory(provider=home.provider, published_at=None)
    thrown_away = proposal(home)
    revisions.discard_changes(provider=home.provider, service=thrown_away, by=home.person, at=NOON)

    assert list(drafts.services_of(home.provider, at=NOON)) == [home.service]


# --- moving ---


def test_building_that_moves_stands_where_its_new_postcode_is(home):
    area = PlaceFactory(kind=Place.Kind.COUNCIL)
    Postcode.objects.create(postcode="ZZ22ZZ", latitude=53.5, longitude=-2.5, country=Country.ENGLAND, council=area)
    location = home.service.locations.get()
    Location.objects.filter(pk=location.pk).update(latitude=54.5, longitude=-3.5)

    home.approve(home.submitted(**{f"postcode@{location.uuid}": "zz2 2zz"}))

    location.refresh_from_db()
    assert (location.postcode, location.latitude, location.longitude) == ("ZZ2 2ZZ", 53.5, -2.5)
    assert location.place == area


def test_building_that_moves_to_where_nobody_knows_stands_nowhere(home):
    location = home.service.locations.get()
    Location.objects.filter(pk=location.pk).update(latitude=54.5, longitude=-3.5)

    home.approve(home.submitted(**{f"postcode@{location.uuid}": "ZZ9 9ZZ"}))

    location.refresh_from_db()
    assert (location.latitude, location.longitude, location.place) == (None, None, None)


# --- whose council ---


def test_home_is_the_council_of_the_postcode_before_the_place(home):
    area = PlaceFactory(kind=Place.Kind.COUNCIL, gss_code="E06000001")
    council = OrganisationFactory(gss_code="E06000001")
    OfficerFactory(organisation=council)
    Postcode.objects.create(postcode="ZZ22ZZ", latitude=53.5, longitude=-2.5, country=Country.ENGLAND, council=area)
    assert home_organisation(home.service) == home.council

    home.service.locations.update(postcode="ZZ2 2ZZ")

    assert home_organisation(home.service) == council


def test_home_of_what_comes_to_people_is_that_of_the_office(home):
    Postcode.objects.create(
        postcode="ZZ22ZZ", latitude=53.5, longitude=-2.5, country=Country.ENGLAND, council=home.place
    )
    provider = ProviderFactory(registered_postcode="ZZ2 2ZZ")
    service = ServiceFactory(provider=provider, setting="home")

    assert (home_organisation(service), home_organisation(provider)) == (home.council, home.council)


def test_where_nobody_knows_the_place_the_council_that_keeps_the_entry_decides(home):
    provider = ProviderFactory(organisation=home.council)

    assert home_organisation(provider) == home.council
    assert home_organisation(ServiceFactory(provider=provider)) == home.council
    assert home_organisation(ServiceFactory(provider=None)) is None


@pytest.mark.parametrize("left", ["nobody", "a viewer", "an editor", "a closed account"])
def test_operators_decide_where_the_council_has_nobody_who_may(home, left):
    Officer.objects.all().delete()
    if left == "a closed account":
        OfficerFactory(organisation=home.council, user__is_active=False)
    elif left != "nobody":
        OfficerFactory(organisation=home.council, role=left.split()[-1])
    operator = UserFactory(is_superuser=True)

    revision = home.submitted(summary="New words.")

    assert home_council(home.service) == home.council
    assert home_organisation(home.service) is None
    assert revision.organisation is None
    assert mails() == [(operator.email, "A change to Home ours waits for you")]


# --- in words ---


def test_difference_is_told_in_plain_words(home):
    old, new = ClientGroupFactory(name="Carers"), ClientGroupFactory(name="Older people")
    home.service.client_groups.add(old)
    Service.objects.filter(pk=home.service.pk).update(description=("A long text. " * 10).strip())
    home.service.refresh_from_db()
    home.draft(
        client_groups=[new.slug], takes_council_funded=False, setting="home", fees=[fee()],
        description="A long text. " * 9 + "A new text.",
    )  # fmt: skip

    changes = {one.name: one for one in drafts.open_draft(
        provider=home.provider, service=home.service, at=NOON).changes}  # fmt: skip

    assert (changes["client_groups"].removed, changes["client_groups"].added) == (["Carers"], ["Older people"])
    assert (changes["takes_council_funded"].old, changes["takes_council_funded"].new) == (["Not told"], ["No"])
    assert (changes["setting"].old, changes["setting"].new) == (["Not told"], ["Comes to you"])
    assert changes["fees"].added == ["Single room: £1,000 a week (told 18 November 2026)."]
    marked = [(piece.text, piece.how) for piece in changes["description"].pieces if piece.how != "same"]
    assert marked == [("long", "removed"), ("new", "added")]


def test_completeness_names_what_is_missing_and_what_to_do_next(home):
    values = drafts.open_draft(provider=home.provider, service=home.service, at=NOON).values

    told = {one.section.key: one for one in profile.completeness(home.service, values)}

    assert [field.label for field in told["staffing"].missing] == [
        "Who is there by day and by night", "Registered manager",
    ]  # fmt: skip
    assert (told["contact"].told, told["contact"].asked) == (2, 8)
    assert profile.next_step(list(told.values())).section.key == "who"


def test_fee_rows_are_kept_by_name(home):
    home.approve(home.submitted(fees=[fee(), fee(name="Double room")]))
    first = Fee.objects.get(name="Single room")

    home.approve(home.submitted(fees=[fee(amount_from="1100")]))

    assert Fee.objects.get().pk == first.pk
    assert Fee.objects.get().amount_from == 1100
