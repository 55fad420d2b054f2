"""Reading OCDS of others: lots, awards, suppliers and contracts, told in pieces by one notice after another."""

import datetime as dt
import json
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from tenders import services
from tenders.models import Award, Contract, Opportunity, OpportunityLot, Release
from tenders.ocds.reading import AS_STATED, token_of
from tests.factories import NOON
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import PlaceFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import ContractFactory, FrameworkFactory, OpportunityFactory, OpportunityLotFactory
from tests.tenders.test_ocds_import import OCID, faults, package, read, release, upload
from tests.tools.shared import shared_data

pytestmark = pytest.mark.django_db


def lot(key="1", title="North", **parts):
    return {"id": key, "title": title, **parts}


def award(key="a1", **parts):
    return {"id": key, "status": "active", "date": "2026-07-01T00:00:00+01:00", **parts}


def party(key, name, *, scheme="", number="", **details):
    told = {"id": key, "name": name, "roles": ["supplier"], "details": details}
    return told | ({"identifier": {"scheme": scheme, "id": number}} if scheme else {})


def part_of(number, **parts):
    """A later release that tells only these parts."""
    told = release(number, date=f"2026-08-{number:02}T09:00:00Z", tag=["awardUpdate"], **parts)
    return told | {"tender": {"id": "t"} | parts.get("tender", {})}


def suppliers_of(row):
    return [(one.provider, one.name_as_stated, one.registration_number) for one in row.suppliers.order_by("order")]


def test_lots_come_with_their_values_dates_and_criteria():
    criteria = [
        {"type": kind, "name": name, "numbers": [{"number": weight, "weight": "percentageExact"}]}
        for kind, name, weight in (("quality", "Quality", 60), ("price", "Price", 30), ("quality", "Social value", 10))
    ]
    lots = [
        lot(
            value={"amount": 2_000_000, "amountGross": 2_400_000, "currency": "GBP"}, suitability={"sme": True, "vcse": False},
            contractPeriod={"startDate": "2026-09-01T00:00:00+01:00", "endDate": "2029-08-31T23:59:59+01:00"},
            renewal={"description": "Two years more"}, awardCriteria={"criteria": criteria},
        ),
        lot("2", "South", awardCriteria={"criteria": criteria[:1]}),
    ]  # fmt: skip

    plan = read(package(release(tender={"lots": lots})), OrganisationFactory())

    north, south = OpportunityLot.objects.all()
    assert (str(north), north.slug, north.value_net, north.value_gross) == ("1: North", "1", 2_000_000, 2_400_000)
    assert (str(north.contract_start_date), str(north.contract_end_date)) == ("1 September 2026", "31 August 2029")
    assert (north.is_sme_suitable, north.is_vcse_suitable, south.is_sme_suitable) == (True, False, None)
    assert [str(one) for one in north.criteria.all()] == ["Quality: 60%", "Price: 30%", "Social value: 10%"]
    assert not south.criteria.exists()
    assert plan.processes[0].notes == ["The criteria of Lot South do not weigh 100% together and are left out."]
    assert Opportunity.objects.get().options == "Two years more"


def test_a_notice_that_tells_a_part_changes_that_part_of_a_lot():
    ours = OrganisationFactory()
    first = release(tender={"lots": [lot(description="Six zones."), lot("2", "South")]})
    read(package(first), ours)
    OpportunityLot.objects.filter(slug="2").update(title="What the officer wrote since")

    plan = read(package(part_of(2, tender={"lots": [{"id": "1", "title": "North and coast"}]})), ours)
    again = read(package(first, part_of(2, tender={"lots": [{"id": "1", "title": "North and coast"}]})), ours)

    north, south = OpportunityLot.objects.all()
    assert (north.title, north.description) == ("North and coast", "Six zones.")
    assert south.title == "What the officer wrote since"
    (part,) = plan.processes[0].parts
    assert [(one.label, one.old_words, one.new_words) for one in part.changes] == [
        ("Title", "North", "North and coast")
    ]
    assert again.counts() == {"unchanged": 1}


def test_null_takes_away_and_silence_does_not():
    ours = OrganisationFactory()
    value = {"amount": 5, "amountGross": 6, "currency": "GBP"}
    read(package(release(tender={"lots": [lot(value=value)]})), ours)

    read(package(part_of(2, tender={"lots": [{"id": "1", "value": {"amountGross": None}}]})), ours)

    north = OpportunityLot.objects.get()
    assert (north.value_net, north.value_gross) == (5, None)


