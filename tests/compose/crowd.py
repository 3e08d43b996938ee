"""A quiz that is played while its deployment changes under it, one change in the middle of each question."""

import asyncio
from collections.abc import Callable, Sequence

from quickpoll.protocol import Option, Quiz, Settings, SingleQuestion
from tests.chaos.crowd import Crowd, Moment
from tests.chaos.invariants import violations

LIMIT_MS = 24_000
OVER_WITHIN_S = 120.0


async def play_while(url: str, players: int, changes: Sequence[Callable[[], object]]) -> Crowd:
    """Plays a question for each change; fails if anything was lost, doubled, or told to some and not to others."""
    options = (Option("Right", correct=True), Option("Wrong"))
    quiz = Quiz(
        "Changes", tuple(SingleQuestion(f"Question {n}?", options, time_limit_ms=LIMIT_MS) for n in range(len(changes)))
    )
    crowd = Crowd("compose", [url], quiz, Settings(lead_ms=500, max_players=players), players)

    async def make_changes() -> None:
        for number, change in enumerate(changes):
            await crowd.moment(Moment.ANSWERING, number)
            await asyncio.to_thread(change)
        crowd.faults_over.set()

    changing = asyncio.create_task(make_changes())
    await crowd.play(OVER_WITHIN_S)
    await changing
    assert violations(crowd) == []
    accepted = sum(given.accepted is not None for player in crowd.players for given in player.given.values())
    assert accepted == players * len(changes)
    waits = sorted(given.told - given.tapped for player in crowd.players for given in player.given.values())
    away = sorted(seconds for player in crowd.players for seconds in player.away_s) or [0.0]
    print(
        f"replies after {waits[len(waits) // 2]:.2f} s, {waits[-1]:.2f} s at most;"
        f" away {away[len(away) // 2]:.2f} s, {away[-1]:.2f} s at most"
    )
    return crowd
