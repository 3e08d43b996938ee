"""Who is in which session, and what each gets: in order, once, in one write."""

from dataclasses import replace
from typing import Any

import pytest
from websockets.frames import Opcode

from gateway.connection import CAP_BYTES, Connection
from gateway.limits import MISSES
from quickpoll.envelope import Binding, CloseOne, Command, ConnectionId, Identity, Replies, Reply, encode
from quickpoll.protocol import Role
from tests.gateway.standin import (
    CODE,
    QUICK,
    QUIZ,
    House,
    Person,
    keys_of,
    text,
    to_all,
    to_each,
    to_host,
    to_players,
    token_of,
    until,
    with_timing,
)


async def kinds(person: Person, count: int) -> list[str]:
    return [(await person.hear())["type"] for _ in range(count)]


async def test_everyone_gets_what_is_for_them(home: House) -> None:
    host, ann, bob = await home.host(), await home.player("Ann"), await home.player("Bob")
    mine = to_each((home.coordinator.joined["Ann"], text("ann")), (home.coordinator.joined["Bob"], text("bob")))
    await home.coordinator.step(to_all(1), mine, to_host(), to_players(), to_all(2, "end"))
    assert await kinds(host, 3) == ["news", "players_joined", "end"]
    assert await kinds(ann, 4) == ["news", "ann", "lobby", "end"]
    assert await kinds(bob, 4) == ["news", "bob", "lobby", "end"]


async def test_each_device_of_the_host_gets_what_is_for_the_host(home: House) -> None:
    stage, remote = await home.host(), await home.client()
    token = token_of(Identity(CODE, "n", Role.HOST))
    assert (await remote.ask("resume_session", token=token, remote=True))["type"] == "resumed"
    await home.coordinator.step(to_all(1), to_host(), to_players(), to_all(2, "end"))
    for device in (stage, remote):
        assert await kinds(device, 3) == ["news", "players_joined", "end"]


