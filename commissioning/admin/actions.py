"""Object actions: the buttons on a record that call a service and show its refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from commissioning import permissions
from core.errors import DomainError, NotReady


def object_action(
    label: str,
    *,
    confirm: str = "",
    publishes: bool = False,
    is_danger: bool = False,
    form: type[forms.Form] | None = None,
) -> Callable[..., Any]:
    """Mark an admin method as a button on the record. It calls a service and may return a response or a sentence.

    :param confirm: a sentence shown on the page with one button before it is done.
    :param publishes: only for those who may publish.
    :param form: what the page asks first; its cleaned values are given to the method by name. A form with a method
        ``for_record`` is told the record, to offer its parts.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        method.label, method.confirm, method.form = label, confirm, form  # type: ignore[attr-defined]
        method.publishes, method.is_danger = publishes, is_danger  # type: ignore[attr-defined]
        return method

    return decorate


class ObjectActionsMixin:
    """Adds ``object_actions``, the names of methods marked with :func:`object_action`."""

    object_actions: list[str] = []
    opts: Any
    admin_site: Any

    def _action_url_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_action"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.object_action_view)
        own = path("<path:object_id>/action/<slug:action>/", view, name=self._action_url_name())
        return [own, *super().get_urls()]  # type: ignore[misc]

    def actions_for(self, request: Any, obj: Any) -> list[dict[str, Any]]:
        """The buttons a person gets on a record."""
        offered = []
        for name in self.object_actions:
            method = getattr(self, name)
            predicate = permissions.can_publish if method.publishes else permissions.can_edit
            if not self._allowed(request, predicate, obj) or not self.offers(name, obj):  # type: ignore[attr-defined]
                continue
            url = reverse(f"admin:{self._action_url_name()}", args=[obj.pk, name], current_app=self.admin_site.name)
            offered.append({"name": name, "label": method.label, "url": url, "is_danger": method.is_danger})
        return offered

    def offers(self, action: str, obj: Any) -> bool:
        """Whether an action makes sense for a record as it stands."""
        return True

    def action_sentence(self, action: str, obj: Any) -> str:
        """What the page says will come of a press on the button; the action's own words by default."""
        method = getattr(self, action)
        return str(method.confirm or f"{method.label}: {obj}?")

    def action_details(self, request: Any, obj: Any) -> str:
        """What a person should look at before they press the button, as HTML of ours; nothing by default."""
        return ""

    def object_action_view(self, request: Any, object_id: str, action: str) -> HttpResponse:
        """Do an object action on POST; a GET gets a page with one button, which tells a refusal too."""
        obj = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if obj is None or action not in self.object_actions:
            raise Http404("No such record.")
        if not any(one["name"] == action for one in self.actions_for(request, obj)):
            raise PermissionDenied("This is not possible for this record as it stands, or not for you.")
        method = getattr(self, action)
        if request.method != "POST":
            return self._action_page(request, obj, method, form=_form(method, obj))
        form = _form(method, obj, request.POST)
        if form is not None and not form.is_valid():
            return self._action_page(request, obj, method, form=form)
        try:
            response = method(request, obj, **(form.cleaned_data if form else {}))
        except DomainError as refusal:
            return self._action_page(request, obj, method, form=form, refusal=refusal)
        if isinstance(response, HttpResponse):
            return response
        if response:
            messages.success(request, str(response))
        return redirect(self._record_url(obj))

    def _record_url(self, obj: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def _action_page(
        self, request: Any, obj: Any, method: Any, *, form: forms.Form | None, refusal: DomainError | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": method.label,
            "opts": self.opts,
            "object": obj,
            "details": self.action_details(request, obj),
            "sentence": self.action_sentence(method.__name__, obj),
            "label": method.label,
            "is_danger": method.is_danger,
            "record_url": self._record_url(obj),
            "form": form,
            "refusal": refusal,
            "missing": refusal.missing if isinstance(refusal, NotReady) else [],
        }
        return render(request, "admin/object_action.html", context)

    def render_change_form(self, request: Any, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        context["object_actions"] = self.actions_for(request, obj) if obj else []
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)  # type: ignore[misc]


def _form(method: Any, obj: Any, data: Any = None) -> forms.Form | None:
    if method.form is None:
        return None
    form: forms.Form = method.form(data)
    if hasattr(form, "for_record"):
        form.for_record(obj)
    return form
