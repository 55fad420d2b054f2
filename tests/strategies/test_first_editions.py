"""The first editions of a new installation: asked for, composed by a real worker, published, once."""

import io

import pytest
from django.core.management import CommandError, call_command

from strategies.models import Edition
from tests.factories.strategies import SectionFactory, StrategyFactory

pytestmark = pytest.mark.django_db(transaction=True)


def publish():
    said = io.StringIO()
    call_command("publish_first_editions", wait=300, stdout=said)
    return said.getvalue()


def test_each_public_strategy_gets_one_published_edition_also_after_an_interrupted_run(worker):
    strategy = StrategyFactory(title="Care in Sampleshire")
    SectionFactory(strategy=strategy)
    SectionFactory(strategy=StrategyFactory(title="A draft", published_at=None))
    with pytest.raises(CommandError, match="did not finish in time"):
        call_command("publish_first_editions", wait=0, stdout=io.StringIO())

    first, second = publish(), publish()

    assert first.startswith("Published Care in Sampleshire, edition 1: ")
    assert second == "Every strategy has a published edition.\n"
    edition = Edition.objects.get()
    assert (edition.strategy, edition.number, edition.published_by) == (strategy, 1, None)
    assert edition.is_composed and edition.published_at is not None


def test_a_document_that_lacks_something_is_named_with_what_it_lacks():
    SectionFactory(strategy=StrategyFactory(title="Care in Sampleshire"), title="Hollow", body="")

    with pytest.raises(CommandError, match="Care in Sampleshire: .* 1 Hollow: it has neither words nor a block"):
        publish()

    assert not Edition.objects.exists()
