"""Coordinators as they run, with real entries on a real server."""

import asyncio
import logging
import re
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coordinator.app import Coordinator, LayoutMismatch
from coordinator.batch import snapshots
from coordinator.batch.partition import Partition
from coordinator.timing import DEFAULT
from quickpoll.envelope import Binding, CloseAll, CloseOne, ConnectionId, Identity, Reply
from quickpoll.keys import COORDINATORS, GATEWAYS, LAYOUT, PartitionKeys
from quickpoll.protocol import (
    AnswerAccepted,
    CreateSession,
    EndSession,
    Error,
    ErrorCode,
    Joined,
    JoinSession,
    KickPlayer,
    Leaderboard,
    LockSession,
    NewQuestion,
    Ok,
    QuestionResults,
    Resumed,
    ResumeSession,
    SessionClosed,
    SessionCreated,
    StartQuiz,
    SubmitAnswer,
    decode_message,
)
from quickpoll.settings import Durability, Failure
from quickpoll.store.link import LinkLost, RedisLink
from tests.coordinator.standin import (
    QUICK,
    QUIZ,
    TOKENS,
    Caller,
    applied,
    beating,
    calling,
    coordinating,
    eventually,
    token_of,
)
from tests.redis_client import Client, RedisError
from tests.settings import settings_with
from tests.system.servers import serving

FAR_FUTURE_MS = 9e14


async def open_question(gateway: Caller, players: int = 1) -> tuple[Identity, list[Identity]]:
    """A session whose first question is open; the host is connection 1, the players follow."""
    host = await gateway.create()
    joined = [await gateway.join(host.code, connection) for connection in range(2, 2 + players)]
    assert isinstance(await gateway.call(StartQuiz(), 1, host), Ok)
    await gateway.until(host.code, NewQuestion)
    return host, joined


# -- a game ---------------------------------------------------------------------------------


async def test_a_game_goes_through_redis_from_create_to_closed(gateway: Caller, redis_url: str) -> None:
    async with coordinating(redis_url):
        host, (ann,) = await open_question(gateway)
        assert isinstance(await gateway.call(SubmitAnswer(question=0, answer=0), 2, ann), AnswerAccepted)
        results = await gateway.until(host.code, QuestionResults)
        assert isinstance(results, QuestionResults)
        assert results.counts == (1, 0)
        assert isinstance(await gateway.call(EndSession(), 1, host), Ok)
        last = await gateway.step(host.code)
        while not isinstance(last.items[-1], CloseAll):
            last = await gateway.step(host.code)
        assert last.items[-1] == CloseAll(4500, "ended_by_host")
        late = await gateway.call(JoinSession(code=host.code, name="late"), 9)
        assert isinstance(late, Error)
        assert late.code == ErrorCode.SESSION_ENDED


async def test_steps_are_numbered_without_a_gap_and_kept_for_those_who_missed_them(
    gateway: Caller, redis_url: str
) -> None:
    async with coordinating(redis_url):
        host, (ann,) = await open_question(gateway)
        await gateway.call(SubmitAnswer(question=0, answer=0), 2, ann)
        await gateway.call(EndSession(), 1, host)
        await gateway.until(host.code, SessionClosed)
        history = await gateway.history(host.code)
        assert [step.step for step in history] == list(range(1, len(history) + 1))


async def test_a_reply_that_binds_tells_what_was_seen_by_then(gateway: Caller, redis_url: str) -> None:
    async with coordinating(redis_url):
        host, (ann,) = await open_question(gateway)
        reply = await gateway.reply(ResumeSession(token=token_of(ann)), 7, ann)
        resumed = decode_message(reply.text)
        assert isinstance(resumed, Resumed)
        *before, takeover = await gateway.history(host.code)
        assert reply.binding == Binding(ann, resumed.session.seq, len(before), takeover.fence)
        assert takeover.items == (CloseOne(ConnectionId(gateway.name, 2), 4502, "connected elsewhere"),)


async def test_an_unknown_code_is_not_found(gateway: Caller, redis_url: str) -> None:
    async with coordinating(redis_url):
        answer = await gateway.call(JoinSession(code="000000", name="x", id="7"), 1)
        assert isinstance(answer, Error)
        assert (answer.code, answer.reply_to) == (ErrorCode.SESSION_NOT_FOUND, "7")


