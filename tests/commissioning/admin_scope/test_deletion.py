"""Deleting what others' rows depend on, and the workspace's general pages."""

import pytest

from strategies.models import Edition, Strategy
from tests.commissioning.admin_scope.doors import EVERY, NOBODY, THEIRS, check, same, url
from tests.commissioning.councils import SHARED, StateOfAll
from tests.factories.providers import ServiceFactory
from tests.factories.strategies import StrategyFactory
from tests.factories.tenders import ContractFactory

pytestmark = pytest.mark.django_db


def test_deletion_that_would_reach_their_rows_is_refused_unseen(officer, ours, theirs):
    service = ServiceFactory(provider__organisation=ours.organisation, published_at=None)
    contract = ContractFactory(organisation=theirs.organisation, title=f"{THEIRS} contract")
    contract.services.add(service)
    others = StateOfAll(but=ours.organisation)

    shown = check(officer.get(f"/admin/providers/service/{service.pk}/delete/"))
    pressed = check(officer.post(f"/admin/providers/service/{service.pk}/delete/", {"post": "yes"}))
    many = check(
        officer.post(
            "/admin/providers/service/", {"action": "delete_selected", "_selected_action": service.pk, "post": "yes"}
        )
    )

    assert "records of another organisation that depend on this" in shown.content.decode()
    assert (pressed.status_code, many.status_code) == (403, 403)
    assert others.changes() == []
    assert type(service).objects.filter(pk=service.pk).exists()


def test_deletion_of_ones_own_works(officer, ours):
    own = StrategyFactory(organisation=ours.organisation, published_at=None)

    response = officer.post(url(Strategy, "delete", own.pk), {"post": "yes"})

    assert response.status_code == 302
    assert not Strategy.objects.filter(pk=own.pk).exists()


def test_view_on_site_by_content_type_is_closed(officer, theirs):
    from django.contrib.contenttypes.models import ContentType

    for row in theirs.rows:
        kind = ContentType.objects.get_for_model(row).pk
        assert check(officer.get(f"/admin/r/{kind}/{row.pk}/")).status_code == 404


def test_first_page_and_the_other_general_ones_tell_nothing(officer, theirs):
    edition = theirs.one(Edition)
    for page in (
        "/admin/",
        "/admin/strategies/",
        "/admin/tenders/",
        "/admin/commissioning/",
        "/admin/core/",
        "/admin/jsi18n/",
    ):
        check(officer.get(page))

    foreign = check(officer.get(f"/admin/strategies/edition/{edition.pk}/progress/", follow=True))
    nobodys = officer.get(f"/admin/strategies/edition/{NOBODY}/progress/", follow=True)

    assert same(foreign, nobodys, (edition.pk, NOBODY))


def test_shared_lists_answer_no_question_about_others_rows(officer, theirs):
    place = theirs.one(Strategy).places.create(slug="somewhere", name="Somewhere", kind="town")
    for model in SHARED:
        for path in (
            "strategies",
            "strategies__id__exact",
            "strategies__title__contains",
            "contracts",
            "opportunities__title__startswith",
        ):
            response = check(officer.get(url(model, "changelist"), {path: theirs.one(Strategy).pk}))
            assert response.status_code in (302, 400)
        assert officer.post(url(model, "add"), {"name": "x", "slug": "x"}).status_code == 403
    assert officer.post(url(type(place), "delete", place.pk), {"post": "yes"}).status_code == 403
    assert officer.get(url(type(place), "history", place.pk)).status_code == 403


NONSENSE_IN_QUERIES = [
    "?q=%00",
    "?p=x",
    "?p=99999999999",
    "?o=x",
    "?o=9.9.-9",
    "?_to_field=organisation",
    "?_changelist_filters=%00",
    "?at__year=x",
    "?at__day=99",
]
NONSENSE_IN_ADDRESSES = [
    f"{key}/{page}"
    for page in ("", "change/", "delete/", "history/", "action/publish/")
    for key in ("x", "%00", "9" * 40, "-1", "1_2F", "..%2f..")
]
NONSENSE_IN_LISTS = [
    {},
    {"action": "delete_selected"},
    {"_selected_action": ["x", "9" * 40, "\x00"], "action": "delete_selected"},
    {"action": "nothing"},
]
NONSENSE_IN_FORMS = [
    (page, data)
    for page in ("change", "add")
    for data in ({}, {"organisation": "x", "slug": "\x00", "title": "\x00", "name": "\x00"})
]


@EVERY
def test_nonsense_never_breaks_a_page(officer, ours, model, tried):
    own = ours.one(model).pk
    for query in tried(NONSENSE_IN_QUERIES):
        assert officer.get(url(model, "changelist") + query).status_code < 500, query
    for address in tried(NONSENSE_IN_ADDRESSES, part=7):
        whole = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{address}"
        assert officer.get(whole).status_code < 500, address
    for data in tried(NONSENSE_IN_LISTS):
        assert officer.post(url(model, "changelist"), data).status_code < 500, data
    for page, data in tried(NONSENSE_IN_FORMS):
        args = [own] if page == "change" else []
        assert officer.post(url(model, page, *args), data).status_code < 500, (page, data)
