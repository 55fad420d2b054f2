"""A sheet that shapes and words are put on, and that a template writes as SVG."""

from __future__ import annotations

from dataclasses import dataclass, field

from .words import LINE_HEIGHT, width_of, wrap

INK = "#16262b"
SOFT = "#3f5056"
EDGE = "#6d7a7e"
LINE = "#ddd6c9"
WHITE = "#ffffff"
BAND = "#f0ebe1"

HATCH = "hatch"
DOTS = "dots"
STRIPES = "stripes"


@dataclass(frozen=True)
class Shape:
    """One element of the drawing, with its presentation attributes as (name, value)."""

    element: str
    attributes: tuple[tuple[str, str], ...]
    text: str = ""


def number(value: float) -> str:
    return f"{value:.1f}"


@dataclass
class Canvas:
    """A drawing of fixed width that grows downwards."""

    width: float
    shapes: list[Shape] = field(default_factory=list)
    height: float = 0
    patterns: set[str] = field(default_factory=set)

    @property
    def is_narrow(self) -> bool:
        return self.width < 600

    @property
    def size(self) -> float:
        """The size of ordinary words: about 15 px once the drawing is scaled to its place."""
        return 16 if self.is_narrow else 17

    def reach(self, y: float) -> None:
        """Make the sheet at least this high."""
        self.height = max(self.height, y)

    def add(self, element: str, text: str = "", **attributes: float | str) -> None:
        written = tuple(
            (name.replace("_", "-"), value if isinstance(value, str) else number(value))
            for name, value in attributes.items()
        )
        self.shapes.append(Shape(element, written, text))

    def fill(self, fill: str) -> str:
        """Return a colour, or the reference of a pattern by its name. The template makes it unique."""
        if fill.startswith("#"):
            return fill
        self.patterns.add(fill)
        return f"url(#PREFIX-{fill})"

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, stroke: bool = True) -> None:
        more = {"stroke": INK, "stroke_width": "1"} if stroke else {}
        self.add("rect", x=x, y=y, width=max(width, 0), height=height, fill=self.fill(fill), **more)
        self.reach(y + height + 1)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, stroke: str = EDGE, width: float = 1) -> None:
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=number(width))
        self.reach(max(y1, y2))

    def words(
        self,
        text: str,
        x: float,
        top: float,
        room: float,
        *,
        size: float | None = None,
        weight: int = 400,
        fill: str = INK,
        anchor: str = "start",
        style: str = "",
        halo: bool = False,
    ) -> float:
        """Write text in lines that keep to the room, the first line's top at ``top``. Return where they end.

        ``x`` is the left edge, the middle or the right edge, as the anchor says. A halo keeps words apart from lines
        that pass behind them.
        """
        size = size or self.size
        for line in wrap(text, size, room):
            more = {"font_style": style} if style else {}
            more |= {"font_size": f"{size:g}", "font_weight": str(weight), "text_anchor": anchor}
            if halo:
                outline = {"stroke": WHITE, "stroke_width": "5", "stroke_linejoin": "round", "aria_hidden": "true"}
                self.add("text", line, x=x, y=top + size, fill=WHITE, **outline, **more)
            self.add("text", line, x=x, y=top + size, fill=fill, **more)
            top += size * LINE_HEIGHT
        self.reach(top + 2)
        return top

    def text_width(self, text: str, size: float | None = None) -> float:
        return width_of(text, size or self.size)

    def key(self, entries: list[tuple[str, str]], top: float) -> float:
        """Draw what each fill means, in rows. Return where the key ends."""
        x, row_height = 0.0, 0.0
        for fill, name in entries:
            room = self.width - 34
            width = min(self.text_width(name, 16), room)
            if x and x + 30 + width > self.width:
                x, top, row_height = 0.0, top + row_height + 5, 0.0
            self.rect(x + 1, top + 1, 20, 18, fill)
            end = self.words(name, x + 30, top, room, size=16)
            row_height = max(row_height, end - top)
            x += 30 + width + 20
        return top + row_height + 12
