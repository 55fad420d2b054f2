"""The shortlist's button and its link with the count. They read the visitor's cookie and nothing else."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from providers import shortlist
from providers.models import Service

register = template.Library()


@register.simple_tag(takes_context=True)
def shortlist_button(context: Context, service: Service) -> SafeString:
    """Put a service on the visitor's shortlist, or take it off: ``{% shortlist_button service %}``."""
    request: Any = context["request"]
    is_on = service.uuid in shortlist.read(request)
    return shortlist.button(service.uuid, service.name, is_on=is_on, back=request.get_full_path())


@register.simple_tag(takes_context=True)
def shortlist_link(context: Context) -> SafeString:
    """Lead to the shortlist, with how many services it holds; the same for everybody without one."""
    count = len(shortlist.read(context["request"]))
    if not count:
        return format_html(
            '<a class="govuk-link ccp-shortlistlink" href="/care/shortlist/">{}Your shortlist</a>', shortlist.MARK
        )
    return format_html(
        '<a class="govuk-link ccp-shortlistlink" href="/care/shortlist/">{}<span>Your shortlist ({}<span class='
        '"govuk-visually-hidden"> of {} services</span>)</span></a>',
        shortlist.MARK,
        count,
        shortlist.MOST,
    )
