"""What each connection gets of a Step, on real sockets; the order of Steps is in `test_hub.py`."""

from collections.abc import Iterator

import pytest

from gateway.connection import Connection
from gateway.fanout import Fanout
from gateway.frames import StepFrames
from quickpoll.envelope import CloseOne, Item, Replies, Reply, Step, encode
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import Role
from tests.gateway.standin import CODE, House, Person, text, to_all, to_each, to_players, with_timing


async def players(home: House, *names: str) -> list[Person]:
    return [await home.player(name) for name in names]


class Hall:
    """A fan-out to all players that a gateway has."""

    def __init__(self, home: House, *, writes_per_turn: int = 500) -> None:
        self.gateway = home.gateway.id
        self.figures = GatewayFigures()
        self.members = {
            Role.HOST: dict[int, Connection](),
            Role.PLAYER: {connection.number: connection for connection in home.connections},
        }
        self.let_go: list[int] = []
        self.fanout = Fanout(self.gateway, self.members, self._let_go, self.figures, writes_per_turn)

    def _let_go(self, connection: Connection) -> None:
        self.let_go.append(connection.number)

    def begin(self, *items: Item) -> Iterator[None]:
        assert self.fanout.add(Step(1, 1, items))
        return self.fanout.deliver()

    def deliver(self, *items: Item) -> None:
        """Writes a step to all players at once."""
        assert list(self.begin(*items)) == []


async def test_what_is_for_all_goes_to_each_in_one_write(home: House) -> None:
    people = await players(home, "Ann", "Bob", "Cid")
    hall = Hall(home)
    hall.deliver(to_all(1), to_players())
    for person in people:
        assert [(await person.hear())["type"] for _ in range(2)] == ["news", "lobby"]
    frames = StepFrames(Step(1, 1, (to_all(1), to_players())), hall.gateway).cut(Role.PLAYER).common
    assert (hall.figures.deliveries, hall.figures.delivered_bytes) == (3, 3 * len(frames))


async def test_what_is_personal_is_for_one_and_in_its_place(home: House) -> None:
    ann, bob = await players(home, "Ann", "Bob")
    Hall(home).deliver(to_all(1), to_each((home.coordinator.joined["Bob"], text("own"))), to_all(2))
    assert [(await ann.hear())["type"] for _ in range(2)] == ["news", "news"]
    assert [(await bob.hear())["type"] for _ in range(3)] == ["news", "own", "news"]


async def test_one_is_closed_the_others_stay(home: House) -> None:
    ann, bob = await players(home, "Ann", "Bob")
    hall, connection = Hall(home), home.coordinator.joined["Ann"].connection
    hall.deliver(to_all(1), CloseOne(connection, 4502, "elsewhere", text("bye")))
    assert hall.let_go == [connection.number]
    assert [(await ann.hear())["type"] for _ in range(2)] == ["news", "bye"]
    assert await ann.closed() == (4502, "elsewhere")
    assert (await bob.hear())["type"] == "news"
    assert (await bob.ask("sync_clock", t0=1))["type"] == "clock"


@pytest.mark.parametrize(("writes_per_turn", "turns"), [(1, 4), (2, 2), (3, 2), (4, 1), (5, 1)])
async def test_the_event_loop_has_a_turn_after_so_many_writes(home: House, writes_per_turn: int, turns: int) -> None:
    people = await players(home, "Ann", "Bob", "Cid", "Dan")
    hall = Hall(home, writes_per_turn=writes_per_turn)
    assert len(list(hall.begin(to_all(1)))) == turns - 1
    for person in people:
        assert (await person.hear())["seq"] == 1


async def test_writes_are_counted_over_steps(home: House) -> None:
    await players(home, "Ann", "Bob")
    hall = Hall(home, writes_per_turn=4)
    for number in (1, 2, 3):
        hall.fanout.add(Step(1, number, (to_all(number),)))
    assert len(list(hall.fanout.deliver())) == 1


async def test_what_comes_while_it_delivers_follows(home: House) -> None:
    (ann,) = await players(home, "Ann")
    hall = Hall(home, writes_per_turn=1)
    hall.fanout.add(Step(1, 1, (to_all(1),)))
    hall.fanout.add(Step(1, 2, (to_all(2),)))
    turns = hall.fanout.deliver()
    next(turns)
    assert not hall.fanout.add(Step(1, 3, (to_all(3),)))
    list(turns)
    assert [(await ann.hear())["seq"] for _ in range(3)] == [1, 2, 3]
    assert hall.fanout.add(Step(1, 4, (to_all(4),)))


async def test_after_a_failure_nothing_that_would_not_follow_is_kept(home: House) -> None:
    await players(home, "Ann")
    hall = Hall(home)

    class Broken(Connection):
        def write(self, frames: bytes) -> None:
            raise ValueError("a bug")

    (connection,) = hall.members[Role.PLAYER].values()
    hall.members[Role.PLAYER][0] = Broken(home.gateway.server, 0)
    hall.fanout.add(Step(1, 1, (to_all(1),)))
    hall.fanout.add(Step(1, 2, (to_all(2),)))
    with pytest.raises(ValueError, match="a bug"):
        list(hall.fanout.deliver())
    assert connection.is_open
    del hall.members[Role.PLAYER][0]
    assert hall.fanout.add(Step(1, 3, (to_all(3),)))
    list(hall.fanout.deliver())
    assert hall.figures.deliveries == 1


@with_timing(writes_per_turn=1)
async def test_who_leaves_while_a_step_is_being_delivered_gets_nothing_more(home: House) -> None:
    await home.player("Ann")
    bob = await home.player("Bob")
    home.coordinator.answers = False
    await bob.say("leave_session")
    for _ in range(2):
        await home.coordinator.command()
    leaving = await home.coordinator.command()
    step = await home.coordinator.step(to_all(1), publish=False)
    home.gateway.hub.step(CODE, encode(step))
    reply = Reply(leaving.connection.number, leaving.request, text("ok"), unbind=True)
    home.gateway.hub.replies(encode(Replies((reply,))))
    assert (await bob.hear())["type"] == "ok"
    assert (await bob.ask("sync_clock", t0=1))["type"] == "clock"
