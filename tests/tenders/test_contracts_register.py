"""The contracts register: its filters, its files, and reading it back from a spreadsheet."""

import csv
import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from commissioning.models import Officer
from core import clock
from core.dates import months_after
from core.imports import FileRefused
from core.models import AuditEvent
from tenders.models import Contract, ContractSupplier, Notice
from tenders.register import PlanOutdated, apply_plan, make_plan, read_register
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.core import ClientGroupFactory, ServiceTypeFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    ContractFactory,
    ContractSupplierFactory,
    ExtensionOptionFactory,
    FrameworkFactory,
    NoticeFactory,
    OpportunityFactory,
)

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def today():
    return clock.now().date()


def in_months(months):
    return months_after(today(), months).isoformat()


def titles(client, query=""):
    page = client.get(reverse("tenders:contracts") + query)
    assert page.status_code == 200
    return [row.title for row in page.context["page"]]


def read_csv(response):
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read_xlsx(response):
    rows = openpyxl.load_workbook(io.BytesIO(response.getvalue())).worksheets[0].iter_rows(values_only=True)
    headings = next(rows)
    return [dict(zip(headings, row, strict=True)) for row in rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?ending=6", ["Ends in 3"]),
        ("?ending=12", ["Ends in 3", "Ends in 9"]),
        ("?ending=24", ["Ends in 3", "Ends in 9", "Extended to 20"]),
        ("?ending=7", ["Ends in 3", "Ends in 9", "Extended to 20", "Unknown", "Ended"]),
    ],
)
def test_contracts_that_end_soon(client, query, found):
    ContractFactory(title="Ends in 3", ends=in_months(3))
    ContractFactory(title="Ends in 9", ends=in_months(9))
    ContractFactory(
        title="Extended to 20", ends=in_months(10), ends_if_extended=in_months(20), end_decision="extend",
        end_decided_date=today(), end_decision_reason="It does well.",
    )  # fmt: skip
    ContractFactory(title="Ended", ends=in_months(-1))
    ContractFactory(title="Unknown")

    assert titles(client, query) == found


def test_contracts_that_began_lately(client):
    ContractFactory(title="A", starts=in_months(-2))
    ContractFactory(title="B", starts=in_months(-5))
    ContractFactory(title="C", starts=in_months(2))
    ContractFactory(title="D", published_at=clock.now() - DAY)
    ContractFactory(title="E", published_at=clock.now() - 300 * DAY)

    found = {months: titles(client, f"?new={months}") for months in (3, 6, 12)}

    assert found == {3: ["A", "D"], 6: ["A", "B", "D"], 12: ["A", "B", "D", "E"]}


def test_contracts_by_who_provides_and_for_how_much(client):
    public = ProviderFactory(name="Dale Homecare Ltd", published_at=clock.now() - DAY)
    hidden = ProviderFactory(name="Hidden Homecare Ltd", published_at=None)
    a, b, c = (ContractFactory(title=title) for title in "ABC")
    Contract.objects.filter(pk=a.pk).update(value_amount=50_000)
    Contract.objects.filter(pk=b.pk).update(value_amount=5_000_000)
    ContractSupplierFactory(contract=a, provider=public, is_sme=True)
    ContractSupplierFactory(contract=b, provider=None, name_as_stated="Dale Charity", is_vcse=True)
    ContractSupplierFactory(contract=c, provider=hidden, is_sme=True)

    found = {
        query: titles(client, f"?{query}")
        for query in (
            "supplier=homecare", "supplier=dale", "supplier=homecare+dale", "size=sme", "size=vcse",
            "value=under-100k", "value=5m", "value=unknown", "value=nonsense",
        )
    }  # fmt: skip

    assert found == {
        "supplier=homecare": ["A"],
        "supplier=dale": ["A", "B"],
        "supplier=homecare+dale": ["A"],
        "size=sme": ["A"],
        "size=vcse": ["B"],
        "value=under-100k": ["A"],
        "value=5m": ["B"],
        "value=unknown": ["C"],
        "value=nonsense": ["A", "B", "C"],
    }


