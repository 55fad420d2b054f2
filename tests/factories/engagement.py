"""Rows about events and who comes to them. The event of a registration lies a week ahead of `NOON`."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from providers.tokens import hash_of, new_token
from tenders.models import CoproductionNote, Event, EventChange, Interest, Registration
from tests.factories import NOON
from tests.factories.commissioning import OwnedFactory
from tests.factories.tenders import OpportunityFactory


class EventFactory(OwnedFactory):
    class Meta:
        model = Event

    slug = factory.Sequence(lambda n: f"event-{n}")
    title = factory.Sequence(lambda n: f"Event {n}")
    kind = Event.Kind.BIDDER_DAY
    starts_at = NOON + dt.timedelta(days=7)
    ends_at = factory.LazyAttribute(lambda event: event.starts_at + dt.timedelta(hours=2))
    published_at = NOON - dt.timedelta(days=7)


class EventChangeFactory(DjangoModelFactory):
    class Meta:
        model = EventChange

    event = factory.SubFactory(EventFactory)
    old_starts_at = NOON + dt.timedelta(days=5)
    old_ends_at = NOON + dt.timedelta(days=5, hours=2)
    new_starts_at = NOON + dt.timedelta(days=7)
    new_ends_at = NOON + dt.timedelta(days=7, hours=2)
    reason = "The room is taken."
    changed_at = NOON


class ReplyFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    name = factory.Sequence(lambda n: f"Ada {n}")
    organisation_name = factory.Sequence(lambda n: f"Small Care {n}")
    email = factory.Sequence(lambda n: f"ada-{n}@example.org")
    token_hash = factory.LazyFunction(lambda: hash_of(new_token()))
    received_at = NOON
    confirmed_at = NOON


class RegistrationFactory(ReplyFactory):
    class Meta:
        model = Registration

    event = factory.SubFactory(EventFactory)
    place_given_at = factory.SelfAttribute("confirmed_at")


class InterestFactory(ReplyFactory):
    class Meta:
        model = Interest
        skip_postgeneration_save = True

    opportunity = factory.SubFactory(OpportunityFactory)


class CoproductionNoteFactory(DjangoModelFactory):
    class Meta:
        model = CoproductionNote

    opportunity = factory.SubFactory(OpportunityFactory)
    title = factory.Sequence(lambda n: f"What matters {n}")
    took_part = "Eleven people who use home care."
    heard = "Too many different carers."
