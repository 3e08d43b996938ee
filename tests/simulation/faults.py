"""What can break in a simulated world: each fault does it, waits as long as it lasts, and undoes it.

They are the faults of the chaos suite, and the promises are the same: none may cost an answer that was accepted, or
let two people see different results.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import product
from typing import Any, Final

from quickpoll.store.link import StoreError, open_link
from quickpoll.store.node import Node
from tests.chaos.faults.players import answer_from_two_devices, commands_out_of_order, host_away
from tests.chaos.faults.valkey import nobody_goes_on, until_told_more
from tests.chaos.faults.world import PAST_THE_HEARTBEAT_S, PAST_THE_LEASE_S
from tests.chaos.poison import poison
from tests.simulation import node_faults
from tests.simulation.machines import WorkerMachine
from tests.simulation.network import delay
from tests.simulation.pair import Shard
from tests.simulation.scene import Scene, cut
from tests.simulation.world import PHONES

Deed = Callable[[Scene], Awaitable[None]]


# -- gateways and coordinators ---------------------------------------------------------------


async def gateway_killed(scene: Scene) -> None:
    """A gateway with all its players: kill -9."""
    await scene.kill(scene.gateway())


async def gateway_stopped(scene: Scene) -> None:
    """A gateway is paused, perhaps until it counts as dead, and wakes up."""
    await scene.pause(scene.gateway(), scene.rng.uniform(1, 1.2 * PAST_THE_HEARTBEAT_S))


async def gateway_terminated(scene: Scene) -> None:
    """A gateway is told to end: it sends its players away, and another takes its place."""
    await scene.replace(scene.gateway())


async def coordinator_killed(scene: Scene) -> None:
    """A coordinator: kill -9."""
    await scene.kill(scene.coordinator())


async def coordinators_killed(scene: Scene) -> None:
    """All coordinators at once: kill -9."""
    await asyncio.gather(*map(scene.kill, scene.world.coordinators))


async def coordinator_stopped(scene: Scene) -> None:
    """A coordinator is paused, mostly past its lease, and wakes up, perhaps just as another takes over."""
    await scene.pause(scene.coordinator(), scene.rng.uniform(1, 1.2 * PAST_THE_LEASE_S))


async def coordinator_terminated(scene: Scene) -> None:
    """A coordinator is told to end: it gives everything back, and another takes its place."""
    await scene.replace(scene.coordinator())


async def process_starts_badly(scene: Scene) -> None:
    """A process is killed, and something happens to the one in its place while it starts."""
    machine = scene.rng.choice(scene.world.workers)
    machine.kill()
    await scene.trouble_while(machine.start(), machine)


async def process_ends_badly(scene: Scene) -> None:
    """A process is told to end, and something happens to it while it does."""
    machine = scene.rng.choice(scene.world.workers)
    await scene.trouble_while(machine.end(), machine)


async def processes_stutter(scene: Scene) -> None:
    """Processes are held up for moments, as on a machine with too much to do."""
    for _ in range(20):
        await scene.pause(scene.rng.choice(scene.world.workers), scene.rng.uniform(0.001, 0.2))


async def clocks_wrong(scene: Scene) -> None:
    """The wall clocks of gateways and coordinators jump by an hour."""
    hosts = [machine.host for machine in scene.world.workers]
    for host in hosts:
        host.clock_error_s = scene.rng.choice((-3600.0, 3600.0))
    await asyncio.sleep(1)
    for host in hosts:
        host.clock_error_s = 0.0


# -- Valkey and the way to it ----------------------------------------------------------------


async def valkey_killed(scene: Scene) -> None:
    """Valkey: kill -9, and started again on its append-only file."""
    await scene.kill(scene.shard().master)


async def valkey_loading(scene: Scene) -> None:
    """Valkey: kill -9, and it takes some seconds to load its append-only file (LOADING)."""
    shard = scene.shard()
    shard.master.kill()
    await _refuse(scene, shard, "LOADING", 1, 3)


async def valkey_stopped(scene: Scene) -> None:
    """Valkey answers nothing for a while."""
    await scene.pause(scene.shard().master, scene.rng.uniform(1, 3))


async def valkey_full(scene: Scene) -> None:
    """Valkey has no memory left for writes (OOM)."""
    await _refuse(scene, scene.shard(), "OOM", 0.5, 1.5)


async def valkey_read_only(scene: Scene) -> None:
    """Valkey is made a replica for a while (READONLY)."""
    await _refuse(scene, scene.shard(), "READONLY", 0.3, 1)


async def _refuse(scene: Scene, shard: Shard, what: str, shortest_s: float, longest_s: float) -> None:
    """Valkey refuses things for a while."""
    machine = shard.master
    machine.valkey.refuses = what
    await machine.start()
    await asyncio.sleep(scene.rng.uniform(shortest_s, longest_s))
    machine.valkey.refuses = ""


async def valkey_cut(scene: Scene) -> None:
    """Each process's connections to Valkey are cut, several times, between two of its steps: all of them, or one."""

    def cut_some(machine: WorkerMachine) -> None:
        links = scene.valkey_links(machine)
        cut(links if scene.rng.random() < 0.5 else scene.rng.choices(links, k=min(1, len(links))))

    async def cut_again_and_again(machine: WorkerMachine) -> None:
        for _ in range(4):
            await scene.hit(machine, lambda: cut_some(machine))
            await asyncio.sleep(scene.rng.uniform(0, 0.5))

    await asyncio.gather(*map(cut_again_and_again, scene.world.workers))


