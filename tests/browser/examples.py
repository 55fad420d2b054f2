"""A full, an empty and an error example of every public address. A pattern without one fails the suite.

Each example sets its own rows in an empty database and says which address to open and what to expect there. Where
nothing could be missing, the empty example is the page of a site without any rows.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from core.models import User
from providers import shortlist
from providers.models import ProfileRevision
from providers.services import revisions
from tests.browser import rows
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import UserFactory
from tests.factories.providers import (
    ConfirmationRequestFactory,
    InvitationFactory,
    ProviderFactory,
    RepresentativeFactory,
    ServiceFactory,
)
from tests.factories.strategies import StrategyFactory
from tests.factories.tenders import ContractFactory, FrameworkFactory, OpportunityFactory
from tests.providers.profiles import make_home, save

NONSENSE = "?page=999&q=%00%27&kind=nothing&buyer=nobody&type=nothing"
PASSWORD = "correct horse battery staple"


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


def of_shortlist(name):
    """A page that lives of services' public ids: four of them, none, and one that is gone among nonsense."""

    def full(press):
        services = [
            rows.full_service(),
            rows.service_on_a_map(),
            ServiceFactory(provider=None),
            ServiceFactory(setting="home"),
        ]
        return at(name, query=f"?s={shortlist.join_ids(service.uuid for service in services)}")

    def error(press):
        gone = ServiceFactory(published_at=None)
        return at(name, query=f"?s={shortlist.join_ids([gone.uuid])}&s=%00&s=nothing&full=x", holds="no longer shown")

    return Examples(full=full, empty=lambda press: at(name, holds="ccp-empty"), error=error)


def three(make):
    return lambda: [make() for _ in range(3)]


def home_full(press):
    strategy = rows.full_strategy()
    press.edition(strategy, published_at=NOON)
    rows.full_opportunity()
    return at("home")


def _strategy_full(press):
    strategy = rows.full_strategy()
    press.edition(strategy, published_at=NOON)
    return at("strategies:strategy", strategy.slug)


def _of_strategy(name, *, with_edition=False):
    def full(press):
        strategy = rows.full_strategy()
        if with_edition:
            press.edition(strategy, published_at=NOON)
        return at(name, strategy.slug)

    return Examples(
        full=full,
        empty=lambda press: at(name, StrategyFactory().slug),
        error=lost(reverse(name, args=["nothing-of-the-kind"])),
    )


def _edition(name, *, is_page=True):
    def full(press):
        edition = press.edition(rows.full_strategy(), published_at=NOON)
        return at(name, edition.strategy.slug, edition.number, is_page=is_page)

    def empty(press):
        # Composed but not published: for the public there is nothing.
        edition = press.edition(rows.full_strategy())
        return at(name, edition.strategy.slug, edition.number, status=404)

    def error(press):
        return at(name, StrategyFactory().slug, 99999999999, status=404)

    return Examples(full=full, empty=empty, error=error)


def _latest():
    def full(press):
        edition = press.edition(rows.full_strategy(), published_at=NOON)
        return at("strategies:latest_edition", edition.strategy.slug)

    def empty(press):
        return at("strategies:latest_edition", StrategyFactory().slug, status=404)

    return Examples(full=full, empty=empty, error=lost("/strategies/nothing-of-the-kind/editions/latest/"))


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


def _reset_key(press):
    user = person()
    key = EmailAwarePasswordResetTokenGenerator().make_token(user)
    return at("account_reset_password_from_key", user_pk_to_url_str(user), key)


def _reset_key_wrong(press):
    visit = _reset_key(press)
    return Visit(visit.path, typed={"password1": "another horse battery", "password2": "no match"})


def data(name, *, wrong):
    """A list for programs: with rows, without, and asked for wrongly."""

    def full(press):
        rows.full_service()
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


def _first_of(listed):
    rows.full_service()
    return Client().get(reverse(f"open_referral:{listed}")).json()["contents"][0]["id"]


def _drafted(home):
    home.draft(summary="New words. " * 20, phone="01632 960009", types=[], takes_council_funded=True)
    save(home.provider, None, by=home.person, trading_name="We")


