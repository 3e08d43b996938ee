from coordinator.engine.effects import ToMany
from quickpoll.envelope import Audience
from quickpoll.protocol import HostLeft, Lobby


def test_a_broadcast_has_the_number_of_its_message_and_a_count_has_none() -> None:
    assert ToMany(Audience.PLAYERS, HostLeft(seq=7)).seq == 7
    assert ToMany(Audience.PLAYERS, Lobby(player_count=3)).seq == 0
