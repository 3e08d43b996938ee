"""From what was measured to how many processes a number of players needs, and how long they then wait.

The costs are those of one core of the machine that was measured. `predictions` holds the model against the
measured latencies; `sizes` are the answers.
"""

import math
import random
import sys
from collections.abc import Mapping
from itertools import accumulate
from typing import Final, NamedTuple

from benchmarks.queueing import Arrival, Stage, percentile, simulate
from benchmarks.results import Case, figure
from coordinator import timing as coordinator_timing
from coordinator.reader import ENTRIES_PER_COMMIT
from gateway.timing import DEFAULT

QUESTION_S: Final = 20.0
"""From one question of a session to the next: ten seconds to answer, ten to look at the results."""
LOAD: Final = 0.5
"""Of each core, at most: what comes at the same moment has room, and so has the share of a process that fails."""
CONNECTIONS_PER_GATEWAY: Final = 20_000
"""By memory (two thirds of a GiB) and by how long it takes to bring them all back."""
PARTITIONS: Final = 1024
WRITES_PER_CHUNK: Final = DEFAULT.writes_per_turn
"""Of a broadcast, until the gateway does something else."""
CALM_BATCH: Final = max(1.0, 200 * DEFAULT.gather_s)
"""Answers in a batch of case (a), where 200 come in a second."""
MEASURED: Final = (10, 1000)
"""Sizes of the sessions in which cases (e) and (a) measured the costs."""
PROCESSES: Final = ("gateway", "coordinator", "valkey")


class Cost(NamedTuple):
    """CPU of one kind of process, in seconds per player and question."""

    small: float
    """In sessions of ten."""
    calm: float
    """In one of a thousand, when answers come one by one."""
    rush: float
    """When they come in large batches."""

    def at(self, size: float) -> float:
        """In sessions of so many players: a part for each player, and one for each session that they share."""
        few, many = MEASURED
        per_session = max(0.0, self.small - self.calm) / (1 / few - 1 / many)
        return max(0.0, self.calm - per_session / many) + per_session / max(1.0, size)


class Costs(NamedTuple):
    """All that the model is fed with. Seconds and bytes."""

    gateway: Cost
    coordinator: Cost
    valkey: Cost
    delivery: float
    """Of a broadcast, for each connection."""
    subscriber: float
    """Of a publish, for each gateway that gets it."""
    disk: float
    """How long a write waits for the disk; what arrives during one write waits for the next."""
    connection_bytes: float
    player_bytes: float
    stored_bytes: float


def costs(cases: dict[str, Case]) -> Costs:
    """The costs from the kept results; raises KeyError when a case is missing."""
    by_process = {name: Cost(*(figure(cases, letter, name) / 1000 for letter in ("e", "a", "c"))) for name in PROCESSES}
    return Costs(
        **by_process,
        delivery=figure(cases, "b", "gateway") / 1e6,
        subscriber=figure(cases, "g", "subscriber") / 1e6,
        disk=figure(cases, "a", "disk") / 1000,
        connection_bytes=figure(cases, "d", "connection"),
        player_bytes=figure(cases, "d", "player"),
        stored_bytes=figure(cases, "d", "stored"),
    )


class Size(NamedTuple):
    """What so many players need, in sessions of one size."""

    players: int
    session: int
    gateways: int
    coordinators: int
    shards: int
    first: str
    """What is full first, if there is one of each."""


def gateways_of_session(session: int, gateways: int) -> float:
    """On how many gateways the players of a session are, when each is on any."""
    return gateways * (1 - (1 - 1 / gateways) ** session)


def per_question(given: Costs, session: int, gateways: int) -> dict[str, float]:
    """CPU per player and question of each kind of process. A session on many gateways costs each of them its part."""
    spread = gateways_of_session(session, gateways)
    return {
        "gateway": given.gateway.at(session / spread),
        "coordinator": given.coordinator.at(session),
        "valkey": given.valkey.at(session) + given.subscriber * steps_per_player(session) * (spread - 1),
    }


