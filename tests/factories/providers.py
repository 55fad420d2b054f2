import datetime as dt

import factory
from factory.django import DjangoModelFactory

from providers.models import (
    ConfirmationRequest,
    Correction,
    Invitation,
    Location,
    Provider,
    Representative,
    Service,
)
from providers.tokens import hash_of
from tests.factories import NOON
from tests.factories.core import UserFactory


class ProviderFactory(DjangoModelFactory):
    class Meta:
        model = Provider

    slug = factory.Sequence(lambda n: f"provider-{n}")
    name = factory.Sequence(lambda n: f"Provider {n}")
    published_at = NOON


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location

    provider = factory.SubFactory(ProviderFactory)
    slug = factory.Sequence(lambda n: f"location-{n}")
    name = factory.Sequence(lambda n: f"Location {n}")


class ServiceFactory(DjangoModelFactory):
    class Meta:
        model = Service

    provider = factory.SubFactory(ProviderFactory)
    slug = factory.Sequence(lambda n: f"service-{n}")
    name = factory.Sequence(lambda n: f"Service {n}")
    published_at = NOON


class RepresentativeFactory(DjangoModelFactory):
    class Meta:
        model = Representative

    user = factory.SubFactory(UserFactory)
    provider = factory.SubFactory(ProviderFactory)


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    class Params:
        token = factory.Sequence(lambda n: f"token-of-invitation-{n}")

    provider = factory.SubFactory(ProviderFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    invited_at = NOON
    token_hash = factory.LazyAttribute(lambda one: hash_of(one.token))
    expires_at = NOON + dt.timedelta(days=14)


class CorrectionFactory(DjangoModelFactory):
    class Meta:
        model = Correction

    service = factory.SubFactory(ServiceFactory)
    topic = Correction.Topic.OUT_OF_DATE
    text = "The phone number has changed."
    received_at = NOON


class ConfirmationRequestFactory(DjangoModelFactory):
    class Meta:
        model = ConfirmationRequest

    class Params:
        token = factory.Sequence(lambda n: f"token-of-request-{n}")

    service = factory.SubFactory(ServiceFactory)
    representative = factory.LazyAttribute(lambda one: RepresentativeFactory(provider=one.service.provider))
    token_hash = factory.LazyAttribute(lambda one: hash_of(one.token))
    sent_at = NOON
    expires_at = NOON + dt.timedelta(days=90)
