"""Every environment variable the portal reads, checked once at the start.

Nothing else in the project reads the environment. `.env.example` tells what each variable means and what it is
when left out. A value that cannot be right stops the program with one plain sentence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}
DEVELOPMENT_SECRET_KEY = "only-for-development-never-for-a-site-that-people-use"


class WrongEnvironment(Exception):
    """An environment variable is missing or cannot be right. The message is one sentence for the operator."""


@dataclass(frozen=True)
class Database:
    """Where PostgreSQL is, in Django's words."""

    name: str
    user: str
    password: str
    host: str
    port: str
    options: dict[str, str]


@dataclass(frozen=True)
class Email:
    """How mail leaves the portal: Django's backend and its settings."""

    backend: str
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False
    file_path: str = ""


@dataclass(frozen=True)
class Environment:
    """The checked environment."""

    debug: bool
    secret_key: str
    public_url: str
    public_host: str
    is_https: bool
    allowed_hosts: list[str]
    trusted_proxies: int
    database: Database
    statement_timeout: int
    redis_url: str
    broker_url: str
    email: Email
    email_from: str
    contact_email: str
    ocid_prefix: str
    media_root: Path
    static_root: Path
    reminder_days: int
    stale_days: int
    overdue_days: int
    invitation_days: int
    vacancy_days: int
    opportunity_weeks: int
    engagement_kept_days: int
    contract_lead_months: int
    alerts_minutes: int
    alerts_hour: int
    alerts_weekday: int
    sentry_dsn: str
    log_level: str
    port: int
    web_processes: int
    web_threads: int


def read(environ: Mapping[str, str]) -> Environment:
    """Read and check the environment.

    :raises WrongEnvironment: at the first variable that is missing or cannot be right.
    """
    database = _database(environ)
    debug = _boolean(environ, "DEBUG")
    public_url, public_host, is_https = _public_url(environ)
    redis_url = _redis_url(environ)
    media_root = _folder(environ, "MEDIA_ROOT", BASE_DIR / ".local" / "media")
    static_root = _folder(environ, "STATIC_ROOT", BASE_DIR / ".local" / "static")
    if media_root == static_root or static_root in media_root.parents or media_root in static_root.parents:
        raise WrongEnvironment(
            "MEDIA_ROOT and STATIC_ROOT must be separate folders, neither inside the other: "
            "what people upload is private."
        )
    reminder_days, stale_days, overdue_days = _confirmation_days(environ)
    return Environment(
        database=database,
        debug=debug,
        secret_key=_secret_key(environ, debug=debug),
        public_url=public_url,
        public_host=public_host,
        is_https=is_https,
        allowed_hosts=_allowed_hosts(environ, public_host),
        trusted_proxies=_whole_number(environ, "TRUSTED_PROXIES", default=0, lowest=0, highest=9),
        statement_timeout=_whole_number(environ, "STATEMENT_TIMEOUT", default=10, lowest=1, highest=3600),
        redis_url=redis_url,
        broker_url=_broker_url(redis_url),
        email=_email(environ),
        email_from=_email_from(environ, public_host),
        contact_email=_contact_email(environ, public_host),
        ocid_prefix=_ocid_prefix(environ),
        media_root=media_root,
        static_root=static_root,
        reminder_days=reminder_days,
        stale_days=stale_days,
        overdue_days=overdue_days,
        invitation_days=_whole_number(environ, "INVITATION_DAYS", default=14, lowest=1, highest=90),
        vacancy_days=_whole_number(environ, "VACANCY_DAYS", default=14, lowest=1, highest=365),
        opportunity_weeks=_whole_number(environ, "OPPORTUNITY_STALE_WEEKS", default=26, lowest=1, highest=520),
        engagement_kept_days=_whole_number(environ, "ENGAGEMENT_KEPT_DAYS", default=180, lowest=1, highest=1095),
        contract_lead_months=_whole_number(environ, "CONTRACT_LEAD_MONTHS", default=18, lowest=0, highest=120),
        alerts_minutes=_whole_number(environ, "ALERTS_MINUTES", default=5, lowest=1, highest=60),
        alerts_hour=_whole_number(environ, "ALERTS_HOUR", default=7, lowest=3, highest=23),
        alerts_weekday=_whole_number(environ, "ALERTS_WEEKDAY", default=1, lowest=1, highest=7),
        sentry_dsn=_sentry_dsn(environ),
        log_level=_log_level(environ),
        port=_whole_number(environ, "PORT", default=8000, lowest=1, highest=65535),
        web_processes=_whole_number(environ, "WEB_CONCURRENCY", default=2, lowest=1, highest=64),
        web_threads=_whole_number(environ, "WEB_THREADS", default=4, lowest=1, highest=64),
    )


