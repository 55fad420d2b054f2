"""The filters beside a list: groups of checkboxes with how many each value would find.

They are written as plain strings, since a page has some hundred of them and the template language would take longer than
the search. Labels are escaped once for all pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .memory import FacetValue

# So many values of a filter stand open; the rest are one press away.
OPEN_VALUES = 8
# Values change now and then; what was made for former ones is then dropped.
MOST_PREPARED = 200


@dataclass(frozen=True)
class Filter:
    """One group of checkboxes: its parameter in addresses, the facet it counts, and what it asks."""

    parameter: str
    facet: str
    legend: str
    more: str = "More"
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class _Label:
    value: str
    parent: str
    before: str
    after: str


_prepared: dict[tuple[str, int], tuple[tuple[FacetValue, ...], list[_Label]]] = {}


def group(
    one: Filter, values: tuple[FacetValue, ...], counts: Mapping[str, int], chosen: Collection[str]
) -> SafeString:
    """Return a filter's checkboxes with how many each value would find; empty if none would and none is chosen."""
    shown: list[str] = []
    folded: list[str] = []
    above: set[str] = set()
    is_open = False
    for label in _labels(one, values):
        count, is_chosen = counts.get(label.value, 0), label.value in chosen
        if not count and not is_chosen:
            continue
        above.add(label.value)
        # Set in only under a parent that is shown itself.
        below = " ccp-filter__below" if label.parent in above else ""
        item = (
            f'<div class="govuk-checkboxes__item{below}{label.before}{" checked" if is_chosen else ""}'
            f"{label.after}{count:,})</span></label></div>"
        )
        if len(shown) < OPEN_VALUES:
            shown.append(item)
        else:
            folded.append(item)
            is_open = is_open or is_chosen
    if not shown:
        return SafeString()
    more = ""
    if folded:
        more = (
            f'<details class="ccp-filter__more"{" open" if is_open else ""}><summary>{one.more}'
            f' ({len(folded)})</summary><div class="govuk-checkboxes govuk-checkboxes--small">{"".join(folded)}'
            "</div></details>"
        )
    legend = "govuk-visually-hidden" if one.is_folded else "govuk-fieldset__legend"
    boxes = (
        f'<div class="govuk-form-group"><fieldset class="govuk-fieldset"><legend class="{legend}">{one.legend}</legend>'
        f'<div class="govuk-checkboxes govuk-checkboxes--small">{"".join(shown)}</div>{more}</fieldset></div>'
    )
    if one.is_folded:
        opened = " open" if chosen else ""
        boxes = f'<details class="ccp-filter__fold"{opened}><summary>{one.legend}</summary>{boxes}</details>'
    return mark_safe(boxes)  # noqa: S308 - made of escaped parts


def _labels(one: Filter, values: tuple[FacetValue, ...]) -> list[_Label]:
    """Return the parts of each checkbox that never change, made once for each set of values."""
    key = (one.parameter, id(values))
    if key in _prepared:
        return _prepared[key][1]
    made = []
    for number, item in enumerate(values):
        name = f"{one.parameter}-{number}"
        made.append(
            _Label(
                item.value,
                item.parent,
                f'"><input class="govuk-checkboxes__input" id="{name}"'
                f' name="{one.parameter}" type="checkbox" value="{escape(item.value)}"',
                f'><label class="govuk-label govuk-checkboxes__label" for="{name}">{escape(item.label)}'
                ' <span class="ccp-filter__count">(',
            )
        )
    if len(_prepared) >= MOST_PREPARED:
        _prepared.clear()
    # The values are kept, so that no others can have their identity.
    _prepared[key] = (values, made)
    return made
