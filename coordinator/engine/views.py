"""What each audience may know of a session.

The solution leaves the engine through this file and `report.py` alone, after the question was closed. Nothing before
depends on it.
"""

from msgspec import UNSET, UnsetType

from coordinator.engine import kinds, scoring
from coordinator.engine.state import Player, Session
from quickpoll.protocol import (
    HostPlayer,
    NewQuestion,
    Phase,
    PublicQuestion,
    QuestionResults,
    Role,
    SessionView,
    You,
    YourFinal,
)


def public_question(session: Session) -> PublicQuestion:
    """The current question without its solution."""
    question, head = session.question, session.head
    return kinds.of(question).public(question, head.question, len(session.quiz.questions))


def new_question(session: Session) -> NewQuestion:
    """The broadcast that opens the current question."""
    head = session.head
    return NewQuestion(
        seq=session.next_seq(), question=public_question(session), opens_at=head.opens_at, closes_at=head.closes_at
    )


def results(session: Session) -> QuestionResults:
    """The broadcast that closes the current question."""
    question, head = session.question, session.head
    return QuestionResults(
        seq=session.next_seq(),
        question=head.question,
        correct=kinds.of(question).correct(question),
        counts=tuple(head.counts),
        answered=head.answered,
        total=session.total,
        explanation=question.explanation,
        advances_at=head.advance_at,
    )


def session_view(session: Session, now: int, role: Role) -> SessionView:
    """All that a page of this role needs to draw itself from nothing, at `now`."""
    head, phase = session.head, session.head.phase
    asking, judged, ended = phase is Phase.QUESTION, phase is Phase.RESULTS, phase is Phase.ENDED
    return SessionView(
        code=session.code,
        title=session.quiz.title,
        phase=phase,
        seq=head.seq,
        locked=head.locked,
        player_count=session.connected,
        settings=head.settings,
        server_time=now,
        host_connected=bool(head.host_connections),
        paused=head.paused,
        question=public_question(session) if asking or judged else UNSET,
        opens_at=head.opens_at if asking else UNSET,
        closes_at=head.closes_at if asking else UNSET,
        answered=head.answered if asking else head.results.answered if judged and head.results else UNSET,
        total=_total(session),
        results=head.results if judged and head.results else UNSET,
        leaderboard=head.leaderboard if (judged or ended) and head.leaderboard else UNSET,
        podium=head.podium if ended else UNSET,
        players=_host_players(session) if role is Role.HOST else UNSET,
        advances_at=head.advance_at if judged else UNSET,
    )


def _total(session: Session) -> int | UnsetType:
    """Of whom the count of answers is; at the end, how many have played."""
    head = session.head
    match head.phase:
        case Phase.QUESTION:
            return session.total
        case Phase.RESULTS:
            return head.results.total if head.results else UNSET
        case Phase.ENDED:
            return head.played
        case _:
            return UNSET


def you(session: Session, player: Player) -> You:
    """A player's own part of `resumed`."""
    answer = player.answer if session.has_answered(player) else None
    result = player.result if session.head.phase in (Phase.RESULTS, Phase.ENDED) else None
    return You(
        player_id=player.id,
        name=player.name,
        avatar=player.avatar,
        total_points=player.points,
        rank=player.rank,
        streak=player.streak,
        answered=answer is not None,
        answer=answer.choice if answer else None,
        extra_time_percent=player.extra_time_percent,
        asks_extra_time=player.asks_extra_time,
        closes_at=own_closes_at(session, player) if session.head.phase is Phase.QUESTION else UNSET,
        result=result or UNSET,
        final=your_final(session, player) if session.head.phase is Phase.ENDED else UNSET,
    )


def own_closes_at(session: Session, player: Player) -> int:
    """The last moment at which this player's answer to the current question counts."""
    limit_ms = scoring.own_limit_ms(session.question.time_limit_ms, session.extra_percent(player))
    return session.head.opens_at + limit_ms


def your_final(session: Session, player: Player) -> YourFinal:
    """A player's own part of the end."""
    return YourFinal(
        rank=player.rank or 0,
        points=player.points,
        correct=player.correct,
        questions=len(session.quiz.questions),
        best_streak=player.best_streak,
        average_response_ms=player.answered_total_ms // player.answered if player.answered else None,
    )


def _host_players(session: Session) -> tuple[HostPlayer, ...]:
    return tuple(
        HostPlayer(
            id=player.id,
            name=player.name,
            avatar=player.avatar,
            connected=player.connection is not None,
            answered=session.has_answered(player),
            points=player.points,
            extra_time_percent=player.extra_time_percent,
            asks_extra_time=player.asks_extra_time,
        )
        for player in session.players.values()
    )
