"""The process that lays out one document: ``python -m core.pdf.child '<limits as JSON>'``.

It fences itself in before it reads a byte of the document, needs neither Django nor the database, and says on standard
error what it does. Its parent is `core.pdf.renderer`.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import resource
import signal
import sys
import time
from typing import Any, NoReturn

from .limits import Limits
from .protocol import Request, message

SECONDS_BETWEEN_REPORTS = 0.2
PR_SET_PDEATHSIG = 1


class Unfit(Exception):
    """The document cannot be made accessible as it is."""


def main() -> None:
    given = json.loads(sys.argv[1])
    parent = given.pop("parent")
    limits = Limits(**given)
    _fence(limits, parent)
    request = Request.read(sys.stdin.buffer)
    try:
        content, pages = _render(request)
    except Unfit as error:
        _fail("content", str(error))
    except MemoryError:
        _fail("memory", "The document needs more memory than one document may have. Shorten it or split its tables.")
    except RecursionError:
        _fail("content", "The document is nested too deeply to be laid out.")
    except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
        _fail("content", f"The document could not be laid out ({type(error).__name__}).")
    if len(content) > limits.output_bytes:
        _fail("size", "The PDF is larger than a document may be. Move long tables to an annex.")
    _say(pages=pages)
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _fence(limits: Limits, parent: int) -> None:
    """Set every limit the platform knows, and die with the parent: by signal on Linux, by the clock elsewhere."""
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)
    for kind, value in (
        ("RLIMIT_AS", limits.memory_bytes),
        ("RLIMIT_CPU", limits.cpu_seconds),
        ("RLIMIT_FSIZE", limits.output_bytes),
        ("RLIMIT_NOFILE", limits.open_files),
        ("RLIMIT_CORE", 0),
    ):
        # macOS refuses some of these.
        with contextlib.suppress(ValueError, OSError, AttributeError):
            # Beyond the soft limit of time comes a signal that names its reason, beyond the hard one a plain kill.
            hard = value + 5 if kind == "RLIMIT_CPU" else value
            resource.setrlimit(getattr(resource, kind), (value, hard))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


def _render(request: Request) -> tuple[bytes, int]:
    # Imported only now, inside the fence.
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    from .content import plain_labels, problems, unwrap_groups
    from .fetcher import BASE_URL, AssetFetcher
    from .tagging import finish

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    progress = logging.getLogger("weasyprint.progress")
    progress.handlers = [_Progress()]
    progress.propagate = False
    progress.setLevel(logging.INFO)

    fetcher = AssetFetcher(request.assets)
    try:
        html = HTML(string=request.html, base_url=BASE_URL, url_fetcher=fetcher)
        root = html.etree_element
        if found := list(problems(root)):
            raise Unfit(" ".join(found[:10]))
        unwrap_groups(root)
        plain_labels(root)
        if request.large_print and "large-print" not in root.get("class", "").split():
            root.set("class", f"{root.get('class', '')} large-print".strip())
        document = html.render(pdf_variant="pdf/ua-1", presentational_hints=False)
        document.metadata.created = document.metadata.modified = request.created
        _say(step="writing", number=0)
        content = document.write_pdf(pdf_variant="pdf/ua-1", presentational_hints=False)
    except FatalURLFetchingError:
        _fail("refused", f"The document names something it may not use: {fetcher.refused}.")
    # What a library swallowed of a refusal is a refusal all the same.
    if fetcher.refused:
        _fail("refused", f"The document names something it may not use: {fetcher.refused}.")
    _say(step="checking", number=0)
    return finish(content), len(document.pages)


class _Progress(logging.Handler):
    """Passes on the number of the page being laid out, a few times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if "Creating layout - Page" in str(record.msg) and isinstance(record.args, tuple):
            if time.monotonic() >= self._next:
                self._next = time.monotonic() + SECONDS_BETWEEN_REPORTS
                _say(step="layout", number=record.args[0])


def _say(**facts: Any) -> None:
    sys.stderr.write(message(**facts))
    sys.stderr.flush()


def _fail(kind: str, sentence: str) -> NoReturn:
    _say(failed=kind, sentence=sentence)
    sys.stderr.flush()
    # At once: what a hostile document built takes seconds to take down in order.
    os._exit(1)


if __name__ == "__main__":
    main()
