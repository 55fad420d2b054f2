"""Every public address in a real browser: full, empty and wrong, on a desk and on a small phone."""

import pytest
from django.conf import settings

from tests.browser.addresses import public_names
from tests.browser.examples import EXAMPLES

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_public_address_has_its_examples():
    assert sorted(EXAMPLES) == public_names()


@pytest.mark.parametrize("kind", ["full", "empty", "error"])
@pytest.mark.parametrize("name", public_names())
def test_page(name, kind, press, inspector, client, live_server):
    assert name in EXAMPLES, f"Give {name} a full, an empty and an error example in tests/browser/examples/."
    visit = getattr(EXAMPLES[name], kind)(press)

    if visit.is_page:
        problems = inspector.problems(visit)
    else:
        if visit.user:
            client.force_login(visit.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        answer = client.get(visit.path, follow=True)
        problems = [] if answer.status_code == visit.status else [f"status {answer.status_code}"]

    assert problems == []
