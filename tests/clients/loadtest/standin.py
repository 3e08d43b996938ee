"""A server of one session that plays by the rules, or breaks one on purpose."""

import time

import msgspec
from websockets.asyncio.server import ServerConnection

from clients.loadtest.ledger import Round
from quickpoll.protocol import (
    AnswerAccepted,
    Clock,
    CreateSession,
    Error,
    ErrorCode,
    Joined,
    JoinSession,
    Leaderboard,
    NewQuestion,
    NextQuestion,
    Ok,
    Phase,
    PublicOption,
    PublicQuestion,
    QuestionResults,
    Quiz,
    QuizEnded,
    Resumed,
    ResumeSession,
    Role,
    ServerMessage,
    SessionCreated,
    SessionView,
    Settings,
    StartQuiz,
    SubmitAnswer,
    SyncClock,
    You,
    YourFinal,
    YourResult,
    decode_command,
    encode_message,
    indexes_in,
    options_of,
)


def now_ms() -> int:
    return int(time.time() * 1000)


class Standin:
    """One session; what it may be told to do wrong stands in `__init__`."""

    def __init__(self) -> None:
        self.full_at = 1000
        """Refuses players from this one on."""
        self.forgetful = False
        """Leaves one accepted answer out of the results."""
        self.drops: int | None = None
        """Cuts this player off when the first question opens."""
        self.forgets_players = False
        """Lets nobody come back."""
        self.is_busy_once = False
        """Tells one player who joins to come again."""
        self.refuses_once: ErrorCode | None = None
        """Refuses one answer with this."""
        self.quiz: Quiz
        self.settings: Settings
        self.host: ServerConnection
        self.players: list[ServerConnection] = []
        self.rounds: list[Round] = []
        self.totals: dict[int, int] = {}

    async def handle(self, websocket: ServerConnection) -> None:
        async for text in websocket:
            command = decode_command(text)
            reply_to = command.id or ""
            match command:
                case CreateSession():
                    self.host, self.quiz, self.settings = websocket, command.quiz, command.settings
                    reply: ServerMessage = SessionCreated(
                        code="123456", host_token="h", join_url="", session=self.view(), reply_to=reply_to
                    )
                case JoinSession() if self.is_busy_once:
                    self.is_busy_once = False
                    reply = Error(code=ErrorCode.RATE_LIMITED, message="later", retry_after_ms=10)
                case JoinSession() if len(self.players) >= self.full_at:
                    reply = Error(code=ErrorCode.SESSION_FULL, message="no seat")
                case JoinSession():
                    self.players.append(websocket)
                    reply = Joined(
                        code="123456",
                        player_id="p",
                        player_token=str(len(self.players) - 1),
                        name=command.name,
                        avatar="",
                        session=self.view(),
                    )
                case ResumeSession() if self.forgets_players:
                    reply = Error(code=ErrorCode.INVALID_TOKEN, message="who?", reply_to=reply_to)
                case ResumeSession():
                    reply = self.resumed(websocket, int(command.token))
                case SyncClock():
                    reply = Clock(t0=command.t0, t1=now_ms(), t2=now_ms(), reply_to=reply_to)
                case SubmitAnswer():
                    await self.answered(websocket, command)
                    continue
                case _:
                    reply = Ok(reply_to=reply_to)
            await self.say(websocket, reply)
            if isinstance(command, StartQuiz | NextQuestion):
                await self.advance()

    async def advance(self) -> None:
        index = len(self.rounds)
        if index == len(self.quiz.questions):
            await self.everyone(QuizEnded(seq=9, podium=(), total=len(self.players), questions=index))
            for number, player in enumerate(self.players):
                await self.say(
                    player, YourFinal(rank=self.rank(number), points=self.totals[number], correct=0, questions=index)
                )
            return
        question = self.quiz.questions[index]
        self.rounds.append(Round(index, question, opens_at=now_ms() + self.settings.lead_ms))
        if self.drops is not None:
            self.players[self.drops].transport.abort()
            self.drops = None
        opens_at = self.rounds[-1].opens_at
        await self.everyone(
            NewQuestion(
                seq=1,
                question=self.public(index),
                opens_at=opens_at,
                closes_at=opens_at + (question.time_limit_ms or 0),
            )
        )

    def public(self, index: int) -> PublicQuestion:
        question = self.quiz.questions[index]
        return PublicQuestion(
            index=index, total=len(self.quiz.questions), kind=question.kind, text=question.text, image=None,
            options=tuple(PublicOption(option.text) for option in options_of(question)),
            points=question.points, time_limit_ms=question.time_limit_ms,
        )  # fmt: skip

    async def answered(self, websocket: ServerConnection, command: SubmitAnswer) -> None:
        played = self.rounds[command.question]
        number = self.players.index(websocket)
        if self.refuses_once:
            code, self.refuses_once = self.refuses_once, None
            await self.say(websocket, Error(code=code, message="no", retry_after_ms=10, reply_to=command.id or ""))
            if code is not ErrorCode.UNAVAILABLE:
                await self.close_question(played)
            return
        played.chosen[number], played.accepted[number] = command.answer, now_ms()
        received_at = played.accepted[number]
        accepted = AnswerAccepted(
            question=played.index, received_at=received_at, counted_at=received_at, reply_to=command.id or ""
        )
        await self.say(websocket, accepted)
        connected = [player for player in self.players if player.close_code is None]
        if len(played.accepted) == len(connected):
            await self.close_question(played)

    async def close_question(self, played: Round) -> None:
        counts = [0] * len(options_of(played.question))
        for choice in list(played.chosen.values())[1 if self.forgetful else 0 :]:
            for index in indexes_in(choice):
                counts[index] += 1
        await self.everyone(
            QuestionResults(
                seq=2, question=played.index, correct=tuple(sorted(played.solution())), counts=tuple(counts),
                answered=len(played.accepted) - self.forgetful, total=len(self.players), explanation=None,
            )
        )  # fmt: skip
        for number in range(len(self.players)):
            self.totals[number] = self.totals.get(number, 0) + played.earned(number)
        for number, player in enumerate(self.players):
            result = YourResult(
                question=played.index,
                answered=number in played.accepted,
                correct=None,
                points=played.earned(number),
                total_points=self.totals[number],
                rank=self.rank(number),
                streak=0,
                response_ms=None,
            )
            await self.say(player, result)
        await self.everyone(Leaderboard(seq=3, question=played.index, entries=(), total=len(self.players)))

    def resumed(self, websocket: ServerConnection, number: int) -> Resumed:
        self.players[number] = websocket
        view, you = self.view(), You(
            player_id="p", name="", avatar="", total_points=0, rank=None, streak=0, answered=False
        )  # fmt: skip
        if self.rounds:
            played = self.rounds[-1]
            view = msgspec.structs.replace(
                view, phase=Phase.QUESTION, question=self.public(played.index), opens_at=played.opens_at
            )
        return Resumed(role=Role.PLAYER, code="123456", session=view, you=you)

    def rank(self, number: int) -> int:
        return 1 + sum(points > self.totals[number] for points in self.totals.values())

    def view(self) -> SessionView:
        return SessionView(
            code="123456", title="t", phase=Phase.LOBBY, seq=0, locked=False, player_count=0, settings=Settings(),
            server_time=now_ms(), host_connected=True,
        )  # fmt: skip

    async def everyone(self, message: ServerMessage) -> None:
        for websocket in (self.host, *self.players):
            await self.say(websocket, message)

    async def say(self, websocket: ServerConnection, message: ServerMessage) -> None:
        if websocket.close_code is None:
            await websocket.send(encode_message(message), text=True)
