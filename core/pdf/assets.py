"""The print stylesheet, the cover's picture and the typeface, as the renderer needs them."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders

STYLESHEET = "pdf.css"
COVER = "cover.svg"
FONT_FILES = tuple(
    f"atkinson-hyperlegible-next-{script}-{face}.woff2"
    for script in ("latin", "latin-ext")
    for face in ("400-normal", "400-italic", "600-normal", "700-normal", "800-normal")
)


def print_assets() -> dict[str, bytes]:
    """Return every file a printed document may name, by the name it uses (``pdf.css``, ``fonts/…``).

    :raises FileNotFoundError: if the stylesheets and fonts have not been built on this machine.
    """
    names = {
        STYLESHEET: f"pdf/{STYLESHEET}",
        COVER: f"pdf/{COVER}",
        **{f"fonts/{name}": f"build/fonts/{name}" for name in FONT_FILES},
    }
    return {name: _read(static_name) for name, static_name in names.items()}


def _read(static_name: str) -> bytes:
    path = finders.find(static_name)
    if not path:
        raise FileNotFoundError(f"There is no static file {static_name}: build the stylesheets and fonts first.")
    return Path(path).read_bytes()
