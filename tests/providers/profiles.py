"""A provider with a home in a council that decides, for tests of the workspace and of what a council agrees to."""

from dataclasses import dataclass

from commissioning.models import Organisation
from core.models import Place, User
from providers.models import ProfileRevision, Provider, Service
from providers.services import drafts, revisions
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import PlaceFactory, ServiceTypeFactory, UserFactory
from tests.factories.providers import LocationFactory, ProviderFactory, ServiceFactory


@dataclass
class Home:
    """Who keeps an entry, what it is, and who decides about it."""

    council: Organisation
    place: Place
    officer: User
    provider: Provider
    person: User
    service: Service

    def draft(self, **values):
        """Save values as a draft of the service, as a form does that was opened just before."""
        return save(self.provider, self.service, by=self.person, **values)

    def submitted(self, **values) -> ProfileRevision:
        """Save values and send them to the council."""
        self.draft(**values)
        return revisions.submit_changes(provider=self.provider, service=self.service, by=self.person, at=NOON)

    def approve(self, revision):
        return revisions.approve_revision(
            revision=revision, by=self.officer, at=NOON, seen=revisions.fingerprint(revision, at=NOON)
        )


def save(provider, service, *, by, **values):
    if service is not None:
        service.refresh_from_db()
    shown = drafts.open_draft(provider=provider, service=service, at=NOON).values
    seen = {name: shown[name] for name in values}
    return revisions.save_changes(provider=provider, service=service, values=values, seen=seen, by=by, at=NOON)


def make_home(word="ours") -> Home:
    """Return a public home whose council has an officer who may decide."""
    place = PlaceFactory(kind=Place.Kind.COUNCIL, name=f"Area of {word}")
    council = OrganisationFactory(name=f"Council of {word}")
    council.coverage.create(place=place)
    officer = OfficerFactory(organisation=council).user
    provider = ProviderFactory(name=f"Provider {word}", slug=f"provider-{word}")
    person = UserFactory()
    provider.representatives.create(user=person)
    service = ServiceFactory(
        provider=provider, name=f"Home {word}", slug=f"home-{word}", summary=f"Old words of {word}.",
        phone="01632 960001", confirmed_at=None,
    )  # fmt: skip
    service.types.add(ServiceTypeFactory())
    service.locations.add(LocationFactory(provider=provider, town="Sampleton", place=PlaceFactory(parent=place)))
    return Home(council, place, officer, provider, person, service)