def a_full_contract(**facts):
    framework = FrameworkFactory(title="Care framework")
    contract = ContractFactory(
        **(
            {
                "title": "=Care at home", "reference": "care-at-home", "department": "Adults", "summary": "Care\nat home",
                "value_amount": Decimal("1234567.50"), "irrecoverable_vat": 0, "starts": "1 April 2024",
                "ends": "March 2027", "review": "1 October 2026", "procured_by": "tender", "arrangement": "call_off",
                "regime": "light_touch", "framework": framework, "extension_as_stated": "1 + 1 years",
                "extension_months": 24,
            }
            | facts
        )
    )  # fmt: skip
    contract.types.add(ServiceTypeFactory(name="Home care"))
    contract.client_groups.add(ClientGroupFactory(name="Older people"))
    provider = ProviderFactory(name="Dale Homecare Ltd", company_number="01234567", published_at=clock.now() - DAY)
    ContractSupplierFactory(contract=contract, provider=provider, is_sme=True, order=0)
    ContractSupplierFactory(contract=contract, provider=None, name_as_stated="Hill; Dale CIC", is_vcse=True, order=1)
    ExtensionOptionFactory(contract=contract, number=1, months=12)
    tender = OpportunityFactory(contract=contract)
    NoticeFactory(opportunity=tender, kind=Notice.Kind.UK7, url="https://notices.example/7")
    return contract


EXPECTED = {
    "Reference": "care-at-home", "Title": "'=Care at home", "Department": "Adults", "Description": "Care\nat home",
    "Supplier": "Dale Homecare Ltd; Hill, Dale CIC", "Supplier number": "01234567; Not stated", "SME": "Yes; Not stated",
    "VCSE": "Not stated; Yes", "Value in pounds": "1234567.50", "Value as stated": "Not stated",
    "VAT that cannot be recovered": "0.00", "Start": "2024-04-01", "End": "March 2027", "Review": "2026-10-01",
    "Term as stated": "Not stated", "Extension as stated": "1 + 1 years", "Extension months": "24",
    "End if extended": "Not stated", "Quote or tender": "Invitation to tender",
    "Arrangement": "Call-off from a framework", "Type of care": "Home care", "Who it is for": "Older people",
    "Framework": "Care framework", "Extension options left": "12 months", "What follows its end": "Not decided",
    "Notices": "https://notices.example/7",
}  # fmt: skip


def test_the_file_has_the_codes_columns(client):
    contract = a_full_contract()

    response = client.get(reverse("tenders:contracts_csv"))

    [row] = read_csv(response)
    assert {name: row[name] for name in EXPECTED} == EXPECTED
    assert row["Page"].endswith(contract.get_absolute_url())
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["ETag"]


def test_the_workbook_keeps_numbers_and_days(client):
    a_full_contract()

    [row] = read_xlsx(client.get(reverse("tenders:contracts_xlsx")))

    assert row["Value in pounds"] == 1234567.5
    assert row["Start"] == dt.datetime(2024, 4, 1)  # noqa: DTZ001
    assert (row["End"], row["Title"]) == ("March 2027", "'=Care at home")


@pytest.mark.parametrize("query", ["", "?q=zone", "?ending=12", "?size=sme", "?buyer=durham&value=1m-5m"])
def test_the_files_are_exactly_the_list_of_the_page(client, query):
    durham = OrganisationFactory(slug="durham")
    for number in range(4):
        row = ContractFactory(
            organisation=durham if number % 2 else OrganisationFactory(),
            title=f"Zone {number}",
            ends=in_months(6 * number),
        )
        Contract.objects.filter(pk=row.pk).update(value_amount=2_000_000 if number else None)
        ContractSupplierFactory.create_batch(2, contract=row, is_sme=bool(number % 2))
    ContractFactory(title="Zone draft", published_at=None)

    page = titles(client, query)
    files = [
        [row["Title"] for row in read(client.get(reverse(f"tenders:contracts_{kind}") + query))]
        for kind, read in (("csv", read_csv), ("xlsx", read_xlsx))
    ]

    assert files == [page, page]
    assert page


