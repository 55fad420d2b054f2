"""Can I join today? Told lot by lot, the same in Python and in SQL; and what still fails, in words."""

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction

from core import clock
from core.models import AuditEvent, OutgoingMail
from tenders import services
from tenders.eligibility import Candidate, check, public_services
from tenders.models import Admission, EntryCondition, Framework, Lot, Suspension
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import PlaceFactory, ServiceTypeFactory, UserFactory
from tests.factories.providers import LocationFactory, ProviderFactory, RepresentativeFactory, ServiceFactory
from tests.factories.tenders import AdmissionFactory, EntryConditionFactory, FrameworkFactory, LotFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
TODAY = NOON.date()
Kind = EntryCondition.Kind
Status = Framework.Status


def window(opens, closes):
    return {
        "joining": "window",
        "opens_at": NOON + opens * DAY,
        "closes_at": None if closes is None else NOON + closes * DAY,
    }


@pytest.mark.parametrize(
    ("framework", "lot", "members", "expected"),
    [
        ({"joining": "always"}, {}, 0, Status.OPEN),
        ({"joining": "always"}, {"joining": "closed"}, 0, Status.CLOSED),
        ({"joining": "closed"}, {"joining": "always"}, 0, Status.OPEN),
        ({"joining": "closed"}, {}, 0, Status.CLOSED),
        ({"joining": "closed", "reopens": "Spring 2030"}, {}, 0, Status.REOPENS),
        ({"joining": "closed", "reopens": "Spring 2020"}, {}, 0, Status.CLOSED),
        ({"joining": "closed"}, {"reopens": "Spring 2030"}, 0, Status.REOPENS),
        ({}, window(-1, 1), 0, Status.OPEN),
        ({}, window(-1, None), 0, Status.OPEN),
        ({}, window(1, 2), 0, Status.OPENS),
        ({}, window(-2, -1), 0, Status.CLOSED),
        ({}, window(-2, 0), 0, Status.CLOSED),  # at the very moment it closes
        (window(-1, 1), {}, 0, Status.OPEN),
        ({"joining": "unknown"}, {}, 0, Status.RUNNING),
        ({"joining": "always"}, {"maximum_providers": 2}, 1, Status.OPEN),
        ({"joining": "always"}, {"maximum_providers": 2}, 2, Status.FULL),
        ({"joining": "closed"}, {"maximum_providers": 1}, 1, Status.CLOSED),
        ({"joining": "always", "ends": "31 March 2020"}, {}, 0, Status.EXPIRED),
        ({"joining": "always", "starts": "1 April 2040"}, {}, 0, Status.PLANNED),
    ],
)
def test_the_state_of_a_lot_in_python_and_in_sql(framework, lot, members, expected):
    lot = LotFactory(framework=FrameworkFactory(**framework), **lot)
    AdmissionFactory.create_batch(members, framework=lot.framework, lot=lot)

    row = Lot.objects.with_members(at=NOON).select_related("framework").get(pk=lot.pk)
    status = row.status(at=NOON, members=row.members)
    open_lots = Lot.objects.open_to_join(at=NOON)
    open_frameworks = Framework.objects.open_to_join(at=NOON)

    assert status == expected
    assert open_lots.filter(pk=lot.pk).exists() is (expected == Status.OPEN)
    assert open_frameworks.filter(pk=lot.framework_id).exists() is (expected == Status.OPEN)


def test_a_framework_without_lots_is_open_by_itself():
    framework = FrameworkFactory(joining="always")
    FrameworkFactory(joining="closed")

    assert list(Framework.objects.open_to_join(at=NOON)) == [framework]


def test_only_who_is_on_a_lot_today_takes_a_place():
    lot = LotFactory(maximum_providers=5)
    for dates in ({}, {"until": "2020"}, {"since": "2040"}, {"since": "2020", "until": "2040"}):
        AdmissionFactory(framework=lot.framework, lot=lot, **dates)

    row = Lot.objects.with_members(at=NOON).get(pk=lot.pk)

    assert row.members == 2
    assert row.places_left(members=row.members) == 3
    assert sum(one.is_current(at=NOON) for one in Admission.objects.all()) == 2


def test_an_open_framework_names_the_last_day_to_re_open():
    framework = FrameworkFactory(kind="open_framework", regime="light_touch", starts="1 April 2025")
    other = FrameworkFactory(kind="framework", regime="light_touch", starts="1 April 2025")

    assert framework.re_award_by() == dt.date(2028, 3, 31)
    assert other.re_award_by() is None


