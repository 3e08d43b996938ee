"""Ranks, shared by equals (1, 2, 2, 4), and the tables made of them.

Among equals the quicker total response time is listed first, then who joined first.
"""

from collections.abc import Iterable, Sequence

from coordinator.engine import history
from coordinator.engine.players import Player
from quickpoll.protocol import LeaderboardEntry


def in_order(players: Iterable[Player]) -> list[Player]:
    """The players, best first."""
    return sorted(players, key=lambda player: (-player.points, player.response_total_ms, player.number))


def assign_ranks(ordered: Sequence[Player]) -> set[str]:
    """Gives each player of the ordered list a rank; returns the ids of those whose rank is another now."""
    changed = set()
    rank, points = 0, None
    for place, player in enumerate(ordered, 1):
        if player.points != points:
            rank, points = place, player.points
        if player.rank != rank:
            player.rank = rank
            changed.add(player.id)
    return changed


def entries(ordered: Sequence[Player], question: int | None, count: int) -> tuple[LeaderboardEntry, ...]:
    """The first lines of the table after a question; None: none was closed."""
    return tuple(_entry(player, question) for player in ordered[:count])


def _entry(player: Player, question: int | None) -> LeaderboardEntry:
    outcome = None if question is None else history.outcome_of(player, question)
    result = player.result or outcome
    return LeaderboardEntry(
        rank=player.rank or 0,
        player_id=player.id,
        name=player.name,
        avatar=player.avatar,
        points=player.points,
        delta=result.points if result is not None else 0,
        previous_rank=player.previous_rank,
        streak=player.streak,
    )
