"""What a seed draws: a deployment, a quiz, its people, and what happens to them. Data alone; nothing runs here."""

import random
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from clients.loadtest import questions
from quickpoll.protocol import Question, QuestionKind, Quiz, Settings
from quickpoll.store.url import RedisKind
from tests.chaos.crowd import Moment

LIMITS_MS: Final = (1000, 2000, 5000)
LEADS_MS: Final = (0, 50, 500)
MOST_FAULTS: Final = 5
PROCESSES: Final = (1, 1, 1, 2, 2, 3)
PARTITIONS: Final = (1, 1, 2, 2, 8)
PLAYERS: Final = (1, 1, 2, 2, 3, 4, 7)
QUESTIONS: Final = (1, 1, 2, 2, 3)
"""Small worlds are the most likely: they find most bugs, and more of them are played in the same time."""
FAULTS: Final = (
    *("gateway_killed", "gateway_stopped", "gateway_terminated"),
    *("coordinator_killed", "coordinators_killed", "coordinator_stopped", "coordinator_terminated"),
    *("process_starts_badly", "process_ends_badly", "processes_stutter", "clocks_wrong"),
    *("valkey_killed", "valkey_loading", "valkey_stopped", "valkey_full", "valkey_read_only"),
    *("valkey_cut", "valkey_slow", "valkey_half_open", "replies_lost", "appends_late", "pubsub_killed"),
    *("scripts_flushed", "stream_poisoned", "replica_away", "valkey_failed_over"),
    *("phones_cut", "all_phones_cut", "phones_half_open", "phones_slow", "phone_stops_reading"),
    *("host_away", "commands_out_of_order", "answer_from_two_devices"),
)
"""None of these may cost anything that was told."""
OF_A_CLUSTER: Final = ("slot_moved", "shard_drained", "cluster_down")
OF_SENTINELS: Final = ("sentinels_away",)
OF_SEVERAL: Final = ("master_lost", "parts_exchanged", "change_unheard")
"""Where a master and its replica are on two machines."""
NEED_A_REPLICA: Final = ("replica_away", "valkey_failed_over")
REVERSAL: Final = "valkey_restored"
"""Costs the latest: everybody has to notice, and what they know afterwards is as right as ever. It comes alone."""
REVERSAL_OF_SEVERAL: Final = "tail_lost"
"""As well."""
LOSS: Final = "valkey_emptied"
"""Costs the session: nobody may be left waiting for it."""
EVERY: Final = (*FAULTS, *OF_A_CLUSTER, *OF_SENTINELS, *OF_SEVERAL, REVERSAL, REVERSAL_OF_SEVERAL, LOSS)
_IS_FOR_A_CLUSTER: Final = frozenset(OF_A_CLUSTER)
_IS_FOR_SENTINELS: Final = frozenset(OF_SENTINELS)
_IS_FOR_SEVERAL: Final = frozenset((*OF_SEVERAL, REVERSAL_OF_SEVERAL))


@dataclass(frozen=True)
class Fault:
    """Something that breaks, and when: so long after a moment of the quiz."""

    name: str
    moment: Moment
    question: int
    after_s: float
    seed: str
    """Of the dice that it throws itself, so that it stays the same when others are left out."""

    def __str__(self) -> str:
        where = self.moment if self.moment is Moment.JOINING else f"{self.moment} {self.question}"
        return f"{self.name} ({where} + {self.after_s:.3f} s)"


@dataclass(frozen=True)
class Scenario:
    """One run."""

    seed: int
    gateways: int
    coordinators: int
    partitions: int
    players: int
    kinds: tuple[QuestionKind, ...]
    """Of each question."""
    limit_ms: int
    settings: Settings
    leads_freely: bool
    """Whether the host does more than go on."""
    has_replica: bool = False
    """Whether Valkey has one, and what is acknowledged is there, too."""
    redis: RedisKind = RedisKind.ONE
    shards: int = 1
    """Masters, each of a part of the data."""
    faults: tuple[Fault, ...] = field(default=())

    @property
    def quiz(self) -> Quiz:
        """What is played."""
        asked: list[Question] = [questions.ask(kind, at, self.limit_ms) for at, kind in enumerate(self.kinds)]
        return Quiz("Simulated", tuple(asked))

    @property
    def needs_several(self) -> bool:
        """Whether something happens to several servers of Redis."""
        several = _IS_FOR_A_CLUSTER | _IS_FOR_SENTINELS | _IS_FOR_SEVERAL
        return any(fault.name in several for fault in self.faults)

    @property
    def may_be_lost(self) -> bool:
        """Whether the session may come to its end by being lost."""
        return any(fault.name == LOSS for fault in self.faults)

    @property
    def may_go_back(self) -> bool:
        """Whether the latest may be lost."""
        return any(fault.name in (REVERSAL, REVERSAL_OF_SEVERAL) for fault in self.faults)

    def __str__(self) -> str:
        servers = f"{self.gateways} gateways, {self.coordinators} coordinators{', a replica' * self.has_replica}"
        if self.redis is not RedisKind.ONE:
            servers += f", {self.redis.value}" + f" of {self.shards}" * (self.shards > 1)
        return f"{servers}, {self.partitions} partitions, {self.players} players, {', '.join(self.kinds)}"


