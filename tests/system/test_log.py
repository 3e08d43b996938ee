"""A game with much that can happen to it, exported as a log, is the same when it is played again."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from clients.player import QuizClient
from quickpoll.protocol import (
    CloseQuestion,
    GetResults,
    KickPlayer,
    Leaderboard,
    NextQuestion,
    QuizEnded,
    Results,
    SetExtraTime,
    StartQuiz,
)
from tests.system.game import QUICK, SLOW, Playing, ask, join, open_session
from tests.system.harness import Process, coordinator, gateway, running, websocket_url


async def replayed(path: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and the output of `quickpoll replay`."""
    command = [sys.executable, "-m", "quickpoll", "replay", str(path), *arguments]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
    assert not done.stderr
    return done.returncode, done.stdout


async def first_question(host: QuizClient, players: Sequence[Playing], coordinators: tuple[Process, Process]) -> None:
    """While it is open the coordinator is killed, one player comes back, and another is kicked."""
    ann, ben, cem, dan, eve = players
    dies, follows = coordinators
    asked = await ask(host, players, StartQuiz())
    await asyncio.gather(*(player.answer(asked, choice, SLOW) for player, choice in ((ann, 1), (ben, 1), (cem, 0))))
    await dies.stop(signal.SIGKILL)
    await follows.start()
    await ben.client.drop()
    await ben.client.resume(ben.joined.player_token)
    await host.call(KickPlayer(player_id=dan.joined.player_id))
    await eve.answer(asked, 2, SLOW)
    await host.expect(Leaderboard)


async def play(host: QuizClient, players: Sequence[Playing], coordinators: tuple[Process, Process]) -> Results:
    """A quiz whose last three questions end by the host."""
    ann, ben, cem, _, eve = players
    await host.call(SetExtraTime(player_id=ben.joined.player_id, percent=50))
    await first_question(host, players, coordinators)
    for answers in ({0: (0, 2), 1: (0,), 2: (0, 2)}, {0: 1}, {}):
        asked = await ask(host, [ann, ben, cem, eve], NextQuestion())
        for number, choice in answers.items():
            await players[number].answer(asked, choice, SLOW)
        await host.call(CloseQuestion())
    await host.call(NextQuestion())
    await host.expect(QuizEnded)
    return await host.call(GetResults())


async def test_a_game_is_the_same_when_its_log_is_played_again(tmp_path: Path, redis_url: str) -> None:
    front = gateway(tmp_path, redis_url)
    first, second = coordinator(tmp_path, redis_url, 0), coordinator(tmp_path, redis_url, 1)
    async with running(front, first), AsyncExitStack() as stack:
        stack.push_async_callback(second.stop, signal.SIGKILL)
        host, *clients = [await stack.enter_async_context(QuizClient.connect(websocket_url(front))) for _ in range(6)]
        created = await open_session(host, SLOW, QUICK)
        names = ["Ann", "Ben", "Cem", "Dan", "Eve"]
        players = [await join(client, created.code, name) for client, name in zip(clients, names, strict=True)]
        results = await play(host, players, (first, second))
        log = tmp_path / "log.jsonl"
        log.write_text(await host.log())

    ranking = tmp_path / "ranking.json"
    receipts = [accepted.receipt for player in players for accepted in player.accepted.values()]
    assert len(receipts) == 8
    code, said = await replayed(log, "--output", str(ranking), *(f"--receipt={receipt}" for receipt in receipts))
    assert code == 0, said
    assert f"Same results: 4 questions, 4 players, {log.read_text().count(chr(10)) - 1} records" in said
    assert f"head {results.log_head}" in said
    assert [(p["id"], p["rank"], p["points"]) for p in json.loads(ranking.read_bytes())["players"]] == [
        (player.id, player.rank, player.points) for player in results.players
    ]
    counted = [line for line in said.splitlines() if line.startswith("Receipt")]
    assert len(counted) == len(receipts)
    assert sum(" and counts: " in line for line in counted) == len(receipts)


async def test_without_its_first_question_the_ranking_is_another(tmp_path: Path, redis_url: str) -> None:
    front, behind = gateway(tmp_path, redis_url), coordinator(tmp_path, redis_url)
    async with running(front, behind), AsyncExitStack() as stack:
        host, *clients = [await stack.enter_async_context(QuizClient.connect(websocket_url(front))) for _ in range(3)]
        created = await open_session(host, SLOW, QUICK)
        ann, ben = await join(clients[0], created.code, "Ann"), await join(clients[1], created.code, "Ben")
        asked = await ask(host, [ann, ben], StartQuiz())
        await ann.answer(asked, 1, SLOW)
        await ben.answer(asked, 0, SLOW)
        await host.expect(Leaderboard)
        asked = await ask(host, [ann, ben], NextQuestion())
        await ann.answer(asked, (0,), SLOW)
        await ben.answer(asked, (0, 2), SLOW)
        await host.expect(Leaderboard)
        log = tmp_path / "log.jsonl"
        log.write_text(await host.log())
    code, said = await replayed(log, "--void", "1")
    assert code == 0, said
    assert "The quiz had not ended" in said
    *_, first, second = [line.split() for line in said.splitlines()]
    assert first == ["1", "2", "Ben", str(ben.points), str(ben.points)]
    assert second == ["2", "1", "Ann", "0", str(ann.points)]
