"""What the services refuse, and that a refusal changes nothing. What they do with a real worker is tried elsewhere."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from core.errors import AlreadyDone, DomainError
from core.models import AuditEvent, Job, JobState
from strategies import services
from strategies.models import Edition
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.strategies import SectionFactory, StrategyFactory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def officer():
    return UserFactory()


@pytest.fixture
def strategy():
    strategy = StrategyFactory()
    SectionFactory(strategy=strategy)
    return strategy


def composed(strategy, number, **fields):
    return Edition.objects.create(
        strategy=strategy, number=number, requested_at=NOON, composed_at=NOON, content={"sections": []},
        content_checksum="0" * 64, **fields,
    )  # fmt: skip


def fail_job(edition):
    Job.objects.filter(pk=services.composing_job(edition).pk).update(
        state=JobState.FAILED, reason="No room.", finished_at=NOON
    )


def test_edition_without_sections_is_not_begun(officer):
    strategy = StrategyFactory()

    with pytest.raises(services.StrategyNotReady) as refusal:
        services.request_edition(strategy=strategy, by=officer, at=NOON)

    assert refusal.value.missing == ["The document has no sections yet."]
    assert not strategy.editions.exists()
    assert not Job.objects.exists()


def test_edition_whose_register_is_empty_is_not_begun(strategy, officer):
    SectionFactory(strategy=strategy, block="glossary", title="Words")

    with pytest.raises(services.StrategyNotReady) as refusal:
        services.request_edition(strategy=strategy, by=officer, at=NOON)

    assert refusal.value.missing == ["2 Words: the register has nothing for “Words and abbreviations”."]
    assert not strategy.editions.exists()


def test_second_edition_waits_for_the_first(strategy, officer):
    services.request_edition(strategy=strategy, by=officer, at=NOON)

    with pytest.raises(services.EditionInProgress, match="Edition 1 is being composed"):
        services.request_edition(strategy=strategy, by=officer, at=NOON)

    assert strategy.editions.count() == 1


def test_edition_that_failed_does_not_hold_up_the_next(strategy, officer):
    fail_job(services.request_edition(strategy=strategy, by=officer, at=NOON))

    second = services.request_edition(strategy=strategy, by=officer, at=NOON)

    assert second.number == 2


def test_failed_edition_is_tried_again(strategy, officer):
    edition = services.request_edition(strategy=strategy, by=officer, at=NOON)
    fail_job(edition)

    services.try_again(edition=edition, by=officer, at=NOON)

    assert services.composing_job(edition).state == JobState.QUEUED
    assert strategy.editions.count() == 1


def test_failed_edition_is_not_tried_again_beside_another(strategy, officer):
    first = services.request_edition(strategy=strategy, by=officer, at=NOON)
    fail_job(first)
    services.request_edition(strategy=strategy, by=officer, at=NOON)

    with pytest.raises(services.EditionInProgress, match="Edition 2 is being composed"):
        services.try_again(edition=first, by=officer, at=NOON)

    assert services.composing_job(first).state == JobState.FAILED


def test_third_edition_waits_for_the_first_that_is_tried_again(strategy, officer):
    first = services.request_edition(strategy=strategy, by=officer, at=NOON)
    fail_job(first)
    fail_job(services.request_edition(strategy=strategy, by=officer, at=NOON))
    services.try_again(edition=first, by=officer, at=NOON)

    with pytest.raises(services.EditionInProgress, match="Edition 1 is being composed"):
        services.request_edition(strategy=strategy, by=officer, at=NOON)


def test_edition_that_has_not_failed_is_not_tried_again(strategy, officer):
    edition = services.request_edition(strategy=strategy, by=officer, at=NOON)

    with pytest.raises(DomainError, match="Only work that has failed"):
        services.try_again(edition=edition, by=officer, at=NOON)


def test_edition_that_is_not_composed_is_not_published(strategy, officer):
    edition = services.request_edition(strategy=strategy, by=officer, at=NOON)

    with pytest.raises(services.EditionNotComposed):
        services.publish_edition(edition=edition, by=officer, at=NOON)

    edition.refresh_from_db()
    assert edition.published_at is None


def test_edition_is_published_once(strategy, officer):
    edition = services.publish_edition(edition=composed(strategy, 1), by=officer, at=NOON)

    with pytest.raises(AlreadyDone):
        services.publish_edition(edition=edition, by=officer, at=NOON + HOUR)

    edition.refresh_from_db()
    assert edition.published_at == NOON
    assert AuditEvent.objects.about(edition).filter(action="edition.published").count() == 1


def test_edition_is_not_published_in_the_past(strategy, officer):
    with pytest.raises(DomainError, match="has not passed"):
        services.publish_edition(edition=composed(strategy, 1), by=officer, at=NOON, moment=NOON - HOUR)


def test_edition_of_a_draft_strategy_is_not_published(officer):
    edition = composed(StrategyFactory(published_at=None), 1)

    with pytest.raises(DomainError, match="not public by then"):
        services.publish_edition(edition=edition, by=officer, at=NOON)


def test_edition_may_be_planned_for_after_its_strategy(officer):
    edition = composed(StrategyFactory(published_at=NOON + HOUR), 1)

    edition = services.publish_edition(edition=edition, by=officer, at=NOON, moment=NOON + HOUR)

    assert edition.published_at == NOON + HOUR


def test_older_edition_is_not_published_after_a_newer(strategy, officer):
    older = composed(strategy, 1)
    composed(strategy, 2, published_at=NOON)

    with pytest.raises(DomainError, match="Edition 2 is public already"):
        services.publish_edition(edition=older, by=officer, at=NOON)


def test_older_edition_is_not_planned_for_after_a_newer(strategy, officer):
    older = composed(strategy, 1)
    composed(strategy, 2, published_at=NOON + HOUR)

    with pytest.raises(DomainError, match="Edition 2 is to be public by then"):
        services.publish_edition(edition=older, by=officer, at=NOON, moment=NOON + 2 * HOUR)


def test_newer_edition_does_not_overtake_a_planned_one(strategy, officer):
    composed(strategy, 1, published_at=NOON + HOUR)
    newer = composed(strategy, 2)

    with pytest.raises(DomainError, match="Edition 1 is still to be published"):
        services.publish_edition(edition=newer, by=officer, at=NOON)


def test_planned_publication_is_taken_back(strategy, officer):
    edition = composed(strategy, 1, published_at=NOON + HOUR, published_by=officer)

    services.unschedule_edition(edition=edition, by=officer, at=NOON)

    edition.refresh_from_db()
    assert (edition.published_at, edition.published_by) == (None, None)


def test_public_edition_is_not_taken_back(strategy, officer):
    edition = composed(strategy, 1, published_at=NOON)

    with pytest.raises(DomainError, match="What was published stays"):
        services.unschedule_edition(edition=edition, by=officer, at=NOON)


def test_publication_that_nobody_planned_is_not_taken_back(strategy, officer):
    with pytest.raises(DomainError, match="No publication is planned"):
        services.unschedule_edition(edition=composed(strategy, 1), by=officer, at=NOON)


@pytest.mark.parametrize("change", [{"content": {"sections": [1]}}, {"number": 7}, {"content_checksum": "1" * 64}])
def test_database_keeps_a_composed_edition_as_it_is(strategy, change):
    edition = composed(strategy, 1)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(**change)


def test_database_keeps_an_editions_files_as_they_are(strategy):
    file = composed(strategy, 1).files.create(kind="page", checksum="0" * 64, size=1)
    file.checksum = "1" * 64

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        file.save()
