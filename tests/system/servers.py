"""Servers that hold the data, as a deployment has them: a Cluster with replicas, or a master, a replica and Sentinels.

Each is real processes of one program: the Valkey of the wheel, or the one that TEST_REDIS_PROGRAM names. With an
`Authority` they speak TLS, to each other too; the wheel's Valkey cannot, so this is the Redis of the system.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from program.embedded import find_server
from quickpoll.keys import PartitionKeys
from tests.certificates import Authority
from tests.redis_client import RedisError, connect
from tests.system.harness import free_port

WITHIN_S = 15.0
NODE_TIMEOUT_MS = 1000
"""After so long without a word a node counts as failed."""
SLOTS = 16384
SERVICE = "quizzes"
MASTERS = 3


class Server:
    """One process. `admin` reaches it directly."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        arguments: Sequence[str] = (),
        authority: Authority | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.folder = folder
        self.peer_port = free_port() if authority else self.port
        """The one for the program and for other servers; with an authority it speaks TLS."""
        self._authority = authority
        self._arguments = [*arguments, "--port", str(self.port), *options]
        self._environment = environment or {}
        self._process: asyncio.subprocess.Process | None = None
        self.admin: Any = connect(f"redis://127.0.0.1:{self.port}", max_connections=64)

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self.peer_port}"

    async def start(self) -> None:
        """Starts it, and returns when it answers."""
        program = os.environ.get("TEST_REDIS_PROGRAM") or str(find_server())
        self.folder.mkdir(exist_ok=True)
        own = ["--bind", "127.0.0.1", "--dir", str(self.folder), "--logfile", str(self.folder / "log")]
        if self._authority:
            program = _program_with_tls()
            own += _tls_options(self._authority, self.peer_port)
        # Redis looks at the name by which it is called: all its programs are one.
        self._process = await asyncio.create_subprocess_exec(
            "redis-server", *self._arguments, *own, executable=program, env=os.environ | self._environment
        )
        await eventually(self.admin.ping)

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    def send_signal(self, number: signal.Signals) -> None:
        """Sends a signal."""
        assert self._process
        self._process.send_signal(number)

    async def kill(self) -> None:
        """Ends it as a power cut does."""
        if self._process and self.is_running:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """Ends it for good."""
        await self.admin.aclose()
        await self.kill()


@asynccontextmanager
async def serving(folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Server]:
    """A server that answers."""
    server = Server(folder, *options, environment=environment)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


async def eventually(look: Callable[..., Any], *arguments: Any, within_s: float = WITHIN_S) -> None:
    """Returns when what is looked at is so; an error means: not yet."""
    async with asyncio.timeout(within_s):
        while True:
            try:
                if await look(*arguments):
                    return
            except (RedisError, OSError):
                pass
            await asyncio.sleep(0.01)


def _program_with_tls() -> str:
    """Debian's redis-tools has the server, under the name of a checker, and starts no service as redis-server does."""
    program = (
        os.environ.get("TEST_REDIS_TLS_PROGRAM") or shutil.which("redis-server") or shutil.which("redis-check-rdb")
    )
    assert program, "tests of TLS need a redis-server: `make programs` installs it"
    return program


def _tls_options(authority: Authority, port: int) -> list[str]:
    certificate, key = authority.certify("server")
    return [
        *("--tls-port", str(port), "--tls-auth-clients", "no", "--tls-replication", "yes"),
        *("--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-ca-cert-file", str(authority.file)),
    ]


def _data_options() -> list[str]:
    return ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction", "--repl-diskless-sync-delay", "0"]


def _url(kind: str, servers: Sequence[Server], path: str, authority: Authority | None) -> str:
    """For QUICKPOLL_REDIS_URL."""
    hosts = ",".join(server.address for server in servers)
    return (
        f"rediss+{kind}://{hosts}{path}?ssl_ca_certs={authority.file}" if authority else f"redis+{kind}://{hosts}{path}"
    )


# -- a Cluster ------------------------------------------------------------------------------