async def valkey_slow(scene: Scene) -> None:
    """The way to Valkey and back takes up to 0.3 s."""
    ways = list(product((machine.name for machine in scene.world.workers), scene.world.redis.names))
    for way in ways:
        scene.world.network.set_delay(*way, delay(0.02, 0.15))
    await asyncio.sleep(1.5)
    for way in ways:
        scene.world.network.set_delay(*way, None)


async def valkey_half_open(scene: Scene) -> None:
    """One process's connections to Valkey are half open, also new ones, and what was held back arrives late."""
    machine = scene.rng.choice(scene.world.workers)
    names = scene.some_valkeys()
    pairs = {frozenset((machine.name, name)) for name in names}
    links = scene.valkey_links(machine, *names)
    scene.world.network.unreachable |= pairs
    for link in links:
        link.hold()
    await asyncio.sleep(PAST_THE_LEASE_S)
    scene.world.network.unreachable -= pairs
    for link in links:
        link.let_go()


async def replies_lost(scene: Scene) -> None:
    """What one process tells Valkey arrives, but not the answers: it cannot know."""
    links = scene.valkey_links(scene.rng.choice(scene.world.workers), *scene.some_valkeys())
    for link in links:
        link.to_client.hold()
    await asyncio.sleep(scene.rng.uniform(0.2, 1.5))
    cut(links)


async def appends_late(scene: Scene) -> None:
    """All people are cut twice while what one gateway appends is held back: its resumes come when they are old."""
    links = scene.valkey_links(scene.gateway())
    for link in links:
        link.to_server.hold()
    for _ in range(2):
        cut(scene.phone_links(1.0))
        await asyncio.sleep(scene.rng.uniform(0.3, 0.6))
    for link in links:
        link.let_go()


async def pubsub_killed(scene: Scene) -> None:
    """Valkey closes all pub/sub connections, again and again."""
    for _ in range(6):
        for shard in scene.world.redis.shards:
            for client in list(shard.valkey.clients.values()):
                if client.is_subscriber:
                    client.end()
        await asyncio.sleep(scene.rng.uniform(0.02, 0.3))


async def scripts_flushed(scene: Scene) -> None:
    """Valkey forgets all scripts (NOSCRIPT), again and again."""
    for _ in range(5):
        for shard in scene.world.redis.shards:
            shard.valkey.flush_scripts()
        await asyncio.sleep(scene.rng.uniform(0.02, 0.2))


async def stream_poisoned(scene: Scene) -> None:
    """Entries that cannot be read, or are of another program, in the session's stream."""
    stream = scene.keys.stream
    for entry in poison(scene.code, scene.rng):
        (fields,) = entry.items()
        await _ask(scene.world.redis.shard_of(stream), ("XADD", stream, "*", *fields))
        await asyncio.sleep(scene.rng.uniform(0, 0.1))


async def _ask(shard: Shard, command: tuple[Any, ...]) -> None:
    try:
        link = await open_link(Node(shard.master.name))
    except StoreError:
        return  # another fault has been quicker
    link.call([command])
    await asyncio.sleep(0.1)
    link.close()


