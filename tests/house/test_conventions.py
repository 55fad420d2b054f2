"""The repository read as data: what every file keeps to, beside what tests/test_repository.py asks of it."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FLOORS = ["core", "commissioning", "providers", "tenders", "strategies", "config"]
CORE = {
    # A closed list: a new module needs a decision record.
    *(
        "api",
        "apps",
        "admin",
        "audit",
        "charts",
        "clock",
        "dates",
        "errors",
        "exports",
        "files",
        "filters",
        "geography",
    ),
    *("imports", "jobs", "mail", "management", "migrations", "models", "pdf", "permissions", "search", "tasks"),
    *("templatetags", "text", "versions", "workdays"),
}
INSTALLED_ROOTS = ("admin/", "account/", "allauth/", "mfa/", "django/", "registration/", "rest_framework/")


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


@cache
def python_trees():
    return {name: ast.parse(text) for name, text in python_files().items()}


def templates():
    """Return each template of ours under the name it is asked for by."""
    found = {}
    for name, text in repository_files().items():
        if match := re.fullmatch(r"(?:[a-z]+/)?templates/(.+)", name):
            found[match[1]] = text
    return found


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


def test_no_module_is_a_drawer_for_odds_and_ends():
    assert [name for name in python_files() if Path(name).name in {"utils.py", "helpers.py", "misc.py"}] == []


def test_nothing_is_left_to_be_done():
    left = re.compile(r"#\s*(?:TODO|FIXME|XXX)\b|pytest\.mark\.xfail")
    this = str(Path(__file__).relative_to(ROOT))

    assert [name for name, text in python_files().items() if name != this and left.search(text)] == []


def test_the_moment_is_never_a_default():
    guilty = []
    for name, tree in python_trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
                    if isinstance(default, ast.Call) and ast.unparse(default.func).endswith("now"):
                        guilty.append(f"{name}: {node.name}")

    assert guilty == []


def test_every_test_asserts_something():
    trees = {name: tree for name, tree in python_trees().items() if name.startswith("tests/")}
    shared = set().union(*map(_asserting, trees.values()))
    silent = []
    for name, tree in trees.items():
        if not re.match(r"tests/.*test_\w+\.py", name):
            continue
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        helpers = _asserting(tree) | shared & imported
        silent += [
            f"{name}: {node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not _asserts(node, helpers)
        ]

    assert silent == []


def _asserting(tree):
    """The functions that raise or assert for their callers, and so count for them."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("test_") and _asserts(node, set())
    }


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
