"""How a closed question was answered, as everyone is told.

Players get less of it than the host where it is made of what was written: their messages stay small, whatever that is.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import history, kinds
from coordinator.engine.curation import NOTHING_DECIDED, told_texts, withheld_of
from coordinator.engine.fitting import first_that_fit
from coordinator.engine.kinds import Given
from coordinator.engine.state import Session
from quickpoll.protocol import QuestionResults, Tally

PLAYERS_BYTES: Final = 1000
"""Of the results of a question as players get them, unless what the author wrote is as long by itself."""
LEAST_BYTES: Final = 150
"""So much of what was written players get even then."""
PICKED_BYTES: Final = 2000
"""Of the texts that the host has picked; these come on top."""

_encode: Final = msgspec.json.Encoder().encode


def told(session: Session, index: int, cells: tuple[int, ...]) -> Tally | None:
    """The whole tally of a closed question; None for what nobody answers.

    Args:
        session: in which it was judged.
        index: of the question.
        cells: what was counted up while it was open.
    """
    question = session.quiz.questions[index]
    kind, curation = kinds.of(question), session.curations.get(index, NOTHING_DECIDED)
    written = session.written.get(index, ())
    told = curation.applied(written) if _is_told_unpicked(session, index) else written
    tally = kind.told(question, cells, told, lambda: _given(session, index))
    if tally is None or not kind.is_picked:
        return tally
    texts = told_texts(written)
    return replace(tally, texts=tuple(texts[key] for key in curation.picked if key in texts))


def withheld(session: Session, index: int) -> int:
    """How many different texts of a closed question the filter holds until the host shows them."""
    if session.head.settings.filter != "hold" or not _is_told_unpicked(session, index):
        return 0
    return session.curations.get(index, NOTHING_DECIDED).untold(withheld_of(session.written.get(index, ())))


def _is_told_unpicked(session: Session, index: int) -> bool:
    kind = kinds.of(session.quiz.questions[index])
    return kind.tells_texts and not kind.is_picked


def for_players(results: QuestionResults) -> QuestionResults:
    """As much of the results of a question as players get: the most frequent of what was written."""
    tally = results.tally
    if tally is None:
        return results
    if tally.texts is not UNSET:
        return replace(results, tally=replace(tally, texts=first_that_fit(tally.texts, PICKED_BYTES)))
    for listed in ("groups", "words"):
        entries = getattr(tally, listed)
        if entries is not UNSET and len(_encode(results)) > PLAYERS_BYTES:
            without = replace(results, tally=replace(tally, **{listed: ()}))
            room = max(LEAST_BYTES, PLAYERS_BYTES - len(_encode(without)))
            results = replace(results, tally=replace(tally, **{listed: first_that_fit(entries, room)}))
    return results


def _given(session: Session, index: int) -> Iterable[Given]:
    """Answers that were written, the quickest first."""
    written = session.written.get(index, ())
    found = []
    for player in session.players.values():
        outcome = history.outcome_of(player, index)
        if outcome is not None and outcome.packed is not None:
            key = written[outcome.packed - 1].key
            found.append((outcome.response_ms or 0, player.number, Given(player.id, player.name, key)))
    return [given for _, _, given in sorted(found, key=lambda one: one[:2])]