def test_an_award_told_in_pieces_is_one_award_with_its_contract():
    ours = OrganisationFactory()
    file = shared_data("ocds") / "samples" / "lifecycle-uk1-uk4-uk6-uk7.json"
    releases = json.loads(file.read_bytes())["releases"]

    for one in releases:
        read(package(one), ours)
    again = read(package(*releases), ours)

    row, made, contract = Opportunity.objects.get(), Award.objects.get(), Contract.objects.get()
    assert (made.lot.title, made.outcome, made.award_date) == ("North", "awarded", dt.date(2026, 7, 1))
    assert (made.standstill_ends_date, made.signed_date) == (dt.date(2026, 7, 10), dt.date(2026, 8, 15))
    assert (made.value_amount, made.contract, row.contract) == (1_900_000, contract, contract)
    assert row.awarded_at == dt.datetime(2026, 6, 30, 23, tzinfo=dt.UTC)
    supplier = made.suppliers.get()
    assert (supplier.name_as_stated, supplier.provider, supplier.is_sme, supplier.is_vcse) == (
        "Example Care CIC", None, True, True,
    )  # fmt: skip
    assert (contract.published_at, contract.value_amount, contract.arrangement) == (None, 1_900_000, "contract")
    assert [str(one) for one in (contract.starts, contract.ends, contract.ends_if_extended)] == [
        "1 September 2026", "31 August 2029", "31 August 2031",
    ]  # fmt: skip
    assert contract.suppliers.get().name_as_stated == "Example Care CIC"
    assert again.counts() == {"unchanged": 1}


def test_a_supplier_is_joined_by_its_number_and_by_a_name_that_fits_one_alone():
    by_number = ProviderFactory(name="Dale Homecare Limited", company_number="01234567")
    by_name = ProviderFactory(name="Hill Care CIC")
    twins = [ProviderFactory(name="Care Ltd", registered_town=town) for town in ("Crook", "Consett")]
    other = ProviderFactory(name="Moor Care Ltd", company_number="07654321")
    ProviderFactory(name="Hidden Care", published_at=None)
    parties = [
        party("p1", "Dale Home Care", scheme="GB-COH", number="1234567", scale="sme"), party("p2", "hill care cic"),
        party("p3", "Care Ltd"), party("p4", "Moor Care Ltd", scheme="GB-COH", number="00000001"), party("p5", "Hidden Care"),
    ]  # fmt: skip
    told = award(suppliers=[{"id": one["id"], "name": one["name"]} for one in parties])

    plan = read(package(release(awards=[told], parties=parties)), OrganisationFactory())

    assert suppliers_of(Award.objects.get()) == [
        (by_number, "", ""), (by_name, "", ""), (None, "Care Ltd", ""), (None, "Moor Care Ltd", "00000001"),
        (None, "Hidden Care", ""),
    ]  # fmt: skip
    assert {one.name: list(one.candidates) for one in plan.suppliers()} == {
        "Dale Home Care": [by_number], "hill care cic": [by_name], "Care Ltd": twins, "Moor Care Ltd": [other],
    }  # fmt: skip


def cells(response):
    """The table of what would change, row by row, without the names that stand over several."""
    rows = re.findall(r"<tr>(.*?)</tr>", response.content.decode(), re.DOTALL)
    return [re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in rows if "<td>" in row]


def test_the_officer_sees_every_field_with_its_old_and_its_new_words(client, html_checker):
    officer = OfficerFactory(role="publisher")
    client.force_login(officer.user)
    row = OpportunityFactory(
        organisation=officer.organisation, ocid=OCID, published_at=None, title="Our plan", risks="Winter."
    )
    OpportunityLotFactory(opportunity=row, slug="1", title="Zone 1", description="")
    told = release(tender={"riskDetails": "Two\nwinters.", "lots": [lot(description="Six zones."), lot("2", "South")]})

    page = client.get(upload(client, package(told)).url)

    assert cells(page) == [
        ["Title", "Our plan", "Supported living"], ["Open for bids from", "not stated", "1 April 2026, 09:00"],
        ["Known risks", "Winter.", "Two<br>winters."],
        ["Title", "Zone 1", "North"], ["Description", "not stated", "Six zones."], ["Title", "Not there", "South"],
    ]  # fmt: skip
    assert html_checker.problems(page.content.decode()) == []


