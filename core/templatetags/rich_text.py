"""Print rich text."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from core.text import clean_rich_text

register = template.Library()


@register.filter
def rich(html: str | None) -> SafeString:
    """Print a `RichTextField` as HTML, cleaned once more: ``{{ section.body|rich }}``."""
    return mark_safe(clean_rich_text(html or ""))  # noqa: S308 - it has just been cleaned
