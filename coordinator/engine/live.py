"""What is being written to the open question, counted up so that the host may show it before the close.

It is told like the answers of a closed question: merged as the host has merged, and without what is withheld or hidden.
The counts follow from the answers, and are not stored; a decision of the host about the texts counts them again.
"""

from collections import Counter
from typing import Any, Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import kinds
from coordinator.engine.curation import Curation, parts
from coordinator.engine.fitting import first_that_fit
from coordinator.engine.kinds import Kind, Written
from coordinator.engine.players import AcceptedAnswer
from quickpoll.protocol import MAX_LIVE_BYTES, Question, Tally

TALLY_BYTES: Final = MAX_LIVE_BYTES - 128
"""Of the message's bytes; the others are for its type and its numbers."""

_encode: Final = msgspec.json.Encoder().encode


class LiveTexts:
    """The texts of the answers to one question until now."""

    def __init__(self, question: Question, curation: Curation) -> None:
        self._question = question
        self._kind: Kind[Any] = kinds.of(question)
        self._curation = curation
        self._counts: Counter[str] = Counter()
        self._shown: dict[str, str] = {}  # as it was written first; after the close, as in the answer that most gave
        self._withheld: set[str] = set()

    def add(self, answer: AcceptedAnswer) -> None:
        """Counts an answer; two of its words that are merged count once."""
        shown = self._kind.shown(self._question, answer.choice, answer.compared)
        counted: set[str] = set()
        for text, as_written in parts(answer.compared, shown):
            self._shown.setdefault(text, as_written)
            counted.add(self._curation.counted_as(text))
        self._counts.update(counted)
        self._withheld.update(answer.withheld)

    def tally(self) -> Tally:
        """What may be shown of it, in `TALLY_BYTES`."""
        if self._kind.is_picked:
            count = self._counts.total()
            picked = [self._shown[text] for text in self._curation.picked if text in self._shown]
            latest = first_that_fit(reversed(picked), TALLY_BYTES - len(_encode(Tally(texts=(), count=count))))
            return Tally(texts=tuple(reversed(latest)), count=count)
        told = [text for text in self._counts if self._curation.tells(text, self._withheld)]
        written = [Written((text,), (self._shown.get(text, text),), self._counts[text], None) for text in told]
        tally = self._kind.told(self._question, (), written, list)
        assert tally is not None
        words = () if tally.words is UNSET else tally.words
        return replace(tally, words=first_that_fit(words, TALLY_BYTES - len(_encode(replace(tally, words=())))))

    def withheld(self) -> int:
        """How many different texts the filter keeps from being shown."""
        if self._kind.is_picked:
            return 0
        return self._curation.untold(self._withheld)
