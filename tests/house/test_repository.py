"""The repository read as data: what import-linter cannot see, and what every file keeps to."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR)
FLOORS = ["core", "commissioning", "providers", "tenders", "strategies", "config"]
CORE = {
    # A closed list: a new module needs a decision record.
    *("apps", "admin", "audit", "charts", "clock", "dates", "errors", "exports", "files", "filters", "geography"),
    *("imports", "jobs", "mail", "management", "migrations", "models", "pdf", "permissions", "search", "tasks"),
    *("templatetags", "text", "versions", "workdays"),
}
INSTALLED_ROOTS = ("admin/", "account/", "allauth/", "mfa/", "django/", "registration/", "rest_framework/")
TEMPLATE_NAME = re.compile(r"""["']([\w./-]+\.(?:html|txt|svg|xml|atom|json))["']""")
LOADED = re.compile(r"{%-?\s*load\s+([^%]+?)\s*-?%}")
ON_THIS_MACHINE = re.compile(r"(?<![\w.])(?:/work/|/root/|/tmp/team)")
REGISTRIES = re.compile(r"(?:pypi|pythonhosted|npmjs|yarnpkg|debian)\.org|registry\.npm", re.IGNORECASE)


@cache
def repository_files():
    """Return every file that git has or would take in, as text."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    files = {}
    for name in listed:
        path = ROOT / name
        if path.is_file():
            try:
                files[name] = path.read_text()
            except UnicodeDecodeError:
                continue
    return files


def python_files():
    return {name: text for name, text in repository_files().items() if name.endswith(".py")}


def templates():
    """Return each template of ours under the name it is asked for by."""
    found = {}
    for name, text in repository_files().items():
        if match := re.fullmatch(r"(?:[a-z]+/)?templates/(.+)", name):
            found[match[1]] = text
    return found


def floor(name):
    return FLOORS.index(name) if name in FLOORS else None


def test_no_foreign_key_points_up():
    upward = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and hasattr(field.related_model, "_meta")
        if (floor(field.related_model._meta.app_label) or 0) > floor(model._meta.app_label)
    ]

    assert upward == []


def test_no_template_loads_tags_from_above_but_windows():
    libraries = engines["django"].engine.libraries
    upward = []
    for name, text in templates().items():
        # Shared templates stand on the ground floor; the frame of every page and the admin's stand on the top one.
        first = {"pdf": "strategies", "admin": "config", "base.html": "config"}.get(*[name.partition("/")[0]] * 2)
        own = floor(first) or 0
        for tag in LOADED.findall(text):
            words = tag.split(" from ")[-1].split()
            for library in words:
                module = libraries.get(library, "")
                above = floor(module.partition(".")[0])
                if above is not None and above > own and not module.endswith("windows"):
                    upward.append(f"{name} loads {library}")

    assert upward == []


@pytest.mark.parametrize("app", FLOORS)
def test_only_windows_query_among_tags(app):
    folder = ROOT / app / "templatetags"
    querying = re.compile(r"\.objects\b|_set\b|\.filter\(|\.aggregate\(|\.annotate\(|connection\.cursor")

    guilty = [
        path.name
        for path in folder.glob("*.py")
        if not path.stem.endswith("windows") and querying.search(path.read_text().replace("@register.filter(", ""))
    ]

    assert guilty == []


def test_every_template_is_used():
    ours = templates()
    named, patterns = set(), []
    for text in [*python_files().values(), *ours.values()]:
        named |= set(TEMPLATE_NAME.findall(text))
    for text in python_files().values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(v.value) if isinstance(v, ast.Constant) else r"[\w-]+" for v in node.values]
                if re.search(r"\\\.(html|txt|svg)$", parts[-1]):
                    patterns.append(re.compile("".join(parts)))

    # Django asks for its error pages, form fields and the packages' pages by names of its own.
    def is_used(name):
        return (
            name in named
            or name.startswith(INSTALLED_ROOTS)
            or re.fullmatch(r"[45]\d\d(_csrf)?\.html", name)
            or any(pattern.fullmatch(name) for pattern in patterns)
        )

    assert [name for name in ours if not is_used(name)] == []


def test_every_named_template_exists():
    ours = set(templates())
    missing = {
        f"{file}: {name}"
        for file, text in repository_files().items()
        if re.match(r"(?:\w+/)?templates/", file)
        for name in re.findall(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""", text)
        if name not in ours and not name.startswith(INSTALLED_ROOTS)
    }

    assert missing == set()


def test_templates_hold_no_inline_style_or_script():
    # The content security policy forbids them, so they would silently not work.
    inline = re.compile(
        r"""<style\b|<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)|\sstyle=["']|\son[a-z]+=["']"""
    )
    guilty = [
        name
        for name, text in templates().items()
        if not name.startswith(("pdf/", "account/email/"))
        if inline.search(re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL))
    ]

    assert guilty == []


def test_core_is_a_closed_list_of_modules():
    modules = {Path(name).parts[1].removesuffix(".py") for name in python_files() if name.startswith("core/")}

    assert modules - {"__init__"} <= CORE


def test_modules_stay_short_and_well_named():
    ours = {name: text for name, text in python_files().items() if name.partition("/")[0] in FLOORS}

    long = {name: len(text.splitlines()) for name, text in ours.items() if len(text.splitlines()) > 420}
    assert {name: lines for name, lines in long.items() if "/migrations/" not in name} == {}
    assert [name for name in ours if Path(name).name in {"utils.py", "helpers.py", "misc.py"}] == []


def test_no_file_names_a_folder_of_one_machine_or_a_registry():
    this = str(Path(__file__).relative_to(ROOT))
    machine = [name for name, text in repository_files().items() if name != this and ON_THIS_MACHINE.search(text)]
    registries = [
        name
        for name, text in repository_files().items()
        if name != this and not name.startswith("fixtures/") and REGISTRIES.search(text)
    ]

    assert (machine, registries) == ([], [])


def test_nothing_is_left_to_be_done():
    left = re.compile(r"#\s*(?:TODO|FIXME|XXX)\b|pytest\.mark\.xfail")
    this = str(Path(__file__).relative_to(ROOT))

    assert [name for name, text in python_files().items() if name != this and left.search(text)] == []


def test_the_moment_is_never_a_default():
    guilty = []
    for name, text in python_files().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
                    if isinstance(default, ast.Call) and ast.unparse(default.func).endswith("now"):
                        guilty.append(f"{name}: {node.name}")

    assert guilty == []


def test_every_test_asserts_something():
    silent = []
    for name, text in python_files().items():
        if not re.match(r"tests/.*test_\w+\.py", name):
            continue
        tree = ast.parse(text)
        # A function that raises or asserts for its callers counts for them.
        helpers = {
            node.name
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("test_") and _asserts(node, set())
        }
        silent += [
            f"{name}: {node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not _asserts(node, helpers)
        ]

    assert silent == []


def _asserts(function, helpers):
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rpartition(".")[2]
            if last in helpers or last in {"raises", "fail"} or last.startswith(("assert", "_assert", "django_assert")):
                return True
    return False
