"""One run: a seed draws a quiz, a crowd and a schedule of faults; they are played, and the invariants are checked.

The same seed draws the same again. What the operating system does with it differs from run to run, so a failure may
take a few replays to come back.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import convert
from msgspec.structs import replace

from clients.loadtest import questions
from quickpoll.protocol import Question, Quiz, Settings
from tests.chaos.cluster import Cluster
from tests.chaos.crowd import Crowd, Moment
from tests.chaos.faults import ALONE, FAULTS, GRACEFUL, LOSSES, REVERSALS, World
from tests.chaos.invariants import tracebacks, troubled, violations

LEADS_MS = (50, 150)
LIMITS_MS = (1000, 1500, 2000)
MOST_FAULTS = 3
OVER_WITHIN_S = 60.0
NO_START = ("quickpoll: Redis ",)
"""With this line ends what was started while Valkey could not be used."""
POISON_IS_TOLD = ("is set aside", ": entry ", "DecodeError", "UnknownFormat", "ValidationError")
"""Lines in which a coordinator tells of entries that it set aside."""
BUG_IS_TOLD = ("raise Bug(point)", "quickpoll: a bug has ended its part")


@dataclass(frozen=True)
class Planned:
    """A fault and when it happens."""

    fault: str
    moment: Moment
    question: int
    after_s: float

    def __str__(self) -> str:
        where = self.moment if self.moment is Moment.JOINING else f"{self.moment} {self.question}"
        return f"{self.fault} ({where} + {self.after_s:.2f} s)"


@dataclass
class Seen:
    """What people noticed in one run, in seconds."""

    away: float = 0.0
    """The longest time that somebody was without a connection."""
    acknowledged: float = 0.0
    """The longest time from a tap to its final word."""
    late: float = 0.0
    """The longest time from the moment when results were due to when somebody saw them."""


class Broken(AssertionError):
    """An invariant does not hold."""


@dataclass
class Drill:
    """One run of one seed. `faults`: these and no others."""

    seed: int
    faults: Sequence[str] = ()
    plan: list[Planned] = field(init=False)
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        names = self.faults or self._draw_faults()
        self._questions = self._rng.randint(2, 3)
        self.plan = [self._draw_plan(name) for name in names]

    @property
    def replay(self) -> str:
        """The command that runs this again."""
        chosen = "".join(f" --fault {name}" for name in self.faults)
        return f"python -m tests.chaos --seed {self.seed}{chosen} --runs 1"

    async def run(self, cluster: Cluster) -> Seen:
        """Plays it on a cluster that is whole, and leaves it whole.

        Raises:
            Broken: an invariant does not hold; the text has the seed and how to replay it.
        """
        is_graceful = all(planned.fault in GRACEFUL for planned in self.plan)
        if is_graceful:  # nobody may notice anything, nor of the run before
            await cluster.settled()
        logged = [len(log.read_text()) for log in cluster.logs]
        crowd = self._draw_crowd(cluster.urls)
        world = World(cluster, crowd, random.Random(f"{self.seed}/faults"), alone=len(self.plan) == 1)
        faults = asyncio.create_task(self._do_faults(world))
        try:
            await crowd.play(OVER_WITHIN_S)
        finally:
            faults.cancel()
            await asyncio.gather(faults, return_exceptions=True)
            await cluster.restore()
        found = violations(crowd)
        if is_graceful:
            found += troubled(crowd)
        allowed = NO_START + POISON_IS_TOLD * self._has("stream_poisoned")
        allowed += BUG_IS_TOLD * self._has("gateway_has_bug", "coordinator_has_bug")
        for log, before in zip(cluster.logs, logged, strict=True):
            found += tracebacks(log, after=before, allowed=allowed)
        if not faults.cancelled() and (error := faults.exception()):
            found.append(f"a fault could not be done: {error!r} {error.__cause__!r}")
        if found:
            plan = "; ".join(str(planned) for planned in self.plan)
            lines = "\n  ".join(found)
            raise Broken(f"seed {self.seed}: {plan}\n  {lines}\nagain: {self.replay}\nlogs: {cluster.folder}")
        self._look(crowd)
        return self.seen

    async def _do_faults(self, world: World) -> None:
        async def do(planned: Planned) -> None:
            await world.crowd.moment(planned.moment, planned.question)
            await asyncio.sleep(planned.after_s)
            await (FAULTS | LOSSES)[planned.fault](world)

        try:
            async with asyncio.TaskGroup() as tasks:
                for planned in self.plan:
                    tasks.create_task(do(planned))
            await world.cluster.restore()
        finally:
            world.crowd.faults_over.set()

    def _has(self, *faults: str) -> bool:
        return any(planned.fault in faults for planned in self.plan)

    def _draw_faults(self) -> list[str]:
        names = self._rng.sample(sorted(FAULTS), self._rng.randint(1, MOST_FAULTS))
        return [name for name in names if name in ALONE][:1] or names

    def _draw_crowd(self, urls: Sequence[str]) -> Crowd:
        quiz, settings, players = self._draw_quiz(), self._draw_settings(), self._rng.randint(4, 7)
        may_be_lost, may_go_back = self._has(*LOSSES), self._has(*REVERSALS)
        if may_go_back:  # nobody may be away while a question passes of which something was lost
            settings = replace(settings, auto_advance_ms=None)
        return Crowd(
            str(self.seed),
            urls,
            quiz,
            settings,
            players,
            may_be_lost=may_be_lost,
            may_go_back=may_go_back,
            leads_freely=random.Random(f"{self.seed}/leads").random() < 0.5,
        )

    def _draw_plan(self, fault: str) -> Planned:
        moment, question = self._rng.choice(list(Moment)), self._rng.randrange(self._questions)
        after_s = self._rng.choice((0.0, self._rng.uniform(0, 0.6)))
        return Planned(fault, moment, 0 if moment is Moment.JOINING else question, after_s)

    def _draw_quiz(self) -> Quiz:
        return Quiz("Chaos", tuple(self._draw_question(number) for number in range(self._questions)))

    def _draw_question(self, number: int) -> Question:
        kind = self._rng.choice(questions.KINDS)
        if kind not in questions.CHOICES:
            return questions.ask(kind, number, self._rng.choice(LIMITS_MS))
        count = 2 if kind == "true_false" else self._rng.randint(2, 4)
        right = {"poll": 0, "multiple": self._rng.randint(1, count)}.get(kind, 1)
        marked = set(self._rng.sample(range(count), right))
        fields = {
            "kind": kind,
            "text": f"Question {number}?",
            "options": [{"text": f"Option {index}", "correct": index in marked} for index in range(count)],
            "points": self._rng.choice((1000, 500, 0)),
            "time_limit_ms": self._rng.choice(LIMITS_MS),
        }
        return convert(fields, Question)  # type: ignore[no-any-return]

    def _draw_settings(self) -> Settings:
        return Settings(
            lead_ms=self._rng.choice(LEADS_MS),
            streak_bonus=self._rng.random() < 0.5,
            auto_advance_ms=300 if self._rng.random() < 0.25 else None,
        )

    def _look(self, crowd: Crowd) -> None:
        seen = self.seen
        for person in crowd.people:
            seen.away = max([seen.away, *person.away_s])
            seen.late = max([seen.late, *person.late_s])
        for player in crowd.players:
            waits = [given.told - given.tapped for given in player.given.values() if given.told]
            seen.acknowledged = max([seen.acknowledged, *waits])
