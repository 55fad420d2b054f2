"""Who may be told of call-offs for members only: those who keep the entry of a provider on the framework now.

Everybody else learns nothing of them, whatever they follow. Asked when it is found who wants the news, and once more
when a mail is written.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, Q
from django.db.models.functions import Lower

from tenders.models import Admission, Opportunity


def readers(opportunities: Iterable[int], *, at: dt.datetime) -> dict[int, set[int]]:
    """Return for each of these call-offs which subscribers may be told of it: the twin of ``for_members``.

    Only an address that is its account's own counts, and only while the account may sign in.
    """
    hidden = Opportunity.objects.published(at=at).filter(pk__in=list(opportunities), is_members_only=True)
    of_lot = Q(framework__opportunities__framework_lot=None) | Q(lot=None)
    of_lot |= Q(framework__opportunities__framework_lot=F("lot"))
    person = "provider__representatives__user"
    rows = (
        Admission.objects.placing(at=at)
        .filter(
            of_lot,
            framework__opportunities__in=hidden.values("pk"),
            **{f"{person}__is_active": True, f"{person}__subscriber__email": Lower(f"{person}__email")},
        )
        .values_list("framework__opportunities", f"{person}__subscriber")
        .distinct()
    )
    found: dict[int, set[int]] = defaultdict(set)
    for opportunity, subscriber in rows:
        found[opportunity].add(subscriber)
    return found
