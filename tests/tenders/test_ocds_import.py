"""Reading OCDS of others: all or nothing, each release once, an entry never twice, and every fault with its place."""

import datetime as dt
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.dates import parse
from core.errors import AlreadyDone
from core.imports.problems import FileRefused
from core.models import CpvCode
from tenders import services
from tenders.models import DateChange, Notice, OcdsImport, Opportunity, ReadRelease, Release
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.tenders import OpportunityFactory
from tests.tools.shared import shared_data

pytestmark = pytest.mark.django_db
OCID = "ocds-h6vhtk-05e520"


def release(number=1, *, ocid=OCID, date="2026-04-01T09:00:00+01:00", tag=("tender",), **parts):
    tender = {"id": "t", "title": "Supported living", "status": "active"} | parts.pop("tender", {})
    return {
        "ocid": ocid, "id": f"{number:06}-2026", "date": date, "tag": list(tag), "initiationType": "tender",
        "tender": tender, **parts,
    }  # fmt: skip


def package(*releases):
    return {"uri": "https://other.example/", "version": "1.1", "releases": list(releases)}


def read(document, organisation, *, choices=None, apply=True, may_publish=True, publishes=False):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    reading = services.keep_reading(content=content, file_name="f.json", organisation=organisation, by=None, at=NOON)
    if not apply:
        return services.plan_of(reading=reading, choices=choices or {}, may_publish=may_publish, at=NOON)
    return services.apply_reading(
        reading=reading, choices=choices or {}, may_publish=may_publish, publishes=publishes, by=None, at=NOON
    )


def faults(document):
    with pytest.raises(FileRefused) as refusal:
        read(document, OrganisationFactory())
    assert not OcdsImport.objects.exists()
    return str(refusal.value)


def test_a_package_becomes_draft_entries_that_keep_their_ocid():
    ours = OrganisationFactory()
    CpvCode.objects.create(slug="living", name="Social work with accommodation", code="85311000")
    tender = {
        "description": "Nine lots.", "value": {"amount": 100.5, "amountGross": 120, "currency": "GBP"},
        "tenderPeriod": {"endDate": "2026-05-08T12:00:00+01:00"}, "enquiryPeriod": {"endDate": "2026-05-01T12:00:00+01:00"},
        "legalBasis": {"scheme": "UKPGA", "id": "2023/54"}, "specialRegime": ["lightTouch"], "procurementMethod": "open",
        "techniques": {"hasFrameworkAgreement": True, "frameworkAgreement": {"maximumParticipants": 12}},
        "lots": [{"id": "1", "contractPeriod": {"startDate": "2026-09-01T00:00:00+01:00", "endDate": "2030-08-31T23:59:59+01:00"},
                  "suitability": {"sme": True}}],
        "items": [{"id": "1", "classification": {"scheme": "CPV", "id": "85311000"}},
                  {"id": "2", "classification": {"scheme": "CPV", "id": "99999999"}}],
        "documents": [{"id": "n-4", "noticeType": "UK4", "url": "https://other.example/n-4"}],
    }  # fmt: skip

    plan = read(package(release(tender=tender)), ours)

    row = Opportunity.objects.get()
    assert (row.ocid, row.organisation, row.published_at) == (OCID, ours, None)
    assert (row.title, str(row.value_to), str(row.value_gross)) == ("Supported living", "100.50", "120.00")
    assert row.opens_at == dt.datetime(2026, 4, 1, 8, tzinfo=dt.UTC)
    assert row.closes_at == dt.datetime(2026, 5, 8, 11, tzinfo=dt.UTC)
    assert (row.regime, row.route, row.is_sme_suitable) == ("light_touch", "framework", True)
    assert (str(row.contract_start_date), str(row.contract_end_date)) == ("1 September 2026", "31 August 2030")
    assert [one.code for one in row.cpv_codes.all()] == ["85311000"]
    assert plan.processes[0].unknown_cpv == ["99999999"]
    assert list(Notice.objects.values_list("kind", "url")) == [("uk4", "https://other.example/n-4")]
    assert not Release.objects.exists()


def test_the_same_file_twice_changes_nothing():
    ours = OrganisationFactory()
    document = package(release(), release(2, date="2026-04-02T09:00:00Z", tag=["tenderUpdate"]))
    read(document, ours)
    Opportunity.objects.update(summary="What the officer wrote since.", title="A better title")

    plan = read(document, ours)

    assert plan.counts() == {"unchanged": 1}
    assert Opportunity.objects.get().title == "A better title"
    assert ReadRelease.objects.count() == 2


