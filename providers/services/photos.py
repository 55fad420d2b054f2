"""Photos: added to a draft, shown once the home council has agreed."""

from __future__ import annotations

import datetime as dt
from typing import Any, BinaryIO

from django.db import transaction

from core import audit, files
from core.text import clean_plain_text
from providers import pictures, profile
from providers.models import Photo, ProfileRevision, Provider, Service
from providers.pictures import PhotoRefused
from providers.profile.fields import MOST_PHOTOS

from . import drafts, revisions


@transaction.atomic
def add_photo(
    *, provider: Provider, service: Service, file: BinaryIO, size: int, alt_text: str, by: Any, at: dt.datetime
) -> ProfileRevision | None:
    """Put a photo into a service's draft: checked, re-encoded, without its metadata. Nobody else sees it yet.

    :raises PhotoRefused: naming the rule that the file or its description breaks.
    :raises WithTheCouncil: if a change to the service waits for a decision.
    """
    alt_text = _described(alt_text)
    picture = pictures.read_photo(file, size=size)
    Provider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    photos = _of_draft(provider, service, at)
    if len(photos) >= MOST_PHOTOS:
        raise PhotoRefused(f"A service has {MOST_PHOTOS} photos at most. Take one away first.")
    stored = files.store(picture.content)
    if any(one["file"] == stored.checksum for one in photos):
        raise PhotoRefused("This photo is there already.")
    photo = Photo.objects.filter(service=service, file=stored.checksum, removed_at=None).first()
    if photo is None:
        photo = Photo.objects.create(
            service=service, file=stored.checksum, alt_text=alt_text, width=picture.width, height=picture.height,
            order=len(photos), added_at=at, added_by=by,
        )  # fmt: skip
        audit.record("photo.added", photo, by=by, at=at, organisation=provider, after=audit.snapshot(photo))
    return _save(provider, service, photos, [*photos, {"file": photo.file, "alt_text": alt_text}], by, at)


@transaction.atomic
def change_photo(
    *,
    provider: Provider,
    service: Service,
    checksum: str,
    by: Any,
    at: dt.datetime,
    alt_text: str | None = None,
    step: int = 0,
    remove: bool = False,
) -> ProfileRevision | None:
    """Describe a photo of the draft anew, move it up (-1) or down (1), or take it away.

    :raises PhotoRefused: if the draft has no such photo, or the description is empty or too long.
    :raises WithTheCouncil: if a change to the service waits for a decision.
    """
    Provider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    photos = _of_draft(provider, service, at)
    place = next((number for number, one in enumerate(photos) if one["file"] == checksum), None)
    if place is None:
        raise PhotoRefused("This photo is not there any more.")
    changed = [dict(one) for one in photos]
    if alt_text is not None:
        changed[place]["alt_text"] = _described(alt_text)
    one = changed.pop(place)
    if not remove:
        changed.insert(max(0, min(len(changed), place + step)), one)
    return _save(provider, service, photos, changed, by, at)


def _described(alt_text: str) -> str:
    alt_text = clean_plain_text(alt_text)
    if not alt_text:
        raise PhotoRefused("Say in words what the photo shows, for people who cannot see it.")
    if len(alt_text) > 250:
        raise PhotoRefused("Describe the photo in 250 characters or fewer.")
    return alt_text


def _of_draft(provider: Provider, service: Service, at: dt.datetime) -> list[profile.Values]:
    # Read anew, now that the provider is locked.
    service = Service.objects.get(pk=service.pk, provider=provider)
    photos: list[profile.Values] = drafts.open_draft(provider=provider, service=service, at=at).values["photos"]
    return photos


def _save(
    provider: Provider, service: Service, seen: list[Any], photos: list[Any], by: Any, at: dt.datetime
) -> ProfileRevision | None:
    return revisions.save_changes(
        provider=provider, service=service, values={"photos": photos}, seen={"photos": seen}, by=by, at=at
    )
