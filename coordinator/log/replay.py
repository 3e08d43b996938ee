"""Plays a session again from its log, with the engine that played it.

What was done is made into entries again and applied at its time; where the engine then logs the same records, byte for
byte, all results are the same: each `closed` holds a digest of them. Under another ruling the points are others, so
there the records are not compared.
"""

from dataclasses import dataclass, field
from typing import Final, assert_never

from msgspec.structs import replace

from coordinator.engine import CommandReply, Drawn, Session, apply, create, log_chain, records
from coordinator.engine.records import Record
from coordinator.engine.scoring import PUBLISHED, OtherRules
from coordinator.log.file import SessionLog
from quickpoll.envelope import Command, ConnectionId, Entry, GatewayLost, Identity, Tick
from quickpoll.protocol import (
    AskQuestion,
    ChooseQuestion,
    CloseQuestion,
    CreateSession,
    Error,
    ExtendQuestion,
    JoinSession,
    KickPlayer,
    LeaveSession,
    LockSession,
    MergeAnswers,
    NextQuestion,
    PauseQuiz,
    Phase,
    Question,
    ResumeSession,
    Rule,
    SessionCommand,
    SetExtraTime,
    ShowAnswer,
    ShowName,
    SkipQuestion,
    StartQuiz,
    StopClock,
    SubmitAnswer,
    UndoRuling,
)

_HOST: Final = ConnectionId("replay", -1)
_GONE: Final = "gone"
"""The gateway of players who are about to be away."""


class Differs(Exception):
    """The engine does something else than the log says; its text says at which record."""


