"""Both market position statements' PDFs as a worker renders them, beside the same HTML printed by Chromium."""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"]
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--allow-file-access-from-files",
    "--no-pdf-header-footer",
]  # fmt: skip
LONGEST_SECONDS = 150


def main() -> int:
    from bench import report

    parser = argparse.ArgumentParser(prog="python -m bench documents")
    parser.add_argument("--quick", action="store_true")
    rounds = 1 if parser.parse_args().quick else 3
    documents = [(one, is_large) for one in statements() for is_large in (False, True)]
    if not documents:
        print("No market position statement is loaded.")
        return 1
    chromium = next(filter(None, map(shutil.which, [*NAMES, MAC])), None)
    if chromium is None:
        print("No Chromium on this machine: only our own rendering is measured.")
    warm_up()
    rows = []
    for strategy, is_large in documents:
        ours = [render(strategy, is_large) for _ in range(rounds)]
        theirs = [print_in(chromium, strategy, is_large) for _ in range(rounds)] if chromium else []
        rows.append(
            [f"{strategy.organisation.short_name}, {'large print' if is_large else 'standard'}", *_middle(ours)]
        )
        rows.append(["  the same HTML in Chromium", *_middle(theirs)])
        rows.append(["  ratio, ours to Chromium's", *_ratios(rows[-2], rows[-1])])
    report.table(
        f"Market position statements as PDF (median of {rounds})",
        ["document", "seconds", "pages", "peak memory, MB", "size, kB"],
        rows,
    )
    return 0


def _middle(found: list[dict[str, float | None]]) -> list[float | int | None]:
    from bench import report

    def of(name: str) -> float | None:
        values = [one[name] for one in found]
        return (
            report.median([value for value in values if value is not None]) if values and None not in values else None
        )

    whole = [None if value is None else round(value) for value in (of("pages"), of("memory"), of("size"))]
    return [of("seconds"), *whole]


def _ratios(ours: list[Any], theirs: list[Any]) -> list[float | None]:
    return [a / b if a and b else None for a, b in zip(ours[1:], theirs[1:], strict=True)]


def statements() -> list[Any]:
    from strategies.models import Strategy

    rows = Strategy.objects.filter(kind__in=[Strategy.Kind.MPS, Strategy.Kind.JOINT_MPS])
    return list(rows.select_related("organisation", "source").order_by("slug"))


def html_of(strategy: Any, is_large: bool) -> tuple[str, Any]:
    """Compose the document and return its HTML for print, with its moment."""
    from django.template.loader import render_to_string

    from core import clock
    from strategies import composition, printing
    from strategies.models import Edition

    at = clock.now()
    content, missing = composition.compose(strategy, at=at)
    if missing:
        sys.exit(f"{strategy} lacks something: {' '.join(missing)}")
    edition = Edition(strategy=strategy, number=1)
    return render_to_string("pdf/edition.html", printing.print_context(edition, content, at=at, is_large=is_large)), at


def warm_up() -> None:
    """Render a page that is not counted: the first of all reads libraries and fonts from the disk."""
    from core import clock
    from core.pdf import print_assets, render_pdf

    html = '<html lang="en-GB"><head><title>Warm</title></head><body><h1>Warm</h1></body></html>'
    render_pdf(html=html, assets=print_assets(), created_at=clock.now())


def render(strategy: Any, is_large: bool) -> dict[str, float | None]:
    """Lay the document out as the worker does: our process stays, each document has a process of its own."""
    from bench.processes import MemoryOfChildren
    from core.pdf import print_assets, render_pdf

    html, at = html_of(strategy, is_large)
    with MemoryOfChildren() as memory:
        started = time.perf_counter()
        pdf = render_pdf(html=html, assets=print_assets(), large_print=is_large, created_at=at)
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "pages": pdf.pages, "memory": memory.peak_mb, "size": pdf.size / 1000}


def print_in(chromium: str, strategy: Any, is_large: bool) -> dict[str, float | None]:
    """Print the same HTML with the same style sheet and fonts."""
    import pikepdf

    from bench.processes import MemoryOfChildren
    from core.pdf import print_assets

    html, _ = html_of(strategy, is_large)
    with tempfile.TemporaryDirectory(prefix="bench-print-") as name:
        folder = Path(name)
        for asset, content in print_assets().items():
            (folder / asset).parent.mkdir(parents=True, exist_ok=True)
            (folder / asset).write_bytes(content)
        (folder / "document.html").write_text(html, encoding="utf-8")
        command = [
            chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={folder / 'document.pdf'}",
            (folder / "document.html").as_uri(),
        ]  # fmt: skip
        with MemoryOfChildren() as memory:
            started = time.perf_counter()
            subprocess.run(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LONGEST_SECONDS, check=True
            )
            seconds = time.perf_counter() - started
        content = (folder / "document.pdf").read_bytes()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        pages = len(pdf.pages)
    return {"seconds": seconds, "pages": pages, "memory": memory.peak_mb, "size": len(content) / 1000}


if __name__ == "__main__":
    django.setup()
    sys.exit(main())
