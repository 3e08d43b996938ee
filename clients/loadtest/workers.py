"""The leading process's side of a process with players: starts it, calls it, ends it."""

import asyncio
import itertools
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from clients.loadtest.channel import (
    Assignment,
    AwaitFinals,
    AwaitQuestion,
    Call,
    Channel,
    Counted,
    Done,
    Join,
    News,
)
from clients.loadtest.plan import Plan, Share
from clients.loadtest.seen import LiveCounts, Seen
from clients.loadtest.wire import WireError


class WorkerProcess:
    """A process with players. Made by `WorkerProcess.started`."""

    def __init__(self, channel: "Channel[News]", tally: LiveCounts) -> None:
        self.busiest = 0.0
        self.lag_s = 0.0
        """As `Meter` has them."""
        self._channel = channel
        self._tally = tally
        self._numbers = itertools.count()
        self._calls: dict[int, asyncio.Future[Done]] = {}
        self._is_gone = False

    @classmethod
    @asynccontextmanager
    async def started(cls, plan: Plan, parts: Sequence[Share], tally: LiveCounts) -> "AsyncIterator[WorkerProcess]":
        """A process that plays these parts, and counts into `tally`."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "clients.loadtest.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},  # it finds what this process has found
        )
        assert process.stdin and process.stdout  # noqa: PT018  (both are asked for)
        worker = cls(Channel(process.stdout, process.stdin, News), tally)
        worker._channel.send(Assignment(plan, tuple(parts)))
        listening = asyncio.create_task(worker._listen())
        try:
            yield worker
        finally:
            listening.cancel()
            process.stdin.close()
            await process.wait()

    def players(self, session: int) -> "RemotePlayers":
        """The players of a session there."""
        return RemotePlayers(self, session)

    async def call(self, call: Call) -> Seen | None:
        """Calls it; raises WireError with the reason if that fails, or if the process ends."""
        if self._is_gone:
            raise WireError("a process of the load test has ended")
        waiting: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._calls[call.number] = waiting
        self._channel.send(call)
        done = await waiting
        if done.failure is not None:
            raise WireError(done.failure)
        return done.seen

    def number(self) -> int:
        """Of a new call."""
        return next(self._numbers)

    async def _listen(self) -> None:
        try:
            while True:
                news = await self._channel.receive()
                if isinstance(news, Counted):
                    self._tally.add(news.tally)
                    self.busiest, self.lag_s = news.busiest, news.lag_s
                else:
                    self._calls.pop(news.number).set_result(news)
        except EOFError:
            self._is_gone = True
            for number, waiting in self._calls.items():
                waiting.set_result(Done(number, failure="a process of the load test has ended"))


class RemotePlayers:
    """The players of a session in another process; as `Crowd` has them."""

    def __init__(self, worker: WorkerProcess, session: int) -> None:
        self._worker = worker
        self._session = session

    async def join(self, code: str, clock_ahead_ms: float, per_s: float) -> None:
        """As `Crowd.join`; whatever fails raises WireError."""
        await self._worker.call(Join(self._worker.number(), self._session, code, clock_ahead_ms, per_s))

    async def question(self, index: int) -> None:
        """As `Crowd.question`."""
        await self._worker.call(AwaitQuestion(self._worker.number(), self._session, index))

    async def finals(self) -> Seen:
        """As `Crowd.finals`."""
        seen = await self._worker.call(AwaitFinals(self._worker.number(), self._session))
        assert seen is not None
        return seen
