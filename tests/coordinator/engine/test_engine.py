"""The laws of the engine as a whole, under any order of entries.

Each step is judged by what was said alone, against a model that shares no code with the engine; and
each entry is applied a second time to a session that was stored and loaded just before. At the end the session's log
is replayed. `EveryKind` plays all kinds with all that a host may do out of turn; what that brings is judged elsewhere,
and here by laws that hold whatever it was. What is covered here depends on the games that are drawn, so it is not
measured: all of the engine is covered by the tests of its modules.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from msgspec.structs import replace

from clients.loadtest import questions
from coordinator.batch.snapshots import decode_session
from coordinator.batch.stored import Stored
from coordinator.engine import (
    Changes,
    CloseSession,
    CommandReply,
    Drawn,
    Effect,
    Effects,
    Session,
    ToEach,
    ToMany,
    apply,
    create,
    invariants,
    next_deadline,
    report,
)
from coordinator.engine.progress import SLACK_MS
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.envelope import Audience, Command, ConnectionId, Disconnected, Entry, GatewayLost, Identity, Tick
from quickpoll.protocol import (
    MAX_LIVE_BYTES,
    Answer,
    AnswerAccepted,
    AnswerProgress,
    Answers,
    AskExtraTime,
    AskQuestion,
    Broadcast,
    ChooseQuestion,
    CloseQuestion,
    CreateSession,
    EndSession,
    Error,
    ExtendQuestion,
    ExtraTimeAsked,
    ExtraTimePercent,
    ExtraTimeSet,
    GetAgenda,
    GetAnswers,
    GetResults,
    HostLeft,
    HostReturned,
    Joined,
    JoinSession,
    KickPlayer,
    Leaderboard,
    LeaveSession,
    LiveTally,
    LockSession,
    MergeAnswers,
    NewQuestion,
    NextQuestion,
    OfferSeat,
    Ok,
    Option,
    PauseQuiz,
    Phase,
    Question,
    QuestionResults,
    Quiz,
    QuizEnded,
    QuizPaused,
    Results,
    Resumed,
    ResumeSession,
    Role,
    Rule,
    Ruled,
    Ruling,
    ServerMessage,
    SessionCommand,
    SessionCreated,
    SessionView,
    SetExtraTime,
    Settings,
    ShowAnswer,
    ShowEarlier,
    ShowLive,
    SingleQuestion,
    SkipQuestion,
    SlideQuestion,
    StartQuiz,
    StopClock,
    SubmitAnswer,
    TextQuestion,
    UndoRuling,
    You,
    YourExtraTime,
    YourFinal,
    YourResult,
    encode_message,
    options_of,
)
from tests.coordinator.engine.game import (
    HOST_CONNECTION,
    MULTIPLE,
    NOTHING,
    POLL,
    SINGLE,
    TRUE_FALSE,
    Game,
    reloaded,
    replies,
    said_bytes,
    state_bytes,
)
from tests.coordinator.engine.kinds.samples import ALL, as_played
from tests.coordinator.engine.kinds.samples import ANSWERS as EVERY_ANSWER

pytestmark = pytest.mark.no_cover

GATEWAYS = ("g1", "g2")
CREATE_ID = "an unguessable id"
ANSWERS = st.one_of(st.integers(0, 3), st.lists(st.integers(0, 3), max_size=3).map(tuple))
TIMES = st.sampled_from([0, 1, 50, 100, 499, 500, 999, 1000, 1001, 2500, 5000, 9999])
ELAPSED = st.sampled_from([None, None, 0, 100, 499, 500, 1000, 5000, 3_600_000])
ROUND_TRIPS = st.sampled_from([0, 0, 20, 400, 3000])
WORTHLESS = SingleQuestion("For fun?", (Option("Yes", correct=True), Option("No")), time_limit_ms=1000, points=0)


@dataclass
class Score:
    """A player as the published rules see one."""

    number: int
    points: int = 0
    correct: int = 0
    streak: int = 0
    time_ms: int = 0
    rank: int | None = None
    delta: int = 0
    extra: int = 0
    """Percent of extra time for the question that was asked last, and `next_extra` for the one after it."""
    next_extra: int = 0
    asks: bool = False
    best: int = 0
    times_ms: list[int] = field(default_factory=list)
    history: list[tuple[Answer | None, int, int | None] | None] = field(default_factory=list)
    """Answer, points and response time by closed question; None before the player joined."""


@dataclass
class Model:
    """What an onlooker who reads every message knows."""

    quiz: Quiz
    settings: Settings
    seq: int = 0
    limits_ms: int = 0
    asked: NewQuestion | None = None
    results: set[int] = field(default_factory=set)
    accepted: dict[int, dict[str, tuple[Answer, int]]] = field(default_factory=dict)
    """Answer, and the moment by which it is judged."""
    connections: dict[str, ConnectionId | None] = field(default_factory=dict)
    scores: dict[str, Score] = field(default_factory=dict)
    over: bool = False
    joined: int = 0
    paused: bool = False
    hosts: dict[bool, ConnectionId | None] = field(default_factory=lambda: {False: None, True: None})
    """The host's connections: stage, and remote."""
    host_is_there: bool = True
    """As players were told."""
    named: set[str] = field(default_factory=set)
    """Who is known to have answered the current question to every device of the host."""
    slowest_ms: int = 0
    """The longest round trip that any command has brought."""

    def join(self, player_id: str) -> None:
        history: list[tuple[Answer | None, int, int | None] | None] = [None] * len(self.results)
        self.scores[player_id] = Score(self.joined, time_ms=self.limits_ms, history=history)
        self.joined += 1

    def own_limit_ms(self, player_id: str) -> int:
        assert self.asked is not None
        return floor((self.asked.question.time_limit_ms or 0) * Fraction(100 + self.scores[player_id].extra, 100))

    def counted_at(self, received_at: int, elapsed_ms: int | None, round_trip_ms: int) -> int:
        assert self.asked is not None
        if elapsed_ms is None:
            return received_at
        earliest = received_at - min(round_trip_ms, self.settings.grace_ms)
        return min(received_at, max(earliest, self.asked.opens_at + elapsed_ms))

    def remove(self, player_id: str) -> None:
        self.scores.pop(player_id, None)
        self.connections.pop(player_id, None)

    def close(self, index: int) -> None:
        """Books the question by the rules of the protocol, one by one."""
        question, asked = self.quiz.questions[index], self.asked
        assert asked is not None
        solution = {n for n, option in enumerate(options_of(question)) if option.correct}
        for player_id, score in self.scores.items():
            score.delta = 0
            given = self.accepted[index].get(player_id)
            if given is not None:
                score.times_ms.append(given[1] - asked.opens_at)
            if question.kind != "poll":
                self.judge(player_id, score, given, question, solution, asked.opens_at)
            told = (None, 0, None) if given is None else (given[0], score.delta, given[1] - asked.opens_at)
            score.history.append(told)
        if question.kind != "poll":
            self.limits_ms += question.time_limit_ms or 0
        self.rank()

    def judge(
        self,
        player_id: str,
        score: Score,
        given: tuple[Answer, int] | None,
        question: Question,
        solution: set[int],
        opens_at: int,
    ) -> None:
        if given is None:
            score.time_ms += question.time_limit_ms or 0
            score.streak = 0
            return
        response_ms = given[1] - opens_at
        score.time_ms += floor(response_ms * Fraction(100, 100 + score.extra))
        if ({given[0]} if isinstance(given[0], int) else set(given[0])) != solution:
            score.streak = 0
            return
        score.streak += 1
        score.best = max(score.best, score.streak)
        score.correct += 1
        exact = question.points * (1 - Fraction(response_ms, self.own_limit_ms(player_id)) / 2)
        score.delta = question.points if response_ms < 500 else floor(exact + Fraction(1, 2))
        if self.settings.streak_bonus and question.points:
            score.delta += 100 * min(score.streak - 1, 5)
        score.points += score.delta

    def rank(self) -> None:
        for score in self.scores.values():
            score.rank = 1 + sum(other.points > score.points for other in self.scores.values())

    def table(self) -> list[tuple[str, int | None, int, int]]:
        best_first = sorted(self.scores.items(), key=lambda kv: (-kv[1].points, kv[1].time_ms, kv[1].number))
        return [(player_id, score.rank, score.points, score.delta) for player_id, score in best_first]