def test_an_officer_says_which_provider_is_meant(client):
    officer = OfficerFactory(role="publisher")
    client.force_login(officer.user)
    twins = [ProviderFactory(name="Care Ltd") for _ in range(2)]
    alone = ProviderFactory(name="Hill Care CIC")
    parties = [party("p1", "Care Ltd"), party("p2", "Hill Care CIC")]
    told = award(suppliers=[{"id": one["id"], "name": one["name"]} for one in parties])
    address = upload(client, package(release(awards=[told], parties=parties))).url
    first = client.get(address)
    choices = {f"supplier-{token_of(parties[0])}": twins[1].uuid, f"supplier-{token_of(parties[1])}": AS_STATED}

    unseen = client.post(address, {"apply": "1", "seen": first.context["seen"], **choices})
    looked = client.post(address, {"look": "1", **choices})
    client.post(address, {"apply": "1", "seen": looked.context["seen"], **choices})

    page = first.content.decode()
    assert "Keep the name as the notice has it" in page and str(twins[0].uuid) in page and str(alone.uuid) in page
    assert b"is different now" in unseen.content
    assert suppliers_of(Award.objects.get()) == [(twins[1], "", ""), (None, "Hill Care CIC", "")]


def test_several_lots_are_awarded_one_by_one_and_the_whole_with_the_last():
    ours = OrganisationFactory()
    lots = [lot(), lot("2", "South"), lot("3", "East")]
    first = release(
        tender={"lots": lots},
        awards=[award(relatedLots=["1", "2"], value={"amount": 9_000_000, "currency": "GBP"})],
    )
    last = part_of(2, awards=[award("a2", status="unsuccessful", relatedLots=["3"], date="2026-08-01T00:00:00Z")])

    read(package(first), ours)
    before = Opportunity.objects.get().awarded_at
    read(package(last), ours)

    told = [
        (one.lot.slug, one.outcome, one.value_amount, one.value_as_stated)
        for one in Award.objects.order_by("lot__slug")
    ]
    assert told == [
        ("1", "awarded", None, "£9,000,000 for several lots together"),
        ("2", "awarded", None, "£9,000,000 for several lots together"),
        ("3", "not_awarded", None, ""),
    ]
    assert before is None
    assert Opportunity.objects.get().awarded_at == dt.datetime(2026, 6, 30, 23, tzinfo=dt.UTC)


def test_an_award_that_is_cancelled_stays_with_its_reason():
    ours = OrganisationFactory()
    read(package(release(awards=[award()])), ours)

    read(package(part_of(2, awards=[{"id": "a1", "status": "cancelled"}])), ours)

    made = Award.objects.get()
    assert (made.award_date, made.cancelled_date) == (dt.date(2026, 7, 1), dt.date(2026, 4, 1))
    assert "000002-2026" in made.cancelled_reason


def test_a_contract_kept_by_the_officer_is_changed_and_not_doubled():
    ours = OrganisationFactory()
    contract = ContractFactory(organisation=ours, published_at=None, value_amount=Decimal(5), department="Adults")
    row = OpportunityFactory(organisation=ours, ocid=OCID, published_at=None, contract=contract)
    told = {"id": "c", "awardID": "a1", "status": "active", "value": {"amount": 7, "currency": "GBP"}}

    read(package(release(awards=[award()], contracts=[told])), ours)

    contract.refresh_from_db()
    assert Contract.objects.count() == 1
    assert (contract.value_amount, contract.department, row.awards.get().contract) == (7, "Adults", None)


def test_each_contract_is_joined_to_the_award_of_its_lot():
    told = [award(f"a{key}", relatedLots=[key]) for key in "12"]
    contracts = [
        {"id": f"c{key}", "awardID": f"a{key}", "title": f"Contract {key}", "status": "active"} for key in "12"
    ]
    lots = [lot(), lot("2", "South")]

    plan = read(package(release(tender={"lots": lots}, awards=told, contracts=contracts)), OrganisationFactory())

    joined = {one.lot.slug: one.contract.title for one in Award.objects.all()}
    assert joined == {"1": "Contract 1", "2": "Contract 2"}
    assert (Opportunity.objects.get().contract, plan.processes[0].notes) == (None, [])


def test_contracts_of_one_award_that_are_published_are_told_in_the_tenders_record():
    contracts = [{"id": key, "awardID": "a1", "title": f"Contract {key}", "status": "active"} for key in ("x", "y")]
    ours = OrganisationFactory()

    plan = read(package(release(awards=[award()], contracts=contracts)), ours, publishes=True)
    one = read(
        package(release(ocid="ocds-h6vhtk-0aaaaa", awards=[award()], contracts=contracts[:1])), ours, publishes=True
    )

    assert {row.title for row in Contract.objects.filter(reference__startswith=OCID)} == {"Contract x", "Contract y"}
    assert Award.objects.get(opportunity__ocid=OCID).contract is None
    assert plan.processes[0].notes == [
        "The award has 2 contracts. Each is a row of the contracts register; the award names one contract at most, so "
        "join the main one to it yourself."
    ]
    assert one.processes[0].notes == []
    told = json.loads(Release.objects.filter(ocid="ocds-h6vhtk-0aaaaa").latest("number").body)
    assert [each["awardID"] for each in told["contracts"]] == [each["id"] for each in told["awards"]]
    assert not Release.objects.filter(contract__reference__startswith="ocds-h6vhtk-0aaaaa").exists()


