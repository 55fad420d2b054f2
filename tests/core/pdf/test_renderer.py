"""The renderer's fence: whatever a document asks for, the answer is a PDF or a plain refusal, in time."""

import datetime as dt
import signal
import subprocess
import sys
import time

import pytest

from core.pdf import Limits, RenderFailed, render_pdf, renderer
from core.pdf.fetcher import AssetFetcher, RefusedResource
from core.pdf.protocol import Request, message, parse
from tests.tools.sampling import sample

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
ENOUGH = Limits(wall_seconds=100, cpu_seconds=40)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def page(body, head=""):
    return f'<!DOCTYPE html><html lang="en-GB"><head><title>A page</title>{head}</head><body>{body}</body></html>'


def render(html, *, assets=None, limits=ENOUGH, **more):
    return render_pdf(html=html, assets=assets or {}, created_at=NOON, limits=limits, **more)


def test_a_document_becomes_a_pdf_with_its_pages_counted_and_links_are_kept_and_not_followed():
    link = '<p><a href="https://example.org/">A place</a></p>'

    pdf = render(page(f"<h1>One</h1>{link}<h2 style='break-before: page'>Two</h2>"))

    assert pdf.content.startswith(b"%PDF-1.7")
    assert pdf.pages == 2
    assert pdf.size == len(pdf.content)


def test_the_same_document_gives_the_same_bytes_and_another_moment_others():
    html = page("<h1>Same</h1><table><thead><tr><th>A</th></tr></thead><tr><td>1</td></tr></table>")

    first, second = render(html), render(html)
    later = render_pdf(html=html, assets={}, created_at=NOON + dt.timedelta(days=1), limits=ENOUGH)

    assert first.content == second.content
    assert first.content != later.content


def test_progress_names_the_steps_in_order_in_the_callers_own_process():
    seen = []

    render(page("<h1>One</h1>"), on_progress=lambda step, number: seen.append((step, number)))

    assert seen[0] == ("layout", 1)
    assert [step for step, _ in seen if step != "layout"] == ["writing", "checking"]


def test_what_progress_raises_ends_the_work_and_is_passed_on():
    def cancel(step, number):
        raise KeyError("the job belongs to another worker now")

    with pytest.raises(KeyError, match="another worker"):
        render(page("<h1>One</h1>"), on_progress=cancel)


def test_large_print_is_laid_out_larger():
    style = "<style>html.large-print { font-size: 60pt }</style>"
    html = page("<h1>Words</h1>" + "<p>Some words to read.</p>" * 20, style)

    standard, large = render(html), render(html, large_print=True)

    assert (standard.pages, large.pages > 1) == (1, True)


def test_given_assets_and_small_data_images_are_served():
    html = page(
        f'<h1>A</h1><img src="door.svg" alt="A door"><img src="data:image/png;base64,{PNG}" alt="A dot">',
        '<link rel="stylesheet" href="look/print.css">',
    )
    assets = {
        "door.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
        "look/print.css": b"body { background: url(../door.svg) } h1 { break-after: page }",
    }

    pdf = render(html, assets=assets)

    assert pdf.pages == 2


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "http://127.0.0.1:9/x.png",
        "https://example.org/x.png",
        "ftp://example.org/x.png",
        "asset:///not-given.png",
        "asset:///../etc/passwd",
        "asset://elsewhere/door.svg",
        "data:text/html,%3Cp%3E",
        "data:image/png;base64,@@@",
        "data:image/png;base64," + "A" * 800_000,
        "javascript:alert(1)",
        "",
    ],
    ids=range(13),
)
def test_the_fetcher_serves_nothing_else(url):
    fetcher = AssetFetcher({"door.svg": b"<svg/>"})

    with pytest.raises(RefusedResource):
        fetcher.fetch(url)

    assert fetcher.refused.startswith(url[:100])


def test_the_fetcher_follows_no_redirect():
    handlers = [type(handler).__name__ for handler in AssetFetcher({}).handlers]

    assert "HTTPRedirectHandler" not in handlers


@pytest.mark.parametrize(
    "body",
    sample(
        [
            '<img src="file:///etc/passwd" alt="x">',
            '<object data="file:///etc/passwd">x</object>',
            '<a rel="attachment" href="file:///etc/passwd">x</a>',
            '<p style="background: url(http://127.0.0.1:9/)">x</p>',
            '<ul><li style="list-style-image: url(file:///etc/passwd)">x</li></ul>',
            '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>x</title>'
            '<image href="file:///etc/passwd" width="9" height="9"/></svg>',
            "<img alt='x' src=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E"
            "%3Cimage href='file:///etc/passwd' width='9' height='9'/%3E%3C/svg%3E\">",
            '<style>@import url("http://127.0.0.1:9/x.css");</style><p>x</p>',
            '<style>@font-face { font-family: F; src: url("file:///etc/passwd") } p { font-family: F }</style><p>x</p>',
        ],
        every=3,
    ),
    ids=["img", "object", "attachment", "background", "marker", "svg", "data-svg", "import", "font"],
)
def test_what_the_document_was_not_given_is_refused(body):
    with pytest.raises(RenderFailed, match="may not use") as refusal:
        render(page(f"<h1>A</h1>{body}"))

    assert refusal.value.kind == "refused"


