"""A host who leads freely: skips, gives time, stops the clock, asks now, chooses, rules and takes rulings back.

What is done is drawn by the run's seed, and written down once the server has said that it was done; that and nothing
else is what the invariants expect to hold. A deed that comes too late is refused, and changes nothing.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from clients.loadtest import questions
from quickpoll.protocol import (
    AnyClientMessage,
    AskQuestion,
    ChooseQuestion,
    Error,
    ErrorCode,
    ExtendQuestion,
    Phase,
    Rule,
    Ruled,
    Ruling,
    ShowEarlier,
    SkipQuestion,
    StopClock,
    UndoRuling,
    options_of,
)

if TYPE_CHECKING:
    from tests.chaos.crowd import Host

MOST_ASKED: Final = 2
ASKED_LIMIT_MS: Final = 1000
MORE_MS: Final = 1000
MARGIN_S: Final = 0.05
"""The host stops the clock when the options are open for everybody."""
TOO_LATE: Final = (ErrorCode.WRONG_PHASE, ErrorCode.SESSION_ENDED)


@dataclass
class Made:
    """A ruling that was made; its number is its place, counted from 1."""

    question: int
    ruling: Ruling
    undone: bool = False


class Leading:
    """What one host has done beside going on."""

    def __init__(self, host: "Host", seed: str) -> None:
        self.skipped: set[int] = set()
        self.more_ms: Counter[int] = Counter()
        """By question: what was added to its time."""
        self.stopped: set[int] = set()
        """Questions whose clock was stopped."""
        self.rulings: list[Made] = []
        self.done: Counter[str] = Counter()
        """How often each command was done, by its name in the log."""
        self._asked = 0
        self._opened = 0
        """How many questions it has opened in another way than by going on."""
        self._host = host
        self._rng = random.Random(f"{seed}/leading")

    def holding(self, question: int) -> list[Ruling]:
        """The rulings about a question that hold."""
        return [made.ruling for made in self.rulings if made.question == question and not made.undone]

    async def while_open(self) -> None:
        """Perhaps does something about the open question."""
        index = self._host.question
        asked = self._host.asked.get(index)
        if asked is None or self._rng.random() < 0.5:
            return
        limit_s = (asked.question.time_limit_ms or 0) / 1000
        await asyncio.sleep(max(0.0, asked.opens_at / 1000 - time.time()) + self._rng.uniform(MARGIN_S, limit_s))
        await self._rng.choice((self._skip, self._extend, self._stop))(index)

    async def in_results(self) -> bool:
        """Perhaps rules, shows earlier results, or asks something else than what comes next; says whether it opened."""
        opened = self._opened
        for _ in range(self._rng.randrange(3)):
            deeds = (self._rule, self._rule, self._undo, self._show, self._ask, self._ask_next, self._choose)
            await self._rng.choice(deeds)()
            if self._opened != opened:
                return True
        return False

    async def after_the_end(self) -> None:
        """Perhaps rules, or shows the results of a question."""
        for _ in range(self._rng.randrange(4)):
            deeds: tuple[Callable[[], Awaitable[None]], ...] = (self._rule, self._undo, self._show)
            await self._rng.choice(deeds)()

    # -- an open question -------------------------------------------------------------------

    async def _skip(self, index: int) -> None:
        if await self._does(SkipQuestion(question=index), "skip"):
            self.skipped.add(index)

    async def _extend(self, index: int) -> None:
        if await self._does(ExtendQuestion(question=index, by_ms=MORE_MS), "extend"):
            self.more_ms[index] += MORE_MS

    async def _stop(self, index: int) -> None:
        if await self._does(StopClock(question=index, stopped=True), "clock"):
            self.stopped.add(index)
            await asyncio.sleep(self._rng.uniform(0, 1))
            await self._does(StopClock(question=index, stopped=False), "clock")

    # -- between questions ------------------------------------------------------------------

    async def _ask(self) -> None:
        await self._add(opens=True)

    async def _ask_next(self) -> None:
        await self._add(opens=False)

    async def _add(self, *, opens: bool) -> None:
        if self._asked < MOST_ASKED and self._host.phase is Phase.RESULTS:
            self._asked += 1
            asked = replace(
                questions.ask(self._rng.choice(questions.KINDS), self._asked, ASKED_LIMIT_MS),
                text=f"Asked {self._asked}?",
            )
            self._host.crowd.know(asked)
            if await self._does(AskQuestion(asked=asked, question=self._host.question, open=opens), "add"):
                self._opened += opens

    async def _choose(self) -> None:
        host = self._host
        total = len(host.crowd.quiz.questions) + self.done["add"]
        if host.phase is Phase.RESULTS and host.question + 1 < total:
            choice = self._rng.randrange(host.question + 1, total)
            chosen = ChooseQuestion(choice=choice, total=total, question=host.question)
            self._opened += await self._does(chosen, "choose")

    async def _show(self) -> None:
        index = self._rng.randrange(self._host.question + 1)
        await self._does(ShowEarlier(question=self._rng.choice((index, None))))

    # -- rulings ----------------------------------------------------------------------------

    async def _rule(self) -> None:
        host = self._host
        index = self._rng.randrange(host.question + 1)
        ruling, preview = self._draw_ruling(index), self._rng.random() < 0.3
        if ruling is None:
            return
        reply = await self._host.do(Rule(question=index, ruling=ruling, preview=preview))
        if isinstance(reply, Ruled) and not preview:
            self.rulings.append(Made(index, ruling))
            self.done["rule"] += 1
            if reply.number != len(self.rulings):
                host.wrong.append(f"ruling {len(self.rulings)} has number {reply.number}")
        elif isinstance(reply, Error) and reply.code not in TOO_LATE:
            host.wrong.append(f"a ruling was answered with {reply}")

    def _draw_ruling(self, index: int) -> Ruling | None:
        crowd = self._host.crowd
        question = crowd.question_at(index)
        players = [player.id for player in crowd.players if player.id]
        deed = self._rng.choice(("accept", "void", "points"))
        if deed == "points" and players:
            return Ruling(points=self._rng.randint(-300, 300), player_id=self._rng.choice(players))
        if question.kind in questions.UNSCORED:
            return None
        if deed == "accept" and question.kind in ("single", "true_false"):
            return Ruling(accept=self._rng.randrange(len(options_of(question))))
        if deed == "accept" and question.kind == "text":
            return Ruling(accept=questions.word(self._rng.randrange(3)), share=self._rng.choice((0, 50, 100)))
        return Ruling(void=True)

    async def _undo(self) -> None:
        if self.rulings:
            number = self._rng.randint(1, len(self.rulings))
            held = not self.rulings[number - 1].undone
            if await self._does(UndoRuling(number=number), "undo" if held else ""):
                self.rulings[number - 1].undone = True

    async def _does(self, command: AnyClientMessage, logged: str = "") -> bool:
        reply = await self._host.do(command)
        if not isinstance(reply, Error):
            self.done[logged] += bool(logged)
            return True
        if reply.code not in TOO_LATE:
            self._host.wrong.append(f"{type(command).__name__} was answered with {reply}")
        return False
