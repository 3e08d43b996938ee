"""One device among thousands never reads: nobody else gets anything later, and it is gone soon."""

import asyncio
import select
import socket
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path
from uuid import uuid4

import pytest
from websockets.frames import Frame, Opcode

from clients.player import Client
from quickpoll.protocol import ResumeSession, Settings, encode_command
from tests.chaos.hall import Hall
from tests.system.game import open_session
from tests.system.harness import coordinator, gateway, running, websocket_url

PLAYERS = 5000
BROADCASTS = 12
EVERY_S = 0.05
SLOWER = 1.2
GONE_WITHIN_S = 10.0
TRIES = 3
"""A machine that does other things is slower now and then; what the gateway can do shows in the best try."""
SMALL_BUFFER_BYTES = 4096
INTERNET_BYTES = 1220
"""As a segment is there; those of the loopback are so large that the kernel alone would take megabytes."""


@pytest.mark.timeout(300)
async def test_a_socket_that_never_reads_delays_nobody_and_is_gone_in_10_s(tmp_path: Path, redis_url: str) -> None:
    front = gateway(tmp_path, redis_url)
    async with running(front, coordinator(tmp_path, redis_url)), AsyncExitStack() as stack:
        host = await stack.enter_async_context(Client.connect(websocket_url(front)))
        created = await open_session(host, settings=Settings(max_players=PLAYERS))
        hall = Hall(websocket_url(front), created.code, PLAYERS)
        stack.callback(hall.empty)
        await hall.fill()
        slower: list[float] = []
        while len(slower) < TRIES and min(slower, default=SLOWER) >= SLOWER:
            alone_ms = await hall.p99_ms(host, BROADCASTS, EVERY_S)
            # The whole session comes to it, with all its players, and all of that stays unread.
            with closing(await asyncio.to_thread(_deaf, front.health, created.host_token)) as deaf:
                began_at = time.monotonic()
                beside_ms = await hall.p99_ms(host, BROADCASTS, EVERY_S)
                async with asyncio.timeout(GONE_WITHIN_S - (time.monotonic() - began_at)):
                    while not _is_gone(deaf):  # noqa: ASYNC110  (it must not read to find that out)
                        await asyncio.sleep(0.02)
            print(
                f"gone after {time.monotonic() - began_at:.1f} s; p99 {alone_ms:.0f} ms, beside it {beside_ms:.0f} ms"
            )
            slower.append(beside_ms / alone_ms)
        assert min(slower) < SLOWER


def _deaf(health: str, host_token: str) -> socket.socket:
    """A host's second device that resumes and reads nothing but the response to its handshake."""
    host, _, port = health.removeprefix("http://").partition(":")
    device = socket.socket()
    device.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
    device.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, INTERNET_BYTES)
    device.connect((host, int(port)))
    device.sendall(
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += device.recv(1)
    command = encode_command(ResumeSession(id=uuid4().hex, token=host_token, remote=True))
    device.sendall(Frame(Opcode.TEXT, command).serialize(mask=True))
    return device


def _is_gone(device: socket.socket) -> bool:
    """Whether the other side has ended the connection, found out without reading."""
    poll = select.poll()
    poll.register(device, 0)  # POLLHUP and POLLERR are always told
    return bool(poll.poll(0))
