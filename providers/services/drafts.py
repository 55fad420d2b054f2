"""What a provider is writing: its profiles with their open changes, read for pages and for other services."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import (
    Case,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.lookups import IsNull

from providers import profile
from providers.models import ProfileRevision, Provider, Service
from providers.profile import Values

Decision = ProfileRevision.Decision


@dataclass(frozen=True)
class Draft:
    """A profile as its provider sees it: what is live, what is being changed, and where that stands."""

    subject: profile.Subject
    live: Values
    revision: ProfileRevision | None
    last: ProfileRevision | None = None
    """The last decided one, to tell why something came back."""
    values: Values = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", {**self.live, **(self.revision.changes if self.revision else {})})

    @property
    def changes(self) -> list[profile.Change]:
        """What the open revision would change, in words."""
        if self.revision is None:
            return []
        return profile.differences(self.subject, self.revision.changes, live=self.live, base=self.revision.base)


def open_draft(*, provider: Provider, service: Service | None, at: dt.datetime) -> Draft:
    """Return a profile with its open revision, for pages; nothing is locked or changed."""
    return open_drafts(provider=provider, subjects=[profile.subject_of(service, provider)], at=at)[0]


def open_drafts(*, provider: Provider, subjects: Sequence[profile.Subject], at: dt.datetime) -> list[Draft]:
    """Return several profiles of one provider with their open revisions, in a fixed number of queries."""
    services = [one for one in subjects if isinstance(one, Service)]
    prefetch_related_objects(services, *profile.RELATIONS)
    rows = ProfileRevision.objects.filter(provider=provider).select_related("organisation", "service", "provider")
    about = Q(service__in=services)
    if len(services) < len(subjects):
        about |= Q(service=None)
    written = {one.service_id: one for one in rows.open().filter(about)}
    decided = rows.filter(about, decided_at__isnull=False, submitted_at__isnull=False)
    last = {one.service_id: one for one in decided.order_by("service_id", "-decided_at", "-pk").distinct("service_id")}
    return [
        Draft(subject, profile.live_values(subject, at=at), written.get(key), last.get(key))
        for subject, key in ((one, one.pk if isinstance(one, Service) else None) for one in subjects)
    ]


def open_revisions(provider: Provider) -> QuerySet[ProfileRevision]:
    """Return a provider's open changes, each with ``came_back``: whether the last one was sent back."""
    last = ProfileRevision.objects.filter(
        provider=OuterRef("provider"), decided_at__isnull=False, submitted_at__isnull=False
    ).filter(Q(service=OuterRef("service")) | Q(service=None) & IsNull(OuterRef("service"), True))
    return (
        ProfileRevision.objects.open()
        .filter(provider=provider)
        .annotate(last_decision=Subquery(last.order_by("-decided_at", "-pk").values("decision")[:1]))
        .annotate(
            came_back=Case(
                When(submitted_at=None, last_decision=Decision.SENT_BACK, then=Value(True)), default=Value(False)
            )
        )
        .select_related("service", "provider")
        .order_by("started_at", "pk")
    )


def services_of(provider: Provider, *, at: dt.datetime) -> QuerySet[Service]:
    """Return the services that a provider's people see: the public ones, their proposals, and those taken down."""
    theirs = ProfileRevision.objects.filter(service=OuterRef("pk")).filter(
        Q(decided_at=None) | Q(decision=Decision.APPROVED)
    )
    return Service.objects.filter(Q(published_at__lte=at) | Exists(theirs), provider=provider).order_by("name", "pk")
