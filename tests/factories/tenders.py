import hashlib

import factory
from factory.django import DjangoModelFactory

from core.dates import parse
from tenders.models import (
    Addendum,
    Admission,
    AdmissionDecision,
    Asker,
    Award,
    AwardSupplier,
    Contract,
    ContractChange,
    ContractSupplier,
    Criterion,
    DateChange,
    Document,
    EntryCondition,
    ExtensionOption,
    Follow,
    Forum,
    Framework,
    Frequency,
    Lot,
    Notice,
    OcdsImport,
    Opportunity,
    OpportunityLot,
    PanelSeat,
    Question,
    Rate,
    ReadRelease,
    Release,
    SavedSearch,
    Subscriber,
    Suspension,
)
from tests.factories import NOON
from tests.factories.commissioning import OrganisationFactory, OwnedFactory
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


class AdmissionDecisionFactory(DjangoModelFactory):
    class Meta:
        model = AdmissionDecision

    framework = factory.SubFactory(FrameworkFactory)
    provider = factory.SubFactory(ProviderFactory)
    kind = AdmissionDecision.Kind.REFUSED
    reason = "A reference is missing."
    decided_at = NOON


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


class OpportunityLotFactory(DjangoModelFactory):
    class Meta:
        model = OpportunityLot

    opportunity = factory.SubFactory(OpportunityFactory)
    slug = factory.Sequence(lambda n: f"lot-{n}")
    title = factory.Sequence(lambda n: f"Part {n}")


class CriterionFactory(DjangoModelFactory):
    class Meta:
        model = Criterion

    opportunity = factory.SubFactory(OpportunityFactory)
    kind = Criterion.Kind.QUALITY
    name = factory.Sequence(lambda n: f"Criterion {n}")
    weight = 100


class PanelSeatFactory(DjangoModelFactory):
    class Meta:
        model = PanelSeat

    opportunity = factory.SubFactory(OpportunityFactory)
    role = factory.Sequence(lambda n: f"Role {n}")


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    opportunity = factory.SubFactory(OpportunityFactory)
    number = factory.Sequence(lambda n: n + 1)
    asked_at = NOON

    class Params:
        is_answered = factory.Trait(question_public="Does the price count travel?", answer="It does.", answered_at=NOON)


class AskerFactory(DjangoModelFactory):
    class Meta:
        model = Asker

    opportunity = factory.SubFactory(OpportunityFactory)
    email = factory.Sequence(lambda n: f"asker{n}@example.org")
    organisation_name = factory.Sequence(lambda n: f"Asking Care {n} Ltd")
    question_asked = "We wonder whether the price counts travel."
    received_at = NOON

    class Params:
        is_confirmed = factory.Trait(
            confirmed_at=NOON,
            question=factory.SubFactory(QuestionFactory, opportunity=factory.SelfAttribute("..opportunity")),
        )


class AddendumFactory(DjangoModelFactory):
    class Meta:
        model = Addendum

    opportunity = factory.SubFactory(OpportunityFactory)
    number = factory.Sequence(lambda n: n + 1)
    text = "The price counts travel."
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


class AwardFactory(DjangoModelFactory):
    class Meta:
        model = Award

    opportunity = factory.SubFactory(OpportunityFactory)
    award_date = NOON.date()
    announced_at = NOON


class AwardSupplierFactory(DjangoModelFactory):
    class Meta:
        model = AwardSupplier

    award = factory.SubFactory(AwardFactory)
    provider = factory.SubFactory(ProviderFactory)


class DocumentFactory(DjangoModelFactory):
    class Meta:
        model = Document

    opportunity = factory.SubFactory(OpportunityFactory)
    title = factory.Sequence(lambda n: f"Document {n}")
    url = factory.Sequence(lambda n: f"https://council.example/documents/{n}")


class ExtensionOptionFactory(DjangoModelFactory):
    class Meta:
        model = ExtensionOption

    contract = factory.SubFactory(ContractFactory)
    number = factory.Sequence(lambda n: n + 1)
    months = 12


class ContractChangeFactory(DjangoModelFactory):
    class Meta:
        model = ContractChange

    contract = factory.SubFactory(ContractFactory)
    new_end = factory.LazyFunction(lambda: parse("31 March 2028"))
    decided_date = NOON.date()
    reason = "The service does well."
    changed_at = NOON


class SubscriberFactory(DjangoModelFactory):
    class Meta:
        model = Subscriber

    email = factory.Sequence(lambda n: f"reader-{n}@example.org")
    created_at = NOON
    confirmed_at = NOON


class FollowFactory(DjangoModelFactory):
    class Meta:
        model = Follow

    subscriber = factory.SubFactory(SubscriberFactory)
    frequency = Frequency.INSTANT
    created_at = NOON
    confirmed_at = NOON


class SavedSearchFactory(DjangoModelFactory):
    class Meta:
        model = SavedSearch

    subscriber = factory.SubFactory(SubscriberFactory)
    name = factory.Sequence(lambda n: f"Search {n}")
    frequency = Frequency.INSTANT
    created_at = NOON
    confirmed_at = NOON


class ReleaseFactory(DjangoModelFactory):
    class Meta:
        model = Release

    opportunity = factory.SubFactory(OpportunityFactory)
    organisation = factory.SelfAttribute("opportunity.organisation")
    ocid = factory.SelfAttribute("opportunity.ocid")
    number = 1
    release_id = factory.LazyAttribute(lambda one: f"{one.ocid}-{one.number}")
    tags = ["planning"]
    stage = Release.Stage.PLANNING
    published_at = NOON
    recorded_at = NOON
    body = factory.LazyAttribute(
        lambda one: (
            f'{{"ocid":"{one.ocid}","id":"{one.release_id}","date":"2026-11-18T12:00:00Z","tag":["planning"],'
            f'"initiationType":"tender","tender":{{"id":"{one.ocid}","title":"{one.opportunity.title}"}}}}'
        )
    )
    sha256 = factory.LazyAttribute(lambda one: hashlib.sha256(one.body.encode()).hexdigest())
    facts_sha256 = "0" * 64


class OcdsImportFactory(DjangoModelFactory):
    class Meta:
        model = OcdsImport

    organisation = factory.SubFactory(OrganisationFactory)
    file_name = "releases.json"
    sha256 = "0" * 64
    read_at = NOON


class ReadReleaseFactory(DjangoModelFactory):
    class Meta:
        model = ReadRelease

    opportunity = factory.SubFactory(OpportunityFactory)
    ocid = factory.SelfAttribute("opportunity.ocid")
    release_id = factory.Sequence(lambda n: f"release-{n}")
    sha256 = "0" * 64