def test_the_file_tells_nothing_that_is_not_public(client):
    contract = a_full_contract()
    contract.framework.published_at = None
    contract.framework.save()
    ContractSupplierFactory(contract=contract, provider=ProviderFactory(name="Hidden Ltd", published_at=None))
    draft = OpportunityFactory(published_at=None, contract=ContractFactory())
    NoticeFactory(opportunity=draft, url="https://hidden.example/")
    ContractFactory(title="Hidden draft", published_at=None)
    ContractFactory(title="Hidden embargo", published_at=clock.now() + DAY)

    text = client.get(reverse("tenders:contracts_csv")).getvalue().decode()

    assert [word for word in ("Hidden", "hidden", "Care framework") if word in text] == []
    assert "Dale Homecare Ltd" in text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_costs_as_many_queries_for_one_row_and_many(client, kind):
    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(reverse(f"tenders:contracts_{kind}")).getvalue()
        return len(found)

    a_full_contract()
    one = queries()
    for row in ContractFactory.create_batch(5):
        ContractSupplierFactory.create_batch(3, contract=row)

    assert queries() == one


def test_nothing_published_is_a_file_of_headings(client):
    assert read_csv(client.get(reverse("tenders:contracts_csv"))) == []
    template = client.get(reverse("tenders:contracts_template")).getvalue().decode("utf-8-sig")
    assert template.startswith("Reference,Title,Department,Description,Supplier,")


# --- reading it back ---


def plan_of(path, organisation):
    return make_plan(read_register(path).rows, organisation=organisation, at=clock.now())


def table(path, *rows, headings=("Reference", "Title", "End")):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([headings, *rows])
    return path


@pytest.fixture
def file(tmp_path):
    return tmp_path / "register.csv"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_exported_and_comes_back_changes_nothing(client, tmp_path, kind):
    contract = a_full_contract()
    ContractFactory(
        organisation=contract.organisation, title="’Quoted’ – bare", ends="to be confirmed", starts="2026/27"
    )
    path = tmp_path / f"register.{kind}"
    path.write_bytes(client.get(reverse(f"tenders:contracts_{kind}")).getvalue())

    plan = plan_of(path, contract.organisation)

    assert [(row.reference, row.changes) for row in plan.rows if row.changes or row.is_new] == []
    assert len(plan.unchanged) == 2


def test_the_plan_says_what_is_added_changed_and_left(file):
    owner = OrganisationFactory()
    ContractFactory(organisation=owner, reference="a", title="A", ends="March 2027")
    ContractFactory(organisation=owner, reference="b", title="B", ends="31/03/2027")
    ContractFactory(organisation=owner, reference="c", title="C")
    table(file, ["a", "A", "March 2028"], ["b", "B", "2027-03-31"], ["d", "D", ""])

    plan = plan_of(file, owner)

    assert [(row.reference, [(c.column, c.old, c.new) for c in row.changes]) for row in plan.changed] == [
        ("a", [("End", "March 2027", "March 2028")])
    ]
    assert [row.reference for row in plan.added] == ["d"]
    assert [row.reference for row in plan.unchanged] == ["b"]
    assert plan.left_out == 1


@pytest.mark.parametrize(
    ("headings", "row", "column", "reason"),
    [
        (("Reference", "Title"), ["a b", "T"], "Reference", "letters, digits and hyphens"),
        (("Reference", "Title"), ["x", ""], "Title", "has a title"),
        (("Reference", "Title", "End"), ["x", "T", "whenever"], "End", "cannot read “whenever” as a date"),
        (("Reference", "Title", "End"), ["x", "T", "2027-03-28 01:30"], "End", "without a time"),
        (("Reference", "Title", "Value in pounds"), ["x", "T", "lots"], "Value in pounds", "not a sum"),
        (("Reference", "Title", "Value in pounds"), ["x", "T", "1e9999"], "Value in pounds", "between nought"),
        (("Reference", "Title", "Value in pounds"), ["x", "T", "NaN"], "Value in pounds", "between nought"),
        (("Reference", "Title", "Value in pounds"), ["x", "T", "-1"], "Value in pounds", "between nought"),
        (("Reference", "Title", "Extension months"), ["x", "T", "1.5"], "Extension months", "whole number"),
        (("Reference", "Title", "Quote or tender"), ["x", "T", "Lottery"], "Quote or tender", "is none of"),
        (("Reference", "Title", "Type of care"), ["x", "T", "Magic"], "Type of care", "not in the list"),
        (("Reference", "Title", "Supplier", "SME"), ["x", "T", "A; B", "Yes"], "SME", "2 suppliers and 1"),
        (("Reference", "Title", "Supplier", "SME"), ["x", "T", "A", "perhaps"], "SME", "is none of"),
        (("Reference", "Title", "Supplier"), ["x", "T", "A; A"], "Supplier", "twice"),
    ],
)
def test_a_cell_that_cannot_be_understood_is_named_by_row_and_column(file, headings, row, column, reason):
    table(file, ["fine", "Fine", *[""] * (len(row) - 2)], row, headings=headings)

    with pytest.raises(FileRefused) as refusal:
        plan_of(file, OrganisationFactory())

    [problem] = refusal.value.problems
    assert (problem.row, problem.column) == (3, column)
    assert reason in problem.reason


