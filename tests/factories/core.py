import factory
from factory.django import DjangoModelFactory

from core.models import ClientGroup, CpvCode, Place, ServiceType, User


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password("correct horse battery staple")


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    slug = factory.Sequence(lambda n: f"place-{n}")
    name = factory.Sequence(lambda n: f"Place {n}")
    kind = Place.Kind.TOWN


class ServiceTypeFactory(DjangoModelFactory):
    class Meta:
        model = ServiceType

    slug = factory.Sequence(lambda n: f"type-{n}")
    name = factory.Sequence(lambda n: f"Type {n}")


class ClientGroupFactory(DjangoModelFactory):
    class Meta:
        model = ClientGroup

    slug = factory.Sequence(lambda n: f"group-{n}")
    name = factory.Sequence(lambda n: f"Group {n}")


class CpvCodeFactory(DjangoModelFactory):
    class Meta:
        model = CpvCode

    slug = factory.Sequence(lambda n: f"cpv-{85000000 + n}")
    code = factory.Sequence(lambda n: str(85000000 + n))
    name = factory.Sequence(lambda n: f"Services {n}")