def test_places_come_by_their_codes_and_of_others_and_of_bids_the_officer_is_told():
    durham = PlaceFactory(name="County Durham", gss_code="E06000047")
    tees = PlaceFactory(name="Stockton", gss_code="E06000004")
    tender = {
        "deliveryAddresses": [{"description": "County Durham (E06000047)", "countryName": "United Kingdom"}],
        "items": [
            {
                "id": "1",
                "deliveryAddresses": [{"id": "UKC14", "region": "UKC14"}],
                "deliveryLocation": {"gazetteer": {"scheme": "GB-GSS", "identifiers": ["E06000004"]}},
            }
        ],
    }
    ours = OrganisationFactory()
    told = release(tender=tender, bids={"statistics": [{"id": "1", "measure": "bids", "value": 4}]})

    plan = read(package(told), ours)
    again = read(package(told, part_of(2, tender=tender)), ours, apply=False)

    assert set(Opportunity.objects.get().places.all()) == {durham, tees}
    assert plan.processes[0].notes == [
        "No place here has the code UKC14: say yourself where care is given.",
        "Bids are not read: how many there were, and whose, stands in the notice.",
    ]
    assert again.processes[0].places == []


def test_what_it_comes_from_and_its_framework_are_joined():
    ours = OrganisationFactory()
    framework = FrameworkFactory()
    told = services.record_release(framework, at=NOON)
    planned = OpportunityFactory(organisation=ours, ocid="ocds-h6vhtk-0aaaaa")
    related = [
        {"id": "1", "relationship": ["framework"], "scheme": "ocid", "identifier": told.ocid},
        {"id": "2", "relationship": ["planning"], "scheme": "ocid", "identifier": planned.ocid},
        {"id": "3", "relationship": ["prior"], "scheme": "ocid", "identifier": "ocds-h6vhtk-0nowhere"},
    ]

    read(package(release(relatedProcesses=related)), ours)

    row = Opportunity.objects.get(ocid=OCID)
    assert (row.framework, row.renews, row.route) == (framework, planned, "call_off")


def test_documents_amendments_and_partners_come_once():
    ours, partner = OrganisationFactory(), OrganisationFactory(name="NHS North", ods_code="QHM")
    buyers = [
        {"id": "1", "name": ours.name, "roles": ["buyer"]},
        {"id": "2", "name": "North ICB", "roles": ["buyer"], "identifier": {"scheme": "GB-NHS", "id": "QHM"}},
    ]
    tender = {
        "documents": [
            {"id": "s", "documentType": "technicalSpecifications", "title": "Specification", "url": "https://x.example/s.pdf"},
            {"id": "n", "documentType": "tenderNotice", "noticeType": "UK4", "url": "https://x.example/n"},
            {"id": "j", "url": "javascript:alert(1)"},
        ],
        "amendments": [{"id": "1", "date": "2026-04-20T09:00:00Z", "description": "A lot is added.", "rationale": "Demand."}],
    }  # fmt: skip

    read(package(release(tender=tender, parties=buyers)), ours)
    read(package(part_of(2, tender=tender, parties=buyers)), ours)

    row = Opportunity.objects.get()
    assert [(one.kind, one.title) for one in row.documents.all()] == [("technicalSpecifications", "Specification")]
    assert [(one.number, one.text) for one in row.addenda.all()] == [(1, "A lot is added.\n\nDemand.")]
    assert [one.organisation for one in row.partnerships.all()] == [partner]


def test_a_buyer_that_is_another_organisation_here_is_told():
    other = OrganisationFactory(name="Other council")
    told = release(parties=[{"id": "1", "name": "OTHER COUNCIL", "roles": ["buyer"]}])

    plan = read(package(told), OrganisationFactory(), apply=False)

    assert plan.processes[0].notes == [f"Its buyer in the file is {other}, which is another organisation here."]


