"""Two councils with a full set of rows each, every text marked with a word of the council's own: the canary."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from commissioning.models import Organisation, OwnedModel
from core import audit
from core.models import ClientGroup, CpvCode, Place, ServiceType
from providers.models import CqcDifference, CqcImport, Fee, ProfileRevision, Rating, Unit, Vacancy
from strategies.models import Edition, EditionFile, Progress
from tenders.models import ContractCommissioner, FrameworkPartner, OpportunityPartner
from tests.factories import NOON
from tests.factories import commissioning as own
from tests.factories import engagement as meeting
from tests.factories import providers as directory
from tests.factories import strategies as documents
from tests.factories import tenders as buying
from tests.factories.core import UserFactory

# Lists that are nobody's: an officer chooses from them and changes nothing.
SHARED = (Place, ServiceType, ClientGroup, CpvCode)

# Texts that stand in a record only with something else, or that the database checks.
UNMARKED = {"checksum", "cancelled_reason", "content_checksum", "answer", "end_decision_reason", "decline_reason"}


class Council:
    """An organisation with one row or more of everything that its officers keep."""

    def __init__(self, word):
        self.word = word
        self.organisation = own.OrganisationFactory(name=f"Council of {word[-1].upper()}")
        officer = own.OfficerFactory(organisation=self.organisation, user=UserFactory(email=f"chief@{word}.example"))
        self.user = officer.user
        self.rows = [self.organisation, officer]
        mine = {"organisation": self.organisation}
        draft = {**mine, "published_at": None}

        source = self._add(own.SourceDocumentFactory(**mine))
        for factory in (own.OrganisationValueFactory, own.CycleStageFactory, own.TeamFactory, own.ContactFactory):
            self._add(factory(**mine))
        self._add(own.CoverageFactory(**mine))
        indicator = self._add(own.IndicatorFactory(**mine))
        self._add(own.ObservationFactory(indicator=indicator))

        provider = self._add(directory.ProviderFactory(**draft))
        location = self._add(directory.LocationFactory(provider=provider))
        service = self._add(directory.ServiceFactory(provider=provider, published_at=None))
        service.locations.add(location)
        self._add(Unit.objects.create(service=service, kind="flat"))
        self._add(Fee.objects.create(service=service, name="Room", amount_from=1, per="week", told_date=NOON.date()))
        self._add(
            Vacancy.objects.create(
                service=service, unit="bed", available=1, told_at=NOON, expires_at=NOON.replace(year=2027)
            )
        )
        self._add(Rating.objects.create(service=service, state="unknown_text", stated="Unclear"))

        keeper = UserFactory(email=f"keeper@{word}.example", name=f"{word} keeper")
        self._add(directory.RepresentativeFactory(user=keeper, provider=provider))
        self._add(directory.InvitationFactory(provider=provider, invited_by=self.user, **mine))
        self._add(directory.CorrectionFactory(service=service, email=f"family@{word}.example", **mine))

        self._add(
            ProfileRevision.objects.create(
                provider=provider, service=service, **mine, changes={"summary": f"{word} proposed"},
                base={"summary": ""}, started_at=NOON, started_by=keeper, submitted_at=NOON, submitted_by=keeper,
            )
        )  # fmt: skip

        file = CqcImport.objects.create(kind="directory", file_name="file.ods", rows=1, imported_at=NOON)
        self._add(
            CqcDifference.objects.create(
                provider=provider, service=service, **mine, kind="renamed", field="name", found_in=file,
                first_seen_at=NOON, last_seen_at=NOON,
            )
        )  # fmt: skip

        framework = self._add(buying.FrameworkFactory(**draft))
        lot = self._add(buying.LotFactory(framework=framework))
        self._add(buying.RateFactory(framework=framework, lot=lot))
        admission = self._add(buying.AdmissionFactory(framework=framework, lot=lot, provider=provider))
        self._add(buying.SuspensionFactory(admission=admission))
        self._add(buying.AdmissionDecisionFactory(framework=framework, lot=lot, provider=provider))
        self._add(buying.EntryConditionFactory(framework=framework, lot=lot, kind="statement", text="References"))
        self._add(FrameworkPartner.objects.create(framework=framework, **mine))
        contract = self._add(buying.ContractFactory(**draft, framework=framework, lot=lot))
        contract.services.add(service)
        self._add(buying.ContractSupplierFactory(contract=contract, provider=provider))
        self._add(ContractCommissioner.objects.create(contract=contract, **mine))
        opportunity = self._add(buying.OpportunityFactory(**draft, framework=framework, replaces_contract=contract))
        self._add(OpportunityPartner.objects.create(opportunity=opportunity, **mine))
        self._add(buying.NoticeFactory(opportunity=opportunity))
        self._add(buying.DateChangeFactory(opportunity=opportunity))
        part_of_tender = self._add(buying.OpportunityLotFactory(opportunity=opportunity))
        self._add(buying.CriterionFactory(opportunity=opportunity, lot=part_of_tender))
        self._add(buying.PanelSeatFactory(opportunity=opportunity))
        question = self._add(buying.QuestionFactory(opportunity=opportunity, is_answered=True))
        self._add(buying.AskerFactory(opportunity=opportunity, question=question, confirmed_at=NOON))
        self._add(buying.AddendumFactory(opportunity=opportunity))
        award = self._add(buying.AwardFactory(opportunity=opportunity, lot=part_of_tender, contract=contract))
        self._add(buying.AwardSupplierFactory(award=award, provider=provider))
        self._add(buying.DocumentFactory(opportunity=opportunity))
        option = self._add(buying.ExtensionOptionFactory(contract=contract))
        self._add(buying.ContractChangeFactory(contract=contract, option=option))
        self._add(buying.ForumFactory(**draft))
        event = self._add(meeting.EventFactory(**draft, opportunity=opportunity))
        self._add(meeting.EventChangeFactory(event=event))
        self._add(meeting.CoproductionNoteFactory(opportunity=None, event=event))
        self._add(meeting.RegistrationFactory(event=event, user=keeper, provider=provider))
        interest = self._add(meeting.InterestFactory(opportunity=opportunity, user=keeper, provider=provider))
        interest.lots.add(part_of_tender)

        reader = self._add(buying.SubscriberFactory(email=f"reader@{word}.example"))
        buying.FollowFactory(subscriber=reader, opportunity=opportunity)

        strategy = self._add(documents.StrategyFactory(**draft, source=source))
        strategy.partnerships.create(**mine)
        part = {"strategy": strategy}
        theme = self._add(documents.ThemeFactory(**part))
        priority = self._add(documents.PriorityFactory(**part, theme=theme))
        intention = self._add(documents.IntentionFactory(**part, priority=priority))
        action = self._add(documents.ActionFactory(**part, priority=priority))
        action.intentions.add(intention)
        action.opportunities.add(opportunity)
        self._add(documents.MilestoneFactory(action=action))
        self._add(Progress.objects.create(action=action, reported_date=NOON.date(), text="Done."))
        for factory in (
            documents.PrincipleFactory, documents.MessageFactory, documents.RelatedDocumentFactory, documents.TermFactory,
        ):  # fmt: skip
            self._add(factory(**part))
        section = self._add(documents.SectionFactory(**part))
        section.indicators.add(indicator)
        edition = self._add(
            Edition.objects.create(
                strategy=strategy, number=1, requested_at=NOON, requested_by=self.user,
                composed_at=NOON, content={}, content_checksum="0" * 64, changes=[f"{word} changed"],
            )
        )  # fmt: skip
        self._add(EditionFile.objects.create(edition=edition, kind="page", checksum="0" * 64, size=1))

        reading = self._add(buying.OcdsImportFactory(**mine))
        self._add(buying.ReadReleaseFactory(opportunity=opportunity, found_in=reading))
        for row in self.rows:
            self._mark(row)
        # Never changed once it is there, and told of nobody before its day.
        self._add(
            buying.ReleaseFactory(
                opportunity=opportunity, ocid=f"{word}-ocid", body=f'{{"tender": "{word} told"}}',
                published_at=NOON.replace(year=2100),
            )
        )  # fmt: skip
        self.rows.append(
            audit.record(
                "strategy.changed", strategy, by=self.user, at=NOON, organisation=self.organisation,
                before={"title": "Old"}, after={"title": strategy.title},
            )
        )  # fmt: skip
        for row in self.rows:
            LogEntry.objects.create(
                user=self.user, content_type=ContentType.objects.get_for_model(row), object_id=row.pk,
                object_repr=str(row), action_flag=CHANGE, change_message=f"{word} in the history",
            )  # fmt: skip

    def _add(self, row):
        self.rows.append(row)
        return row

    def _mark(self, row):
        """Write the canary into every text that is not public by its nature: who commissions may be known."""
        for field in row._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if not is_text or (field.max_length or 999) < 40 or field.name in UNMARKED:
                continue
            if isinstance(row, Organisation) and field.name in {"name", "short_name", "slug"}:
                continue
            if isinstance(field, models.URLField):
                value = f"https://{self.word}.example/"
            elif isinstance(field, models.EmailField):
                value = f"{field.name}@{self.word}.example"
            elif isinstance(field, models.SlugField) or field.unique:
                value = f"{self.word}-{row._meta.model_name}"
            else:
                value = f"{self.word} {field.name}"
            setattr(row, field.attname, value)
        row.save()

    def of(self, model):
        """The council's rows of one table."""
        return [row for row in self.rows if type(row) is model]

    def one(self, model):
        return self.of(model)[0]


