"""The next deadline of every living session of a partition, and which of them are due.

A heap with lazy deletion: a deadline that moves leaves its old place in the heap behind, and that place is dropped when
it comes to the top, or when the stale places outnumber the others. So a batch costs by the deadlines that it moves, not
by the sessions that exist.
"""

import heapq
from collections.abc import Iterable
from typing import Final

FEW: Final = 64
"""Up to this many stale places are not worth a clean-up."""


class Deadlines:
    """Moments in ms, by the code of their session."""

    def __init__(self, deadlines: Iterable[tuple[str, int]] = ()) -> None:
        self._at = dict(deadlines)
        self._heap = _heap_of(self._at)
        """A place of the heap is stale unless its moment is the session's in `_at`; the top is never stale."""

    def __len__(self) -> int:
        return len(self._at)

    def __contains__(self, code: object) -> bool:
        return code in self._at

    @property
    def places(self) -> int:
        """Places in the heap, stale ones among them."""
        return len(self._heap)

    @property
    def codes(self) -> Iterable[str]:
        """Every session that has a deadline."""
        return self._at.keys()

    @property
    def first(self) -> int | None:
        """The earliest deadline; None if there is none."""
        return self._heap[0][0] if self._heap else None

    def get(self, code: str) -> int | None:
        """The deadline of a session; None if it has none."""
        return self._at.get(code)

    def due(self, now: int) -> list[str]:
        """Sessions whose deadline is `now` or earlier. Looks only at the part of the heap that is due."""
        found: dict[str, None] = {}
        places = [0]
        while places:
            place = places.pop()
            if place < len(self._heap) and self._heap[place][0] <= now:
                at, code = self._heap[place]
                if self._at.get(code) == at:
                    found[code] = None
                places += (2 * place + 1, 2 * place + 2)
        return list(found)

    def set(self, code: str, at: int | None) -> None:
        """Moves the deadline of a session; None: it has none any more."""
        if at is None:
            self._at.pop(code, None)
        elif self._at.get(code) != at:
            self._at[code] = at
            heapq.heappush(self._heap, (at, code))
        if len(self._heap) > 2 * len(self._at) + FEW:
            self._heap = _heap_of(self._at)
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)


def _heap_of(deadlines: dict[str, int]) -> list[tuple[int, str]]:
    heap = [(at, code) for code, at in deadlines.items()]
    heapq.heapify(heap)
    return heap
