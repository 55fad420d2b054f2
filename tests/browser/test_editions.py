"""The pages of a composed edition, as the public, its own officers and another council's officers see them."""

import pytest
from django.urls import reverse

from tests.browser.examples.visits import Visit
from tests.browser.rows.strategies import full_strategy
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ["edition", "standard_pdf", "large_print_pdf"]


def _addresses(edition):
    return [reverse(f"strategies:{name}", args=[edition.strategy.slug, edition.number]) for name in NAMES]


def test_published_edition_is_whole_as_page_and_pdf(press, inspector, client):
    edition = press.edition(full_strategy(), published_at=NOON)
    page, standard, large_print = _addresses(edition)

    problems = inspector.problems(Visit(page, holds=edition.strategy.headline))
    pdfs = [b"".join(client.get(address)) for address in (standard, large_print)]

    assert problems == []
    assert [pdf[:5] for pdf in pdfs] == [b"%PDF-", b"%PDF-"]
    assert len(edition.content["sections"]) >= 10


def test_edition_that_is_not_published_is_there_for_its_officer_only(press, inspector):
    edition = press.edition(full_strategy())
    page = _addresses(edition)[0]
    own = OfficerFactory(organisation=edition.strategy.organisation).user
    other = OfficerFactory().user

    problems = [
        *inspector.problems(Visit(page, status=404, holds="nothing at this address")),
        *inspector.problems(Visit(page, status=404, user=other, holds="nothing at this address")),
        *inspector.problems(Visit(page, user=own, holds="Not public yet")),
    ]

    assert problems == []
