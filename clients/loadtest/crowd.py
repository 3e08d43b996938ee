"""The crowd: a host, and players who each answer every question once at a random moment.

What is measured is noted at the arrival of a message; what can wait is reckoned afterwards. Only messages
that the ledger or the figures need are decoded, and a broadcast only once for all players.
"""

import asyncio
import gc
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from clients.loadtest.ledger import Round
from clients.loadtest.wire import Wire, open_wire
from clients.player import Client
from quickpoll.protocol import (
    Answer,
    AnswerAccepted,
    CreateSession,
    EndSession,
    Error,
    Joined,
    JoinSession,
    NewQuestion,
    NextQuestion,
    Option,
    Question,
    QuestionResults,
    Quiz,
    Settings,
    StartQuiz,
    SubmitAnswer,
    YourFinal,
    YourResult,
    encode_command,
)

JOINING_AT_ONCE: Final = 50
SPARE_MS: Final = 5000
"""How much longer a question is open than answers are sent, so that none comes too late by itself."""
OPEN_MARGIN_S: Final = 0.05
"""How long after `opens_at` the first answer may be sent: the clocks agree to a few milliseconds only."""
PATIENCE_S: Final = 30.0
"""How long the crowd waits for anything that does not come."""
_TYPE: Final = len(b'{"type":"')


@dataclass(frozen=True)
class Plan:
    """What to play."""

    urls: tuple[str, ...]
    """Players are dealt out to them by turns; the host goes to the first."""
    players: int
    questions: int
    answer_window_s: float
    lead_ms: int = 3000
    seed: int = 1

    def quiz(self) -> Quiz:
        """Questions of one and of several correct options, by turns."""
        limit = round(self.answer_window_s * 1000) + SPARE_MS
        return Quiz("Load test", tuple(_question(index, limit) for index in range(self.questions)))

    def answer(self, rng: random.Random, question: Question) -> Answer:
        """A random answer to a question."""
        options = range(len(question.options))
        if question.kind == "single":
            return rng.choice(options)
        return tuple(sorted(rng.sample(options, rng.randint(1, len(options)))))


def _question(index: int, limit_ms: int) -> Question:
    kind, correct = ("multiple", {0, 2}) if index % 2 else ("single", {index % 4})
    options = tuple(Option(f"Option {number}", number in correct) for number in range(4))
    return Question(kind, f"Question {index}?", options, limit_ms)  # type: ignore[arg-type]


@dataclass
class Timing:
    """The moments of one question, in seconds of `time.perf_counter()`, by player."""

    sent: float = 0.0
    """When the host sent the command that opened it."""
    asked: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    acknowledged: dict[int, float] = field(default_factory=dict)
    results: dict[int, float] = field(default_factory=dict)
    bytes_received: dict[int, int] = field(default_factory=dict)
    """Of all frames from `new_question` to `leaderboard`."""


@dataclass
class Measured:
    """What a crowd saw."""

    players: int
    rounds: list[Round]
    timings: list[Timing]
    finals: dict[int, YourFinal] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    closes: Counter[int] = field(default_factory=Counter)
    """Connections that ended before the quiz did, by close code."""
    joining_s: float = 0.0