@dataclass
class Replay:
    """A session that is played again, by the published rules or under another ruling."""

    log: SessionLog
    ruling: OtherRules = PUBLISHED
    streak_bonus: bool | None = None
    """None: as the session had it."""
    session: Session = field(init=False)
    _players: list[str] = field(init=False, default_factory=list)
    """Ids by number."""
    _made: list[bytes] = field(init=False, default_factory=list)
    """Texts of the records that the engine has logged."""
    _added: list[Question] = field(init=False, default_factory=list)
    """What the host has added, the next one first."""
    _requests: int = field(init=False, default=0)

    def run(self) -> Session:
        """Plays it to its end, and returns the session as it is then.

        Raises:
            Differs: a record is not what the engine makes of those before it.
            UnreadableLog: there is no session or no quiz in the log.
        """
        is_as_played = self.ruling == PUBLISHED and self.streak_bonus is None
        self._begin()
        for index, (record, text) in enumerate(zip(self.log.records, self.log.texts, strict=True)):
            refusal = self._apply(index, record) if index >= len(self._made) else ""
            made = self._made[index] if index < len(self._made) else None
            if made is None or (is_as_played and made != text):
                does = refusal or (f"the engine makes {made.decode()} of it" if made else "it changes nothing")
                raise Differs(f"record {index + 1} is {text.decode()}, but {does}")
        if len(self._made) > len(self.log.texts):
            raise Differs(f"after the last record the engine goes on with {self._made[-1].decode()}")
        return self.session

    def _begin(self) -> None:
        began = self.log.began
        settings = began.settings
        if self.streak_bonus is not None:
            settings = replace(settings, streak_bonus=self.streak_bonus)
        quiz, self._added = self.log.before
        body = CreateSession(quiz=quiz, settings=settings)
        drawn = Drawn(code=began.code, salt=began.salt, version=began.version)
        self.session, _ = create(Command(_HOST, 0, None, body), began.at, drawn)
        self.session.ruling = self.ruling
        # What was decided then stands as it was written, even if a later version knows more settings.
        self._made = [self.log.texts[0]]
        self.session.head.log_hash = log_chain.chain(log_chain.START, self.log.texts[0])

    def _apply(self, index: int, record: Record) -> str:
        """Does what the record says; returns why the engine did not do it, if it said so."""
        if record.at < self.log.records[index - 1].at:
            raise Differs(f"record {index + 1} is of a time before the one before it")
        try:
            entry, drawn = self._entry(record)
        except (KeyError, IndexError):
            raise Differs(f"record {index + 1} is about a player who is not there") from None
        # What is not in the log, too, kept the session from being idle.
        self.session.head.idle_at = record.at + 1
        effects = apply(self.session, entry, record.at, drawn)
        self._made += effects.log
        refused = [e.message for e in effects.said if isinstance(e, CommandReply) and isinstance(e.message, Error)]
        return f"the engine refuses it: {refused[0].message}" if refused else ""

    def _entry(self, record: Record) -> tuple[Entry, Drawn]:
        match record:
            case records.PlayerJoined():
                self._players.append(record.id)
                join = JoinSession(code=self.session.code, name=record.name, avatar=record.avatar)
                held = (record.name,) if isinstance(record, records.JoinedWithheld) else ()
                return self._command(None, join, record.round_trip_ms), Drawn(player_id=record.id, withheld=held)
            case records.Away():
                self._take_away(record)
                return GatewayLost(_GONE), Drawn()
            case records.Left():
                return self._by_player(record.player, LeaveSession()), Drawn()
            case records.Connected():
                identity = self.session.player_identity(self._players[record.player])
                return self._command(identity, ResumeSession(token=""), record.round_trip_ms), Drawn()
            case records.Answered():
                answer = SubmitAnswer(question=record.question, answer=record.answer, elapsed_ms=record.elapsed_ms)
                return self._by_player(record.player, answer, record.round_trip_ms), Drawn()
            case records.Wrote():
                answer = SubmitAnswer(question=record.question, answer=record.answer, elapsed_ms=record.elapsed_ms)
                withheld = record.withheld if isinstance(record, records.WroteWithheld) else ()
                drawn = Drawn(key=record.key, withheld=withheld)
                return self._by_player(record.player, answer, record.round_trip_ms), drawn
            case (
                records.Began()
                | records.Opened()
                | records.Solved()
                | records.Closed()
                | records.Ended()
                | records.Rejudged()
            ):
                return Tick(), Drawn()
            case records.Rules():
                rule = Rule(question=record.question, ruling=record.ruling)
                return self._command(self.session.host_identity, rule, connection=_HOST), Drawn(key=record.key)
            case records.HostRecord():
                body = self._host_command(record)
                return self._command(self.session.host_identity, body, connection=_HOST), Drawn()
            case _:
                assert_never(record)

    def _host_command(self, record: records.HostRecord) -> SessionCommand:
        match record:
            case records.Next():
                return StartQuiz() if self.session.head.phase is Phase.LOBBY else NextQuestion()
            case records.ClosesQuestion():
                return CloseQuestion()
            case records.Skips():
                return SkipQuestion()
            case records.UndoesRuling():
                return UndoRuling(number=record.number)
            case records.StopsClock():
                return StopClock(stopped=record.stopped)
            case records.Adds():
                return AskQuestion(asked=self._added.pop(0), open=record.opens)
            case records.Chooses():
                return ChooseQuestion(choice=record.question, total=len(self.session.quiz.questions))
            case records.Shows():
                return ShowAnswer(question=record.question, text=record.key, shown=record.shown)
            case records.Merges():
                return MergeAnswers(question=record.question, text=record.key, into=record.into)
            case records.Extends():
                return ExtendQuestion(by_ms=record.by_ms)
            case records.PlayerKicked():
                return KickPlayer(player_id=self._players[record.player])
            case records.ShowsName():
                return ShowName(player_id=self._players[record.player], shown=record.shown)
            case records.Locked():
                return LockSession(locked=record.locked)
            case records.Paused():
                return PauseQuiz(paused=record.paused)
            case records.ExtraTime():
                return SetExtraTime(player_id=self._players[record.player], percent=record.percent)
            case _:
                raise NotImplementedError(type(record).__name__)

    def _by_player(self, number: int, body: SessionCommand, round_trip_ms: int = 0) -> Command:
        player_id = self._players[number]
        identity = self.session.player_identity(player_id)
        return self._command(identity, body, round_trip_ms, self.session.players[player_id].connection)

    def _command(
        self,
        identity: Identity | None,
        body: SessionCommand,
        round_trip_ms: int = 0,
        connection: ConnectionId | None = None,
    ) -> Command:
        """A command of its own number, and by a connection of its own where none is given."""
        self._requests += 1
        return Command(
            connection or ConnectionId("replay", self._requests),
            self._requests,
            identity,
            body,
            round_trip_ms=round_trip_ms,
        )

    def _take_away(self, record: records.Away) -> None:
        for number in record.players:
            player = self.session.players[self._players[number]]
            if player.connection is not None:
                self.session.set_connection(player, ConnectionId(_GONE, number))