async def replica_away(scene: Scene) -> None:
    """Valkey's replica hears nothing for a while: what waits for it has to wait, or goes on without it."""
    if replica := scene.shard().valkey.replica:
        replica.disconnect()
    await asyncio.sleep(scene.rng.uniform(0, 2))
    scene.reconnect_replicas()


async def valkey_failed_over(scene: Scene) -> None:
    """Valkey's replica takes its place, without the latest: nobody was told that. It may be that nobody is cut."""
    world, shard = scene.world, scene.shard()
    if not shard.can_fail_over:
        return
    is_cut = scene.rng.random() < 0.7

    def fail_over() -> None:
        world.watch.has_failed_over = True
        links = world.network.of(shard.master.name)
        shard.fail_over()
        if is_cut:
            cut(links)

    await scene.hit(shard.master, fail_over)
    await asyncio.sleep(scene.rng.uniform(0, 1))
    scene.reconnect_replicas()


async def valkey_restored(scene: Scene) -> None:
    """Valkey dies, and comes back on a copy of its disk from some moments before: the latest is lost for all alike."""
    machine = scene.world.redis.shard_of(scene.keys.prefix).master
    copy = machine.valkey.copy()
    await until_told_more(scene.crowd)
    async with nobody_goes_on(scene.crowd):
        machine.kill()
        scene.world.watch.has_gone_back = True
        machine.valkey.go_back_to(copy)
        await machine.start()


async def valkey_emptied(scene: Scene) -> None:
    """Valkey loses everything that it has: the session is gone, and everybody is to be told."""
    machine = scene.world.redis.shard_of(scene.keys.prefix).master
    machine.kill()
    machine.valkey.go_back_to({})
    await machine.start()


# -- people and their networks ---------------------------------------------------------------


async def phones_cut(scene: Scene) -> None:
    """A fifth of the connections of people is cut, several times."""
    for _ in range(4):
        cut(scene.phone_links(0.2))
        await asyncio.sleep(scene.rng.uniform(0.05, 0.4))


async def all_phones_cut(scene: Scene) -> None:
    """All connections of people are cut at once."""
    cut(scene.phone_links(1.0))


async def phones_half_open(scene: Scene) -> None:
    """A third of the connections of people says nothing any more, and then delivers all of it, late."""
    links = scene.phone_links(1 / 3)
    for link in links:
        link.hold()
    await asyncio.sleep(PAST_THE_LEASE_S)
    for link in links:
        link.let_go()


async def phones_slow(scene: Scene) -> None:
    """Every message between people and gateways takes 100 to 500 ms."""
    for machine in scene.world.gateways:
        scene.world.network.set_delay(PHONES, machine.name, delay(0.1, 0.5))
    await asyncio.sleep(2)
    for machine in scene.world.gateways:
        scene.world.network.set_delay(PHONES, machine.name, None)


async def phone_stops_reading(scene: Scene) -> None:
    """Somebody reads nothing any more, but goes on sending."""
    links = scene.phone_links(0.1)
    for link in links:
        link.to_client.hold()
    await asyncio.sleep(PAST_THE_LEASE_S)
    for link in links:
        link.let_go()


_DEEDS: Final[Sequence[Deed]] = (
    *(gateway_killed, gateway_stopped, gateway_terminated),
    *(coordinator_killed, coordinators_killed, coordinator_stopped, coordinator_terminated),
    *(process_starts_badly, process_ends_badly, processes_stutter, clocks_wrong),
    *(valkey_killed, valkey_loading, valkey_stopped, valkey_full, valkey_read_only),
    *(valkey_cut, valkey_slow, valkey_half_open, replies_lost, appends_late, pubsub_killed),
    *(scripts_flushed, stream_poisoned, replica_away, valkey_failed_over, valkey_restored, valkey_emptied),
    *(phones_cut, all_phones_cut, phones_half_open, phones_slow, phone_stops_reading),
    *(host_away, commands_out_of_order, answer_from_two_devices),
)
DEEDS: Final[dict[str, Deed]] = {deed.__name__: deed for deed in _DEEDS} | node_faults.DEEDS
"""Every fault by its name in `scenario.FAULTS`."""
