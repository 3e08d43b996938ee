"""(i) Answers that are texts, with 10,000 players: the close, a ruling, and what a player takes in memory.

What people write is distributed as by Zipf: a few texts come again and again, and many once.
"""

import asyncio
import random
import time
from typing import Final

from benchmarks.game import Spoiled
from benchmarks.results import Row
from benchmarks.rig import rig
from clients.loadtest import questions
from clients.loadtest.director import play
from clients.loadtest.plan import Plan
from clients.loadtest.report import Report, report, verdict_on
from coordinator.engine import Drawn, Session, apply, create
from quickpoll.envelope import Command, ConnectionId, Identity
from quickpoll.protocol import (
    CloseQuestion,
    CreateSession,
    JoinSession,
    Rule,
    Ruling,
    SessionCommand,
    Settings,
    StartQuiz,
    SubmitAnswer,
)

TITLE: Final = "Answers that are texts: 10,000 players in one session"
PLAYERS: Final = 10_000
GATEWAYS: Final = 2
WINDOW_S: Final = 8.0
KINDS: Final = ("text", "words")
WARM_UP_PLAYERS: Final = 10
"""Of a game before: what the first one takes, whoever plays it, is no player's."""
SETTLE_S: Final = 2.0


async def measure() -> tuple[Row, ...]:
    """A whole game on the server, and the rules by themselves, without what is sent."""
    figures, grown = await _played()
    closed_ms, ruled_ms, different = _by_the_rules()
    return (
        *(
            Row(
                what=f"`{kind}`: last answer to the last of {PLAYERS:,} own results",
                key=f"results {kind}",
                value=question.results_after_ms,
                unit="ms",
                target=800,
            )
            for kind, question in zip(KINDS, figures.questions, strict=True)
        ),
        Row(what="coordinator, per player at the end", key="player", value=round(grown), unit="bytes", target=2048),
        Row(what=f"close of `text` by the rules alone, {different:,} different texts", value=closed_ms, unit="ms"),
        Row(what="a ruling that accepts the most frequent of them", value=ruled_ms, unit="ms", target=1000),
    )


async def _played() -> tuple[Report, float]:
    """What the players saw, and by how many bytes the coordinator grew for each of them."""
    async with rig(GATEWAYS) as server:
        await play(_plan(server.urls, WARM_UP_PLAYERS))
        await asyncio.sleep(SETTLE_S)
        before = server.resident()["coordinator0"]
        grown: list[float] = []

        async def phase(_: str) -> None:
            await asyncio.sleep(SETTLE_S)
            grown.append((server.resident()["coordinator0"] - before) / PLAYERS)

        run = await play(_plan(server.urls, PLAYERS), phase=phase)
        figures = report(run, verdict_on(run))
        if not figures.good:
            raise Spoiled(f"the game went wrong: {figures.lost} lost, {figures.findings[:3]}")
        return figures, grown[-1]


def _plan(urls: tuple[str, ...], players: int) -> Plan:
    return Plan(urls, players, len(KINDS), answer_window_s=WINDOW_S, lead_ms=1000, kinds=KINDS)


def _by_the_rules() -> tuple[float, float, int]:
    """Milliseconds of the close and of a ruling, and how many different texts there were."""
    rng = random.Random(1)  # noqa: S311 - the same in each run
    question = questions.ask("text", 0, 60_000)
    host, now = ConnectionId("bench", 0), 1_700_000_000_000
    quiz = Plan((), PLAYERS, 1, WINDOW_S, kinds=("text",)).quiz()
    body = CreateSession(quiz=quiz, settings=Settings(max_players=PLAYERS, lead_ms=0))
    session, _ = create(Command(host, 0, None, body), now, Drawn("123456", "nonce", "salt"))

    def do(command: SessionCommand, connection: ConnectionId, identity: Identity | None, player_id: str = "") -> float:
        began = time.perf_counter()
        apply(session, Command(connection, 1, identity, command), now, Drawn(player_id=player_id))
        return round((time.perf_counter() - began) * 1000, 1)

    for number in range(PLAYERS):
        do(JoinSession(code="123456", name=f"Player {number}"), ConnectionId("bench", number + 1), None, f"p{number}")
    do(StartQuiz(), host, session.host_identity)
    for number in range(PLAYERS - 1):
        answer = SubmitAnswer(question=0, answer=questions.answer(rng, question))
        do(answer, ConnectionId("bench", number + 1), session.player_identity(f"p{number}"))
    closed_ms = do(CloseQuestion(), host, session.host_identity)
    ruled_ms = do(Rule(question=0, ruling=Ruling(accept=_most_frequent_wrong(session))), host, session.host_identity)
    return closed_ms, ruled_ms, len(session.written[0])


def _most_frequent_wrong(session: Session) -> str:
    wrong = [one for one in session.written[0] if one.share == 0]
    return str(max(wrong, key=lambda one: one.count).shown)