class Crowd:
    """All players of one session."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.quiz = plan.quiz()
        self.rng = random.Random(plan.seed)  # noqa: S311  (a load test repeats itself on purpose)
        self.measured = Measured(
            plan.players,
            [Round(index, question) for index, question in enumerate(self.quiz.questions)],
            [Timing() for _ in self.quiz.questions],
        )
        self.clock_ahead_ms = 0.0
        self.waiting_for: set[int] = set()
        """Players who have not got the end of what is going on: of a question, or of the quiz."""
        self.ended = False
        self._done = asyncio.Event()
        self._broadcast = b""
        self._asked: NewQuestion
        self._resulted: int

    def asked(self, text: bytes) -> NewQuestion:
        """Decodes `new_question`, which is the same for all, once."""
        if text != self._broadcast:
            self._asked = msgspec.json.decode(text, type=NewQuestion)
            self._broadcast = text
            self.measured.rounds[self._asked.question.index].opens_at = self._asked.opens_at
        return self._asked

    def resulted(self, text: bytes) -> int:
        """Decodes `question_results` once, and keeps it if it differs from what others were told; its question."""
        if text != self._broadcast:
            results = msgspec.json.decode(text, type=QuestionResults)
            self._broadcast = text
            told = self.measured.rounds[results.question].results
            if results not in told:
                told.append(results)
            self._resulted = results.question
        return self._resulted

    def expect(self, players: set[int]) -> None:
        """From here on, waits for these players."""
        self.waiting_for = players
        self._done.clear()

    def done(self, player: int) -> None:
        """Notes that a player got the end of what is going on, or never will."""
        self.waiting_for.discard(player)
        if not self.waiting_for:
            self._done.set()

    async def all_done(self, seconds: float) -> None:
        """Waits until everyone got the end of what is going on, but not longer; the ledger shows who did not."""
        try:
            async with asyncio.timeout(seconds):
                await self._done.wait()
        except TimeoutError:
            pass


class Player:
    """One player: joins, answers each question once, notes what it is told."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd = crowd
        self._number = number
        self._wire: Wire | None = None
        self._bytes = 0
        self._question = 0
        self._joined: asyncio.Future[Joined] = asyncio.get_running_loop().create_future()
        self._handlers: dict[bytes, Callable[[bytes, float], None]] = {
            b"joined": self._on_joined,
            b"new_question": self._on_new_question,
            b"answer_accepted": self._on_answer_accepted,
            b"question_results": self._on_question_results,
            b"your_result": self._on_your_result,
            b"leaderboard": self._on_leaderboard,
            b"your_final": self._on_your_final,
            b"error": self._on_error,
        }

    async def join(self, code: str) -> None:
        """Connects and joins the session.

        Raises:
            WireError, OSError: no connection.
            TimeoutError: no reply.
            ConnectionRefusedError: the server answered with an error.
        """
        urls = self._crowd.plan.urls
        self._wire = wire = await open_wire(urls[self._number % len(urls)], self._received)
        wire.send(encode_command(JoinSession(code=code, name=f"Player {self._number}")))
        async with asyncio.timeout(PATIENCE_S):
            await self._joined
        wire.ended.add_done_callback(self._on_end)

    def close(self) -> None:
        """Ends the connection, if there is one."""
        if self._wire:
            self._wire.close()

    @property
    def connected(self) -> bool:
        """Whether the connection lives."""
        return self._wire is not None and not self._wire.ended.done()

    def _received(self, text: bytes, size: int, at: float) -> None:
        self._bytes += size
        kind = text[_TYPE : text.index(b'"', _TYPE)]
        if kind == b"new_question":
            self._bytes = size
        if handler := self._handlers.get(kind):
            handler(text, at)

    def _on_joined(self, text: bytes, _at: float) -> None:
        self._joined.set_result(msgspec.json.decode(text, type=Joined))

    def _on_new_question(self, text: bytes, at: float) -> None:
        crowd = self._crowd
        asked = crowd.asked(text)
        self._question = asked.question.index
        crowd.measured.timings[self._question].asked[self._number] = at
        opens_in_s = (asked.opens_at - crowd.clock_ahead_ms) / 1000 - time.time() + OPEN_MARGIN_S
        wait_s = max(0.0, opens_in_s) + crowd.rng.uniform(0, crowd.plan.answer_window_s)
        asyncio.get_running_loop().call_later(wait_s, self._answer)

    def _answer(self) -> None:
        if not self._wire or not self.connected:
            return
        played = self._crowd.measured.rounds[self._question]
        answer = self._crowd.plan.answer(self._crowd.rng, played.question)
        played.chosen[self._number] = answer
        text = encode_command(SubmitAnswer(id="answer", question=self._question, answer=answer))
        self._crowd.measured.timings[self._question].answered[self._number] = time.perf_counter()
        self._wire.send(text)

    def _on_answer_accepted(self, text: bytes, at: float) -> None:
        accepted = msgspec.json.decode(text, type=AnswerAccepted)
        self._crowd.measured.timings[accepted.question].acknowledged[self._number] = at
        self._crowd.measured.rounds[accepted.question].accepted[self._number] = accepted.counted_at

    def _on_question_results(self, text: bytes, at: float) -> None:
        self._crowd.measured.timings[self._crowd.resulted(text)].results[self._number] = at

    def _on_your_result(self, text: bytes, _at: float) -> None:
        result = msgspec.json.decode(text, type=YourResult)
        played = self._crowd.measured.rounds[result.question]
        played.repeated += self._number in played.told
        played.told[self._number] = result

    def _on_leaderboard(self, _text: bytes, _at: float) -> None:
        self._crowd.measured.timings[self._question].bytes_received[self._number] = self._bytes
        self._crowd.done(self._number)

    def _on_your_final(self, text: bytes, _at: float) -> None:
        self._crowd.measured.finals[self._number] = msgspec.json.decode(text, type=YourFinal)
        self._crowd.done(self._number)

    def _on_error(self, text: bytes, _at: float) -> None:
        error = msgspec.json.decode(text, type=Error)
        self._crowd.measured.errors[error.code] += 1
        if error.reply_to == "answer":
            self._crowd.measured.rounds[self._question].refused[self._number] = error.code
        if not self._joined.done():
            self._joined.set_exception(ConnectionRefusedError(f"{error.code}: {error.message}"))

    def _on_end(self, ended: "asyncio.Future[int]") -> None:
        if not self._crowd.ended:
            self._crowd.measured.closes[ended.result()] += 1
            self._crowd.done(self._number)


