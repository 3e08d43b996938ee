"""The compose file as it is, under a project name, a port and a network of its own, with real containers.

`COMPOSE` names the command: `docker compose` or `docker-compose`.
"""

import itertools
import json
import os
import secrets
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.system.harness import free_port, http_status

ROOT = Path(__file__).parents[2]
COMPOSE = shlex.split(os.environ.get("COMPOSE", "docker compose"))
_numbers = itertools.count(1)
READY_WITHIN_S = 90.0


class Deployment:
    """One project of containers."""

    def __init__(self, files: Sequence[str], environment: Mapping[str, str], also: Sequence[str] = ()) -> None:
        """`also` are services of the override files; those that nobody names or depends on are not started."""
        number = next(_numbers)
        self._project = f"quickpoll-test-{number}"
        self.port = free_port()
        self._services = ["coordinator", "balancer", *also]
        self._scale: dict[str, int] = {}
        self._files = [argument for file in ("compose.yaml", *files) for argument in ("--file", file)]
        self._environment = {
            **os.environ,
            "QUICKPOLL_PORT": f"127.0.0.1:{self.port}",
            "QUICKPOLL_FRONT_SUBNET": f"10.213.{99 + number}.0/24",
            "QUICKPOLL_SECRET": secrets.token_hex(32),
            **environment,
        }

    @property
    def url(self) -> str:
        """The WebSocket at the balancer."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def compose(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a compose command; what it says is in the result, whatever its exit code."""
        command = [*COMPOSE, "--project-name", self._project, *self._files, *arguments]
        return subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False)

    def up(self, **scale: int) -> None:
        """Brings the services to these numbers, and leaves alone what is there already."""
        self._scale |= scale
        numbers = [argument for service, count in self._scale.items() for argument in ("--scale", f"{service}={count}")]
        done = self.compose("up", "--detach", "--no-build", "--no-recreate", *numbers, *self._services)
        assert done.returncode == 0, done.stderr

    def exchange(self, service: str) -> None:
        """Exchanges all containers of a service for new ones, as an update does."""
        count = self._scale[service]
        options = ("--detach", "--no-build", "--no-deps", "--force-recreate", "--scale", f"{service}={count}")
        done = self.compose("up", *options, service)
        assert done.returncode == 0, done.stderr

    def kill_one(self, service: str) -> None:
        """Ends one container of a service by SIGKILL; nothing but `up` starts it again."""
        docker("kill", self.containers(service)[0]["Id"])
        if service in self._scale:
            self._scale[service] -= 1

    def containers(self, service: str) -> list[dict[str, Any]]:
        """What `docker inspect` tells about each running container of a service."""
        names = docker(
            "ps", "-q", "--filter", f"label=com.docker.compose.project={self._project}",
            "--filter", f"label=com.docker.compose.service={service}",
        ).split()  # fmt: skip
        return json.loads(docker("inspect", *names)) if names else []

    def ready(self, services: Sequence[str] = ("redis", "coordinator", "gateway")) -> None:
        """Returns when the containers are healthy and the balancer serves."""
        end = time.monotonic() + READY_WITHIN_S
        states: dict[str, Any] = {}
        while time.monotonic() < end:
            states = {
                container["Name"]: container["State"]["Health"]["Status"]
                for service in services
                for container in self.containers(service)
            }
            missing = any(len(self.containers(service)) != count for service, count in self._scale.items())
            if (
                not missing
                and set(states.values()) == {"healthy"}
                and http_status(f"http://127.0.0.1:{self.port}/readyz") == 200
            ):
                return
            time.sleep(0.5)
        raise AssertionError(f"not ready: {states}\n{self.compose('logs', '--tail', '20').stdout}")


def docker(*arguments: str) -> str:
    """What a docker command prints; raises CalledProcessError if it fails."""
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=True).stdout


@contextmanager
def deployed(
    files: Sequence[str] = (), environment: Mapping[str, str] | None = None, also: Sequence[str] = (), **scale: int
) -> Iterator[Deployment]:
    """A deployment of the image as it was built, which is removed with its data."""
    deployment = Deployment(files, environment or {}, also)
    try:
        deployment.up(**scale)
        deployment.ready()
        yield deployment
    finally:
        deployment.compose("down", "--volumes", "--timeout", "1")
