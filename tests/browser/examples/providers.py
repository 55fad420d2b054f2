"""The pages of care: search, finder, profiles, shortlist, corrections and links out of mails."""

from dataclasses import replace

from providers import shortlist
from providers.services import revisions
from tests.browser.examples.visits import Examples, at, detail, lost, register, still, three
from tests.browser.rows.providers import add_photos, full_service, service_on_a_map, three_near_a_place
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import ConfirmationRequestFactory, ProviderFactory, ServiceFactory
from tests.providers.profiles import make_home

FAR = NOON.replace(year=2099)


def of_shortlist(name):
    """A page that lives of services' public ids: four of them, none, and one that is gone among nonsense."""

    def full(press):
        services = [
            full_service(),
            service_on_a_map(),
            ServiceFactory(provider=None),
            ServiceFactory(setting="home"),
        ]
        return at(name, query=f"?s={shortlist.join_ids(service.uuid for service in services)}")

    def error(press):
        gone = ServiceFactory(published_at=None)
        return at(name, query=f"?s={shortlist.join_ids([gone.uuid])}&s=%00&s=nothing&full=x", holds="no longer shown")

    return Examples(full=full, empty=lambda press: at(name, holds="ccp-empty"), error=error)


def _photo(press):
    """A photo that a council has agreed to."""
    home = make_home()
    add_photos(home)
    home.approve(revisions.submit_changes(provider=home.provider, service=home.service, by=home.person, at=NOON))
    return at("providers:photo", home.service.slug, home.service.photos.first().file, is_page=False)


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


def _near_a_place(press):
    """The search near a place: places on its map, one of them withheld, and a service that comes there."""
    three_near_a_place()
    return at("providers:services", query="?near=DH1", holds="Map of 2 places")


def confirming(make):
    def visit(press):
        ConfirmationRequestFactory(service=make(), token="a-token", expires_at=FAR)
        return at("providers:confirm", "a-token", holds="Nothing has changed")

    return visit


EXAMPLES = {
    "providers:services": replace(register("providers:services", three(full_service)), full=_near_a_place),
    "providers:finder": still("providers:finder"),
    "providers:finder_step": Examples(
        full=lambda press: at("providers:finder_step", "hard", query="?who=older&hard=nurse&near=CA28"),
        empty=lambda press: at("providers:finder_step", "summary", holds="Not answered"),
        error=lambda press: at(
            "providers:finder_step", "where", send="Continue", typed={"near": "CW12 9ZZZ"}, holds="We do not recognise"
        ),
    ),
    "providers:service": detail("providers:service", service_on_a_map, lambda: ServiceFactory(provider=None)),
    **{f"providers:{name}": of_shortlist(f"providers:{name}") for name in ("shortlist", "compare", "visit_sheet")},
    "providers:providers": register("providers:providers", three(full_service)),
    "providers:provider": detail("providers:provider", lambda: full_service().provider, ProviderFactory),
    "providers:photo": Examples(
        full=_photo, empty=lost("/care/nothing/photos/nothing.jpg"), error=lost("/care/x/photos/%00.jpg")
    ),
    **{name: correction(name) for name in ("providers:correction", "providers:correction_sent")},
    "providers:confirm": Examples(
        full=confirming(full_service),
        empty=confirming(ServiceFactory),
        error=lambda press: at("providers:confirm", "nothing", status=404, holds="We do not know this link"),
    ),
}