def test_an_update_of_a_part_changes_that_part_alone():
    ours = OrganisationFactory()
    read(package(release(tender={"riskDetails": "Winter."})), ours)
    update = release(2, date="2026-04-02T09:00:00Z", tag=["tenderUpdate"])
    update["tender"] = {"id": "t", "tenderPeriod": {"endDate": "2026-06-01T12:00:00Z"}}

    plan = read(package(update), ours)

    row = Opportunity.objects.get()
    assert plan.counts() == {"changed": 1}
    assert (row.title, row.risks, row.closes_at.month) == ("Supported living", "Winter.", 6)


def test_an_officer_joins_an_ocid_to_an_entry_and_it_is_never_doubled():
    ours = OrganisationFactory()
    draft = OpportunityFactory(organisation=ours, published_at=None, title="Our plan")
    public = OpportunityFactory(organisation=ours)
    services.record_release(public, at=NOON)
    minted = public.ocid
    other = "ocds-h6vhtk-0aaaaa"

    read(package(release(), release(ocid=other)), ours, choices={OCID: draft.reference, other: public.reference})
    later = read(package(release(2), release(2, ocid=other)), ours)

    draft.refresh_from_db()
    public.refresh_from_db()
    assert (draft.ocid, draft.title, draft.published_at) == (OCID, "Supported living", None)
    assert (public.ocid, public.title) == (minted, "Supported living")
    assert Opportunity.objects.count() == 2
    assert later.counts() == {"unchanged": 2}
    assert Release.objects.filter(opportunity=public).count() == 2


def test_a_public_date_moves_with_the_notice_as_its_reason():
    ours = OrganisationFactory()
    row = OpportunityFactory(
        organisation=ours, ocid=OCID, title="Supported living", opens_at=NOON, closes_at=NOON + dt.timedelta(days=3)
    )
    tender = {"tenderPeriod": {"startDate": NOON.isoformat(), "endDate": "2026-12-24T12:00:00Z"}}

    read(package(release(tender=tender)), ours)

    change = DateChange.objects.get()
    assert (change.field, change.old_at) == ("closes_at", NOON + dt.timedelta(days=3))
    assert "000001-2026" in change.reason
    assert Release.objects.get().opportunity == row


def test_who_may_not_publish_changes_nothing_public():
    ours = OrganisationFactory()
    OpportunityFactory(organisation=ours, ocid=OCID)

    with pytest.raises(services.ImportRefused, match="only a publisher"):
        read(package(release(), release(ocid="ocds-h6vhtk-0bbbbb")), ours, may_publish=False)

    assert Opportunity.objects.count() == 1


def test_another_organisations_entry_is_out_of_reach_and_stays_unnamed():
    theirs = OpportunityFactory(ocid=OCID, title="Secretive thing")

    plan = read(package(release()), OrganisationFactory(), apply=False)
    by_choice = read(
        package(release(ocid="ocds-h6vhtk-0ccccc")), OrganisationFactory(), apply=False,
        choices={"ocds-h6vhtk-0ccccc": theirs.reference},
    )  # fmt: skip

    assert [one.does for one in (*plan.processes, *by_choice.processes)] == ["refused", "refused"]
    assert plan.processes[0].opportunity is None
    assert "ecretive" not in plan.processes[0].refusal


def test_two_of_a_file_cannot_be_joined_to_one_entry():
    ours = OrganisationFactory()
    row = OpportunityFactory(organisation=ours)
    other = "ocds-h6vhtk-0ddddd"

    plan = read(
        package(release(), release(ocid=other)), ours, apply=False, choices={OCID: row.reference, other: row.reference}
    )

    assert plan.counts() == {"joined": 1, "refused": 1}


def test_a_publisher_may_publish_what_is_new_and_a_reading_is_applied_once():
    ours = OrganisationFactory()
    content = json.dumps(package(release())).encode()
    reading = services.keep_reading(content=content, file_name="f", organisation=ours, by=None, at=NOON)
    more = {"choices": {}, "may_publish": True, "publishes": True, "by": None, "at": NOON}

    services.apply_reading(reading=reading, **more)

    assert Opportunity.objects.get().published_at == NOON
    assert Release.objects.get().tags == ["tender"]
    with pytest.raises(AlreadyDone):
        services.apply_reading(reading=reading, **more)


