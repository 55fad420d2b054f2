import factory
from factory.django import DjangoModelFactory

from commissioning.models import (
    Contact,
    Coverage,
    CycleStage,
    Indicator,
    Observation,
    Officer,
    Organisation,
    OrganisationValue,
    SourceDocument,
    Team,
)
from tests.factories.core import PlaceFactory, UserFactory


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    slug = factory.Sequence(lambda n: f"council-{n}")
    name = factory.Sequence(lambda n: f"Council {n}")
    short_name = factory.LazyAttribute(lambda one: one.name)
    kind = Organisation.Kind.COUNCIL


class OfficerFactory(DjangoModelFactory):
    class Meta:
        model = Officer

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Officer.Role.ADMINISTRATOR


class OwnedFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    organisation = factory.SubFactory(OrganisationFactory)


class SourceDocumentFactory(OwnedFactory):
    class Meta:
        model = SourceDocument

    slug = factory.Sequence(lambda n: f"document-{n}")
    title = factory.Sequence(lambda n: f"Document {n}")


class CoverageFactory(DjangoModelFactory):
    class Meta:
        model = Coverage

    organisation = factory.SubFactory(OrganisationFactory)
    place = factory.SubFactory(PlaceFactory)


class OrganisationValueFactory(OwnedFactory):
    class Meta:
        model = OrganisationValue

    slug = factory.Sequence(lambda n: f"value-{n}")
    name = factory.Sequence(lambda n: f"Value {n}")


class CycleStageFactory(OwnedFactory):
    class Meta:
        model = CycleStage

    slug = factory.Sequence(lambda n: f"stage-{n}")
    name = factory.Sequence(lambda n: f"Stage {n}")


class TeamFactory(OwnedFactory):
    class Meta:
        model = Team

    slug = factory.Sequence(lambda n: f"team-{n}")
    name = factory.Sequence(lambda n: f"Team {n}")


class ContactFactory(OwnedFactory):
    class Meta:
        model = Contact

    slug = factory.Sequence(lambda n: f"contact-{n}")
    role = factory.Sequence(lambda n: f"Role {n}")


class IndicatorFactory(OwnedFactory):
    class Meta:
        model = Indicator

    slug = factory.Sequence(lambda n: f"indicator-{n}")
    title = factory.Sequence(lambda n: f"Finding {n}")
    measure = "People"


class ObservationFactory(DjangoModelFactory):
    class Meta:
        model = Observation

    indicator = factory.SubFactory(IndicatorFactory)
    category = factory.Sequence(lambda n: f"Category {n}")
    value = factory.Sequence(lambda n: n + 1)
