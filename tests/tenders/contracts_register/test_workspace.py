"""The officer's page of an import, and the command."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from commissioning.models import Officer
from core.models import AuditEvent
from tenders.admin import register_import
from tenders.models import Contract
from tests.factories.commissioning import OfficerFactory, OrganisationFactory
from tests.factories.tenders import (
    ContractFactory,
)
from tests.tenders.contracts_register.files import table

pytestmark = pytest.mark.django_db


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


def test_a_file_whose_words_could_not_come_back_with_the_button_is_refused(client, officer, monkeypatch):
    monkeypatch.setattr(register_import, "MOST_SEEN", 100)

    page = upload(client, CONTENT)

    assert "more words than can be imported at once" in page.content.decode()
    assert "seen" not in page.context


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
