from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from .archives import Archive
from .problems import refused
from .tables import JSON_ENDINGS, ZIP, Progress

PIECE = 64 * 1024
# One record of an API takes a few kilobytes.
MAX_DOCUMENT = 8 * 1024**2
NOT_UTF8 = "The file is not in UTF-8."


def read_documents(path: Path, *, progress: Progress = lambda done, size: None) -> Iterator[tuple[str, int, Any]]:
    """Yield file name, number within the file and content of every JSON value, one in memory at a time.

    :param path: a file with one value, a list of values or a value a line; or a folder or a zip archive of such files.
    :raises FileRefused: as soon as something is not JSON.
    """
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.suffix.lower() in JSON_ENDINGS and one.is_file())
        if not files:
            raise refused("The folder holds no JSON files.")
        for count, file in enumerate(files):
            progress(count, len(files))
            with file.open("rb") as stream:
                yield from _values(str(file.relative_to(path)), stream)
        progress(len(files), len(files))
        return
    with path.open("rb") as stream:
        is_archive = stream.read(2) == ZIP
    if is_archive:
        with Archive(path) as archive:
            names = sorted(name for name in archive.names if name.lower().endswith(JSON_ENDINGS))
            for count, name in enumerate(names):
                progress(count, len(names))
                with archive.open(name) as stream:
                    yield from _values(name, stream)
            progress(len(names), len(names))
        return
    with path.open("rb") as stream:
        yield from _values(path.name, stream, progress, path.stat().st_size)


def _values(
    name: str, stream: IO[bytes], progress: Progress = lambda done, size: None, size: int = 0
) -> Iterator[tuple[str, int, Any]]:
    """Take values from the stream one after the other; of a list at the top, its members."""
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    text, carry, done, number = "", b"", 0, 0
    is_list: bool | None = None
    is_closed = is_over = needs_comma = False
    needed = 0
    while True:
        while not is_over and len(text) <= needed:
            piece = stream.read(PIECE)
            done += len(piece)
            progress(done, max(size, done))
            is_over = not piece
            carry += piece
            added, carry = _decoded(carry, is_over, name)
            text += added.removeprefix("\ufeff") if is_list is None and not text else added
        text = text.lstrip()
        if is_list is None and text:
            is_list = text.startswith("[")
            text = text[1:].lstrip() if is_list else text
        if is_list and not is_closed and text.startswith("]"):
            is_closed, text = True, text[1:].lstrip()
        if is_list and needs_comma and text and not is_closed:
            if not text.startswith(","):
                raise refused(
                    f"The list of “{name}” is not sound after its {number:,}th value.", sheet=name, row=number
                )
            text, needs_comma = text[1:].lstrip(), False
        if not text:
            if is_over:
                break
            needed = 0
            continue
        if is_closed:
            raise refused("Something stands after the end of the list.", sheet=name)
        try:
            value, end = decoder.raw_decode(text)
            # A number at the very end may go on in the next piece.
            is_whole = is_over or end < len(text)
        except (ValueError, RecursionError) as error:
            if is_over or isinstance(error, RecursionError):
                raise refused(f"This is not JSON, or it breaks off: {error}.", sheet=name, row=number + 1) from error
            is_whole = False
        if not is_whole:
            if len(text) > MAX_DOCUMENT:
                raise refused("This is not JSON, or one value is far too long.", sheet=name, row=number + 1)
            # Twice as much each time, so that a long value is not tried again and again.
            needed = max(2 * len(text), PIECE)
            continue
        number += 1
        yield name, number, value
        text, needs_comma, needed = text[end:], True, 0
    if is_list is None:
        raise refused("The file is empty.", sheet=name)
    if is_list and not is_closed:
        raise refused("The list breaks off: the file was not downloaded whole.", sheet=name, row=number)


def _decoded(content: bytes, is_over: bool, name: str) -> tuple[str, bytes]:
    """Decode as much as is whole; a character may be cut in two by the piece's end."""
    try:
        return content.decode(), b""
    except UnicodeDecodeError as error:
        if is_over or error.start < len(content) - 4:
            raise refused(NOT_UTF8, sheet=name) from error
        return content[: error.start].decode(), content[error.start :]


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
