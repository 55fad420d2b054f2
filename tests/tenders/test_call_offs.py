"""Call-offs for members only: found by the members and the buyers, and by nobody else in any output."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from commissioning.acting import SESSION_KEY
from core import clock
from core.dates import parse
from tenders.models import Opportunity, OpportunityPartner
from tenders.services.releases import record_release
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import ServiceTypeFactory, UserFactory
from tests.factories.providers import ProviderFactory, RepresentativeFactory
from tests.factories.strategies import MessageFactory
from tests.factories.tenders import (
    AddendumFactory,
    AdmissionFactory,
    AwardFactory,
    AwardSupplierFactory,
    ContractFactory,
    DateChangeFactory,
    DocumentFactory,
    FrameworkFactory,
    LotFactory,
    NoticeFactory,
    OpportunityFactory,
    OpportunityLotFactory,
    QuestionFactory,
    SuspensionFactory,
)
from tests.tenders.outputs import public_addresses, texts

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
CANARY = "Wrenfield"


def call_off(**fields):
    at = clock.now()
    framework = fields.pop("framework", None) or FrameworkFactory(published_at=at - DAY)
    return OpportunityFactory(
        **{
            "title": f"{CANARY} mini-competition",
            "reference": f"{CANARY.lower()}-1",
            "framework": framework,
            "organisation": framework.organisation,
            "is_members_only": True,
            "published_at": at - DAY,
            "opens_at": at - DAY,
            "closes_at": at + 9 * DAY,
            "questions_close_at": at + DAY,
            "summary": f"{CANARY} needs",
            **fields,
        }
    )


def member_of(framework, **fields):
    """A person who represents a provider on the framework."""
    person = RepresentativeFactory(provider=ProviderFactory())
    AdmissionFactory(framework=framework, provider=person.provider, **fields)
    return person


def seen_by(provider):
    return set(Opportunity.objects.for_members(provider=provider, at=clock.now()))


def test_member_sees_it_and_the_public_does_not():
    row = call_off()
    member, stranger = member_of(row.framework), RepresentativeFactory()

    assert seen_by(member.provider) == {row}
    assert seen_by(stranger.provider) == set()
    assert not Opportunity.objects.public(at=clock.now()).exists()
    assert not Opportunity.objects.listed(at=clock.now()).exists()
    assert not row.is_public(at=clock.now())


@pytest.mark.parametrize(
    ("facts", "is_seen"),
    [
        ({}, True),
        ({"since": parse("1 January 2020")}, True),
        ({"since": parse("1 January 2990")}, False),
        ({"until": parse("1 January 2020")}, False),
    ],
)
def test_only_current_members_see_it(facts, is_seen):
    row = call_off()
    person = member_of(row.framework, **facts)

    assert (row in seen_by(person.provider)) is is_seen


@pytest.mark.parametrize(
    ("from_in", "until_in", "lifted", "is_seen"),
    [
        (-1, None, False, False),
        (-1, 1, False, False),
        (-3, -2, False, True),
        (2, None, False, True),
        (-1, None, True, True),
    ],
)
def test_suspended_member_sees_no_new_work(from_in, until_in, lifted, is_seen):
    at, row = clock.now(), call_off()
    person = member_of(row.framework)
    SuspensionFactory(
        admission=row.framework.admissions.get(),
        from_date=(at + from_in * DAY).date(),
        until_date=(at + until_in * DAY).date() if until_in else None,
        lifted_at=at - DAY / 2 if lifted else None,
    )

    assert (row in seen_by(person.provider)) is is_seen
    admission = row.framework.admissions.get()
    assert (admission.suspension(at=at) is None) is is_seen


def test_call_off_of_a_lot_is_for_that_lots_members():
    framework = FrameworkFactory()
    ours, theirs = LotFactory(framework=framework), LotFactory(framework=framework)
    row = call_off(framework=framework, framework_lot=ours)

    seen = [
        row in seen_by(member_of(framework, **lot).provider) for lot in ({"lot": ours}, {"lot": theirs}, {"lot": None})
    ]

    assert seen == [True, False, True]


def test_draft_and_embargoed_call_offs_are_for_nobody():
    framework = FrameworkFactory()
    person = member_of(framework)
    call_off(framework=framework, published_at=None, reference="draft")
    call_off(framework=framework, published_at=clock.now() + DAY, reference="later")

    assert seen_by(person.provider) == set()


def as_person(user, organisation=None):
    client = Client()
    client.force_login(user)
    if organisation is not None:
        session = client.session
        session[SESSION_KEY] = organisation.pk
        session.save()
    return client


def test_its_page_is_there_for_members_and_buyers_and_private():
    row = call_off()
    partner, other = OrganisationFactory(), OrganisationFactory()
    OpportunityPartner.objects.create(opportunity=row, organisation=partner)
    people = {
        "member": member_of(row.framework).user,
        "officer": OfficerFactory(organisation=row.organisation).user,
        "partner": OfficerFactory(organisation=partner).user,
        "other council": OfficerFactory(organisation=other).user,
        "other provider": RepresentativeFactory().user,
        "nobody": UserFactory(),
    }

    answers = {name: as_person(user).get(row.get_absolute_url()) for name, user in people.items()}
    answers["stranger"] = Client().get(row.get_absolute_url())

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "member": 200, "officer": 200, "partner": 200, "other council": 404, "other provider": 404, "nobody": 404,
        "stranger": 404,
    }  # fmt: skip
    assert {one["Cache-Control"] for one in answers.values() if one.status_code == 200} == {"private, no-store"}
    assert [
        name for name, answer in answers.items() if answer.status_code == 404 and CANARY in answer.content.decode()
    ] == []


def test_members_find_it_on_the_framework_and_in_their_workspace():
    row = call_off()
    over = call_off(framework=row.framework, reference="over", title="Over", closes_at=clock.now() - DAY / 2,
                    questions_close_at=None)  # fmt: skip
    member, stranger = as_person(member_of(row.framework).user), as_person(RepresentativeFactory().user)
    framework, workspace = row.framework.get_absolute_url(), reverse("providers:workspace")

    pages = [
        client.get(url).content.decode() for client in (member, stranger, Client()) for url in (framework, workspace)
    ]

    assert [row.title in page for page in pages] == [True, True, False, False, False, False]
    assert [f">{over.title}<" in page for page in pages] == [True, False, False, False, False, False]


def test_only_members_ask_about_it():
    row = call_off()
    member, stranger = as_person(member_of(row.framework).user), Client()
    url = reverse("tenders:question_ask", args=[row.reference])
    typed = {"question": "Does it count travel?", "name": "A", "organisation_name": "B", "email": "a@b.example"}

    answers = [client.post(url, typed).status_code for client in (stranger, member)]

    assert answers == [404, 302]
    assert row.questions.count() == 1


def test_no_public_output_knows_of_it():
    old, new = ContractFactory(title="Old contract"), ContractFactory(title="New contract")
    row = call_off(is_sample=False, replaces_contract=old, contract=new)
    row.types.add(kind := ServiceTypeFactory())
    OpportunityLotFactory(opportunity=row, title=f"{CANARY} part")
    NoticeFactory(opportunity=row, number=CANARY)
    AddendumFactory(opportunity=row, text=f"{CANARY} changes")
    DocumentFactory(opportunity=row, title=f"{CANARY} paper", url=f"https://{CANARY}.example/")
    DateChangeFactory(opportunity=row, reason=f"{CANARY} takes longer")
    AwardSupplierFactory(award=AwardFactory(opportunity=row), provider=None, name_as_stated=f"{CANARY} homes")
    MessageFactory().opportunities.add(row)
    QuestionFactory(opportunity=row, is_answered=True, question_public=f"{CANARY} asked?")
    record_release(row, at=clock.now())
    public = OpportunityFactory(
        organisation=row.organisation,
        framework=row.framework,
        published_at=row.published_at,
        title="Known to all",
        renews=row,
    )
    public.types.add(kind)
    record_release(public, at=clock.now())
    # As a commit would: now the search's rows are as they would be.
    connection.check_constraints()
    known = {
        "reference": [row.reference, public.reference, old.reference, new.reference],
        "slug": [row.framework.slug, row.organisation.slug],
        "ocid": [row.ocid, public.ocid],
        "kind": ["opportunity", "framework", "organisation"],
        "pk": [row.pk],
    }

    answers = texts(public_addresses(known))
    searched = texts(
        [reverse("tenders:opportunities") + f"?q={CANARY}", reverse("tenders:frameworks") + f"?q={CANARY}"]
    )

    for url in (public.get_absolute_url(), reverse("tenders:opportunities"), row.framework.get_absolute_url()):
        assert "Known to all" in answers[url]
    assert len(answers) > 40
    leaks = [url for url, text in answers.items() if CANARY.lower() in text.replace(url, "").lower()]
    assert leaks == []
    assert [url for url, text in searched.items() if f"{CANARY} mini" in text or row.reference in text] == []
