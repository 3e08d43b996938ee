from coordinator.engine.effects import Changes, ToMany
from quickpoll.envelope import Audience
from quickpoll.protocol import HostLeft, Lobby


def test_a_broadcast_has_the_number_of_its_message_and_a_count_has_none() -> None:
    assert ToMany(Audience.PLAYERS, HostLeft(seq=7)).seq == 7
    assert ToMany(Audience.PLAYERS, Lobby(player_count=3)).seq == 0


def test_changes_add_up_and_a_record_that_goes_is_not_written_first() -> None:
    changes = Changes(touched={"a", "b"}, answered=["c"], written={1}, log=[b"1"])
    changes.add(Changes(touched={"d"}, answered=["e"], removed={"b"}, curated={2}, quiz=True, log=[b"2"]))
    assert changes == Changes(
        touched={"a", "d"}, answered=["c", "e"], removed={"b"}, written={1}, curated={2}, quiz=True, log=[b"1", b"2"]
    )
