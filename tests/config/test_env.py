import subprocess
import sys
from pathlib import Path

import pytest

from config import env
from tests.tools.processes import ROOT

GOOD = {
    "DATABASE_URL": "postgresql://portal:p%40ss@db.example.org:5433/portal?sslmode=require",
    "REDIS_URL": "redis://redis.example.org:6379/0",
    "SECRET_KEY": "k3%yJ" * 12,
    "PUBLIC_URL": "https://care.example.org",
}


def run(words, **environment):
    return subprocess.run(words, cwd=ROOT, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True)


def test_good_environment_is_read():
    environment = env.read(GOOD)

    assert environment.database == env.Database(
        name="portal",
        user="portal",
        password="p@ss",
        host="db.example.org",
        port="5433",
        options={"sslmode": "require"},
    )
    assert (environment.debug, environment.is_https, environment.allowed_hosts) == (False, True, ["care.example.org"])


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("postgresql://app@%2Ftmp%2FPg-1/app", "/tmp/Pg-1"),
        ("postgres://app@/app?host=/tmp/Pg-1", "/tmp/Pg-1"),
        ("postgresql:///app", ""),
    ],
)
def test_database_behind_a_socket(address, host):
    database = env.read({**GOOD, "DATABASE_URL": address}).database

    assert (database.host, database.name, database.options) == (host, "app", {})


def test_redis_behind_a_socket_has_its_own_name_for_the_broker():
    environment = env.read({**GOOD, "REDIS_URL": "unix:///tmp/redis/s?db=3"})

    assert environment.broker_url == "redis+socket:///tmp/redis/s?virtual_host=3"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("console:", ("console.EmailBackend", "", 25, False, False)),
        ("smtp://mail.example.org", ("smtp.EmailBackend", "mail.example.org", 25, False, False)),
        ("smtp+tls://u:p@mail.example.org:2525", ("smtp.EmailBackend", "mail.example.org", 2525, True, False)),
        ("smtps://mail.example.org", ("smtp.EmailBackend", "mail.example.org", 465, False, True)),
    ],
)
def test_mail_addresses(address, expected):
    email = env.read({**GOOD, "EMAIL_URL": address}).email

    backend = email.backend.removeprefix("django.core.mail.backends.")
    assert (backend, email.host, email.port, email.use_tls, email.use_ssl) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 80),
        ("PUBLIC_URL", "care.example.org"),
        ("PUBLIC_URL", "ftp://care.example.org"),
        ("PUBLIC_URL", "https://care.example.org/portal"),
        ("PUBLIC_URL", "https://care.example.org:port"),
        ("PUBLIC_URL", "https://[care"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "https://care.example.org"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "sqlite:///db"),
        ("DATABASE_URL", "postgresql://db.example.org"),
        ("DATABASE_URL", "postgresql://db.example.org:port/portal"),
        ("DATABASE_URL", "postgresql://db.example.org/portal?sslmode"),
        ("REDIS_URL", ""),
        ("REDIS_URL", "memcached://127.0.0.1"),
        ("REDIS_URL", "redis://127.0.0.1/first"),
        ("REDIS_URL", "unix://"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "all"),
        ("STATEMENT_TIMEOUT", "0"),
        ("STATEMENT_TIMEOUT", "10s"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("WEB_CONCURRENCY", "0"),
        ("WEB_THREADS", "many"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://mail.example.org:port"),
        ("EMAIL_FROM", "nobody"),
        ("EMAIL_FROM", "a@b.example\nBcc: c@d.example"),
        ("OCID_PREFIX", "ocds-1"),
        ("OCID_PREFIX", "OCDS-A1B2C3"),
        ("OCID_PREFIX", "ocds-h6vhtk"),
        ("MEDIA_ROOT", "media"),
        ("MEDIA_ROOT", __file__),
        ("STATIC_ROOT", "static"),
        ("SENTRY_DSN", "https://errors.example.org"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_wrong_value_is_refused_in_one_plain_sentence(name, value):
    with pytest.raises(env.WrongEnvironment) as refused:
        env.read({**GOOD, name: value})

    sentence = str(refused.value)
    assert name in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_uploads_may_not_lie_among_static_files(tmp_path):
    with pytest.raises(env.WrongEnvironment, match="separate folders"):
        env.read({**GOOD, "STATIC_ROOT": str(tmp_path), "MEDIA_ROOT": str(tmp_path / "media")})


@pytest.mark.parametrize("name", ["DATABASE_URL", "EMAIL_URL", "REDIS_URL"])
def test_no_message_repeats_a_password(name):
    with pytest.raises(env.WrongEnvironment) as refused:
        env.read({**GOOD, name: "wrong://user:hunter2@example.org"})

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "words",
    [
        [sys.executable, "manage.py", "check"],
        [sys.executable, "manage.py", "migrate"],
        [sys.executable, "manage.py", "load_fixtures"],
        [sys.executable, "-m", "pytest", "-q", "tests/config/test_env.py"],
        [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"],
        [sys.executable, "-m", "celery", "-A", "config", "worker"],
    ],
    ids=lambda words: " ".join(words[1:]),
)
def test_without_a_database_every_command_says_what_to_set(words):
    result = run(words, SECRET_KEY=GOOD["SECRET_KEY"])

    said = [line for line in (result.stdout + result.stderr).splitlines() if line.strip()]
    assert said == [
        "Set DATABASE_URL to your PostgreSQL database, such as postgresql://portal:password@127.0.0.1:5432/portal."
    ]
    assert result.returncode != 0


@pytest.mark.parametrize("address", ["https://care.example.org", "http://127.0.0.1:8000"])
def test_security_follows_the_scheme_of_the_public_address(address):
    names = [
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD",
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
    ]
    show = f"from config import settings; print(*[getattr(settings, name) for name in {names}])"

    result = run([sys.executable, "-c", show], **{**GOOD, "PUBLIC_URL": address})

    secure = "True True True 63072000 True True __Host-session __Host-csrf\n"
    plain = "False False False 0 False False session csrf\n"
    assert result.stdout == (secure if address.startswith("https") else plain), result.stderr


def test_example_names_every_variable_and_nothing_else():
    asked = set()

    class Recorded(dict):
        def get(self, name, default=None):
            asked.add(name)
            return super().get(name, default)

    env.read(Recorded(GOOD))

    lines = (ROOT / ".env.example").read_text().splitlines()
    told = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert told == asked | {"DATABASE_PASSWORD", "POSTGRES_PASSWORD", "TLS_FOLDER"}


def test_example_can_be_read_as_it_stands():
    lines = (ROOT / ".env.example").read_text().splitlines()

    example = env.read(dict(line.split("=", 1) for line in lines if line and not line.startswith("#")))

    assert (example.debug, example.is_https, example.media_root) == (False, True, Path("/srv/media"))


def test_nothing_else_reads_the_environment():
    apps = ["config", "strategies", "tenders", "providers", "commissioning", "core"]
    readers = {
        str(path.relative_to(ROOT))
        for app in apps
        for path in (ROOT / app).rglob("*.py")
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
    }

    # These hand the environment on to config.env, name the settings module, or pass a few variables to a child process.
    assert readers <= {
        "config/celery.py",
        "config/gunicorn.py",
        "config/settings.py",
        "config/wsgi.py",
        "core/pdf/renderer.py",
    }
