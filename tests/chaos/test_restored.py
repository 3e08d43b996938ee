"""Valkey comes back as it was before, as after a failover that lost the tail: all go on from there."""

import time
from contextlib import AsyncExitStack
from pathlib import Path

from clients.player import QuizClient
from quickpoll.protocol import CloseCode, NextQuestion, Phase, StartQuiz
from tests.chaos.cluster import Cluster
from tests.system.game import SLOW, ask, check_results, join, open_session

TOLD_WITHIN_S = 10.0


async def test_what_valkey_has_lost_is_lost_for_all_alike_and_the_quiz_goes_on(tmp_path: Path) -> None:
    async with Cluster(tmp_path, gateways=1, coordinators=1) as cluster, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(QuizClient.connect(cluster.urls[0])) for _ in range(3)]
        host = clients[0]
        created = await open_session(host, SLOW)
        ann, ben = players = [await join(clients[1], created.code, "Ann"), await join(clients[2], created.code, "Ben")]
        asked = await ask(host, players, StartQuiz())
        await ann.answer(asked, 1, SLOW)
        cluster.valkey.keep_copy()
        await ben.answer(asked, 1, SLOW)
        await check_results(host, players)
        await ask(host, players, NextQuestion())

        await cluster.valkey.go_back_to_copy()
        back_at = time.monotonic()
        for client in clients:
            code, _ = await client.closed(timeout_s=TOLD_WITHIN_S)
            assert code == CloseCode.RESYNC
        again = await host.resume(created.host_token)
        assert (again.session.phase, again.session.answered) == (Phase.QUESTION, 1)
        for player, has_answered in ((ann, True), (ben, False)):
            resumed = await player.client.resume(player.joined.player_token)
            assert resumed.you
            assert (resumed.you.answered, resumed.you.total_points) == (has_answered, 0)
            assert resumed.session.question
            assert resumed.session.opens_at == asked.opens_at
        print(f"all had resumed {time.monotonic() - back_at:.1f} s after Valkey was back")
        ben.points = 0
        await ben.answer(asked, 1, SLOW)
        assert (await check_results(host, players)).counts == (0, 2, 0)