def _with_council(home):
    _drafted(home)
    for service in (home.service, None):
        revisions.submit_changes(provider=home.provider, service=service, by=home.person, at=NOON)


def _sent_back(home):
    _with_council(home)
    for one in ProfileRevision.objects.open():
        revisions.send_back(revision=one, reason="Say how many beds.\nThen send it again.", by=home.officer, at=NOON)


def _busy(home):
    """A provider with all that its first page can show."""
    _sent_back(home)
    rows.tell_all(home.service)
    home.person.representations.create(provider=ProviderFactory(name="The last of theirs"))


def checked(framework, user=None, **expected):
    """Whether a provider can join a framework, as one of its own people sees it."""
    return at("tenders:framework_check", framework.slug, user=user or rows.bare_representative(), **expected)


def kept(name, *args, of_provider=False, prepare=None, make=make_home, **expected):
    """A page of the providers' workspace, as the person sees it who keeps the entry."""

    def visit(press):
        home = make()
        if prepare:
            prepare(home)
        own = () if of_provider else (home.service.slug,)
        return at(f"providers:{name}", *own, *args, user=home.person, **expected)

    return visit


def of_workspace(name, *args, of_provider=False, full=_drafted, empty=None, error=None):
    """A page of an entry: with a draft, as it is at first, and asked for by who keeps another's."""

    def strangers(press):
        home, other = make_home(), make_home("theirs")
        own = (home.service.slug,) if not of_provider else ()
        user = UserFactory() if of_provider else other.person
        return at(f"providers:{name}", *own, *args, user=user, status=403 if of_provider else 404)

    return Examples(
        full=kept(name, *args, of_provider=of_provider, prepare=full),
        empty=kept(name, *args, of_provider=of_provider, prepare=empty),
        error=error or strangers,
    )


def pressed_photo():
    """A photo of a draft: for its own people, and for nobody else."""

    def visit(who):
        def made(press):
            home, other = make_home(), make_home("theirs")
            rows.add_photos(home)
            user = home.person if who == "own" else other.person
            file = home.service.photos.first().file if who != "none" else "0" * 64
            status = 200 if who == "own" else 404
            return at("providers:workspace_photo", home.service.slug, file, user=user, is_page=False, status=status)

        return made

    return Examples(full=visit("own"), empty=visit("none"), error=visit("another"))


def pressed(name, *, of_provider=False):
    """An address that only a button of the workspace leads to."""
    visit = kept(name, of_provider=of_provider, is_page=False, status=405)
    return Examples(full=visit, empty=visit, error=visit)


FAR = NOON.replace(year=2099)


def correction(name):
    """The form by which anybody says that an entry is wrong: where a council answers, where none does, and refused."""

    def full(press):
        officer = OfficerFactory()
        return at(name, ServiceFactory(provider=ProviderFactory(organisation=officer.organisation)).slug)

    def empty(press):
        return at(name, ServiceFactory(provider=None).slug, holds="the people who run this website")

    def error(press):
        if name == "providers:correction_sent":
            return at(name, ServiceFactory(published_at=None).slug, status=404)
        return at(name, ServiceFactory().slug, send="Send", typed={"text": "Short", "email": "none"})

    return Examples(full=full, empty=empty, error=error)


def invitation(**more):
    """An open invitation's page."""
    InvitationFactory(token="a-token", expires_at=FAR, provider__name="Brook Care", **more)
    return "providers:invitation", "a-token"


def _invitation_gone(press):
    name, token = invitation(withdrawn_at=NOON)
    return at(name, token, status=410, holds="was taken back")


def _invitation_of_account(press):
    user = UserFactory(email="ada@example.org")
    return at(*invitation(email=user.email), user=user, holds="Accept the invitation")


def confirming(make):
    def visit(press):
        ConfirmationRequestFactory(service=make(), token="a-token", expires_at=FAR)
        return at("providers:confirm", "a-token", holds="Nothing has changed")

    return visit


def colleagues(home):
    RepresentativeFactory(provider=home.person.representations.get().provider, user__name="")
    for expires_at in (FAR, NOON + dt.timedelta(days=1)):
        InvitationFactory(provider=home.person.representations.get().provider, expires_at=expires_at)


