"""What a load test plays: the quiz, who answers what and when, and which process has which players. Pure."""

import math
import random
from collections.abc import Sequence
from itertools import cycle, islice, pairwise
from typing import Final

from msgspec import Struct

from clients.loadtest import questions
from quickpoll.protocol import Answer, Question, QuestionKind, Quiz, Settings

SPARE_MS: Final = 5000
"""How much longer a question is open than answers are sent, so that none comes too late by itself."""
THINK_SIGMA: Final = 0.5
"""Of the log-normal time that people think: two thirds of them between 0.6 and 1.6 times the median."""


class Plan(Struct, frozen=True):
    """What to play. Seconds, unless the name says otherwise."""

    urls: tuple[str, ...]
    """Players and hosts are assigned to them in turn."""
    players: int
    """In each session."""
    questions: int
    answer_window_s: float
    lead_ms: int = 3000
    seed: int = 1
    sessions: int = 1
    think_s: float | None = None
    """The median of the time from a question's opening to an answer; None: any moment of the window is as likely."""
    join_rate: float = 0.0
    """Players a second, over all sessions; 0: as quickly as the server lets them in."""
    reconnects: float = 0.0
    """The share of players who are cut off in the middle of each question, and come back."""

    kinds: tuple[QuestionKind, ...] = ("single", "multiple")
    """Of the questions, in turn."""

    def quiz(self) -> Quiz:
        """Questions of the kinds in turn."""
        limit_ms = round(self.answer_window_s * 1000) + SPARE_MS
        kinds = islice(cycle(self.kinds), self.questions)
        asked = (questions.ask(kind, index, limit_ms) for index, kind in enumerate(kinds))
        return Quiz("Load test", tuple(asked))

    def settings(self) -> Settings:
        """Of each session: as many seats as it needs."""
        return Settings(lead_ms=self.lead_ms, max_players=self.players)

    def answer(self, rng: random.Random, question: Question) -> Answer:
        """A random answer to a question."""
        return questions.answer(rng, question)

    def moment(self, rng: random.Random) -> float:
        """How long after a question's opening a player answers."""
        if self.think_s is None:
            return rng.uniform(0, self.answer_window_s)
        return min(self.answer_window_s, rng.lognormvariate(math.log(self.think_s), THINK_SIGMA))

    def question_s(self) -> float:
        """How long a question takes, from the host's command to its deadline."""
        return (self.lead_ms + SPARE_MS) / 1000 + self.answer_window_s


class Share(Struct, frozen=True):
    """The players of one session that one process plays: numbers from `first` up to, not with, `end`."""

    session: int
    first: int
    end: int

    def __len__(self) -> int:
        return self.end - self.first


def deal(plan: Plan, processes: int) -> list[list[Share]]:
    """Which parts each process plays: all have the same number of players, but for one; sessions stay together."""
    total = plan.sessions * plan.players
    bounds = [total * number // processes for number in range(processes + 1)]
    return [_parts(plan.players, first, end) for first, end in pairwise(bounds)]


def _parts(per_session: int, first: int, end: int) -> list[Share]:
    parts = []
    while first < end:
        session, number = divmod(first, per_session)
        taken = min(per_session - number, end - first)
        parts.append(Share(session, number, number + taken))
        first += taken
    return parts


def players_of(parts: Sequence[Share]) -> int:
    """How many players the parts have together."""
    return sum(len(part) for part in parts)
