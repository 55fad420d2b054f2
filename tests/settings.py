"""The settings of the tests: the real ones, with quick password hashes and nothing kept between tests.

The database and Redis are real and come from DATABASE_URL and REDIS_URL, which bin/test sets.
"""

import os
import re

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("STATEMENT_TIMEOUT", "60")
os.environ["PUBLIC_URL"] = "http://testserver"
os.environ["EMAIL_URL"] = "console:"

# Side by side, test processes would read each other's messages from one Redis database.
_worker = re.fullmatch(r"gw([0-9]+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
if _worker and os.environ.get("REDIS_URL"):
    _address = os.environ["REDIS_URL"].partition("?")[0]
    _number = int(_worker[1]) % 15 + 1
    if _address.startswith("unix://"):
        os.environ["REDIS_URL"] = f"{_address}?db={_number}"
    else:
        os.environ["REDIS_URL"] = re.sub(r"(?<=[^/])/[0-9]*$", "", _address) + f"/{_number}"

from config.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Undone by each test, the registers' versions say nothing of what the one before kept.
    "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
VERSIONS_KEPT_SECONDS = 0.0
# Static files are served from where they are written and built, and are not collected first.
STATIC_ROOT = BASE_DIR / "static" / "build"  # noqa: F405
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
if os.environ.get("TEST_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["TEST_TEMPLATE"]}  # noqa: F405
