"""What each connection gets of a Step, on real sockets; the order of Steps is in `test_hub.py`."""

import pytest

from gateway import fanout
from gateway.fanout import Fanout
from gateway.frames import StepFrames
from quickpoll.envelope import CloseOne, Replies, Reply, Step, encode
from quickpoll.protocol import Role
from tests.gateway.standin import CODE, House, Person, text, to_all, to_each, to_players


async def players(home: House, *names: str) -> list[Person]:
    return [await home.player(name) for name in names]


def fan_out(home: House, step: Step) -> Fanout:
    """Writes a step to all players at once."""
    going = Fanout(step.step, StepFrames(step, home.gateway.id), home.gateway._hub._unbind)
    list(going.write(Role.PLAYER, home.gateway._hub._sessions[CODE].members[Role.PLAYER]))
    return going


async def test_what_is_for_all_goes_to_each_in_one_write(home: House) -> None:
    people = await players(home, "Ann", "Bob", "Cid")
    going = fan_out(home, Step(1, 1, (to_all(1), to_players())))
    for person in people:
        assert [(await person.hear())["type"] for _ in range(2)] == ["news", "lobby"]
    frames = StepFrames(Step(1, 1, (to_all(1), to_players())), home.gateway.id).cut(Role.PLAYER).common
    assert (going.writes, going.sent_bytes) == (3, 3 * len(frames))


async def test_what_is_personal_is_for_one_and_in_its_place(home: House) -> None:
    ann, bob = await players(home, "Ann", "Bob")
    fan_out(home, Step(1, 1, (to_all(1), to_each((home.coordinator.joined["Bob"], text("own"))), to_all(2))))
    assert [(await ann.hear())["type"] for _ in range(2)] == ["news", "news"]
    assert [(await bob.hear())["type"] for _ in range(3)] == ["news", "own", "news"]


async def test_one_is_closed_the_others_stay(home: House) -> None:
    ann, bob = await players(home, "Ann", "Bob")
    fan_out(
        home,
        Step(1, 1, (to_all(1), CloseOne(home.coordinator.joined["Ann"].connection, 4502, "elsewhere", text("bye")))),
    )
    assert [(await ann.hear())["type"] for _ in range(2)] == ["news", "bye"]
    assert await ann.closed() == (4502, "elsewhere")
    assert (await bob.hear())["type"] == "news"
    assert (await bob.ask("sync_clock", t0=1))["type"] == "clock"


async def test_who_leaves_while_a_step_is_being_delivered_gets_nothing_more(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "WRITES_PER_TURN", 1)
    await home.player("Ann")
    bob = await home.player("Bob")
    home.coordinator.answers = False
    await bob.say("leave_session")
    for _ in range(2):
        await home.coordinator.command()
    leaving = await home.coordinator.command()
    step = await home.coordinator.step(to_all(1), publish=False)
    home.gateway._hub.step(CODE, encode(step))
    reply = Reply(leaving.connection.number, leaving.request, text("ok"), unbind=True)
    home.gateway._hub.replies(encode(Replies((reply,))))
    assert (await bob.hear())["type"] == "ok"
    assert (await bob.ask("sync_clock", t0=1))["type"] == "clock"