def test_an_excel_day_is_a_day_and_a_formula_is_its_value(tmp_path):
    owner = OrganisationFactory()
    book = openpyxl.Workbook()
    book.active.title = "Register"
    book.active.append(["Reference", "Title", "End", "Value in pounds"])
    book.active.append(["x", "'=1+1", dt.date(2027, 3, 31), 0.1 + 0.2])
    book.create_sheet("Notes").append(["Nothing of ours"])
    path = tmp_path / "register.xlsx"
    book.save(path)

    sheet = read_register(path)
    plan = make_plan(sheet.rows, organisation=owner, at=clock.now())
    apply_plan(sheet.rows, organisation=owner, fingerprint=plan.fingerprint(), by=None, at=clock.now())

    row = Contract.objects.get()
    assert (row.title, row.ends.latest, row.value_amount) == ("=1+1", dt.date(2027, 3, 31), Decimal("0.30"))
    assert sheet.passed_sheets == ["Notes"]
    assert row.published_at is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"Name,Price\na,1\n", "No column is headed"),
        (b"Reference,Title\n", "Below the headings stands nothing"),
        (b"Reference,Title,TITLE\na,b,c\n", "stands there twice"),
        (b"Reference\n\xff\n", "UTF-8"),
        (b'Reference,Title\na,"b\n', "quotation mark"),
    ],
)
def test_a_file_that_is_no_register_is_refused(file, content, reason):
    file.write_bytes(content)

    with pytest.raises(FileRefused, match=reason):
        read_register(file)


def test_another_organisations_row_is_neither_changed_nor_told(file):
    theirs = ContractFactory(reference="theirs", title="Theirs")
    table(file, ["theirs", "Mine now", ""])

    with pytest.raises(FileRefused) as refusal:
        plan_of(file, OrganisationFactory())

    assert "cannot be used here" in str(refusal.value)
    assert "Theirs" not in str(refusal.value)
    theirs.refresh_from_db()
    assert theirs.title == "Theirs"


def test_suppliers_keep_their_entry_and_new_ones_are_joined_to_public_ones(file):
    contract = a_full_contract()
    other = ProviderFactory(name="Tees Care Ltd", company_number="07654321", published_at=clock.now() - DAY)
    secret = ContractSupplierFactory(contract=contract, provider=ProviderFactory(name="Hidden", published_at=None))
    table(
        file, ["care-at-home", "Dale Homecare Ltd; Tees Care; New CIC", "01234567; 07654321; Not stated"],
        headings=("Reference", "Supplier", "Supplier number"),
    )  # fmt: skip
    rows, at = read_register(file).rows, clock.now()
    plan = make_plan(rows, organisation=contract.organisation, at=at)

    apply_plan(rows, organisation=contract.organisation, fingerprint=plan.fingerprint(), by=None, at=at)

    found = ContractSupplier.objects.filter(contract=contract).exclude(pk=secret.pk).order_by("order")
    assert [(str(one), one.provider and one.provider.company_number, one.is_sme) for one in found] == [
        ("Dale Homecare Ltd", "01234567", True),
        ("Tees Care Ltd", other.company_number, None),
        ("New CIC", None, None),
    ]
    assert ContractSupplier.objects.filter(pk=secret.pk).exists()


def test_all_or_nothing_and_only_what_was_looked_at(file):
    owner = OrganisationFactory()
    contract = ContractFactory(organisation=owner, reference="a", title="A")
    table(file, ["a", "B", ""], ["new-one", "New", ""])
    rows = read_register(file).rows
    plan = make_plan(rows, organisation=owner, at=clock.now())
    Contract.objects.filter(pk=contract.pk).update(title="Changed meanwhile")

    with pytest.raises(PlanOutdated):
        apply_plan(rows, organisation=owner, fingerprint=plan.fingerprint(), by=None, at=clock.now())

    assert [row.title for row in Contract.objects.all()] == ["Changed meanwhile"]
    assert not AuditEvent.objects.exists()


