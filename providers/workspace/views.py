"""The pages of the providers' workspace. Each starts from the provider one acts for: what is another's is not found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.errors import DomainError, NotReady
from providers import profile
from providers import views as public
from providers.acting import may_represent, represent
from providers.models import Provider, Vacancy
from providers.services import drafts, freshness, revisions, vacancies
from providers.services.home import home_council, home_organisation
from providers.services.revisions import ChangedMeanwhile, ProfileRefused, WithTheCouncil

from .forms import (
    ChoiceOfProvider,
    NewServiceForm,
    SectionForm,
    VacancyForm,
)
from .frame import Entry, entries_of, entry_of, for_provider, service_of, show
from .row_forms import entries_in

PAGE_SIZE = 10


# --- the first page ---


@require_safe
@for_provider
def home(request: Any, provider: Provider) -> HttpResponse:
    at = clock.now()
    rows = drafts.services_of(provider, at=at).prefetch_related("vacancies")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    own, *entries = entries_of(provider, [provider, *page.object_list], at)
    context = {"own": own, "entries": entries, "page": page, "at": at, "breadcrumbs": [], **_what_waits(provider)}
    return show(request, "providers/workspace/home.html", context)


def _what_waits(provider: Provider) -> dict[str, list[dict[str, str]]]:
    """Name every open change of a provider, whichever page of the list its service is on."""
    waits: dict[str, list[dict[str, str]]] = {"back": [], "sent": [], "drafts": []}
    for revision in drafts.open_revisions(provider):
        service = revision.service
        url = (
            reverse("providers:workspace_service", args=[service.slug])
            if service
            else reverse("providers:workspace_provider")
        )
        kind = "sent" if revision.is_waiting() else "back" if revision.came_back else "drafts"
        waits[kind].append({"name": str(service or provider), "url": url})
    return waits


@require_POST
def act_for(request: Any) -> HttpResponse:
    """Choose among the providers one represents, and go on to the service of theirs that was asked for."""
    form = ChoiceOfProvider(may_represent(request.user), request.POST)
    if not form.is_valid():
        raise Http404("You cannot act for this provider.")
    provider = form.cleaned_data["provider"]
    represent(request, provider)
    messages.success(request, f"You now act for {provider}.")
    asked = drafts.services_of(provider, at=clock.now()).filter(slug=form.cleaned_data["service"]).first()
    return redirect("providers:workspace_service", asked.slug) if asked else redirect("providers:workspace")


# --- one entry ---


@require_safe
@for_provider
def entry(request: Any, provider: Provider, slug: str | None = None) -> HttpResponse:
    at = clock.now()
    found = entry_of(provider, slug, at)
    council = home_council(found.subject)
    context = {
        "at": at,
        "council": council,
        "home": home_organisation(found.subject),
        "preview_url": _url("preview", slug),
        "submit_url": _url("submit", slug),
        "withdraw_url": _url("withdraw", slug),
        "discard_url": _url("discard", slug),
        "parts": [{"told": one, "url": _section_url(slug, one.section.key)} for one in found.told],
        "breadcrumbs": [("Your workspace", reverse("providers:workspace"))],
    }
    return show(request, "providers/workspace/entry.html", context, entry=found)


def _url(name: str, slug: str | None) -> str:
    if slug is None:
        return reverse(f"providers:workspace_provider_{name}")
    return reverse(f"providers:workspace_{name}", args=[slug])


def _section_url(slug: str | None, key: str) -> str:
    if key == "photos" and slug is not None:
        return reverse("providers:workspace_photos", args=[slug])
    if slug is None:
        return reverse("providers:workspace_provider_section", args=[key])
    return reverse("providers:workspace_section", args=[slug, key])


@require_http_methods(["GET", "HEAD", "POST"])
@for_provider
def section(request: Any, provider: Provider, key: str, slug: str | None = None) -> HttpResponse:
    at = clock.now()
    found = entry_of(provider, slug, at)
    part = profile.section_of(found.subject, key)
    if part is None or key == "photos":
        raise Http404("There is no such section.")
    if found.is_waiting:
        messages.warning(request, str(WithTheCouncil()))
        return redirect(found.url)
    values = found.draft.values
    data = request.POST if request.method == "POST" else None
    form = SectionForm(part, found.subject, values, data)
    entries = entries_in(part, values, data)
    refusal = None
    # Both are asked, so that all that is wrong is shown at once.
    if data is not None and all([form.is_valid(), entries is None or entries.is_valid()]):
        written = form.values()
        if entries is not None:
            written[entries.field.name] = entries.values(localtime(at).date())
        try:
            saved = revisions.save_changes(
                provider=provider, service=found.service, values=written, seen=form.cleaned_data["seen"],
                by=request.user, at=at,
            )  # fmt: skip
        except ProfileRefused as error:
            form.refuse(error.problems)
        except ChangedMeanwhile as error:
            refusal = error
            form.show_now()
        except DomainError as error:
            refusal = error
        else:
            messages.success(request, _saved_sentence(saved))
            if entries is not None and data.get("then") == entries.field.name:
                return redirect(f"{_section_url(slug, key)}#{entries.field.name}")
            return redirect(found.url)
    context = {
        "section": part, "form": form, "entries": entries, "refusal": refusal,
        "changes": getattr(refusal, "changes", []), "at": at,
        "has_errors": bool(form.errors or (entries is not None and entries.has_errors)),
    }  # fmt: skip
    return show(request, "providers/workspace/section.html", context, entry=found)


def _saved_sentence(saved: Any) -> str:
    if saved is None:
        return "Saved. This is what families see already."
    return "Saved as a draft. Families see it once you have sent it to the council and it has agreed."


# --- sending, taking back, throwing away ---


@dataclass(frozen=True)
class Step:
    """A page with one button: what it says and which service it calls."""

    title: str
    button: str
    done: str
    call: Callable[..., Any]
    text: str = ""
    is_danger: bool = False


SUBMIT = Step(
    "Send your change", "Send it", "Your change is sent. Until it is agreed, families see the old text.",
    revisions.submit_changes,
)  # fmt: skip
WITHDRAW = Step(
    "Take your change back", "Take it back", "You have taken it back. It is a draft again.", revisions.withdraw_changes,
    "The council will not see it any more. What you wrote stays here as a draft.",
)  # fmt: skip
DISCARD = Step(
    "Throw your draft away", "Throw it away", "The draft is gone. Families saw nothing of it.", revisions.discard_changes,
    "What you wrote is lost. Families go on seeing what they see now.", is_danger=True,
)  # fmt: skip
REMOVE = Step(
    "Ask for this service to be taken out", "Ask the council", "Your request is with the council. Until it agrees, families see the service.",
    revisions.request_removal,
    "The council decides. Until then families see the service, and you can take the request back.", is_danger=True,
)  # fmt: skip


def _step(step: Step) -> Callable[..., HttpResponseBase]:
    @require_http_methods(["GET", "HEAD", "POST"])
    @for_provider
    def view(request: Any, provider: Provider, slug: str | None = None) -> HttpResponse:
        at = clock.now()
        found = entry_of(provider, slug, at)
        refusal = None
        if request.method == "POST":
            try:
                step.call(provider=provider, service=found.service, by=request.user, at=at)
            except DomainError as error:
                refusal = error
            else:
                messages.success(request, step.done)
                still_there = found.service is None or drafts.services_of(provider, at=at).filter(slug=slug).exists()
                return redirect(found.url if still_there else "providers:workspace")
        context = {
            "step": step, "refusal": refusal, "at": at,
            "missing": refusal.missing if isinstance(refusal, NotReady) else [],
            "changes": found.draft.changes if step is SUBMIT else [],
            "home": _home_of(found), "council": home_council(found.subject),
        }  # fmt: skip
        return show(request, "providers/workspace/step.html", context, entry=found)

    return view


def _home_of(found: Entry) -> Any:
    revision = found.draft.revision
    return revisions.home_of(revision, found.subject) if revision is not None else home_organisation(found.subject)


submit, withdraw, discard, remove = _step(SUBMIT), _step(WITHDRAW), _step(DISCARD), _step(REMOVE)


@require_safe
@for_provider
def preview(request: Any, provider: Provider, slug: str | None = None) -> HttpResponseBase:
    """Show the public page as it will be, made by the public page itself."""
    at = clock.now()
    found = entry_of(provider, slug, at)
    request.is_preview = True
    request.preview_back = found.url
    try:
        with revisions.as_if_approved(provider=provider, service=found.service, at=at):
            answer = public.service(request, slug=slug) if slug else public.provider(request, slug=provider.slug)
    except NotReady as error:
        messages.error(request, " ".join([str(error), *error.missing]))
        return redirect(found.url)
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


# --- what is live at once ---


@require_POST
@for_provider
def vacancy(request: Any, provider: Provider, slug: str) -> HttpResponse:
    at = clock.now()
    service = service_of(provider, slug, at)
    form = VacancyForm(request.POST)
    if not form.is_valid():
        problem = next(iter(form.errors.values()))[0]
        messages.error(request, f"Nothing was saved. {problem}")
        return redirect(_back(request, slug))
    data = form.cleaned_data
    if data["available"] is None and not request.POST.get("step"):
        messages.error(request, "Nothing was saved. Say how many are free; write 0 if there is none.")
        return redirect(_back(request, slug))
    step = data["step"] or 0
    try:
        told = vacancies.tell_vacancy(
            service=service, unit=data["unit"], available=None if step else data["available"], step=step,
            maximum=data["maximum"], by=request.user, at=at,
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, f"Nothing was saved. {error}")
    else:
        messages.success(request, _told_sentence(told))
    return redirect(_back(request, slug))


def _told_sentence(told: Vacancy) -> str:
    until = localtime(told.expires_at)
    return (
        f"{told.service}: {told.available} free ({told.unit}). Families see it now, until {until.day} {until:%B}; "
        "tell us again before then."
    )


def _back(request: Any, slug: str) -> str:
    if request.POST.get("from") == "home":
        return reverse("providers:workspace")
    return reverse("providers:workspace_service", args=[slug])


@require_POST
@for_provider
def confirm(request: Any, provider: Provider, slug: str) -> HttpResponse:
    """Take the provider's word that nothing has changed."""
    at = clock.now()
    service = service_of(provider, slug, at)
    try:
        freshness.confirm_service(service=service, by=request.user, at=at)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Thank you. Families read that {service} was confirmed today.")
    return redirect(_back(request, slug))


# --- a new service ---


@require_http_methods(["GET", "HEAD", "POST"])
@for_provider
def new_service(request: Any, provider: Provider) -> HttpResponse:
    form = NewServiceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            service = revisions.propose_service(
                provider=provider, values=form.values(), by=request.user, at=clock.now()
            )
        except ProfileRefused as error:
            form.refuse(error.problems)
        else:
            messages.success(request, "Begun. Fill in what you can, then send it to the council.")
            return redirect("providers:workspace_service", service.slug)
    return show(request, "providers/workspace/new_service.html", {"form": form})