@pytest.mark.parametrize("given", ["an id that nobody can guess", "short", None])
async def test_a_create_that_is_sent_again_opens_no_second_session(
    gateway: Caller, redis_url: str, given: str | None
) -> None:
    async with coordinating(redis_url):
        command = gateway.command(CreateSession(quiz=QUIZ, settings=QUICK, id=given), 1)
        first = decode_message((await (await gateway.send(command))).text)
        again = decode_message((await (await gateway.send(command))).text)
        other = gateway.command(CreateSession(quiz=QUIZ, id="another that nobody guesses"), 2)
        await gateway.send_together(other, other)
        replies = [await gateway.hear(2), await gateway.hear(2)]
        assert isinstance(first, SessionCreated)
        assert isinstance(again, SessionCreated)
        assert again.code == first.code
        assert len({reply.binding.identity.code for reply in replies if reply.binding}) == 1


async def test_a_short_id_of_another_connection_opens_another_session(gateway: Caller, redis_url: str) -> None:
    async with coordinating(redis_url):
        codes = set()
        for connection in (1, 2):
            created = await gateway.call(CreateSession(quiz=QUIZ, id="1"), connection)
            assert isinstance(created, SessionCreated)
            codes.add(created.code)
        assert len(codes) == 2


# -- crashes --------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["before it was applied", "before the commit", "after the commit"])
async def test_killed_at_any_moment_an_answer_counts_once_and_is_answered_once(
    gateway: Caller, redis: Client, redis_url: str, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Coordinator(redis_url, TOKENS, settings_with())
    await first.start()
    host, (ann, bea) = await open_question(gateway, 2)
    committer, reached = first.committer, asyncio.Event()
    commit, apply = committer.commit, Partition.apply

    async def stuck(*args: Any) -> Any:
        if moment == "after the commit":
            await commit(*args)
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        if moment == "before it was applied":
            patched.setattr(Partition, "apply", stuck)
        else:
            patched.setattr(committer, "commit", stuck)
        answer = await gateway.send(gateway.command(SubmitAnswer(question=0, answer=0), 2, ann))
        await reached.wait()
        await first.abandon()
    assert Partition.apply is apply
    await redis.delete(*(PartitionKeys(number).lease for number in range(64)))  # their time runs out
    async with coordinating(redis_url):
        assert isinstance(decode_message((await answer).text), AnswerAccepted)
        assert isinstance(await gateway.call(SubmitAnswer(question=0, answer=1), 3, bea), AnswerAccepted)
        results = await gateway.until(host.code, QuestionResults)
        assert isinstance(results, QuestionResults)
        assert (results.answered, results.counts) == (2, (1, 1))
        heard = [gateway.heard[2].get_nowait() for _ in range(gateway.heard[2].qsize())]
        assert [type(decode_message(reply.text)) for reply in heard] == [Joined, AnswerAccepted]
        history = await gateway.history(host.code)
        assert [step.step for step in history] == list(range(1, len(history) + 1))


async def test_killed_between_a_durable_commit_and_its_word_the_next_owner_gives_it(
    gateway: Caller, redis: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Coordinator(redis_url, TOKENS, settings_with(durability=Durability.REPLICA))
    await first.start()
    host, (ann,) = await open_question(gateway)
    stored = asyncio.Event()

    async def stuck(*_: Any) -> None:
        stored.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(first.committer, "publish", stuck)
    answer = await gateway.send(gateway.command(SubmitAnswer(question=0, answer=0), 2, ann))
    await stored.wait()
    await first.abandon()
    assert not answer.done()
    await redis.delete(*(PartitionKeys(number).lease for number in range(64)))  # their time runs out
    async with coordinating(redis_url, durability=Durability.REPLICA):
        assert isinstance(decode_message((await answer).text), AnswerAccepted)
        await gateway.until(host.code, Leaderboard)
        history = await gateway.history(host.code)
        assert [step.step for step in history] == list(range(1, len(history) + 1))


KILLED = """
import asyncio, sys
from coordinator.app import Coordinator
from quickpoll.tokens import Tokens
from tests.settings import settings_with
from tests.system.servers import serving
async def run():
    await Coordinator(sys.argv[1], Tokens("a secret of these tests"), settings_with()).start()
    print("runs", flush=True)
    await asyncio.Event().wait()
asyncio.run(run())
"""


async def test_killed_with_9_while_players_join_each_has_one_seat_and_one_reply(
    gateway: Caller, redis_url: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, redis_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"runs\n"
    host = await gateway.create()
    players = range(2, 302)
    replies = [
        await gateway.send(gateway.command(JoinSession(code=host.code, name=f"p{number}"), number))
        for number in players
    ]
    await replies[20]
    process.send_signal(signal.SIGKILL)
    await process.wait()
    async with coordinating(redis_url, take_over=True), beating(gateway):
        await asyncio.gather(*replies)
        resumed = await gateway.call(ResumeSession(token=token_of(host)), 1, host)
        assert isinstance(resumed, Resumed)
        assert resumed.session.player_count == len(players)
        assert [gateway.heard[number].qsize() for number in players] == [1] * len(players)


async def test_a_commit_whose_reply_is_lost_is_not_done_again(
    gateway: Caller, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with coordinating(redis_url) as coordinator:
        host = await gateway.create()
        script = coordinator.committer.script
        run = script.run

        async def run_and_lose(link: RedisLink, calls: Any) -> Any:
            monkeypatch.setattr(script, "run", run)
            await run(link, calls)
            raise LinkLost("the reply is lost")

        monkeypatch.setattr(script, "run", run_and_lose)
        await gateway.join(host.code, 2)
        await gateway.join(host.code, 3)
        resumed = await gateway.call(ResumeSession(token=token_of(host)), 1, host)
        assert isinstance(resumed, Resumed)
        assert resumed.session.player_count == 2
        assert gateway.heard[2].qsize() == 1


async def test_an_owner_whose_lease_was_taken_changes_nothing_and_says_nothing(
    gateway: Caller, redis: Client, redis_url: str
) -> None:
    async with coordinating(redis_url) as coordinator:
        host = await gateway.create()
        keys = gateway.keys(host.code)
        before = await redis.hgetall(keys.session(host.code))
        async with coordinator.partitions.between_batches[keys.number]:  # it is paused while another takes over
            await redis.set(keys.lease, "another:9999999999999", px=60_000)
            await redis.set(keys.fence, "9999999999999")
            await gateway.send(gateway.command(JoinSession(code=host.code, name="Ann"), 2))
        await eventually(lambda: keys.number not in coordinator.owned)
        assert await redis.hgetall(keys.session(host.code)) == before
        assert await redis.xlen(keys.stream) == 1
        assert 2 not in gateway.heard
        assert gateway.steps[host.code].empty()


async def test_everything_lost_while_it_runs_it_starts_anew(gateway: Caller, redis: Client, redis_url: str) -> None:
    async with coordinating(redis_url) as coordinator:
        lost = await gateway.create()
        await redis.flushall()
        await gateway.beat()
        await gateway.create(connection=2)
        await eventually(lambda: len(coordinator.owned) == 64)
        answer = await gateway.call(ResumeSession(token=token_of(lost)), 3, lost)
        assert isinstance(answer, Error)
        assert answer.code == ErrorCode.SESSION_NOT_FOUND
        assert await redis.hget(LAYOUT, "partitions") == b"64"


# -- a session in a state that it must never be in ------------------------------------------


async def with_a_number_given_twice(gateway: Caller, redis: Client, redis_url: str) -> tuple[Identity, bytes]:
    """A session stored in a state that no entry leaves it in: host and head as it should be."""
    async with coordinating(redis_url):
        host = await gateway.create()
        await gateway.join(host.code, 2)
    stored: Any = await redis.hgetall(gateway.keys(host.code).session(host.code))
    session, _ = snapshots.decode_session(host.code, stored)
    session.head.next_number = 0
    await redis.hset(gateway.keys(host.code).session(host.code), "head", snapshots.encode_head(session.head))
    return host, stored[b"head"]


async def test_a_batch_that_breaks_an_invariant_is_logged_not_stored_and_tried_again(
    gateway: Caller, redis: Client, redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    host, head = await with_a_number_given_twice(gateway, redis, redis_url)
    key = gateway.keys(host.code).session(host.code)
    before = await redis.hgetall(key)
    async with coordinating(redis_url, timing=replace(DEFAULT, rest_s=0.05)):
        answer = await gateway.send(gateway.command(LockSession(locked=True), 1, host))
        await eventually(lambda: caplog.text.count(f"InvariantBroken: session {host.code}: every number given") >= 2)
        assert await redis.hgetall(key) == before
        assert not answer.done()
        await redis.hset(key, "head", head)
        assert isinstance(decode_message((await answer).text), Ok)


async def test_invariants_are_checked_only_where_the_setting_says_so(
    gateway: Caller, redis: Client, redis_url: str
) -> None:
    host, _ = await with_a_number_given_twice(gateway, redis, redis_url)
    async with coordinating(redis_url, check_invariants=False):
        assert isinstance(await gateway.call(LockSession(locked=True), 1, host), Ok)


# -- many coordinators ----------------------------------------------------------------------


async def test_a_lone_coordinator_owns_everything_when_it_has_started(redis_url: str) -> None:
    began = time.monotonic()
    async with coordinating(redis_url) as coordinator:
        assert coordinator.owned == frozenset(range(64))
        assert await coordinator.ready() == (True, "ready")
    assert time.monotonic() - began < 1.0


async def test_two_share_evenly_and_the_survivor_takes_all_within_3_seconds(redis_url: str) -> None:
    one = Coordinator(redis_url, TOKENS, settings_with())
    await one.start()
    async with coordinating(redis_url) as other:
        await eventually(lambda: len(one.owned) == len(other.owned) == 32)
        assert one.owned.isdisjoint(other.owned)
        await one.abandon()
        await eventually(lambda: len(other.owned) == 64, within_s=3.0)


async def test_three_share_as_evenly_as_can_be_and_stay_so(redis_url: str) -> None:
    async with coordinating(redis_url) as one, coordinating(redis_url) as two, coordinating(redis_url) as three:
        all_three = (one, two, three)
        await eventually(lambda: sorted(len(each.owned) for each in all_three) == [21, 21, 22])
        before = [each.owned for each in all_three]
        for each in all_three:
            each.leases.hurry()
            assert not await each.leases.beat()
        assert [each.owned for each in all_three] == before


async def test_a_planned_hand_over_does_not_wait_for_the_next_look(gateway: Caller, redis_url: str) -> None:
    async with coordinating(redis_url) as stays:
        hosts = [await gateway.create(connection) for connection in range(1, 9)]
        longest, over = 0.0, asyncio.Event()

        async def go_on_asking(connection: int, host: Identity) -> None:
            nonlocal longest
            while not over.is_set():
                asked = time.monotonic()
                await gateway.call(LockSession(locked=True), connection, host)
                longest = max(longest, time.monotonic() - asked)

        async with asyncio.TaskGroup() as tasks:
            for connection, host in enumerate(hosts, 1):
                tasks.create_task(go_on_asking(connection, host))
            async with coordinating(redis_url) as comes_and_goes:
                await eventually(lambda: len(comes_and_goes.owned) == 32)
            await eventually(lambda: len(stays.owned) == 64)
            over.set()
        assert longest < DEFAULT.renew_every_s / 2


async def test_one_that_stops_leaves_its_partitions_to_the_other_at_once(gateway: Caller, redis_url: str) -> None:
    async with coordinating(redis_url) as other:
        async with coordinating(redis_url) as one:
            await eventually(lambda: len(one.owned) == len(other.owned) == 32)
        await eventually(lambda: len(other.owned) == 64, within_s=1.0)
        await gateway.create()


async def test_a_session_goes_on_when_its_partition_moves(gateway: Caller, redis_url: str) -> None:
    async with coordinating(redis_url) as one:
        host, (ann, bea) = await open_question(gateway, 2)
        assert isinstance(await gateway.call(SubmitAnswer(question=0, answer=0), 2, ann), AnswerAccepted)
        async with coordinating(redis_url) as other:
            await eventually(lambda: len(one.owned) == len(other.owned) == 32)
            assert isinstance(await gateway.call(SubmitAnswer(question=0, answer=1), 3, bea), AnswerAccepted)
            results = await gateway.until(host.code, QuestionResults)
            assert isinstance(results, QuestionResults)
            assert results.counts == (1, 1)


async def test_the_embedded_start_waits_for_nobody_from_before(gateway: Caller, redis: Client, redis_url: str) -> None:
    crashed = Coordinator(redis_url, TOKENS, settings_with())
    await crashed.start()
    host = await gateway.create()
    ann = await gateway.join(host.code, 2)
    await crashed.abandon()
    began = time.monotonic()
    async with coordinating(redis_url, take_over=True) as coordinator:
        assert len(coordinator.owned) == 64
        assert time.monotonic() - began < 1.0
        assert await redis.zcard(COORDINATORS) == 1
        assert await redis.zcard(GATEWAYS) == 0  # of the old one nothing is left: its players are away
        async with calling(redis_url, name="new") as fresh:
            partition = coordinator.partitions.get(gateway.keys(host.code).number)
            assert partition
            await eventually(lambda: not partition.gateways)
            resumed = await fresh.call(ResumeSession(token=token_of(ann)), 5, ann)
            assert isinstance(resumed, Resumed)
            assert not resumed.session.host_connected


# -- what is left behind --------------------------------------------------------------------


async def test_every_key_expires_or_is_bounded(gateway: Caller, redis: Client, redis_url: str) -> None:
    async with coordinating(redis_url):
        host, (ann, bea) = await open_question(gateway, 2)
        await gateway.call(SubmitAnswer(question=0, answer=0), 2, ann)
        await gateway.call(KickPlayer(player_id=bea.player_id), 1, host)
        over = await gateway.create(connection=4)
        await gateway.call(EndSession(), 4, over)
        bounded = re.compile(
            r"qp:(layout|coordinators|handovers|gateways|\{p\d+\}:(in|token|meta|deadlines|gateways|served))"
        )
        keys: list[Any] = await redis.keys()
        for key in keys:
            assert await redis.pttl(key) > 0 or bounded.fullmatch(key.decode()), key
        assert await redis.zrange(gateway.keys(over.code).deadlines, 0, -1) == (
            [host.code.encode()] if gateway.keys(over.code) == gateway.keys(host.code) else []
        )


async def test_streams_hold_only_what_was_not_applied(gateway: Caller, redis: Client, redis_url: str) -> None:
    async with coordinating(redis_url):
        host = await gateway.create()
        for connection in range(2, 12):
            await gateway.join(host.code, connection)
        await applied(gateway, gateway.keys(host.code).number)


async def test_a_closed_session_keeps_only_that_it_is_over(gateway: Caller, redis: Client, redis_url: str) -> None:
    async with coordinating(redis_url) as coordinator:
        host, _ = await open_question(gateway, 3)
        await gateway.call(EndSession(), 1, host)
        keys = gateway.keys(host.code)
        assert {*await redis.hgetall(keys.session(host.code))} == {b"head", b"step"}
        assert 0 < await redis.pttl(keys.session(host.code)) <= 60 * 60 * 1000
        partition = coordinator.partitions.get(keys.number)
        assert partition
        assert partition.sessions_in_memory == 0


async def test_stopping_leaves_no_task_and_no_lease(gateway: Caller, redis: Client, redis_url: str) -> None:
    before = asyncio.all_tasks()
    async with coordinating(redis_url):
        await gateway.create()
    assert asyncio.all_tasks() == before
    assert not await redis.exists(*(PartitionKeys(number).lease for number in range(64)))
    assert await redis.zcard(COORDINATORS) == 0


# -- what a person can fix -----------------------------------------------------------------


async def test_another_number_of_partitions_is_refused_with_both_numbers(redis_url: str) -> None:
    async with coordinating(redis_url, 64):
        pass
    with pytest.raises(LayoutMismatch, match=r"in 64 partitions, not 32; set QUICKPOLL_PARTITIONS to 64"):
        await Coordinator(redis_url, TOKENS, settings_with(partitions=32)).start()


async def test_a_redis_that_is_not_there_is_a_failure_after_a_short_while(unused_tcp_port: int) -> None:
    url, settings = f"redis://127.0.0.1:{unused_tcp_port}", settings_with(partitions=4)
    coordinator = Coordinator(url, TOKENS, settings, timing=replace(DEFAULT, start_within_s=0.2))
    began = time.monotonic()
    with pytest.raises(Failure, match=r"Redis does not answer .* start it, or correct QUICKPOLL_REDIS_URL"):
        await coordinator.start()
    assert time.monotonic() - began > 0.2


async def test_cut_off_from_redis_it_is_not_ready_and_goes_on_when_it_is_back(
    gateway: Caller, redis: Client, redis_url: str
) -> None:
    async with coordinating(redis_url) as coordinator:
        host = await gateway.create()
        acl: Any = redis
        await acl.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        joined: Reply | None = None
        while joined is None:
            with suppress(RedisError):
                joined = await gateway.reply(JoinSession(code=host.code, name="Ann"), 2)
        assert isinstance(decode_message(joined.text), Joined)
        assert joined.connection == ConnectionId("gw", 2).number
        await eventually(lambda: coordinator.leases.is_in_touch)


async def test_an_outage_is_one_line_at_its_begin_one_for_all_leases_and_one_at_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with serving(tmp_path / "redis", "--save", "") as redis:
        coordinator = Coordinator(f"redis://{redis.address}", TOKENS, settings_with())
        await coordinator.start()
        caplog.clear()
        await redis.kill()
        await eventually(lambda: not coordinator.owned)
        await redis.start()
        await eventually(lambda: len(coordinator.owned) == 64)
        await eventually(lambda: "Redis is back" in caplog.text)
        await coordinator.stop()
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if "cannot be used" in line] == said[:1]
    assert said.count("the leases of 64 partitions ran out") == said.count("Redis is back") == 1
    assert len(said) == 4  # and that it owns 64 of 64