def test_a_public_entrys_new_facts_are_released_and_its_new_contract_is_a_draft():
    ours = OrganisationFactory()
    row = OpportunityFactory(organisation=ours, ocid=OCID, title="Supported living")
    contract = {"id": "c", "awardID": "a1", "status": "active", "dateSigned": "2026-08-01T00:00:00Z"}

    read(package(release(tender={"lots": [lot()]}, awards=[award(relatedLots=["1"])], contracts=[contract])), ours)

    body = json.loads(Release.objects.get(opportunity=row).body)
    assert [one["id"] for one in body["tender"]["lots"]] == ["1"]
    assert [one["relatedLots"] for one in body["awards"]] == [["1"]]
    assert "contracts" not in body
    assert Contract.objects.get().published_at is None


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"tender": {"lots": [lot(), lot()]}}, "/releases/0/tender/lots/1/id”: “1” stands in the list twice"),
        ({"tender": {"lots": [{"title": "North"}]}}, "/releases/0/tender/lots/0/id”: Each of these has an id"),
        ({"tender": {"lots": [lot(value={"amount": 9, "amountGross": 8})]}}, "lots/0/value/amountGross”: The value"),
        ({"tender": {"lots": [lot(contractPeriod={"endDate": "31 March"})]}}, "lots/0/contractPeriod/endDate”: Here a"),
        ({"awards": [award(date="2026-10-25T01:30:00")]}, "/releases/0/awards/0/date”: 01:30 comes twice"),
        ({"awards": [award(value={"amount": "1e9999"})]}, "/releases/0/awards/0/value/amount”: Here an amount"),
        ({"awards": [award(suppliers=[{"name": "X"}])]}, "/releases/0/awards/0/suppliers/0/id”: Each of these"),
        ({"awards": [award(relatedLots="1")]}, "/releases/0/awards/0/relatedLots”: Here a list of words"),
        ({"contracts": [{"id": "c", "value": {"amount": 1, "currency": "EUR"}}]}, "contracts/0/value/currency”: Only pounds"),
        ({"parties": [party("1", "X"), party("1", "Y")]}, "/releases/0/parties/1/id”: “1” stands in the list twice"),
    ],
)  # fmt: skip
def test_faults_of_parts_are_told_with_their_pointer(parts, fault):
    assert fault in faults(package(release(**parts)))


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"awards": [award(date="2030-01-01T00:00:00Z")]}, "the decision would lie ahead"),
        ({"awards": [award(standstillPeriod={"endDate": "2026-06-01T00:00:00Z"})]}, "before the decision"),
        ({"awards": [award(relatedLots=["9"])]}, "is of lot 9, of which nothing is told"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_done(parts, refusal):
    with pytest.raises(services.ImportRefused, match=refusal):
        read(package(release(ocid="ocds-h6vhtk-0fffff"), release(2, **parts)), OrganisationFactory())

    assert not Opportunity.objects.exists()


def test_no_maximum_and_unlimited_numbers_do_not_stop_a_lot():
    document = json.dumps(package(release(tender={"lots": [lot(value={"amount": 7})]}))).replace(": 7", ": 1e9999")

    read(document.encode(), OrganisationFactory())

    assert OpportunityLot.objects.get().value_net is None


def test_a_public_contract_is_changed_by_publishers_alone():
    ours = OrganisationFactory()
    contract = ContractFactory(organisation=ours)
    OpportunityFactory(organisation=ours, ocid=OCID, published_at=None, contract=contract)
    told = package(
        release(awards=[award()], contracts=[{"id": "c", "awardID": "a1", "status": "active", "title": "New"}])
    )

    with pytest.raises(services.ImportRefused, match="only a publisher"):
        read(told, ours, may_publish=False)

    assert Contract.objects.get().title == contract.title


def test_the_command_tells_of_parts_and_takes_the_choice_of_a_supplier(tmp_path, capsys):
    ours = OrganisationFactory()
    twins = [ProviderFactory(name="Care Ltd") for _ in range(2)]
    parties = [party("p1", "Care Ltd")]
    file = tmp_path / "releases.json"
    file.write_text(
        json.dumps(package(release(awards=[award(suppliers=[{"id": "p1", "name": "Care Ltd"}])], parties=parties)))
    )

    call_command("import_ocds", str(file), organisation=ours.slug)
    told = capsys.readouterr().out
    choice = f"{token_of(parties[0])}={twins[0].uuid}"
    call_command("import_ocds", str(file), organisation=ours.slug, supplier=[choice], apply=True)

    assert "Award: added" in told and str(twins[1].uuid) in told
    assert suppliers_of(Award.objects.get()) == [(twins[0], "", "")]


def test_a_large_file_of_a_stranger_is_refused_before_it_is_read(client):
    client.force_login(OfficerFactory(role="editor").user)
    address = reverse("admin:tenders_opportunity_ocds")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tenders.admin.ocds_import.MOST_BYTES", 10)
        answer = client.post(address, {"file": SimpleUploadedFile("r.json", b"x" * 11)})

    assert b"is larger than" in answer.content
