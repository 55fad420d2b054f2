import datetime as dt
import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import Http404
from django.utils.module_loading import autodiscover_modules

from core import clock, files, jobs
from core.errors import StorageFull, StorageShut
from core.models import JobState
from tests.core import tasks  # noqa: F401 - registers the jobs

CONTENT = b"%PDF-1.7 an edition"
CHECKSUM = "fd9c4c3cbfa5d9fa1b5d2fd3fb9d7c2c8e4a8d3be2d8f5a2fb0a0f4d7c1e5a66"


def everything():
    return sorted(str(path.relative_to(files.folder())) for path in files.folder().rglob("*") if path.is_file())


def age(path, *, at, days):
    moment = (at - dt.timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))


def test_file_is_named_by_its_content_and_stored_once():
    first = files.store(CONTENT)
    second = files.store(iter([CONTENT[:5], CONTENT[5:]]))

    assert first == second
    assert first.size == len(CONTENT)
    assert files.read(first.checksum) == CONTENT
    assert everything() == [f"{first.checksum[:2]}/{first.checksum}"]
    assert files.path(first.checksum).stat().st_mode & 0o777 == 0o640


def test_file_is_read_from_an_open_file(tmp_path):
    source = tmp_path / "source"
    source.write_bytes(CONTENT)

    with source.open("rb") as opened:
        stored = files.store(opened)

    assert files.read(stored.checksum) == CONTENT


@pytest.mark.parametrize("wrong", ["../../settings.py", "", "x" * 64, CHECKSUM.upper()])
def test_only_a_checksum_names_a_file(wrong):
    with pytest.raises(ValueError, match="no SHA-256 checksum"):
        files.path(wrong)


def test_interrupted_file_leaves_nothing():
    def broken():
        yield CONTENT
        raise RuntimeError("The renderer stopped.")

    with pytest.raises(RuntimeError, match="renderer stopped"):
        files.store(broken())

    assert everything() == []


def test_limit_on_a_files_size_is_a_clear_refusal_and_leaves_nothing():
    before = files.store(CONTENT)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(StorageFull, match="no space left"):
            files.store(b"x" * 1024 for _ in range(1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert everything() == [f"{before.checksum[:2]}/{before.checksum}"]
    assert files.read(before.checksum) == CONTENT


@pytest.fixture(autouse=True, scope="module")
def _discovered():
    """Each app's references are there before a test puts its own in their place, whichever test comes first."""
    autodiscover_modules("tasks")


@pytest.fixture
def small_disk(settings, tmp_path):
    """Files go to a disk of 200 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("Only an administrator may mount the small disk that this test fills.")
    settings.MEDIA_ROOT = disk
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_full_disk_is_a_clear_refusal_and_leaves_nothing(small_disk):
    before = files.store(CONTENT)

    with pytest.raises(StorageFull, match="no space left"):
        files.store(b"x" * 1024 for _ in range(1000))

    assert everything() == [f"{before.checksum[:2]}/{before.checksum}"]
    assert files.store(b"small again").size == 11


def test_folder_that_takes_no_files_is_a_clear_refusal(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "no folder"
    settings.MEDIA_ROOT.touch()

    with pytest.raises(StorageShut, match="at the moment"):
        files.store(b"something")


@pytest.mark.django_db
def test_job_that_meets_a_full_disk_says_so_and_is_done_when_there_is_room(small_disk):
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 150_000)
    row = jobs.enqueue("tests.store", size=100)

    jobs.run(row.pk)
    row.refresh_from_db()
    waiting = (row.state, row.reason)
    jobs.run(row.pk)
    jobs.run(row.pk)
    row.refresh_from_db()
    given_up = (row.state, row.attempts, row.reason)
    ballast.unlink()
    jobs.retry_job(job=row, by=None, at=clock.now())
    jobs.run(row.pk)

    row.refresh_from_db()
    assert waiting == (JobState.QUEUED, "There is no space left to store the file.")
    assert given_up == (JobState.FAILED, 3, "There is no space left to store the file.")
    assert row.state == JobState.DONE
    assert len(everything()) == 1


def test_other_faults_of_the_disk_are_not_taken_for_a_full_one():
    def unreadable():
        yield CONTENT
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        files.store(unreadable())

    assert everything() == []


def test_killed_writer_leaves_no_file_under_a_checksum():
    script = (
        "import os, signal, django; django.setup()\n"
        "from core import files\n"
        "def chunks():\n"
        "    yield b'x' * 100000\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.store(chunks())\n"
    )
    environment = {**os.environ, "MEDIA_ROOT": str(files.folder().parent), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    ended = subprocess.run([sys.executable, "-c", script], env=environment, cwd=Path(__file__).parents[2])

    assert ended.returncode == -9
    assert [name.rpartition(".")[2] for name in everything()] == ["part"]


def test_orphans_are_deleted_after_a_day_and_what_rows_name_is_kept(monkeypatch):
    at = dt.datetime.now(dt.UTC)
    kept, orphan, young = files.store(b"kept"), files.store(b"orphan"), files.store(b"young")
    unfinished = files.folder() / "0123.part"
    unfinished.write_bytes(b"half")
    for path in (files.path(kept.checksum), files.path(orphan.checksum), unfinished):
        age(path, at=at, days=2)
    monkeypatch.setattr(files, "_references", [lambda: [kept.checksum]])

    deleted = files.delete_orphans(at=at)

    assert deleted == 2
    assert everything() == sorted(f"{one.checksum[:2]}/{one.checksum}" for one in (kept, young))


def test_orphan_that_is_stored_again_begins_a_new_day(monkeypatch):
    at = dt.datetime.now(dt.UTC)
    again = files.store(CONTENT)
    age(files.path(again.checksum), at=at, days=2)

    files.store(CONTENT)
    monkeypatch.setattr(files, "_references", [list])

    assert files.delete_orphans(at=at) == 0


def test_nothing_is_an_orphan_while_nobody_says_what_is_kept(monkeypatch):
    at = dt.datetime.now(dt.UTC)
    stored = files.store(CONTENT)
    age(files.path(stored.checksum), at=at, days=2)
    monkeypatch.setattr(files, "_references", [])

    with pytest.raises(RuntimeError, match="none is deleted"):
        files.delete_orphans(at=at)

    assert files.exists(stored.checksum)


def test_download_is_locked_up_and_kept_for_good(rf):
    stored = files.store(CONTENT)

    response = files.serve(
        rf.get("/x"), stored.checksum, content_type="application/pdf", filename="Ünsere\r\nDatei.pdf"
    )

    assert b"".join(response.streaming_content) == CONTENT
    assert response["Content-Length"] == str(len(CONTENT))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert "\n" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["ETag"] == f'"{stored.checksum}"'
    assert response["Cache-Control"] == "private, no-store"


def test_file_that_the_browser_has_is_not_sent_again(rf):
    stored = files.store(CONTENT)
    request = rf.get("/x", headers={"If-None-Match": f'"{stored.checksum}"'})

    response = files.serve(
        request, stored.checksum, content_type="text/csv", filename="a.csv", public=True, inline=True
    )

    assert response.status_code == 304
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"


def test_lost_file_is_not_found_and_logged(rf, caplog):
    with pytest.raises(Http404):
        files.serve(rf.get("/x"), CHECKSUM, content_type="application/pdf", filename="a.pdf")

    assert caplog.messages == [f"The store has no file {CHECKSUM}"]
