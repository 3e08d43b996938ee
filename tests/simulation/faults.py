"""What can break in a simulated world: each fault does it, waits as long as it lasts, and undoes it.

They are the faults of the chaos suite, and the promises are the same: none may cost an answer that was accepted, or
let two people see different results. What is hit between two steps of a process is hit after a number of steps that
its dice choose, so that any await of any task may be where it waits just then.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from quickpoll.keys import PartitionKeys, partition_of
from quickpoll.store.link import StoreError, open_link
from quickpoll.store.node import Node
from tests.chaos.crowd import Crowd
from tests.chaos.faults.players import answer_from_two_devices, commands_out_of_order, host_away
from tests.chaos.faults.valkey import nobody_goes_on, until_told_more
from tests.chaos.faults.world import PAST_THE_HEARTBEAT_S, PAST_THE_LEASE_S
from tests.chaos.poison import poison
from tests.simulation.machines import VALKEY, Machine, WorkerMachine
from tests.simulation.network import Connection, delay
from tests.simulation.world import PHONES, World

STEPS: Final = 15
"""On the average: so many callbacks of a process after a fault began, it is hit."""
NOT_BUSY_S: Final = 0.5
"""A process that has not taken its steps in so long is hit as it is."""


@dataclass
class Scene:
    """What a fault may touch, with dice of its own."""

    world: World
    name: str
    """Of the fault."""
    rng: random.Random

    @property
    def crowd(self) -> Crowd:
        """Those who play."""
        return self.world.crowd

    @property
    def code(self) -> str:
        """The session that is played."""
        return self.crowd.host.code

    def gateway(self) -> WorkerMachine:
        """Some gateway."""
        return self.rng.choice(self.world.gateways)

    def coordinator(self) -> WorkerMachine:
        """Some coordinator."""
        return self.rng.choice(self.world.coordinators)

    def phone_links(self, share: float) -> list[Connection]:
        """So large a part of all connections of people, at least one if there is any."""
        links = [link for machine in self.world.gateways for link in self.world.network.between(PHONES, machine.name)]
        return self.rng.sample(links, min(len(links), max(1, round(share * len(links)))))

    def valkey_links(self, machine: Machine) -> list[Connection]:
        """All connections of a process to Valkey."""
        return list(self.world.network.between(machine.name, VALKEY))

    async def hit(self, machine: Machine, strike: Callable[[], None]) -> None:
        """Strikes between two steps of a process."""
        struck = asyncio.Event()

        def now() -> None:
            if not struck.is_set():
                struck.set()
                self.world.coverage.struck(self.name, machine.host)
                strike()

        machine.host.strike_after(int(self.rng.expovariate(1 / STEPS)), now)
        try:
            async with asyncio.timeout(NOT_BUSY_S):
                await struck.wait()
        except TimeoutError:
            now()

    async def kill(self, machine: Machine) -> None:
        """Kills a process between two steps, and has it started again."""
        await self.hit(machine, machine.kill)
        await asyncio.sleep(self.rng.uniform(0, 1))
        await machine.start()

    async def pause(self, machine: Machine, seconds: float) -> None:
        """Stops a process between two steps, and lets it go on."""
        await self.hit(machine, machine.pause)
        host = machine.host
        await asyncio.sleep(seconds)
        machine.go_on(host)

    async def replace(self, machine: WorkerMachine) -> None:
        """Tells a process to end, and starts another in its place."""
        await machine.end()
        await machine.start()


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
    await scene.kill(scene.world.valkey_machine)


async def valkey_loading(scene: Scene) -> None:
    """Valkey: kill -9, and it takes some seconds to load its append-only file (LOADING)."""
    scene.world.valkey_machine.kill()
    await _refuse(scene, "LOADING", 1, 3)


async def valkey_stopped(scene: Scene) -> None:
    """Valkey answers nothing for a while."""
    await scene.pause(scene.world.valkey_machine, scene.rng.uniform(1, 3))


async def valkey_full(scene: Scene) -> None:
    """Valkey has no memory left for writes (OOM)."""
    await _refuse(scene, "OOM", 0.5, 1.5)


async def valkey_read_only(scene: Scene) -> None:
    """Valkey is made a replica for a while (READONLY)."""
    await _refuse(scene, "READONLY", 0.3, 1)


async def _refuse(scene: Scene, what: str, shortest_s: float, longest_s: float) -> None:
    """Valkey refuses things for a while."""
    scene.world.valkey.refuses = what
    await scene.world.valkey_machine.start()
    await asyncio.sleep(scene.rng.uniform(shortest_s, longest_s))
    scene.world.valkey.refuses = ""


async def valkey_cut(scene: Scene) -> None:
    """Each process's connections to Valkey are cut, several times, between two of its steps: all of them, or one."""

    def cut_some(machine: WorkerMachine) -> None:
        links = scene.valkey_links(machine)
        _cut(links if scene.rng.random() < 0.5 else scene.rng.choices(links, k=min(1, len(links))))

    async def cut(machine: WorkerMachine) -> None:
        for _ in range(4):
            await scene.hit(machine, lambda: cut_some(machine))
            await asyncio.sleep(scene.rng.uniform(0, 0.5))

    await asyncio.gather(*map(cut, scene.world.workers))


