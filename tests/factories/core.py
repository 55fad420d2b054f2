import factory
from factory.django import DjangoModelFactory

from core.geography import search_name
from core.models import ClientGroup, CpvCode, Outcode, Place, Postcode, ServiceType, Town, User


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


class PostcodeFactory(DjangoModelFactory):
    """A live postcode in the middle of Durham; give `postcode` without a space."""

    class Meta:
        model = Postcode

    postcode = "DH13UJ"
    latitude = 54.7761
    longitude = -1.5733
    country = "E"


class OutcodeFactory(DjangoModelFactory):
    class Meta:
        model = Outcode

    outcode = "DH1"
    latitude = 54.7795
    longitude = -1.5644
    radius95 = 3000
    postcodes = 900
    country = "E"


class TownFactory(DjangoModelFactory):
    """A populated place; its `search_name` is its name as `core.geography` compares names."""

    class Meta:
        model = Town

    slug = factory.Sequence(lambda n: f"town-{n}")
    name = factory.Sequence(lambda n: f"Town {n}")
    search_name = factory.LazyAttribute(lambda town: search_name(town.name))
    latitude = 54.7768
    longitude = -1.5757
    population = 5000
    geoname_id = factory.Sequence(lambda n: 1 + n)
