"""Every check and test of the project, one after the other. bin/test runs this with DATABASE_URL and REDIS_URL set."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# The tests' database, made while the checks run; each test process copies it.
TEMPLATE = "test_template"
ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(sys.executable).parent


def production(folder: str) -> dict[str, str]:
    """Return the environment of a site that people use."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "PUBLIC_URL": "https://care.example.org",
        "MEDIA_ROOT": f"{folder}/media",
        "STATIC_ROOT": f"{folder}/static",
    }


def typed() -> list[str]:
    """Return what must be typed strictly: the ground floor and all that leaves the portal as a file."""
    exports = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("[!.]*/exports*") if path.parent.name != "core")
    return ["core", "config/env.py", "config/health.py", *exports]


def checks(folder: str) -> list[tuple[str, list[str], dict[str, str]]]:
    """Return each check's name, command and environment."""
    site = production(folder)
    manage = [PYTHON, "manage.py"]
    return [
        ("ruff check", [str(BIN / "ruff"), "check", "--output-format", "concise", "."], site),
        ("ruff format", [str(BIN / "ruff"), "format", "--check", "--output-format", "concise", "."], site),
        ("types", [str(BIN / "mypy"), "--no-incremental", *typed()], site),
        ("floors", [str(BIN / "lint-imports"), "--no-cache"], site),
        ("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], site),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], site),
        ("static files", [*manage, "collectstatic", "--no-input", "--verbosity", "0"], site),
    ]


def run_checks() -> list[str]:
    """Run each check, print how it went, and return the names of those that failed."""
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        for name, command, environment in checks(folder):
            started = time.monotonic()
            result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
            print(f"{'ok    ' if result.returncode == 0 else 'FAILED'} {name} ({time.monotonic() - started:.0f} s)")
            if result.returncode:
                failed.append(name)
                print(result.stdout + result.stderr)
            sys.stdout.flush()
    return failed


def main(arguments: list[str]) -> int:
    words = [word for word in arguments if word not in {"--fast", "--slow"}]
    failed = []
    environment = dict(os.environ)
    if not words:
        template = subprocess.Popen([PYTHON, "-m", "tests.tools.template", TEMPLATE], cwd=ROOT)
        failed = run_checks()
        if template.wait() == 0:
            environment["TEST_TEMPLATE"] = TEMPLATE
        else:
            failed.append("the tests' database")
        if failed:
            print(f"These checks failed: {', '.join(failed)}. The tests follow.", flush=True)
    marks = "not slow"
    if "--fast" in arguments:
        marks = "not slow and not browser"
    elif "--slow" in arguments:
        marks = ""
    side_by_side = [] if words else ["-n", "auto", "--dist", "worksteal"]
    command = [PYTHON, "-m", "pytest", "-q", "-m", marks, *side_by_side, *words]
    tests = subprocess.run(command, cwd=ROOT, env=environment)
    return tests.returncode or (1 if failed else 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