EXAMPLES = {
    "home": Examples(full=home_full, empty=lambda press: at("home"), error=lost("/nothing/")),
    **{name: still(name) for name in ("accessibility", "privacy", "cookies", "about_data")},
    **{
        name: plain(name)
        for name in ("robots_txt", "favicon", "security_txt", "sitemap", "health_live")
    },
    "health_ready": plain("health_ready"),
    "strategies:list": register("strategies:list", three(rows.full_strategy)),
    "strategies:strategy": Examples(
        full=_strategy_full,
        empty=lambda press: at("strategies:strategy", StrategyFactory().slug),
        error=lambda press: at(
            "strategies:strategy",
            StrategyFactory(published_at=NOON + dt.timedelta(days=9999)).slug,
            status=404,
        ),
    ),
    "strategies:delivery_plan": _of_strategy("strategies:delivery_plan"),
    "strategies:editions": _of_strategy("strategies:editions", with_edition=True),
    "strategies:latest_edition": _latest(),
    "strategies:edition": _edition("strategies:edition"),
    "strategies:standard_pdf": _edition("strategies:standard_pdf", is_page=False),
    "strategies:large_print_pdf": _edition("strategies:large_print_pdf", is_page=False),
    "tenders:opportunities": register("tenders:opportunities", rows.opportunities_in_every_state),
    "tenders:opportunity": detail(
        "tenders:opportunity", rows.full_opportunity, OpportunityFactory, key="reference"
    ),
    "tenders:frameworks": register("tenders:frameworks", three(rows.full_framework)),
    "tenders:framework": detail("tenders:framework", rows.full_framework, FrameworkFactory),
    "tenders:framework_check": Examples(
        full=lambda press: checked(rows.conditions(), holds="put right first"),
        empty=lambda press: checked(FrameworkFactory(), holds="no conditions here"),
        error=lambda press: checked(FrameworkFactory(), user=UserFactory(), status=403, holds="invite you by e-mail"),
    ),
    "tenders:contracts": register("tenders:contracts", three(rows.full_contract)),
    "tenders:contract": detail("tenders:contract", rows.full_contract, ContractFactory, key="reference"),
    "providers:services": register("providers:services", three(rows.full_service)),
    "providers:finder": still("providers:finder"),
    "providers:finder_step": Examples(
        full=lambda press: at("providers:finder_step", "hard", query="?who=older&hard=nurse&near=CA28"),
        empty=lambda press: at("providers:finder_step", "summary", holds="Not answered"),
        error=lambda press: at(
            "providers:finder_step", "where", send="Continue", typed={"near": "CW12 9ZZZ"}, holds="We do not recognise"
        ),
    ),
    "providers:service": detail("providers:service", rows.service_on_a_map, lambda: ServiceFactory(provider=None)),
    **{f"providers:{name}": of_shortlist(f"providers:{name}") for name in ("shortlist", "compare", "visit_sheet")},
    "providers:providers": register("providers:providers", three(rows.full_service)),
    "providers:provider": detail("providers:provider", lambda: rows.full_service().provider, ProviderFactory),
    "api_schema": one_document("api_schema"),
    "api_docs": Examples(
        full=lambda press: at("api_docs"),
        empty=lambda press: at("api_docs"),
        error=lambda press: Visit("/api/v1/docs/nothing/", is_page=False, status=404),
    ),
    "providers:api_services": data("providers:api_services", wrong="?near=CA28+7LL"),
    "providers:api_service": data_of("providers:api_service", lambda: rows.full_service().uuid),
    **{
        f"open_referral:{name}": data(f"open_referral:{name}", wrong="?page=0")
        for name in ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")
    },
    "open_referral:root": one_document("open_referral:root"),
    "open_referral:service": data_of("open_referral:service", lambda: rows.full_service().uuid),
    "open_referral:organization": data_of("open_referral:organization", lambda: rows.full_service().provider.uuid),
    **{
        f"open_referral:{name}": data_of(f"open_referral:{name}", lambda listed=listed: _first_of(listed))
        for name, listed in (
            ("service_at_location", "service_at_locations"),
            ("taxonomy", "taxonomies"),
            ("taxonomy_term", "taxonomy_terms"),
        )
    },
    "open_referral:lost": Examples(
        full=lambda press: at("open_referral:lost", "nothing", is_page=False, status=404),
        empty=lambda press: at("open_referral:lost", "nothing/more", is_page=False, status=404),
        error=lambda press: at("open_referral:lost", "openapi.json", is_page=False, status=404),
    ),
    "providers:photo": Examples(
        full=rows.photo_visit(at), empty=lost("/care/nothing/photos/nothing.jpg"), error=lost("/care/x/photos/%00.jpg")
    ),
    "providers:workspace": Examples(
        full=kept("workspace", of_provider=True, prepare=_busy),
        empty=lambda press: at("providers:workspace", user=rows.bare_representative(), holds="ccp-empty"),
        error=lambda press: at("providers:workspace", user=UserFactory(), status=403, holds="invite you by e-mail"),
    ),
    "providers:workspace_act_for": pressed("workspace_act_for", of_provider=True),
    "providers:workspace_provider": of_workspace("workspace_provider", of_provider=True, full=_sent_back),
    "providers:workspace_provider_section": of_workspace(
        "workspace_provider_section", "contact", of_provider=True,
        error=kept(
            "workspace_provider_section", "contact", of_provider=True, send="Save", typed={"email": "none"},
            holds="Enter a valid email",
        ),
    ),
    **{
        f"providers:workspace_provider_{name}": of_workspace(f"workspace_provider_{name}", of_provider=True)
        for name in ("preview", "submit", "withdraw", "discard")
    },
    "providers:workspace_new_service": Examples(
        full=kept("workspace_new_service", of_provider=True),
        empty=kept("workspace_new_service", of_provider=True),
        error=kept(
            "workspace_new_service", of_provider=True, send="Begin", typed={"name": "New"}, holds="Give the postcode"
        ),
    ),
    "providers:workspace_service": of_workspace("workspace_service", full=_with_council),
    "providers:workspace_section": of_workspace(
        "workspace_section", "fees", full=lambda home: rows.tell_all(home.service),
        error=kept(
            "workspace_section", "fees", send="Save", typed={"fees-0-amount_from": "a lot"},
            holds="We do not understand a lot",
        ),
    ),
    "providers:workspace_photos": Examples(
        full=kept("workspace_photos", prepare=rows.add_photos),
        empty=kept("workspace_photos", holds="ccp-empty"),
        error=kept("workspace_photos", send="Add it", typed={"alt_text": "x"}, holds="Choose a photo"),
    ),
    "providers:workspace_photo": pressed_photo(),
    **{
        f"providers:workspace_{name}": of_workspace(f"workspace_{name}")
        for name in ("preview", "submit", "withdraw", "discard", "remove")
    },
    **{f"providers:workspace_{name}": pressed(f"workspace_{name}") for name in ("vacancy", "confirm")},
    "commissioning:organisations": register("commissioning:organisations", three(rows.full_organisation)),
    "commissioning:organisation": detail(
        "commissioning:organisation", lambda: rows.full_strategy().organisation, OrganisationFactory
    ),
    **{name: correction(name) for name in ("providers:correction", "providers:correction_sent")},
    "providers:invitation": Examples(
        full=_invitation_of_account,
        empty=lambda press: at(*invitation(), holds="Accept and make my account"),
        error=_invitation_gone,
    ),
    "providers:confirm": Examples(
        full=confirming(rows.full_service),
        empty=confirming(ServiceFactory),
        error=lambda press: at("providers:confirm", "nothing", status=404, holds="We do not know this link"),
    ),
    "providers:welcome": Examples(
        full=lambda press: at("providers:welcome", user=RepresentativeFactory(user=two_step_person()).user),
        empty=lambda press: at("providers:welcome", user=rows.bare_representative(), holds="Add a second step"),
        error=mine("providers:welcome", status=404),
    ),
    "providers:workspace_colleagues": Examples(
        full=kept("workspace_colleagues", of_provider=True, prepare=colleagues),
        empty=kept("workspace_colleagues", of_provider=True),
        error=kept("workspace_colleagues", of_provider=True, send="Send the invitation", typed={"email": "none"}),
    ),
    "providers:workspace_invited": pressed("workspace_invited", of_provider=True),
    "providers:workspace_leave": Examples(
        full=kept("workspace_leave", of_provider=True, prepare=colleagues),
        empty=kept("workspace_leave", of_provider=True, holds="Nobody else keeps this entry"),
        error=mine("providers:workspace_leave", status=403),
    ),
    "account_login": Examples(
        full=lambda press: at("account_login"),
        empty=lambda press: at("account_login", query="?next=/admin/"),
        error=sent("account_login", "Sign in", login="nobody@example.org", password="wrong"),
    ),
    "account_logout": Examples(
        full=mine("account_logout"), empty=mine("account_logout"), error=lost("/account/logout/nothing/")
    ),
    "account_inactive": still("account_inactive"),
    "account_signup": Examples(
        full=lambda press: at("account_signup", holds="by invitation"),
        empty=lambda press: at("account_signup"),
        error=lost("/account/signup/nothing/"),
    ),
    "account_reauthenticate": Examples(
        full=mine("account_reauthenticate"),
        empty=closed("account_reauthenticate"),
        error=sent("account_reauthenticate", "Go on", make=person, password="wrong"),
    ),
    "account_email_verification_sent": Examples(
        full=lambda press: at("account_email_verification_sent"),
        empty=lambda press: at("account_email_verification_sent"),
        error=lost("/account/confirm-email/nothing/more/"),
    ),
    "account_confirm_email": Examples(
        full=lambda press: at("account_confirm_email", "nothing"),
        empty=lambda press: at("account_confirm_email", "nothing"),
        error=lost("/account/confirm-email/nothing/more/"),
    ),
    "account_change_password": Examples(
        full=mine("account_change_password"),
        empty=closed("account_change_password"),
        error=sent(
            "account_change_password", "Change", make=person, oldpassword="wrong", password1="a", password2="b"
        ),
    ),
    "account_set_password": Examples(
        full=mine("account_set_password"), empty=closed("account_set_password"),
        error=lost("/account/password/set/nothing/"),
    ),
    "account_reset_password": Examples(
        full=lambda press: at("account_reset_password"),
        empty=lambda press: at("account_reset_password"),
        error=sent("account_reset_password", "", email="no-address"),
    ),
    "account_reset_password_done": still("account_reset_password_done"),
    "account_reset_password_from_key": Examples(
        full=_reset_key,
        empty=lambda press: at("account_reset_password_from_key", "1", "set-password", holds="no longer works"),
        error=_reset_key_wrong,
    ),
    "account_reset_password_from_key_done": still("account_reset_password_from_key_done"),
    "mfa_index": Examples(
        full=mine("mfa_index", two_step_person), empty=mine("mfa_index"), error=closed("mfa_index")
    ),
    "mfa_authenticate": Examples(
        full=closed("mfa_authenticate"), empty=closed("mfa_authenticate"), error=lost("/account/2fa/authenticate/no/")
    ),
    "mfa_reauthenticate": Examples(
        full=mine("mfa_reauthenticate", two_step_person),
        empty=closed("mfa_reauthenticate"),
        error=sent("mfa_reauthenticate", "Go on", make=two_step_person, code="000000"),
    ),
    "mfa_activate_totp": Examples(
        full=mine("mfa_activate_totp"), empty=closed("mfa_activate_totp"),
        error=lost("/account/2fa/totp/activate/nothing/"),
    ),
    **{
        name: Examples(full=mine(name, two_step_person), empty=mine(name, status=404), error=closed(name))
        for name in ("mfa_deactivate_totp", "mfa_view_recovery_codes")
    },
    "mfa_generate_recovery_codes": Examples(
        full=mine("mfa_generate_recovery_codes", two_step_person),
        empty=mine("mfa_generate_recovery_codes"),
        error=closed("mfa_generate_recovery_codes"),
    ),
    "mfa_download_recovery_codes": Examples(
        full=mine("mfa_download_recovery_codes", two_step_person, is_page=False),
        empty=mine("mfa_download_recovery_codes", status=404),
        error=closed("mfa_download_recovery_codes"),
    ),
}  # fmt: skip