def test_no_maximum_as_find_a_tender_writes_it_is_read():
    document = json.dumps(package(release(tender={"lotDetails": {"maximumLotsBidPerSupplier": 7}})))

    read(document.replace(": 7", ": 1e9999").encode(), OrganisationFactory())

    assert Opportunity.objects.count() == 1


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "not JSON"),
        (b"[]", "no releases"),
        (b"3", "a package or a release was expected"),
        (b'{"a": 1}', "neither a release nor a package"),
        (b'{"releases": 3}', "a list was expected"),
        (b'{"releases": [3]}', "releases/0”: Here a release was expected"),
        (b'{"releases": [], "releases": []}', "stands twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 80 + b"]" * 80, "nested too deeply"),
        ({"releases": [{}]}, "has an OCID"),
        ({"releases": [release() | {"ocid": "ocds-h6vhtk-\x00"}]}, "has an OCID"),
        ({"releases": [release() | {"id": None}]}, "has an id"),
        ({"releases": [release() | {"date": "1 April"}]}, "releases/0/date”: Here a moment was expected"),
        ({"releases": [release() | {"tag": "tender"}]}, "list of tags"),
        ({"releases": [release() | {"tender": []}]}, "tender”: Here a document"),
        ({"releases": [release(tender={"title": ["x"]})]}, "tender/title”: Here words were expected"),
        ({"releases": [release(tender={"title": "\ud800"})]}, "half a character"),
        ({"releases": [release(tender={"lots": {"id": "1"}})]}, "tender/lots”: Here a list"),
        ({"releases": [release(tender={"value": {"amount": "much"}})]}, "tender/value/amount”: Here an amount"),
        ({"releases": [release(tender={"value": {"amount": -1}})]}, "between nought"),
        ({"releases": [release(tender={"value": {"amount": 10**25}})]}, "between nought"),
        ({"releases": [release(tender={"value": {"amount": 1, "currency": "EUR"}})]}, "Only pounds"),
        ({"releases": [release(tender={"suitability": {"sme": "yes"}})]}, "true or false"),
        ({"releases": [release(tender={"tenderPeriod": {"endDate": "2026-10-25T01:30:00"}})]}, "01:30 comes twice"),
        ({"releases": [release(tender={"tenderPeriod": {"endDate": "2027-03-28T01:30:00"}})]}, "01:30 never comes"),
        ({"releases": [release(tender={"tenderPeriod": {"endDate": "2020-01-01T00:00:00Z"}})]}, "close before they open"),
        ({"releases": [release(), release(tender={"title": "Other"})]}, "says two things"),
    ],
)  # fmt: skip
def test_faults_are_told_with_their_place(document, fault):
    assert fault in faults(document)


def test_a_number_of_ten_thousand_digits_is_no_amount():
    document = json.dumps(package(release(tender={"value": {"amount": 7}}))).replace(": 7", ": " + "9" * 10_000)

    read(document.encode(), OrganisationFactory())

    assert Opportunity.objects.get().value_to is None


def test_an_entry_that_could_not_be_is_refused_and_nothing_else_is_done():
    ours = OrganisationFactory()
    OpportunityFactory(organisation=ours, ocid=OCID, published_at=None, opens_at=NOON, closes_at=NOON + dt.timedelta(1))
    update = release(2, tag=["tenderUpdate"])
    update["tender"] = {"id": "t", "tenderPeriod": {"endDate": "2026-01-01T00:00:00Z"}}

    with pytest.raises(services.ImportRefused, match="close before they open"):
        read(package(release(ocid="ocds-h6vhtk-0eeeee"), update), ours)

    assert Opportunity.objects.count() == 1
    assert not ReadRelease.objects.exists()


def test_our_own_feed_can_be_read_back(client):
    row = OpportunityFactory(ocid="ocds-sample-x1", tender_date="1 March 2027", risks="Winter.")
    row.ocid = "ocds-abc123-x1"
    row.save()
    services.record_release(row, at=NOON)
    content = client.get("/ocds/records.json").content
    row.organisation.opportunity_set.all()

    plan = read(content, row.organisation, apply=False)

    assert plan.counts() == {"unchanged": 1} or not plan.processes[0].changes


def test_the_samples_of_the_standard_are_read():
    ours = OrganisationFactory()

    for name in ("lifecycle-uk1-uk4-uk6-uk7.json", "tender-uk4.json", "tender-minimal.json"):
        plan = read((shared_data("ocds") / "samples" / name).read_bytes(), ours, apply=False)
        assert plan.counts() == {"added": 1}
    read((shared_data("ocds") / "samples" / "lifecycle-uk1-uk4-uk6-uk7.json").read_bytes(), ours)

    row = Opportunity.objects.get()
    assert row.signed_date == dt.date(2026, 8, 15)
    assert row.engagement_date == parse("1 October 2025")
    assert sorted(row.notices.values_list("kind", flat=True)) == ["uk1", "uk4", "uk6", "uk7"]


