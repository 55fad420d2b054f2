"""Questions to ask on a visit or on the telephone, by kind of care: what no entry can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Topic:
    """Questions that belong together."""

    heading: str
    questions: tuple[str, ...]


MONEY = Topic(
    "Money and the contract",
    (
        "Which costs are not in the fee? May we have the full list, in writing?",
        "When did the fee last rise, by how much, and when may it rise again?",
        "What happens if the money runs out and the council has to pay?",
        "May we take the contract home and read it before we sign?",
    ),
)
HOME = (
    Topic(
        "A day here",
        (
            "Who decides when to get up, eat and go to bed?",
            "What did people do yesterday afternoon? And at the weekend?",
            "May we come at any hour, and stay for a meal?",
            "What can be brought from home?",
        ),
    ),
    Topic(
        "Staff",
        (
            "How many staff are there now, and how many at three in the morning?",
            "How many left in the last year? How often are agency staff here?",
            "Who will know the person's routine, and whom do we ring?",
        ),
    ),
    Topic(
        "Health and safety",
        (
            "What changed after the last inspection?",
            "Which doctor comes, and how often?",
            "When would somebody have to move out?",
        ),
    ),
    Topic(
        "Look around",
        (
            "Do staff talk with people, or over them?",
            "Is it clean, warm and calm?",
            "Would you eat what is on the table?",
        ),
    ),
)
AT_HOME = (
    Topic(
        "Visits",
        (
            "How many different people will come in a week?",
            "At what times can you promise to come, and how do you tell us if you are late?",
            "How short is the shortest visit? Is travel time part of it?",
            "What happens at Christmas, in snow, or when a carer is ill?",
        ),
    ),
    Topic(
        "Carers",
        (
            "Who checks carers, and how are they trained for this need?",
            "May we meet the carer first, and ask for another one?",
            "Who writes down what was done, and can the family read it?",
        ),
    ),
    Topic(
        "Health and safety",
        (
            "Who helps with medicines, and who answers at night?",
            "What changed after the last inspection?",
            "How do we end it, and at how much notice?",
        ),
    ),
)
HOUSING = (
    Topic(
        "The home",
        (
            "Is it a tenancy, a lease or a licence? What are rent, service charge and care, each by itself?",
            "Who comes at night, and how fast?",
            "What if more care is needed later: can one stay?",
        ),
    ),
    Topic(
        "Support and neighbours",
        (
            "Which hours of care are shared, and which are one's own?",
            "May one choose who gives the care?",
            "What goes on in the building in a week?",
        ),
    ),
)
SHARED_LIVES = (
    Topic(
        "The household",
        (
            "Who lives there, and may we meet everybody first?",
            "What if the carer is ill or goes on holiday?",
            "Who visits to see that all is well, and how often?",
        ),
    ),
)
ANY = (
    Topic(
        "The service",
        (
            "Who is it for, and who is it not for?",
            "How soon could it begin, and what do you need from us?",
            "Who will be there, and how are they trained?",
            "How will we know that it works? Whom do we tell if it does not?",
        ),
    ),
)
# By the path of the kind of care: the first that fits.
BY_KIND = (
    ("accommodation-with-care/care-home", HOME),
    ("accommodation-with-care/nursing-home", HOME),
    ("accommodation-with-care/intermediate-care-beds", HOME),
    ("accommodation-with-care/shared-lives", SHARED_LIVES),
    ("accommodation-with-care", HOUSING),
    ("care-at-home", AT_HOME),
)
# The few that stand on a service's own page.
SHORT = {
    "home": ("Who will know the person's routine?", "What changed after the last inspection?", "Which costs are not in the fee?"),
    "at_home": ("How many different people will come in a week?", "What happens when a carer is ill?", "Which costs are not in the fee?"),
    "any": ("How soon could it begin?", "Who will be there, and how are they trained?", "What will it cost, all in all?"),
}  # fmt: skip


def of(service: Any) -> tuple[Topic, ...]:
    """Return what to ask a service, money last where it may cost something. Its types must be fetched."""
    return (*_topics(service), MONEY)


def short(service: Any) -> tuple[str, ...]:
    """Return three questions for the service's own page."""
    topics = _topics(service)
    return SHORT["at_home" if topics is AT_HOME else "home" if topics is HOME else "any"]


def _topics(service: Any) -> tuple[Topic, ...]:
    paths = [kind.path for kind in service.types.all()]
    for start, topics in BY_KIND:
        if any(path == start or path.startswith(f"{start}/") for path in paths):
            return topics
    return ANY
