"""The pages of a service's photos."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from core import clock, files
from core.errors import DomainError
from providers import pictures, profile
from providers.models import Photo, Provider
from providers.services import photos
from providers.services.revisions import ProfileRefused

from .forms import PhotoForm
from .frame import Entry, entry_of, for_provider, show


@require_http_methods(["GET", "HEAD", "POST"])
@for_provider
def photo_list(request: Any, provider: Provider, slug: str) -> HttpResponse:
    at = clock.now()
    found = entry_of(provider, slug, at)
    form = PhotoForm()
    if request.method == "POST":
        answer, form = _change_photos(request, provider, found, at)
        if answer is not None:
            return answer
    context = {"form": form, "photos": found.draft.values["photos"], "most": profile.fields.MOST_PHOTOS, "at": at}
    return show(request, "providers/workspace/photos.html", context, entry=found)


def _change_photos(
    request: Any, provider: Provider, found: Entry, at: dt.datetime
) -> tuple[HttpResponse | None, PhotoForm]:
    common = {"provider": provider, "service": found.service, "by": request.user, "at": at}
    here = redirect("providers:workspace_photos", found.subject.slug)
    if checksum := request.POST.get("photo"):
        act = request.POST.get("act", "")
        ways: dict[str, dict[str, Any]] = {
            "up": {"step": -1}, "down": {"step": 1}, "remove": {"remove": True},
            "describe": {"alt_text": request.POST.get("alt_text", "")},
        }  # fmt: skip
        try:
            photos.change_photo(checksum=checksum, **common, **ways.get(act, {}))
        except DomainError as error:
            messages.error(request, f"Nothing was saved. {_sentence(error)}")
        else:
            messages.success(request, "Saved as a draft.")
        return here, PhotoForm()
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            photos.add_photo(file=upload, size=upload.size, alt_text=form.cleaned_data["alt_text"], **common)
        except DomainError as error:
            form.add_error("file", _sentence(error))
        else:
            messages.success(request, "Added to your draft. Families see it once the council has agreed.")
            return here, form
    return None, form


def _sentence(error: DomainError) -> str:
    if isinstance(error, ProfileRefused):
        return " ".join(line for lines in error.problems.values() for line in lines)
    return str(error)


@require_safe
@for_provider
def photo(request: Any, provider: Provider, slug: str, checksum: str) -> HttpResponseBase:
    """Show a photo to the people of its own provider, approved or not."""
    row = Photo.objects.filter(service__provider=provider, service__slug=slug, file=checksum).first()
    if row is None:
        raise Http404("There is no such photo.")
    return files.serve(request, row.file, content_type=pictures.CONTENT_TYPE, filename="photo.jpg", inline=True)
