"""Judges all players when a question closes: points, streaks, times, ranks, and each player's result.

What share of an answer is right, its kind says (`kinds/`); what that is worth, `scoring.py`.
"""

from coordinator.engine import history, kinds, ranking, scoring
from coordinator.engine.history import Outcome
from coordinator.engine.state import Player, Session
from quickpoll.protocol import YourResult


def judge_all(session: Session) -> list[Player]:
    """Judges all players for the current question; returns them in the order of their new ranks."""
    head, question = session.head, session.question
    outcomes = [_judge(session, player) for player in session.players.values()]
    if session.ruling.is_scored(head.question, question):
        head.limits_total_ms += question.time_limit_ms
    ordered = ranking.in_order(session.players.values())
    ranking.assign_ranks(ordered)
    for player, outcome in zip(session.players.values(), outcomes, strict=True):
        history.remember(player, head.question, outcome)
        player.result = _your_result(head.question, player, outcome)
    return ordered


def _judge(session: Session, player: Player) -> Outcome:
    """Judges a player's answer, or that there is none, and adds up what it brings."""
    player.previous_rank = player.rank
    if not session.has_answered(player) or player.answer is None:
        return _judge_silence(session, player)
    question, index, answer = session.question, session.head.question, player.answer.choice
    response_ms = player.answer.counted_at - session.head.opens_at
    player.answered += 1
    player.answered_total_ms += response_ms
    packed, share = kinds.of(question).pack(answer), session.ruling.share(index, question, answer)
    points = 0 if share is None else _add_up(session, player, share, response_ms)
    return Outcome(packed, share, points, response_ms)


def _judge_silence(session: Session, player: Player) -> Outcome:
    if not session.ruling.is_scored(session.head.question, session.question):
        return Outcome(None, None, 0, None)
    player.response_total_ms += session.question.time_limit_ms
    player.streak = 0
    return Outcome(None, 0, 0, None)


def _add_up(session: Session, player: Player, share: int, response_ms: int) -> int:
    """Adds an answer of which this share was right to the player's sums; returns its points."""
    question = session.question
    limit_ms, tie_ms = question.time_limit_ms, response_ms
    if extra_percent := session.extra_percent(player):
        limit_ms, tie_ms = scoring.own_limit_ms(limit_ms, extra_percent), scoring.tie_ms(tie_ms, extra_percent)
    player.response_total_ms += tie_ms
    settings = session.head.settings
    if share == 0:
        points = -scoring.flat_points(question.points, settings.penalty)
    elif session.ruling.is_by_time(settings):
        points = scoring.timed_points(question.points, share, limit_ms, response_ms)
    else:
        points = scoring.flat_points(question.points, share)
    if share == 100:
        player.correct += 1
        player.streak += 1
        player.best_streak = max(player.best_streak, player.streak)
        if settings.streak_bonus and question.points:
            points += scoring.streak_bonus(player.streak)
    else:
        player.streak = 0
    player.points += points
    return points


def _your_result(question: int, player: Player, outcome: Outcome) -> YourResult:
    return YourResult(
        question=question,
        answered=outcome.packed is not None,
        correct=None if outcome.share is None else outcome.share == 100,
        points=outcome.points,
        total_points=player.points,
        rank=player.rank or 0,
        streak=player.streak,
        response_ms=outcome.response_ms,
    )
