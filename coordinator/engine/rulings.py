"""Rulings: the host overrides how a closed question was judged, and everything after it follows.

Like any command, a ruling is logged before its effects; after it stands the digest of all sums. The players concerned
are told what has changed.
"""

from collections.abc import Iterator
from copy import copy
from typing import Final

from msgspec.structs import replace

from coordinator.engine import history, kinds, log_chain, question, ranking, records, rejudging, views
from coordinator.engine.effects import Effects, ToEach, ToMany
from coordinator.engine.players import Player
from coordinator.engine.state import Decision, Session
from coordinator.engine.turn import Declined, Turn
from quickpoll.envelope import Audience, ConnectionId
from quickpoll.protocol import (
    LEADERBOARD_ENTRIES,
    Answer,
    ErrorCode,
    LeaderboardEntry,
    Ok,
    Phase,
    Rule,
    Ruled,
    RulingEffect,
    ServerMessage,
    UndoRuling,
    YourResult,
)

MAX_RULINGS: Final = 200
"""Of one session, with those undone; each is kept in its head."""
MOST_GIVEN: Final = 20_000
"""Points on top of a question: with them, the points of one question still fit their two bytes."""


def answered_before(turn: Turn, body: Rule, done: str) -> bool:
    """Answers a ruling that was made before, by the command `done`, and is sent again; returns whether it was."""
    session = turn.session
    known = next((made for made in session.head.rulings if made.request_id == done), None)
    if known is None or body.preview:
        return False
    turn.reply(_ruled(turn, known.number, session, session))
    return True


def rule(turn: Turn, body: Rule, done: str) -> None:
    """Does what the host has decided, or says what would come of it; `done` is what the command is recognised by.

    Raises:
        Declined: the question is not closed, or nothing of it can be ruled so.
    """
    session, head = turn.session, turn.session.head
    number = len(head.rulings) + 1
    made = Decision(number, body.question, body.ruling, _key(turn, body), done)
    if body.preview:
        turn.reply(_ruled(turn, None, session, _as_if(session, made)))
        return
    before = _copied(session)
    log_chain.note(session, records.Rules(turn.now, made.question, made.ruling, made.key), turn.effects, at_end=True)
    head.rulings = [*head.rulings, made]
    ordered = rejudging.rejudge(session)
    turn.reply(_ruled(turn, number, before, session))
    _follow(session, before, made, ordered, turn.now, turn.effects)


def undo(turn: Turn, body: UndoRuling) -> None:
    """Takes a ruling back; one that is undone already stays so.

    Raises:
        Declined: there is no such ruling.
    """
    session, head = turn.session, turn.session.head
    if body.number > len(head.rulings):
        raise Declined(ErrorCode.WRONG_PHASE, f"There is no ruling {body.number}.")
    made = head.rulings[body.number - 1]
    turn.reply(Ok(reply_to=turn.reply_to))
    if made.undone:
        return
    before = _copied(session)
    log_chain.note(session, records.UndoesRuling(turn.now, body.number), turn.effects, at_end=True)
    made = replace(made, undone=True)
    head.rulings = [made if one.number == made.number else one for one in head.rulings]
    _follow(session, before, made, rejudging.rejudge(session), turn.now, turn.effects)


def _key(turn: Turn, body: Rule) -> Answer | None:
    """What a ruling accepts, as it is compared; raises Declined where it cannot be made."""
    session, ruling = turn.session, body.ruling
    if body.question >= len(session.head.tallies):
        raise Declined(ErrorCode.WRONG_PHASE, "This question is not closed yet.")
    asked = session.quiz.questions[body.question]
    kind = kinds.of(asked)
    if not kind.is_scored and ruling.points is None:
        raise Declined(ErrorCode.WRONG_PHASE, "In this question nothing is right or wrong.")
    if len(session.head.rulings) >= MAX_RULINGS:
        raise Declined(ErrorCode.WRONG_PHASE, f"A session has at most {MAX_RULINGS} rulings.")
    if not rejudging.is_possible(session):
        advice = "This session was begun by an older version, whose questions cannot be judged again."
        raise Declined(ErrorCode.WRONG_PHASE, advice)
    if ruling.player_id is not None and ruling.player_id not in session.players:
        raise Declined(ErrorCode.WRONG_PHASE, "This player is no longer in the session.")
    if ruling.points is not None and abs(_given(session, body) + ruling.points) > MOST_GIVEN:
        raise Declined(ErrorCode.WRONG_PHASE, f"One question can give a player at most {MOST_GIVEN} extra points.")
    if ruling.accept is None:
        return None
    if turn.drawn.key is not None:
        return turn.drawn.key
    try:
        return kind.acceptable(asked, ruling.accept)
    except kinds.Misfit as misfit:
        raise Declined(ErrorCode.INVALID_ANSWER, str(misfit)) from None


