"""Another council's rows in lists, and as records."""

import pytest
from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR

from tests.commissioning.admin_scope.doors import EVERY, NOBODY, THEIRS, check, leaks, same, url

pytestmark = pytest.mark.django_db


@EVERY
def test_list_shows_only_ones_own(officer, theirs, model, tried):
    others = ["?q=" + THEIRS[:9], "?all=", "?o=1.-2", "?p=2", "?e=1", "?_facets=True", f"?{IS_POPUP_VAR}=1"]
    for query in ("", "?q=canary", *tried(others)):
        check(officer.get(url(model, "changelist") + query))


@EVERY
def test_list_answers_no_question_about_what_it_does_not_show(officer, ours, theirs, model, tried):
    fields = model._meta.get_fields()
    their_pk, our_pk = theirs.one(model).pk, ours.one(model).pk
    asked = THEIRS[:-1]
    questions = [(f"{field.name}{more}", asked) for field in fields for more in ("__startswith", "__regex")]
    for field in fields:
        if field.is_relation:
            related = field.related_model
            pk = theirs.of(related)[0].pk if related and theirs.of(related) else their_pk
            questions += [(f"{field.name}{more}", pk) for more in ("", "__id__exact", "__isnull")]
            questions += [(f"{field.name}__{more}__contains", asked) for more in ("title", "name")]
    questions += [("organisation__slug__startswith", "c"), ("source__title__contains", asked), ("pk", their_pk)]
    questions += [("organisation__officers__user__email__contains", asked), ("slug__regex", "[")]
    for path, value in tried(questions, part=8):
        response = check(officer.get(url(model, "changelist"), {path: value}))
        assert response.status_code in (200, 302, 400, 403), path
    told = officer.get(url(model, "changelist"), {"pk__in": f"{their_pk},{our_pk}"})
    assert leaks(told) == []


@EVERY
def test_record_is_as_unknown_as_one_that_never_was(officer, theirs, model):
    pk = theirs.one(model).pk
    for page in ("change", "delete", "history"):
        for method in (officer.get, officer.post, officer.head):
            foreign, nobodys = check(method(url(model, page, pk))), method(url(model, page, NOBODY))
            assert same(foreign, nobodys, (pk, NOBODY)), (page, method)
    for action in [*getattr(admin.site._registry[model], "object_actions", []), "publish", "delete"]:
        if hasattr(admin.site._registry[model], "object_actions"):
            foreign = check(officer.post(url(model, "action", pk, action), {"confirmed": "yes"}))
            nobodys = officer.post(url(model, "action", NOBODY, action), {"confirmed": "yes"})
            assert (foreign.status_code, nobodys.status_code) == (404, 404)
            assert same(foreign, nobodys, (pk, NOBODY))


@EVERY
def test_nothing_posted_at_a_record_of_theirs_changes_it(officer, theirs, not_ours, model):
    pk = theirs.one(model).pk

    for page in ("change", "delete"):
        check(
            officer.post(url(model, page, pk), {"post": "yes", "title": "x", "name": "x", "slug": "x", "_save": "Save"})
        )
    for confirmed in ({}, {"post": "yes"}):
        data = {"action": "delete_selected", "_selected_action": [pk, NOBODY, "x"], **confirmed}
        check(officer.post(url(model, "changelist"), data))
        check(officer.post(url(model, "changelist"), {**data, "select_across": "1"}))
    check(
        officer.post(
            url(model, "changelist"),
            {
                "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": pk, "form-0-order": "9", "_save": "Save",
            },
        )
    )  # fmt: skip

    assert not_ours.changes() == []
