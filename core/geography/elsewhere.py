"""Who to ask outside England, where other bodies register and inspect care."""

from __future__ import annotations

from core.models import Country

from .answers import Reason, Unrecognised
from .postcodes import CROWN_DEPENDENCIES, NORTHERN_IRELAND, SCOTLAND, WALES

_ANSWERS = {
    Reason.SCOTLAND: (
        "That postcode is in Scotland, and this directory covers England. "
        "The Care Inspectorate lists and inspects care in Scotland.",
        "https://www.careinspectorate.com/",
        "Find care in Scotland (Care Inspectorate)",
    ),
    Reason.WALES: (
        "That postcode is in Wales, and this directory covers England. "
        "Care Inspectorate Wales lists and inspects care in Wales.",
        "https://www.careinspectorate.wales/",
        "Find care in Wales (Care Inspectorate Wales)",
    ),
    Reason.NORTHERN_IRELAND: (
        "That postcode is in Northern Ireland, and this directory covers England. "
        "The Regulation and Quality Improvement Authority lists and inspects care in Northern Ireland.",
        "https://www.rqia.org.uk/",
        "Find care in Northern Ireland (RQIA)",
    ),
}


def other_nation(words: str, area: str, country: str | None) -> Unrecognised | None:
    """Return the answer to a postcode of another nation, told by its area's letters or its own nation; else None."""
    if area in CROWN_DEPENDENCIES:
        place = CROWN_DEPENDENCIES[area]
        message = f"That postcode is in {place}, and this directory covers England. Ask the government of {place}."
        return Unrecognised(words, Reason.CROWN_DEPENDENCY, message)
    if area in NORTHERN_IRELAND:
        reason = Reason.NORTHERN_IRELAND
    elif area in SCOTLAND or country == Country.SCOTLAND:
        reason = Reason.SCOTLAND
    elif area in WALES or country == Country.WALES:
        reason = Reason.WALES
    else:
        return None
    message, link, label = _ANSWERS[reason]
    border = " If you look for care on the English side of the border, enter a town or postcode there."
    return Unrecognised(
        words,
        reason,
        message + (border if reason in (Reason.SCOTLAND, Reason.WALES) else ""),
        link=link,
        link_label=label,
    )
