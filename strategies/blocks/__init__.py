"""What each kind of block takes from the live registers, as plain data in a few shapes.

A block returns ``None`` where its register has nothing for it: an edition is not composed over a hole.
Shapes: ``messages`` (groups of statements), ``indicators``, ``table`` (columns and rows, maybe grouped),
``entries`` (titled items with facts), ``plan`` (the delivery plan by year), ``glossary``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from ..models import Section
from . import evidence, people, procurement, statements
from .plan import block as plan_block
from .plan import delivery_plan
from .procurement import suppliers_text
from .shapes import Block

__all__ = ["Block", "build", "delivery_plan", "suppliers_text"]


def build(section: Section, *, at: dt.datetime) -> Block | None:
    """Return a section's block as plain data, or nothing where the register is empty for it.

    Rows that are only samples never enter a document that is none itself.
    """
    return _BUILDERS[Section.Block(section.block)](section, at)


_BUILDERS: dict[Section.Block, Callable[[Section, dt.datetime], Block | None]] = {
    Section.Block.MESSAGES: statements.messages,
    Section.Block.INDICATORS: evidence.indicators,
    Section.Block.PRIORITIES: statements.priorities,
    Section.Block.PRINCIPLES: statements.principles,
    Section.Block.DELIVERY_PLAN: plan_block,
    Section.Block.PIPELINE: procurement.pipeline,
    Section.Block.FRAMEWORKS: procurement.frameworks,
    Section.Block.CONTRACTS: procurement.contracts,
    Section.Block.SERVICES: evidence.services,
    Section.Block.FORUMS: people.forums,
    Section.Block.CONTACTS: people.contacts,
    Section.Block.RELATED: statements.related,
    Section.Block.GLOSSARY: statements.glossary,
    Section.Block.VALUES: statements.values,
    Section.Block.CYCLE: statements.cycle,
    Section.Block.PARTNERS: people.partners,
    Section.Block.PLACES: people.places,
}
