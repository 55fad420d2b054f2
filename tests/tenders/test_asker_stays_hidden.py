"""Who asked a question is known to the buyer's officers, and stands in no output for anybody else."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse

from commissioning.acting import SESSION_KEY
from core import clock
from core.models import AuditEvent, OutgoingMail
from tenders import services
from tenders.models import Asker, OpportunityPartner, Question
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory, RepresentativeFactory
from tests.factories.tenders import FrameworkFactory, OpportunityFactory, OpportunityLotFactory
from tests.tenders.outputs import public_addresses, texts, whole

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
# Nothing of the asker is said without this word: name, address, organisation, and the question's own words.
CANARY = "larkspurton"


@pytest.fixture
def told():
    """A tender about which a provider's person asked twice, a stranger once, and that has answered one of each."""
    at = clock.now()
    buyer = OfficerFactory(role="administrator")
    framework = FrameworkFactory(organisation=buyer.organisation, published_at=at - DAY)
    opportunity = OpportunityFactory(
        organisation=buyer.organisation, framework=framework, owner=buyer, published_at=at - DAY, opens_at=at - DAY,
        closes_at=at + 9 * DAY, questions_close_at=at + DAY, answers_by_at=at + 2 * DAY,
    )  # fmt: skip
    lot = OpportunityLotFactory(opportunity=opportunity)
    person = RepresentativeFactory(
        user=UserFactory(email=f"keeper@{CANARY}.example", name=f"Keeper {CANARY}"),
        provider=ProviderFactory(name=f"{CANARY} Homes", slug=f"{CANARY}-homes", published_at=None),
    )
    client = Client()
    client.force_login(person.user)
    ask = reverse("tenders:question_ask", args=[opportunity.reference])
    for _ in range(2):
        client.post(ask, {"question": f"We at {CANARY} ask this.", "lot": lot.pk})
    Client().post(
        ask,
        {"question": f"And {CANARY} asks that.", "name": f"Mo {CANARY}", "organisation_name": f"{CANARY} Ltd",
         "email": f"mo@{CANARY}.example"},
    )  # fmt: skip
    stranger = Asker.objects.get(email=f"mo@{CANARY}.example")
    services.questions._pass_on(stranger, opportunity, at=at)
    first, second, third = Question.objects.order_by("number")
    services.answer_question(question=first, question_public="Is it paid?", answer="Yes.", by=buyer.user, at=at)
    services.decline_question(question=second, reason=f"{CANARY} knows it.", by=buyer.user, at=at)
    services.answer_question(question=third, question_public="Is it long?", answer="No.", by=buyer.user, at=at)
    # As a commit would: now the search's rows are as they would be.
    connection.check_constraints()
    return {"opportunity": opportunity, "buyer": buyer, "asker": person.user}


def leaks(found):
    return [name for name, text in found.items() if CANARY in text.lower()]


def known(opportunity):
    return {
        "reference": [opportunity.reference],
        "slug": [opportunity.organisation.slug, opportunity.framework.slug],
        "ocid": [opportunity.ocid],
        "kind": ["opportunity", "framework", "organisation"],
    }


def signed_in(user, organisation=None):
    client = Client()
    client.force_login(user)
    if organisation is not None:
        session = client.session
        session[SESSION_KEY] = organisation.pk
        session.save()
    return client


def test_there_is_something_to_leak(told):
    assert Asker.objects.filter(question__isnull=False).count() == 3
    assert all(
        CANARY in f"{one.email} {one.question_asked} {one.organisation_name}".lower() for one in Asker.objects.all()
    )


def test_public_pages_feeds_and_files_say_nothing(told):
    found = texts(public_addresses(known(told["opportunity"])))

    assert "Is it paid?" in found[told["opportunity"].get_absolute_url()]
    assert leaks(found) == []