def draw(seed: int, *names: str) -> Scenario:
    """The scenario of a seed; with `names` of faults, those and no others."""
    rng = random.Random(f"{seed}/scenario")
    nodes = random.Random(f"{seed}/nodes")
    redis = _draw_redis(nodes, names)
    drawn = names or _with_faults_of(redis, nodes, _draw_names(rng))
    is_reversed = not {REVERSAL, REVERSAL_OF_SEVERAL}.isdisjoint(drawn)
    settings = Settings(
        lead_ms=rng.choice(LEADS_MS),
        streak_bonus=rng.random() < 0.5,
        # Nobody may be away while a question passes of which something was lost.
        auto_advance_ms=300 if rng.random() < 0.25 and not is_reversed else None,
    )
    scenario = Scenario(
        seed,
        gateways=rng.choice(PROCESSES),
        coordinators=rng.choice(PROCESSES),
        partitions=rng.choice(PARTITIONS),
        players=rng.choice(PLAYERS),
        kinds=tuple(rng.choice(questions.KINDS) for _ in range(rng.choice(QUESTIONS))),
        limit_ms=rng.choice(LIMITS_MS),
        settings=settings,
        leads_freely=random.Random(f"{seed}/leads").random() < 0.5,
        has_replica=any(name in NEED_A_REPLICA for name in drawn) or rng.random() < 0.1,
        redis=redis,
        shards=nodes.choice((2, 2, 3)) if redis is RedisKind.CLUSTER else 1,
    )
    faults = [_draw_fault(rng, name, f"{seed}/{number}", len(scenario.kinds)) for number, name in enumerate(drawn)]
    return replace(scenario, faults=tuple(faults))


def _draw_names(rng: random.Random) -> list[str]:
    """A few kinds of faults are likely in one world, and others in the next, so that rare ones meet."""
    lot = rng.random()
    if lot < 0.04:
        return [REVERSAL]
    if lot < 0.06:
        return [LOSS, *rng.choices(FAULTS, k=rng.randint(0, 2))]
    likely = rng.sample(FAULTS, rng.randint(1, 6))
    return rng.choices(likely, k=rng.randint(0, MOST_FAULTS))


def _draw_redis(nodes: random.Random, names: Collection[str]) -> RedisKind:
    """One of ten is a Cluster, and another one is watched by Sentinels; a fault may need what it is about."""
    lot = nodes.random()
    if not _IS_FOR_A_CLUSTER.isdisjoint(names):
        return RedisKind.CLUSTER
    if not _IS_FOR_SENTINELS.isdisjoint(names):
        return RedisKind.SENTINEL
    if not _IS_FOR_SEVERAL.isdisjoint(names):
        return RedisKind.CLUSTER if lot < 0.5 else RedisKind.SENTINEL
    return RedisKind.CLUSTER if lot < 0.1 else RedisKind.SENTINEL if lot < 0.2 else RedisKind.ONE


def _with_faults_of(redis: RedisKind, nodes: random.Random, drawn: list[str]) -> list[str]:
    """Where Redis is several servers, half of what happens is about that."""
    if redis is RedisKind.ONE:
        return drawn
    if drawn == [REVERSAL]:
        return [nodes.choice((REVERSAL, REVERSAL_OF_SEVERAL))]
    own = (*(OF_A_CLUSTER if redis is RedisKind.CLUSTER else OF_SENTINELS), *OF_SEVERAL)
    return [name if name == LOSS or nodes.random() < 0.5 else nodes.choice(own) for name in drawn]


def _draw_fault(rng: random.Random, name: str, seed: str, questions_asked: int) -> Fault:
    moment = rng.choice(list(Moment))
    question = 0 if moment is Moment.JOINING else rng.randrange(questions_asked)
    return Fault(name, moment, question, rng.choice((0.0, rng.uniform(0, 0.1), rng.uniform(0, 2))), seed)
