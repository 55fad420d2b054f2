"""What every page of the workspace stands on: the provider one acts for, and its entries with where they stand."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from core import clock
from providers import profile
from providers.acting import acting_provider, providers_of
from providers.models import Provider, Service
from providers.services import drafts
from providers.services.drafts import Draft


def for_provider(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give a view the provider one acts for; who represents none is told how people come in.

    Who asks for a service that they keep for another of their providers is offered to change to that one.
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        provider = acting_provider(request)
        if provider is None:
            return render(request, "providers/workspace/nobody.html", status=403)
        try:
            answer = view(request, provider, *args, **kwargs)
        except Http404:
            elsewhere = _kept_for_another(request, provider, kwargs.get("slug"))
            if elsewhere is None or request.method not in {"GET", "HEAD"}:
                raise
            answer = show(request, "providers/workspace/switch.html", {"service": elsewhere})
        if isinstance(answer, HttpResponse) and not answer.has_header("Cache-Control"):
            answer["Cache-Control"] = "private, no-store"
        return answer

    return wrapped


def _kept_for_another(request: HttpRequest, provider: Provider, slug: str | None) -> Service | None:
    """Return the service a person asked for, if they keep it for a provider other than the one they act for."""
    if slug is None:
        return None
    at = clock.now()
    others = (one for one in providers_of(request) if one != provider)
    return next((found for one in others if (found := drafts.services_of(one, at=at).filter(slug=slug).first())), None)


@dataclass(frozen=True)
class Entry:
    """One profile on a page of the workspace, with where it stands."""

    draft: Draft
    told: list[profile.Told]
    vacancies: list[dict[str, Any]]
    at: dt.datetime

    @property
    def subject(self) -> Any:
        return self.draft.subject

    @property
    def service(self) -> Service | None:
        return self.subject if isinstance(self.subject, Service) else None

    @property
    def url(self) -> str:
        if self.service is None:
            return reverse("providers:workspace_provider")
        return reverse("providers:workspace_service", args=[self.service.slug])

    @property
    def is_public(self) -> bool:
        return bool(self.subject.is_public(at=self.at))

    @property
    def is_waiting(self) -> bool:
        return self.draft.revision is not None and self.draft.revision.is_waiting()

    @property
    def has_draft(self) -> bool:
        return self.draft.revision is not None and not self.is_waiting

    @property
    def came_back(self) -> Any:
        """The last decision, if it was to send the change back and nothing has been sent since."""
        last = self.draft.last
        return last if self.has_draft and last is not None and last.decision == "sent_back" else None

    @property
    def next_step(self) -> profile.Told | None:
        return profile.next_step(self.told)

    @property
    def told_count(self) -> int:
        return sum(one.told for one in self.told)

    @property
    def asked_count(self) -> int:
        return sum(one.asked for one in self.told)


def entries_of(provider: Provider, subjects: list[Any], at: dt.datetime) -> list[Entry]:
    found = drafts.open_drafts(provider=provider, subjects=subjects, at=at)
    return [
        Entry(draft, profile.completeness(draft.subject, draft.values), _vacancies(draft.subject, at), at)
        for draft in found
    ]


def _vacancies(subject: Any, at: dt.datetime) -> list[dict[str, Any]]:
    if not isinstance(subject, Service):
        return []
    rows = sorted(subject.vacancies.all(), key=lambda one: one.unit)
    return [{"row": one, "is_current": one.is_current(at=at), "id": f"vacancy-{one.pk}"} for one in rows]


def service_of(provider: Provider, slug: str | None, at: dt.datetime) -> Service | None:
    if slug is None:
        return None
    return get_object_or_404(drafts.services_of(provider, at=at).prefetch_related("vacancies"), slug=slug)


def entry_of(provider: Provider, slug: str | None, at: dt.datetime) -> Entry:
    return entries_of(provider, [service_of(provider, slug, at) or provider], at)[0]


def show(
    request: Any, template: str, context: dict[str, Any], *, entry: Entry | None = None, **more: Any
) -> HttpResponse:
    trail = [("Your workspace", reverse("providers:workspace"))]
    if entry is not None:
        trail.append((str(entry.subject), entry.url))
    context = {
        "provider": acting_provider(request),
        "providers": providers_of(request),
        "breadcrumbs": trail,
        **context,
    }
    return render(request, template, {**context, "entry": entry}, **more)