@pytest.mark.parametrize("who", ["provider", "other council", "partner council", "nobody"])
def test_signed_in_people_read_nothing_either(told, who):
    partner = OrganisationFactory()
    OpportunityPartner.objects.create(opportunity=told["opportunity"], organisation=partner)
    user = {
        "provider": lambda: RepresentativeFactory().user,
        "other council": lambda: OfficerFactory(role="administrator").user,
        "partner council": lambda: OfficerFactory(role="administrator", organisation=partner).user,
        "nobody": UserFactory,
    }[who]()

    found = texts(public_addresses(known(told["opportunity"])), signed_in(user))

    assert leaks(found) == []


def workspace(client):
    """Every list, form and history that a person can open for any row of any register."""
    found = {"/admin/": whole(client.get("/admin/"))}
    for model in admin.site._registry:
        names = (model._meta.app_label, model._meta.model_name)
        urls = [reverse("admin:{}_{}_changelist".format(*names))]
        for pk in model._default_manager.order_by("pk").values_list("pk", flat=True)[:20]:
            urls += [reverse("admin:{}_{}_{}".format(*names, page), args=[pk]) for page in ("change", "history")]
            if names == ("tenders", "question"):
                urls.append(reverse("admin:tenders_question_action", args=[pk, "answer_it"]))
        for url in urls:
            found[url] = whole(client.get(url))
    return found


def test_officers_of_other_councils_find_nothing(told):
    partner = OrganisationFactory()
    OpportunityPartner.objects.create(opportunity=told["opportunity"], organisation=partner)
    for organisation in (partner, OrganisationFactory()):
        officer = OfficerFactory(role="administrator", organisation=organisation)

        assert leaks(workspace(signed_in(officer.user))) == []


def test_operator_who_acts_for_no_council_reads_neither_asker_nor_question(told):
    operator = UserFactory(is_superuser=True)

    found = workspace(signed_in(operator))

    pages = {url: text for url, text in found.items() if "/tenders/" in url or "audit" in url}
    # The reason for declining is the officers' own words.
    assert leaks({url: text.replace(f"{CANARY} knows it.", "") for url, text in pages.items()}) == []


def test_buyers_officer_reads_both_on_the_question(told):
    client = signed_in(told["buyer"].user)
    question = Question.objects.get(number=3)

    page = client.get(reverse("admin:tenders_question_change", args=[question.pk])).content.decode()

    for words in (f"Mo {CANARY}, {CANARY} Ltd", f"mo@{CANARY}.example", f"And {CANARY} asks that.", "Is it long?"):
        assert words in page


def test_trail_and_histories_name_nobody(told):
    assert leaks({event["action"]: str(event) for event in AuditEvent.objects.values()}) == []
    assert leaks({entry["id"]: str(entry) for entry in LogEntry.objects.values()}) == []
    received = AuditEvent.objects.filter(action="question.received")
    assert set(received.values_list("by_id", flat=True)) == {None}
    # The account's number would tell as much as its name.
    assert not AuditEvent.objects.filter(by_id=told["asker"].pk, object_kind__startswith="tenders.").exists()


def test_mails_to_others_name_nobody(told):
    others = {
        mail.pk: f"{mail.key} {mail.subject} {mail.text} {mail.headers}"
        for mail in OutgoingMail.objects.all()
        if CANARY not in mail.to
    }

    assert others
    assert leaks(others) == []


def test_no_other_table_holds_them(told):
    """Releases, search rows, alerts: whatever is made of a question is made without its asker."""
    holders = {"tenders.Asker", "core.OutgoingMail", "core.User", "providers.Provider", "tenders.Question"}
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label in holders or model._meta.app_label not in {"tenders", "core", "commissioning"}:
            continue
        found[model._meta.label] = str(list(model._base_manager.values()[:200]))

    assert [label for label in leaks(found) if not label.startswith("core.Search")] == []
    assert leaks({one.pk: f"{one} {one.question_public} {one.answer}" for one in Question.objects.all()}) == []