def written(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """From here on, each write of messages to a connection; pings go out at any moment."""
    writes: list[bytes] = []
    write = Connection.write

    def record(self: Connection, frames: bytes) -> None:
        if frames[0] == 0x80 | Opcode.TEXT:
            writes.append(frames)
        write(self, frames)

    monkeypatch.setattr(Connection, "write", record)
    return writes


async def test_a_connection_gets_its_part_of_a_step_in_one_write(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await home.player("Ann")
    bob = await home.player("Bob")
    writes = written(monkeypatch)
    await home.coordinator.step(to_all(1), to_each((home.coordinator.joined["Ann"], text("ann"))), to_all(2))
    assert await kinds(bob, 2) == ["news", "news"]
    assert len(writes) == 2


@with_timing(writes_per_turn=2)
async def test_steps_arrive_in_order_also_while_a_large_one_is_being_delivered(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    players = [await home.player(str(number)) for number in range(7)]
    writes = written(monkeypatch)
    steps = [await home.coordinator.step(to_all(seq), publish=False) for seq in range(1, 11)]
    for step in steps:
        home.gateway.hub.step(CODE, encode(step))
    for player in players:
        assert [(await player.hear())["seq"] for _ in range(10)] == list(range(1, 11))
    assert writes == [frames for frames in dict.fromkeys(writes) for _ in players]


@with_timing(writes_per_turn=1)
async def test_who_joins_while_steps_wait_to_be_delivered_gets_only_later_ones(home: House) -> None:
    ann, bob = await home.player("Ann"), await home.player("Bob")
    home.coordinator.answers = False
    late = await home.client()
    await late.say("join_session", code=CODE, name="Cid")
    for _ in range(2):
        await home.coordinator.command()
    joining = await home.coordinator.command()
    steps = [await home.coordinator.step(to_all(seq), to_players(), publish=False) for seq in (1, 2, 3)]
    bound = Binding(Identity(CODE, "n", Role.PLAYER, "Cid"), seq=3, step=3)
    # All at once, as from one segment of the pub/sub connection.
    for step in steps:
        home.gateway.hub.step(CODE, encode(step))
    home.gateway.hub.replies(reply_to(joining, text("joined"), binding=bound))
    await home.coordinator.step(to_all(4))
    assert (await late.hear())["type"] == "joined"
    assert (await late.hear())["seq"] == 4
    for player in (ann, bob):
        assert await kinds(player, 7) == ["news", "lobby"] * 3 + ["news"]


def reply_to(command: Command, message: bytes, **more: Any) -> bytes:
    return encode(Replies((Reply(command.connection.number, command.request, message, **more),)))


async def test_what_was_in_the_reply_does_not_come_again(home: House) -> None:
    """One commit: a broadcast, a join that has seen it, another broadcast."""
    await home.player("Ann")
    home.coordinator.answers = False
    late = await home.client()
    await late.say("join_session", code=CODE, name="Bob")
    await home.coordinator.command()
    joining = await home.coordinator.command()
    identity = Identity(CODE, "n", Role.PLAYER, "Bob")
    await home.coordinator.reply(joining, text("joined"), binding=Binding(identity, seq=1, step=0))
    await home.coordinator.step(to_all(1), to_all(2))
    assert (await late.hear())["type"] == "joined"
    assert (await late.hear())["seq"] == 2


async def test_a_step_from_before_the_reply_is_not_delivered_to_the_new_one(home: House) -> None:
    ann = await home.player("Ann")
    await home.coordinator.step(to_all(1))
    assert (await ann.hear())["seq"] == 1
    bob = await home.player("Bob")
    await home.coordinator.step(to_all(2))
    assert (await bob.hear())["seq"] == 2


async def test_a_reply_that_knows_of_a_step_which_was_missed_brings_it_to_the_others(home: House) -> None:
    ann = await home.player("Ann")
    await home.coordinator.step(to_all(1), publish=False)
    await home.player("Bob")
    assert (await ann.hear())["seq"] == 1


async def test_the_end_of_a_session_closes_all_its_connections_and_no_other(home: House) -> None:
    host, player, other = await home.host(), await home.player(), await home.player(code="654321")
    await home.coordinator.close_all()
    for person in (host, player):
        assert (await person.hear())["type"] == "session_closed"
        assert await person.closed() == (4500, "over")
    assert (await other.ask("sync_clock", t0=1))["type"] == "clock"
    await other.socket.close()  # the first end that the coordinator has to hear of
    assert (await home.coordinator.disconnected()).identity.code == "654321"


async def test_a_connection_that_lost_its_identity_is_told_and_closed(home: House) -> None:
    player, other = await home.player("Ann"), await home.player("Bob")
    connection = home.coordinator.joined["Ann"].connection
    await home.coordinator.step(to_all(1), CloseOne(connection, 4501, "kicked", text("kicked")))
    assert await kinds(player, 2) == ["news", "kicked"]
    assert await player.closed() == (4501, "kicked")
    assert await kinds(other, 1) == ["news"]
    await other.socket.close()  # the first end that the coordinator does not know of
    assert (await home.coordinator.disconnected()).identity.player_id == "Bob"


async def test_it_is_told_too_when_the_subscription_was_cut_at_that_moment(home: House) -> None:
    player = await home.player("Ann")
    await home.coordinator.step(CloseOne(home.coordinator.joined["Ann"].connection, 4502, "elsewhere"), publish=False)
    await home.cut_subscriptions()
    assert await player.closed() == (4502, "elsewhere")


async def test_who_has_the_same_number_at_another_gateway_stays(home: House) -> None:
    player = await home.player("Ann")
    connection = ConnectionId("elsewhere", home.coordinator.joined["Ann"].connection.number)
    await home.coordinator.step(CloseOne(connection, 4501, "kicked", text("kicked")), to_all(1))
    assert await kinds(player, 1) == ["news"]


async def test_what_a_new_session_said_before_it_was_subscribed_still_arrives(home: House) -> None:
    home.coordinator.answers = False
    host = await home.client()
    await host.say("create_session", quiz=QUIZ)
    command = await home.coordinator.command()
    await home.redis.hset(keys_of().session(CODE), "step", "0")
    await home.coordinator.step(to_all(1), publish=False)
    await home.coordinator.reply(
        command, text("session_created"), binding=Binding(Identity(CODE, "n", Role.HOST), seq=0, step=0)
    )
    assert await kinds(host, 2) == ["session_created", "news"]


async def test_a_reply_overtaken_by_a_resync_makes_its_connection_resume(home: House) -> None:
    ann = await home.player("Ann")
    for seq in (1, 2):
        await home.coordinator.step(to_all(seq))
        await ann.hear()
    home.coordinator.answers = False
    late = await home.client()
    await late.say("join_session", code=CODE, name="Bob")
    await home.coordinator.command()
    joining = await home.coordinator.command()
    identity = Identity(CODE, "n", Role.PLAYER, "Bob")
    await home.coordinator.reply(joining, text("joined"), binding=Binding(identity, seq=1, step=1))
    assert (await late.hear())["type"] == "joined"
    assert await late.closed() == (4000, "resume")


async def test_a_reply_that_cannot_be_read_stops_nothing(home: House, caplog: pytest.LogCaptureFixture) -> None:
    ann = await home.player("Ann")
    joining = await home.coordinator.command()
    await home.redis.spublish(keys_of().replies(joining.connection.gateway), b"\x09of a later version")
    assert (await ann.ask("submit_answer", question=0, answer=0))["type"] == "ok"
    assert "could not be handled" in caplog.text


async def test_a_slow_reader_is_closed_and_the_others_are_served(home: House) -> None:
    slow = await home.player("Slow")
    (slow_connection,) = home.connections
    quick = await home.player("Quick")
    slow.socket.transport.pause_reading()
    most = 0
    chunk = "x" * 30_000
    for seq in range(1, 2000):
        await home.coordinator.step(to_all(seq, filler=chunk))
        assert (await quick.hear())["seq"] == seq
        most = max(most, slow_connection.unsent_bytes)
        if not slow_connection.is_open:
            break
    assert not slow_connection.is_open
    assert CAP_BYTES < most < CAP_BYTES + 2 * len(chunk)
    assert (await home.coordinator.disconnected()).identity.player_id == "Slow"
    await until(lambda: slow_connection not in home.connections)
    await home.coordinator.step(to_all(5000))
    assert (await quick.hear())["seq"] == 5000


def break_writes_to(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on, each write to this connection fails by a bug."""
    write = Connection.write

    def fail(self: Connection, frames: bytes) -> None:
        if self is connection:
            raise ValueError("a bug")
        write(self, frames)

    monkeypatch.setattr(Connection, "write", fail)


@pytest.mark.parametrize("timing", [replace(QUICK, writes_per_turn=1), QUICK], ids=["in a later turn", "at once"])
async def test_a_fan_out_that_fails_makes_all_connections_of_the_session_resume(
    home: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Some have got the Step and some have not: nobody may go on as if nothing had happened."""
    ann = await home.player("Ann")
    bob, other = await home.player("Bob"), await home.player("Cid", code="654321")
    (broken,) = (one for one in home.connections if one.number == home.coordinator.joined["Bob"].connection.number)
    with monkeypatch.context() as patched:
        break_writes_to(broken, patched)
        await home.coordinator.step(to_all(1))
        await home.coordinator.step(to_all(2))
        for player in (ann, bob):
            assert await player.closed() == (4000, "resume")
    assert "could not be delivered" in caplog.text
    assert "ValueError: a bug" in caplog.text
    dan = await home.player("Dan")
    await home.coordinator.step(to_all(3))
    assert (await dan.hear())["seq"] == 3
    assert (await other.ask("sync_clock", t0=1))["type"] == "clock"


@with_timing(reply_s=0.1)
async def test_two_late_joins_of_one_connection_are_both_undone_when_it_closes(home: House) -> None:
    """Else the first player would count as connected from then on, and no question would close early any more."""
    home.coordinator.answers = False
    client = await home.client()
    commands = []
    for name in ("Ann", "Bob"):
        assert (await client.ask("join_session", code=CODE, name=name))["code"] == "unavailable"
        commands.append(await home.coordinator.command())
    for command in commands:
        await home.coordinator.answer(command)
    assert (await client.ask("sync_clock", t0=1))["type"] == "clock"
    await client.socket.close()
    gone = [(await home.coordinator.disconnected()).identity.player_id for _ in commands]
    assert gone == ["Ann", "Bob"]


async def test_the_same_id_for_two_sessions_enters_one_and_the_other_is_answered_too(home: House) -> None:
    home.coordinator.answers = False
    client = await home.client()
    await client.say("join_session", id="j", code=CODE, name="Ann")
    await client.say("join_session", id="j", code="654321", name="Bob")
    first, second = await home.coordinator.command(), await home.coordinator.command()
    await home.coordinator.answer(first)
    assert (await client.hear())["type"] == "joined"
    await home.coordinator.answer(second)
    refusal = await client.hear()
    assert (refusal["code"], refusal["reply_to"]) == ("forbidden", "j")
    await client.socket.close()
    gone = {(await home.coordinator.disconnected()).identity.player_id for _ in range(2)}
    assert gone == {"Ann", "Bob"}


async def use_up_misses(home: House) -> Person:
    """Types wrong codes until no more are answered; returns one of those who did."""
    home.coordinator.answers = False
    clients = [await home.client(), await home.client()]  # none of them too fast
    for number in range(MISSES.burst):
        client = clients[number % 2]
        await client.say("join_session", code=f"{number:06}", name="n")
        await home.coordinator.reply(await home.coordinator.command(), text("error", code="session_not_found"))
        assert (await client.hear())["code"] == "session_not_found"
    return clients[0]


async def test_wrong_codes_are_counted_when_they_are_answered(home: House) -> None:
    guesser = await use_up_misses(home)
    refusal = await guesser.ask("join_session", code="999999", name="n")
    assert (refusal["code"], refusal["message"][:20]) == ("rate_limited", "Too many wrong codes")
    assert 0 < refusal["retry_after_ms"] <= 10_000


async def test_who_shares_the_address_with_a_troll_still_joins_the_session_of_the_hall(home: House) -> None:
    await home.host()
    await home.coordinator.command()
    await use_up_misses(home)
    home.coordinator.answers = True
    await home.player("Ann")
