"""The players of one session in this process, and what they saw.

What is measured is noted at the arrival of a message; what can wait is computed afterwards. Only messages
that the ledger or the figures need are decoded, and a broadcast only once for all players.
"""

import asyncio
import gc
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from clients.loadtest.ledger import Round
from clients.loadtest.plan import Plan, Share
from clients.loadtest.player import SimulatedPlayer
from clients.loadtest.seen import LiveCounts, QuestionTiming, Seen
from quickpoll.protocol import NewQuestion, PublicQuestion, QuestionResults, YourFinal

PATIENCE_S: Final = 30.0
"""How long the crowd waits for anything that does not come."""


@dataclass
class Doors:
    """How many players of a process join at the same time, over all its sessions."""

    first: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(10))
    """The first of each session: a gateway takes too many codes at once that it does not know for guesses."""
    others: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(50))


class Crowd:
    """Some of a session's players. One who never gets the end of a question is in the ledger."""

    def __init__(self, plan: Plan, part: Share, tally: LiveCounts, doors: Doors) -> None:
        self.plan = plan
        self.quiz = plan.quiz()
        self.tally = tally
        self.rng = random.Random(f"{plan.seed}/{part.session}/{part.first}")  # noqa: S311  (repeats itself on purpose)
        self.seen = Seen([Round(*numbered) for numbered in enumerate(self.quiz.questions)], [])
        self.seen.timings = [QuestionTiming() for _ in self.quiz.questions]
        self.clock_ahead_ms = 0.0
        self.ended = False
        self._part = part
        self._doors = doors
        self._players: list[SimulatedPlayer] = []
        self._waiting: list[set[int]] = [set(range(part.first, part.end)) for _ in range(plan.questions + 1)]
        """Players who have not got the end of a question; in the last place, of the quiz."""
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._broadcast = b""
        self._asked: NewQuestion
        self._resulted: int

    async def join(self, code: str, clock_ahead_ms: float, per_s: float) -> None:
        """All players join the session.

        Args:
            code: of the session.
            clock_ahead_ms: of the server's clock before `time.time()`.
            per_s: how many at most, in a second; 0: as quickly as the server lets them in.

        Raises:
            WireError, OSError: no connection.
            TimeoutError: no reply.
            ConnectionRefusedError: the server answered with an error.
        """
        self.clock_ahead_ms = clock_ahead_ms
        self._players = [SimulatedPlayer(self, number) for number in range(self._part.first, self._part.end)]
        first, *others = self._players
        started = asyncio.get_running_loop().time()

        async def join(turn: int, player: SimulatedPlayer) -> None:
            if per_s:
                await asyncio.sleep(started + turn / per_s - asyncio.get_running_loop().time())
            async with self._doors.others:
                await player.join(code)

        async with self._doors.first:
            await first.join(code)
        try:
            async with asyncio.TaskGroup() as tasks:
                for turn, player in enumerate(others, 1):
                    tasks.create_task(join(turn, player))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        # A collection of the joined crowd in the middle of a burst would be measured as the server's.
        gc.collect()
        gc.freeze()

    async def question(self, index: int) -> None:
        """Returns when everyone has got the end of a question, or when it is clear that somebody never will."""
        await self._all_have(index, self.plan.question_s() + PATIENCE_S)

    async def finals(self) -> Seen:
        """Waits until everyone has got its final result; what this part of the crowd has seen."""
        await self._all_have(self.plan.questions, PATIENCE_S)
        return self.seen

    def close(self) -> None:
        """Ends all connections."""
        self.ended = True
        for task in self._tasks:
            task.cancel()
        for player in self._players:
            player.close()

    async def _all_have(self, index: int, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while self._waiting[index]:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs what a player does besides."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- what players note ------------------------------------------------------------------

    def asked(self, text: bytes) -> NewQuestion:
        """Decodes `new_question`, which is the same for all, once."""
        if text != self._broadcast:
            self._asked = msgspec.json.decode(text, type=NewQuestion)
            self._broadcast = text
            self.shown(self._asked.question, self._asked.opens_at)
        return self._asked

    def shown(self, question: PublicQuestion, opens_at: int) -> None:
        """Keeps when it opens, and what players see of it."""
        round_ = self.seen.rounds[question.index]
        round_.opens_at, round_.shown = opens_at, question

    def resulted(self, text: bytes) -> int:
        """Decodes `question_results` once, and keeps it if it differs from what others were told; its question."""
        if text != self._broadcast:
            results = msgspec.json.decode(text, type=QuestionResults)
            self._broadcast = text
            self.told_results(results)
            self._resulted = results.question
        return self._resulted

    def told_results(self, results: QuestionResults) -> None:
        """Keeps a question's results if they differ from what others were told."""
        told = self.seen.rounds[results.question].results
        if results not in told:
            told.append(results)

    def finished(self, player: int, index: int) -> None:
        """A player has got the end of a question."""
        self._waiting[index].discard(player)
        self.tally.finished += 1
        if not self._waiting[index]:
            self._changed.set()

    def final(self, player: int, final: YourFinal) -> None:
        """A player has got its final result."""
        self.seen.finals[player] = final
        self.finished(player, self.plan.questions)

    def lost(self, player: int) -> None:
        """A player is gone for good: nobody waits for it any more."""
        for waiting in self._waiting:
            waiting.discard(player)
        self._changed.set()

    def in_s(self, moment_ms: int) -> float:
        """How many seconds until the server's clock shows `moment_ms`; negative when it is over."""
        return (moment_ms - self.clock_ahead_ms) / 1000 - time.time()
