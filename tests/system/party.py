"""A `Record` is taken over by this version: everyone comes back on new devices, and plays on to what the rules say."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from clients.player import CommandRefused
from clients.player import QuizClient as Device
from quickpoll.envelope import Command, decode_replies
from quickpoll.protocol import (
    Answer,
    CloseCode,
    CloseQuestion,
    EndSession,
    GetResults,
    Joined,
    Leaderboard,
    NewQuestion,
    NextQuestion,
    PlayerAnswer,
    Question,
    QuestionResults,
    QuizEnded,
    SessionView,
    StartQuiz,
    SubmitAnswer,
    You,
    YourFinal,
    YourResult,
    decode_message,
    indexes_in,
    options_of,
)
from tests.redis_client import Client
from tests.system.game import SLOW, points, ranks_of
from tests.system.harness import coordinator, gateway, running, websocket_url
from tests.system.recorded import Record

ANSWERS: Final[dict[str, tuple[Answer | None, ...]]] = {
    "Ada": (1, (0, 2), 1, 0),
    "Bo": (0, (0, 2), 0, 1),
    "Cy": (None, (0, 2), 1, 0),
    "Eve": (1, (1,), 1, 1),
}
"""Those that count, of all questions; of some they were given before the record was made."""
EXTRA_PERCENT: Final = {"Cy": 50}
TOLD_WITHIN_S: Final = 10.0


@dataclass
class Guest:
    """A player on a device."""

    player_id: str
    device: Device


@dataclass
class Party:
    """The host and the players of a record."""

    record: Record
    told: list[Any]
    """What the commands that were unread are answered with, in their order; nobody hears it."""
    connect: Callable[[], Awaitable[Device]]
    guests: dict[str, Guest] = field(default_factory=dict)
    """By name."""
    host: Device = field(init=False)

    # -- coming back ------------------------------------------------------------------------

    async def resume_host(self) -> SessionView:
        """The host comes back, and sees this."""
        self.host = await self.connect()
        resumed = await self.host.resume(self.record.token())
        return resumed.session

    async def resume(self, name: str) -> tuple[SessionView, You]:
        """A player comes back, and sees this."""
        device = await self.connect()
        resumed = await device.resume(self.record.token(name))
        assert resumed.you
        assert (resumed.you.name, resumed.you.extra_time_percent) == (name, EXTRA_PERCENT.get(name, 0))
        self.guests[name] = Guest(resumed.you.player_id, device)
        return resumed.session, resumed.you

    async def join_again(self) -> Joined:
        """Eve, whose joining was unread, has heard nothing, and sends it again."""
        device = await self.connect()
        joined = await self.again(0, device)
        assert isinstance(joined, Joined)
        self.guests["Eve"] = Guest(joined.player_id, device)
        return joined

    async def again(self, number: int, device: Device) -> Any:
        """Sends a command that was unread again; its reply, also an error."""
        return await reply_to(device, self.record.unread[number].body)

    # -- playing ----------------------------------------------------------------------------

    async def play_from(self, first: int) -> None:
        """Plays from this question on, and ends the session; all points must be those of the rules."""
        for index in range(first, len(SLOW.questions)):
            await self._ask(index)
            await self.answer(index, *self.guests)
        await self.host.call(NextQuestion())
        totals = await self._check_history()
        ranks = dict(zip(totals, ranks_of(list(totals.values())), strict=True))
        assert (await self.host.expect(QuizEnded)).total == len(self.guests)
        for name, guest in self.guests.items():
            final = await guest.device.expect(YourFinal)
            assert (final.points, final.rank) == (totals[name], ranks[name])
        await self.host.call(EndSession())
        for guest in self.guests.values():
            assert (await guest.device.closed())[0] == CloseCode.SESSION_OVER

    async def answer(self, index: int, *names: str) -> None:
        """These answer, and everyone gets the results; if somebody never answers, the host closes the question."""
        for name in names:
            if (answer := ANSWERS[name][index]) is not None:
                await self.guests[name].device.call(SubmitAnswer(question=index, answer=answer))
        if any(ANSWERS[name][index] is None for name in self.guests):
            await self.host.call(CloseQuestion())
        results = await self.host.expect(QuestionResults)
        self.check_results(results, index)
        leaderboard = await self.host.expect(Leaderboard)
        places = {entry.player_id: (entry.points, entry.rank) for entry in leaderboard.entries}
        for name, guest in self.guests.items():
            assert await guest.device.expect(QuestionResults) == results
            own = await guest.device.expect(YourResult)
            assert (own.question, own.answered) == (index, ANSWERS[name][index] is not None)
            assert await guest.device.expect(Leaderboard) == leaderboard
            assert places.pop(guest.player_id) == (own.total_points, own.rank)
        assert not places

    def check_results(self, results: QuestionResults | msgspec.UnsetType, index: int) -> None:
        """They must hold each answer that counts, once."""
        assert results
        given = [_chosen(answer) for name in self.guests if (answer := ANSWERS[name][index]) is not None]
        counts = tuple(sum(option in chosen for chosen in given) for option in range(len(results.counts)))
        assert (results.question, results.counts, results.answered) == (index, counts, len(given))

    async def _ask(self, index: int) -> None:
        await self.host.call(NextQuestion() if index else StartQuiz())
        asked = await self.host.expect(NewQuestion)
        assert asked.question.index == index
        for guest in self.guests.values():
            assert await guest.device.expect(NewQuestion) == asked
        await self.host.until(asked.opens_at)

    async def _check_history(self) -> dict[str, int]:
        """Each player's answers to all questions, and what each earned; returns the sums."""
        players = (await self.host.call(GetResults())).players
        assert {player.name for player in players} == set(self.guests)
        totals = {}
        for player in players:
            streak = total = 0
            for question, answer, had in zip(SLOW.questions, ANSWERS[player.name], player.answers, strict=True):
                if had is not None:  # else the player came later
                    assert had.answer == answer
                    streak, earned = _reckon(question, had, streak, EXTRA_PERCENT.get(player.name, 0))
                    assert had.points == earned
                    total += earned
            assert player.points == total
            totals[player.name] = total
        return totals