def _text(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()


def _boolean(environ: Mapping[str, str], name: str) -> bool:
    value = _text(environ, name).lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise WrongEnvironment(f"{name} must be 1 or 0, not {value!r}.")


def _whole_number(environ: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    value = _text(environ, name)
    if not value:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", value) or not lowest <= int(value) <= highest:
        raise WrongEnvironment(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}.")
    return int(value)


def _secret_key(environ: Mapping[str, str], *, debug: bool) -> str:
    value = _text(environ, "SECRET_KEY")
    if not value and debug:
        return DEVELOPMENT_SECRET_KEY
    if not value:
        raise WrongEnvironment("Set SECRET_KEY to a long random text of 50 characters or more, and keep it secret.")
    if not debug and (len(value) < 50 or len(set(value)) < 5):
        raise WrongEnvironment("SECRET_KEY is too easy to guess: make it 50 random characters or more.")
    return value


def _public_url(environ: Mapping[str, str]) -> tuple[str, str, bool]:
    value = _text(environ, "PUBLIC_URL") or "http://127.0.0.1:8000"
    problem = WrongEnvironment(
        f"PUBLIC_URL must be the site's own address, such as https://care.example.org, not {value!r}."
    )
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise problem from None
    if parts.scheme not in {"http", "https"} or not host or parts.path.strip("/") or parts.query or parts.username:
        raise problem
    return f"{parts.scheme}://{parts.netloc}", host, parts.scheme == "https"


def _allowed_hosts(environ: Mapping[str, str], public_host: str) -> list[str]:
    hosts = [host.strip() for host in _text(environ, "ALLOWED_HOSTS").split(",") if host.strip()]
    for host in hosts:
        if host == "*" or "/" in host or ":" in host or " " in host:
            raise WrongEnvironment(
                f"ALLOWED_HOSTS must be host names with commas between them, such as care.example.org, not {host!r}."
            )
    return list(dict.fromkeys([public_host, *hosts]))


def _database(environ: Mapping[str, str]) -> Database:
    value = _text(environ, "DATABASE_URL")
    example = "postgresql://portal:password@127.0.0.1:5432/portal"
    if not value:
        raise WrongEnvironment(f"Set DATABASE_URL to your PostgreSQL database, such as {example}.")
    # The value may hold a password, so no message repeats it.
    problem = WrongEnvironment(f"DATABASE_URL must be the address of a PostgreSQL database, such as {example}.")
    try:
        parts = urlsplit(value)
        port = str(parts.port or "")
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise problem from None
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name or "/" in name:
        raise problem
    options = {key: values[-1] for key, values in query.items()}
    # `hostname` would lower the case of a socket folder's path.
    host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0]) or options.pop("host", "")
    return Database(
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=host,
        port=port or options.pop("port", ""),
        options=options,
    )


def _redis_url(environ: Mapping[str, str]) -> str:
    value = _text(environ, "REDIS_URL")
    example = "redis://127.0.0.1:6379/0"
    if not value:
        raise WrongEnvironment(f"Set REDIS_URL to your Redis server, such as {example}.")
    problem = WrongEnvironment(f"REDIS_URL must be the address of a Redis server, such as {example}.")
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise problem from None
    if parts.scheme in {"redis", "rediss"} and host and re.fullmatch(r"(/[0-9]*)?", parts.path):
        return value
    if parts.scheme == "unix" and parts.path.startswith("/") and len(parts.path) > 1:
        return value
    raise problem


