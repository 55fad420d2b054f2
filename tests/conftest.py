"""What every test may use: private files, real workers, a spare Redis, and a browser."""

import gc
import os
import shutil
from itertools import count

import pytest
from django.core.cache import cache
from django.test import TransactionTestCase

from tests.tools import database
from tests.tools.browser import FLAGS, chromium_path, open_window
from tests.tools.html import JAR, HtmlChecker
from tests.tools.processes import SpareRedis, WebServer, Worker


@pytest.fixture(scope="session", autouse=True)
def _quickly_emptied():
    """Empty the database after a test that commits by the portal's own way, which append-only tables do not hinder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: database.empty())
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what needs Chromium or the HTML checker, so that bin/test --fast can leave it out."""
    for item in items:
        if {"browse", "_chromium", "html_checker"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


def pytest_collection_finish():
    """Search less for garbage, and not among modules and collected tests: that was an eighth of the tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 20)


@pytest.fixture(scope="session")
def _media_folders(tmp_path_factory):
    """Folders that are made by what is first stored in them; pytest would make one for each test."""
    return (tmp_path_factory.getbasetemp() / f"media-{number}" for number in count())


@pytest.fixture(autouse=True)
def _own_files_and_cache(settings, _media_folders):
    """Give each test its own folder for files and an empty cache."""
    settings.MEDIA_ROOT = next(_media_folders)
    yield
    cache.clear()


@pytest.fixture
def start_worker(transactional_db, tmp_path):
    """Return a function that starts a real Celery worker on this test's database, ready for jobs.

    Its arguments are `concurrency` and further environment variables, such as REDIS_URL.
    """
    workers = []

    def start(**options):
        worker = Worker(tmp_path / f"worker-{len(workers)}.log", **options)
        workers.append(worker)
        return worker.wait_until_ready()

    yield start
    for worker in workers:
        worker.kill()


@pytest.fixture
def worker(start_worker, clean_redis):
    """A real Celery worker on this test's database, beginning with an empty queue."""
    return start_worker()


@pytest.fixture
def start_web(transactional_db, tmp_path):
    """Return a function that starts the production web server on this test's database.

    Its arguments are environment variables, such as DATABASE_URL. `get(path)` asks it for a page.
    """
    servers = []

    def start(**more):
        server = WebServer(tmp_path / f"web-{len(servers)}.log", **more)
        servers.append(server)
        return server.wait_until_ready()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def clean_redis(settings):
    """An empty Redis database at REDIS_URL, emptied again after the test. Returns a client."""
    import redis

    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def spare_redis(tmp_path):
    """A Redis server of this test's own, to stop, kill and start again."""
    server = SpareRedis(tmp_path / "spare-redis")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _chromium():
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    assert path, "Chromium is missing: bin/test installs it, or type: apt-get install chromium"
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browse(_chromium, live_server):
    """Return a function that opens a browser window on the running site.

    `browse(width=320, javascript=False)` gives a `Watched`: its `page` is Playwright's, with `live_server`
    as base address, so that `browse().page.goto("/")` works.
    """
    windows = []

    def window(**options):
        windows.append(open_window(_chromium, live_server.url, **options))
        return windows[-1]

    yield window
    for one in windows:
        one.page.context.close()


@pytest.fixture(scope="session")
def html_checker(tmp_path_factory):
    """The Nu HTML checker: `html_checker.problems(html)` returns one line for each error."""
    assert shutil.which("java"), "Java is missing: bin/test installs it, or type: apt-get install default-jre-headless"
    assert JAR.exists(), "The HTML checker is missing: bin/test installs it, or type: npm ci --ignore-scripts"
    with (tmp_path_factory.mktemp("html-checker") / "log").open("wb") as log:
        checker = HtmlChecker(log)
        yield checker
        checker.stop()
