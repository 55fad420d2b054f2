"""Runs the renderer's process, watches over it and ends it when it asks too much."""

from __future__ import annotations

import datetime as dt
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import DomainError

from .limits import MEBIBYTE, Limits
from .protocol import Request, message, parse

ROOT = Path(__file__).resolve().parents[2]

# The process sees no password, address or key of the portal: only what it needs to find Python, Pango and fonts, and
# where Python keeps what it has compiled. Compiling the layout's packages anew would take a second for each document.
PASSED_ON = (
    *("PATH", "HOME", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "LD_LIBRARY_PATH"),
    *("PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE"),
)
PASSED_ON_PREFIX = "DYLD_"

OnProgress = Callable[[str, int], None]


class RenderFailed(DomainError):
    """The document cannot be laid out. ``kind`` says why in a word, the sentence to a person.

    Kinds: ``timeout``, ``memory``, ``refused`` (it names a file or address it may not have), ``content`` (it would not
    be accessible, or cannot be laid out at all), ``size`` (the PDF is too large), ``crash``.
    """

    def __init__(self, sentence: str, *, kind: str) -> None:
        super().__init__(sentence)
        self.kind = kind


@dataclass(frozen=True)
class RenderedPdf:
    """A finished document."""

    content: bytes
    pages: int

    @property
    def size(self) -> int:
        """Size in bytes."""
        return len(self.content)


def render_pdf(
    *,
    html: str,
    assets: Mapping[str, bytes],
    created_at: dt.datetime,
    large_print: bool = False,
    on_progress: OnProgress | None = None,
    limits: Limits | None = None,
) -> RenderedPdf:
    """Lay out a whole HTML document and return it as tagged PDF (PDF/UA-1).

    The document may name the given assets by their names (``pdf.css``, ``fonts/…``) and carry ``data:`` images; any
    other address is refused. The same words, assets and ``created_at`` give the same bytes. ``on_progress`` is called
    in the caller's own thread with a step (``layout``, ``writing``, ``checking``) and a page number (0 where there is
    none); what it raises ends the work and is passed on.

    :raises RenderFailed: with a plain reason, and always within ``limits``.
    """
    limits = limits or Limits()
    created = created_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    request = Request(html=html, assets=assets, created=created, large_print=large_print)
    with tempfile.TemporaryDirectory(prefix="pdf-") as scratch, tempfile.TemporaryFile() as given:
        request.write(given)
        given.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "core.pdf.child", message(**asdict(limits), parent=os.getpid()).strip()],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=_environment(scratch),
            close_fds=True,
        )
        try:
            return _watch(process, limits, on_progress or _ignore)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()


def _ignore(step: str, number: int) -> None:
    """Nobody asked to be told."""


def _environment(scratch: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in PASSED_ON or name.startswith(PASSED_ON_PREFIX)}
    # A fixed hash seed, since the order of sets reaches the PDF's bytes.
    return {**kept, "LANG": "C.UTF-8", "TMPDIR": scratch, "PYTHONHASHSEED": "0"}


def _watch(process: subprocess.Popen[bytes], limits: Limits, on_progress: OnProgress) -> RenderedPdf:
    assert process.stdout and process.stderr
    deadline = time.monotonic() + limits.wall_seconds
    content, said, told = bytearray(), bytearray(), _Told()
    with selectors.DefaultSelector() as waiting:
        for stream, buffer in ((process.stdout, content), (process.stderr, said)):
            waiting.register(stream, selectors.EVENT_READ, buffer)
        while waiting.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise _too_long()
            for key, _ in waiting.select(left):
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    waiting.unregister(key.fileobj)
                key.data.extend(chunk)
                if len(content) > limits.output_bytes:
                    raise RenderFailed(
                        f"The PDF is larger than {limits.output_bytes / MEBIBYTE:g} MiB. Move long tables to an annex.",
                        kind="size",
                    )
                if key.data is said:
                    told.read(said, on_progress)
    try:
        code = process.wait(max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        raise _too_long() from None
    return told.outcome(code, bytes(content))


class _Told:
    """What the process has said of itself so far."""

    def __init__(self) -> None:
        self.failure: RenderFailed | None = None
        self.pages: int | None = None

    def read(self, said: bytearray, on_progress: OnProgress) -> None:
        """Take the whole lines off the buffer. Unknown lines are dropped, and a line without end is cut."""
        *lines, rest = bytes(said[-MEBIBYTE:]).split(b"\n")
        said[:] = rest
        for line in lines:
            facts: dict[str, Any] = parse(line) or {}
            if "step" in facts:
                on_progress(str(facts["step"]), int(facts["number"]))
            elif "failed" in facts:
                self.failure = RenderFailed(str(facts["sentence"]), kind=str(facts["failed"]))
            elif "pages" in facts:
                self.pages = int(facts["pages"])

    def outcome(self, code: int, content: bytes) -> RenderedPdf:
        if self.failure:
            raise self.failure
        if -code in (signal.SIGXCPU, signal.SIGALRM):
            raise _too_long()
        if code == 0 and self.pages and content.startswith(b"%PDF-"):
            return RenderedPdf(content=content, pages=self.pages)
        # Out of memory, libraries below Python abort without a word.
        raise RenderFailed("The document could not be laid out: the renderer stopped without a reason.", kind="crash")


def _too_long() -> RenderFailed:
    return RenderFailed("Laying out the document took too long. Shorten it or split its tables.", kind="timeout")
