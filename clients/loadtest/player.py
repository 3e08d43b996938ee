"""One simulated player: joins, answers each question once, comes back when it was cut off, notes what it is told."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from secrets import token_hex
from typing import Any, Final, Protocol

import msgspec

from clients.loadtest.plan import Plan
from clients.loadtest.seen import LiveCounts, QuestionTiming, Seen, count
from clients.loadtest.wire import Wire, WireError, open_wire
from quickpoll.protocol import (
    AnswerAccepted,
    Error,
    ErrorCode,
    Joined,
    JoinSession,
    NewQuestion,
    Phase,
    PublicQuestion,
    QuestionResults,
    Resumed,
    ResumeSession,
    SubmitAnswer,
    YourFinal,
    YourResult,
    encode_command,
)

OPEN_MARGIN_S: Final = 0.05
"""How long after `opens_at` the first answer may be sent: the clocks agree to a few milliseconds only."""
AWAY_S: Final = 0.5
"""A player who is cut off tries to come back within this time, then within twice as long each time."""
MAX_AWAY_S: Final = 4.0
PATIENCE_S: Final = 30.0
"""How long a player waits for a reply, and tries to come back."""
_TYPE: Final = len(b'{"type":"')
_accepted: Final = msgspec.json.Decoder(AnswerAccepted)
_result: Final = msgspec.json.Decoder(YourResult)


class TryAgain(ConnectionRefusedError):
    """Not now, but after some seconds."""

    def __init__(self, error: Error) -> None:
        super().__init__(f"{error.code}: {error.message}")
        self.after_s = (error.retry_after_ms or 1000) / 1000


class PlayersCrowd(Protocol):
    """What a player needs of the crowd that it belongs to: see `clients.loadtest.crowd.Crowd`."""

    plan: Plan
    seen: Seen
    tally: LiveCounts
    rng: random.Random
    ended: bool

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs something beside what goes on."""

    def shown(self, question: PublicQuestion, opens_at: int) -> None:
        """Keeps when it opens, and what players see of it."""

    def asked(self, text: bytes) -> NewQuestion:
        """A `new_question`, decoded once for all players."""

    def resulted(self, text: bytes) -> int:
        """The question of a `question_results`, noted once for all players."""

    def told_results(self, results: QuestionResults) -> None:
        """Notes the results of a question."""

    def finished(self, player: int, index: int) -> None:
        """Notes that a player has got the end of a question."""

    def final(self, player: int, final: YourFinal) -> None:
        """Notes that a player has got its final result."""

    def lost(self, player: int) -> None:
        """Notes that a player will not come back."""

    def in_s(self, moment_ms: int) -> float:
        """How many seconds until the server's clock shows `moment_ms`."""


