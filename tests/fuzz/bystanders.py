"""Plays one game after the other, and checks every point, until its input ends: `python -m tests.fuzz.bystanders URL`.

At the end it prints, as JSON, how many games it was and how long acknowledgements took, in milliseconds.
"""

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from typing import Final

from clients.player import QuizClient
from quickpoll.protocol import EndSession, NextQuestion, StartQuiz
from tests.system.game import QUIZ, Playing, ask, check_results, join, open_session

PLAYERS: Final = 8
ANSWERS: Final = ((0, 1, 2), ((0, 2), (1,), (0, 1)), (0, 1), (0, 1))


async def play(url: str, acknowledged_ms: list[float]) -> None:
    """One game of all players."""
    async with AsyncExitStack() as clients:
        host = await clients.enter_async_context(QuizClient.connect(url))
        code = (await open_session(host)).code
        players = []
        for number in range(PLAYERS):
            players.append(
                await join(await clients.enter_async_context(QuizClient.connect(url)), code, f"player {number}")
            )
        for index in range(len(QUIZ.questions)):
            asked = await ask(host, players, NextQuestion() if index else StartQuiz())

            async def answer(player: Playing, number: int, asked=asked, choices=ANSWERS[index]) -> None:  # type: ignore[no-untyped-def]
                sent = time.monotonic()
                await player.answer(asked, choices[number % len(choices)])
                acknowledged_ms.append((time.monotonic() - sent) * 1000)

            await asyncio.gather(*(answer(player, number) for number, player in enumerate(players)))
            await check_results(host, players)
        await host.call(EndSession())


async def until_told(url: str) -> None:
    """Plays until standard input ends."""
    told = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    games, acknowledged_ms = 0, list[float]()
    while not told.done():
        await play(url, acknowledged_ms)
        games += 1
    acknowledged_ms.sort()
    quantile = {name: acknowledged_ms[int(len(acknowledged_ms) * part)] for name, part in (("p50", 0.5), ("p99", 0.99))}
    print(json.dumps({"games": games, "answers": len(acknowledged_ms)} | quantile))


if __name__ == "__main__":
    asyncio.run(until_told(sys.argv[1]))
