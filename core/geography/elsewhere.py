"""Who to ask outside England, where other bodies register and inspect care."""

from __future__ import annotations

from core.models import Country

from .answers import Reason, Unrecognised
from .postcodes import CROWN_DEPENDENCIES, NORTHERN_IRELAND, SCOTLAND, WALES

_ANSWERS = {
    Reason.SCOTLAND: (
        "is in Scotland, and this directory covers England. The Care Inspectorate lists and inspects care in Scotland.",
        "https://www.careinspectorate.com/",
        "Find care in Scotland (Care Inspectorate)",
    ),
    Reason.WALES: (
        "is in Wales, and this directory covers England. Care Inspectorate Wales lists and inspects care in Wales.",
        "https://www.careinspectorate.wales/",
        "Find care in Wales (Care Inspectorate Wales)",
    ),
    Reason.NORTHERN_IRELAND: (
        "is in Northern Ireland, and this directory covers England. "
        "The Regulation and Quality Improvement Authority lists and inspects care in Northern Ireland.",
        "https://www.rqia.org.uk/",
        "Find care in Northern Ireland (RQIA)",
    ),
}
# The nations and their cities, as `search_name` writes them; left out are Newport and Bangor, which are in two nations.
_NAMES = {
    Reason.SCOTLAND: (
        "scotland", "aberdeen", "dundee", "dunfermline", "edinburgh", "glasgow", "inverness", "perth", "stirling",
    ),
    Reason.WALES: ("wales", "cardiff", "saint asaph", "saint davids", "swansea", "wrexham"),
    Reason.NORTHERN_IRELAND: (
        "northern ireland", "armagh", "belfast", "derry", "londonderry", "lisburn", "newry",
    ),
}  # fmt: skip
_REASONS = {name: reason for reason, names in _NAMES.items() for name in names}
_BORDER = " If you look for care on the English side of the border, enter a town or postcode there."


def nation_called(words: str, name: str) -> Unrecognised | None:
    """Return the answer to the name of another nation, or of a city there; else None.

    :param name: the words as `search_name` writes them.
    """
    reason = _REASONS.get(name)
    return _answer(words, reason, "That") if reason else None


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
    return _answer(words, reason, "That postcode")


def _answer(words: str, reason: Reason, what: str) -> Unrecognised:
    message, link, label = _ANSWERS[reason]
    border = "" if reason == Reason.NORTHERN_IRELAND else _BORDER
    return Unrecognised(words, reason, f"{what} {message}{border}", link=link, link_label=label)
