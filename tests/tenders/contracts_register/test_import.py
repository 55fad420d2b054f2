"""Reading the register back: a plan first, and all or nothing."""

import datetime as dt
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from core import clock
from core.imports import FileRefused
from core.models import AuditEvent
from tenders.models import Contract, ContractSupplier
from tenders.register import PlanOutdated, apply_plan, make_plan, read_register
from tests.factories.commissioning import OrganisationFactory
from tests.factories.providers import ProviderFactory
from tests.factories.tenders import (
    ContractFactory,
    ContractSupplierFactory,
    FrameworkFactory,
    LotFactory,
)
from tests.tenders.contracts_register.files import DAY, a_full_contract, plan_of, table
from tests.tools.at_once import both

pytestmark = pytest.mark.django_db


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
        (
            ("Reference", "Title", "VAT that cannot be recovered"),
            ["x", "T", "10000000000"],
            "VAT that cannot be recovered",
            "between nought and £9,999,999,999.99",
        ),
        (("Reference", "Title"), ["x", "\u200b\u202e"], "Title", "has a title"),
        (
            ("Reference", "Title", "Supplier"),
            ["x", "T", ";".join(map(str, range(201)))],
            "Supplier",
            "More than 200 entries",
        ),
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
        (b"Reference;Title\nx;T\n", "not by semicolons"),
        (b"Reference,Title\rx,T\r", "very old computer"),
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


def test_a_provider_comes_back_under_another_name_and_stands_there_once(file):
    owner = OrganisationFactory()
    provider = ProviderFactory(name="Acme", company_number="01234567", published_at=clock.now() - DAY)
    contract = ContractFactory(organisation=owner, reference="a", title="A")
    ContractSupplierFactory(contract=contract, provider=provider, role="lead")
    columns = ("Reference", "Supplier", "Supplier number")
    for names in ("Acme Care", "Acme Care; Acme; Acme Homes"):
        table(file, ["a", names, "; ".join(["01234567"] * len(names.split(";")))], headings=columns)
        plan = plan_of(file, owner)

        apply_plan(
            read_register(file).rows, organisation=owner, fingerprint=plan.fingerprint(), by=None, at=clock.now()
        )

    assert [(row.provider, str(row)) for row in contract.suppliers.order_by("order")] == [
        (None, "Acme Care"),
        (provider, "Acme"),
        (None, "Acme Homes"),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_the_same_new_contract_add_it_once(file):
    owner = OrganisationFactory()
    table(file, ["new-one", "New", "March 2027"])
    rows, plan = read_register(file).rows, plan_of(file, owner)

    said = both(lambda: apply_plan(rows, organisation=owner, fingerprint=plan.fingerprint(), by=None, at=clock.now()))

    assert said == ["PlanOutdated", "done"]
    assert Contract.objects.count() == 1


def test_roles_frameworks_and_lots_are_read_and_come_back_unchanged(client, tmp_path, file):
    contract = a_full_contract()
    lot = LotFactory(framework=contract.framework, title="North", number="1")
    other = FrameworkFactory(title="Other framework")
    twins = FrameworkFactory.create_batch(2, title="Twin")
    there = LotFactory(framework=other, title="South")
    owner = contract.organisation
    headings = ("Reference", "Title", "Supplier", "Supplier role", "Framework", "Lot")
    table(
        file, ["care-at-home", "Care", "A; B", "Lead provider; subcontractor", "care framework", "1"],
        ["new-one", "New", "A", "", twins[1].slug, ""], headings=headings,
    )  # fmt: skip
    rows = read_register(file).rows
    apply_plan(
        rows,
        organisation=owner,
        fingerprint=plan_of(file, owner).fingerprint(),
        by=None,
        at=clock.now(),
        publishes=True,
    )

    contract.refresh_from_db()
    again = tmp_path / "again.csv"
    again.write_bytes(client.get(reverse("tenders:contracts_csv")).getvalue())
    moved = plan_of(
        table(
            file, ["care-at-home", "Care", "Other framework", "South"], headings=("Reference", "Title", *headings[4:])
        ),
        owner,
    )
    left = plan_of(
        table(file, ["care-at-home", "Care", "Other framework"], headings=("Reference", "Title", "Framework")), owner
    )

    assert (contract.framework.title, contract.lot) == ("Care framework", lot)
    assert [(one.name_as_stated, one.role) for one in contract.suppliers.order_by("order")] == [
        ("A", "lead"), ("B", "subcontractor"),
    ]  # fmt: skip
    assert Contract.objects.get(reference="new-one").framework == twins[1]
    with pytest.raises(FileRefused, match="Several frameworks are called “Twin”"):
        plan_of(table(file, ["x", "X", "Twin"], headings=("Reference", "Title", "Framework")), owner)
    assert [row.changes for row in plan_of(again, owner).rows if row.changes] == []
    assert moved.rows[0].values == {"framework": other, "lot": there}
    assert [(one.column, one.old, one.new) for one in left.rows[0].changes] == [
        ("Framework", "Care framework", "Other framework"), ("Lot", "North", "Not stated"),
    ]  # fmt: skip


def test_a_framework_that_is_not_public_stays_where_the_file_cannot_tell_of_it(client, tmp_path):
    contract = a_full_contract()
    contract.framework.published_at = None
    contract.framework.save()
    path = tmp_path / "register.csv"
    path.write_bytes(client.get(reverse("tenders:contracts_csv")).getvalue())

    plan = plan_of(path, contract.organisation)

    assert [row.changes or row.values for row in plan.rows] == [{}]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        (["A", "Boss", "", ""], "Supplier role", "is none of"),
        (["", "", "Nowhere", ""], "Framework", "No public framework is called"),
        (["", "", "", "North"], "Lot", "without the framework"),
        (["", "", "Care framework", "North"], "Lot", "No lot of the framework"),
    ],
)
def test_a_role_framework_or_lot_nobody_knows_is_named(file, cells, column, reason):
    FrameworkFactory(title="Care framework")
    table(file, ["x", "X", *cells], headings=("Reference", "Title", "Supplier", "Supplier role", "Framework", "Lot"))

    with pytest.raises(FileRefused) as refusal:
        plan_of(file, OrganisationFactory())

    [problem] = refusal.value.problems
    assert (problem.row, problem.column) == (2, column)
    assert reason in problem.reason
