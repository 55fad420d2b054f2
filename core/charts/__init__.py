"""Our own charts: plain data in, accessible SVG and a matching table out, on a page and in print alike.

``render`` draws, ``describe`` says the same in words, ``chart_from_data`` reads what the registers keep.
"""

from .data import chart_from_data
from .maps import OutlineMap, Pin, Town, render_map
from .model import PINE, Chart, Kind, Point, Series, value_text
from .output import BROAD, LARGE_PRINT, NARROW, WIDE, describe, render, table_of

__all__ = [
    "BROAD",
    "LARGE_PRINT",
    "NARROW",
    "PINE",
    "WIDE",
    "Chart",
    "Kind",
    "OutlineMap",
    "Pin",
    "Point",
    "Series",
    "Town",
    "chart_from_data",
    "describe",
    "render",
    "render_map",
    "table_of",
    "value_text",
]
