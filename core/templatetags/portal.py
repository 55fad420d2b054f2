"""Tags and filters that say how a page looks. None of them reads the database.

Dates and moments are shown in Europe/London, the active time zone of the installation. An age needs the
page's clock: ``{{ vacancy.updated_at|age_in_words:at }}``, so that a cached page and its entity tag agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# The Care Quality Commission's four words, in the order of its steps.
SELECTED = SafeString(" selected")
RATING_STEPS = {"inadequate": 1, "requires improvement": 2, "good": 3, "outstanding": 4}

# Which class of GOV.UK Frontend dresses a form control, by the widget's own kind of input.
CONTROL_CLASSES = {
    "textarea": "govuk-textarea",
    "select": "govuk-select",
    "selectmultiple": "govuk-select",
    "nullbooleanselect": "govuk-select",
    "checkbox": "govuk-checkboxes__input",
    "file": "govuk-file-upload",
    "clearablefile": "govuk-file-upload",
}


@register.simple_block_tag(takes_context=True)
def wrap(context: Context, content: str, template_name: str, **parameters: Any) -> SafeString:
    """Render a component around the words between the tags: ``{% wrap "components/panel.html" … %}…{% endwrap %}``.

    The component sees its parameters, ``content`` and the request, nothing else of the page.
    """
    request = getattr(context, "request", None)
    return render_to_string(template_name, {**parameters, "content": content, "request": request})


@register.filter
def gov_date(value: Any) -> str:
    """Write a day as GOV.UK does ("3 March 2026"); an estimated date keeps its author's words."""
    if value is None or value == "":
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    return str(value)


@register.filter
def gov_datetime(value: dt.datetime | None) -> str:
    """Write a moment with its zone ("5:30pm BST on 3 June 2026"): a deadline leaves no doubt."""
    if not value:
        return ""
    local = timezone.localtime(value)
    return f"{_clock_time(local)} {local:%Z} on {gov_date(local)}"


def _clock_time(moment: dt.datetime) -> str:
    if (moment.hour, moment.minute) == (12, 0):
        return "midday"
    if (moment.hour, moment.minute) == (0, 0):
        return "midnight"
    half = "am" if moment.hour < 12 else "pm"
    hour = moment.hour % 12 or 12
    return f"{hour}:{moment.minute:02d}{half}" if moment.minute else f"{hour}{half}"


@register.filter
def gov_period(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """Write from when until when ("Tuesday 3 March 2026, 9:30am to 12:30pm GMT"), each moment whole if days differ."""
    first, last = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if first.date() != last.date() or first.tzname() != last.tzname():
        return f"{gov_datetime(starts_at)} until {gov_datetime(ends_at)}"
    day = f"{first:%A} {first.day} {first:%B %Y}"
    return f"{day}, {_clock_time(first)} to {_clock_time(last)} {first.tzname()}"


@register.filter
def iso_date(value: Any) -> str:
    """Write a day or moment for the ``datetime`` attribute of a ``time`` element."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, dt.date) else ""


@register.filter
def age_in_words(value: dt.date | dt.datetime | None, at: dt.datetime) -> str:
    """Say how long before ``at`` something was ("today", "4 days ago", "18 months ago")."""
    if not value:
        return ""
    day = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    days = (timezone.localtime(at).date() - day).days
    if days < 0:
        return f"on {gov_date(day)}"
    if days < 2:
        return ("today", "yesterday")[days]
    if days < 14:
        return f"{days} days ago"
    if days < 61:
        return f"{days // 7} weeks ago"
    months = int(days / 30.44)
    return f"{months} months ago" if months < 24 else f"{days // 365} years ago"


@register.filter
def initial(name: str) -> str:
    """Give the letter an organisation's door shows."""
    return next((letter.upper() for letter in str(name) if letter.isalnum()), "")


@register.filter
def money(value: Any) -> str:
    """Write an amount of pounds, with pence only where there are any ("£1,180", "£21.50")."""
    if value is None or value == "":
        return ""
    amount = Decimal(str(value))
    sign = "−" if amount < 0 else ""
    amount = abs(amount)
    return f"{sign}£{amount:,.0f}" if amount == amount.to_integral_value() else f"{sign}£{amount:,.2f}"


@register.filter
def filled_steps(word: str) -> list[bool]:
    """Tell which of a rating's four steps are filled; none at all for a word that is no rating."""
    filled = RATING_STEPS.get(str(word).strip().lower(), 0)
    return [step < filled for step in range(4)] if filled else []


@register.filter
def page_numbers(page: Page[Any]) -> Iterator[int | str]:
    """Give the numbers a pagination shows, with an ellipsis where some are left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.simple_tag(takes_context=True)
def page_query(context: Context, name: str, number: int) -> str:
    """Give this page's query with another page number; the first page has none."""
    request = getattr(context, "request", None) or context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query.pop(name, None)
    if number > 1:
        query[name] = str(number)
    return f"?{query.urlencode()}"


@register.filter
def control(field: BoundField) -> SafeString:
    """Render a form control with its GOV.UK class, and the error state where it has one."""
    kind = field.widget_type
    classes = [CONTROL_CLASSES.get(kind, "govuk-input")]
    if field.errors and kind != "checkbox":
        classes.append(f"{classes[0]}--error")
    own = field.field.widget.attrs.get("class")
    attrs: dict[str, Any] = {"class": " ".join([*classes, own] if own else classes)}
    if "placeholder" in field.field.widget.attrs:
        # A placeholder goes away when one begins to type; the label and the hint stay.
        attrs["placeholder"] = False
    return field.as_widget(attrs=attrs)


@register.filter
def choices_of(field: BoundField) -> list[BoundWidget]:
    """Give the options of a set of radios or checkboxes, each to be rendered on its own."""
    return field.subwidgets


@register.simple_tag
def filter_options(field: BoundField, counts: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
    """Give a filter's choices as ``value``, ``label``, ``count`` and ``checked``, for the filter group.

    ``counts`` maps a choice's value to the number of rows it would find; a choice without one shows none.
    """
    chosen = _chosen(field.value())
    return [
        {
            "value": value,
            "label": label,
            "checked": str(value) in chosen,
            "count": counts.get(str(value), 0) if isinstance(counts, Mapping) else None,
        }
        for value, label in _flat(getattr(field.field, "choices", ()))
    ]


@register.simple_tag
def select_options(options: Iterable[Mapping[str, Any]]) -> str:
    """Write what `filter_options` gives as the options of a select: of hundreds, which a template takes long for."""
    return mark_safe("".join(map(_option, options)))  # noqa: S308 - escaped parts


def _option(one: Mapping[str, Any]) -> str:
    count = "" if one["count"] is None else f" ({one['count']})"
    chosen = SELECTED if one["checked"] else ""
    return f'<option value="{escape(one["value"])}"{chosen}>{escape(one["label"])}{count}</option>'


def _chosen(value: Any) -> set[str]:
    if value is None or value == "":
        return set()
    if isinstance(value, list | tuple | set):
        return {str(item) for item in value}
    return {str(value)}


def _flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield value, label


@register.simple_tag
def time_of(value: Any) -> str:
    """Write a day inside a ``time`` element that machines can read; words alone where no day is known."""
    stamp = iso_date(value)
    if not stamp:
        return gov_date(value)
    return format_html('<time datetime="{}">{}</time>', stamp, gov_date(value))