def _cut(links: Sequence[Connection]) -> None:
    for link in links:
        link.cut()


async def valkey_slow(scene: Scene) -> None:
    """The way to Valkey and back takes up to 0.3 s."""
    network = scene.world.network
    for machine in scene.world.workers:
        network.set_delay(machine.name, VALKEY, delay(0.02, 0.15))
    await asyncio.sleep(1.5)
    for machine in scene.world.workers:
        network.set_delay(machine.name, VALKEY, None)


async def valkey_half_open(scene: Scene) -> None:
    """One process's connections to Valkey are half open, also new ones, and what was held back arrives late."""
    machine = scene.rng.choice(scene.world.workers)
    pair = frozenset((machine.name, VALKEY))
    links = scene.valkey_links(machine)
    scene.world.network.unreachable.add(pair)
    for link in links:
        link.hold()
    await asyncio.sleep(PAST_THE_LEASE_S)
    scene.world.network.unreachable.discard(pair)
    for link in links:
        link.let_go()


async def replies_lost(scene: Scene) -> None:
    """What one process tells Valkey arrives, but not the answers: it cannot know."""
    links = scene.valkey_links(scene.rng.choice(scene.world.workers))
    for link in links:
        link.to_client.hold()
    await asyncio.sleep(scene.rng.uniform(0.2, 1.5))
    _cut(links)


async def appends_late(scene: Scene) -> None:
    """All people are cut twice while what one gateway appends is held back: its resumes come when they are old."""
    links = scene.valkey_links(scene.gateway())
    for link in links:
        link.to_server.hold()
    for _ in range(2):
        _cut(scene.phone_links(1.0))
        await asyncio.sleep(scene.rng.uniform(0.3, 0.6))
    for link in links:
        link.let_go()


async def pubsub_killed(scene: Scene) -> None:
    """Valkey closes all pub/sub connections, again and again."""
    for _ in range(6):
        for client in list(scene.world.valkey.clients.values()):
            if client.is_subscriber:
                client.end()
        await asyncio.sleep(scene.rng.uniform(0.02, 0.3))


async def scripts_flushed(scene: Scene) -> None:
    """Valkey forgets all scripts (NOSCRIPT), again and again."""
    for _ in range(5):
        scene.world.valkey.flush_scripts()
        await asyncio.sleep(scene.rng.uniform(0.02, 0.2))


async def stream_poisoned(scene: Scene) -> None:
    """Entries that cannot be read, or are of another program, in the session's stream."""
    stream = PartitionKeys(partition_of(scene.code, scene.world.scenario.partitions)).stream
    for entry in poison(scene.code, scene.rng):
        (fields,) = entry.items()
        await _ask(("XADD", stream, "*", *fields))
        await asyncio.sleep(scene.rng.uniform(0, 0.1))


async def _ask(command: tuple[Any, ...]) -> None:
    try:
        link = await open_link(Node(VALKEY))
    except StoreError:
        return  # another fault has been quicker
    link.call([command])
    await asyncio.sleep(0.1)
    link.close()


async def valkey_restored(scene: Scene) -> None:
    """Valkey dies, and comes back on a copy of its disk from some moments before: the latest is lost for all alike."""
    world = scene.world
    copy = world.valkey.copy()
    await until_told_more(scene.crowd)
    async with nobody_goes_on(scene.crowd):
        world.valkey_machine.kill()
        world.watch.has_gone_back = True
        world.valkey.go_back_to(copy)
        await world.valkey_machine.start()


async def valkey_emptied(scene: Scene) -> None:
    """Valkey loses everything that it has: the session is gone, and everybody is to be told."""
    scene.world.valkey_machine.kill()
    scene.world.valkey.go_back_to({})
    await scene.world.valkey_machine.start()


# -- people and their networks ---------------------------------------------------------------


async def phones_cut(scene: Scene) -> None:
    """A fifth of the connections of people is cut, several times."""
    for _ in range(4):
        _cut(scene.phone_links(0.2))
        await asyncio.sleep(scene.rng.uniform(0.05, 0.4))


async def all_phones_cut(scene: Scene) -> None:
    """All connections of people are cut at once."""
    _cut(scene.phone_links(1.0))


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
    *(processes_stutter, clocks_wrong),
    *(valkey_killed, valkey_loading, valkey_stopped, valkey_full, valkey_read_only),
    *(valkey_cut, valkey_slow, valkey_half_open, replies_lost, appends_late, pubsub_killed),
    *(scripts_flushed, stream_poisoned, valkey_restored, valkey_emptied),
    *(phones_cut, all_phones_cut, phones_half_open, phones_slow, phone_stops_reading),
    *(host_away, commands_out_of_order, answer_from_two_devices),
)
DEEDS: Final[dict[str, Deed]] = {deed.__name__: deed for deed in _DEEDS}
"""Every fault by its name in `scenario.FAULTS`."""
