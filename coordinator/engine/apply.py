"""Applies one entry to one session.

Before anything else an entry runs the deadlines that lie before it, so it does not matter whether a
Tick came. Then: who may send the command, whether it was done already, whether the phase allows it,
and at last the rule itself. Whatever a client sent ends in exactly one CommandReply.
"""

from typing import Any, Final, assert_never

from coordinator.engine import (
    agenda,
    answers,
    continuing,
    curating,
    extra_time,
    kinds,
    lobby,
    log_chain,
    naming,
    offering,
    progress,
    question,
    records,
    report,
    rulings,
)
from coordinator.engine.effects import Effects
from coordinator.engine.lobby import create
from coordinator.engine.state import Head, Session
from coordinator.engine.turn import Declined, Drawn, Turn
from quickpoll.envelope import Command, Disconnected, Entry, GatewayLost, Tick
from quickpoll.protocol import (
    AskExtraTime,
    AskQuestion,
    ChooseQuestion,
    CloseQuestion,
    ContinueIn,
    CreateSession,
    EndSession,
    ErrorCode,
    ExtendQuestion,
    GetAgenda,
    GetAnswers,
    GetLog,
    GetResults,
    HostCommand,
    JoinSession,
    KickPlayer,
    LeaveSession,
    LockSession,
    MergeAnswers,
    NextQuestion,
    OfferSeat,
    Ok,
    PauseQuiz,
    Phase,
    PlayerCommand,
    ResumeSession,
    Role,
    Rule,
    SessionCommand,
    SetExtraTime,
    ShowAnswer,
    ShowEarlier,
    ShowLive,
    ShowName,
    SkipQuestion,
    StartQuiz,
    StopClock,
    SubmitAnswer,
    UndoRuling,
)

__all__ = ["apply", "create", "next_deadline"]


REMEMBERED_HOST_COMMANDS: Final = 32

_ABOUT_A_QUESTION: Final = (
    StartQuiz,
    NextQuestion,
    CloseQuestion,
    SkipQuestion,
    ExtendQuestion,
    StopClock,
    AskQuestion,
    ChooseQuestion,
)
"""Commands that may say which question they mean."""

_NOT_FOR_YOU: Final[dict[Role | None, str]] = {
    None: "This connection is in a session already. Leave it, or open another connection.",
    Role.HOST: "Only the host can do this.",
    Role.PLAYER: "Only players can do this. Join the session first.",
}


def apply(session: Session, entry: Entry, now: int, drawn: Drawn) -> Effects:
    """Applies an entry, and changes the session in place.

    Args:
        session: the session that the entry is for.
        entry: what came by the partition's stream.
        now: the time of the entry in ms; never less than at the entry before.
        drawn: `player_id` for a `join_session`.

    Returns:
        What is to be said, and which players must be stored or forgotten.
    """
    effects = Effects()
    _run_deadlines(session, now, effects)
    match entry:
        case Command():
            _obey(Turn(session, entry, now, drawn, effects))
        case Disconnected():
            lobby.connection_closed(session, entry, now, effects)
        case GatewayLost():
            lobby.gateway_lost(session, entry.gateway, now, effects)
        case Tick():
            pass
        case _:
            assert_never(entry)
    progress.say(session, now, effects)
    return effects


def next_deadline(session: Session) -> int | None:
    """When the next Tick is due, in ms; None when the session is over."""
    if session.head.closed:
        return None
    deadlines = (session.head.idle_at, question.next_deadline(session), progress.next_deadline(session))
    return min(at for at in deadlines if at is not None)


def _run_deadlines(session: Session, now: int, effects: Effects) -> None:
    if session.head.closed:
        return
    if now >= session.head.idle_at:
        if not lobby.is_attended(session):
            lobby.close_session(session, "idle", effects)
            return
        session.head.idle_at = now + session.head.idle_ms
    question.run_deadlines(session, now, effects)


def _obey(turn: Turn) -> None:
    body = turn.command.body
    try:
        _check_session(turn)
        _check_role(turn)
        match body:
            case PlayerCommand():
                _by_player(turn, body)
            case HostCommand():
                _by_host(turn, body)
            case _:
                _by_newcomer(turn, body)
    except Declined as refused:
        turn.refuse(refused)


def _check_session(turn: Turn) -> None:
    head, identity, body = turn.session.head, turn.command.identity, turn.command.body
    if identity is not None and identity.nonce != head.nonce:
        raise Declined(ErrorCode.SESSION_NOT_FOUND, "That session is over. Ask the host for a new code.")
    if not head.closed:
        lobby.heard_from_client(head, turn.now)
    elif not isinstance(body, EndSession | LeaveSession):
        raise Declined(ErrorCode.SESSION_ENDED, "This session is over.")


def _check_role(turn: Turn) -> None:
    body, identity = turn.command.body, turn.command.identity
    # With `resume_session` comes what its token proves; the connection itself has no role yet.
    role = identity.role if identity is not None and not isinstance(body, ResumeSession) else None
    if role is not body.by:
        raise Declined(ErrorCode.FORBIDDEN, _NOT_FOR_YOU[body.by])


def _check_phase(turn: Turn) -> None:
    body = turn.command.body
    if turn.session.head.phase not in body.phases:
        raise Declined(*body.otherwise)


def _by_player(turn: Turn, body: PlayerCommand[Any]) -> None:
    identity = turn.command.identity
    player = turn.session.players.get(identity.player_id) if identity is not None else None
    if player is None:
        # A player who has left may say so again; this also answers what was sent just before the session ended.
        if isinstance(body, LeaveSession):
            turn.reply(Ok(reply_to=turn.reply_to), unbind=True)
            return
        raise Declined(ErrorCode.FORBIDDEN, "You are no longer in this session. Join again to keep playing.")
    if player.connection != turn.command.connection:
        raise Declined(ErrorCode.FORBIDDEN, "You are connected elsewhere. Resume here to play on this device.")
    _check_phase(turn)
    match body:
        case SubmitAnswer():
            question.submit_answer(turn, body, player)
        case AskExtraTime():
            extra_time.ask(turn, player)
        case LeaveSession():
            lobby.leave(turn, player)
        case _:
            raise NotImplementedError(type(body).__name__)


def _by_newcomer(turn: Turn, body: SessionCommand) -> None:
    match body:
        case CreateSession():
            lobby.create_again(turn)
        case ResumeSession():
            lobby.resume(turn)
        case JoinSession():
            if not lobby.join_again(turn, body):
                _check_phase(turn)
                lobby.join(turn, body)
        case _:
            raise NotImplementedError(type(body).__name__)
    # Who comes back to a question that nobody was connected to may be the only one it waited for.
    question.close_if_over(turn.session, turn.now, turn.effects)


def _remember(head: Head, done: str) -> None:
    head.recent_host_ids = [*head.recent_host_ids[1 - REMEMBERED_HOST_COMMANDS :], done]


def _by_host(turn: Turn, body: HostCommand[Any]) -> None:
    session, head, command = turn.session, turn.session.head, turn.command
    # Type and device too: clients that number their commands from 1 after each reload must not be fooled.
    device = "remote" if command.connection == head.remote and not isinstance(body, EndSession) else "stage"
    done = f"{type(body).__name__} {device} {command.request_id}"
    if done in head.recent_host_ids:
        turn.reply(Ok(reply_to=turn.reply_to))
        return
    if head.closed:
        raise Declined(ErrorCode.SESSION_ENDED, "This session is over.")
    if command.connection not in head.host_connections:
        raise Declined(ErrorCode.FORBIDDEN, "The host is connected elsewhere. Resume here to take over.")
    if isinstance(body, Rule) and rulings.answered_before(turn, body, done):
        return
    _check_phase(turn)
    if isinstance(body, NextQuestion) and head.phase is Phase.QUESTION and kinds.of(session.question).is_asked:
        raise Declined(*body.otherwise)
    is_about_open = isinstance(body, CloseQuestion | SkipQuestion | ExtendQuestion | StopClock)
    if is_about_open and not kinds.of(session.question).is_asked:
        raise Declined(ErrorCode.WRONG_PHASE, "A slide is not answered. Go on with the next question.")
    meant = body.question if isinstance(body, _ABOUT_A_QUESTION) else None
    if meant not in {None, max(head.question, 0)}:
        raise Declined(ErrorCode.WRONG_PHASE, "Another question is already shown. Nothing was done.")
    if isinstance(body, GetResults):
        turn.reply(report.results(session, body.offset, turn.reply_to))
        return
    if isinstance(body, GetAnswers):
        turn.reply(answers.page(session, body.question, body.offset, turn.reply_to))
        return
    if isinstance(body, GetAgenda):
        turn.reply(agenda.listed(session, turn))
        return
    if isinstance(body, GetLog):
        turn.reply(report.log_page(session, turn.drawn.log_page, turn.reply_to))
        return
    if isinstance(body, ExtendQuestion | StopClock) and head.closes_at is None:
        raise Declined(ErrorCode.WRONG_PHASE, "This question has no time limit.")
    if isinstance(body, AskQuestion):
        agenda.check_added(session, body)
    if isinstance(body, ChooseQuestion):
        agenda.check_chosen(session, body)
    if isinstance(body, ContinueIn):
        continuing.check(session, body.code)
    if isinstance(body, ShowEarlier):
        question.check_earlier(session, body.question)
    if isinstance(body, Rule):
        rulings.rule(turn, body, done)
        return
    if isinstance(body, UndoRuling):
        rulings.undo(turn, body)
        _remember(head, done)
        return
    if isinstance(body, ShowAnswer):
        curating.show(turn, body)
        return
    if isinstance(body, MergeAnswers):
        curating.merge(turn, body)
        return
    _remember(head, done)
    turn.reply(Ok(reply_to=turn.reply_to))
    match body:
        case StartQuiz() | NextQuestion():
            log_chain.note(session, records.Next(turn.now), turn.effects)
            question.advance(session, turn.now, turn.effects)
        case CloseQuestion():
            log_chain.note(session, records.ClosesQuestion(turn.now), turn.effects)
            question.close(session, turn.now, turn.effects)
        case SkipQuestion():
            log_chain.note(session, records.Skips(turn.now), turn.effects)
            question.skip(session, turn.now, turn.effects)
        case ExtendQuestion():
            log_chain.note(session, records.Extends(turn.now, body.by_ms), turn.effects)
            question.extend(session, body.by_ms, turn.effects)
        case AskQuestion():
            agenda.add(turn, body)
        case ChooseQuestion():
            agenda.choose(turn, body)
        case ShowEarlier():
            question.show_earlier(session, body.question, turn.effects)
        case ShowLive():
            progress.show_live(session, turn.effects, shown=body.shown)
        case StopClock():
            log_chain.note(session, records.StopsClock(turn.now, body.stopped), turn.effects)
            question.stop_clock(session, turn.now, turn.effects, stopped=body.stopped)
        case KickPlayer():
            lobby.kick(session, body.player_id, turn.now, turn.effects)
        case ShowName():
            naming.show(session, body, turn.now, turn.effects)
        case OfferSeat():
            offering.offer(session, body, turn.effects)
        case LockSession():
            lobby.lock(session, turn.now, turn.effects, locked=body.locked)
        case PauseQuiz():
            question.pause(session, turn.now, turn.effects, paused=body.paused)
        case SetExtraTime():
            extra_time.set_percent(session, body.player_id, body.percent, turn.now, turn.effects)
        case ContinueIn():
            continuing.continue_in(session, body.code, turn.effects)
        case EndSession():
            lobby.close_session(session, "ended_by_host", turn.effects)
        case _:
            raise NotImplementedError(type(body).__name__)  # a test sends every command in every phase
