"""Strategies as full as a council can make them, and their composed editions."""

import datetime as dt

from core import clock, files, jobs
from strategies import services
from strategies.models import Edition, EditionFile, Section
from tests.browser.rows.commissioning import full_organisation
from tests.factories.commissioning import OrganisationFactory
from tests.factories.strategies import (
    ActionFactory,
    IntentionFactory,
    MessageFactory,
    MilestoneFactory,
    PrincipleFactory,
    PriorityFactory,
    RelatedDocumentFactory,
    SectionFactory,
    StrategyFactory,
    TermFactory,
    ThemeFactory,
)

NOW = dt.datetime.now(dt.UTC)


def full_strategy(*, organisation=None):
    """Return a public strategy with one of everything, and sections that a document can be composed of."""
    organisation = organisation or full_organisation()
    source = organisation.sourcedocument_set.first()
    strategy = StrategyFactory(
        organisation=organisation, source=source, source_section="Whole", lede="Who needs what.", kind="mps",
        source_status="Final draft",
    )  # fmt: skip
    strategy.partnerships.create(organisation=OrganisationFactory())
    theme = ThemeFactory(strategy=strategy, text="What it holds.")
    for number in range(3):
        priority = PriorityFactory(
            strategy=strategy, theme=theme, number=str(number + 1), text="Why it matters.", source=source
        )
        for heading in ("", "Under a heading"):
            IntentionFactory(strategy=strategy, priority=priority, heading=heading, text="How.", source=source)
        action = ActionFactory(strategy=strategy, priority=priority, responsible_as_stated="A team")
        MilestoneFactory(action=action, due="2024/25", is_buying=True)
        MilestoneFactory(action=action, due="2025/26")
    IntentionFactory(strategy=strategy)
    for _ in range(8):
        MessageFactory(strategy=strategy, source=source)
    PrincipleFactory(strategy=strategy, text="What it asks.")
    RelatedDocumentFactory(strategy=strategy, url="https://law.example/", status="in draft")
    TermFactory(strategy=strategy)
    chapter = SectionFactory(strategy=strategy, source=source, source_section="1")
    blocks = [block for block in Section.Block.values if block in BLOCKS]
    for block in blocks:
        parent = chapter if block in ("glossary", "related") else None
        section = SectionFactory(strategy=strategy, block=block, parent=parent, source=source)
        if block == "messages":
            section.message_kinds = ["key_message"]
            section.save()
        if block == "indicators":
            section.indicators.set(organisation.indicator_set.all())
    return strategy


# What `full_strategy` fills; the registers of procurement have pages of their own here.
BLOCKS = (
    "messages", "indicators", "priorities", "principles", "delivery_plan", "contacts", "related", "glossary", "values",
    "cycle", "partners",
)  # fmt: skip


def composed_edition(strategy, *, published_at=None):
    """Compose an edition through the services with the real renderer, here and now."""
    edition = services.request_edition(strategy=strategy, by=None, at=clock.now())
    jobs.run(services.composing_job(edition).pk)
    edition.refresh_from_db()
    assert edition.is_composed, services.composing_job(edition).reason
    if published_at:
        Edition.objects.filter(pk=edition.pk).update(published_at=published_at)
        edition.refresh_from_db()
    return edition


class Press:
    """Composes one full strategy a session, and sets what came of it into each test's empty database and folder."""

    def __init__(self):
        self._kept = None

    def edition(self, strategy, *, published_at=None):
        if self._kept is None:
            edition = composed_edition(strategy)
            self._kept = (
                {name: getattr(edition, name) for name in ("composed_at", "content", "content_checksum")},
                [(file.kind, file.pages, files.read(file.checksum)) for file in edition.files.all()],
            )
            Edition.objects.filter(pk=edition.pk).update(published_at=published_at)
            edition.refresh_from_db()
            return edition
        kept, stored = self._kept
        edition = Edition.objects.create(
            strategy=strategy, number=1, requested_at=NOW, published_at=published_at, **kept
        )
        for kind, pages, content in stored:
            file = files.store(content)
            EditionFile.objects.create(edition=edition, kind=kind, pages=pages, checksum=file.checksum, size=file.size)
        return edition
