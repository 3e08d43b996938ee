"""Codes cannot be tried out one after the other, and who sits beside the one who tries still gets in."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

from clients.player import CommandRefused, QuizClient
from gateway.limits import MISSES
from quickpoll.protocol import ErrorCode, JoinSession
from tests.system.game import join, open_session
from tests.system.harness import running, serve, websocket_url

GUESSES = 100
CONNECTIONS = 10
REFILLED = 6
"""As many tokens as come back within a minute, which all of this does not take."""


async def _guess(client: QuizClient, code: str) -> ErrorCode:
    try:
        await client.call(JoinSession(code=code, name="Mallory"))
    except CommandRefused as refused:
        return refused.code
    raise AssertionError("it was let in")


async def test_an_address_that_guesses_is_told_little_and_its_neighbours_play(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), AsyncExitStack() as stack:
        url = websocket_url(quickpoll)
        host = await stack.enter_async_context(QuizClient.connect(url))
        code = (await open_session(host)).code
        clients = [await stack.enter_async_context(QuizClient.connect(url)) for _ in range(CONNECTIONS)]
        wrong = [f"{(int(code) + number) % 1_000_000:06}" for number in range(1, GUESSES + 1)]
        told = Counter[ErrorCode]()
        for start in range(0, GUESSES, CONNECTIONS):  # each connection at a rate that it may have, all at once
            guesses = zip(clients, wrong[start : start + CONNECTIONS], strict=True)
            told.update(await asyncio.gather(*(_guess(client, guess) for client, guess in guesses)))
        assert MISSES.burst <= told[ErrorCode.SESSION_NOT_FOUND] <= MISSES.burst + REFILLED
        assert told[ErrorCode.RATE_LIMITED] == GUESSES - told[ErrorCode.SESSION_NOT_FOUND]

        neighbour = await stack.enter_async_context(QuizClient.connect(url))
        assert (await join(neighbour, code, "Ann")).joined.code == code
    log = quickpoll.log.read_text()
    assert log.count("too many codes that do not exist from one address") == 1