class SimulatedPlayer:
    """One player of a crowd, by its number in the session."""

    def __init__(self, crowd: PlayersCrowd, number: int) -> None:
        self._crowd = crowd
        self._number = number
        self._turn = number
        """At which address it connects next."""
        self._wire: Wire | None = None
        self._token = ""
        self._entered: asyncio.Future[None]
        self._id = token_hex(8)
        self._pending = b""
        """The answer that has had no reply."""
        self._question = -1
        self._cuts_after_answer = False
        self._is_counted = False
        """Whether it has received all of this question on one connection."""
        self._bytes = self._frames = self._reads = 0
        self._read_at = 0.0
        self._handlers: dict[bytes, Callable[[bytes, float], None]] = {
            b"joined": self._on_joined,
            b"resumed": self._on_resumed,
            b"new_question": self._on_new_question,
            b"answer_accepted": self._on_answer_accepted,
            b"question_results": self._on_question_results,
            b"your_result": self._on_your_result,
            b"leaderboard": self._on_leaderboard,
            b"your_final": self._on_your_final,
            b"error": self._on_error,
        }

    @property
    def _is_in(self) -> bool:
        """Whether it is connected, and the server knows as whom."""
        return self._wire is not None and self._entered.done()

    @property
    def _timing(self) -> QuestionTiming:
        return self._crowd.seen.timings[self._question]

    async def join(self, code: str) -> None:
        """Connects and joins the session; raises as `Crowd.join`."""
        started = time.perf_counter()
        # The same id each time: if an earlier try did reach the session, it is still the same player.
        command = encode_command(JoinSession(id=f"{self._id}-join", code=code, name=f"Player {self._number}"))
        while True:
            try:
                await self._enter(command)
                break
            except TryAgain as error:
                if time.perf_counter() - started > PATIENCE_S:
                    raise
                await asyncio.sleep(error.after_s)
        self._crowd.seen.joins[self._number] = time.perf_counter() - started
        self._crowd.tally.joined += 1

    def close(self) -> None:
        """Ends the connection, if there is one."""
        if self._wire:
            self._wire.close()

    # -- connections --------------------------------------------------------------------------

    async def _enter(self, command: bytes) -> None:
        urls = self._crowd.plan.urls
        wire = await open_wire(urls[self._turn % len(urls)], self._received)
        self._turn += 1
        self._entered = asyncio.get_running_loop().create_future()
        self._wire = wire
        wire.send(command)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._entered
        except (TimeoutError, ConnectionRefusedError):
            self._wire = None
            wire.break_off()
            raise
        wire.ended.add_done_callback(lambda ended: self._on_end(wire, ended.result()))

    def _cut(self, index: int) -> None:
        if self._wire and self._is_in and self._question == index:
            self._timing.cut[self._number] = time.perf_counter()
            wire, self._wire = self._wire, None
            wire.break_off()
            self._crowd.spawn(self._come_back())

    def _on_end(self, wire: Wire, code: int) -> None:
        if wire is not self._wire or self._crowd.ended:
            return
        self._wire = None
        count(self._crowd.seen.closes, code)
        if code >= 4500:
            self._crowd.lost(self._number)
        else:
            self._crowd.spawn(self._come_back())

    async def _come_back(self) -> None:
        loop = asyncio.get_running_loop()
        give_up_at, away_s = loop.time() + PATIENCE_S, AWAY_S
        while loop.time() < give_up_at:
            await asyncio.sleep(self._crowd.rng.uniform(0, away_s))
            away_s = min(2 * away_s, MAX_AWAY_S)
            try:
                await self._enter(encode_command(ResumeSession(token=self._token)))
            except TryAgain:
                continue
            except ConnectionRefusedError:
                break
            except (WireError, OSError, TimeoutError):
                continue
            return
        self._crowd.lost(self._number)

    # -- what it does ---------------------------------------------------------------------------

    def _take(self, index: int, opens_at: int) -> None:
        """A question: decides when to answer, and whether and when its connection breaks."""
        crowd, later = self._crowd, asyncio.get_running_loop().call_later
        self._question, self._pending = index, b""
        wait_s = max(0.0, crowd.in_s(opens_at) + OPEN_MARGIN_S) + crowd.plan.moment(crowd.rng)
        later(wait_s, self._answer, index)
        breaks = crowd.rng.random() < crowd.plan.reconnects
        self._cuts_after_answer = breaks and crowd.rng.random() < 0.5
        if breaks and not self._cuts_after_answer:
            later(crowd.rng.uniform(0, wait_s), self._cut, index)

    def _answer(self, index: int) -> None:
        played = self._crowd.seen.rounds[index]
        if self._question != index or self._number in played.told:
            return  # it was away too long
        played.chosen[self._number] = answer = self._crowd.plan.answer(self._crowd.rng, played.question)
        # An id that nobody can guess is recognised from another connection, too.
        self._pending = encode_command(SubmitAnswer(id=f"{self._id}-{index:04}", question=index, answer=answer))
        self._crowd.tally.answered += 1
        self._send_pending()
        if self._cuts_after_answer:
            self._cut(index)

    def _send_pending(self) -> None:
        if self._pending and self._wire and self._is_in:
            self._timing.answered.setdefault(self._number, time.perf_counter())
            self._wire.send(self._pending)

    def _replied(self) -> None:
        """The answer is accepted or refused; who came back after the results waited for that only."""
        waited, self._pending = bool(self._pending), b""
        if waited and self._number in self._crowd.seen.rounds[self._question].told:
            self._crowd.finished(self._number, self._question)

    # -- what it is told ------------------------------------------------------------------------

    def _received(self, text: bytes, size: int, at: float) -> None:
        self._bytes += size
        self._frames += 1
        if at != self._read_at:
            self._read_at = at
            self._reads += 1
        if handler := self._handlers.get(text[_TYPE : text.index(b'"', _TYPE)]):
            handler(text, at)

    def _on_joined(self, text: bytes, _at: float) -> None:
        self._token = msgspec.json.decode(text, type=Joined).player_token
        self._let_in()

    def _let_in(self) -> None:
        if not self._entered.done():  # else nobody waits any more
            self._entered.set_result(None)

    def _on_resumed(self, text: bytes, at: float) -> None:
        resumed = msgspec.json.decode(text, type=Resumed)
        self._let_in()
        self._crowd.tally.resumed += 1
        self._is_counted = False
        view, you = resumed.session, resumed.you
        if self._question >= 0:
            self._timing.resumed.setdefault(self._number, at)
        if view.phase is Phase.QUESTION and view.question and view.question.index != self._question:
            self._crowd.shown(view.question, view.opens_at or 0)
            self._take(view.question.index, view.opens_at or 0)
        if you and you.result and self._number not in self._crowd.seen.rounds[you.result.question].told:
            self._question = you.result.question
            self._crowd.seen.rounds[self._question].told[self._number] = you.result
            if view.results:
                self._crowd.told_results(view.results)
            if not self._pending:
                self._crowd.finished(self._number, self._question)
        if you and you.final:
            self._crowd.final(self._number, you.final)
        self._send_pending()

    def _on_new_question(self, text: bytes, at: float) -> None:
        asked = self._crowd.asked(text)
        size = len(text) + (4 if len(text) >= 126 else 2)
        self._bytes, self._frames, self._reads, self._is_counted = size, 1, 1, True
        self._take(asked.question.index, asked.opens_at)
        self._timing.asked[self._number] = at

    def _on_answer_accepted(self, text: bytes, at: float) -> None:
        accepted = _accepted.decode(text)
        self._crowd.seen.timings[accepted.question].acknowledged[self._number] = at
        self._crowd.seen.rounds[accepted.question].accepted[self._number] = accepted.counted_at
        self._crowd.tally.acknowledged += 1
        if accepted.question == self._question:
            self._replied()

    def _on_question_results(self, text: bytes, _at: float) -> None:
        self._crowd.resulted(text)

    def _on_your_result(self, text: bytes, at: float) -> None:
        result = _result.decode(text)
        played = self._crowd.seen.rounds[result.question]
        played.repeated += self._number in played.told
        played.told[self._number] = result
        self._crowd.seen.timings[result.question].results[self._number] = at

    def _on_leaderboard(self, _text: bytes, _at: float) -> None:
        timing = self._timing
        if self._is_counted:
            timing.bytes_received[self._number] = self._bytes
            timing.frames_received[self._number] = self._frames
            timing.reads[self._number] = self._reads
        elif self._pending:
            return  # it waits for the reply to the answer that it has sent again
        self._crowd.finished(self._number, self._question)

    def _on_your_final(self, text: bytes, _at: float) -> None:
        self._crowd.final(self._number, msgspec.json.decode(text, type=YourFinal))

    def _on_error(self, text: bytes, _at: float) -> None:
        error = msgspec.json.decode(text, type=Error)
        count(self._crowd.seen.errors, error.code)
        self._crowd.tally.errors += 1
        again = TryAgain(error) if error.code in (ErrorCode.UNAVAILABLE, ErrorCode.RATE_LIMITED) else None
        if not self._entered.done():
            self._entered.set_exception(again or ConnectionRefusedError(f"{error.code}: {error.message}"))
        elif not isinstance(error.reply_to, str) or not error.reply_to.startswith(self._id):
            pass
        elif again:
            asyncio.get_running_loop().call_later(again.after_s, self._send_pending)
        else:
            self._refused(error.code)

    def _refused(self, code: ErrorCode) -> None:
        played = self._crowd.seen.rounds[self._question]
        if code is ErrorCode.QUESTION_CLOSED and self._number in self._timing.cut:
            played.late.add(self._number)
        else:
            played.refused[self._number] = code
        self._replied()
