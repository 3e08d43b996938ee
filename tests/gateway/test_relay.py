"""Commands become entries of their partition, and each is answered exactly once."""

import asyncio

import msgspec

from gateway.roundtrip import RECENT
from quickpoll.envelope import Command, ConnectionId, Identity
from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.protocol import JoinSession, Role, SubmitAnswer
from tests.gateway.standin import CODE, PARTITIONS, QUICK, QUIZ, House, house, keys_of, token_of, with_timing
from tests.redis_client import Client
from tests.redis_time import time_ms

ANSWER = {"question": 0, "answer": 1}


async def entries_in(home: House, number: int) -> int:
    return int(await home.redis.xlen(f"qp:{{p{number}}}:in"))


async def test_a_command_becomes_an_entry_and_its_reply_reaches_its_sender(home: House) -> None:
    player = await home.player()
    joining = await home.coordinator.command()
    assert await player.ask("submit_answer", id="a", **ANSWER) == {"type": "ok", "reply_to": "a"}
    answer = msgspec.structs.replace(await home.coordinator.command(), round_trip_ms=0)
    body = SubmitAnswer(id="a", question=0, answer=1)
    assert answer == Command(
        joining.connection,
        2,
        Identity(CODE, "n", Role.PLAYER, "Ann"),
        body,
        "",
        answer.round_trip_ms,
        answer.relayed_at,
    )
    assert 0 <= answer.relayed_at - joining.relayed_at < 10_000
    assert abs(answer.relayed_at - await time_ms(home.redis)) < 10_000
    assert joining.connection == ConnectionId(home.gateway.id, joining.connection.number)
    assert isinstance(joining.body, JoinSession)
    assert joining.identity is None


async def test_a_command_carries_the_round_trip_of_its_connection(home: House) -> None:
    player = await home.player()
    await home.coordinator.command()
    (its,) = home.connections
    for _ in range(RECENT):
        its.round_trip.pong(its.round_trip.ping(50.0), 50.125)
    await player.say("submit_answer", **ANSWER)
    gathering_ms = round(QUICK.gather_s * 1000)
    assert 125 <= (await home.coordinator.command()).round_trip_ms <= 125 + gathering_ms


async def test_commands_of_one_connection_keep_their_order(home: House) -> None:
    player = await home.player()
    await asyncio.gather(*(player.say("submit_answer", id=str(number), **ANSWER) for number in range(15)))
    assert [(await player.hear())["reply_to"] for _ in range(15)] == [str(number) for number in range(15)]


async def test_the_same_create_session_goes_to_the_same_partition(home: House) -> None:
    home.coordinator.answers = False
    for _ in range(3):
        client = await home.client()
        await client.say("create_session", id="a quiz of mine", quiz=QUIZ)
        await home.coordinator.command()
    assert await entries_in(home, partition_of("a quiz of mine", PARTITIONS)) == 3


@with_timing(reply_s=0.5)
async def test_what_is_not_answered_is_unavailable_and_a_later_reply_is_dropped(home: House) -> None:
    player = await home.player()
    await home.coordinator.command()
    home.coordinator.answers = False
    error = await player.ask("submit_answer", id="late", **ANSWER)
    assert (error["type"], error["code"], error["reply_to"]) == ("error", "unavailable", "late")
    assert error["retry_after_ms"] > 0
    await home.coordinator.answer(await home.coordinator.command())
    home.coordinator.answers = True
    assert (await player.ask("submit_answer", id="next", **ANSWER))["reply_to"] == "next"


async def test_a_reply_given_twice_is_heard_once(home: House) -> None:
    player = await home.player()
    await home.coordinator.command()
    home.coordinator.answers = False
    await player.say("submit_answer", id="1", **ANSWER)
    command = await home.coordinator.command()
    await home.coordinator.answer(command)
    await home.coordinator.answer(command)
    home.coordinator.answers = True
    await player.say("submit_answer", id="2", **ANSWER)
    assert [(await player.hear())["reply_to"] for _ in range(2)] == ["1", "2"]


