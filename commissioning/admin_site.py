from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from commissioning.acting import act_for, acting_officer, acting_organisation, is_operator, may_act_for

# The order in which a commissioner meets the registers, and what each part is for.
JOURNEYS = {
    "publish": "Publish a document",
    "contents": "What a document says",
    "buying": "Plan and buy",
    "directory": "Providers and services",
    "evidence": "Figures and sources",
    "organisation": "Your organisation",
    "reference": "Shared lists, kept by the operator",
    "trail": "What was done",
}


@dataclass(frozen=True)
class Waiting:
    """One thing on the first page that waits for somebody: a sentence, where to go, and the first few records."""

    title: str
    count: int
    url: str
    rows: list[tuple[str, str]] = field(default_factory=list)


class PortalAdminSite(admin.AdminSite):
    """The commissioners' workspace: open to officers and to the installation's operators."""

    site_header = "Commissioners’ workspace"
    site_title = "Workspace"
    index_title = "Your workspace"
    empty_value_display = "–"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each app says what waits in its registers: a function of the request.
        self.dashboards: list[Callable[[Any], Iterable[Waiting]]] = []

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in the portal's own registers only: what is not built on its base classes is not walled off.

        The tables of signing in (addresses, second steps, failed attempts) are kept by management commands.
        """
        if hasattr(admin_class, "journey"):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: Any) -> bool:
        user = request.user
        return bool(user.is_active and user.is_authenticated and (user.is_superuser or acting_officer(request)))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        @functools.wraps(inner)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            # No text here holds a NUL, and PostgreSQL would refuse to look for one.
            if "\x00" in request.path or any(
                "\x00" in one for pair in request.GET.lists() for one in [pair[0], *pair[1]]
            ):
                raise Http404("There is no such address.")
            return inner(request, *args, **kwargs)

        return guarded

    def each_context(self, request: Any) -> dict[str, Any]:
        context = {**super().each_context(request), "acting_for": None, "act_for_choices": []}
        if self.has_permission(request):
            choices = list(may_act_for(request.user))
            context["acting_for"] = acting_organisation(request)
            context["acts_for_all"] = is_operator(request.user)
            context["act_for_choices"] = choices if len(choices) > 1 or context["acts_for_all"] else []
        return context

    def get_app_list(self, request: Any, app_label: str | None = None) -> list[dict[str, Any]]:
        """Return the registers by journey, not by the packages they are written in; worked out once a request."""
        if app_label is not None:
            return super().get_app_list(request, app_label)
        if not hasattr(request, "_workspace_menu"):
            request._workspace_menu = self._by_journey(super().get_app_list(request))
        menu: list[dict[str, Any]] = request._workspace_menu
        return menu

    def _by_journey(self, apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        parts: dict[str, list[Any]] = {}
        for app in apps:
            for one in app["models"]:
                journey = getattr(self._registry[one["model"]], "journey", "organisation")
                parts.setdefault(journey, []).append(one)
        return [
            {
                "name": name,
                "app_label": f"journey-{key}",
                "app_url": "",
                "has_module_perms": True,
                "models": sorted(parts[key], key=lambda one: getattr(self._registry[one["model"]], "place", 50)),
            }
            for key, name in JOURNEYS.items()
            if key in parts
        ]

    def index(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        waiting = [one for dashboard in self.dashboards for one in dashboard(request) if one.count]
        return super().index(request, {"waiting": waiting, **(extra_context or {})})

    def autocomplete_view(self, request: Any) -> HttpResponse:
        from commissioning.admin.doors import ScopedAutocompleteView

        return ScopedAutocompleteView.as_view(admin_site=self)(request)

    @method_decorator(require_POST)
    def act_for_view(self, request: Any) -> HttpResponse:
        """Choose whom one acts for, among one's own organisations; an operator may choose any, or all."""
        chosen = request.POST.get("organisation", "")
        if chosen == "all" and is_operator(request.user):
            act_for(request, None)
            messages.success(request, "You now see every organisation.")
            return redirect("admin:index")
        organisation = may_act_for(request.user).filter(pk=chosen).first() if chosen.isdecimal() else None
        if organisation is None:
            raise Http404("You cannot act for this organisation.")
        act_for(request, organisation)
        messages.success(request, f"You now act for {organisation}.")
        return redirect("admin:index")

    def get_urls(self) -> list[Any]:
        # "View on site" by content type and key would tell a stranger's slug; pages are linked from the records.
        urls = [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]
        return [path("act-for/", self.admin_view(self.act_for_view), name="act_for"), *urls]
