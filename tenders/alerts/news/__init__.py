"""What has happened: read from the facts by their time, and from what is otherwise than at the last look.

Whoever moves a date, answers a question or withdraws a tender calls nothing here. Each piece of news has a key, so that
it is written once however often the same fact is read.
"""

from __future__ import annotations

from tenders.models import AlertNews

from .contracts import contracts
from .details import details
from .events import events
from .frameworks import frameworks
from .looking import Look
from .opportunities import opportunities
from .procurement import procurement
from .reminders import reminders

__all__ = ["Look", "collect"]


def collect(look: Look) -> None:
    """Write down all that is new, and remember what was seen. In one transaction."""
    opportunities(look)
    frameworks(look)
    contracts(look)
    events(look)
    procurement(look)
    details(look)
    reminders(look)
    AlertNews.objects.bulk_create(look.found, batch_size=1000, ignore_conflicts=True)