def _broker_url(redis_url: str) -> str:
    # Celery's transport has its own name for a Redis behind a Unix socket.
    if redis_url.startswith("unix://"):
        parts = urlsplit(redis_url)
        database = parse_qs(parts.query).get("db", ["0"])[-1]
        return f"redis+socket://{parts.path}?virtual_host={database}"
    return redis_url


def _email(environ: Mapping[str, str]) -> Email:
    value = _text(environ, "EMAIL_URL") or "console:"
    problem = WrongEnvironment(
        "EMAIL_URL must be console:, a folder such as file:///var/mail/portal, or a mail server such as "
        "smtp+tls://user:password@mail.example.org:587."
    )
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise problem from None
    if parts.scheme == "console":
        return Email(backend="django.core.mail.backends.console.EmailBackend")
    if parts.scheme == "file" and parts.path.startswith("/"):
        return Email(backend="django.core.mail.backends.filebased.EmailBackend", file_path=unquote(parts.path))
    ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
    if parts.scheme not in ports or not parts.hostname or parts.path.strip("/"):
        raise problem
    return Email(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=port or ports[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=parts.scheme == "smtp+tls",
        use_ssl=parts.scheme == "smtps",
    )


def _email_from(environ: Mapping[str, str], public_host: str) -> str:
    value = _text(environ, "EMAIL_FROM") or f"no-reply@{public_host}"
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+|[^<>\r\n]+ <[^@\s<>]+@[^@\s<>]+>", value):
        raise WrongEnvironment(
            f"EMAIL_FROM must be an email address, such as no-reply@care.example.org, not {value!r}."
        )
    return value


def _contact_email(environ: Mapping[str, str], public_host: str) -> str:
    value = _text(environ, "CONTACT_EMAIL") or f"contact@{public_host}"
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value):
        raise WrongEnvironment(f"CONTACT_EMAIL must be an email address, such as care@example.org, not {value!r}.")
    return value


def _ocid_prefix(environ: Mapping[str, str]) -> str:
    value = _text(environ, "OCID_PREFIX") or "ocds-sample"
    if not re.fullmatch(r"ocds-[a-z0-9]{6}", value):
        raise WrongEnvironment(
            f"OCID_PREFIX must be ocds- and the six letters or digits registered for you, such as ocds-a1b2c3, "
            f"not {value!r}."
        )
    if value == "ocds-h6vhtk":
        raise WrongEnvironment("OCID_PREFIX must be your own: ocds-h6vhtk belongs to Find a Tender.")
    return value


def _folder(environ: Mapping[str, str], name: str, default: Path) -> Path:
    value = _text(environ, name)
    if not value:
        return default
    path = Path(value)
    if not path.is_absolute():
        raise WrongEnvironment(f"{name} must be a folder's whole path, starting with /, not {value!r}.")
    if path.exists() and not path.is_dir():
        raise WrongEnvironment(f"{name} must be a folder, and {value} is a file.")
    return path


def _confirmation_days(environ: Mapping[str, str]) -> tuple[int, int, int]:
    reminder = _whole_number(environ, "CONFIRMATION_REMINDER_DAYS", default=76, lowest=1, highest=3650)
    stale = _whole_number(environ, "CONFIRMATION_STALE_DAYS", default=90, lowest=1, highest=3650)
    overdue = _whole_number(environ, "CONFIRMATION_OVERDUE_DAYS", default=180, lowest=1, highest=3650)
    if not reminder < stale < overdue:
        raise WrongEnvironment(
            "CONFIRMATION_REMINDER_DAYS must be fewer than CONFIRMATION_STALE_DAYS, and those fewer than "
            f"CONFIRMATION_OVERDUE_DAYS, not {reminder}, {stale} and {overdue}."
        )
    return reminder, stale, overdue


def _sentry_dsn(environ: Mapping[str, str]) -> str:
    value = _text(environ, "SENTRY_DSN")
    if value and not re.fullmatch(r"https?://[^@\s]+@[^@\s]+/[0-9]+", value):
        raise WrongEnvironment("SENTRY_DSN must be the address that your error tracker shows for this project.")
    return value


def _log_level(environ: Mapping[str, str]) -> str:
    value = _text(environ, "LOG_LEVEL").upper() or "INFO"
    if value not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise WrongEnvironment(f"LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR, not {value!r}.")
    return value
