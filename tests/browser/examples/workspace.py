"""The workspace in which providers keep their own entries."""

import datetime as dt

from providers.models import ProfileRevision
from providers.services import revisions
from tests.browser.examples.visits import Examples, at, mine, two_step_person
from tests.browser.rows.providers import add_photos, bare_representative, tell_all
from tests.factories import NOON
from tests.factories.core import UserFactory
from tests.factories.providers import InvitationFactory, ProviderFactory, RepresentativeFactory
from tests.providers.profiles import make_home, save

FAR = NOON.replace(year=2099)


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
    tell_all(home.service)
    home.person.representations.create(provider=ProviderFactory(name="The last of theirs"))


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
            add_photos(home)
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


def colleagues(home):
    RepresentativeFactory(provider=home.person.representations.get().provider, user__name="")
    for expires_at in (FAR, NOON + dt.timedelta(days=1)):
        InvitationFactory(provider=home.person.representations.get().provider, expires_at=expires_at)


EXAMPLES = {
    "providers:workspace": Examples(
        full=kept("workspace", of_provider=True, prepare=_busy),
        empty=lambda press: at("providers:workspace", user=bare_representative(), holds="ccp-empty"),
        error=lambda press: at("providers:workspace", user=UserFactory(), status=403, holds="invite you by email"),
    ),
    "providers:workspace_act_for": pressed("workspace_act_for", of_provider=True),
    "providers:workspace_provider": of_workspace("workspace_provider", of_provider=True, full=_sent_back),
    "providers:workspace_provider_section": of_workspace(
        "workspace_provider_section",
        "contact",
        of_provider=True,
        error=kept(
            "workspace_provider_section",
            "contact",
            of_provider=True,
            send="Save as draft",
            typed={"email": "none"},
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
        "workspace_section",
        "fees",
        full=lambda home: tell_all(home.service),
        error=kept(
            "workspace_section",
            "fees",
            send="Save as draft",
            typed={"fees-0-amount_from": "a lot"},
            holds="We do not understand a lot",
        ),
    ),
    "providers:workspace_photos": Examples(
        full=kept("workspace_photos", prepare=add_photos),
        empty=kept("workspace_photos", holds="ccp-empty"),
        error=kept("workspace_photos", send="Add it", typed={"alt_text": "x"}, holds="Choose a photo"),
    ),
    "providers:workspace_photo": pressed_photo(),
    **{
        f"providers:workspace_{name}": of_workspace(f"workspace_{name}")
        for name in ("preview", "submit", "withdraw", "discard", "remove")
    },
    **{f"providers:workspace_{name}": pressed(f"workspace_{name}") for name in ("vacancy", "confirm")},
    "providers:invitation": Examples(
        full=_invitation_of_account,
        empty=lambda press: at(*invitation(), holds="Accept and make my account"),
        error=_invitation_gone,
    ),
    "providers:welcome": Examples(
        full=lambda press: at("providers:welcome", user=RepresentativeFactory(user=two_step_person()).user),
        empty=lambda press: at("providers:welcome", user=bare_representative(), holds="Add a second step"),
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
}
