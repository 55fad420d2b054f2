"""What an example is, and the kinds of example that addresses of any app share."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from core.models import User
from tests.factories.core import UserFactory

NONSENSE = "?page=999&q=%00%27&kind=nothing&buyer=nobody&type=nothing"


@dataclass(frozen=True)
class Visit:
    """What to open and what to expect there."""

    path: str
    status: int = 200
    is_page: bool = True
    user: User | None = None
    # Fields to fill in before the page's form is sent; a name with no value is only sent.
    typed: dict[str, str] = field(default_factory=dict)
    send: str = ""
    holds: str = ""

    @property
    def is_sent(self):
        """Whether it is the page after a form was sent."""
        return bool(self.typed or self.send)


@dataclass(frozen=True)
class Examples:
    full: Callable[..., Visit]
    empty: Callable[..., Visit]
    error: Callable[..., Visit]


def at(name, *args, query="", **expected):
    return Visit(reverse(name, args=args) + query, **expected)


def lost(path):
    return lambda press: Visit(path, status=404, holds="nothing at this address")


def still(name):
    """A page that shows no rows; below it there is nothing."""
    return Examples(
        full=lambda press: at(name), empty=lambda press: at(name), error=lost(f"{reverse(name).rstrip('/')}/nothing/")
    )


def plain(name, *, status=200):
    """An address for machines, which no browser shows."""
    return Examples(
        full=lambda press: at(name, is_page=False, status=status),
        empty=lambda press: at(name, is_page=False, status=status),
        error=lambda press: Visit(f"{reverse(name)}/nothing", status=404),
    )


def register(name, make):
    """A list: with rows, without, and with an address full of nonsense."""

    def full(press):
        make()
        return at(name)

    def error(press):
        make()
        return at(name, query=NONSENSE)

    return Examples(full=full, empty=lambda press: at(name, holds="ccp-empty"), error=error)


def detail(name, make, make_bare, *, key="slug"):
    """One row's page: with all it can have, with the least, and where there is none."""

    def full(press):
        return at(name, getattr(make(), key))

    def empty(press):
        return at(name, getattr(make_bare(), key))

    return Examples(full=full, empty=empty, error=lost(reverse(name, args=["nothing-of-the-kind"])))


def three(make):
    return lambda: [make() for _ in range(3)]


def person(**more):
    user = UserFactory(**more)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def two_step_person():
    user = person()
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    return user


def mine(name, make=person, **expected):
    return lambda press: at(name, user=make(), **expected)


def sent(name, send, make=None, status=200, **typed):
    """The page after its form was sent with something wrong in it."""
    return lambda press: at(name, user=make() if make else None, send=send, typed=typed, status=status)


def closed(name, *args):
    """An address for people signed in, asked for by somebody who is not: the sign-in page."""
    return lambda press: at(name, *args, holds="Sign in")


def data(name, make, *, wrong):
    """A list for programs: with rows, without, and asked for wrongly."""

    def full(press):
        make()
        return at(name, is_page=False)

    return Examples(
        full=full,
        empty=lambda press: at(name, is_page=False),
        error=lambda press: at(name, query=wrong, is_page=False, status=400),
    )


def one_document(name):
    """An address for programs with one answer. What is wrong below it is told to a program too."""
    return Examples(
        full=lambda press: at(name, is_page=False),
        empty=lambda press: at(name, is_page=False),
        error=lambda press: Visit(f"{reverse(name)}nothing/at/all", is_page=False, status=404),
    )


def data_of(name, identifier):
    """One document for programs, by an identifier that is known, unknown, and none at all."""
    return Examples(
        full=lambda press: at(name, identifier(), is_page=False),
        empty=lambda press: at(name, uuid.UUID(int=0), is_page=False, status=404),
        error=lambda press: Visit(
            reverse(name, args=[uuid.UUID(int=0)]).replace(str(uuid.UUID(int=0)), "nothing"), is_page=False, status=404
        ),
    )
