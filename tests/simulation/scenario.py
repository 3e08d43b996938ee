"""What a seed draws: a deployment, a quiz, its people, and what happens to them. Data alone; nothing runs here."""

import random
from dataclasses import dataclass, field
from typing import Final

from clients.loadtest import questions
from quickpoll.protocol import Question, QuestionKind, Quiz, Settings
from tests.chaos.crowd import Moment
from tests.chaos.drill import KINDS

LIMITS_MS: Final = (1000, 2000, 5000)
LEADS_MS: Final = (0, 50, 500)


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
    faults: tuple[Fault, ...] = field(default=())

    @property
    def quiz(self) -> Quiz:
        """What is played."""
        asked: list[Question] = [questions.ask(kind, at, self.limit_ms) for at, kind in enumerate(self.kinds)]
        return Quiz("Simulated", tuple(asked))

    def __str__(self) -> str:
        people = f"{self.players} players, {', '.join(self.kinds)}"
        return f"{self.gateways} gateways, {self.coordinators} coordinators, {self.partitions} partitions, {people}"


def draw(seed: int) -> Scenario:
    """The scenario of a seed, without faults."""
    rng = random.Random(f"{seed}/scenario")
    settings = Settings(
        lead_ms=rng.choice(LEADS_MS),
        streak_bonus=rng.random() < 0.5,
        auto_advance_ms=300 if rng.random() < 0.25 else None,
    )
    return Scenario(
        seed,
        gateways=rng.randint(1, 3),
        coordinators=rng.randint(1, 3),
        partitions=rng.choice((1, 2, 8)),
        players=rng.randint(1, 7),
        kinds=tuple(rng.choice(KINDS) for _ in range(rng.randint(1, 3))),
        limit_ms=rng.choice(LIMITS_MS),
        settings=settings,
    )
