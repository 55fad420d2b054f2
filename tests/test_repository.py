"""The repository read as data: what import-linter does not see, and what would go stale unnoticed."""

import ast
import re
import subprocess
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from django.template import engines
from django.urls import get_resolver

ROOT = Path(settings.BASE_DIR)
FLOORS = ["core", "commissioning", "providers", "tenders", "strategies", "config"]
WINDOWS = {"tenders_windows": "tenders", "strategies_windows": "strategies"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
# Templates that Django, allauth or axes ask for by a name of their own.
ASKED_FOR_BY_LIBRARIES = ("400", "403", "404", "429", "500", "503", "account/", "allauth/", "mfa/", "admin/", "django/")


def tracked_files():
    """Every file git knows or would take, so that a file not yet added is read too."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def floor_of(name):
    return FLOORS.index(name) if name in FLOORS else None


def test_no_foreign_key_points_up():
    upward = []
    for model in apps.get_models():
        own = floor_of(model._meta.app_label)
        if own is None:
            continue
        for field in model._meta.get_fields(include_hidden=False):
            if isinstance(field, (models.ForeignKey, models.ManyToManyField)):
                target = floor_of(field.related_model._meta.app_label)
                if target is not None and target > own:
                    upward.append(f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}")

    assert upward == []


def test_no_template_loads_tags_from_above_except_windows():
    upward = []
    libraries = engines["django"].engine.template_libraries
    for path in TEMPLATES:
        folder = path.relative_to(ROOT / "templates").parts[0]
        own = floor_of(folder)
        if own is None:
            continue
        for names in re.findall(r"{%\s*load ([^%]+?)\s*%}", path.read_text(encoding="utf-8")):
            for name in names.split(" from ")[-1].split():
                module = libraries.get(name)
                home = floor_of(module.__name__.split(".")[0]) if hasattr(module, "__name__") else None
                if home is None:
                    home = floor_of(str(libraries.get(name, "")).split(".")[0])
                if home is not None and home > own and name not in WINDOWS:
                    upward.append(f"{path.relative_to(ROOT)} loads {name}")

    assert upward == []


def test_only_windows_query_from_a_tag():
    """Every other tag library shows what it is given."""
    querying = []
    for path in ROOT.glob("*/templatetags/*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        uses_manager = any(isinstance(node, ast.Attribute) and node.attr == "objects" for node in ast.walk(tree))
        if uses_manager and path.stem not in WINDOWS:
            querying.append(str(path.relative_to(ROOT)))

    assert querying == []


def test_every_template_is_used():
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [*TEMPLATES, *(p for app in FLOORS for p in (ROOT / app).rglob("*.py"))]
    )
    unused = []
    for path in TEMPLATES:
        name = str(path.relative_to(ROOT / "templates"))
        if not name.startswith(ASKED_FOR_BY_LIBRARIES) and f'"{name}"' not in sources and f"'{name}'" not in sources:
            unused.append(name)

    assert unused == []


def test_every_registered_static_picture_is_used():
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for path in tracked_files()
        if path.suffix in {".html", ".py", ".scss", ".css", ".svg", ".mjs", ".md"}
    )
    pictures = [path for path in tracked_files() if path.is_relative_to(ROOT / "static" / "img")]

    assert pictures
    assert [path.name for path in pictures if path.name not in sources] == []


def test_models_and_migrations_agree(db):
    out = StringIO()

    call_command("makemigrations", "--check", "--dry-run", stdout=out)

    assert "No changes" in out.getvalue()


def test_no_file_names_a_package_registry_or_a_path_of_this_machine():
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npm" + "js", "deb." + "debian.org"]
    found = []
    for path in tracked_files():
        if path.suffix in {".png", ".pdf", ".woff2", ".ico", ".jpg"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in [*hosts, f"{ROOT}/"] if word in text]

    assert found == []


def test_fixtures_hold_no_account_and_samples_stand_apart():
    rows = []
    for path in (ROOT / "fixtures").rglob("*.yaml"):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for label, entries in content.items():
            rows += [(path, label, entry) for entry in entries or [] if isinstance(entry, dict)]

    assert len(rows) > 1000
    assert {label for _, label, _ in rows if label in {"core.user", "commissioning.officer"}} == set()
    assert [
        (path.name, row.get("slug")) for path, _, row in rows if row.get("is_sample") and path.parent.name != "samples"
    ] == []


@pytest.mark.parametrize("app", [name for name in FLOORS if name != "config"])
def test_every_model_says_what_it_is(app):
    silent = [
        model.__name__
        for model in apps.get_app_config(app).get_models()
        if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")
    ]

    assert silent == []


def test_every_public_view_is_marked_public_or_asks_to_sign_in():
    """Deny by default: the middleware asks everybody to sign in unless a view says that it is public."""
    assert "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE
    public = [
        pattern.name
        for resolver in get_resolver().url_patterns
        for pattern in getattr(resolver, "url_patterns", [resolver])
        if hasattr(pattern, "callback") and not getattr(pattern.callback, "login_required", True)
    ]
    assert "home" in public


def test_modules_stay_short():
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for app in FLOORS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and (count := len(path.read_text(encoding="utf-8").splitlines())) > 480
    ]

    assert long == []


def test_decisions_are_numbered_without_a_gap():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("[0-9]*.md"))

    assert numbers == list(range(1, len(numbers) + 1))
