"""What the host has decided about the texts that a question was answered with: which are shown, hidden or merged.

Texts are the parts that answers consist of, as they are compared: an open text, or a word. Nothing here changes what
was answered; it is applied wherever texts are told.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from coordinator.engine.kinds import Written
from quickpoll.protocol import Answer


class Curation(Struct, frozen=True, array_like=True):
    """The decisions about one question."""

    picked: tuple[str, ...] = ()
    """Texts that are shown where none is without the host, in the order in which they were picked."""
    hidden: tuple[str, ...] = ()
    """Texts that are not shown where all others are."""
    merged: dict[str, str] = {}
    """By text the one that it counts with; that one is merged into none."""
    released: tuple[str, ...] = ()
    """Texts that are shown although the filter withholds them."""

    @property
    def size(self) -> int:
        """How many decisions there are."""
        return len(self.picked) + len(self.hidden) + len(self.merged) + len(self.released)

    def counted_as(self, text: str) -> str:
        """The text that one counts as: mostly itself."""
        return self.merged.get(text, text)

    def tells(self, text: str, withheld: Collection[str]) -> bool:
        """Whether everyone sees a text, where none has to be picked."""
        return text not in self.hidden and (text not in withheld or text in self.released)

    def untold(self, withheld: Collection[str]) -> int:
        """How many of the texts that the filter withholds nobody sees, those merged into another not counted."""
        return sum(self.counted_as(text) == text and not self.tells(text, withheld) for text in withheld)

    def showing(self, text: str, *, picks: bool, withheld: bool, shown: bool) -> "Curation":
        """With a text shown or hidden.

        Args:
            text: as it is compared.
            picks: whether only those picked are shown.
            withheld: whether the filter withholds it.
            shown: whether everyone is to see it.
        """
        if picks:
            others = tuple(one for one in self.picked if one != text)
            if shown and text in self.picked:
                return self
            return replace(self, picked=(*others, text) if shown else others)
        hidden = tuple(one for one in self.hidden if one != text)
        released = tuple(one for one in self.released if one != text)
        if not shown:
            return replace(self, hidden=(*hidden, text), released=released)
        return replace(self, hidden=hidden, released=(*released, text) if withheld else released)

    def merging(self, text: str, into: str | None) -> "Curation":
        """With a text merged into another, and those merged into it before, too; into none: it is separated."""
        if into is None:
            return replace(self, merged={one: other for one, other in self.merged.items() if one != text})
        into = self.counted_as(into)
        if into == text:
            return self
        merged = {one: into if other == text else other for one, other in self.merged.items()}
        picked = tuple(dict.fromkeys(into if one == text else one for one in self.picked))
        return replace(self, picked=picked, merged={**merged, text: into})

    def applied(self, written: Sequence[Written]) -> Sequence[Written]:
        """Answers as they are told: without what is hidden or withheld, each text as the one that it counts as."""
        withheld = withheld_of(written)
        if not self.hidden and not self.merged and not withheld:
            return written
        texts = told_texts(written)
        return [one for one in (self._applied(one, texts, withheld) for one in written) if one is not None]

    def _applied(self, one: Written, texts: Mapping[str, str], withheld: Collection[str]) -> Written | None:
        told = {
            self.counted_as(key): texts.get(self.counted_as(key), text)
            for key, text in parts(one.key, one.shown)
            if self.tells(self.counted_as(key), withheld)
        }
        if not told:
            return None
        if isinstance(one.key, tuple):
            return replace(one, key=tuple(told), shown=tuple(told.values()))
        ((key, text),) = told.items()
        return replace(one, key=key, shown=text)


NOTHING_DECIDED = Curation()


def withheld_of(written: Iterable[Written]) -> frozenset[str]:
    """The texts that the filter withholds: never what is right in part at least, by the author or a ruling."""
    return frozenset(text for one in written if not one.share for text in one.withheld)


def parts(key: Answer, shown: Answer) -> Iterable[tuple[str, str]]:
    """The texts of an answer, each as it is compared and as it is shown."""
    if isinstance(key, tuple) and isinstance(shown, tuple):
        return zip(map(str, key), map(str, shown), strict=False)
    return [(str(key), str(shown))]


def told_texts(written: Iterable[Written]) -> dict[str, str]:
    """How each text of a closed question is told: as in the answer that most have given."""
    return texts_of((one.key, one.shown) for one in sorted(written, key=lambda one: (-one.count, str(one.key))))


def texts_of(answers: Iterable[tuple[Answer, Answer]]) -> dict[str, str]:
    """How each text of some answers is shown: as in the first of them."""
    texts: dict[str, str] = {}
    for key, shown in answers:
        for part, text in parts(key, shown):
            texts.setdefault(part, text)
    return texts
