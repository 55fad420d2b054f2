import pytest

from commissioning.services import publish_record
from core.errors import AlreadyDone
from core.models import AuditEvent
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.strategies import StrategyFactory

pytestmark = pytest.mark.django_db


def test_record_is_public_from_its_moment_and_the_trail_says_by_whom():
    strategy, person = StrategyFactory(published_at=None), UserFactory()

    published = publish_record(record=strategy, by=person, at=NOON)

    event = AuditEvent.objects.about(strategy).get()
    assert published.is_public(at=NOON)
    assert published.published_by == person
    assert (event.action, event.by_id, event.organisation_id) == (
        "strategy.published",
        person.pk,
        str(strategy.organisation.pk),
    )


def test_what_is_public_is_not_published_again():
    strategy = StrategyFactory(published_at=NOON)

    with pytest.raises(AlreadyDone):
        publish_record(record=strategy, by=UserFactory(), at=NOON)

    assert not AuditEvent.objects.exists()
