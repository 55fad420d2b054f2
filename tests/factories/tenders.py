import factory
from factory.django import DjangoModelFactory

from tenders.models import (
    Admission,
    Contract,
    ContractSupplier,
    DateChange,
    EntryCondition,
    Forum,
    Framework,
    Lot,
    Notice,
    Opportunity,
    Rate,
    Suspension,
)
from tests.factories import NOON
from tests.factories.commissioning import OwnedFactory
from tests.factories.providers import ProviderFactory


class FrameworkFactory(OwnedFactory):
    class Meta:
        model = Framework

    slug = factory.Sequence(lambda n: f"framework-{n}")
    title = factory.Sequence(lambda n: f"Framework {n}")
    kind = Framework.Kind.FRAMEWORK
    published_at = NOON


class LotFactory(DjangoModelFactory):
    class Meta:
        model = Lot

    framework = factory.SubFactory(FrameworkFactory)
    slug = factory.Sequence(lambda n: f"lot-{n}")
    title = factory.Sequence(lambda n: f"Lot {n}")


class RateFactory(DjangoModelFactory):
    class Meta:
        model = Rate

    framework = factory.SubFactory(FrameworkFactory)
    slug = factory.Sequence(lambda n: f"rate-{n}")
    name = factory.Sequence(lambda n: f"Rate {n}")
    stated = "£3 a visit"


class AdmissionFactory(DjangoModelFactory):
    class Meta:
        model = Admission

    framework = factory.SubFactory(FrameworkFactory)
    provider = factory.SubFactory(ProviderFactory)


class EntryConditionFactory(DjangoModelFactory):
    class Meta:
        model = EntryCondition

    framework = factory.SubFactory(FrameworkFactory)
    kind = EntryCondition.Kind.REGISTERED_BODY


class SuspensionFactory(DjangoModelFactory):
    class Meta:
        model = Suspension

    admission = factory.SubFactory(AdmissionFactory)
    from_date = NOON.date()
    reason = "The council looks into a concern."
    made_at = NOON


class ContractFactory(OwnedFactory):
    class Meta:
        model = Contract

    reference = factory.Sequence(lambda n: f"contract-{n}")
    title = factory.Sequence(lambda n: f"Contract {n}")
    published_at = NOON


class ContractSupplierFactory(DjangoModelFactory):
    class Meta:
        model = ContractSupplier

    contract = factory.SubFactory(ContractFactory)
    provider = factory.SubFactory(ProviderFactory)


class OpportunityFactory(OwnedFactory):
    class Meta:
        model = Opportunity

    reference = factory.Sequence(lambda n: f"opportunity-{n}")
    title = factory.Sequence(lambda n: f"Opportunity {n}")
    published_at = NOON


class NoticeFactory(DjangoModelFactory):
    class Meta:
        model = Notice

    opportunity = factory.SubFactory(OpportunityFactory)
    kind = Notice.Kind.UK4
    number = factory.Sequence(lambda n: f"2026/S 000-{n:06}")
    published_date = NOON.date()


class DateChangeFactory(DjangoModelFactory):
    class Meta:
        model = DateChange

    opportunity = factory.SubFactory(OpportunityFactory)
    field = DateChange.Field.TENDER_DATE
    reason = "The review takes longer."
    changed_at = NOON


class ForumFactory(OwnedFactory):
    class Meta:
        model = Forum

    slug = factory.Sequence(lambda n: f"forum-{n}")
    name = factory.Sequence(lambda n: f"Forum {n}")
    published_at = NOON
