"""The law of continuity: whether what is heard of a session follows what was delivered of it here. Pure.

A session's Steps are numbered, so a gap is seen (`GAP`) and a repeat is known (`OLD`). Numbers alone do not tell when
Redis has lost the end of its history and the session went on from before: then other Steps have the same numbers. That
is told by fences and lines (decision 22):

- The fence grows whenever something that Redis does not hold any more might have been said under the last one. So a
  Step that was delivered already, under a greater fence than its own, says that the one delivered is lost (`FORKED`).
  Example: Step 10 came under fence 5; now Step 10 comes under fence 6.
- Most batches only reply and publish no Step. So replies and Steps carry their line: the offset that the owner of a
  fence found in Redis (`since`), and for replies the offset after them. Whoever has heard of a later offset under an
  older fence than the one that a new owner found has heard something that is lost.
  Example: a reply came under fence 1 at offset 5-0; now a Step comes under fence 2, whose owner found 4-9.

All or nothing: a gap is filled completely and in order, or the connections resume and see the session as it is.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final, NamedTuple

from quickpoll.envelope import Line, Step
from quickpoll.keys import moment_of

MAX_LOOKS: Final = 3
"""A Step that was heard of is in the history already: if some looks do not find it, it is lost."""


class Position(NamedTuple):
    """The last Step of a session that was accepted here, and the fence it was published under; 0 if unknown."""

    fence: int
    step: int


class StepVerdict(Enum):
    """What a Step is, seen from where a session's deliveries are."""

    NEXT = auto()
    """It follows: deliver it."""
    OLD = auto()
    """It was delivered: nothing to do."""
    GAP = auto()
    """Something between is missing: read the history."""
    FORKED = auto()
    """It belongs to another history: what was delivered or replied is lost, and the connections have to resume."""
    AWAITED = auto()
    """The history is being read, and will hold it."""


class CatchUp(Enum):
    """What a history that was read makes of a session that was behind."""

    DONE = auto()
    """It is complete from here on."""
    AGAIN = auto()
    """A Step that was heard of is not in it yet: read it again."""
    LOST = auto()
    """It does not follow what was delivered: the connections have to resume."""
    GONE = auto()
    """There is no such session any more."""


class History(NamedTuple):
    """What Redis holds of a session."""

    published: int | None
    """How many Steps the session had published before the others were read; None: it is gone."""
    offset: str
    """How far its partition is."""
    steps: Sequence[Step] | None
    """The newest ones, newest first, down to those delivered if they go back so far; None: they cannot be read."""


def judge(position: Position, step: Step) -> StepVerdict:
    """Whether `step` follows, repeats, leaves a gap, or belongs to another history (Redis lost its tail)."""
    if step.step <= position.step:
        return StepVerdict.FORKED if 0 < position.fence < step.fence else StepVerdict.OLD
    if step.fence < position.fence:
        return StepVerdict.FORKED
    return StepVerdict.NEXT if step.step == position.step + 1 else StepVerdict.GAP


def has_lost(heard: Line | None, fence: int, since: str) -> bool:
    """Whether the owner of that fence found an offset from before what was heard in a reply."""
    return heard is not None and fence > heard.fence and bool(since) and moment_of(since) < moment_of(heard.offset)


def missing(position: Position, last: int, history: Sequence[Step]) -> list[Step] | None:
    """What follows `position`, in order; None if it cannot be told completely.

    Args:
        position: the last Step accepted.
        last: how many Steps the session had published before the history was read.
        history: as `History.steps`.
    """
    newer = [step for step in reversed(history) if step.step > position.step]
    known = next((step for step in history if step.step == position.step), None)
    if [step.step for step in newer] != list(range(position.step + 1, position.step + 1 + len(newer))):
        return None
    if position.step + len(newer) < last or (not newer and last < position.step):
        return None
    fences = [position.fence, *(step.fence for step in newer)]
    forked = known is not None and 0 < position.fence < known.fence
    return None if forked or fences != sorted(fences) else newer


class Continuity:
    """Where the deliveries of one session are here."""

    __slots__ = ("_heard", "_is_counted_dead", "_line", "_looks", "_wanted", "position")

    def __init__(self, position: Position) -> None:
        self.position = position
        self._line: Line | None = None
        """That of the last reply to one of the session's connections here."""
        self._wanted: int | None = None
        """While the history is being read: the newest Step that was heard of."""
        self._heard: Line | None = None
        """The line before it was asked for: a later one may be later than what is read."""
        self._looks = 0
        self._is_counted_dead = False

    @property
    def is_behind(self) -> bool:
        """Whether the history is being read."""
        return self._wanted is not None

    def hear(self, step: Step) -> StepVerdict:
        """Judges a Step that was published just now; one that is `NEXT` has to be accepted."""
        if has_lost(self._line, step.fence, step.since):
            return StepVerdict.FORKED
        if self._wanted is not None:
            self._wanted = max(self._wanted, step.step)
            return StepVerdict.AWAITED
        return judge(self.position, step)

    def hear_reply(self, line: Line) -> bool:
        """Notes the line of a reply; returns whether something that was said before is lost."""
        lost = has_lost(self._line, line.fence, line.since)
        self._line = line
        return lost

    def accept(self, step: Step) -> None:
        """A Step is delivered from here on."""
        assert step.step == self.position.step + 1, f"Step {step.step} does not follow {self.position.step}"
        assert step.fence >= self.position.fence, f"Step {step.step} is of an older owner than the one before it"
        self.position = Position(step.fence, step.step)

    def fall_behind(self, step: int = 0, *, is_counted_dead: bool = False) -> None:
        """Something may be missing: the history has to be read from `position` on.

        Args:
            step: the newest Step that was heard of; 0 if none was.
            is_counted_dead: the coordinators took the connections here for gone, so that they have to resume whatever
                the history says, unless the session is gone.
        """
        self._wanted = max(step, self._wanted or 0)
        self._heard = self._line
        self._is_counted_dead |= is_counted_dead

    def catch_up(self, history: History) -> tuple[CatchUp, list[Step]]:
        """Judges the history that was read after the last `fall_behind`.

        Returns:
            What to do, and the Steps to be accepted first.
        """
        assert self._wanted is not None, "nobody has asked for it"
        if history.published is None:
            return CatchUp.GONE, []
        is_lost = self._heard is not None and moment_of(history.offset) < moment_of(self._heard.offset)
        if is_lost or self._is_counted_dead or history.steps is None:
            return CatchUp.LOST, []
        steps = missing(self.position, history.published, history.steps)
        if steps is None:
            return CatchUp.LOST, []
        if self.position.step + len(steps) >= self._wanted:
            self._wanted, self._looks = None, 0
            return CatchUp.DONE, steps
        self._looks += 1
        self._heard = self._line
        return (CatchUp.AGAIN if self._looks < MAX_LOOKS else CatchUp.LOST), steps