def test_a_base_address_does_not_widen_what_is_served():
    with pytest.raises(RenderFailed) as refusal:
        render(page('<h1>A</h1><img src="passwd" alt="x">', '<base href="file:///etc/">'))

    assert refusal.value.kind == "refused"


@pytest.mark.parametrize(
    ("html", "sentence"),
    sample(
        [
            (page('<h1>A</h1><img src="data:image/png;base64,AAAA">'), "no text alternative"),
            (page('<h1>A</h1><img src="data:image/png;base64,AAAA" alt="">'), "no text alternative"),
            (page("<h1>A</h1><svg xmlns='http://www.w3.org/2000/svg'></svg>"), "no title"),
            (page("<h1>A</h1><h3>B</h3>"), "skips a level"),
            ("<html><head><title>T</title></head><body><h1>A</h1></body></html>", "its language"),
            ("<html lang='en'><body><h1>A</h1></body></html>", "no title"),
        ],
        every=3,
    ),
)
def test_what_would_not_be_accessible_is_refused_by_name(html, sentence):
    with pytest.raises(RenderFailed, match=sentence) as refusal:
        render(html)

    assert refusal.value.kind == "content"


VAR_BOMB = (
    "<style>:root{--a0:x"
    + "".join(f";--a{n}:" + f"var(--a{n - 1}) " * 10 for n in range(1, 12))
    + "}p::before{content:var(--a11)}</style><p>x</p>"
)


@pytest.mark.parametrize(
    "body",
    [
        "<div style='display:flex'>" * 30 + "x",
        VAR_BOMB,
        "<ol>" + "<li>x</li>" * 100_000 + "</ol>",
    ],
    ids=["flex", "var", "list"],
)
def test_a_document_that_never_ends_is_ended(body):
    with pytest.raises(RenderFailed) as refusal:
        render(page(f"<h1>A</h1>{body}"), limits=Limits(wall_seconds=20, cpu_seconds=2))

    assert refusal.value.kind in ("timeout", "memory", "content")


@pytest.mark.parametrize(
    "body",
    sample(
        [
            "<table>" + "<tr><td><table>" * 80,
            "<div>" * 4000,
            "<table><tr><td colspan='1000000000'>x</td></tr></table>",
            "<p style='font-size: 100000000px'>x</p>",
        ],
        every=2,
    ),
    ids=["tables", "depth", "colspan", "font"],
)
def test_a_document_that_breaks_the_renderer_is_a_plain_refusal_or_a_pdf(body):
    try:
        outcome = (
            render(
                page(f"<h1>A</h1>{body}"), limits=Limits(wall_seconds=20, cpu_seconds=6, memory_bytes=700 << 20)
            ).pages
            > 0
        )
    except RenderFailed as refusal:
        outcome = refusal.kind in ("content", "memory", "timeout", "crash")

    assert outcome


def test_more_memory_than_allowed_is_refused():
    with pytest.raises(RenderFailed) as refusal:
        render(page("<h1>A</h1>" + "<p>word </p>" * 20_000), limits=Limits(memory_bytes=160 << 20, wall_seconds=60))

    assert refusal.value.kind in ("memory", "crash")


def test_a_pdf_larger_than_allowed_is_refused():
    with pytest.raises(RenderFailed) as refusal:
        render(page("<h1>A</h1><p>Words</p>"), limits=Limits(output_bytes=500, wall_seconds=60))

    assert refusal.value.kind == "size"


def test_the_process_sees_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary-in-the-environment")

    environment = renderer._environment("scratch")

    assert "SECRET_KEY" not in environment
    assert "canary-in-the-environment" not in environment.values()


def test_the_process_finds_what_python_has_compiled_where_the_portal_keeps_it(monkeypatch):
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "/var/cache/portal")
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)

    environment = renderer._environment("scratch")

    assert environment["PYTHONPYCACHEPREFIX"] == "/var/cache/portal"
    assert "PYTHONDONTWRITEBYTECODE" not in environment


@pytest.mark.skipif(sys.platform != "linux", reason="dies with its parent by signal on Linux only")
def test_the_process_dies_with_its_parent():
    program = (
        "import datetime as dt, sys\n"
        "from core.pdf import render_pdf\n"
        "html = '<html lang=en><head><title>T</title></head><body><h1>A</h1>' + '<div style=display:flex>' * 30\n"
        "render_pdf(html=html, assets={}, created_at=dt.datetime.now(dt.UTC),"
        " on_progress=lambda *told: print('told', flush=True))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    children = f"/proc/{parent.pid}/task/{parent.pid}/children"
    child = ""
    deadline = time.monotonic() + 60
    while not child and time.monotonic() < deadline:
        with open(children) as listed:
            child = listed.read().strip()
        time.sleep(0.05)
    time.sleep(1)

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    while time.monotonic() < deadline and _runs(child):
        time.sleep(0.05)
    assert child and not _runs(child)


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_request_is_read_as_it_was_written(tmp_path):
    request = Request(
        html="<p>£5 – “ok”</p>", assets={"a": b"\x00\n{}", "b": b""}, created="2026-01-01T00:00:00Z", large_print=True
    )
    file = tmp_path / "request"
    with file.open("wb") as stream:
        request.write(stream)

    with file.open("rb") as stream:
        found = Request.read(stream)

    assert found == request
    assert parse(message(pages=1).encode()) == {"pages": 1}
