"""Another council's rows in forms, their choices and their inlines."""

import re
from itertools import product

import pytest
from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.urls import reverse

from commissioning.admin import conflicts
from commissioning.models import Officer, Organisation
from tests.commissioning.admin_scope.doors import (
    EVERY,
    NOBODY,
    THEIRS,
    change_form_data,
    check,
    forms_of,
    refused_in,
    rounds,
    url,
)
from tests.commissioning.councils import registered
from tests.factories.providers import ProviderFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@EVERY
def test_form_offers_only_ones_own(officer, ours, theirs, model, tried):
    relations = [field for field in model._meta.get_fields() if field.is_relation and not field.auto_created]
    check(officer.get(url(model, "change", ours.one(model).pk)))
    check(officer.get(url(model, "add")))
    first, *more = list(
        rounds({one.name: theirs.of(one.remote_field.model) for one in relations if one.remote_field})
    ) or [{}]
    for keys in [first, *tried(more)]:
        several = {name: f"{key},{NOBODY},x" for name, key in keys.items()}
        for asked in tried([keys, several, dict.fromkeys(keys, "9" * 30)]):
            check(officer.get(url(model, "add"), {**asked, IS_POPUP_VAR: "1"}))
        check(officer.get(url(model, "change", ours.one(model).pk), {**keys, "_to_field": "id"}))


@EVERY
def test_search_boxes_find_only_what_may_be_chosen(officer, theirs, model, tried):
    relations = [field.name for field in model._meta.get_fields() if field.is_relation and not field.auto_created]
    others = [field.name for field in model._meta.get_fields() if field.name not in relations]
    for name, term in product([*relations, *tried([*others, "nothing", "pk"])], (THEIRS, "")):
        query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": name}
        response = check(officer.get(reverse("admin:autocomplete"), {**query, "term": term}))
        assert response.status_code in (200, 403, 404)


def test_search_boxes_of_what_is_no_register_are_closed(officer):
    for label in ("core.user", "core.job", "sessions.session", "nothing.here", "commissioning.officer"):
        app, _, name = label.partition(".")
        query = {"app_label": app, "model_name": name, "field_name": "user", "term": ""}
        assert officer.get(reverse("admin:autocomplete"), query).status_code in (403, 404)


@EVERY
def test_strangers_key_is_refused_in_every_field_of_a_form(officer, ours, theirs, not_ours, model, tried):
    own = ours.one(model)
    page = officer.get(url(model, "change", own.pk))
    if (
        not admin.site._registry[model].has_change_permission(page.wsgi_request, own)
        or not page.context["adminform"].form.fields
    ):
        pytest.skip("nobody edits this register")
    data = change_form_data(page)
    # As if everything had been changed meanwhile: what is sent is what is there, so each field must be read as the same.
    opened = re.sub(r'"[0-9a-f]{12}"', '"another"', data[conflicts.FIELD])
    fine = officer.post(url(model, "change", own.pk), {**data, conflicts.FIELD: opened, "_continue": "1"})
    assert fine.status_code == 302, fine.context["differences"]
    theirs_by_field = {
        one.add_prefix(name): theirs.of(field.queryset.model)
        for one in forms_of(page)
        for name, field in one.fields.items()
        # Who commissions is known to everybody and may be chosen; the key of an inline's own row may not.
        if hasattr(field, "queryset") and (field.queryset.model is not Organisation or name == "organisation_ptr")
    }

    several = [one for keys in rounds(theirs_by_field) for one in (keys, dict.fromkeys(keys, "x"))]
    for hostile in [*several[:1], *tried(several[1:])]:
        response = check(officer.post(url(model, "change", own.pk), {**data, **hostile}))
        assert response.status_code == 200, (hostile, "was taken")
        # Each field refuses by itself. Where one says nothing beside the others, it is asked alone.
        for name in set(hostile) - refused_in(response):
            alone = check(officer.post(url(model, "change", own.pk), {**data, name: hostile[name]}))
            assert alone.status_code == 200, (name, hostile[name], "was taken")

    assert not_ours.changes() == []


@EVERY
def test_rows_of_theirs_cannot_be_taken_by_an_inline(officer, ours, theirs, not_ours, model, tried):
    own = ours.one(model)
    page = officer.get(url(model, "change", own.pk))
    if page.status_code == 403:
        pytest.skip("officers do not see this register")
    data = change_form_data(page)

    for inline in page.context["inline_admin_formsets"]:
        prefix, holder = inline.formset.prefix, f"{inline.formset.prefix}-0-{inline.formset.fk.name}"
        rows = [row.pk for row in theirs.of(inline.formset.model)] or [NOBODY]
        wishes = ({holder: own.pk}, {holder: own.pk, f"{prefix}-0-DELETE": "on"}, {holder: theirs.one(model).pk})
        for row, wish in tried(product(rows, wishes)):
            hostile = {f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1", f"{prefix}-0-id": row, **wish}
            check(officer.post(url(model, "change", own.pk), {**data, **hostile}))

    assert not_ours.changes() == []


def test_nothing_can_be_added_for_another_organisation(officer, ours, theirs, not_ours):
    them = theirs.organisation.pk
    for model in registered():
        check(
            officer.post(
                url(model, "add"), {"organisation": them, "name": "x", "title": "x", "slug": "x-1", "role": "x"}
            )
        )

    check(
        officer.post(url(Officer, "add"), {"organisation": them, "email": theirs.user.email, "role": "administrator"})
    )

    assert not_ours.changes() == []
    assert not Officer.objects.filter(user=ours.user, organisation=theirs.organisation).exists()


def test_service_cannot_be_put_into_another_councils_hands(officer, ours, theirs):
    public = ProviderFactory(organisation=theirs.organisation, published_at="2020-01-01T00:00Z")

    response = officer.post(
        "/admin/providers/service/add/",
        {"provider": public.pk, "name": "New", "slug": "new-service", "setting": "place"},
    )

    assert response.status_code == 200
    assert not public.services.exists()


def test_public_entry_of_another_council_may_be_chosen_and_a_draft_may_not(officer, ours, theirs):
    ServiceFactory(
        provider=ProviderFactory(organisation=theirs.organisation), name="Public home", published_at="2020-01-01T00:00Z"
    )
    ServiceFactory(provider=ProviderFactory(organisation=theirs.organisation), name="Draft home", published_at=None)
    query = {"app_label": "tenders", "model_name": "contract", "field_name": "services", "term": "home"}

    found = officer.get(reverse("admin:autocomplete"), query).json()["results"]

    assert [one["text"] for one in found] == ["Public home"]