async def play(plan: Plan, phase: Callable[[str], None] = lambda _: None) -> Measured:
    """Plays a whole quiz; takes about `questions` × (lead + answer window), and the joining.

    Args:
        plan: what to play.
        phase: is called when everyone has `joined`, and when the last question was `played`.

    Raises:
        OSError, WireError, TimeoutError: the server does not answer, or not to all players.
        clients.player.Refused, clients.player.Lost: it refuses the host, or loses it.
    """
    crowd = Crowd(plan)
    measured = crowd.measured
    async with Client.connect(plan.urls[0]) as host:
        settings = Settings(lead_ms=plan.lead_ms, max_players=plan.players)
        created = await host.call(CreateSession(quiz=crowd.quiz, settings=settings))
        players = [Player(crowd, number) for number in range(plan.players)]
        try:
            await _join_all(players, created.code, crowd)
            crowd.clock_ahead_ms = await host.clock_ahead_ms()
            phase("joined")
            for index, timing in enumerate(measured.timings):
                crowd.expect({number for number, player in enumerate(players) if player.connected})
                timing.sent = time.perf_counter()
                await host.call(NextQuestion() if index else StartQuiz())
                await crowd.all_done(plan.lead_ms / 1000 + plan.answer_window_s + SPARE_MS / 1000 + PATIENCE_S)
            phase("played")
            crowd.expect({number for number, player in enumerate(players) if player.connected})
            await host.call(NextQuestion())
            await crowd.all_done(PATIENCE_S)
        finally:
            crowd.ended = True
            for player in players:
                player.close()
        await host.call(EndSession())
    return measured


async def _join_all(players: list[Player], code: str, crowd: Crowd) -> None:
    at_once = asyncio.Semaphore(JOINING_AT_ONCE)

    async def join(player: Player) -> None:
        async with at_once:
            await player.join(code)

    started = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as tasks:
            for player in players:
                tasks.create_task(join(player))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    crowd.measured.joining_s = time.perf_counter() - started
    # A collection of the joined crowd in the middle of a burst would be measured as the server's.
    gc.collect()
    gc.freeze()
