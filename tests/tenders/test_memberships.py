"""Admitting, refusing and ending a place on a framework: with a reason that the provider is told."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from core.models import AuditEvent, OutgoingMail
from tenders import services
from tenders.models import Admission, AdmissionDecision
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory
from tests.factories.providers import ProviderFactory, RepresentativeFactory
from tests.factories.tenders import AdmissionFactory, FrameworkFactory, LotFactory
from tests.tools.at_once import both

pytestmark = pytest.mark.django_db

KINDS = AdmissionDecision.Kind


@pytest.fixture
def officer(client):
    officer = OfficerFactory(role="publisher")
    client.force_login(officer.user)
    return officer


def decisions():
    return [(one.kind, one.provider, one.lot, one.reason) for one in AdmissionDecision.objects.order_by("pk")]


def test_officer_admits_a_provider_and_its_people_are_told(client, officer):
    framework = FrameworkFactory(organisation=officer.organisation)
    lot, person = LotFactory(framework=framework), RepresentativeFactory()
    url = reverse("admin:tenders_admission_add")

    saved = client.post(
        url, {"framework": framework.pk, "lot": lot.pk, "provider": person.provider_id, "reason": "All conditions met."}
    )

    assert saved.status_code == 302
    admission = Admission.objects.get()
    assert (admission.framework, admission.lot, admission.provider) == (framework, lot, person.provider)
    assert decisions() == [(KINDS.ADMITTED, person.provider, lot, "All conditions met.")]
    mail = OutgoingMail.objects.get()
    assert (mail.to, "All conditions met." in mail.text) == (person.user.email, True)
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"admission.added", "admission.decided_admitted"}


def test_admitting_needs_a_reason_and_a_lot_of_the_framework(client, officer):
    framework = FrameworkFactory(organisation=officer.organisation)
    strange = LotFactory(framework=FrameworkFactory(organisation=officer.organisation))
    provider = ProviderFactory()

    page = client.post(
        reverse("admin:tenders_admission_add"),
        {"framework": framework.pk, "lot": strange.pk, "provider": provider.pk, "reason": ""},
    ).content.decode()

    assert "Say why." in page
    assert "Choose a lot of this framework." in page
    assert not Admission.objects.exists()


def test_a_full_lot_admits_nobody_more(client, officer):
    framework = FrameworkFactory(organisation=officer.organisation)
    lot = LotFactory(framework=framework, maximum_providers=1)
    AdmissionFactory(framework=framework, lot=lot)

    page = client.post(
        reverse("admin:tenders_admission_add"),
        {"framework": framework.pk, "lot": lot.pk, "provider": ProviderFactory().pk, "reason": "It fits."},
    ).content.decode()

    assert "The lot takes at most 1, and 1 are on it." in page
    assert Admission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officers_give_the_last_place_to_one():
    lot = LotFactory(maximum_providers=1)
    providers = [ProviderFactory(), ProviderFactory()]

    def admit():
        one = Admission(framework=lot.framework, lot=lot, provider=providers.pop())
        services.admit(admission=one, reason="It fits.", by=None, at=NOON)

    said = both(admit)

    assert said == ["AdmissionRefused", "done"]
    assert Admission.objects.count() == 1


def test_provider_is_admitted_once(client, officer):
    row = AdmissionFactory(framework=FrameworkFactory(organisation=officer.organisation))

    page = client.post(
        reverse("admin:tenders_admission_add"),
        {"framework": row.framework_id, "provider": row.provider_id, "reason": "Again."},
    ).content.decode()

    assert "is or was on it" in page
    assert Admission.objects.count() == 1
    with pytest.raises(services.AdmissionRefused):
        services.admit(
            admission=Admission(framework=row.framework, provider=row.provider), reason="Again.", by=None, at=NOON
        )


def test_editor_cannot_admit(client):
    officer = OfficerFactory(role="editor")
    client.force_login(officer.user)

    assert client.get(reverse("admin:tenders_admission_add")).status_code == 403


def act(client, row, action, **data):
    name = f"admin:tenders_{row._meta.model_name}_action"
    return client.post(reverse(name, args=[row.pk, action]), data)


def test_officer_refuses_a_provider_known_by_its_cqc_number(client, officer):
    framework = FrameworkFactory(organisation=officer.organisation)
    lot = LotFactory(framework=framework, number="Lot 3")
    person = RepresentativeFactory(provider=ProviderFactory(cqc_provider_id="1-101"))

    done = act(client, framework, "refuse_admission", provider="1-101", lot=lot.pk, reason="No insurance.")

    assert done.status_code == 302
    assert decisions() == [(KINDS.REFUSED, person.provider, lot, "No insurance.")]
    assert not Admission.objects.exists()
    assert "No insurance." in OutgoingMail.objects.get(to=person.user.email).text
    assert "No insurance." not in client.get(framework.get_absolute_url()).content.decode()


def test_refusing_says_what_is_not_known(client, officer):
    framework, strange = FrameworkFactory(organisation=officer.organisation), LotFactory(title="Another’s lot")
    own = LotFactory(framework=framework)

    page = act(client, framework, "refuse_admission", provider="nobody", lot=strange.pk, reason="No.").content.decode()

    assert "No provider in the directory" in page
    assert "not one of the available choices" in page
    assert re.findall(r'<option value="(\d*)"', page) == ["", str(own.pk)]
    assert decisions() == []


def test_refusing_asks_for_no_lot_where_there_are_none(client, officer):
    framework, provider = FrameworkFactory(organisation=officer.organisation), ProviderFactory()

    act(client, framework, "refuse_admission", provider=provider.slug, reason="No insurance.")

    assert decisions() == [(KINDS.REFUSED, provider, None, "No insurance.")]


def test_member_is_not_refused_but_ended():
    row = AdmissionFactory()

    with pytest.raises(services.AdmissionRefused, match="end its admission"):
        services.refuse_admission(
            framework=row.framework, lot=None, provider=row.provider, reason="No.", by=None, at=NOON
        )


def test_officer_ends_a_place(client, officer):
    person = RepresentativeFactory()
    row = AdmissionFactory(framework=FrameworkFactory(organisation=officer.organisation), provider=person.provider)

    act(client, row, "end_admission", until_date="2020-03-31", reason="It has closed.")

    row.refresh_from_db()
    assert row.until.latest == dt.date(2020, 3, 31)
    assert not row.is_current(at=NOON)
    assert decisions() == [(KINDS.ENDED, person.provider, None, "It has closed.")]
    assert "31 March 2020" in OutgoingMail.objects.get(to=person.user.email).text


@pytest.mark.parametrize("reason", ["", "  "])
def test_every_decision_has_a_reason(reason):
    row = AdmissionFactory()
    given = {"reason": reason, "by": None, "at": NOON}

    with pytest.raises(services.AdmissionRefused, match="Say why"):
        services.end_admission(admission=row, until_date=NOON.date(), **given)
    with pytest.raises(services.AdmissionRefused, match="Say why"):
        services.refuse_admission(framework=row.framework, lot=None, provider=ProviderFactory(), **given)
    with pytest.raises(services.AdmissionRefused, match="Say why"):
        services.admit(admission=Admission(framework=row.framework, provider=ProviderFactory()), **given)


def test_members_of_a_public_framework_are_changed_by_decisions_only(client, officer):
    public = AdmissionFactory(framework=FrameworkFactory(organisation=officer.organisation)).framework
    draft = AdmissionFactory(framework=FrameworkFactory(organisation=officer.organisation, published_at=None)).framework

    pages = [client.get(reverse("admin:tenders_framework_change", args=[one.pk])) for one in (public, draft)]

    offered = []
    for page in pages:
        [inline] = [one for one in page.context["inline_admin_formsets"] if one.opts.model is Admission]
        offered.append((inline.has_add_permission, inline.has_delete_permission))
    assert offered == [(False, False), (True, True)]
