"""What every page needs beside its own facts. Nothing here reads the database."""

from dataclasses import dataclass

# Words, address, and the first parts of the addresses that belong to it.
MAIN_NAVIGATION = (
    ("Find care", "/care/", ("/care/", "/providers/")),
    ("Opportunities", "/opportunities/", ("/opportunities/", "/frameworks/", "/contracts/", "/events/", "/alerts/")),
    ("Strategies", "/strategies/", ("/strategies/",)),
    ("Market statements", "/strategies/?kind=market_position_statement", ()),
)
MARKET_STATEMENTS = "Market statements"
STRATEGIES = "Strategies"


@dataclass(frozen=True)
class NavigationItem:
    """One link of the main navigation."""

    label: str
    url: str
    is_current: bool


def navigation(path: str, *, section: str = "") -> list[NavigationItem]:
    """Give the main navigation as seen from a path; ``section`` names the current item where the path cannot tell."""
    current = section or next(
        (label for label, _, starts in MAIN_NAVIGATION if any(path.startswith(start) for start in starts)), ""
    )
    return [NavigationItem(label, url, label == current) for label, url, _ in MAIN_NAVIGATION]


def portal(request):
    """Context processor: the main navigation.

    A page that shows a market position statement sets ``request.section = MARKET_STATEMENTS``.
    """
    section = getattr(request, "section", "")
    if not section and request.path == "/strategies/" and request.GET.get("kind") == "market_position_statement":
        section = MARKET_STATEMENTS
    return {"navigation": navigation(request.path, section=section)}
