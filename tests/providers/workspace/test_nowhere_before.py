"""A change shows nowhere until it is agreed, and everywhere after."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import NoReverseMatch, reverse

from providers.models import ProfileRevision
from providers.services import revisions
from tests.browser.addresses import public_names
from tests.factories import NOON
from tests.factories.core import ClientGroupFactory
from tests.providers.profiles import save
from tests.providers.workspace.pages import page, said
from tests.tools.views import text

pytestmark = pytest.mark.django_db

CANARY = "Quillifer"

NOT_ABOUT_ENTRIES = ("account_", "mfa_", "health_", "providers:workspace", "providers:invitation", "providers:confirm")


def public_texts(client, home):
    """What every public address says that can be asked about this entry, by address."""
    service, provider = home.service, home.provider
    paths = {"/care/?q=home", "/openreferral/v3/services?full=true", "/openreferral/v3/organizations?full_service=true"}
    paths |= {"/openreferral/v3/service_at_locations?full=true", f"/care/compare/?with={service.slug}"}
    for name in public_names():
        if name.startswith(NOT_ABOUT_ENTRIES):
            continue
        is_data = name.startswith(("open_referral:", "providers:api_"))
        for args in ([], [service.uuid], [provider.uuid]) if is_data else ([], [service.slug], [provider.slug]):
            try:
                paths.add(reverse(name, args=args))
            except NoReverseMatch:
                continue
    texts = {}
    for path in sorted(paths):
        response = client.get(path)
        assert response.status_code < 500, path
        content = b"".join(response.streaming_content) if response.streaming else response.content
        texts[path] = content.decode(errors="replace")
    return texts


def test_change_shows_nowhere_before_it_is_approved_and_everywhere_after(home, client):
    home.draft(
        name=f"{CANARY} home", summary=f"{CANARY} words.", description=f"{CANARY} text.", phone="01632 960987",
        languages=[f"{CANARY} tongue"],
        fees=[{"name": f"{CANARY} room", "amount_from": "1000", "amount_to": None, "per": "week", "included": "",
               "told_date": "2026-11-18"}],
        units=[{"kind": f"{CANARY} flat", "tenure": "rent", "count": 8, "stated": ""}],
    )  # fmt: skip
    save(home.provider, None, by=home.person, trading_name=f"{CANARY} Care", summary=f"{CANARY} company.")

    def hits():
        connection.check_constraints()
        cache.clear()  # Else the limit on programs' requests would answer.
        return {path for path, body in public_texts(client, home).items() if f"{CANARY} " in body or "960987" in body}

    drafted = hits()
    sent = [revisions.submit_changes(provider=home.provider, service=one, by=home.person, at=NOON)
            for one in (home.service, None)]  # fmt: skip
    waiting = hits()
    for revision in sent:
        home.approve(revision)

    assert (drafted, waiting) == (set(), set())
    assert hits() >= {
        home.service.get_absolute_url(), home.provider.get_absolute_url(), "/providers/", "/api/v1/services/",
        f"/api/v1/services/{home.service.uuid}/", "/openreferral/v3/services?full=true",
        f"/openreferral/v3/services/{home.service.uuid}", f"/openreferral/v3/organizations/{home.provider.uuid}",
    }  # fmt: skip


def test_search_finds_the_new_words_only_once_they_are_approved(home, client):
    revision = home.submitted(name=f"{CANARY} home")

    def found():
        connection.check_constraints()
        return home.service.get_absolute_url() in text(client.get("/care/", {"q": CANARY}, follow=True))

    before = found()
    home.approve(revision)

    assert (before, found()) == (False, True)


def test_preview_shows_the_public_page_with_the_draft_and_leaves_no_trace(person, home, client):
    home.draft(summary=f"{CANARY} words.")
    save(home.provider, None, by=home.person, summary=f"{CANARY} company.")

    shown, own = person.get(page("preview", home.service.slug)), person.get(page("provider_preview"))

    for one in (shown, own):
        assert CANARY in text(one)
        assert "Nobody else sees it now" in text(one)
        assert (one["X-Robots-Tag"], one["Cache-Control"]) == ("noindex", "private, no-store")
    home.service.refresh_from_db()
    assert home.service.summary == "Old words of ours."
    assert ProfileRevision.objects.open().count() == 2
    person.logout()
    assert CANARY not in text(client.get(home.service.get_absolute_url()))


def test_preview_of_a_draft_that_broke_a_rule_says_so(person, home):
    group = ClientGroupFactory()
    home.draft(client_groups=[group.slug])
    group.delete()

    response = person.get(page("preview", home.service.slug))

    assert response.status_code == 302
    assert "not on our list any more" in said(response)[0]
