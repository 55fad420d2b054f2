"""Every public address, full, empty and wrong, in a real browser on a desk and on a small phone.

Every day the browser opens each address with all it can show, each form that is refused, and each other template once;
what is left, pages that are empty or wrong by a template seen before, is read without it. ``bin/test --slow`` opens all.
"""

import pytest

from tests.browser.addresses import public_names
from tests.browser.examples import EXAMPLES
from tests.browser.inspector import answer_to, wrong_status

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_public_address_has_its_examples():
    assert sorted(EXAMPLES) == public_names()


@pytest.mark.parametrize("kind", ["full", "empty", "error"])
@pytest.mark.parametrize("name", public_names())
def test_page(name, kind, press, inspector, client, live_server):
    assert name in EXAMPLES, f"Give {name} a full, an empty and an error example in tests/browser/examples/."
    visit = getattr(EXAMPLES[name], kind)(press)

    if not visit.is_page:
        problems = wrong_status(visit, answer_to(visit, client))
    else:
        problems = inspector.problems_of_its_template(visit, client, always=visit.is_sent or kind == "full")

    assert problems == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["empty", "error"])
@pytest.mark.parametrize("name", public_names())
def test_page_without_rows_or_with_an_error_in_the_browser(name, kind, press, inspector, live_server):
    visit = getattr(EXAMPLES[name], kind)(press)
    if not visit.is_page:
        pytest.skip("no page for people")

    problems = inspector.problems(visit)

    assert problems == []