def our_models():
    """Every table of the portal's own apps, the links between records included."""
    labels = {"commissioning", "providers", "strategies", "tenders"}
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels]


class StateOfAll:
    """Every row of every table that is not one council's own, as it stands now, to ask later what has changed.

    Rows are read again only where PostgreSQL has written one since.
    """

    def __init__(self, *, but):
        self._but = but
        self._rows = self._written()
        self._values = {
            (model._meta.label, str(row.pk)): self._of_others(row)
            for model in our_models()
            for row in model._base_manager.all()
        }

    def changes(self):
        """Return the table and key of each row that has come, gone or become another since."""
        rows = self._written()
        values = {key: self._values.get(key) for key in self._rows.keys() - rows.keys()}
        was = dict.fromkeys(values)
        for label, pk in (key for key, version in rows.items() if self._rows.get(key) != version):
            values[label, pk] = self._of_others(apps.get_model(label)._base_manager.get(pk=pk))
            was[label, pk] = self._values.get((label, pk))
        return sorted(key for key in values if values[key] != was[key])

    @staticmethod
    def _written():
        """Where each row stands, and in which transaction it was written."""
        tables = {model._meta.db_table: model._meta for model in our_models()}
        with connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(
                    f'SELECT \'{one.label}\', "{one.pk.column}"::text, ctid::text, xmin::text FROM "{table}"'
                    for table, one in tables.items()
                )
            )
            return {(label, pk): version for label, pk, *version in cursor.fetchall()}

    def _of_others(self, row):
        """The values of a row, or none where it is the council's own."""
        if _is_of(row, self._but):
            return None
        return tuple(str(field.value_from_object(row)) for field in row._meta.concrete_fields)


def _is_of(row, organisation):
    if isinstance(row, Organisation):
        return row.pk == organisation.pk
    if isinstance(row, OwnedModel):
        return row.organisation_id == organisation.pk
    for name in ("service", "provider", "strategy", "framework", "contract", "opportunity"):
        parent = getattr(row, name, None) if not row._meta.auto_created else None
        # Elsewhere it may be a word, such as what a foreign release calls a framework.
        if isinstance(parent, models.Model):
            return _is_of(parent, organisation)
    if row._meta.auto_created:
        holder = next(
            f for f in row._meta.concrete_fields if getattr(f.remote_field, "model", None) is row._meta.auto_created
        )
        return _is_of(getattr(row, holder.name), organisation)
    return getattr(row, "organisation_id", None) == organisation.pk


def registered():
    """The registers of the workspace that hold somebody's own rows."""
    return [model for model in admin.site._registry if model not in SHARED]


__all__ = ["SHARED", "Council", "StateOfAll", "our_models", "registered"]
