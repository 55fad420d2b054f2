import factory
from factory.django import DjangoModelFactory

from strategies.models import (
    Action,
    Intention,
    Message,
    Milestone,
    Principle,
    Priority,
    RelatedDocument,
    Section,
    Strategy,
    Term,
    Theme,
)
from tests.factories import NOON
from tests.factories.commissioning import OwnedFactory


class StrategyFactory(OwnedFactory):
    class Meta:
        model = Strategy

    slug = factory.Sequence(lambda n: f"strategy-{n}")
    title = factory.Sequence(lambda n: f"Strategy {n}")
    headline = factory.Sequence(lambda n: f"What is needed {n}")
    kind = Strategy.Kind.COMMISSIONING
    starts = "2024"
    ends = "2027"
    published_at = NOON


class PartFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    strategy = factory.SubFactory(StrategyFactory)


class SectionFactory(PartFactory):
    class Meta:
        model = Section

    slug = factory.Sequence(lambda n: f"section-{n}")
    title = factory.Sequence(lambda n: f"Section {n}")
    body = "<p>Words.</p>"
    order = factory.Sequence(lambda n: n)


class ThemeFactory(PartFactory):
    class Meta:
        model = Theme

    slug = factory.Sequence(lambda n: f"theme-{n}")
    title = factory.Sequence(lambda n: f"Theme {n}")


class PrincipleFactory(PartFactory):
    class Meta:
        model = Principle

    slug = factory.Sequence(lambda n: f"principle-{n}")
    title = factory.Sequence(lambda n: f"Principle {n}")


class PriorityFactory(PartFactory):
    class Meta:
        model = Priority

    slug = factory.Sequence(lambda n: f"priority-{n}")
    title = factory.Sequence(lambda n: f"Priority {n}")


class IntentionFactory(PartFactory):
    class Meta:
        model = Intention

    slug = factory.Sequence(lambda n: f"intention-{n}")
    title = factory.Sequence(lambda n: f"Intention {n}")


class ActionFactory(PartFactory):
    class Meta:
        model = Action

    slug = factory.Sequence(lambda n: f"action-{n}")
    title = factory.Sequence(lambda n: f"Action {n}")


class MilestoneFactory(DjangoModelFactory):
    class Meta:
        model = Milestone

    action = factory.SubFactory(ActionFactory)
    due = "2024/25"
    title = factory.Sequence(lambda n: f"Milestone {n}")


class MessageFactory(PartFactory):
    class Meta:
        model = Message

    slug = factory.Sequence(lambda n: f"message-{n}")
    kind = Message.Kind.KEY_MESSAGE
    text = factory.Sequence(lambda n: f"Statement {n}.")


class RelatedDocumentFactory(PartFactory):
    class Meta:
        model = RelatedDocument

    slug = factory.Sequence(lambda n: f"document-{n}")
    title = factory.Sequence(lambda n: f"Related {n}")


class TermFactory(PartFactory):
    class Meta:
        model = Term

    slug = factory.Sequence(lambda n: f"term-{n}")
    term = factory.Sequence(lambda n: f"Term {n}")
    meaning = "What it means."
