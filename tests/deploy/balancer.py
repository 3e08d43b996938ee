"""HAProxy as the compose file runs it, on loopback: deploy/haproxy.cfg with other ports and servers by address."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from tests.system.harness import free_port, is_ready

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "deploy/haproxy.cfg"
HAPROXY = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin") or "haproxy"
"""Debian has it where users do not look."""
READY_WITHIN_S = 10.0


@dataclass(frozen=True)
class Balancer:
    """A running one, by its ports."""

    public: int
    behind_tls: int
    metrics: int

    def url(self, port: int | None = None) -> str:
        """The WebSocket at one of its ports; at the public one, if none is given."""
        return f"ws://127.0.0.1:{port or self.public}/ws"

    def count(self, metric: str, server: str) -> float:
        """A figure that it tells Prometheus about one of its servers."""
        with urlopen(f"http://127.0.0.1:{self.metrics}/metrics", timeout=5) as response:
            text = response.read().decode()
        found = re.search(rf'^{metric}{{proxy="gateways",server="{server}"[^}}]*}} (\S+)$', text, re.MULTILINE)
        assert found, f"no {metric} of {server}"
        return float(found[1])


@asynccontextmanager
async def balancing(folder: Path, gateways: Sequence[int]) -> AsyncIterator[Balancer]:
    """One in front of the gateways at these ports, named gateway1, gateway2, ..."""
    balancer = Balancer(free_port(), free_port(), free_port())
    config = CONFIG.read_text()
    servers = "\n".join(f"    server gateway{n} 127.0.0.1:{port}" for n, port in enumerate(gateways, 1))
    for line, replacement in (
        ("    bind :8000\n", f"    bind 127.0.0.1:{balancer.public}\n"),
        ("    bind :8001\n", f"    bind 127.0.0.1:{balancer.behind_tls}\n"),
        ("    bind :8405\n", f"    bind 127.0.0.1:{balancer.metrics}\n"),
        ("    server-template gateway 1-32 gateway:8000\n", servers + "\n"),
    ):
        assert config.count(line) == 1, line
        config = config.replace(line, replacement)
    file = folder / "haproxy.cfg"
    file.write_text(config)
    with (folder / "haproxy.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(HAPROXY, "-W", "-db", "-f", str(file), stdout=log, stderr=log)
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            while not await is_ready(f"http://127.0.0.1:{balancer.public}/readyz"):
                assert process.returncode is None, (folder / "haproxy.log").read_text()
                await asyncio.sleep(0.05)
        yield balancer
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
