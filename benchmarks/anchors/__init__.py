"""What others do with the same machine in the same run: a broadcast of some bytes to many connections.

Each anchor is a program of its own that says when it listens, is ready and is done, so that its CPU
time can be read before and after.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from benchmarks.rig import SERVER_CORE, Rig, cpu_ns, free_port, on_core
from clients.loadtest.wire import open_wire

HERE: Final = Path(__file__).parent
ROUNDS: Final = 60
INTERVAL_MS: Final = 40
"""Between two broadcasts, so that the readers on the other core keep up."""
PATIENCE_S: Final = 60.0
HEADER_BYTES: Final = 4
"""Of a WebSocket frame of 126 to 65,535 bytes."""


async def send_ns(connections: int, frame_bytes: int) -> float:
    """CPU of one send() in a loop in C, in nanoseconds."""
    with tempfile.TemporaryDirectory(prefix="quickpoll-bench-") as folder:
        program = Path(folder) / "send_loop"
        subprocess.run(["cc", "-O2", "-o", program, HERE / "send_loop.c"], check=True)  # noqa: ASYNC221
        return await _broadcast_ns([str(program)], connections, frame_bytes, websocket=False)


async def websockets_ns(connections: int, frame_bytes: int) -> float:
    """CPU of one delivery by `websockets.broadcast`, in nanoseconds."""
    command = [sys.executable, str(HERE / "broadcast.py")]
    return await _broadcast_ns(command, connections, frame_bytes - HEADER_BYTES, websocket=True)


async def ws_ns(connections: int, frame_bytes: int) -> float | None:
    """CPU of one delivery by `ws` on Node, in nanoseconds; None where it is not installed (`make bench` does)."""
    node = shutil.which("node")
    if node is None or not (HERE / "ws" / "node_modules").is_dir():
        return None
    command = [node, str(HERE / "ws" / "broadcast.mjs")]
    return await _broadcast_ns(command, connections, frame_bytes - HEADER_BYTES, websocket=True)


@asynccontextmanager
async def least_server() -> AsyncIterator[Rig]:
    """The least server of the wire, in C, with a session of one game."""
    with tempfile.TemporaryDirectory(prefix="quickpoll-bench-") as folder:
        program, port = Path(folder) / "least_server", free_port()
        subprocess.run(["cc", "-O2", "-o", program, HERE / "least_server.c"], check=True)  # noqa: ASYNC221
        with on_core(SERVER_CORE):
            process = await asyncio.create_subprocess_exec(
                program, str(port), Path(folder) / "log", stdout=asyncio.subprocess.PIPE
            )
        assert process.stdout
        try:
            async with asyncio.timeout(PATIENCE_S):
                await process.stdout.readline()
            yield Rig("", {"least": process.pid}, (f"ws://127.0.0.1:{port}/ws",))
        finally:
            process.kill()
            await process.wait()


async def _broadcast_ns(command: list[str], connections: int, size: int, *, websocket: bool) -> float:
    port = free_port()
    arguments = [*command, *map(str, (port, connections, size, ROUNDS, INTERVAL_MS))]
    with on_core(SERVER_CORE):
        process = await asyncio.create_subprocess_exec(
            *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
    assert process.stdin
    assert process.stdout
    try:
        async with asyncio.timeout(PATIENCE_S):
            await process.stdout.readline()
            async with _readers(port, connections, websocket=websocket):
                await process.stdout.readline()
                before = cpu_ns(process.pid)
                process.stdin.write(b"go\n")
                await process.stdout.readline()
                return (cpu_ns(process.pid) - before) / (connections * ROUNDS)
    finally:
        process.kill()
        await process.wait()


class _Reader(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        pass


@asynccontextmanager
async def _readers(port: int, connections: int, *, websocket: bool) -> AsyncIterator[None]:
    """Connections that read whatever comes."""
    loop = asyncio.get_running_loop()
    if websocket:
        wires = [await open_wire(f"ws://127.0.0.1:{port}/", lambda *_: None) for _ in range(connections)]
        closers = [wire.break_off for wire in wires]
    else:
        readers = [(await loop.create_connection(_Reader, "127.0.0.1", port))[1] for _ in range(connections)]
        closers = [reader.transport.abort for reader in readers]  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for close in closers:
            close()
