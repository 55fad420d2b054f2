"""The workspace's forms: colleagues by address, the trail of what is edited, and pages whose cost does not grow."""

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.db.models.signals import pre_save
from django.test.utils import CaptureQueriesContext

from commissioning.models import Indicator, Officer
from core.models import AuditEvent
from tests.factories.commissioning import IndicatorFactory, OfficerFactory, TeamFactory
from tests.factories.core import PlaceFactory, UserFactory
from tests.factories.strategies import SectionFactory, StrategyFactory
from tests.factories.tenders import ContractFactory, LotFactory
from tests.tools.at_once import elsewhere

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    membership = OfficerFactory()
    client.force_login(membership.user)
    return membership


def test_colleague_is_added_by_address_whatever_its_case(client, officer):
    colleague = UserFactory(email="Carer@example.org")

    response = client.post("/admin/commissioning/officer/add/", {"email": "carer@EXAMPLE.org", "role": "editor"})

    assert response.status_code == 302
    assert Officer.objects.get(user=colleague).organisation == officer.organisation


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("nobody@example.org", "No open account has this address."),
        ("here@example.org", "an officer of your organisation already"),
    ],
)
def test_unknown_or_present_colleague_is_refused_plainly(client, officer, email, sentence):
    OfficerFactory(organisation=officer.organisation, user=UserFactory(email="here@example.org"))

    response = client.post("/admin/commissioning/officer/add/", {"email": email, "role": "editor"})

    assert sentence in response.content.decode()
    assert Officer.objects.count() == 2


def test_rows_and_links_inside_a_record_are_in_the_trail(client, officer):
    indicator = IndicatorFactory(organisation=officer.organisation)
    row = indicator.observations.create(category="Old", value=1)
    address = f"/admin/commissioning/indicator/{indicator.pk}/change/"
    data = {
        "slug": indicator.slug, "title": indicator.title, "measure": "People", "chart": indicator.chart,
        "topic": indicator.topic, "unit": indicator.unit, "order": "0",
        "observations-TOTAL_FORMS": "2", "observations-INITIAL_FORMS": "1", "observations-0-id": row.pk,
        "observations-0-indicator": indicator.pk, "observations-0-order": "0", "observations-0-category": "New",
        "observations-0-value": "2", "observations-1-order": "1", "observations-1-category": "More",
        "observations-1-value": "3", "observations-1-indicator": indicator.pk,
    }  # fmt: skip

    response = client.post(address, data)

    actions = sorted(AuditEvent.objects.values_list("action", flat=True))
    changed = AuditEvent.objects.get(action="observation.changed")
    assert response.status_code == 302, response.context["errors"]
    assert actions == ["observation.added", "observation.changed"]
    assert (changed.before["category"], changed.after["category"]) == ("Old", "New")
    assert changed.organisation_id == str(officer.organisation.pk)


@pytest.mark.django_db(transaction=True)
def test_nobody_else_changes_a_record_while_its_form_is_saved(client, officer):
    indicator = IndicatorFactory(organisation=officer.organisation)
    data = {
        "slug": indicator.slug, "title": "New", "measure": "People", "chart": indicator.chart, "topic": indicator.topic,
        "unit": indicator.unit, "order": "0", "observations-TOTAL_FORMS": "0", "observations-INITIAL_FORMS": "0",
    }  # fmt: skip
    said = []

    @transaction.atomic
    def change():
        Indicator.objects.select_for_update(nowait=True).get(pk=indicator.pk)

    def before_it_is_written(**_):
        said.append(elsewhere(change))

    pre_save.connect(before_it_is_written, sender=Indicator)
    try:
        response = client.post(f"/admin/commissioning/indicator/{indicator.pk}/change/", data)
    finally:
        pre_save.disconnect(before_it_is_written, sender=Indicator)

    assert response.status_code == 302
    assert said == ["OperationalError"]
    indicator.refresh_from_db()
    assert indicator.title == "New"


LISTS = {
    "strategies/strategy": StrategyFactory,
    "strategies/section": lambda organisation: SectionFactory(strategy__organisation=organisation),
    "tenders/contract": ContractFactory,
    "tenders/lot": lambda organisation: LotFactory(framework__organisation=organisation),
    "commissioning/team": TeamFactory,
    "commissioning/indicator": IndicatorFactory,
    "commissioning/officer": OfficerFactory,
}


@pytest.mark.parametrize("name", LISTS)
def test_list_costs_the_same_for_one_row_and_three(client, officer, name):
    LISTS[name](organisation=officer.organisation)
    client.get(f"/admin/{name}/")
    with CaptureQueriesContext(connection) as one:
        client.get(f"/admin/{name}/")
    LISTS[name](organisation=officer.organisation)
    LISTS[name](organisation=officer.organisation)

    with CaptureQueriesContext(connection) as three:
        response = client.get(f"/admin/{name}/")

    assert response.context["cl"].result_count >= 3
    assert len(three) == len(one)


def test_no_form_carries_the_options_of_a_long_register(client, officer):
    PlaceFactory.create_batch(30, name="A place of many")
    request = client.get("/admin/").wsgi_request
    for model, one in admin.site._registry.items():
        if one.has_add_permission(request):
            response = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/")
            assert "A place of many" not in response.content.decode()
