"""The workspace's walls: an officer of one council tries every door of every register for another's rows.

Each register is found in the admin itself, so that a new one is probed without being named here, and fails as long
as the councils of these tests have no row of it.
"""

import copy
import re

import pytest
from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.db import connection, models, transaction
from django.urls import reverse

from commissioning.acting import SESSION_KEY
from commissioning.models import Officer
from strategies.models import Edition, Strategy
from tests.commissioning.councils import SHARED, Council, registered, state_of_all
from tests.factories.commissioning import OfficerFactory
from tests.factories.core import UserFactory
from tests.factories.providers import ProviderFactory, ServiceFactory
from tests.factories.strategies import StrategyFactory
from tests.factories.tenders import ContractFactory

pytestmark = pytest.mark.django_db

OURS, THEIRS = "canaryours", "canarytheirs"
NOBODY = 987_654_321
EVERY = pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label)


@pytest.fixture(scope="module")
def _councils(django_db_setup, django_db_blocker):
    """Both councils, made once: each test undoes what it has changed of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        councils = Council(OURS), Council(THEIRS)
        # What waits for the end of a transaction is done once, and not anew in each test.
        connection.check_constraints()
        yield councils
        transaction.set_rollback(True)


@pytest.fixture
def ours(_councils, db):
    return copy.deepcopy(_councils[0])


@pytest.fixture
def theirs(_councils, db):
    return copy.deepcopy(_councils[1])


@pytest.fixture
def officer(client, ours, theirs):
    """A browser in which our administrator has signed in."""
    client.force_login(ours.user)
    client.raise_request_exception = False
    return client


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def leaks(response):
    """Where an answer tells of the other council, the address that was asked for left out."""
    asked = response.request["PATH_INFO"] + "?" + response.request.get("QUERY_STRING", "")
    text = response.content.decode(errors="replace").replace(asked, "")
    headers = " ".join(f"{name}: {value}" for name, value in response.items())
    return [text[max(0, hit.start() - 80) : hit.end() + 40] for hit in re.finditer(THEIRS, text + headers)]


def check(response):
    assert response.status_code < 500, response.request["PATH_INFO"]
    assert leaks(response) == []
    return response


def same(first, second, pks):
    """Compare two answers, keys and tokens made alike."""

    def plain(response):
        text = response.content.decode() + response.get("Location", "")
        for pk in pks:
            text = re.sub(rf"(?<![0-9]){pk}(?![0-9])", "KEY", text)
        return response.status_code, re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", text)

    return plain(first) == plain(second)


def change_form_data(response):
    """What a browser would post from the change form it was shown."""
    data = {}
    form = response.context["adminform"].form
    forms = [form] + [
        one
        for inline in response.context["inline_admin_formsets"]
        for one in [inline.formset.management_form, *inline.formset.forms]
    ]
    for one in forms:
        for bound in one:
            value = bound.value()
            if value is None or value is False:
                continue
            widget = bound.field.widget
            parts = widget.get_context(bound.html_name, value, {}).get("widget", {}).get("subwidgets", [])
            if parts and not isinstance(value, list):
                data |= {part["name"]: part["value"] for part in parts if part["value"] is not None}
            elif isinstance(value, list | models.QuerySet):
                data[bound.html_name] = [getattr(item, "pk", item) for item in value]
            else:
                data[bound.html_name] = bound.field.prepare_value(value)
    return data


def test_councils_have_a_row_of_every_register(ours, theirs):
    missing = [model._meta.label for model in registered() if not theirs.of(model)]

    assert missing == []


def test_workspace_takes_in_only_what_is_built_on_its_base_classes():
    admin.site.register(UserFactory._meta.model, admin.ModelAdmin)

    assert not admin.site.is_registered(UserFactory._meta.model)


def test_every_register_is_scoped():
    open_ones = [
        model._meta.label
        for model, one in admin.site._registry.items()
        if not hasattr(one, "choosable_rows") and model._meta.model_name != "auditevent"
    ]

    assert open_ones == []


@EVERY
def test_list_shows_only_ones_own(officer, theirs, model):
    for query in (
        "",
        "?q=" + THEIRS[:9],
        "?q=canary",
        "?all=",
        "?o=1.-2",
        "?p=2",
        "?e=1",
        "?_facets=True",
        f"?{IS_POPUP_VAR}=1",
    ):
        check(officer.get(url(model, "changelist") + query))


@EVERY
def test_list_answers_no_question_about_what_it_does_not_show(officer, ours, theirs, model):
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
    for path, value in questions:
        response = check(officer.get(url(model, "changelist"), {path: value}))
        assert response.status_code in (200, 302, 400), path
    told = officer.get(url(model, "changelist"), {"pk__in": f"{their_pk},{our_pk}"})
    assert leaks(told) == []


@EVERY
def test_record_is_as_unknown_as_one_that_never_was(officer, theirs, model):
    pk = theirs.one(model).pk
    for page in ("change", "delete", "history"):
        for method in (officer.get, officer.post, officer.head):
            foreign, nobodys = (
                check(method(url(model, page, pk), follow=True)),
                method(url(model, page, NOBODY), follow=True),
            )
            assert same(foreign, nobodys, (pk, NOBODY)), (page, method)
    for action in [*getattr(admin.site._registry[model], "object_actions", []), "publish", "delete"]:
        if hasattr(admin.site._registry[model], "object_actions"):
            foreign = check(officer.post(url(model, "action", pk, action), {"confirmed": "yes"}))
            nobodys = officer.post(url(model, "action", NOBODY, action), {"confirmed": "yes"})
            assert (foreign.status_code, nobodys.status_code) == (404, 404)
            assert same(foreign, nobodys, (pk, NOBODY))


@EVERY
def test_nothing_posted_at_a_record_of_theirs_changes_it(officer, ours, theirs, model):
    before = state_of_all(but=ours.organisation)
    pk = theirs.one(model).pk

    for page in ("change", "delete"):
        check(
            officer.post(url(model, page, pk), {"post": "yes", "title": "x", "name": "x", "slug": "x", "_save": "Save"})
        )
    for confirmed in ({}, {"post": "yes"}):
        data = {"action": "delete_selected", "_selected_action": [pk, NOBODY, "x"], **confirmed}
        check(officer.post(url(model, "changelist"), data, follow=True))
        check(officer.post(url(model, "changelist"), {**data, "select_across": "1"}))
    check(
        officer.post(
            url(model, "changelist"),
            {
                "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": pk, "form-0-order": "9", "_save": "Save",
            },
        )
    )  # fmt: skip

    assert state_of_all(but=ours.organisation) == before


@EVERY
def test_form_offers_only_ones_own(officer, ours, theirs, model):
    relations = [field for field in model._meta.get_fields() if field.is_relation and not field.auto_created]
    check(officer.get(url(model, "change", ours.one(model).pk)))
    check(officer.get(url(model, "add")))
    for field in relations:
        for row in theirs.of(field.remote_field.model) if field.remote_field else []:
            for value in (row.pk, f"{row.pk},{NOBODY},x", "9" * 30):
                check(officer.get(url(model, "add"), {field.name: value, IS_POPUP_VAR: "1"}))
            check(officer.get(url(model, "change", ours.one(model).pk), {field.name: row.pk, "_to_field": "id"}))


@EVERY
def test_search_boxes_find_only_what_may_be_chosen(officer, theirs, model):
    names = [field.name for field in model._meta.get_fields()]
    for name in [*names, "nothing", "pk"]:
        for term in (THEIRS, ""):
            query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": name}
            response = check(officer.get(reverse("admin:autocomplete"), {**query, "term": term}))
            assert response.status_code in (200, 403, 404)
    for label in ("core.user", "core.job", "sessions.session", "nothing.here", "commissioning.officer"):
        app, _, name = label.partition(".")
        query = {"app_label": app, "model_name": name, "field_name": "user", "term": ""}
        assert officer.get(reverse("admin:autocomplete"), query).status_code in (403, 404)


@EVERY
def test_strangers_key_is_refused_in_every_field_of_a_form(officer, ours, theirs, model):
    own = ours.one(model)
    page = officer.get(url(model, "change", own.pk))
    if (
        not admin.site._registry[model].has_change_permission(page.wsgi_request, own)
        or not page.context["adminform"].form.fields
    ):
        pytest.skip("nobody edits this register")
    data = change_form_data(page)
    fine = officer.post(url(model, "change", own.pk), {**data, "_continue": "1"})
    assert fine.status_code == 302, fine.status_code
    before = state_of_all(but=ours.organisation)
    fields = {
        one.add_prefix(name): field.queryset.model
        for one in [page.context["adminform"].form]
        + [one for inline in page.context["inline_admin_formsets"] for one in inline.formset.forms]
        for name, field in one.fields.items()
        if hasattr(field, "queryset")
    }

    for name, related in fields.items():
        for row in theirs.of(related):
            is_shared = related._meta.label == "commissioning.Organisation" and not name.endswith("-organisation_ptr")
            if is_shared:
                continue
            for value in (row.pk, "x"):
                response = check(officer.post(url(model, "change", own.pk), {**data, name: value}))
                assert response.status_code == 200, (name, value, "was taken")

    assert state_of_all(but=ours.organisation) == before


@EVERY
def test_rows_of_theirs_cannot_be_taken_by_an_inline(officer, ours, theirs, model):
    own = ours.one(model)
    page = officer.get(url(model, "change", own.pk))
    data = change_form_data(page)
    before = state_of_all(but=ours.organisation)

    for inline in page.context["inline_admin_formsets"]:
        prefix, related = inline.formset.prefix, inline.formset.model
        for row in theirs.of(related) or [type("Nobody", (), {"pk": NOBODY})]:
            hostile = {
                **data, f"{prefix}-TOTAL_FORMS": "1", f"{prefix}-INITIAL_FORMS": "1",
                f"{prefix}-0-id": row.pk, f"{prefix}-0-{inline.formset.fk.name}": own.pk,
            }  # fmt: skip
            for more in (
                {},
                {f"{prefix}-0-DELETE": "on"},
                {f"{prefix}-0-{inline.formset.fk.name}": theirs.one(model).pk},
            ):
                check(officer.post(url(model, "change", own.pk), {**hostile, **more}))

    assert state_of_all(but=ours.organisation) == before


def test_nothing_can_be_added_for_another_organisation(officer, ours, theirs):
    before = state_of_all(but=ours.organisation)
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

    assert state_of_all(but=ours.organisation) == before
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


def test_deletion_that_would_reach_their_rows_is_refused_unseen(officer, ours, theirs):
    service = ServiceFactory(provider__organisation=ours.organisation, published_at=None)
    contract = ContractFactory(organisation=theirs.organisation, title=f"{THEIRS} contract")
    contract.services.add(service)
    before = state_of_all(but=ours.organisation)

    shown = check(officer.get(f"/admin/providers/service/{service.pk}/delete/"))
    pressed = check(officer.post(f"/admin/providers/service/{service.pk}/delete/", {"post": "yes"}))
    many = check(
        officer.post(
            "/admin/providers/service/", {"action": "delete_selected", "_selected_action": service.pk, "post": "yes"}
        )
    )

    assert "records of another organisation that depend on this" in shown.content.decode()
    assert (pressed.status_code, many.status_code) == (403, 403)
    assert state_of_all(but=ours.organisation) == before
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


@EVERY
def test_nonsense_never_breaks_a_page(officer, ours, model):
    own = ours.one(model).pk
    for query in (
        "?q=%00",
        "?p=x",
        "?p=99999999999",
        "?o=x",
        "?o=9.9.-9",
        "?_to_field=organisation",
        "?_changelist_filters=%00",
        "?at__year=x",
        "?at__day=99",
    ):
        assert officer.get(url(model, "changelist") + query).status_code < 500, query
    for key in ("x", "%00", "9" * 40, "-1", "1_2F", "..%2f.."):
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{key}/"
        for page in ("", "change/", "delete/", "history/", "action/publish/"):
            assert officer.get(base + page).status_code < 500, key + page
    for data in (
        {},
        {"action": "delete_selected"},
        {"_selected_action": ["x", "9" * 40, "\x00"], "action": "delete_selected"},
        {"action": "nothing"},
    ):
        assert officer.post(url(model, "changelist"), data).status_code < 500, data
        assert officer.post(url(model, "change", own), data).status_code < 500, data
        assert officer.post(url(model, "add"), data).status_code < 500, data


ROLES = {
    # role: reads drafts, adds and changes, publishes, manages officers
    "viewer": (True, False, False, False),
    "editor": (True, True, False, False),
    "publisher": (True, True, True, False),
    "administrator": (True, True, True, True),
}


@pytest.mark.parametrize("role", ROLES)
def test_role_decides_what_may_be_done(client, ours, role):
    reads, edits, publishes, manages = ROLES[role]
    client.force_login(OfficerFactory(organisation=ours.organisation, role=role).user)
    strategy = ours.one(Strategy)
    answers = {
        "read": client.get(url(Strategy, "change", strategy.pk)).status_code == 200,
        "add": client.get(url(Strategy, "add")).status_code == 200,
        "compose": client.get(url(Strategy, "action", strategy.pk, "compose_edition")).status_code == 200,
        "publish": client.get(url(Strategy, "action", strategy.pk, "publish")).status_code == 200,
        "publish edition": client.get(url(Edition, "action", ours.one(Edition).pk, "publish")).status_code == 200,
        "manage": client.get(url(Officer, "add")).status_code == 200,
    }

    assert answers == {
        "read": reads, "add": edits, "compose": edits, "publish": publishes, "publish edition": publishes, "manage": manages,
    }  # fmt: skip


@EVERY
def test_viewer_changes_nothing(client, ours, theirs, model):
    client.force_login(OfficerFactory(organisation=ours.organisation, role="viewer").user)
    before = state_of_all(but=theirs.organisation)
    own = ours.one(model)

    for address in (url(model, "add"), url(model, "change", own.pk), url(model, "delete", own.pk)):
        assert client.post(address, {"post": "yes", "title": "x", "name": "x"}).status_code == 403
    client.post(url(model, "changelist"), {"action": "delete_selected", "_selected_action": own.pk, "post": "yes"})
    for action in getattr(admin.site._registry[model], "object_actions", []):
        assert client.post(url(model, "action", own.pk, action), {"confirmed": "yes"}).status_code == 403

    assert state_of_all(but=theirs.organisation) == before


def admin_pages():
    return [url(model, page) for model in admin.site._registry for page in ("changelist", "add")] + [
        reverse("admin:index"), reverse("admin:autocomplete"), reverse("admin:app_list", args=["strategies"]),
    ]  # fmt: skip


def test_visitor_is_sent_to_sign_in(client, db):
    for page in admin_pages():
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].startswith(("/admin/login/", "/account/login/")), page


def test_providers_person_has_no_workspace(client, ours):
    person = UserFactory()
    ProviderFactory().representatives.create(user=person)
    client.force_login(person)

    for page in admin_pages():
        response = client.get(page, follow=True)
        assert response.status_code == 403, page
        assert OURS not in response.content.decode()


def test_former_officer_is_out_at_once(client, ours):
    client.force_login(ours.user)
    Officer.objects.filter(user=ours.user).delete()

    response = client.get("/admin/strategies/strategy/", follow=True)

    assert response.status_code == 403
    assert OURS not in response.content.decode()


def test_operator_sees_all_and_when_acting_for_one_only_that(client, ours, theirs):
    client.force_login(UserFactory(is_superuser=True))

    everything = client.get(url(Strategy, "changelist")).content.decode()
    chosen = client.post(reverse("admin:act_for"), {"organisation": ours.organisation.pk})
    one = client.get(url(Strategy, "changelist")).content.decode()
    foreign = client.get(url(Strategy, "change", theirs.one(Strategy).pk))
    client.post(reverse("admin:act_for"), {"organisation": "all"})
    again = client.get(url(Strategy, "changelist")).content.decode()

    assert THEIRS in everything
    assert OURS in everything
    assert chosen.status_code == 302
    assert OURS in one
    assert THEIRS not in one
    assert foreign.status_code == 302
    assert THEIRS in again


@EVERY
def test_operator_reaches_every_page(client, theirs, model):
    client.force_login(UserFactory(is_superuser=True))

    for page, *args in (("changelist",), ("change", theirs.one(model).pk)):
        assert client.get(url(model, page, *args)).status_code == 200


def test_officer_of_two_chooses_whom_to_act_for(client, ours, theirs):
    OfficerFactory(user=ours.user, organisation=theirs.organisation, role="viewer")
    client.force_login(ours.user)

    client.post(reverse("admin:act_for"), {"organisation": theirs.organisation.pk})
    shown = client.get(url(Strategy, "changelist")).content.decode()
    add = client.get(url(Strategy, "add"))

    assert THEIRS in shown
    assert OURS not in shown
    assert add.status_code == 403


def test_nobody_acts_for_a_stranger(officer, ours, theirs):
    for value in (theirs.organisation.pk, NOBODY, "all", "", "x", "9" * 40):
        response = officer.post(reverse("admin:act_for"), {"organisation": value})
        assert response.status_code == 404
        assert officer.session.get(SESSION_KEY) is None
    assert officer.get(reverse("admin:act_for")).status_code == 405


def test_a_choice_that_no_longer_holds_is_forgotten(client, ours, theirs):
    membership = OfficerFactory(user=ours.user, organisation=theirs.organisation)
    client.force_login(ours.user)
    client.post(reverse("admin:act_for"), {"organisation": theirs.organisation.pk})
    membership.delete()

    shown = client.get(url(Strategy, "changelist")).content.decode()

    assert OURS in shown
    assert THEIRS not in shown
