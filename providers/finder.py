"""The care finder: five questions in plain words that lead to the search with its filters set.

Each answer names the kinds of care and groups of people it leads to, by their slugs in the taxonomy, and says why in
the words of whoever answered. Nothing is stored: the answers stand in the address, a postcode in the searcher's cookie.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.http import QueryDict

OLDER, ADULT, CHILD, CARER = "older", "adult", "child", "carer"
GROWN_UP = (OLDER, ADULT)
AT_HOME, MOVING, EITHER = "home", "move", "either"


@dataclass(frozen=True)
class Option:
    """One answer, and what it leads to.

    ``said`` follows "because you said that". ``at_home`` are kinds of care that come to a person or that one goes out
    to, ``moving`` those one moves into. Where ``decides_moving`` is set, its homes stand alone: a home without nurses
    is no answer to somebody who needs one.
    """

    value: str
    label: str
    said: str = ""
    hint: str = ""
    groups: tuple[str, ...] = ()
    at_home: tuple[str, ...] = ()
    moving: tuple[str, ...] = ()
    decides_moving: bool = False
    funding: str = ""
    asked_of: tuple[str, ...] = ()

    def types(self, stay: str) -> tuple[str, ...]:
        """The kinds of care it leads to, for somebody who stays at home, moves, or does not know."""
        at_home = () if stay == MOVING and self.moving else self.at_home
        moving = () if stay == AT_HOME and self.at_home else self.moving
        return (*at_home, *moving)


@dataclass(frozen=True)
class Question:
    """One page of the finder. ``key`` names the answer in the address."""

    key: str
    title: str
    short: str
    hint: str = ""
    options: tuple[Option, ...] = ()
    is_multiple: bool = False
    asked_of: tuple[str, ...] = ()

    def options_for(self, who: str) -> tuple[Option, ...]:
        return tuple(option for option in self.options if not option.asked_of or not who or who in option.asked_of)

    def is_asked(self, who: str) -> bool:
        return not self.asked_of or not who or who in self.asked_of


WHO = Question(
    key="who",
    title="Who is the care for?",
    short="Who it is for",
    options=(
        Option(OLDER, "An older person", "it is for an older person", groups=("older-people",)),
        Option(ADULT, "An adult under 65", "it is for an adult under 65", groups=("adults",)),
        Option(
            CHILD, "A child or young person", "it is for a child or young person", groups=("children-young-people",)
        ),
        Option(
            CARER,
            "Somebody who looks after another person",
            "it is for somebody who looks after another person",
            hint="A husband, wife, daughter, friend: anybody who cares without being paid.",
            groups=("carers",),
        ),
    ),
)

HARD = Question(
    key="hard",
    title="What is hard at the moment?",
    short="What is hard",
    hint="Choose all that are true.",
    is_multiple=True,
    options=(
        Option(
            "washing",
            "Washing, dressing, or getting up and to bed",
            "washing, dressing or getting up is hard",
            at_home=("home-care", "reablement"),
            moving=("care-home", "extra-care"),
            asked_of=GROWN_UP,
        ),
        Option(
            "memory",
            "Remembering things, or getting lost",
            "remembering things is hard",
            groups=("dementia",),
            at_home=("home-care", "dementia-support"),
            moving=("care-home", "nursing-home", "extra-care"),
            asked_of=GROWN_UP,
        ),
        Option(
            "nurse",
            "Health needs that a nurse looks after",
            "a nurse is needed",
            hint="Such as wounds, feeding through a tube, or medicines that have to be given by a nurse.",
            at_home=("home-care", "continuing-healthcare", "community-health"),
            moving=("nursing-home",),
            decides_moving=True,
            asked_of=GROWN_UP,
        ),
        Option(
            "alone",
            "Being alone, or being safe at night",
            "being alone or safe at night is hard",
            at_home=("home-care", "assistive-technology"),
            moving=("extra-care", "sheltered-housing", "care-home"),
            asked_of=GROWN_UP,
        ),
        Option(
            "company",
            "Getting out, or having company",
            "getting out or having company is hard",
            at_home=("day-opportunities", "social-inclusion"),
            moving=("extra-care", "sheltered-housing"),
            asked_of=GROWN_UP,
        ),
        Option(
            "meals",
            "Cooking and eating",
            "cooking and eating is hard",
            at_home=("meals", "home-care"),
            moving=("extra-care", "care-home"),
            asked_of=GROWN_UP,
        ),
        Option(
            "stairs",
            "Stairs, the bath, or getting around the home",
            "getting around the home is hard",
            at_home=("home-improvement", "community-equipment"),
            moving=("extra-care", "sheltered-housing"),
            asked_of=GROWN_UP,
        ),
        Option(
            "hospital",
            "Coming home from hospital",
            "somebody is coming home from hospital",
            at_home=("hospital-discharge", "reablement", "home-care"),
            moving=("intermediate-care-beds",),
            asked_of=GROWN_UP,
        ),
        Option(
            "learning",
            "A learning disability, or being autistic",
            "there is a learning disability, or somebody is autistic",
            groups=("learning-disability", "autism"),
            at_home=("home-care", "day-opportunities", "supported-employment"),
            moving=("supported-living", "shared-lives", "care-home"),
            asked_of=GROWN_UP,
        ),
        Option(
            "mind",
            "Mental health",
            "mental health is hard",
            groups=("mental-health",),
            at_home=("mental-health", "day-opportunities"),
            moving=("supported-living", "supported-accommodation", "care-home"),
            asked_of=GROWN_UP,
        ),
        Option(
            "end",
            "Nearing the end of life",
            "somebody is nearing the end of life",
            at_home=("end-of-life", "continuing-healthcare"),
            moving=("nursing-home",),
            asked_of=GROWN_UP,
        ),
        Option(
            "break",
            "Whoever cares needs a break",
            "whoever cares needs a break",
            at_home=("short-breaks", "carers-support"),
            asked_of=(*GROWN_UP, CARER),
        ),
        Option(
            "advice",
            "Knowing what there is, and what one has a right to",
            "knowing what there is is hard",
            at_home=("information-advice", "advocacy", "carers-support"),
            asked_of=(CARER,),
        ),
        Option(
            "disability",
            "A disability, or special educational needs",
            "there is a disability or a special educational need",
            groups=("send",),
            at_home=("send", "therapies"),
            asked_of=(CHILD,),
        ),
        Option(
            "feelings",
            "Feelings, worries or behaviour",
            "feelings, worries or behaviour are hard",
            at_home=("young-peoples-mental-health",),
            asked_of=(CHILD,),
        ),
        Option(
            "family",
            "Things at home",
            "things at home are hard",
            at_home=("family-support", "early-help"),
            asked_of=(CHILD,),
        ),
        Option(
            "respite",
            "The family needs a break",
            "the family needs a break",
            at_home=("short-breaks-children",),
            asked_of=(CHILD,),
        ),
    ),
)

STAY = Question(
    key="stay",
    title="Where should the help be?",
    short="Where the help should be",
    asked_of=GROWN_UP,
    options=(
        Option(AT_HOME, "At home", "help should be at home", hint="Somebody comes in, or one goes out by day."),
        Option(MOVING, "In a new home", "a move is possible", hint="A care home, or a flat with help on hand."),
        Option(EITHER, "Either, or we do not know yet"),
    ),
)

WHERE = Question(key="where", title="Near where?", short="Near where")

PAYING = Question(
    key="paying",
    title="How will it be paid for?",
    short="How it is paid for",
    options=(
        Option("self", "We pay ourselves", "you pay yourselves", hint="From income or savings.", funding="self"),
        Option("council", "The council pays, or helps to pay", "the council pays or helps to pay", funding="council"),
        Option(
            "nhs",
            "The NHS pays",
            "the NHS pays",
            hint="Through NHS continuing healthcare, for people whose need is mainly one of health.",
            funding="nhs",
        ),
        Option("unsure", "We do not know yet"),
    ),
)

QUESTIONS = (WHO, HARD, STAY, WHERE, PAYING)
BY_KEY = {question.key: question for question in QUESTIONS}
SUMMARY = "summary"


@dataclass(frozen=True)
class Reason:
    """Filters that an answer set, and the answer in the words of whoever gave it."""

    said: str
    types: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    funding: str = ""


@dataclass(frozen=True)
class Answers:
    """What somebody answered so far. What no question offers is left out."""

    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryDict) -> Answers:
        who = next(iter(_offered(WHO, WHO.options, query)), "")
        return cls(
            {
                question.key: found
                for question in QUESTIONS
                if question.is_asked(who) and (found := _offered(question, question.options_for(who), query))
            }
        )

    @property
    def who(self) -> str:
        return next(iter(self.chosen.get(WHO.key, ())), "")

    @property
    def stay(self) -> str:
        return next(iter(self.chosen.get(STAY.key, ())), EITHER)

    def questions(self) -> list[Question]:
        """The questions asked of this person, in their order."""
        return [question for question in QUESTIONS if question.is_asked(self.who)]

    def options(self, question: Question) -> list[Option]:
        """The options chosen of a question."""
        values = self.chosen.get(question.key, ())
        return [option for option in question.options if option.value in values]

    def pairs(self, *, without: str = "") -> Iterator[tuple[str, str]]:
        """The answers as an address carries them."""
        for key, values in self.chosen.items():
            if key != without:
                yield from ((key, value) for value in values)

    def reasons(self) -> list[Reason]:
        """The filters these answers lead to, each with its answer. A filter stands with each answer that asks for it.

        What is hard tells more than who it is for: where it names a group of people, the wider one is not asked for.
        """
        hard, stay = self.options(HARD), self.stay
        nearer = [option.groups for option in hard if option.groups]
        found = [Reason(option.said, groups=() if nearer else option.groups) for option in self.options(WHO)]
        only = [option for option in hard if option.decides_moving and stay != AT_HOME]
        for option in hard:
            types = option.types(stay)
            if only and option not in only:
                types = tuple(slug for slug in types if slug not in option.moving or _is_in(slug, only))
            found.append(Reason(option.said, types=types, groups=option.groups))
        found += [Reason(option.said, funding=option.funding) for option in self.options(PAYING)]
        return [reason for reason in found if reason.types or reason.groups or reason.funding]

    def filters(self) -> list[tuple[str, str]]:
        """The search's filters, as its address carries them: type, group, funding."""
        reasons = self.reasons()
        return [
            *(("type", slug) for slug in _once(slug for reason in reasons for slug in reason.types)),
            *(("group", slug) for slug in _once(slug for reason in reasons for slug in reason.groups)),
            *(("funding", slug) for slug in _once(reason.funding for reason in reasons if reason.funding)),
        ]


def _offered(question: Question, options: Iterable[Option], query: QueryDict) -> tuple[str, ...]:
    values = query.getlist(question.key)
    found = tuple(option.value for option in options if option.value in values)
    return found if question.is_multiple else found[:1]


def _is_in(slug: str, options: Iterable[Option]) -> bool:
    return any(slug in option.moving for option in options)


def _once(slugs: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(slugs))
