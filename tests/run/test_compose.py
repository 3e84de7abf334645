"""docker-compose.yml cannot be run here, so it is read: it must agree with the settings and hold no secret."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cdp.run import programs

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("migrate", "web", "worker", "beat")
# Set by the image, by the supervisor or by whoever develops; nothing a deployment should set.
ELSEWHERE = {"CDP_VAR", "CDP_HOST", "CDP_SUPERVISED", "CDP_REQUIRE_BROWSER", "CDP_REQUIRE_DATA", "DEBUG", "PORT"}


def settings_names() -> set[str]:
    source = (ROOT / "cdp" / "settings.py").read_text()
    return set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z][A-Z0-9_]+)"', source)) | {"CDP_SAMPLE", "CDP_BACKUP_KEY"}


@pytest.mark.parametrize("service", OURS)
def test_every_variable_of_the_settings_can_be_given_and_no_other(service: str) -> None:
    assert set(COMPOSE["services"][service]["environment"]) == settings_names() - ELSEWHERE


def test_every_secret_comes_from_outside() -> None:
    for name, service in COMPOSE["services"].items():
        for variable, value in service["environment"].items():
            if re.search(r"KEY|PASSWORD|TOKEN|_URL", variable) and value is not None:
                assert re.search(r"\$\{[A-Z_]+:\?", value), f"{name}: {variable}"


@pytest.mark.parametrize("service", ["postgres", "valkey", "web", "worker", "beat"])
def test_every_lasting_service_has_a_health_check_and_comes_back(service: str) -> None:
    assert COMPOSE["services"][service]["healthcheck"]["test"]
    assert COMPOSE["services"][service]["restart"] == "unless-stopped"


@pytest.mark.parametrize("service", ["web", "worker", "beat"])
def test_nothing_starts_before_the_migrations(service: str) -> None:
    waits = COMPOSE["services"][service]["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert waits["postgres"]["condition"] == waits["valkey"]["condition"] == "service_healthy"


def test_only_the_web_is_reachable_and_only_from_this_machine() -> None:
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_the_proxy_that_stands_before_the_port_is_believed_and_a_run_without_one_believes_nobody() -> None:
    assert COMPOSE["services"]["web"]["environment"]["CDP_TRUSTED_PROXIES"] == "${CDP_TRUSTED_PROXIES:-1}"
    assert 'env.int("CDP_TRUSTED_PROXIES", default=0)' in (ROOT / "cdp" / "settings.py").read_text()


def test_our_containers_run_without_rights() -> None:
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    assert re.search(r"^USER cdp$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_the_image_has_as_many_threads_as_the_pool_of_connections_is_made_for() -> None:
    assert f'"--blocking-threads", "{programs.BLOCKING_THREADS}"' in (ROOT / "Dockerfile").read_text()


def test_every_volume_that_is_used_is_declared() -> None:
    used = {mount.split(":")[0] for service in COMPOSE["services"].values() for mount in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
