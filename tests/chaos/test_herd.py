"""A thousand players lose their connections at once and come back within a second or so: nobody is turned away."""

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path

from clients.player import Client
from quickpoll.protocol import LockSession
from tests.chaos.hall import Hall, percentile
from tests.system.game import open_session
from tests.system.harness import coordinator, gateway, running, websocket_url

PLAYERS = 1000
BACK_WITHIN_S = 15.0
BROADCASTS = 20
EVERY_S = 0.05
LASTING = 2.0
"""A slow-down by more than this factor would be one."""
NOISE_MS = 30.0


async def test_a_thousand_reconnects_at_once_leave_nothing_slower(tmp_path: Path, redis_url: str) -> None:
    front = gateway(tmp_path, redis_url)
    async with running(front, coordinator(tmp_path, redis_url)), AsyncExitStack() as stack:
        host = await stack.enter_async_context(Client.connect(websocket_url(front)))
        created = await open_session(host)
        hall = Hall(websocket_url(front), created.code, PLAYERS)
        stack.callback(hall.empty)
        await hall.fill()
        before = await hall.p99_ms(host, BROADCASTS, EVERY_S)

        hall.empty()
        async with asyncio.timeout(BACK_WITHIN_S):
            await asyncio.gather(*(seat.come_back(random.Random(number)) for number, seat in enumerate(hall.seats)))
        away = [seat.away_s for seat in hall.seats]
        again = sum(seat.tries > 1 for seat in hall.seats)
        print(f"away: p50 {percentile(away, 0.5):.2f} s, p99 {percentile(away, 0.99):.2f} s, {again} tried again")
        assert all(seat.resumed and seat.resumed.session.code == created.code for seat in hall.seats)

        await host.call(LockSession(locked=False))
        after = await hall.p99_ms(host, BROADCASTS, EVERY_S)
        print(f"broadcast p99: {before:.1f} ms before, {after:.1f} ms after")
        assert after < LASTING * before + NOISE_MS
