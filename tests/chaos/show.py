"""A quiz before a full hall, in windows: each shows for a while how quick broadcasts are in one moment of it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any
from uuid import uuid4

from clients.player import QuizClient
from quickpoll.protocol import (
    CloseQuestion,
    NextQuestion,
    Option,
    PauseQuiz,
    QuestionResults,
    Quiz,
    QuizPaused,
    SingleQuestion,
    StartQuiz,
)
from tests.chaos.hall import Hall, Seat
from tests.system.game import Playing, ask, check_results

NEWCOMERS, ANSWERS = 6, 12
"""With each broadcast, while people join or answer."""
BROADCASTS = 8
CLOSES = 3
EVERY_S = 0.1
OPTIONS = (Option("Yes", correct=True), Option("No"))
QUIZ = Quiz("Show", tuple(SingleQuestion(f"{number}?", OPTIONS, time_limit_ms=300_000) for number in range(200)))

Window = Callable[[], Awaitable[list[float]]]
"""After how many seconds each broadcast was at each socket."""


class Show:
    """Before a `hall`, of which some answer, and `players` who check the results of each question."""

    def __init__(self, host: QuizClient, hall: Hall, players: Sequence[Playing]) -> None:
        self.everyone = list(hall.seats)
        self._host = host
        self._hall = hall
        self._players = players
        self._silent: list[Seat] = []
        self._question = -1
        self._others = 0
        self._paused = False

    async def open(self, command: StartQuiz | NextQuestion) -> None:
        """The next question."""
        asked = await ask(self._host, self._players, command)
        self._question, self._others, self._silent = asked.question.index, 0, list(self._hall.seats)
        for number, player in enumerate(self._players):
            await player.answer(asked, number % 2, QUIZ)

    async def close(self) -> list[float]:
        """Closes the question; after how many seconds everybody knew."""
        took_s = await self._hall.hear(QuestionResults, self._host.call(CloseQuestion()))
        await check_results(self._host, self._players, board=False, others=self._others)
        return took_s

    async def joining(self) -> list[float]:
        """Broadcasts while newcomers join."""
        newcomers = [Seat(self._hall, f"Newcomer {uuid4().hex[:8]}") for _ in range(NEWCOMERS * BROADCASTS)]
        self.everyone += newcomers
        return await self._broadcasts([newcomer.enter() for newcomer in newcomers])

    async def answering(self) -> list[float]:
        """Broadcasts while answers come."""
        return await self._broadcasts([self._answer() for _ in range(ANSWERS * BROADCASTS)])

    async def closing(self) -> list[float]:
        """Questions that are opened, answered and closed."""
        took_s: list[float] = []
        for _ in range(CLOSES):
            await self.open(NextQuestion())
            await asyncio.gather(*(self._answer() for _ in range(ANSWERS)))
            took_s += await self.close()
            await asyncio.sleep(EVERY_S)
        return took_s

    async def between(self) -> list[float]:
        """Broadcasts while the results are shown."""
        return await self._broadcasts([])

    def leave(self) -> None:
        """All but host and players leave without a word."""
        for seat in self.everyone:
            seat.break_off()

    async def _answer(self) -> None:
        await self._silent.pop().answer(self._question, 0)
        self._others += 1

    async def _broadcasts(self, beside: Sequence[Coroutine[Any, Any, None]]) -> list[float]:
        took_s: list[float] = []
        async with asyncio.TaskGroup() as tasks:
            for number in range(BROADCASTS):
                for work in beside[number::BROADCASTS]:
                    tasks.create_task(work)
                self._paused = not self._paused
                took_s += await self._hall.hear(QuizPaused, self._host.call(PauseQuiz(paused=self._paused)))
                await asyncio.sleep(EVERY_S)
        return took_s
