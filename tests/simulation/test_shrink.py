from dataclasses import replace

from quickpoll.protocol import QuestionKind
from quickpoll.store.url import RedisKind
from tests.chaos.crowd import Moment
from tests.simulation.scenario import Fault, Scenario, draw
from tests.simulation.shrink import shrink


def scenario() -> Scenario:
    faults = tuple(
        Fault(name, Moment.ANSWERING, number, 0.5, str(number))
        for number, name in enumerate(("gateway_killed", "valkey_cut", "phones_cut"))
    )
    kinds: tuple[QuestionKind, ...] = ("poll", "text", "number")
    return replace(draw(1), players=7, gateways=3, coordinators=2, partitions=8, kinds=kinds, faults=faults)


def test_only_what_it_takes_to_fail_is_left() -> None:
    def fails(one: Scenario) -> bool:
        return one.players >= 3 and any(fault.name == "valkey_cut" for fault in one.faults)

    small = shrink(scenario(), fails)
    assert (small.players, small.gateways, small.coordinators, small.partitions) == (3, 1, 1, 1)
    assert [(fault.name, fault.after_s) for fault in small.faults] == [("valkey_cut", 0.0)]
    assert small.kinds == ("single", "single"), "the fault happens in the second question"


def test_several_servers_of_redis_are_left_where_something_happens_to_them() -> None:
    moved = Fault("slot_moved", Moment.ANSWERING, 0, 0.0, "0")
    whole = replace(scenario(), redis=RedisKind.CLUSTER, shards=3, faults=(*scenario().faults, moved))
    small = shrink(whole, lambda one: moved in one.faults)
    assert (small.redis, small.shards) == (RedisKind.CLUSTER, 2)
    assert shrink(whole, lambda _: True).redis is RedisKind.ONE


def test_what_cannot_be_smaller_stays_as_it_is() -> None:
    whole = scenario()
    assert shrink(whole, lambda one: one == whole) == whole


def test_a_bug_that_needs_no_fault_is_shown_with_none() -> None:
    small = shrink(scenario(), lambda _: True)
    assert (small.faults, small.players, small.kinds) == ((), 1, ("single",))
