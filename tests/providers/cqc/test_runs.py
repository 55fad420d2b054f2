"""An import as a whole: again, on trial, written down, cut off, two at once, and the command."""

import datetime as dt
import io
import json
import os
import subprocess
import sys
import threading
import time

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections

from core.models import AuditEvent
from providers.models import CqcImport, Service
from providers.services.cqc import LOCK, import_cqc
from tests.factories import NOON
from tests.factories.core import ServiceTypeFactory, UserFactory
from tests.factories.providers import LocationFactory, ServiceFactory
from tests.providers.cqc.outcomes import LATER, state_of_everything
from tests.tools.cqc_files import change, directory_row, directory_rows, location_id, write_directory


def test_the_same_file_again_changes_nothing_and_says_so(bring, tmp_path):
    row = directory_row(0)
    place = LocationFactory(cqc_location_id=location_id(5), postcode="CA28 7LL")
    ServiceFactory(provider=place.provider).locations.add(place)
    bring(row, directory_row(5), directory_row(2), suffix=".ods")
    before = state_of_everything()
    path = next(tmp_path.glob("*.ods"))

    imported = import_cqc(path=path, by=None, at=LATER)
    written = io.StringIO()
    call_command("import_cqc", str(path), stdout=written)

    assert state_of_everything() == before
    assert imported.row is None
    assert imported.known == CqcImport.objects.get()
    assert "This very file was imported on 18 November 2026 before." in written.getvalue()
    assert "Nothing had to change." in written.getvalue()


def test_a_trial_tells_all_and_changes_nothing(bring):
    before = state_of_everything()

    report = bring(directory_row(0), is_trial=True)

    assert report["created"]["services"] == 1
    assert state_of_everything() == before


def test_an_import_is_written_down_with_its_report(bring):
    officer = UserFactory()

    report = bring(directory_row(0), by=officer)

    row = CqcImport.objects.get()
    assert (row.kind, row.rows, row.as_at_date, row.imported_by) == ("directory", 1, dt.date(2026, 10, 1), officer)
    assert (len(row.sha256), row.report) == (64, json.loads(json.dumps(report)))
    assert AuditEvent.objects.get(action="cqc.imported").by_id == officer.pk


IMPORTING = """
import django; django.setup()
from pathlib import Path
import sys
from core import clock
from django.db import connection
from providers.services.cqc import import_cqc
def step(name):
    if name == sys.argv[2]:
        print("at", name, flush=True); sys.stdin.readline()
import_cqc(path=Path(sys.argv[1]), by=None, at=clock.now(), step=step)
print("done", flush=True)
"""


def start_import(path, step):
    """Import in a process of its own, which stops and says so when it comes to a step."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url()}
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORTING, str(path), step],
        cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return process


def database_url():
    from urllib.parse import urlsplit, urlunsplit

    address = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["services", "ratings"])
def test_an_import_killed_half_way_leaves_nothing(tmp_path, step):
    ServiceTypeFactory(slug="care-home")
    path = write_directory(tmp_path / "01_October_2026_x.csv", directory_rows(20))
    before = state_of_everything()
    process = start_import(path, step)
    said = process.stdout.readline()

    process.kill()
    process.wait()

    assert said == f"at {step}\n"
    wait_for_free_lock()
    assert state_of_everything() == before


def wait_for_free_lock():
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [LOCK])
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("The killed import still holds the lock.")


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_the_later_waits_and_finds_all_done(tmp_path):
    ServiceTypeFactory(slug="care-home")
    path = write_directory(tmp_path / "01_October_2026_x.csv", directory_rows(20))
    first = start_import(path, "services")
    first.stdout.readline()
    results = []

    def second():
        try:
            results.append(import_cqc(path=path, by=None, at=NOON))
        finally:
            connections["default"].close()

    thread = threading.Thread(target=second)
    thread.start()
    time.sleep(0.5)
    is_waiting = not results
    first.communicate("\n")
    thread.join(60)

    assert is_waiting
    assert (Service.objects.count(), CqcImport.objects.count()) == (20, 1)
    assert results[0].row is None


def test_the_command_tells_what_it_did(good):
    written, said = io.StringIO(), io.StringIO()

    call_command("import_cqc", str(good(".xlsx")), stdout=written, stderr=said)

    assert written.getvalue().splitlines()[:2] == [
        "Care directory with filters, as at 1 October 2026: 10 rows read.",
        "New: 5 providers, 10 locations, 10 services, 10 registrations, 10 ratings.",
    ]
    assert said.getvalue() == ""


def test_a_person_at_a_terminal_sees_how_far_it_is(good, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    call_command("import_cqc", str(good(".csv")), stdout=io.StringIO())

    shown = terminal.getvalue().split("\r")
    assert any(line.startswith(f"Reading [{'#' * 30}] 100 %") for line in shown)
    assert any(line.startswith("Writing: services") for line in shown)
    assert shown[-2].strip() == ""


def test_the_command_refuses_with_the_reasons(good):
    rows = [change(directory_row(0), Location_Name="")]

    with pytest.raises(CommandError, match="Nothing was imported.\nRow 2, column “Location Name”: it is blank"):
        call_command("import_cqc", str(good(rows=rows)))

    assert Service.objects.count() == 0