def test_the_command_shows_first_and_does_it_when_told(tmp_path, capsys):
    ours = OrganisationFactory()
    file = tmp_path / "releases.json"
    file.write_text(json.dumps(package(release())))

    call_command("import_ocds", str(file), organisation=ours.slug)
    assert not Opportunity.objects.exists()
    assert not OcdsImport.objects.exists()
    call_command("import_ocds", str(file), organisation=ours.slug, apply=True)
    call_command("import_ocds", str(file), organisation=ours.slug, apply=True)

    told = capsys.readouterr().out
    assert "ocds-h6vhtk-05e520 added: Supported living" in told
    assert "1 unchanged. Done." in told
    assert Opportunity.objects.count() == 1
    file.write_text("{")
    with pytest.raises(CommandError, match="not JSON"):
        call_command("import_ocds", str(file), organisation=ours.slug)


def upload(client, document):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post(reverse("admin:tenders_opportunity_ocds"), {"file": SimpleUploadedFile("r.json", content)})


def signed_in(client, role):
    officer = OfficerFactory(role=role)
    client.force_login(officer.user)
    return officer.organisation


def test_only_what_was_looked_at_is_done():
    ours = OrganisationFactory()
    row = OpportunityFactory(organisation=ours, ocid=OCID, title="Ours", published_at=None)
    content = json.dumps(package(release())).encode()
    reading = services.keep_reading(content=content, file_name="f.json", organisation=ours, by=None, at=NOON)
    asked = {"reading": reading, "choices": {}, "may_publish": True, "at": NOON}
    seen = services.plan_of(**asked).fingerprint()
    Opportunity.objects.update(title="What a colleague wrote meanwhile")

    with pytest.raises(services.ImportRefused, match="different now"):
        services.apply_reading(**asked, fingerprint=seen, by=None)

    row.refresh_from_db()
    assert row.title == "What a colleague wrote meanwhile"


@pytest.mark.parametrize("name", ["1", "\\ud800"])
def test_a_long_list_with_something_twice_is_refused_before_long(client, name):
    signed_in(client, "publisher")
    many = ",".join(f'"{number}":1' for number in range(200_000))

    refused = upload(client, f'{{"{name}":1,"{name}":2,{many}}}'.encode())

    assert "stands twice in one place" in refused.content.decode()


def test_an_officer_looks_chooses_and_imports(client):
    ours = signed_in(client, "publisher")
    row = OpportunityFactory(organisation=ours, published_at=None, title="Our plan")

    address = upload(client, package(release())).url
    first = client.get(address)
    unseen = client.post(address, {"apply": "1", "choice-0": row.reference, "seen": first.context["seen"]})
    joined = client.post(address, {"look": "1", "choice-0": row.reference})
    done = client.post(address, {"apply": "1", "choice-0": row.reference, "seen": joined.context["seen"]}, follow=True)

    assert b"Make a new entry" in first.content
    assert b"is different now" in unseen.content
    assert joined.context["plan"].counts() == {"joined": 1}
    assert b"1 joined" in done.content
    row.refresh_from_db()
    assert (Opportunity.objects.count(), row.title, row.ocid) == (1, "Supported living", OCID)
    assert client.get(address).status_code == 404


def test_an_editors_new_entries_are_drafts_and_a_bad_file_is_refused(client):
    signed_in(client, "editor")

    refused = upload(client, b"{")
    address = upload(client, package(release())).url
    seen = client.get(address).context["seen"]
    client.post(address, {"apply": "1", "seen": seen, "publishes": "on"})

    assert b"not JSON" in refused.content
    assert Opportunity.objects.get().published_at is None


def test_a_reading_of_another_organisation_is_not_found_and_viewers_read_none(client):
    signed_in(client, "editor")
    address = upload(client, package(release())).url
    signed_in(client, "publisher")
    stranger = client.get(address).status_code
    signed_in(client, "viewer")

    assert stranger == 404
    assert client.get(reverse("admin:tenders_opportunity_ocds")).status_code == 403
    assert upload(client, package(release())).status_code == 403


@pytest.mark.parametrize("offset", ["+23:59", "-23:59", "+13:45", "-00:00"])
def test_a_moment_in_an_odd_zone_is_the_same_moment(offset):
    told = f"2026-05-08T12:00:00{offset}"

    read(package(release(tender={"tenderPeriod": {"endDate": told}})), OrganisationFactory())

    assert Opportunity.objects.get().closes_at == dt.datetime.fromisoformat(told)