def _reckon(question: Question, had: PlayerAnswer, streak: int, extra_percent: int) -> tuple[int, int]:
    """The streak, and the points with its bonus, by the published rules."""
    correct = {index for index, option in enumerate(options_of(question)) if option.correct}
    if not correct:
        return streak, 0
    if had.answer is None or had.response_ms is None or correct != _chosen(had.answer):
        return 0, 0
    own_limit_ms = (question.time_limit_ms or 0) * (100 + extra_percent) // 100
    base = points(msgspec.structs.replace(question, time_limit_ms=own_limit_ms), had.response_ms)
    return streak + 1, base + 100 * min(streak, 5)


def _chosen(answer: Answer) -> set[int]:
    return set(indexes_in(answer))


async def reply_to(device: Device, command: Any) -> Any:
    """The reply to a command, also an error."""
    try:
        return await device.call(command)
    except CommandRefused as refused:
        return refused.error


@asynccontextmanager
async def taken_over(record: Record, folder: Path, redis: Client, redis_url: str) -> AsyncIterator[Party]:
    """A gateway and a coordinator of this version on what is in a record, of which all unread commands are done."""
    await record.restore(redis)
    front = gateway(folder, redis_url)
    pubsub: Any = redis.pubsub()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(pubsub.aclose)
        await pubsub.ssubscribe(record.partition.replies(record.unread[0].connection.gateway))
        assert await pubsub.get_message(timeout=TOLD_WITHIN_S)  # it is
        await stack.enter_async_context(running(front, coordinator(folder, redis_url)))
        told = await _told(pubsub, record.unread)
        yield Party(record, told, lambda: stack.enter_async_context(Device.connect(websocket_url(front))))


async def _told(pubsub: Any, commands: list[Command]) -> list[Any]:
    """What is said to the gateway of then: one reply to each command."""
    told: dict[tuple[int, int], Any] = {}
    while len(told) < len(commands):
        message = await pubsub.get_message(timeout=TOLD_WITHIN_S)
        assert message, f"no more than {list(told.values())} within {TOLD_WITHIN_S} s"
        for reply in decode_replies(message["data"]).replies:
            assert (reply.connection, reply.request) not in told
            told[reply.connection, reply.request] = decode_message(reply.text)
    return [told[command.connection.number, command.request] for command in commands]
