"""A game in a few lines: a host, players, and what the rules say that they must end with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from msgspec.structs import replace

from clients.player import QuizClient
from quickpoll.protocol import (
    AnswerAccepted,
    CreateSession,
    Joined,
    JoinSession,
    Leaderboard,
    MultipleQuestion,
    NewQuestion,
    NextQuestion,
    Option,
    PollQuestion,
    Question,
    QuestionResults,
    Quiz,
    SessionCreated,
    Settings,
    SingleQuestion,
    StartQuiz,
    SubmitAnswer,
    TrueFalseQuestion,
    YourResult,
    options_of,
)

QUIZ = Quiz(
    "Capitals",
    (
        SingleQuestion("Capital of Kenya?", (Option("Mombasa"), Option("Nairobi", correct=True), Option("Kisumu"))),
        MultipleQuestion(
            "Which are in Africa?",
            (Option("Cairo", correct=True), Option("Lima"), Option("Accra", correct=True)),
            points=500,
        ),
        TrueFalseQuestion("Quito is in Peru.", (Option("True"), Option("False", correct=True)), time_limit_ms=5000),
        PollQuestion("Where would you go?", (Option("Nairobi"), Option("Quito"))),
    ),
)
SLOW = Quiz("Slow", tuple(replace(question, time_limit_ms=60_000) for question in QUIZ.questions))
"""Its questions are open long enough for a restart in the middle of one."""
QUICK = Settings(lead_ms=50)
RESULTS_WITHIN_S = 10.0


def points(question: Question, response_ms: int, share: int = 100) -> int:
    """What an answer of this share earns by the published rule, computed here again and in fractions."""
    full = Fraction(question.points * share, 100)
    if response_ms < 500:
        return floor(full + Fraction(1, 2))
    return floor(full * (1 - Fraction(response_ms, 2 * (question.time_limit_ms or 0))) + Fraction(1, 2))


@dataclass
class Playing:
    """A player with its connection, and the points that it should have."""

    client: QuizClient
    joined: Joined
    points: int = 0
    accepted: dict[int, AnswerAccepted] = field(default_factory=dict)

    async def answer(self, asked: NewQuestion, answer: int | tuple[int, ...], quiz: Quiz = QUIZ) -> AnswerAccepted:
        """Answers, and keeps account of the points by the rules."""
        reply = await self.client.call(SubmitAnswer(question=asked.question.index, answer=answer))
        self.accepted[reply.question] = reply
        question = quiz.questions[reply.question]
        correct = {index for index, option in enumerate(options_of(question)) if option.correct}
        if question.kind != "poll" and correct == ({answer} if isinstance(answer, int) else set(answer)):
            self.points += points(question, reply.counted_at - asked.opens_at)
        return reply


async def open_session(host: QuizClient, quiz: Quiz = QUIZ, settings: Settings = QUICK) -> SessionCreated:
    """Makes this connection the host of a new session."""
    return await host.call(CreateSession(quiz=quiz, settings=settings))


async def join(client: QuizClient, code: str, name: str) -> Playing:
    """Makes this connection a player."""
    return Playing(client, await client.call(JoinSession(code=code, name=name)))


async def ask(host: QuizClient, players: Sequence[Playing], command: StartQuiz | NextQuestion) -> NewQuestion:
    """Opens a question, and returns it when everybody has it and its options are open."""
    await host.call(command)
    asked = await host.expect(NewQuestion)
    for player in players:
        assert await player.client.expect(NewQuestion) == asked
    await host.until(asked.opens_at)
    return asked


async def check_results(
    host: QuizClient, players: Sequence[Playing], *, board: bool = True, others: int = 0
) -> QuestionResults:
    """Waits for the results of a question; they must hold each accepted answer once, and the points of the rules.

    `board`: whether these are all players, so that the leaderboard must be theirs. `others`: how many more answers
    were accepted, of players who are not among these.
    """
    results = await host.expect(QuestionResults, timeout_s=RESULTS_WITHIN_S)
    assert results.answered == sum(results.question in player.accepted for player in players) + others
    for player in players:
        assert await player.client.expect(QuestionResults) == results
        own = await player.client.expect(YourResult)
        assert (own.question, own.total_points) == (results.question, player.points)
        assert own.answered == (results.question in player.accepted)
    leaderboard = await host.expect(Leaderboard)
    for player in players:
        assert await player.client.expect(Leaderboard) == leaderboard
    if board:
        points_of = {entry.player_id: entry.points for entry in leaderboard.entries}
        assert points_of == {player.joined.player_id: player.points for player in players}
    return results


def ranks_of(points_of_all: Sequence[int]) -> list[int]:
    """The rank of each: one more than there are with more points."""
    return [1 + sum(other > points for other in points_of_all) for points in points_of_all]
