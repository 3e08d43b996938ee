"""One campaign: a server of its own, conversations until so many frames were sent, and a game that must not notice.

It fails at once if the gateway falls silent or says what is no message, and at the end if a game went wrong, the log
has a traceback, or the memory of the process has grown.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from clients.player import CommandRefused, QuizClient
from quickpoll.protocol import EndSession, ErrorCode, Settings
from tests.fuzz.client import Target, play
from tests.fuzz.conversations import Fuzz, conversations, variants
from tests.system.game import QUIZ, join, open_session
from tests.system.harness import Process, serve, websocket_url

VARIANTS: Final = 10
"""Conversations at a time, of each that Hypothesis draws."""
DRAWN_FOR_A_SESSION: Final = 25
"""Then the session that they are about ends, and another begins: players who join are no leak."""
WARM_UP: Final = 0.1
"""The part of the frames after which memory is measured for the first time."""
GAME_WITHIN_S: Final = 60.0
MAX_GROWTH_KIB: Final = 16 * 1024
SETTINGS: Final = {
    "QUICKPOLL_PLAYERS_PER_ADDRESS": "1000000",  # all come from one address, and its limits are not what is tried here
    "QUICKPOLL_SESSIONS_PER_ADDRESS": "1000000",
    "QUICKPOLL_SESSION_TTL": "60",  # a session that somebody creates and leaves is no leak
}


_ERROR: Final = re.compile(r'Traceback|"level":"(error|critical)"|"exception"')


@dataclass
class Campaign:
    """What was sent, and what it did."""

    frames_wanted: int
    frames: int = 0
    conversations: int = 0
    seconds: float = 0.0
    memory_kib: list[int] = field(default_factory=list)
    """Resident memory of gateway and coordinator: after the warm-up, and at the end."""
    games: dict[str, Any] = field(default_factory=dict)
    """What `bystanders` tells."""
    errors: list[str] = field(default_factory=list)
    """Of the server's log: tracebacks, and lines of errors."""
    warnings: list[str] = field(default_factory=list)
    """Of the same: who was refused, and what else was remarkable."""

    @property
    def growth_kib(self) -> int:
        """By how much the memory has grown since the warm-up."""
        return self.memory_kib[1] - self.memory_kib[0]

    def run(self, folder: Path, seed: int) -> None:
        """Does it all, on a server in `folder`.

        Raises:
            AssertionError, msgspec.DecodeError, TimeoutError: what the gateway did wrong.
        """
        started = time.monotonic()
        with asyncio.Runner() as runner:
            server = serve(folder, None, **SETTINGS)
            runner.run(server.start())
            try:
                with _bystanders(websocket_url(server)) as playing:
                    self._send(runner, server, seed, lambda: playing.poll() is not None)
                    told, _ = playing.communicate("", timeout=GAME_WITHIN_S)
                    assert playing.returncode == 0, "a game went wrong; see its traceback above"
                    self.games = json.loads(told)
                self.memory_kib.append(_memory_kib(server))
            finally:
                runner.run(server.stop())
                lines = server.log.read_text().splitlines()
                self.errors = [line for line in lines if _ERROR.search(line)]
                self.warnings = [line for line in lines if '"level":"warning"' in line or "resume" in line]
        self.seconds = time.monotonic() - started

    def _send(self, runner: asyncio.Runner, server: Process, seed: int, has_ended: Callable[[], bool]) -> None:
        for round_ in count():
            target = runner.run(_open(websocket_url(server)))
            self._round(runner, target, seed + round_)
            assert not has_ended(), "a game went wrong; see its traceback above"
            runner.run(_end(target))
            if self.frames > self.frames_wanted * WARM_UP and not self.memory_kib:
                self.memory_kib.append(_memory_kib(server))
            if self.frames >= self.frames_wanted:
                return

    def _round(self, runner: asyncio.Runner, target: Target, seed: int) -> None:
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=DRAWN_FOR_A_SESSION,
            phases=[Phase.generate],  # a server with a state gives nothing to shrink
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(conversations, st.integers(0, 2**32))
        def send(fuzz: Fuzz, seed_of_variants: int) -> None:
            runner.run(self._play(target, list(variants(fuzz, seed_of_variants, VARIANTS))))

        send()

    async def _play(self, target: Target, fuzzes: list[Fuzz]) -> None:
        outcomes = await asyncio.gather(*(play(target, fuzz) for fuzz in fuzzes), return_exceptions=True)
        for fuzz, outcome in zip(fuzzes, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                print(fuzz, file=sys.stderr)
                raise outcome
            self.frames += outcome
            self.conversations += 1


async def _open(url: str) -> Target:
    async with QuizClient.connect(url) as host, QuizClient.connect(url) as player:
        created = await open_session(host, QUIZ, Settings(lead_ms=0, max_players=20_000))
        joined = (await join(player, created.code, "first")).joined
    return Target(url, created.code, created.host_token, joined.player_token, joined.player_id)


async def _end(target: Target) -> None:
    async with QuizClient.connect(target.url) as host:
        try:
            await host.resume(target.host_token)
            await host.call(EndSession())
        except CommandRefused as refused:
            if refused.code is not ErrorCode.SESSION_ENDED:  # as one of them may have done
                raise


@contextmanager
def _bystanders(url: str) -> Iterator["subprocess.Popen[str]"]:
    """Others, who play until their input ends."""
    arguments = [sys.executable, "-m", "tests.fuzz.bystanders", url]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as playing:
        try:
            yield playing
        finally:
            playing.kill()


def _memory_kib(server: Process) -> int:
    """Resident memory of a process."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
