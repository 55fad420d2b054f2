"""Who may look at an edition before the public does, and that no copy of it stays behind."""

import logging

import pytest

from core import clock, files
from strategies.models import Edition, EditionFile
from tests.factories.commissioning import OfficerFactory
from tests.factories.strategies import StrategyFactory

pytestmark = pytest.mark.django_db

CONTENT = {
    "title": "T", "headline": "What is needed", "kind": "K", "lede": "", "period": "2026", "source": "",
    "source_status": "", "figures": [], "partners": [], "sections": [], "organisation": {"name": "N", "short_name": "N"},
}  # fmt: skip


def make_edition(strategy, number=1, **fields):
    now = clock.now()
    edition = Edition.objects.create(
        strategy=strategy, number=number, requested_at=now, composed_at=now, content=CONTENT,
        content_checksum="0" * 64, **fields,
    )  # fmt: skip
    for kind, data in (("page", b"<p>The words.</p>"), ("standard", b"%PDF-1"), ("large-print", b"%PDF-2")):
        stored = files.store(data)
        EditionFile.objects.create(edition=edition, kind=kind, checksum=stored.checksum, size=stored.size, pages=1)
    return edition


def addresses(edition):
    url = edition.get_absolute_url()
    return [url, f"{url}standard.pdf", f"{url}large-print.pdf"]


@pytest.mark.parametrize("is_draft", [False, True], ids=["public strategy", "draft strategy"])
def test_only_officers_of_the_organisation_see_an_edition_before_the_public(client, is_draft):
    strategy = StrategyFactory(**({"published_at": None} if is_draft else {}))
    edition = make_edition(strategy)

    def statuses(user):
        client.logout()
        if user:
            client.force_login(user)
        return [client.get(address).status_code for address in addresses(edition)]

    assert statuses(None) == [404, 404, 404]
    assert statuses(OfficerFactory().user) == [404, 404, 404]
    assert statuses(OfficerFactory(organisation=strategy.organisation).user) == [200, 200, 200]


def test_browser_keeps_no_copy_of_what_is_not_public(client):
    edition = make_edition(StrategyFactory())
    client.force_login(OfficerFactory(organisation=edition.organisation).user)

    kept = [client.get(address)["Cache-Control"] for address in addresses(edition)]

    assert kept == ["private, no-store"] * 3


def test_preview_of_a_newer_edition_is_not_called_an_earlier_one(client):
    strategy = StrategyFactory()
    make_edition(strategy, published_at=strategy.published_at)
    newer = make_edition(strategy, number=2)
    client.force_login(OfficerFactory(organisation=strategy.organisation).user)

    response = client.get(newer.get_absolute_url())

    assert response.context["current"] is None
    assert "earlier edition." not in response.content.decode()


def test_edition_whose_page_is_lost_is_not_found_and_logged(client, caplog):
    strategy = StrategyFactory()
    edition = make_edition(strategy, published_at=strategy.published_at)
    files.path(edition.files.get(kind="page").checksum).unlink()

    with caplog.at_level(logging.ERROR, logger="strategies"):
        response = client.get(edition.get_absolute_url())

    assert response.status_code == 404
    assert "The store has no file" in caplog.text