def _given(session: Session, body: Rule) -> int:
    """What a player has got on top for a question."""
    made = (one.ruling for one in session.rulings_of(body.question) if one.ruling.player_id == body.ruling.player_id)
    return sum(ruling.points or 0 for ruling in made)


def _copied(session: Session) -> Session:
    """The session as it is now: what is judged again does not change it."""
    head = copy(session.head)
    players = {player.id: copy(player) for player in session.players.values()}
    return Session(session.code, session.quiz, head, players, dict(session.written), session.curations, session.ruling)


def _as_if(session: Session, made: Decision) -> Session:
    """The session as it would be with one more ruling."""
    other = _copied(session)
    other.head.rulings = [*other.head.rulings, made]
    rejudging.rejudge(other)
    return other


def _ruled(turn: Turn, number: int | None, before: Session, after: Session) -> Ruled:
    moved = sum(player.rank != after.players[player.id].rank for player in before.players.values())
    return Ruled(
        number=number,
        before=_top(before),
        after=_top(after),
        moved=moved,
        reply_to=turn.reply_to,
    )


def _top(session: Session) -> tuple[LeaderboardEntry, ...]:
    return views.first(session, ranking.in_order(session.players.values()), LEADERBOARD_ENTRIES)


def _follow(
    session: Session, before: Session, made: Decision, ordered: list[Player], now: int, effects: Effects
) -> None:
    """Stores, logs and tells what a ruling has changed."""
    head, index = session.head, made.question
    effects.touched.update(session.players)
    if index in session.written:
        effects.written.add(index)
    log_chain.note(session, records.Rejudged(now, log_chain.standings(session)), effects, at_end=True)
    results = views.results_of(session, index)
    if head.results is not None and head.results.question == index:
        head.results = results
    question.say_results(results, effects)
    question.say_earlier(session, index, effects)
    effects.said.append(ToEach(tuple(_told(session, before, made))))
    head.leaderboard = views.leaderboard(session, ordered)
    if head.leaderboard is not None:
        effects.said.append(ToMany(Audience.ALL, head.leaderboard))
    if head.phase is Phase.ENDED:
        question.say_ended(session, ordered, effects)


def _told(session: Session, before: Session, made: Decision) -> Iterator[tuple[ConnectionId, ServerMessage]]:
    """The last result of each player for whom it is another one now, and what the ruling has changed for whom."""
    for player in session.players.values():
        then, told = before.players[player.id], views.last_result(session, player)
        revision = _revision(session, then, player, made)
        is_last = told is not None and told.question == made.question
        if revision is not None and is_last:
            told = player.result = revision
        elif revision is not None:
            player.revised = revision
        if player.connection is None:
            continue
        if told is not None and told != views.last_result(before, then):
            yield player.connection, told
        if revision is not None and not is_last:
            yield player.connection, revision


def _revision(session: Session, then: Player, player: Player, made: Decision) -> YourResult | None:
    """The result of the question that was ruled about, with what has changed; None: for this player nothing has."""
    outcome, earlier = history.outcome_of(player, made.question), history.outcome_of(then, made.question)
    if outcome is None or earlier is None or (outcome.share, outcome.points) == (earlier.share, earlier.points):
        return None
    effect = RulingEffect(
        number=made.number, points=outcome.points - earlier.points, undone=made.undone, ruling=made.ruling
    )
    return replace(views.your_result(session, player, made.question, outcome), ruling=effect)