async def test_when_redis_refuses_the_entry_the_command_is_unavailable_at_once(home: House) -> None:
    player = await home.player()
    await home.coordinator.command()
    stream = keys_of().stream
    await home.redis.delete(stream)
    await home.redis.set(stream, "no stream")  # WRONGTYPE stands for READONLY, OOM and the like
    async with asyncio.timeout(QUICK.reply_s / 2):
        assert (await player.ask("submit_answer", id="x", **ANSWER))["code"] == "unavailable"


async def test_sessions_that_could_not_be_stored_are_not_counted(redis: Client, redis_url: str) -> None:
    async with house(redis, redis_url, sessions_per_address=1) as home:
        host = await home.client()
        streams = [PartitionKeys(number).stream for number in range(PARTITIONS)]
        for stream in streams:
            await redis.set(stream, "no stream")
        for _ in range(3):
            assert (await host.ask("create_session", id="x", quiz=QUIZ))["code"] == "unavailable"
        await redis.delete(*streams)
        await host.say("create_session", id="x", quiz=QUIZ)
        await home.coordinator.command()
        again = await home.client()
        assert (await again.ask("create_session", quiz=QUIZ))["code"] == "too_many_sessions"


async def test_a_command_is_appended_again_when_its_reply_may_have_been_lost(home: House) -> None:
    player = await home.player()
    await home.coordinator.command()
    home.coordinator.answers = False
    await player.say("submit_answer", id="x", **ANSWER)
    first = await home.coordinator.command()
    await home.cut_subscriptions()
    again = await home.coordinator.command()
    assert again == first
    await home.coordinator.answer(again)
    assert (await player.hear())["reply_to"] == "x"


async def test_a_bound_connection_that_closes_is_reported(home: House) -> None:
    player = await home.player()
    joining = await home.coordinator.command()
    await player.socket.close()
    gone = await home.coordinator.disconnected()
    assert (gone.connection, gone.identity) == (joining.connection, Identity(CODE, "n", Role.PLAYER, "Ann"))


async def test_a_connection_that_left_is_not_reported(home: House) -> None:
    first, second = await home.player("Ann"), await home.player("Bob")
    assert (await first.ask("leave_session"))["type"] == "ok"
    await first.socket.close()
    await second.socket.close()
    assert (await home.coordinator.disconnected()).identity.player_id == "Bob"


async def test_who_is_gone_before_it_has_joined_is_reported(home: House) -> None:
    home.coordinator.answers = False
    client = await home.client()
    await client.say("join_session", code=CODE, name="Ann")
    command = await home.coordinator.command()
    await client.socket.close()
    await home.coordinator.answer(command)
    assert (await home.coordinator.disconnected()).connection == command.connection


@with_timing(reply_s=0.1)
async def test_a_join_that_was_answered_too_late_is_undone_at_the_end(home: House) -> None:
    home.coordinator.answers = False
    client = await home.client()
    assert (await client.ask("join_session", code=CODE, name="Ann"))["code"] == "unavailable"
    await home.coordinator.answer(await home.coordinator.command())
    await client.ask("sync_clock", t0=1)
    await client.socket.close()
    assert (await home.coordinator.disconnected()).identity.player_id == "Ann"


async def test_disconnections_are_appended_once_redis_takes_them(home: House) -> None:
    player = await home.player()
    stream = keys_of().stream
    await home.redis.rename(stream, stream + ":aside")
    await home.redis.set(stream, "no stream")
    await player.socket.close()
    await home.redis.delete(stream)
    await home.redis.rename(stream + ":aside", stream)
    assert (await home.coordinator.disconnected()).identity.player_id == "Ann"


async def test_resume_tells_whom_the_token_names(home: House) -> None:
    identity = Identity(CODE, "n", Role.PLAYER, "p1")
    client = await home.client()
    assert (await client.ask("resume_session", token=token_of(identity)))["type"] == "resumed"
    assert (await home.coordinator.command()).identity == identity
