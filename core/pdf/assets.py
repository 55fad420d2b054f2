"""The print stylesheet, the cover's picture and the typeface, as the renderer needs them."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders

STYLESHEET = "pdf.css"
COVER = "cover.svg"
# The ground of the cover's picture is drawn in this colour, and takes the organisation's.
COVER_GROUND = b"#365314"
# The same ten as on the pages (static/src/tokens.scss) and in pdf.css.
ACCENTS = {
    "pine": "#0d4a50",
    "heather": "#5a3583",
    "moss": "#365314",
    "brick": "#8a2c17",
    "indigo": "#2f3f94",
    "rosewood": "#86204a",
    "bark": "#5f4413",
    "slate": "#3b4a57",
    "fjord": "#0e4f7c",
    "plum": "#6d2466",
}
# Without the files of the other Latin letters: WeasyPrint 70 mixes up the widths of two files of one face, which
# PDF/UA refuses. Those letters come from a system font.
FONT_FILES = tuple(
    f"atkinson-hyperlegible-next-latin-{face}.woff2"
    for face in ("400-normal", "400-italic", "600-normal", "700-normal", "800-normal")
)


def print_assets() -> dict[str, bytes]:
    """Return every file a printed document may name, by the name it uses (``pdf.css``, ``cover-pine.svg``, ``fonts/…``).

    :raises FileNotFoundError: if the stylesheets and fonts have not been built on this machine.
    """
    names = {
        STYLESHEET: f"pdf/{STYLESHEET}",
        **{f"fonts/{name}": f"build/fonts/{name}" for name in FONT_FILES},
    }
    cover = _read(f"pdf/{COVER}")
    covers = {f"cover-{name}.svg": cover.replace(COVER_GROUND, colour.encode()) for name, colour in ACCENTS.items()}
    return {name: _read(static_name) for name, static_name in names.items()} | covers


def _read(static_name: str) -> bytes:
    path = finders.find(static_name)
    if not path:
        raise FileNotFoundError(f"There is no static file {static_name}: build the stylesheets and fonts first.")
    return Path(path).read_bytes()
