"""The logs hold no words of a one-time link, by whichever server or line they would come in."""

import datetime as dt
import logging
import re
import uuid
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from gunicorn.config import Config

from config.access_log import SECRET, AccessLog, without_questions, without_secrets
from providers.tokens import new_token
from tenders.alerts import links
from tenders.models import Registration
from tenders.services.replies import token_of

pytestmark = pytest.mark.django_db
TOKEN = new_token()
# Each kind of words that links of ours are made of.
KINDS = {
    "random": TOKEN,
    "reply": token_of(Registration()),
    "alerts": links.token(links.Purpose.MANAGE, uuid.uuid4()),
}
# As Django's own generator writes them: no capital, no underscore.
RESET = "cm3f7w-0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def names_of_secrets(resolver, namespaces=()):
    """The names of all addresses that hold a link's secret words, from the resolver itself."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from names_of_secrets(pattern, inner)
        elif "token" in getattr(pattern.pattern, "converters", {}):
            yield ":".join([*namespaces, pattern.name])


NAMES = sorted(set(names_of_secrets(get_resolver())))


def address(name, token=TOKEN):
    return reverse(name, kwargs={"token": token})


def test_there_are_links_with_secrets():
    assert {"providers:invitation", "providers:confirm"} <= set(NAMES)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_no_secret_of_a_link_is_logged(name, kind):
    token = KINDS[kind]
    path = address(name, token)

    assert token in path
    assert without_secrets(path) == path[: path.index(token)] + "[secret]"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/care/\n10.0.0.1 GET /admin/ 200", "/care/%0A10.0.0.1 GET /admin/ 200"),
        ("/care/\r\x1b[2Jx\x85\u2028", "/care/%0D%1B[2Jx%85%3F"),
        (f"/workspace/invitations/{TOKEN}/\nand more", "/workspace/invitations/[secret]"),
        ("/care/café/", "/care/café/"),
    ],
    # Test processes side by side must name their tests alike, and the secret is another in each.
    ids=["line", "control", "secret", "letters"],
)
def test_a_path_begins_no_line_of_its_own(path, shown):
    assert without_secrets(path) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/account/password/reset/key/1-{RESET}/", "/account/password/reset/key/[secret]"),
        ("/account/confirm-email/MQ:1sXyZ2:abc/", "/account/confirm-email/[secret]"),
        ("/workspace/confirm/" + "aB%3A" * 9, "/workspace/confirm/[secret]"),
    ],
)
def test_no_secret_of_an_account_is_logged(path, shown):
    assert without_secrets(path) == shown


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/account/password/reset/key/done/",
        "/account/confirm-email/",
        "/care/the-home-with-a-very-long-name-in-the-town-of-somewhere/",
        f"/care/x/photos/{'0a' * 32}.jpg",
        "/opportunities/CE-2027-0001/",
        "/static/css/site.0123456789ab.css",
    ],
)
def test_other_addresses_are_logged_whole(path):
    assert without_secrets(path) == path


def test_web_server_logs_no_secret():
    log = AccessLog(Config())
    request = SimpleNamespace(headers=[], method="GET", uri=address("providers:confirm"))
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": request.uri, "PATH_INFO": request.uri, "SERVER_PROTOCOL": "HTTP/1.1"}
    response = SimpleNamespace(status="200 OK", sent=10, headers=[])

    atoms = log.atoms(response, request, environ, dt.timedelta(seconds=1))

    assert atoms["U"] == "/workspace/confirm/[secret]"


def test_nginx_logs_no_secret():
    config = (Path(settings.BASE_DIR) / "deploy" / "nginx.conf").read_text()

    (pattern,) = re.findall(r'"~(\^\(\?<shown>.*\$)" "\$\{shown\}\[secret\]";', config)

    assert pattern.replace("(?<shown>", "(?P<shown>") == SECRET.pattern
    assert "$uri" not in re.search(r"log_format plain.*", config)[0]


def test_refused_form_tells_of_no_secret(caplog):
    logging.getLogger("django.security.csrf").addHandler(caplog.handler)

    answer = Client(enforce_csrf_checks=True).post(address("tenders:registration", KINDS["reply"]))

    assert answer.status_code == 403
    assert any("/registrations/[secret]" in message for message in caplog.messages)
    assert KINDS["reply"] not in caplog.text


def test_django_tells_of_no_secret(client, caplog):
    logging.getLogger("django.request").addHandler(caplog.handler)

    answer = client.get(address("providers:confirm"))

    assert answer.status_code == 404
    assert "Not Found: /workspace/confirm/[secret]" in caplog.messages
    assert TOKEN not in caplog.text


def test_error_report_tells_of_no_question_and_no_secret():
    url = f"https://portal.example{address('tenders:registration', KINDS['reply'])}?near=DH1"
    request = {"url": url, "method": "GET", "query_string": "near=DH1", "headers": {"Referer": url}, "data": {"a": 1}}

    report = without_questions({"message": "It broke.", "request": request})

    assert report == {
        "message": "It broke.",
        "request": {"url": "https://portal.example/registrations/[secret]", "method": "GET"},
    }
    assert without_questions({"message": "A job broke."}) == {"message": "A job broke."}