# --- the officer's page and the command ---


@pytest.fixture
def officer(client, db):
    officer = OfficerFactory(role=Officer.Role.PUBLISHER)
    client.force_login(officer.user)
    return officer


def upload(client, content, name="register.csv"):
    return client.post(reverse("admin:tenders_contract_import"), {"file": SimpleUploadedFile(name, content)})


CONTENT = b"Reference,Title,Status\nours,<b>Ours</b> now,Running\nadded,Added,\n"


def test_an_officer_sees_what_would_change_before_it_does(client, officer):
    ours = ContractFactory(organisation=officer.organisation, reference="ours", title="Ours")

    page = upload(client, CONTENT)

    text = page.content.decode()
    assert "&lt;b&gt;Ours&lt;/b&gt; now" in text
    assert "Columns that are not read: Status" in text
    assert Contract.objects.get().title == "Ours"

    done = client.post(reverse("admin:tenders_contract_import"), {"seen": page.context["seen"], "publishes": "on"})

    assert done.status_code == 302
    ours.refresh_from_db()
    assert ours.title == "<b>Ours</b> now"
    added = Contract.objects.get(reference="added")
    assert (added.organisation, added.published_by) == (officer.organisation, officer.user)
    assert sorted(AuditEvent.objects.values_list("action", flat=True)) == [
        "contract.changed_by_import",
        "contract.imported",
        "contract.published",
    ]


def test_a_preview_is_one_persons_and_cannot_be_made_up(client, officer):
    ContractFactory(organisation=officer.organisation, reference="ours", title="Ours")
    seen = upload(client, CONTENT).context["seen"]
    stranger = OfficerFactory(role=Officer.Role.ADMINISTRATOR)

    made_up = client.post(reverse("admin:tenders_contract_import"), {"seen": seen + "x"})
    client.force_login(stranger.user)
    stolen = client.post(reverse("admin:tenders_contract_import"), {"seen": seen})

    assert "give the file again" in made_up.content.decode()
    assert stolen.status_code == 403
    assert [row.title for row in Contract.objects.all()] == ["Ours"]


def test_a_viewer_may_not_import_and_an_editor_not_publish(client, officer):
    Officer.objects.update(role=Officer.Role.EDITOR)
    seen = upload(client, CONTENT).context["seen"]
    client.post(reverse("admin:tenders_contract_import"), {"seen": seen, "publishes": "on"})
    Officer.objects.update(role=Officer.Role.VIEWER)

    statuses = [client.get(reverse("admin:tenders_contract_import")).status_code, upload(client, CONTENT).status_code]

    assert statuses == [403, 403]
    assert {row.published_at for row in Contract.objects.all()} == {None}


def test_the_officer_is_told_each_fault_by_its_place(client, officer):
    page = upload(client, b"Reference,Title,End\nx,T,whenever\ny,,\n").content.decode()

    assert "Nothing was imported." in page
    assert "Row 2, column “End”" in page
    assert "Row 3, column “Title”" in page
    assert not Contract.objects.exists()


def test_a_file_of_nonsense_is_refused_on_the_page(client, officer):
    answers = [upload(client, content, name) for content, name in ((b"\x00\x01", "a.xlsx"), (b"PK\x03\x04", "b.xlsx"))]

    assert [one.status_code for one in answers] == [200, 200]
    assert all("Nothing was imported." in one.content.decode() for one in answers)


def test_the_command_tells_and_then_changes(file, capsys):
    owner = OrganisationFactory(slug="durham")
    table(file, ["a", "A", "March 2027"])

    call_command("import_contracts", "durham", str(file))
    before = Contract.objects.count()
    call_command("import_contracts", "durham", str(file), "--apply")

    assert (before, Contract.objects.get().organisation) == (0, owner)
    assert "Imported: 1 added, 0 changed, 0 unchanged, 0 not in the file." in capsys.readouterr().out
    with pytest.raises(CommandError, match="no organisation"):
        call_command("import_contracts", "nowhere", str(file))
