"""An edition survives whatever happens while it is composed: real worker, real renderer, real signals and disk.

A killed worker and a full disk take half a minute each and are marked ``slow``.
"""

import os
import signal
import subprocess

import pytest

from commissioning.models import Organisation
from core import clock, files, jobs
from core.models import AuditEvent, Job, JobState, User
from strategies import services
from strategies.models import EditionFile, Section, Strategy
from tests.tools.processes import wait_until
from tests.tools.work import finished

pytestmark = pytest.mark.django_db(transaction=True)

SENTENCE = "Most people want to stay in their own home, and we will buy the help that lets them. "


@pytest.fixture
def officer():
    return User.objects.create_user("officer@example.org")


@pytest.fixture
def strategy():
    """A statement of a few pages."""
    return make_strategy(sections=4)


def make_strategy(*, sections):
    council = Organisation.objects.create(slug="sample", name="Sample Council", short_name="Sample", kind="council")
    strategy = Strategy.objects.create(
        slug="sample", organisation=council, kind="mps", title="Sample statement", headline="What care is needed",
        starts="2026", is_sample=True, published_at=clock.now(),
    )  # fmt: skip
    for number in range(sections):
        Section.objects.create(
            strategy=strategy, slug=f"part-{number}", title=f"Part {number}", order=number, is_sample=True,
            body=f"<p>{SENTENCE * 8}</p>" * 5,
        )  # fmt: skip
    return strategy


def request(strategy, officer):
    edition = services.request_edition(strategy=strategy, by=officer, at=clock.now())
    return edition, services.composing_job(edition)


def is_laying_out(job):
    return Job.objects.filter(pk=job.pk, step__startswith="Laying out", step_number__gt=2).exists()


def assert_composed_once(edition):
    edition.refresh_from_db()
    stored = list(EditionFile.objects.filter(edition=edition).order_by("kind"))
    assert edition.is_composed
    assert [one.kind for one in stored] == ["large-print", "page", "standard"]
    assert all(files.path(one.checksum).stat().st_size == one.size for one in stored)
    assert all(files.read(one.checksum).startswith(b"%PDF-") for one in stored if one.kind != "page")
    assert AuditEvent.objects.about(edition).filter(action="edition.composed").count() == 1


def test_edition_asked_for_while_redis_is_down_is_composed_when_it_is_back(start, broker, strategy, officer):
    broker.stop()
    edition, job = request(strategy, officer)
    broker.start()

    start()

    assert finished(job, seconds=120).state == JobState.DONE
    assert_composed_once(edition)


@pytest.mark.slow
def test_edition_is_composed_once_though_its_worker_is_killed_in_mid_layout(start, beat, officer):
    first = start()
    # Long enough that there is time to break in.
    edition, job = request(make_strategy(sections=30), officer)
    wait_until(lambda: is_laying_out(job), what="the layout")
    for child in first.children():
        os.kill(child, signal.SIGKILL)
    wait_until(
        lambda: Job.objects.filter(pk=job.pk, attempts=2).exists() and is_laying_out(job), what="a second layout"
    )
    first.kill()

    start()

    done = finished(job, seconds=120)
    assert (done.state, done.attempts) == (JobState.DONE, 3)
    assert_composed_once(edition)


@pytest.mark.slow
def test_full_disk_leaves_the_published_edition_and_a_clear_reason(start, beat, strategy, officer, settings, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("Only an administrator may mount the small disk that this test fills.")
    settings.MEDIA_ROOT = disk
    try:
        worker = start()
        first, job = request(strategy, officer)
        finished(job, seconds=120)
        services.publish_edition(edition=first, by=officer, at=clock.now())
        before = set(files.folder().rglob("*"))
        ballast = disk / "ballast"
        _fill(ballast)
        Section.objects.filter(strategy=strategy, slug="part-1").update(body="<p>Something new.</p>")

        second, job = request(strategy, officer)
        failed = finished(job, seconds=120)

        assert (failed.state, failed.attempts) == (JobState.FAILED, 3)
        assert failed.reason == "There is no space left to store the file."
        assert {path for path in files.folder().rglob("*") if path.is_file()} <= before
        second.refresh_from_db()
        assert not second.is_composed
        assert list(strategy.editions.public(at=clock.now())) == [first]
        assert_composed_once(first)

        ballast.unlink()
        jobs.retry_job(job=failed, by=officer, at=clock.now())

        assert finished(job, seconds=120).state == JobState.DONE
        assert_composed_once(second)
        worker.stop()
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def _fill(ballast):
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return