class Onlooker:
    """Checks what each entry caused against the model, message by message, in the order it was said."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def judge(self, entry: Entry, now: int, effects: Effects) -> None:
        for effect in effects.said:
            match effect:
                case CommandReply():
                    assert isinstance(entry, Command)
                    assert (effect.connection, effect.request) == (entry.connection, entry.request)
                    self.replied(entry, now, effect)
                case ToMany():
                    if isinstance(effect.message, Broadcast):
                        assert effect.message.seq == self.model.seq + 1, "seq has no gaps"
                        self.model.seq += 1
                    self.broadcast(effect.message, now)
                case ToEach(((connection, message),)) if connection in self.model.hosts.values():
                    assert not isinstance(message, Broadcast), "one device alone is told what the other is about to get"
                case ToEach(((connection, YourExtraTime() as message),)):
                    (score,) = (self.model.scores[player_id] for player_id in self.players_at(connection))
                    assert message.percent == score.next_extra
                case ToEach():
                    assert [connection for connection, _ in effect.messages] == self.connected_links()
                    for connection, message in effect.messages:
                        self.personal(connection, message)
                case CloseSession():
                    self.model.over = True
                    for player_id in list(self.model.scores):
                        self.model.remove(player_id)
                case _:
                    pass
        assert sum(isinstance(effect, CommandReply) for effect in effects.said) == isinstance(entry, Command)

    def replied(self, command: Command, now: int, reply: CommandReply) -> None:
        model, body, message = self.model, command.body, reply.message
        model.slowest_ms = max(model.slowest_ms, command.round_trip_ms)
        match message:
            case Joined():
                if message.player_id not in model.scores:
                    model.join(message.player_id)
                model.connections[message.player_id] = command.connection
                if message.you:
                    self.seated_again(message.player_id, message.session, message.you)
            case Resumed() if command.identity is not None and command.identity.role is Role.PLAYER:
                model.connections[command.identity.player_id] = command.connection
                assert message.you
                self.seated_again(command.identity.player_id, message.session, message.you)
            case Resumed() if isinstance(body, ResumeSession):
                assert message.remote is body.remote
                self.host_is_at(command.connection, remote=body.remote)
            case SessionCreated():
                self.host_is_at(command.connection, remote=False)
            case Ok() if isinstance(body, AskExtraTime) and command.identity is not None:
                model.scores[command.identity.player_id].asks = True
            case Results() if isinstance(body, GetResults):
                self.results(message)
            case AnswerAccepted() if command.identity is not None and isinstance(body, SubmitAnswer):
                self.accepted(command, command.identity.player_id, body, message, now)
            case Ok() if isinstance(body, LeaveSession) and command.identity is not None:
                assert reply.unbind
                model.remove(command.identity.player_id)
            case Ok() if isinstance(body, KickPlayer):
                model.remove(body.player_id)
            case _:
                pass
        if isinstance(message, Joined | Resumed | SessionCreated):
            assert reply.identity is not None
            assert message.session.paused == model.paused
            assert message.session.seq == model.seq, "who is bound has seen all broadcasts up to here"
            assert message.session.player_count == len(self.connected_links())

    def accepted(self, command: Command, player_id: str, body: SubmitAnswer, message: AnswerAccepted, now: int) -> None:
        model = self.model
        known = model.accepted[body.question].get(player_id)
        if known is not None:
            assert message.counted_at == known[1], "only an answer sent again is accepted again"
            return
        assert model.asked is not None
        assert model.asked.question.index == body.question
        assert message.received_at == now
        assert message.counted_at == model.counted_at(now, body.elapsed_ms, command.round_trip_ms)
        opens_at = model.asked.opens_at
        assert opens_at <= message.counted_at <= opens_at + model.own_limit_ms(player_id)
        assert body.question not in model.results
        assert model.connections[player_id] == command.connection
        model.accepted[body.question][player_id] = (body.answer, message.counted_at)

    def broadcast(self, message: ServerMessage, now: int) -> None:
        model = self.model
        match message:
            case NewQuestion():
                index = message.question.index
                assert index == len(model.accepted), "questions come in order, each once"
                assert len(model.results) == index
                assert message.opens_at >= now
                model.asked, model.accepted[index] = message, {}
                model.named.clear()
                for score in model.scores.values():
                    score.extra = score.next_extra
            case QuestionResults():
                assert model.asked is not None
                assert message.question == model.asked.question.index
                assert message.question not in model.results
                model.results.add(message.question)
                given = model.accepted[message.question]
                assert not any(model.hosts.values()) or given.keys() <= model.named, "the host knows who has answered"
                chosen = Counter(
                    n for answer, _ in given.values() for n in ([answer] if isinstance(answer, int) else answer)
                )
                assert message.counts == tuple(chosen[n] for n in range(len(model.asked.question.options)))
                assert (message.answered, message.total) == (len(given), self.total())
                model.close(message.question)
            case Leaderboard():
                table = [(e.player_id, e.rank, e.points, e.delta) for e in message.entries]
                assert table == model.table()[:10]
            case QuizEnded():
                model.rank()
                table = [(e.player_id, e.rank, e.points, e.delta) for e in message.podium]
                assert table == model.table()[:3]
            case QuizPaused():
                assert message.paused != model.paused
                model.paused = message.paused
            case HostLeft() | HostReturned():
                model.host_is_there = isinstance(message, HostReturned)
            case ExtraTimeSet():
                score = model.scores[message.player_id]
                score.next_extra, score.asks = message.percent, False
            case ExtraTimeAsked():
                assert all(model.scores[player_id].asks for player_id in message.player_ids)
            case AnswerProgress():
                assert (message.answered, message.total) == (len(self.given()), self.total())
                model.named.update(message.player_ids or ())
            case _:
                pass

    def personal(self, connection: ConnectionId, message: ServerMessage) -> None:
        (player_id,) = self.players_at(connection)
        score = self.model.scores[player_id]
        assert self.model.asked is not None
        if isinstance(message, YourResult):
            given = self.given().get(player_id)
            assert message.answered == (given is not None)
            assert message.response_ms == (None if given is None else given[1] - self.model.asked.opens_at)
            seen = (message.points, message.total_points, message.rank, message.streak)
            assert seen == (score.delta, score.points, score.rank, score.streak)
        else:
            assert isinstance(message, YourFinal)
            self.final(score, message)

    def final(self, score: Score, message: YourFinal) -> None:
        assert (message.rank, message.points, message.correct) == (score.rank, score.points, score.correct)
        average = sum(score.times_ms) // len(score.times_ms) if score.times_ms else None
        assert (message.best_streak, message.average_response_ms) == (score.best, average)

    def seated_again(self, player_id: str, session: SessionView, you: You) -> None:
        score = self.model.scores[player_id]
        assert you.total_points == score.points
        assert (you.extra_time_percent, you.asks_extra_time) == (score.next_extra, score.asks)
        if session.phase is Phase.QUESTION:
            assert self.model.asked is not None
            assert you.closes_at == self.model.asked.opens_at + self.model.own_limit_ms(player_id)
        if you.final:
            self.final(score, you.final)

    def results(self, message: Results) -> None:
        model = self.model
        assert [question.index for question in message.questions] == sorted(model.results)
        assert [player.id for player in message.players] == [player_id for player_id, *_ in model.table()]
        for player in message.players:
            score = model.scores[player.id]
            told = [(a.answer, a.points, a.response_ms) if a else None for a in player.answers]
            expected = [given and (_in_order(given[0]), *given[1:]) for given in score.history]
            assert told == expected
            assert (player.points, player.correct) == (score.points, score.correct)
            assert sum(bool(a and a.correct) for a in player.answers) == player.correct

    def host_is_at(self, connection: ConnectionId, *, remote: bool) -> None:
        hosts = self.model.hosts
        if hosts[not remote] == connection:
            hosts[not remote] = None
        hosts[remote] = connection
        if self.model.asked is not None:
            self.model.named.update(self.given())  # the whole picture says who has answered

    def players_at(self, connection: ConnectionId) -> list[str]:
        return [player_id for player_id, its_link in self.model.connections.items() if its_link == connection]

    def given(self) -> dict[str, tuple[Answer, int]]:
        assert self.model.asked is not None
        return self.model.accepted[self.model.asked.question.index]

    def total(self) -> int:
        return len(
            self.given().keys() | {player_id for player_id, connection in self.model.connections.items() if connection}
        )

    def connected_links(self) -> list[ConnectionId]:
        return [
            connection
            for player_id in self.model.scores
            if (connection := self.model.connections[player_id]) is not None
        ]


def _in_order(answer: Answer | None) -> Answer | None:
    return tuple(sorted(answer)) if isinstance(answer, tuple) else answer


NAMES = ["Ben", "Cem", "Dan", "Eve", "ben", ""]
QUIZZES = st.lists(st.sampled_from([SINGLE, MULTIPLE, TRUE_FALSE, POLL, WORTHLESS]), min_size=1, max_size=6)
SETTINGS = st.builds(
    Settings,
    lead_ms=st.sampled_from([0, 200, 3000]),
    auto_advance_ms=st.sampled_from([None, None, 0, 1000]),
    max_players=st.sampled_from([3, 2000]),
    streak_bonus=st.booleans(),
    grace_ms=st.sampled_from([0, 500, 2000]),
)
KINDS = st.sampled_from(sorted(ALL))
PERCENTS: st.SearchStrategy[ExtraTimePercent] = st.sampled_from([0, 25, 50, 100])
START_MS = 1_700_000_000_000


class Laws(RuleBasedStateMachine):
    """A session under any order of entries."""

    seats = Bundle("seats")

    @initialize(target=seats, questions=QUIZZES, chosen=SETTINGS, percents=st.lists(PERCENTS, max_size=4))
    def create(self, questions: list[Question], chosen: Settings, percents: list[ExtraTimePercent]) -> Any:
        self.now = START_MS
        self.serial = 0
        quiz = Quiz("Any", tuple(questions))
        self.first = Command(
            ConnectionId("g1", 0), 0, None, CreateSession(id=CREATE_ID, quiz=quiz, settings=chosen), "https://q"
        )
        self.session, effects = create(self.first, self.now, Drawn("123456", "nonce"))
        self.log: list[tuple[Entry, int, Drawn, bytes]] = []
        self.records = list(effects.log)
        self.logged_results = outcome(self.session)
        self.onlooker = Onlooker(Model(quiz, chosen))
        self.onlooker.judge(self.first, self.now, effects)
        self.fields: dict[bytes, bytes] = {}
        self.kept, self.change = Stored(), Changes()
        self.change.add(effects)
        seats = [seat for name in NAMES[: len(percents)] if isinstance(seat := self.join(name, "g1"), Identity)]
        for seat, percent in zip(seats, percents, strict=False):
            self.extra_time(seat, percent, asks=False)
        return multiple(*seats)

    # -- what the rules are made of

    def next_link(self, gateway: str) -> ConnectionId:
        self.serial += 1
        return ConnectionId(gateway, self.serial)

    def apply(self, entry: Entry, drawn: Drawn = NOTHING) -> Effects:
        twin = reloaded(self.session)
        effects = apply(self.session, entry, self.now, drawn)
        assert said_bytes(apply(twin, entry, self.now, drawn)) == said_bytes(effects)
        assert state_bytes(twin) == state_bytes(self.session)
        self.log.append((entry, self.now, drawn, said_bytes(effects)))
        if effects.log:
            self.records += effects.log
            self.logged_results = outcome(self.session)
        self.onlooker.judge(entry, self.now, effects)
        self.change.add(effects)
        if self.serial % 3 == 0 or not self.fields:  # a batch may hold several entries
            self.store()
        return effects

    def store(self) -> None:
        fields, removed = self.kept.write(self.session, len(self.log), self.change)
        if self.session.head.closed:
            self.fields.clear()
        self.fields |= {name.encode(): value for name, value in fields.items()}
        for name in removed:
            self.fields.pop(name.encode(), None)
        self.change = Changes()
        restored, step = decode_session("123456", self.fields)
        assert restored.head == self.session.head
        assert step == len(self.log)
        if not self.session.head.closed:
            assert restored == self.session
            assert state_bytes(restored) == state_bytes(self.session)
        if self.serial % 2:  # another coordinator goes on from here
            self.kept = Stored.found(restored, self.fields)

    def send(
        self, connection: ConnectionId, identity: Identity | None, body: SessionCommand, round_trip_ms: int = 0
    ) -> ServerMessage:
        self.serial += 1
        command = Command(connection, self.serial, identity, body, round_trip_ms=round_trip_ms)
        return replies(self.apply(command, Drawn(player_id=f"p{self.serial}")))[0].message

    def by_host(self, body: SessionCommand) -> ServerMessage:
        connections = self.session.head.host_connections or [ConnectionId("g1", 0)]
        return self.send(connections[self.serial % len(connections)], self.session.host_identity, body)

    def catch_up(self) -> None:
        """Runs due deadlines on their own, for entries whose effect the onlooker cannot tell from theirs."""
        self.apply(Tick())

    # -- the rules

    @rule(target=seats, name=st.sampled_from(NAMES), gateway=st.sampled_from(GATEWAYS))
    def join(self, name: str, gateway: str) -> Any:
        connection = self.next_link(gateway)
        reply = self.send(connection, None, JoinSession(code="123456", name=name, id=f"an id of {name} to know by"))
        if not isinstance(reply, Joined):
            return multiple()
        return self.session.player_identity(reply.player_id)

    @rule(seat=seats, gateway=st.sampled_from(GATEWAYS), round_trip_ms=ROUND_TRIPS)
    def resume(self, seat: Identity, gateway: str, round_trip_ms: int) -> None:
        self.send(self.next_link(gateway), seat, ResumeSession(token="verified"), round_trip_ms)

    @rule(seat=seats, question=st.integers(0, 5), answer=ANSWERS, id=st.sampled_from([None, "a", "b"]))
    def answer_anything(self, seat: Identity, question: int, answer: Answer, id: str | None) -> None:
        self.send(self.link_of(seat), seat, SubmitAnswer(id=id, question=question, answer=answer))

    @rule(seat=seats, option=st.integers(0, 1), wait_ms=TIMES, elapsed_ms=ELAPSED, round_trip_ms=ROUND_TRIPS)
    def answer_well(
        self, seat: Identity, option: int, wait_ms: int, elapsed_ms: int | None = None, round_trip_ms: int = 0
    ) -> None:
        """A fitting first answer of a connected player in its window counts, and no other."""
        self.now += wait_ms
        self.catch_up()
        model = self.onlooker.model
        if model.asked is None:
            return
        asked = model.asked
        index = asked.question.index
        counts = (
            index not in model.results
            and seat.player_id in model.scores
            and asked.opens_at <= self.now
            and model.counted_at(self.now, elapsed_ms, round_trip_ms)
            <= asked.opens_at + model.own_limit_ms(seat.player_id)
            and model.connections.get(seat.player_id) is not None
            and seat.player_id not in model.accepted[index]
        )
        answer: Answer = (option, 2) if asked.question.kind == "multiple" else option
        body = SubmitAnswer(question=index, answer=answer, elapsed_ms=elapsed_ms)
        reply = self.send(self.link_of(seat), seat, body, round_trip_ms)
        assert isinstance(reply, AnswerAccepted) == counts

    @rule(options=st.lists(st.integers(0, 1), min_size=1, max_size=6), wait_ms=TIMES)
    def several_answer(self, options: list[int], wait_ms: int) -> None:
        self.move_on()
        for player_id, option in zip(list(self.session.players), options, strict=False):
            self.answer_well(self.session.player_identity(player_id), option, wait_ms // len(options))

    @rule(seat=seats)
    def answer_on_a_connection_that_is_not_the_current_one(self, seat: Identity) -> None:
        assert isinstance(self.send(ConnectionId("g1", -1), seat, SubmitAnswer(question=0, answer=0)), Error)

    @rule(seat=seats, kicked=st.booleans())
    def remove(self, seat: Identity, kicked: bool) -> None:
        self.catch_up()
        if kicked:
            self.by_host(KickPlayer(player_id=seat.player_id))
        else:
            self.send(self.link_of(seat), seat, LeaveSession())

    @rule(seat=seats, current=st.booleans())
    def disconnect(self, seat: Identity, current: bool) -> None:
        if not current:
            self.apply(Disconnected(ConnectionId("g1", -1), seat))
            return
        self.catch_up()
        connection = self.link_of(seat)
        if seat.player_id in self.onlooker.model.connections:
            self.onlooker.model.connections[seat.player_id] = None
        self.apply(Disconnected(connection, seat))

    @rule(seat=seats, offered=st.booleans())
    def come_back_as_a_stranger(self, seat: Identity, offered: bool) -> None:
        """The name of a player who is away gives the seat to whoever has it from the host, and to nobody else."""
        self.disconnect(seat, current=True)
        player = self.session.players.get(seat.player_id)
        is_offered = self.by_host(OfferSeat(player_id=seat.player_id, offered=offered)) if offered else None
        if player is None:
            return
        join = JoinSession(code="123456", name=player.name, id=f"an id of nobody else {self.serial}")
        reply = self.send(self.next_link("g2"), None, join)
        if isinstance(is_offered, Ok):
            assert isinstance(reply, Joined)
            assert reply.player_id == seat.player_id
        else:
            assert isinstance(reply, Error)

    @rule(seat=seats, percent=PERCENTS, asks=st.booleans())
    def extra_time(self, seat: Identity, percent: ExtraTimePercent, asks: bool) -> None:
        if asks:
            self.send(self.link_of(seat), seat, AskExtraTime())
        else:
            self.by_host(SetExtraTime(player_id=seat.player_id, percent=percent))

    @rule(seat=seats, percent=PERCENTS, late_ms=st.integers(-2, 2))
    def answer_at_the_end_of_the_own_limit(self, seat: Identity, percent: ExtraTimePercent, late_ms: int) -> None:
        self.by_host(SetExtraTime(player_id=seat.player_id, percent=percent))
        self.move_on()
        if self.session.head.phase is Phase.QUESTION and seat.player_id in self.onlooker.model.scores:
            ends_at = self.session.head.opens_at + self.onlooker.model.own_limit_ms(seat.player_id)
            self.answer_well(seat, 0, max(0, ends_at + late_ms - self.now))

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self.by_host(PauseQuiz(paused=paused))

    @rule()
    def get_results(self) -> None:
        allowed = self.session.head.phase in (Phase.RESULTS, Phase.ENDED) and not self.session.head.closed
        due_at = next_deadline(self.session)
        reply = self.by_host(GetResults())
        if due_at is not None and due_at > self.now and self.session.head.host_connections:
            assert isinstance(reply, Results) == allowed

    @rule(gateway=st.sampled_from(GATEWAYS))
    def lose_gateway(self, gateway: str) -> None:
        self.catch_up()
        hosts = self.onlooker.model.hosts
        for remote, host in hosts.items():
            if host and host.gateway == gateway:
                hosts[remote] = None
        connections = self.onlooker.model.connections
        connections.update(
            {
                player_id: None
                for player_id, connection in connections.items()
                if connection and connection.gateway == gateway
            }
        )
        self.apply(GatewayLost(gateway))

    @rule(how=st.sampled_from(["away", "resumes", "creates again", "changes its kind"]), remote=st.booleans())
    def move_host(self, how: str, remote: bool) -> None:
        hosts = self.onlooker.model.hosts
        connection = hosts[remote]
        if how == "creates again":
            self.send(self.next_link("g2"), None, self.first.body)
        elif how == "away" and connection is not None:
            self.catch_up()
            hosts[remote] = None
            self.apply(Disconnected(connection, self.session.host_identity))
        elif how == "changes its kind" and connection is not None:
            self.send(connection, self.session.host_identity, ResumeSession(token="verified", remote=not remote))
        else:
            self.send(self.next_link("g1"), self.session.host_identity, ResumeSession(token="verified", remote=remote))

    @rule(body=st.sampled_from([StartQuiz(), NextQuestion(), CloseQuestion(), LockSession(locked=True)]))
    def lead(self, body: SessionCommand) -> None:
        self.by_host(body)

    @rule()
    def move_on(self) -> None:
        """Opens the next question, if there can be one, and goes to the moment it opens."""
        if not self.session.head.host_connections:
            self.move_host("resumes", remote=False)
        self.by_host(LockSession(locked=False))
        self.by_host(StartQuiz() if self.session.head.phase is Phase.LOBBY else NextQuestion())
        self.now = max(self.now, self.session.head.opens_at)

    @rule(wait_ms=TIMES)
    def wait(self, wait_ms: int) -> None:
        self.now += wait_ms
        self.apply(Tick())

    @rule()
    def tick_before_anything_is_due(self) -> None:
        at = next_deadline(self.session)
        if at is None or at - SLACK_MS > self.now:
            before = state_bytes(self.session)
            assert self.apply(Tick()).said == []
            assert state_bytes(self.session) == before

    @precondition(lambda self: self.session.head.phase is Phase.QUESTION)
    @rule(beyond_ms=st.integers(-1, 10_000))
    def wait_beyond_the_time_of_most(self, beyond_ms: int) -> None:
        self.now = max(self.now, (self.session.head.closes_at or 0) + beyond_ms)
        self.apply(Tick())

    @precondition(lambda self: self.session.head.phase in (Phase.QUESTION, Phase.RESULTS))
    @rule()
    def wait_for_the_deadline(self) -> None:
        self.now = max(self.now, next_deadline(self.session) or 0)
        self.apply(Tick())

    @precondition(lambda self: self.log)
    @rule(back=st.integers(1, 8))
    def append_a_command_again(self, back: int) -> None:
        entry = self.log[-min(back, len(self.log))][0]
        if isinstance(entry, Command):
            self.apply(entry, Drawn(player_id=f"again{len(self.log)}"))

    @precondition(lambda self: self.session.head.phase is Phase.ENDED or len(self.log) > 100)
    @rule(idle=st.booleans())
    def end(self, idle: bool) -> None:
        if idle:
            self.now = max(self.now, self.session.head.idle_at)
            self.apply(Tick())
        else:
            self.by_host(EndSession())

    def link_of(self, seat: Identity) -> ConnectionId:
        return self.onlooker.model.connections.get(seat.player_id) or ConnectionId("g1", -1)

    # -- the laws

    @invariant()
    def derived_counts_equal_a_recount(self) -> None:
        session = self.session
        assert Session(session.code, session.quiz, session.head, dict(session.players)) == session
        assert list(session.players) == list(self.onlooker.model.scores)
        assert session.connected == len(self.onlooker.connected_links())

    @invariant()
    def a_session_is_as_it_must_be(self) -> None:
        invariants.check(self.session)

    @invariant()
    def the_hosts_devices_are_those_that_came_and_have_not_gone(self) -> None:
        head, model = self.session.head, self.onlooker.model
        if not head.closed:
            assert {False: head.host, True: head.remote} == model.hosts
            assert model.host_is_there == bool(head.host_connections), "players know whether anyone leads"

    @invariant()
    def while_paused_only_the_host_moves_on(self) -> None:
        head = self.session.head
        advances = head.phase is Phase.RESULTS and head.settings.auto_advance_ms is not None and not head.paused
        assert head.closed or (head.advance_at is not None) == advances

    @invariant()
    def a_question_is_open_no_longer_than_somebody_could_answer(self) -> None:
        head, model = self.session.head, self.onlooker.model
        if head.phase is not Phase.QUESTION or not self.log or head.closed:
            return
        assert model.asked is not None
        given, now = model.accepted[model.asked.question.index], self.log[-1][1]
        unanswered = [player_id for player_id in model.scores if player_id not in given]
        # How late an answer may come is noted once: whose answer that was may be gone since, while another is there.
        anybody_is_there = any(model.connections[player_id] for player_id in unanswered)
        late_ms = head.settings.grace_ms if anybody_is_there and model.slowest_ms else 0
        waits = any(
            now <= head.opens_at + model.own_limit_ms(player_id) + late_ms
            for player_id in unanswered
            if model.connections[player_id] or now <= head.patient_until
        )
        assert now <= (head.closes_at or 0) or waits

    @invariant()
    def a_living_session_has_a_deadline_ahead(self) -> None:
        at = next_deadline(self.session)
        assert self.onlooker.model.over == self.session.head.closed == (at is None)
        assert at is None or not self.log or at >= self.log[-1][1]

    def teardown(self) -> None:
        if not hasattr(self, "log"):
            return
        self.store()
        model = self.onlooker.model
        still_open = set() if model.asked is None else {model.asked.question.index}
        assert model.accepted.keys() - still_open <= model.results, "every accepted answer is in a result"
        session, _ = create(self.first, START_MS, Drawn("123456", "nonce"))
        for entry, now, drawn, said in self.log:
            assert said_bytes(apply(session, entry, now, drawn)) == said
        assert state_bytes(session) == state_bytes(self.session)
        self.log_replays()

    def log_replays(self) -> None:
        """The log alone gives the same results: whatever is not in it does not matter to them."""
        lines, head = log_file.lines(self.records)
        assert (head, len(lines)) == (self.session.head.log_hash, self.session.head.log_length)
        text = "".join(line + "\n" for line in [*lines, log_file.end_line(len(lines), head)])
        session = Replay(log_file.read(text.encode())).run()
        assert session.head.log_hash == head
        if self.logged_results:
            assert outcome(session) == self.logged_results


def outcome(session: Session) -> tuple[Any, ...] | None:
    """All that a quiz has brought; None when the session is over and its players are forgotten."""
    head = session.head
    if head.closed:
        return None
    everyone = [(player.number, player.best_streak, player.answered_total_ms) for player in session.players.values()]
    return report.results(session, 0, "r"), head.phase, head.question, head.opens_at, head.podium, everyone


def fitting(chance: random.Random, question: Question) -> Answer:
    """An answer that fits a question, now and then a right one."""
    if isinstance(question, SlideQuestion):
        return 0
    if isinstance(question, TextQuestion) and chance.random() < 0.5:
        return chance.choice(["Lima", "lime", "Cusco"])
    return questions.answer(chance, question)


class EveryKind(RuleBasedStateMachine):
    """A session of any kinds of question whose host skips, extends, stops, asks, chooses, rules, shows and hides."""

    @initialize(kinds=st.lists(KINDS, min_size=1, max_size=4), chosen=SETTINGS, players=st.integers(1, 5))
    def create(self, kinds: list[str], chosen: Settings, players: int) -> None:
        chosen = replace(chosen, max_players=2000, live_texts=players % 2 == 0, penalty=25 * (players % 3))
        self.game = Game(*(as_played(ALL[kind]) for kind in kinds), settings=chosen)
        self.players = self.game.join_many(players)
        self.seq = self.game.session.head.seq
        self.rulings: list[int] = []
        self.go_on()

    def done(self, entry: Entry) -> ServerMessage | None:
        """Applies an entry, and a second time to a session that was stored and loaded just before."""
        game = self.game
        twin = reloaded(game.session)
        effects = game.apply(entry)
        assert said_bytes(apply(twin, entry, game.now, NOTHING)) == said_bytes(effects)
        assert state_bytes(twin) == state_bytes(game.session)
        assert (twin.written, twin.curations) == (game.session.written, game.session.curations)
        for effect in effects.said:
            self.heard(effect)
        (*answers,) = replies(effects)
        assert len(answers) == isinstance(entry, Command)
        return answers[0].message if answers else None

    def heard(self, effect: Effect) -> None:
        """Broadcasts are numbered without gaps, and no solution leaves before the close."""
        message = effect.message if isinstance(effect, CommandReply | ToMany) else None
        if isinstance(effect, ToMany) and isinstance(message, Broadcast):
            assert message.seq == self.seq + 1
            self.seq += 1
        if isinstance(message, LiveTally):
            assert isinstance(effect, ToMany)
            assert effect.audience is Audience.HOST
            assert len(encode_message(message)) <= MAX_LIVE_BYTES
        if isinstance(message, QuestionResults):
            assert message.question < len(self.game.session.head.tallies)

    def state(self) -> bytes:
        """All but when the session was last heard of, which any command changes."""
        head = self.game.session.head
        idle_at, head.idle_at = head.idle_at, 0
        state = state_bytes(self.game.session)
        head.idle_at = idle_at
        return state

    def by_host(self, body: SessionCommand) -> ServerMessage | None:
        game = self.game
        return self.done(game.command(game.session.head.host or HOST_CONNECTION, game.session.host_identity, body))

    @rule(wait_ms=TIMES)
    def wait(self, wait_ms: int) -> None:
        self.game.now += wait_ms
        self.done(Tick())

    @rule()
    def go_on(self) -> None:
        """To the next question, and to the moment when it opens."""
        phase = self.game.session.head.phase
        self.by_host(StartQuiz() if phase is Phase.LOBBY else NextQuestion())
        self.game.now = max(self.game.now, self.game.session.head.opens_at)

    @rule(
        answers=st.lists(EVERY_ANSWER, min_size=1, max_size=5), fits=st.booleans(), wait_ms=TIMES, chance=st.randoms()
    )
    def answer(self, answers: list[Answer], fits: bool, wait_ms: int, chance: random.Random) -> None:
        game = self.game
        game.now += wait_ms
        for seat, drawn in zip(self.players, answers, strict=False):
            question = game.session.question if game.session.head.question >= 0 else SINGLE
            given = fitting(chance, question) if fits else drawn
            body = SubmitAnswer(question=max(game.session.head.question, 0), answer=given, elapsed_ms=wait_ms)
            self.done(game.command(seat.connection, seat.identity, body))

    @rule(
        body=st.sampled_from(
            [
                CloseQuestion(),
                CloseQuestion(),
                SkipQuestion(),
                ExtendQuestion(),
                StopClock(stopped=True),
                StopClock(stopped=False),
                PauseQuiz(paused=True),
                PauseQuiz(paused=False),
                ShowLive(shown=True),
                ShowLive(shown=False),
                ShowEarlier(question=0),
                ShowEarlier(question=None),
                GetAgenda(),
                GetResults(),
            ]
        )
    )
    def lead(self, body: SessionCommand) -> None:
        self.by_host(body)

    @rule(kind=KINDS, opens=st.booleans())
    def ask(self, kind: str, opens: bool) -> None:
        if len(self.game.session.quiz.questions) < 7:
            self.by_host(AskQuestion(asked=as_played(ALL[kind]), open=opens))

    @rule(choice=st.integers(0, 6))
    def choose(self, choice: int) -> None:
        self.by_host(ChooseQuestion(choice=choice, total=len(self.game.session.quiz.questions)))

    @rule(
        question=st.integers(0, 3),
        accept=st.sampled_from([None, 0, 1, "lime", "500", "fun"]),
        share=st.sampled_from([0, 50, 100]),
        points=st.sampled_from([-300, 700]),
        seat=st.integers(0, 4),
        preview=st.booleans(),
    )
    def rule_about(
        self, question: int, accept: int | str | None, share: int, points: int, seat: int, preview: bool
    ) -> None:
        match (accept, seat):
            case (None, 0):
                ruling = Ruling(void=True)
            case (None, _):
                ruling = Ruling(points=points, player_id=self.players[seat % len(self.players)].id)
            case _:
                ruling = Ruling(accept=accept, share=share)
        question %= len(self.game.session.head.tallies) or 1
        before = self.state()
        reply = self.by_host(Rule(question=question, ruling=ruling, preview=preview))
        if isinstance(reply, Ruled) and reply.number is not None:
            self.rulings.append(reply.number)
        elif isinstance(reply, Ruled):
            assert self.state() == before or self.game.effects.log

    @rule(chance=st.randoms(), sample=st.integers(1, 5))
    def play_a_question(self, chance: random.Random, sample: int) -> None:
        """All but some answer the next one as one does, and it is closed."""
        if self.game.session.head.phase is not Phase.QUESTION:
            self.go_on()
        self.answer([0] * sample, True, 500, chance)
        self.by_host(CloseQuestion())

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        if self.rulings:
            self.by_host(UndoRuling(number=data.draw(st.sampled_from(self.rulings))))

    @rule(question=st.integers(0, 3), shown=st.booleans(), merged=st.booleans(), chance=st.randoms())
    def curate(self, question: int, shown: bool, merged: bool, chance: random.Random) -> None:
        question %= self.game.session.head.question + 1
        reply = self.by_host(GetAnswers(question=question))
        texts = [one.text for one in reply.answers] if isinstance(reply, Answers) else ["no such text"]
        if not texts:
            return
        if merged:
            self.by_host(MergeAnswers(question=question, text=chance.choice(texts), into=chance.choice(texts)))
        else:
            self.by_host(ShowAnswer(question=question, text=chance.choice(texts), shown=shown))

    @rule(seat=st.integers(0, 4), back=st.booleans())
    def come_or_go(self, seat: int, back: bool) -> None:
        game, who = self.game, self.players[seat % len(self.players)]
        if back:
            who.connection = game.new_connection()
            self.done(game.command(who.connection, who.identity, ResumeSession(token="verified")))
        else:
            self.done(Disconnected(who.connection, who.identity))

    @invariant()
    def a_session_is_as_it_must_be(self) -> None:
        invariants.check(self.game.session)

    @invariant()
    def points_of_all_kinds_add_up(self) -> None:
        session = self.game.session
        if session.head.phase not in (Phase.RESULTS, Phase.ENDED):
            return
        given: Counter[str] = Counter()
        for made in session.head.rulings:
            if made.ruling.points is not None and not made.undone:
                given[made.ruling.player_id or ""] += made.ruling.points
        told = report.results(session, 0, "r")
        for player in told.players:
            earned = sum(answer.points for answer in player.answers if answer)
            assert player.points in (earned, earned + given[player.id]), "in the report, and on the leaderboard"
            shares = [answer.share for answer in player.answers if answer]
            assert all(share is None or 0 <= share <= 100 for share in shares)

    def teardown(self) -> None:
        if not hasattr(self, "game"):
            return
        session = Replay(log_file.read(self.game.exported())).run()
        assert session.head.log_hash == self.game.session.head.log_hash
        if self.game.session.head.phase in (Phase.RESULTS, Phase.ENDED):
            assert outcome(session) == outcome(self.game.session)


TestLaws = Laws.TestCase
TestEveryKind = EveryKind.TestCase
TestEveryKind.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestLaws.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