def steps_per_player(session: int) -> float:
    """Broadcasts in a question, for each player: of the question and its results, and of its counts, ten a second."""
    return min(session + 2, 2 + 10 * QUESTION_S / 2) / session


def size(given: Costs, players: int, session: int) -> Size:
    """The smallest numbers that keep each core below LOAD."""
    per_s = players / QUESTION_S
    gateways = 1
    while True:
        spent = per_question(given, session, gateways)
        needed = max(math.ceil(per_s * spent["gateway"] / LOAD), math.ceil(players / CONNECTIONS_PER_GATEWAY))
        if needed <= gateways:
            break
        gateways = needed
    alone = per_question(given, session, 1)
    return Size(
        players,
        session,
        gateways,
        math.ceil(per_s * spent["coordinator"] / LOAD),
        math.ceil(per_s * spent["valkey"] / LOAD),
        max(alone, key=lambda name: alone[name]),
    )


class Plant(NamedTuple):
    """Processes, and their stages for the simulation, by number."""

    stages: list[Stage]
    gateways: int

    def answer(self, gateway: int) -> tuple[int, ...]:
        """The way of an answer that comes in at this gateway, to its acknowledgement."""
        append, commit, apply, disk = range(3 * self.gateways, 3 * self.gateways + 4)
        return (3 * gateway, append, disk, apply, commit, disk, 3 * gateway + 1)

    def broadcast(self, gateway: int) -> tuple[int, ...]:
        """A chunk of a broadcast."""
        return (3 * gateway + 2,)


def plant(given: Costs, gateways: int, *, one_core: bool, chunk: float = WRITES_PER_CHUNK) -> Plant:
    """Gateways, a coordinator and a shard; all on one core, as they were measured, or each on its own; and a disk.

    What is spent more when answers come one by one is what a batch costs, however many are in it. Half of the
    gateway's and of Valkey's part is on the way in, half on the way out. A broadcast goes to `chunk` connections
    at once.
    """

    def stage(core: int, cost: Cost, share: float, limit: int, other: float = 0.0, every_s: float = 0.0) -> Stage:
        fixed = max(0.0, cost.calm - cost.rush) * CALM_BATCH
        per_item = max(0.1 * cost.rush, cost.rush - other)
        return Stage(0 if one_core else core, share * fixed, share * per_item, limit, every_s)

    # The deliveries of the question and of its results are not on the way of an answer.
    others = 2 * given.delivery
    stages = []
    for gateway in range(gateways):
        stages += [
            stage(gateway, given.gateway, 0.5, DEFAULT.batch, others, DEFAULT.gather_s),
            stage(gateway, given.gateway, 0.5, DEFAULT.batch, others),
            Stage(0 if one_core else gateway, 0.0, chunk * given.delivery, 1),
        ]
    stages += [
        stage(gateways, given.valkey, 0.5, DEFAULT.batch),
        stage(gateways, given.valkey, 0.5, ENTRIES_PER_COMMIT),
        stage(gateways + 1, given.coordinator, 1.0, ENTRIES_PER_COMMIT, every_s=coordinator_timing.DEFAULT.gather_s),
        Stage(gateways + 2, given.disk, 0.0, sys.maxsize),
    ]
    return Plant(stages, gateways)


def acknowledged_ms(
    given: Costs, players: int, window_s: float, gateways: int, *, one_core: bool, seed: int = 1
) -> float:
    """The 99th percentile of an answer's wait, when a session's answers are spread evenly over a window.

    Everyone also gets the counts, every second (every other above 1,000 players).
    """
    rng = random.Random(seed)  # noqa: S311  (a simulation)
    model = plant(given, gateways, one_core=one_core)
    moments = [(rng.uniform(0, window_s), rng.randrange(gateways)) for _ in range(players)]
    answers = [Arrival(at, model.answer(gateway)) for at, gateway in moments]
    every_s = 1 if players <= 1000 else 2
    counts = [
        Arrival(second, model.broadcast(gateway))
        for second in range(every_s, math.ceil(window_s), every_s)
        for gateway in range(gateways)
        for _ in range(math.ceil(players / gateways / WRITES_PER_CHUNK))
    ]
    return _p99_ms(model, answers, counts)


