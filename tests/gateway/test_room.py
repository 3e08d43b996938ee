"""Who of a session is here."""

from gateway.connection import Connection
from gateway.continuity import Continuity, Position
from gateway.fanout import Fanout
from gateway.room import Room
from quickpoll.metrics import GatewayFigures
from quickpoll.protocol import Role
from tests.gateway.standin import CODE, House


def room() -> Room:
    members: dict[Role, dict[int, Connection]] = {Role.HOST: {}, Role.PLAYER: {}}
    fanout = Fanout("gw", members, lambda connection: None, GatewayFigures(), 500)
    return Room(CODE, members, Continuity(Position(1, 0)), fanout)


async def test_hosts_come_first_and_it_is_empty_when_all_have_left(home: House) -> None:
    here = room()
    assert here.is_empty
    player, host = Connection(home.gateway.server, 1), Connection(home.gateway.server, 2)
    here.members[Role.PLAYER][1] = player
    here.members[Role.HOST][2] = host
    assert here.connections == [host, player]
    del here.members[Role.HOST][2]
    assert not here.is_empty
    del here.members[Role.PLAYER][1]
    assert here.is_empty
