"""Judges all players when a question closes: points, streaks, times, ranks, and what became of each answer.

Its kind says what share of an answer is right (`kinds/`), and `scoring.py` what that is worth.
"""

from collections import Counter

from coordinator.engine import history, kinds, ranking, scoring
from coordinator.engine.history import Outcome
from coordinator.engine.kinds import Written
from coordinator.engine.players import Player
from coordinator.engine.state import Session
from quickpoll.protocol import Answer


def judge_all(session: Session) -> list[Player]:
    """Judges all players for the current question; returns them in the order of their new ranks."""
    head = session.head
    verdict = _Verdict(session)
    outcomes = [_judge(session, player, verdict) for player in session.players.values()]
    if session.is_scored(head.question):
        head.limits_total_ms += session.limit_ms or 0
    ordered = ranking.in_order(session.players.values())
    ranking.assign_ranks(ordered)
    for player, outcome in zip(session.players.values(), outcomes, strict=True):
        history.remember(player, head.question, outcome)
        player.result = player.revised = None
    return ordered


class _Verdict:
    """The share of each different answer to the current question; answers that are texts are numbered from 1."""

    def __init__(self, session: Session) -> None:
        index, self._question = session.head.question, session.question
        self._kind = kinds.of(self._question)
        answers = [p.answer for p in session.players.values() if p.answer and p.answer.question == index]
        counts = Counter(answer.compared for answer in answers)
        self.shares = session.ruling.shares(index, self._question, counts.keys())
        if not session.is_scored(index):
            self.shares = dict.fromkeys(counts)
        self._numbers = {key: number for number, key in enumerate(counts, 1)}
        if self._kind.is_written:
            choices = {answer.compared: answer.choice for answer in reversed(answers)}
            withheld: dict[Answer, tuple[str, ...]] = {}
            for answer in answers:
                if answer.withheld:
                    earlier = withheld.get(answer.compared, ())
                    withheld[answer.compared] = tuple(dict.fromkeys(earlier + answer.withheld))
            session.written[index] = tuple(
                Written(
                    key,
                    self._kind.shown(self._question, choices[key], key),
                    count,
                    self.shares[key],
                    self.shares[key],
                    withheld.get(key, ()),
                )
                for key, count in counts.items()
            )

    def packed(self, key: Answer) -> int:
        """An answer as a player's history has it."""
        return self._numbers[key] if self._kind.is_written else self._kind.pack(key)


def _judge(session: Session, player: Player, verdict: _Verdict) -> Outcome:
    """Judges a player's answer, or that there is none, and adds up what it brings."""
    player.previous_rank = player.rank
    if not session.has_answered(player) or player.answer is None:
        return _judge_silence(session, player)
    key = player.answer.compared
    response_ms = player.answer.counted_at - session.head.opens_at
    player.answered += 1
    player.answered_total_ms += response_ms
    share = verdict.shares[key]
    extra_percent, points = session.extra_percent(player), 0
    if share is not None:
        points = add_up(session, session.head.question, session.limit_ms, player, share, response_ms, extra_percent)
    return Outcome(verdict.packed(key), share, points, response_ms, extra_percent)


def _judge_silence(session: Session, player: Player) -> Outcome:
    if not session.is_scored(session.head.question):
        return Outcome(None, None, 0, None, session.extra_percent(player))
    player.response_total_ms += session.limit_ms or 0
    player.streak = 0
    return Outcome(None, 0, 0, None, session.extra_percent(player))


def add_up(
    session: Session, index: int, limit_ms: int | None, player: Player, share: int, response_ms: int, extra_percent: int
) -> int:
    """Adds an answer of which this share was right to a player's sums.

    Args:
        session: whose settings hold.
        index: of the question.
        limit_ms: its time limit with what the host has added; None: it has none.
        player: whose sums grow.
        share: how much of the answer is right, in percent.
        response_ms: when it came.
        extra_percent: by how much the player's own limit was longer.

    Returns:
        What it earns.
    """
    question, settings = session.quiz.questions[index], session.head.settings
    if limit_ms is not None:
        player.response_total_ms += scoring.tie_ms(response_ms, extra_percent)
    is_by_time = session.ruling.is_by_time(settings) and kinds.of(question).is_by_time(question)
    if share == 0:
        points = -scoring.flat_points(question.points, settings.penalty)
    elif is_by_time and limit_ms is not None:
        limit_ms = scoring.own_limit_ms(limit_ms, extra_percent)
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