@pytest.mark.parametrize("facts", [{"opens_at": NOON}, {"joining": "window", "opens_at": NOON, "closes_at": NOON}])
def test_the_database_refuses_a_window_that_cannot_be(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        LotFactory(**facts)


# --- the page and the list ---


def test_the_page_tells_lot_by_lot_and_who_gets_no_placements(client):
    framework = FrameworkFactory(joining="always")
    lot = LotFactory(framework=framework, title="North", maximum_providers=3)
    LotFactory(framework=framework, title="South", joining="closed", reopens="Spring 2040")
    admission = AdmissionFactory(framework=framework, lot=lot, is_bidding=True)
    AdmissionFactory(framework=framework, lot=lot, is_bidding=False)
    Suspension.objects.create(admission=admission, from_date=TODAY - DAY, reason="Secret reason", made_at=NOON)
    EntryConditionFactory(framework=framework, kind=Kind.CQC_RATING, rating="good")

    page = client.get(framework.get_absolute_url()).content.decode()

    assert "1 place left" in page
    assert "About Spring 2040" in page
    assert "no new placements at present" in page
    assert "1 of 2 bid for call-offs (50%)" in page
    assert "No service rated below Good" in page
    assert page.count("2, listed below") == 2
    assert "Entry conditions" not in page
    assert "Secret reason" not in page


def test_the_list_is_narrowed_to_what_is_open_now(client):
    FrameworkFactory(joining="always", title="Open one")
    FrameworkFactory(joining="closed", title="Closed one")

    page = client.get("/frameworks/", {"joining": "now"}).content.decode()

    assert "Open one" in page
    assert "Closed one" not in page


def test_the_page_costs_the_same_for_one_lot_and_for_many(client, django_assert_max_num_queries):
    framework = FrameworkFactory()
    for lot in LotFactory.create_batch(12, framework=framework):
        AdmissionFactory.create_batch(2, framework=framework, lot=lot)

    with django_assert_max_num_queries(20):
        response = client.get(framework.get_absolute_url())

    assert response.status_code == 200


# --- the self-check ---


def put(condition, provider, *, types=(), places=()):
    candidate = Candidate(provider, public_services(provider, at=NOON), types, places, NOON)
    return check([condition], candidate)[0]


def condition(kind, **facts):
    return EntryConditionFactory(kind=kind, **facts)


def test_a_current_profile_is_needed_as_families_see_it():
    provider = ProviderFactory()
    rule = condition(Kind.PROFILE_CURRENT)

    none = put(rule, provider)
    service = ServiceFactory(provider=provider, name="Elm House", confirmed_at=None)
    unconfirmed = put(rule, provider)
    service.confirmed_at = NOON - DAY
    service.save()
    current = put(rule, provider)

    assert none.meets is False
    assert "Propose it" in none.words
    assert unconfirmed.meets is False
    assert "Elm House" in unconfirmed.words
    assert current.meets is True


def test_a_draft_service_counts_for_nothing():
    provider = ProviderFactory()
    ServiceFactory(provider=provider, confirmed_at=NOON, published_at=None, name="Draft House")

    found = put(condition(Kind.PROFILE_CURRENT), provider)

    assert found.meets is False
    assert "Draft House" not in found.words


def test_registration_with_the_regulator_and_as_a_body():
    bare, full = ProviderFactory(), ProviderFactory(cqc_provider_id="1-101", company_number="00000001")

    assert put(condition(Kind.CQC_REGISTERED), bare).meets is False
    assert put(condition(Kind.CQC_REGISTERED), full).meets is True
    assert put(condition(Kind.REGISTERED_BODY), bare).meets is False
    assert put(condition(Kind.REGISTERED_BODY), full).meets is True


@pytest.mark.parametrize(
    ("value", "meets"),
    [("outstanding", True), ("good", True), ("requires_improvement", False), ("inadequate", False), (None, None)],
)
def test_a_service_rated_below_fails_and_one_without_a_rating_does_not(value, meets):
    service = ServiceFactory(name="Elm House")
    if value:
        service.ratings.create(value=value)

    found = put(condition(Kind.CQC_RATING, rating="good"), service.provider)

    assert found.meets is meets
    if meets is not True:
        assert "Elm House" in found.words


def test_the_type_of_care_counts_with_those_below_it():
    parent = ServiceTypeFactory(slug="homes")
    child = ServiceTypeFactory(slug="nursing", parent=parent)
    other = ServiceTypeFactory(slug="meals")
    service = ServiceFactory()
    service.types.add(child)

    assert put(condition(Kind.OFFERS_TYPE), service.provider, types=[parent]).meets is True
    assert put(condition(Kind.OFFERS_TYPE), service.provider, types=[other]).meets is False
    assert put(condition(Kind.OFFERS_TYPE), service.provider).meets is None


def test_a_place_is_served_by_standing_there_or_by_serving_it_or_what_holds_it():
    council = PlaceFactory(slug="shire")
    town = PlaceFactory(slug="shire-town", parent=council)
    elsewhere = PlaceFactory(slug="elsewhere")
    stands, comes, neither = ProviderFactory(), ProviderFactory(), ProviderFactory()
    ServiceFactory(provider=stands).locations.add(LocationFactory(provider=stands, place=town))
    ServiceFactory(provider=comes).areas_served.add(council)
    ServiceFactory(provider=neither).areas_served.add(elsewhere)
    rule = condition(Kind.SERVES_PLACE)

    assert put(rule, stands, places=[council]).meets is True
    assert put(rule, comes, places=[town]).meets is True
    assert put(rule, neither, places=[council]).meets is False
    assert put(rule, neither).meets is None


def test_a_statement_cannot_be_checked_here():
    assert put(condition(Kind.STATEMENT, text="Two references"), ProviderFactory()).meets is None


@pytest.mark.parametrize(
    "facts", [{"kind": "cqc_rating"}, {"kind": "statement"}, {"kind": "offers_type", "rating": "good"}]
)
def test_the_database_refuses_a_condition_that_says_nothing(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        EntryConditionFactory(**facts)


def test_a_providers_people_read_what_fails_and_nobody_else_does(client):
    framework = FrameworkFactory(joining="always")
    EntryConditionFactory(framework=framework, kind=Kind.REGISTERED_BODY)
    mine = RepresentativeFactory()
    RepresentativeFactory(provider=ProviderFactory(name="Another provider", company_number="00000001"))
    address = f"{framework.get_absolute_url()}check/"

    stranger = client.get(address)
    client.force_login(mine.user)
    page = client.get(address)

    assert stranger.status_code == 302
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    assert "neither a company nor a charity number" in page.content.decode()
    assert "Another provider" not in page.content.decode()


def test_lots_that_ask_the_same_of_a_provider_are_told_together(client):
    framework = FrameworkFactory(joining="always")
    for title in ("North", "South", "Moor"):
        LotFactory(framework=framework, title=title, joining="closed" if title == "South" else "")
    EntryConditionFactory(framework=framework, kind=Kind.REGISTERED_BODY)
    EntryConditionFactory(
        framework=framework, kind=Kind.STATEMENT, text="A 4x4", lot=framework.lots.get(title="Moor"), rating=""
    )
    client.force_login(RepresentativeFactory().user)

    page = client.get(f"{framework.get_absolute_url()}check/").content.decode()

    headings = re.findall(r'id="part-\d+">([^<]+)</h2>', page)
    assert headings == ["North; South", "Moor"]
    assert page.count("A 4x4") == 1
    assert page.count("Closed to newcomers") == 1


def test_a_framework_that_is_not_public_has_no_check(client):
    framework = FrameworkFactory(published_at=None)
    client.force_login(RepresentativeFactory().user)

    assert client.get(f"{framework.get_absolute_url()}check/").status_code == 404


# --- suspension ---


def suspend(admission, from_date=TODAY, until=None, reason="Safeguarding enquiry.", by=None):
    return services.suspend(admission=admission, from_date=from_date, until_date=until, reason=reason, by=by, at=NOON)


def test_a_suspension_stops_placements_and_tells_the_providers_people_why():
    person = RepresentativeFactory(user=UserFactory(email="keeper@provider.example"))
    admission = AdmissionFactory(provider=person.provider)

    suspend(admission)

    assert admission.suspension(at=NOON) is not None
    sent = OutgoingMail.objects.get()
    assert sent.to == "keeper@provider.example"
    assert "Safeguarding enquiry." in sent.text
    assert AuditEvent.objects.filter(action="admission.suspended").count() == 1


@pytest.mark.parametrize(
    ("from_day", "until_day", "holds"), [(0, None, True), (1, None, False), (-5, -1, False), (-5, 0, True)]
)
def test_a_suspension_holds_from_its_first_to_its_last_day(from_day, until_day, holds):
    admission = AdmissionFactory()

    suspend(admission, TODAY + from_day * DAY, None if until_day is None else TODAY + until_day * DAY)

    assert (admission.suspension(at=NOON) is not None) is holds


def test_lifting_ends_it_and_is_done_once():
    admission = AdmissionFactory()
    made = suspend(admission)

    services.lift(suspension=made, by=None, at=NOON)

    assert Admission.objects.get(pk=admission.pk).suspension(at=NOON) is None
    with pytest.raises(services.memberships.AlreadyDone):
        services.lift(suspension=made, by=None, at=NOON)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [({"reason": " "}, "Say why"), ({"until": TODAY - DAY}, "on or after"), ({}, "suspended for some of these days")],
)
def test_a_suspension_that_cannot_be_is_refused_and_nobody_is_told(facts, refusal):
    admission = AdmissionFactory(provider=RepresentativeFactory().provider)
    Suspension.objects.create(admission=admission, from_date=TODAY - 9 * DAY, reason="Earlier", made_at=NOON)

    with pytest.raises(services.SuspensionRefused, match=refusal):
        suspend(admission, **facts)

    assert Suspension.objects.count() == 1
    assert not OutgoingMail.objects.exists()


def test_an_officer_suspends_and_lifts_and_another_councils_officer_finds_nothing(client):
    publisher, other = OfficerFactory(role="publisher"), OfficerFactory(role="publisher")
    admission = AdmissionFactory(framework=FrameworkFactory(organisation=publisher.organisation))
    address = f"/admin/tenders/admission/{admission.pk}/action"
    data = {"from_date": "2026-01-05", "reason": "Safeguarding enquiry."}

    client.force_login(other.user)
    refused = client.post(f"{address}/suspend/", data)
    client.force_login(publisher.user)
    suspended = client.post(f"{address}/suspend/", data)
    lifted = client.post(f"{address}/lift/")

    assert [refused.status_code, suspended.status_code, lifted.status_code] == [404, 302, 302]
    assert Suspension.objects.get().lifted_at is not None
    assert admission.suspension(at=clock.now()) is None
