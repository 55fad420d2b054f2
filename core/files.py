"""Files that the portal keeps: named by their content, whole or not there at all.

A file is written beside its place, flushed to the disk and then renamed, so that no reader, crash or full disk ever
leaves half of one. The same content is the same file, so storing twice does no harm. Rows keep the checksum; a row is
written after its file, and a file that no row names any more is deleted after a day.

The folder is ``files`` under ``MEDIA_ROOT``, outside everything a web server hands out by itself.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import io
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.module_loading import autodiscover_modules

from core.errors import StorageFull, StorageShut

logger = logging.getLogger(__name__)

CHUNK = 1024 * 1024
ORPHAN_AFTER = dt.timedelta(days=1)

_CHECKSUM = re.compile(r"[0-9a-f]{64}")
# EFBIG: the process's own limit on the size of a file.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SHUT = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}

References = Callable[[], Iterable[str]]
_references: list[References] = []


@dataclass(frozen=True)
class StoredFile:
    """A file in the store."""

    checksum: str
    """SHA-256 of its content in hexadecimal, which is its name."""
    size: int
    """In bytes."""


def folder() -> Path:
    """Return the folder that holds the files."""
    return Path(settings.MEDIA_ROOT, "files")


def path(checksum: str) -> Path:
    """Return where a file is or would be.

    :raises ValueError: if this is no checksum.
    """
    if not _CHECKSUM.fullmatch(checksum):
        raise ValueError(f"{checksum!r} is no SHA-256 checksum.")
    return folder() / checksum[:2] / checksum


def exists(checksum: str) -> bool:
    """Whether the store holds a file."""
    return path(checksum).is_file()


def store(content: bytes | BinaryIO | Iterable[bytes]) -> StoredFile:
    """Keep content for good; after this returns, not even a power cut loses it.

    :raises StorageFull: if there is no room. Nothing of the file remains.
    :raises StorageShut: if the folder cannot be written to.
    """
    try:
        return _store(_chunks(content))
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from error
        if error.errno in _SHUT:
            logger.error("The store takes no files: %s", error.strerror)
            raise StorageShut from error
        raise


def _chunks(content: bytes | BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        content = io.BytesIO(content)
    if hasattr(content, "read"):
        while chunk := content.read(CHUNK):
            yield chunk
    else:
        yield from content


def _store(chunks: Iterator[bytes]) -> StoredFile:
    folder().mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    size = 0
    # The name is known only at the end. One file system holds the whole store, so the rename is atomic.
    unfinished = folder() / f"{secrets.token_hex(16)}.part"
    try:
        with unfinished.open("xb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        unfinished.chmod(settings.FILE_UPLOAD_PERMISSIONS or 0o640)
        target = path(digest.hexdigest())
        if not target.parent.is_dir():
            target.parent.mkdir(exist_ok=True)
            _flush_folder(folder())
        unfinished.replace(target)
        _flush_folder(target.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return StoredFile(digest.hexdigest(), size)


def _flush_folder(name: Path) -> None:
    handle = os.open(name, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_file(checksum: str) -> BinaryIO:
    """Open a file of the store for reading.

    :raises FileNotFoundError: if it is not there.
    """
    return path(checksum).open("rb")


def read(checksum: str) -> bytes:
    """Return the content of a file of the store.

    :raises FileNotFoundError: if it is not there.
    """
    return path(checksum).read_bytes()


# --- Handing out ---


def serve(
    request: HttpRequest, checksum: str, *, content_type: str, filename: str, public: bool = False, inline: bool = False
) -> HttpResponseBase:
    """Answer a request with a file, streamed. The view has checked that this person may have it.

    The address must be one whose content never changes (an edition's, not "latest"): caches keep what is public for a
    year. What is not is kept nowhere: officers share computers, and it must not outlive their sign-in.

    :param public: whether anybody may have it.
    :param inline: show it in the browser, for documents of our own making only; otherwise it is downloaded, and
        locked up should a browser show it all the same.
    :raises Http404: if the store has lost the file, which is logged as an error.
    """
    tag = f'"{checksum}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if answer is None:
        try:
            file = open_file(checksum)
        except FileNotFoundError:
            logger.error("The store has no file %s", checksum)
            raise Http404("This file is not available at the moment.") from None
        answer = FileResponse(file, content_type=content_type)
        answer["Content-Length"] = str(os.fstat(file.fileno()).st_size)
        disposition = content_disposition_header(not inline, filename)
        if disposition:
            answer["Content-Disposition"] = disposition
        # Browsers' own PDF viewers do not start in a sandbox.
        answer["Content-Security-Policy"] = (
            "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            if inline
            else "default-src 'none'; sandbox; frame-ancestors 'none'"
        )
        answer["X-Content-Type-Options"] = "nosniff"
    answer["ETag"] = tag
    answer["Cache-Control"] = "public, max-age=31536000, immutable" if public else "private, no-store"
    return answer


# --- Clearing up ---


def referenced(function: References) -> References:
    """Register a function that returns the checksums an app's rows name; what nobody names is deleted.

    It stands in the app's ``tasks.py``, where it is found before anything is deleted.
    """
    _references.append(function)
    return function


def delete_orphans(*, at: dt.datetime) -> int:
    """Delete files older than a day that no row names, and what crashes have left half written.

    :return: how many files were deleted.
    :raises RuntimeError: if no app says which files it names; then none is an orphan.
    """
    autodiscover_modules("tasks")
    if not _references:
        raise RuntimeError("No app says which files it keeps, so none is deleted.")
    # Listed before the rows are asked: a file that gets its row in between is not yet a day old.
    old = list(_older_than(at - ORPHAN_AFTER))
    named = {checksum for function in _references for checksum in function()}
    deleted = 0
    for file in old:
        if file.name not in named and _is_old(file, at - ORPHAN_AFTER):
            with contextlib.suppress(FileNotFoundError):
                file.unlink()
                deleted += 1
    return deleted


def _older_than(moment: dt.datetime) -> Iterator[Path]:
    for file in folder().rglob("*"):
        if (file.suffix == ".part" or _CHECKSUM.fullmatch(file.name)) and _is_old(file, moment):
            yield file


def _is_old(file: Path, moment: dt.datetime) -> bool:
    try:
        return file.is_file() and file.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:
        return False