def steady_ms(given: Costs, wanted: Size, load: float = LOAD, seconds: float = 10.0, seed: int = 1) -> float:
    """The same, where so many sessions play that answers come at any moment: of one shard and all that goes with it.

    Args:
        given: the costs.
        wanted: how many players, on how many processes.
        load: of the fullest core; the arrivals are as many as that takes.
        seconds: how long to simulate.
        seed: of the arrivals.
    """
    rng = random.Random(seed)  # noqa: S311  (a simulation)
    beside = max(1, round(wanted.gateways / wanted.shards))
    spread = gateways_of_session(wanted.session, wanted.gateways)
    spent = per_question(given, wanted.session, wanted.gateways)
    per_s = load / max(spent["gateway"] / beside, spent["coordinator"], spent["valkey"])
    model = plant(_as_spent(given, spent), beside, one_core=False, chunk=wanted.session / spread)
    gaps = (rng.expovariate(per_s) for _ in range(round(per_s * seconds)))
    answers = [Arrival(at, model.answer(rng.randrange(beside))) for at in accumulate(gaps)]
    return _p99_ms(model, answers, [])


def _as_spent(given: Costs, spent: Mapping[str, float]) -> Costs:
    """The costs scaled to those of a size of session; the part of a batch stays the part that it was."""

    def scaled(name: str) -> Cost:
        cost: Cost = getattr(given, name)
        return Cost(spent[name], spent[name], cost.rush * spent[name] / cost.calm)

    return given._replace(gateway=scaled("gateway"), coordinator=scaled("coordinator"), valkey=scaled("valkey"))


def _p99_ms(model: Plant, answers: list[Arrival], others: list[Arrival]) -> float:
    numbered = sorted(enumerate([*answers, *others]), key=lambda pair: pair[1].at)
    took = simulate(model.stages, [arrival for _, arrival in numbered])
    waits = [seconds for (number, _), seconds in zip(numbered, took, strict=True) if number < len(answers)]
    return 1000 * percentile(waits, 99)


def asked_ms(given: Costs, players: int, gateways: int, *, one_core: bool) -> float:
    """From the host's command to the last player that has the question."""
    model = plant(given, gateways, one_core=one_core)
    command = simulate(model.stages, [Arrival(0.0, model.answer(0))])[0]
    chunks = math.ceil(players / gateways / WRITES_PER_CHUNK)
    share = players / gateways / chunks / WRITES_PER_CHUNK
    broadcast = [Arrival(0.0, model.broadcast(gateway)) for _ in range(chunks) for gateway in range(gateways)]
    return 1000 * (command + share * max(simulate(model.stages, broadcast)))


class Prediction(NamedTuple):
    """What the model says, and what was measured."""

    what: str
    model_ms: float
    measured_ms: float


def predictions(given: Costs, cases: dict[str, Case]) -> list[Prediction]:
    """The measured runs of case (c), all processes on one core."""
    found = []
    for players, window_s, gateways in ((1000, 5.0, 1), (10_000, 8.0, 2)):
        where = f"{players:,} players, {gateways} gateway{'s' if gateways > 1 else ''}"
        acknowledged = acknowledged_ms(given, players, window_s, gateways, one_core=True)
        asked = asked_ms(given, players, gateways, one_core=True)
        found += [
            Prediction(f"acknowledgement, p99, {where}", acknowledged, figure(cases, "c", f"acknowledged {players}")),
            Prediction(f"`next` to the last player, {where}", asked, figure(cases, "c", f"asked {players}")),
        ]
    return found
