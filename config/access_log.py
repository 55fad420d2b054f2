"""What logs and error reports keep of an address: no query, nor a one-time link's words, with which one could be another."""

from __future__ import annotations

import logging
import re
from typing import Any
from urllib.parse import quote

from gunicorn.glogging import Logger

# The words of a link are long and hold a capital, an underscore or a colon, which no slug does; or they are 64 digits of
# a keyed hash, which otherwise only the name of a photo is; those of a new password are known by their place.
# deploy/nginx.conf holds the same.
SECRET = re.compile(
    r"^(?P<shown>.*?/)(?:(?=[^/]*[A-Z_:])[A-Za-z0-9_:=%-]{20,}|[0-9a-f]{64}(?![.]jpg)|(?<=/password/reset/key/)(?!done/)[^/]|(?<=/confirm-email/)[^/]).*$"
)


# What would begin another line of the log: a path comes decoded, and may hold any byte.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def without_secrets(path: str) -> str:
    """Return a path as it may stand in a log: on one line, and from a link's secret words on it is cut."""
    one_line = UNPRINTABLE.sub(lambda found: quote(found[0], encoding="latin-1", errors="replace"), path)
    return SECRET.sub(r"\g<shown>[secret]", one_line)


class AccessLog(Logger):  # type: ignore[misc]
    """gunicorn's access log without the words of one-time links."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> Any:
        atoms = super().atoms(resp, req, environ, request_time)
        return {**atoms, "U": without_secrets(atoms["U"])}


class WithoutSecrets(logging.Filter):
    """Keeps the words of one-time links out of what Django says of a request, such as "Gone: /workspace/confirm/"."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(without_secrets(one) if isinstance(one, str) else one for one in record.args)
        return True


def without_questions(event: dict[str, Any], hint: Any = None) -> dict[str, Any]:
    """Return an error report as it may leave: of the request its method and path, and no more than a log tells."""
    request = event.get("request")
    if request:
        told = {name: request[name] for name in ("method", "url") if name in request}
        if "url" in told:
            told["url"] = without_secrets(told["url"].partition("?")[0])
        event["request"] = told
    return event
