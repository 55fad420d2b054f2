"""How wide words are, and how they break into lines, before any font is at hand.

The widths are those of Atkinson Hyperlegible Next's bold face, rounded up, so that a fallback font has room too.
"""

from __future__ import annotations

LINE_HEIGHT = 1.25

_WIDTHS = {
    0.3: "',.:;`j|’‘i",
    0.38: " !()[]l",
    0.45: '"-_frt{}/1I\\•',
    0.53: "*“”",
    0.58: "7?csvxyz~–×",
    0.63: "+239<>EFJL^abdeghknopqu−éèü",
    0.68: "4568=BPRSTVYZ£$",
    0.74: "0ACDKUX",
    0.8: "&GHNOw",
    0.85: "#@Q…—",
    0.95: "MWm½",
    1.05: "%",
}
_WIDTH_OF = {letter: width for width, letters in _WIDTHS.items() for letter in letters}


def width_of(text: str, size: float) -> float:
    """Return the most that a line of text takes up, in the drawing's units."""
    return sum(_WIDTH_OF.get(letter, 0.7 if letter < "\u0250" else 1.05) for letter in text) * size


def wrap(text: str, size: float, room: float) -> list[str]:
    """Break text into lines no wider than the room. A word too long for a line is cut."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width_of(longer, size) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        *pieces, line = _cut(word, size, room)
        lines.extend(pieces)
    if line:
        lines.append(line)
    return lines


def _cut(word: str, size: float, room: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces
