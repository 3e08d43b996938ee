"""What each audience may know of a session.

The solution leaves the engine through this file and `report.py` alone, after the question was closed. Nothing before
depends on it.
"""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from coordinator.engine import discrimination, history, kinds, ranking, scoring, tallying
from coordinator.engine.history import Outcome
from coordinator.engine.players import Player
from coordinator.engine.state import Decision, Session
from quickpoll.protocol import (
    LEADERBOARD_ENTRIES,
    PODIUM_ENTRIES,
    AcceptedText,
    EarlierResults,
    HostPlayer,
    Leaderboard,
    LeaderboardEntry,
    LiveTally,
    NewQuestion,
    Phase,
    PublicQuestion,
    QuestionResults,
    Role,
    RulingMade,
    SessionView,
    Solution,
    You,
    YourFinal,
    YourResult,
)


def public_question(session: Session) -> PublicQuestion:
    """The current question without its solution."""
    question, head = session.question, session.head
    asked = kinds.of(question).public(question, head.question, len(session.quiz.questions))
    return replace(asked, time_limit_ms=session.limit_ms) if head.extended_ms else asked


def ranking_is_told(session: Session) -> bool:
    """Whether anybody but the host is told ranks and leaderboard in the session's phase; all messages go by this."""
    told = session.head.settings.ranking
    return told == "question" or (told == "end" and session.head.phase is Phase.ENDED)


def told_rank(session: Session, player: Player) -> int | None:
    """The rank that a player is told."""
    return player.rank if ranking_is_told(session) and session.head.settings.rank_on_players else None


def leaderboard(session: Session, ordered: Sequence[Player]) -> Leaderboard | None:
    """The broadcast of the first players of the ordered list; None where it is not told (yet)."""
    if not ranking_is_told(session):
        return None
    return Leaderboard(
        seq=session.next_seq(),
        question=session.head.question,
        entries=first(session, ordered, LEADERBOARD_ENTRIES),
        total=len(ordered),
    )


def first(session: Session, ordered: Sequence[Player], count: int) -> tuple[LeaderboardEntry, ...]:
    """The first lines of the table after the last closed question."""
    return ranking.entries(ordered, session.last_asked, count)


def podium(session: Session, ordered: Sequence[Player]) -> tuple[LeaderboardEntry, ...]:
    """The first players of the ordered list at the end; none where it is not told."""
    return first(session, ordered, PODIUM_ENTRIES) if ranking_is_told(session) else ()


def new_question(session: Session) -> NewQuestion:
    """The broadcast that opens the current question."""
    head = session.head
    return NewQuestion(
        seq=session.next_seq(),
        question=public_question(session),
        opens_at=head.opens_at,
        closes_at=head.closes_at,
        total=session.total,
    )


def results_of(session: Session, index: int) -> QuestionResults:
    """The broadcast with the results of a closed question, as the host gets it."""
    return _results(session, index, session.next_seq())


def earlier(session: Session) -> EarlierResults | None:
    """The results of an earlier question, if the host has them shown again."""
    index = session.head.earlier
    if index is None:
        return None
    question = session.quiz.questions[index]
    return EarlierResults(
        question=kinds.of(question).public(question, index, len(session.quiz.questions)),
        results=replace(_results(session, index, 0), advances_at=None, doubt=UNSET, withheld=UNSET),
    )


def _results(session: Session, index: int, seq: int) -> QuestionResults:
    question, head, tally = session.quiz.questions[index], session.head, session.head.tallies[index]
    kind, solution = kinds.of(question), solution_of(session, index)
    correct = correct_of(session, index)
    return QuestionResults(
        seq=seq,
        question=index,
        correct=correct,
        counts=kind.counts(question, tally.counts),
        answered=tally.answered,
        total=tally.total,
        explanation=question.explanation,
        advances_at=head.advance_at,
        solution=solution,
        tally=tallying.told(session, index, tally.counts),
        void=is_void(session, index) or UNSET,
        rulings=rulings_made(session, index),
        doubt=discrimination.doubt(session, index, correct) or UNSET,
        withheld=tallying.withheld(session, index) or UNSET,
    )


def tells_live(session: Session) -> bool:
    """Whether there is something to tell the host's devices of what is written, before the question is closed."""
    head = session.head
    if head.phase is not Phase.QUESTION or not head.answered:
        return False
    return head.shows_live and kinds.of(session.question).tells_live


def live_tally(session: Session) -> LiveTally | None:
    """What is written to the open question, for the host's devices; None where they are not told."""
    if not tells_live(session):
        return None
    live = session.live_texts()
    withheld = live.withheld() if session.head.settings.filter == "hold" else 0
    return LiveTally(question=session.head.question, tally=live.tally(), withheld=withheld or UNSET)


def solution_of(session: Session, index: int) -> Solution | None:
    """What is right in a closed question, with what rulings accept."""
    question = session.quiz.questions[index]
    solution = kinds.of(question).solution(question)
    for ruling in session.rulings_of(index):
        solution = _with_accepted(solution, ruling)
    return solution


def correct_of(session: Session, index: int) -> tuple[int, ...]:
    """The options that are right in a closed question, with those that rulings accept."""
    question, solution = session.quiz.questions[index], solution_of(session, index)
    return solution.correct if solution and solution.correct is not UNSET else kinds.of(question).correct(question)


def is_void(session: Session, index: int) -> bool:
    """Whether a closed question was skipped or ruled out."""
    return index in session.head.void or any(one.ruling.void for one in session.rulings_of(index))


def rulings_made(session: Session, index: int) -> tuple[RulingMade, ...] | UnsetType:
    """The rulings that hold for a question, as they are told; UNSET: none."""
    return tuple(RulingMade(number=one.number, ruling=one.ruling) for one in session.rulings_of(index)) or UNSET


def _with_accepted(solution: Solution | None, made: Decision) -> Solution | None:
    """A solution with what a ruling accepts, too."""
    accept, share = made.ruling.accept, made.ruling.share
    if solution is None or accept is None:
        return solution
    if isinstance(accept, int) and solution.correct is not UNSET:
        others = {option for option in solution.correct if option != accept}
        return replace(solution, correct=tuple(sorted(others | {accept} if share == 100 else others)))
    if isinstance(accept, str) and solution.accepted is not UNSET and share:
        return replace(solution, accepted=(*solution.accepted, AcceptedText(accept, share)))
    return solution


def results_for(results: QuestionResults, role: Role) -> QuestionResults:
    """The broadcast that closes a question, as this role gets it."""
    return results if role is Role.HOST else tallying.for_players(replace(results, doubt=UNSET, withheld=UNSET))


def session_view(session: Session, now: int, role: Role) -> SessionView:
    """All that a page of this role needs to draw itself from nothing, at `now`."""
    head, phase = session.head, session.head.phase
    asking, judged, ended = phase is Phase.QUESTION, phase is Phase.RESULTS, phase is Phase.ENDED
    live = live_tally(session) if role is Role.HOST else None
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
        stopped_at=head.stopped_at if asking else UNSET,
        answered=head.answered if asking else head.results.answered if judged and head.results else UNSET,
        total=_total(session),
        live=head.shows_live if role is Role.HOST else UNSET,
        live_tally=live or UNSET,
        results=results_for(head.results, role) if judged and head.results else UNSET,
        notes=session.question.notes if role is Role.HOST and (asking or judged) else UNSET,
        leaderboard=head.leaderboard if (judged or ended) and head.leaderboard else UNSET,
        podium=head.podium if ended else UNSET,
        tied=head.tied if ended else UNSET,
        players=_host_players(session) if role is Role.HOST else UNSET,
        earlier=(earlier(session) or UNSET) if role is Role.HOST and (judged or ended) else UNSET,
        advances_at=head.advance_at if judged else UNSET,
        continues_in=head.continues_in or UNSET,
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
    is_judged = session.head.phase in (Phase.RESULTS, Phase.ENDED)
    return You(
        player_id=player.id,
        name=player.name,
        avatar=player.avatar,
        total_points=player.points,
        rank=told_rank(session, player),
        streak=player.streak,
        answered=answer is not None,
        answer=answer.choice if answer else None,
        extra_time_percent=player.extra_time_percent,
        asks_extra_time=player.asks_extra_time,
        closes_at=own_closes_at(session, player) if session.head.phase is Phase.QUESTION else UNSET,
        result=(is_judged and last_result(session, player)) or UNSET,
        revised=(is_judged and player.revised) or UNSET,
        final=your_final(session, player) if session.head.phase is Phase.ENDED else UNSET,
        name_withheld=bool(player.withheld_name) or UNSET,
    )


def your_result(session: Session, player: Player, index: int, outcome: Outcome) -> YourResult:
    """What a player is told of a closed question, with the sums of now."""
    return YourResult(
        question=index,
        answered=outcome.packed is not None,
        correct=None if outcome.share is None else outcome.share == 100,
        points=outcome.points,
        total_points=player.points,
        rank=told_rank(session, player),
        streak=player.streak,
        response_ms=outcome.response_ms,
        share=outcome.share,
    )


def last_result(session: Session, player: Player) -> YourResult | None:
    """What a player was told of the last closed question; None for those who have joined since."""
    index = session.last_asked
    if player.result is not None or index is None:
        return player.result
    outcome = history.outcome_of(player, index)
    if outcome is None:
        return None
    result = your_result(session, player, index, outcome)
    return result if session.head.settings.ranking == "question" else replace(result, rank=None)


def own_closes_at(session: Session, player: Player) -> int | None:
    """The last moment at which this player's answer to the current question counts; None: there is none."""
    if session.head.closes_at is None or session.limit_ms is None:
        return None
    return session.head.opens_at + scoring.own_limit_ms(session.limit_ms, session.extra_percent(player))


def your_final(session: Session, player: Player) -> YourFinal:
    """A player's own part of the end."""
    return YourFinal(
        rank=told_rank(session, player),
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
            withheld=player.withheld_name or UNSET,
            seat_offered=player.seat_offered or UNSET,
        )
        for player in session.players.values()
    )
