"""Whether a document can become an accessible PDF at all, told before the work of laying it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

SVG = "{http://www.w3.org/2000/svg}"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def problems(root: Element) -> Iterator[str]:
    """Yield what PDF/UA-1 would fail, as sentences (measured with WeasyPrint 70).

    An empty ``alt`` fails too: decoration belongs in the stylesheet.
    """
    if not root.get("lang"):
        yield "The document does not say its language."
    if not (root.findtext("head/title") or "").strip():
        yield "The document has no title."
    level = 0
    for element in root.iter():
        name = _name(element)
        if name == "img" and not (element.get("alt") or "").strip():
            yield f"An image has no text alternative: {element.get('src', '')[:80]}"
        elif name == "svg" and not any(_name(child) == "title" and _text(child) for child in element):
            yield "A drawing has no title."
        elif name == "a" and any(_name(below) in ("img", "svg") for below in element.iter()):
            yield "A link holds an image: put words in the link."
        elif name in HEADINGS:
            now = int(name[1])
            if now > level + 1:
                yield f"The heading “{_text(element)[:80]}” skips a level."
            level = now


def unwrap_groups(root: Element) -> None:
    """Take away the ``div`` around a term and its description: in the PDF a list may hold only its items."""
    for listed in root.iter("dl"):
        for group in list(listed):
            if group.tag == "div":
                place = list(listed).index(group)
                listed.remove(group)
                for offset, part in enumerate(list(group)):
                    listed.insert(place + offset, part)


def plain_labels(root: Element) -> None:
    """Make the row heads of a table of few columns plain cells.

    A table over several pages becomes one a page. With more heads than figures on one of them, checkers take the
    table's heads for torn ones; and one or two figures a row are understood without.
    """
    for table in root.iter("table"):
        first = next(iter(table.iter("tr")), None)
        cells = [cell.tag for cell in table.iter() if cell.tag in ("th", "td")]
        if first is None or (len(first) > 3 and cells.count("th") <= cells.count("td")):
            continue
        for body in table.iter("tbody"):
            for cell in body.iter("th"):
                if cell.get("colspan") is None:
                    cell.tag = "td"
                    cell.set("class", f"{cell.get('class', '')} label".strip())


def _name(element: Any) -> str:
    return element.tag.replace(SVG, "") if isinstance(element.tag, str) else ""


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()
