"""What must hold of a session between two entries, whatever its clients send.

The tests of the engine check it after each entry. A coordinator checks it after each batch where the setting
`check_invariants` is on, as in all other tests. A check costs one pass over the players of the session.
"""

from collections.abc import Iterator

from coordinator.engine import kinds, views
from coordinator.engine.history import RECORD_BYTES
from coordinator.engine.players import Player
from coordinator.engine.state import LONGER, Session
from quickpoll.protocol import Phase


class InvariantBroken(Exception):
    """A session is in a state that no entry may leave it in; the text says what does not hold."""


def check(session: Session) -> None:
    """Checks a session between two entries.

    Raises:
        InvariantBroken: with the code of the session and all that does not hold.
    """
    broken = [law for law, holds in _laws(session) if not holds]
    if broken:
        raise InvariantBroken(f"session {session.code}: {'; '.join(broken)}")


def _laws(session: Session) -> Iterator[tuple[str, bool]]:
    head, players = session.head, session.players
    yield from _about_players(session)
    if head.closed:
        yield "a session that is over has neither players nor hosts", not (players or head.host_connections)
        return
    questions, phase = len(session.quiz.questions), head.phase
    asked = phase in (Phase.QUESTION, Phase.RESULTS)
    closed = head.question + (phase is not Phase.QUESTION)
    if head.question >= questions:
        yield "the current question is one of the quiz", False
        return
    yield "in the lobby no question was asked, and later one was", (phase is Phase.LOBBY) == (head.question == -1)
    yield "each closed question has its counts", len(head.tallies) == (0 if phase is Phase.LOBBY else closed)
    yield "results and leaderboard are there once a question is closed", _has_results(session)
    yield "no question follows by itself while one is open or the quiz is paused", _may_advance(session)
    yield "what was written is of closed questions", all(index < closed for index in session.written)
    yield "nobody has an outcome of a question that is not closed", all(_has_room(p, closed) for p in players.values())
    if asked:
        cells = kinds.of(session.question).cells(session.question)
        yield "the current question has all of its counts", len(head.counts) == cells
        yield "a question closes after it has opened", head.closes_at is None or head.closes_at > head.opens_at
        answered = sum(map(session.has_answered, players.values()))
        yield "all answers are counted", answered <= head.answered


def _has_results(session: Session) -> bool:
    head = session.head
    if head.phase is Phase.RESULTS:
        return head.results is not None and (head.leaderboard is not None) == views.ranking_is_told(session)
    is_over = head.phase is Phase.ENDED and views.ranking_is_told(session)
    return not is_over or head.leaderboard is not None or not kinds.of(session.question).is_asked


def _may_advance(session: Session) -> bool:
    head = session.head
    return head.advance_at is None or (head.phase is Phase.RESULTS and not head.paused)


def _has_room(player: Player, closed: int) -> bool:
    return len(player.outcomes) % RECORD_BYTES == 0 and len(player.outcomes) <= closed * RECORD_BYTES


def _about_players(session: Session) -> Iterator[tuple[str, bool]]:
    players = list(session.players.values())
    there = [player for player in players if player.connection]
    waiting = [player for player in there if not session.has_answered(player)]
    absent = [player for player in players if not player.connection and not session.has_answered(player)]
    numbers = [player.number for player in players]
    yield "players are in the order of joining", numbers == sorted(set(numbers))
    yield "every number given is below the next one", all(number < session.head.next_number for number in numbers)
    yield "players are found by their ids", list(session.players) == [player.id for player in players]
    yield "no name is taken twice", session.names == {key: player for player in players for key in player.name_keys}
    yield "no connection is two players", len({player.connection for player in there}) == len(there)
    yield "the connected are counted", session.connected == len(there)
    yield "those who have yet to answer are counted", (session.waiting, session.absent) == (len(waiting), len(absent))
    for counts, of in ((session.longer_waiting, waiting), (session.longer_absent, absent)):
        by_percent = {percent: sum(session.extra_percent(player) == percent for player in of) for percent in LONGER}
        yield "those with a longer limit are counted", counts == by_percent