class RedisCluster:
    """Three masters with a replica each: `masters[i]` is followed by `replicas[i]` until one of them is killed."""

    def __init__(self, folder: Path, authority: Authority | None = None) -> None:
        options = [
            *_data_options(),
            *("--cluster-enabled", "yes"),
            *(("--tls-cluster", "yes") if authority else ()),
            *("--cluster-node-timeout", str(NODE_TIMEOUT_MS)),
            *("--cluster-replica-validity-factor", "0"),
        ]
        servers = [
            Server(folder / f"node{number}", *options, "--cluster-port", str(free_port()), authority=authority)
            for number in range(2 * MASTERS)
        ]
        self.masters, self.replicas = servers[:MASTERS], servers[MASTERS:]
        self.url = _url("cluster", servers, "", authority)

    @property
    def servers(self) -> list[Server]:
        """All of them."""
        return [*self.masters, *self.replicas]

    async def start(self) -> None:
        """Returns when all slots are served and each master is followed."""
        await asyncio.gather(*(server.start() for server in self.servers))
        first = self.servers[0]
        each = -(-SLOTS // MASTERS)
        for number, server in enumerate(self.servers):
            await server.admin.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            if server is not first:
                bus: Any = (await first.admin.config_get("cluster-port"))["cluster-port"]
                await server.admin.execute_command("CLUSTER", "MEET", "127.0.0.1", first.peer_port, bus)
        for number, master in enumerate(self.masters):
            last = min(SLOTS, (number + 1) * each) - 1
            await master.admin.execute_command("CLUSTER", "ADDSLOTSRANGE", number * each, last)
        for master, replica in zip(self.masters, self.replicas, strict=True):
            name = await identity(master)
            await eventually(
                lambda replica=replica, name=name: replica.admin.execute_command("CLUSTER REPLICATE", name)
            )
        await asyncio.gather(*(eventually(_follows, replica) for replica in self.replicas))
        await asyncio.gather(*(eventually(self._knows_all, server) for server in self.servers))

    async def stop(self) -> None:
        """Ends it for good."""
        await asyncio.gather(*(server.stop() for server in self.servers))

    async def holder(self, partition: int) -> Server:
        """The master that holds a partition now."""
        slot = await self.slot(partition)
        while True:
            for server in self.servers:
                try:
                    found = await server.admin.execute_command("CLUSTER", "SLOTS")
                except (RedisError, OSError):
                    continue
                for shard in found:
                    first, last, (_, port, *_) = shard[:3]
                    if first <= slot <= last:
                        return next(server for server in self.servers if server.port == port)
            await asyncio.sleep(0.05)

    async def slot(self, partition: int) -> int:
        """The slot on which a partition lies."""
        return int(await self.servers[-1].admin.execute_command("CLUSTER", "KEYSLOT", PartitionKeys(partition).prefix))

    async def move(self, partition: int, target: Server, *, half_way_s: float = 0.0) -> None:
        """Moves the slot of a partition as resharding does; rests for so long when some of its keys are moved."""
        source, slot = await self.holder(partition), await self.slot(partition)
        source_id, target_id = await identity(source), await identity(target)
        await target.admin.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", source_id)
        await source.admin.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", target_id)
        rested = False
        while keys := await source.admin.execute_command("CLUSTER", "GETKEYSINSLOT", slot, 2):
            await source.admin.execute_command("MIGRATE", "127.0.0.1", target.peer_port, "", 0, 5000, "KEYS", *keys)
            if not rested:
                await asyncio.sleep(half_way_s)
                rested = True
        for server in (target, source, *self.masters):
            await server.admin.execute_command("CLUSTER", "SETSLOT", slot, "NODE", target_id)

    async def until_state(self, state: str) -> None:
        """Returns when all masters that run see the cluster as `ok` or `fail`."""
        for server in self.masters:
            if server.is_running:
                await eventually(self._is, server, state)

    async def _is(self, server: Server, state: str) -> bool:
        told: bytes = await server.admin.execute_command("CLUSTER", "INFO")
        return f"cluster_state:{state}" in told.decode()

    async def _knows_all(self, server: Server) -> bool:
        told = (await server.admin.execute_command("CLUSTER", "INFO")).decode()
        nodes = (await server.admin.execute_command("CLUSTER", "NODES")).decode()
        replicas = sum("slave" in line.split()[2] for line in nodes.splitlines())
        return "cluster_state:ok" in told and f"cluster_known_nodes:{2 * MASTERS}" in told and replicas == MASTERS


async def identity(server: Server) -> str:
    """The id of a node."""
    return str((await server.admin.execute_command("CLUSTER", "MYID")).decode())


async def is_followed(master: Server) -> bool:
    """Whether its replica has confirmed something; until then it only has its copy."""
    replica = (await master.admin.info("replication")).get("slave0", {})
    return bool(replica.get("state") == "online" and replica["offset"])


async def _follows(replica: Server) -> bool:
    return bool((await replica.admin.info("replication")).get("master_link_status") == "up")


@asynccontextmanager
async def redis_cluster(folder: Path, authority: Authority | None = None) -> AsyncIterator[RedisCluster]:
    """A cluster that serves."""
    cluster = RedisCluster(folder, authority)
    try:
        await cluster.start()
        yield cluster
    finally:
        await cluster.stop()


# -- a replica ------------------------------------------------------------------------------


@asynccontextmanager
async def master_and_replica(folder: Path) -> AsyncIterator[tuple[Server, Server]]:
    """A master, and a replica that follows it."""
    master = Server(folder / "master", *_data_options())
    replica = Server(folder / "replica", *_data_options(), "--replicaof", "127.0.0.1", str(master.port))
    try:
        await master.start()
        await replica.start()
        await eventually(is_followed, master)
        yield master, replica
    finally:
        await asyncio.gather(master.stop(), replica.stop())


# -- Sentinels ------------------------------------------------------------------------------


class Sentinels:
    """A master, a replica, and three Sentinels that watch over them."""

    service = SERVICE

    def __init__(self, folder: Path, authority: Authority | None = None, host: str = "127.0.0.1") -> None:
        """`host`: how the servers, and the Sentinels, are called."""
        self._folder = folder
        self._authority = authority
        self._host = host
        announced = ("--replica-announce-ip", host)
        self.master = Server(folder / "master", *_data_options(), *announced, authority=authority)
        follows = ("--replicaof", host, str(self.master.peer_port))
        self.replica = Server(folder / "replica", *_data_options(), *announced, *follows, authority=authority)
        self.sentinels: list[Server] = []

    @property
    def url(self) -> str:
        """For QUICKPOLL_REDIS_URL."""
        return _url("sentinel", self.sentinels, f"/{SERVICE}", self._authority).replace("127.0.0.1", self._host)

    async def start(self) -> None:
        """Returns when all know each other and the replica follows."""
        await self.master.start()
        await self.replica.start()
        for number in range(3):
            folder = self._folder / f"sentinel{number}"
            folder.mkdir()
            config = folder / "sentinel.conf"
            config.write_text(
                "sentinel resolve-hostnames yes\n"
                "sentinel announce-hostnames yes\n"
                f"sentinel monitor {SERVICE} {self._host} {self.master.peer_port} 2\n"
                f"sentinel down-after-milliseconds {SERVICE} {NODE_TIMEOUT_MS}\n"
                f"sentinel failover-timeout {SERVICE} 5000\n"
            )
            sentinel = Server(folder, "--sentinel", arguments=[str(config)], authority=self._authority)
            self.sentinels.append(sentinel)
            await sentinel.start()
        await eventually(_follows, self.replica)
        await asyncio.gather(*(eventually(self._knows_all, sentinel) for sentinel in self.sentinels))

    async def stop(self) -> None:
        """Ends it for good."""
        await asyncio.gather(*(server.stop() for server in (self.master, self.replica, *self.sentinels)))

    async def _knows_all(self, sentinel: Server) -> bool:
        told: list[Any] = await sentinel.admin.execute_command("SENTINEL", "MASTER", SERVICE)
        named = told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=True))
        counts = (named.get(b"num-slaves", named.get("num-slaves")), named.get(b"num-other-sentinels"))
        return [int(count or 0) for count in counts] == [1, 2]


@asynccontextmanager
async def sentinels(
    folder: Path, authority: Authority | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Sentinels]:
    """A watched master that serves."""
    watched = Sentinels(folder, authority, host)
    try:
        await watched.start()
        yield watched
    finally:
        await watched.stop()
