"""Lays out printed documents: HTML in, an accessible PDF (PDF/UA-1) out, in a fenced process of its own.

``render_pdf`` is what the rest of the portal calls; `core.pdf.child` is the process that does the work.
"""

from .assets import ACCENTS, print_assets
from .limits import Limits
from .renderer import RenderedPdf, RenderFailed, render_pdf

__all__ = ["ACCENTS", "Limits", "RenderFailed", "RenderedPdf", "print_assets", "render_pdf"]
