"""How bids are judged: weights that sum to 100, social value against the minimum, a panel without names."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from core import clock
from core.models import AuditEvent
from tenders import services
from tenders.clocks import State
from tenders.duties import duties
from tenders.evaluation import below_minimum, panel, parts, social_value_weights, wrong_sums
from tenders.models import Addendum, Criterion, Notice, Regime
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.tenders import (
    CriterionFactory,
    NoticeFactory,
    OpportunityFactory,
    OpportunityLotFactory,
    PanelSeatFactory,
)

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def test_database_refuses_weights_that_do_not_sum_to_100_and_says_of_what():
    opportunity = OpportunityFactory()
    lot = OpportunityLotFactory(opportunity=opportunity, number="Lot 2", title="The dales")
    CriterionFactory(opportunity=opportunity, lot=lot, weight=60)
    CriterionFactory(opportunity=opportunity, lot=lot, weight=Decimal("39.99"))
    CriterionFactory(opportunity=opportunity)

    with (
        pytest.raises(IntegrityError, match=r"The weights of Lot 2: The dales sum to 99.99 per cent. They must sum"),
        transaction.atomic(),
    ):
        connection.check_constraints()

    Criterion.objects.filter(weight=60).update(weight=Decimal("60.01"))
    connection.check_constraints()


def test_weights_of_the_whole_tender_and_of_a_lot_sum_apart():
    opportunity = OpportunityFactory()
    CriterionFactory(opportunity=opportunity, weight=70)
    CriterionFactory(opportunity=opportunity, weight=30)
    CriterionFactory(opportunity=opportunity, lot=OpportunityLotFactory(opportunity=opportunity))
    connection.check_constraints()

    Criterion.objects.filter(weight=30).delete()

    with pytest.raises(IntegrityError, match="the whole tender sum to 70.00"), transaction.atomic():
        connection.check_constraints()
    Criterion.objects.filter(weight=70).delete()
    connection.check_constraints()


def test_sums_in_words_are_those_of_the_database():
    weights = [("Lot 1", Decimal(60)), ("Lot 2", Decimal(50)), ("Lot 1", Decimal(40)), ("Lot 2", Decimal("49.5"))]

    assert wrong_sums(weights) == ["Lot 2: the weights sum to 99.5%. They must sum to 100%."]


@pytest.mark.parametrize(
    ("stated", "criteria", "minimum", "gaps"),
    [
        (None, [], 10, 0),
        (Decimal(10), [], 10, 0),
        (Decimal("9.99"), [], 10, 1),
        (Decimal(5), [], None, 0),
        (Decimal(5), [("Lot 1", "social_value", Decimal(10)), ("Lot 1", "price", Decimal(90))], 10, 0),
        (Decimal(10), [("Lot 1", "price", Decimal(100)), ("Lot 2", "social_value", Decimal(12))], 10, 1),
        (None, [("Lot 1", "social_value", Decimal(5)), ("Lot 1", "social_value", Decimal(5))], 10, 0),
    ],
)
def test_social_value_is_compared_lot_by_lot(stated, criteria, minimum, gaps):
    found = below_minimum(social_value_weights(stated, criteria), minimum=None if minimum is None else Decimal(minimum))

    assert len(found) == gaps


def test_page_shows_criteria_weights_and_the_panel(client):
    opportunity = OpportunityFactory(
        portal_url="https://bids.example/", conflicts_assessed_date=NOON.date(), published_at=clock.now() - DAY
    )
    lot = OpportunityLotFactory(opportunity=opportunity, title="The dales")
    CriterionFactory(opportunity=opportunity, name="Warmth", weight=Decimal("62.50"))
    CriterionFactory(opportunity=opportunity, name="Cost", weight=Decimal("37.50"), kind="price")
    CriterionFactory(opportunity=opportunity, lot=lot, name="Snow")
    PanelSeatFactory(opportunity=opportunity, role="Social worker", seats=2, sits_for=OrganisationFactory(name="Arden"))
    PanelSeatFactory(opportunity=opportunity, role="Carer", seats=3, is_lived_experience=True)
    PanelSeatFactory(opportunity=opportunity, role="Nurse", sits_for_as_stated="A trust", is_partner=True)

    page = " ".join(client.get(opportunity.get_absolute_url()).content.decode().split())

    assert [(part.name, [str(one) for one in part.criteria]) for part in parts(opportunity)] == [
        ("", ["Warmth: 62.5%", "Cost: 37.5%"]),
        ("The dales", ["Snow: 100%"]),
    ]
    made = panel(opportunity)
    assert (made.seats, made.lived_experience, made.partners) == (6, 3, 1)
    for words in (
        "62.5%", "37.5%", "6 seats, 3 held by people who use care or care for somebody, 1 held by partners",
        "Social worker, Arden: 2 seats", "Nurse, A trust", "https://bids.example/", "not here",
    ):  # fmt: skip
        assert words in page


def test_conflicts_are_to_be_assessed_before_the_tender_notice():
    def duty(**facts):
        row = OpportunityFactory(regime=Regime.LIGHT_TOUCH, **facts.pop("row", {}))
        for kind in facts.get("notices", []):
            NoticeFactory(opportunity=row, kind=kind, published_date=dt.date(2026, 9, 1))
        found = duties(row, row.notices.all(), on=dt.date(2026, 9, 7))
        return next(one for one in found if one.name == "Conflicts of interest assessed")

    early, late = {"conflicts_assessed_date": dt.date(2026, 8, 1)}, {"conflicts_assessed_date": dt.date(2026, 9, 2)}

    assert duty().state is State.DUE
    assert duty(row=early).state is State.DONE
    assert duty(notices=[Notice.Kind.UK4]).state is State.OVERDUE
    in_time, too_late = duty(row=early, notices=[Notice.Kind.UK4]), duty(row=late, notices=[Notice.Kind.UK5])
    assert (in_time.state, in_time.was_late) == (State.DONE, False)
    assert (too_late.state, too_late.was_late) == (State.DONE, True)


# --- in the workspace ---


def form_data(client, url):
    """What a browser would post from the change form it was shown."""
    response = client.get(url)
    data = {}
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for one in forms:
        for bound in one:
            value = bound.value()
            if value is None or value is False:
                continue
            data[bound.html_name] = bound.field.prepare_value(value)
    return data


def edit(client, opportunity, rows, **fields):
    """Change a tender in the workspace: ``rows`` are its new criteria as (name, kind, weight, lot)."""
    url = reverse("admin:tenders_opportunity_change", args=[opportunity.pk])
    data = {**form_data(client, url), **fields}
    first = int(data["criteria-INITIAL_FORMS"])
    data["criteria-TOTAL_FORMS"] = first + len(rows)
    for number, (name, kind, weight, lot) in enumerate(rows, first):
        data |= {
            f"criteria-{number}-{key}": value
            for key, value in {"name": name, "kind": kind, "weight": weight, "order": 0, "lot": lot or ""}.items()
        }
    return client.post(url, data)


@pytest.fixture
def officer(client):
    officer = OfficerFactory(role="publisher")
    client.force_login(officer.user)
    return officer


def draft(officer, **fields):
    return OpportunityFactory(**{"organisation": officer.organisation, "published_at": None, **fields})


def test_officer_is_told_which_lot_sums_to_what(client, officer):
    opportunity = draft(officer)
    lot = OpportunityLotFactory(opportunity=opportunity, title="The dales")

    refused = edit(client, opportunity, [("Care", "quality", 60, lot.pk), ("Cost", "price", 30, lot.pk)])

    assert "The dales: the weights sum to 90%. They must sum to 100%." in refused.content.decode()
    assert not Criterion.objects.exists()


def test_officer_sets_criteria(client, officer):
    opportunity = draft(officer)

    saved = edit(client, opportunity, [("Care", "quality", 60, None), ("Cost", "price", 40, None)])

    assert saved.status_code == 302
    assert [str(one) for one in opportunity.criteria.order_by("pk")] == ["Care: 60%", "Cost: 40%"]


def test_lot_of_another_tender_cannot_be_chosen(client, officer):
    opportunity = draft(officer)
    other = OpportunityLotFactory(opportunity=draft(officer))

    refused = edit(client, opportunity, [("Care", "quality", 100, other.pk)])

    assert "Choose one of those on offer." in refused.content.decode()
    assert not Criterion.objects.exists()


def test_social_value_below_the_minimum_needs_a_reason_and_no_more(client, officer):
    officer.organisation.social_value_weighting = 10
    officer.organisation.save()
    opportunity = draft(officer)
    rows = [("Care", "quality", 95, None), ("Local jobs", "social_value", 5, None)]

    refused = edit(client, opportunity, rows)
    saved = edit(client, opportunity, rows, social_value_reason="Too small a contract.")
    warned = client.get(saved["Location"]).content.decode()

    assert "social value weighs 5%, below the organisation’s minimum of 10%" in refused.content.decode()
    assert saved.status_code == 302
    assert "social value weighs 5%, below the organisation’s minimum of 10%" in warned


def test_what_changes_in_a_running_tender_becomes_an_addendum(client, officer):
    at = clock.now()
    opportunity = draft(
        officer, published_at=at - DAY, opens_at=at - DAY, closes_at=at + 9 * DAY, payment_terms="60 days"
    )
    CriterionFactory(opportunity=opportunity, name="Care", weight=100)

    edit(client, opportunity, [], payment_terms="30 days", note="Not for bidders")
    edit(client, opportunity, [], **{"criteria-0-name": "Kindness"})
    edit(client, opportunity, [], note="Nothing they build on")

    first, second = Addendum.objects.order_by("number")
    assert first.changes == [{"name": "Payment terms", "old": "60 days", "new": "30 days"}]
    assert second.changes == [{"name": "Criteria", "old": "Care: 100%", "new": "Kindness: 100%"}]
    page = client.get(opportunity.get_absolute_url()).content.decode()
    assert "<del>60 days</del>, now <ins>30 days</ins>" in page


def test_draft_is_edited_without_an_addendum(client, officer):
    opportunity = draft(officer, payment_terms="60 days")

    edit(client, opportunity, [], payment_terms="30 days")

    opportunity.refresh_from_db()
    assert opportunity.payment_terms == "30 days"
    assert not Addendum.objects.exists()


def test_addendum_in_words_is_numbered_kept_and_in_the_trail(client):
    at = clock.now()
    opportunity = OpportunityFactory(published_at=at - DAY, opens_at=at - DAY)
    by = OfficerFactory().user

    services.publish_addendum(opportunity=opportunity, text="The visit may be shorter.", by=by, at=at)
    services.publish_addendum(opportunity=opportunity, text="Or longer.", by=by, at=at)

    assert [one.number for one in Addendum.objects.published(at=at)] == [2, 1]
    assert "The visit may be shorter." in client.get(opportunity.get_absolute_url()).content.decode()
    assert AuditEvent.objects.filter(action="addendum.published", by_id=by.pk).count() == 2


@pytest.mark.parametrize(
    ("facts", "text", "words"),
    [
        ({"opens_at": None}, "More.", "Only a tender that is out"),
        ({"published_at": None}, "More.", "Only a tender that is out"),
        ({"withdrawn_at": NOON, "ended_reason": "No."}, "More.", "Only a tender that is out"),
        ({}, " ", "Say what changes"),
    ],
)
def test_addendum_is_refused(facts, text, words):
    opportunity = OpportunityFactory(**{"opens_at": NOON, **facts})

    with pytest.raises(services.AddendumRefused, match=words):
        services.publish_addendum(opportunity=opportunity, text=text, by=None, at=NOON + DAY)


def test_who_may_see_a_public_call_off_is_fixed(client, officer):
    opportunity = draft(officer, published_at=NOON)

    page = client.get(reverse("admin:tenders_opportunity_change", args=[opportunity.pk]))

    assert "is_members_only" not in page.context["adminform"].form.fields


@pytest.mark.parametrize(
    ("typed", "words"),
    [("2026-10-25T01:30", "comes twice"), ("2027-03-28T01:30", "there is no 01:30")],
)
def test_deadline_in_the_hour_the_clocks_change_is_refused_with_both_choices(client, officer, typed, words):
    opportunity = draft(officer)

    page = edit(client, opportunity, [], opens_at=typed).content.decode()

    assert words in page
    assert "Choose a time before 01:00 or from 02:00" in page


def test_deadline_is_taken_as_london_time(client, officer):
    opportunity = draft(officer)

    edit(client, opportunity, [], opens_at="2027-07-01T12:00", closes_at="2027-08-01T12:00")

    opportunity.refresh_from_db()
    assert opportunity.opens_at == dt.datetime(2027, 7, 1, 11, tzinfo=dt.UTC)


def test_long_form_names_its_parts_and_what_to_correct_each_with_the_way_there(client, officer):
    opportunity = OpportunityFactory(organisation=officer.organisation)

    page = edit(client, opportunity, [("Quality", "quality", 90, None)], title="").content.decode()

    ids = set(re.findall(r' id="([^"]+)"', page))
    parts = re.findall(
        r'<a href="#([^"]+)">([^<]+)</a>', page.split('aria-label="Parts of this form"')[1].split("</nav>")[0]
    )
    problems = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a>', page.split("ccp-problems")[1].split("</ul>")[0])
    assert {"When", "Criteria", "Notices"} <= {name for _, name in parts}
    assert {target for target, _ in parts + problems} <= ids
    assert problems == [
        ("id_title", "Title: This field is required."),
        ("criteria-heading", "Criteria: The whole tender: the weights sum to 90%. They must sum to 100%."),
    ]
