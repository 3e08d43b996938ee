"""What the compose files promise, read without Docker; `tests/compose` plays on them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from quickpoll.settings import FILE_SUFFIX, SETTINGS

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "compose.yaml", *sorted((ROOT / "deploy").glob("compose.*.yaml"))]
KNOWN = {setting.variable for setting in SETTINGS} | {
    setting.variable + FILE_SUFFIX for setting in SETTINGS if setting.confidential
}


def services(file: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text())["services"]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_variable_of_ours_is_a_setting(file: Path) -> None:
    for name, service in services(file).items():
        if name in ("gateway", "coordinator"):
            assert set(service.get("environment", {})) <= KNOWN


@pytest.mark.parametrize("name", ["gateway", "coordinator"])
def test_every_setting_can_be_set(name: str) -> None:
    """But for those that the image and the compose file are made with."""
    passed = set(services(FILES[0])[name]["environment"])
    means_something = {setting.variable for setting in SETTINGS if name in setting.used_by}
    assert passed == means_something - {"QUICKPOLL_HOST", "QUICKPOLL_PORT", "QUICKPOLL_ADMIN_PORT"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_that_is_mounted_is_there(file: Path) -> None:
    for service in services(file).values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):  # from the folder of the first file, compose.yaml
                assert (ROOT / volume.partition(":")[0]).exists(), volume


def test_only_the_balancer_is_published() -> None:
    published = {name: service["ports"] for name, service in services(FILES[0]).items() if "ports" in service}
    assert published == {"balancer": ["${QUICKPOLL_PORT:-8000}:8000"]}


def test_gateways_are_scaled_without_anything_that_is_there_only_once() -> None:
    for name in ("gateway", "coordinator"):
        assert not {"container_name", "hostname", "ports", "volumes"} & set(services(FILES[0])[name])


def test_what_gateways_trust_is_the_network_that_they_share_with_the_balancer_alone() -> None:
    base = yaml.safe_load(FILES[0].read_text())
    subnet = base["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert base["services"]["gateway"]["environment"]["QUICKPOLL_TRUSTED_PROXIES"] == subnet
    assert {name for name, service in base["services"].items() if "front" in service["networks"]} == {
        "balancer",
        "gateway",
    }


def test_the_image_is_made_from_locked_files_and_runs_as_nobody() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text().splitlines()
    installs = [line for line in lines if " install " in line and "pip" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert any(re.fullmatch(r"USER [1-9]\d+:[1-9]\d+", line) for line in lines)


def test_the_build_sees_all_that_it_copies() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    seen = {line[1:] for line in ignored if line.startswith("!")}
    assert ignored[1] == "*"
    for path in ("requirements.txt", "requirements-build.txt", "pyproject.toml", "README.md", "LICENSE"):
        assert path in seen
    assert {"quickpoll", "gateway", "coordinator", "clients"} <= seen
    assert all((ROOT / path).exists() for path in seen)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_service_demands_more_open_files_than_a_docker_may_give(file: Path) -> None:
    """Where the demand cannot be met, the container does not start; who gets few says so itself."""
    assert [name for name, service in services(file).items() if "ulimits" in service] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_files_of_the_repository_can_be_read_under_selinux(file: Path) -> None:
    for service in services(file).values():
        for volume in service.get("volumes", []):
            if volume.startswith("./"):
                assert volume.endswith(":ro,z"), volume
