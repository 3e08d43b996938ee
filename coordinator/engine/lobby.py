"""Who is in a session: create, join, leave, kick, lock, resume, away and back, and its end.

One connection at a time acts as a player, as the host's stage or as the host's remote control: the newest wins, and
the one before is closed.
Names are compared by their key; a seat and its name stay taken while its player is away.
"""

from typing import Final

from msgspec import UNSET, UnsetType

from coordinator.engine import log_chain, moderation, naming, offering, progress, question, records, views
from coordinator.engine.effects import Close, CloseSession, Effects, ToMany
from coordinator.engine.players import Player
from coordinator.engine.state import Head, Session, Standing, Untold
from coordinator.engine.turn import Declined, Drawn, Turn
from quickpoll.envelope import Audience, Command, ConnectionId, Disconnected, Identity
from quickpoll.names import NameInvalid, normalise
from quickpoll.protocol import (
    CloseCode,
    CreateSession,
    ErrorCode,
    HostLeft,
    HostReturned,
    Joined,
    JoinSession,
    Kicked,
    Ok,
    Phase,
    Resumed,
    ResumeSession,
    Role,
    SessionClosed,
    SessionCreated,
    SessionLocked,
    You,
)

SEED_CHARACTERS: Final = 3
"""Of an avatar that nobody chose: a quarter of a million pictures, and ten of them are in each leaderboard."""
OVERTAKEN_RETRY_MS: Final = 1000


def create(command: Command, now: int, drawn: Drawn) -> tuple[Session, Effects]:
    """Opens a session.

    Args:
        command: with a `CreateSession` whose questions and options are already in the order to be played.
        now: the time of the entry in ms.
        drawn: an unused `code` of the partition, and a `nonce`.

    Returns:
        The session, and what is to be said.
    """
    body = command.body
    if not isinstance(body, CreateSession):
        raise TypeError(f"{type(body).__name__} does not open a session")
    head = Head(
        nonce=drawn.nonce,
        settings=body.settings,
        host=command.connection,
        host_bound_at=command.relayed_at,
        create_id=command.request_id,
        idle_at=now + drawn.idle_ms,
        idle_ms=drawn.idle_ms,
        pending=Untold(),
        own_words=body.own_words,
    )
    session = Session(drawn.code, body.quiz, head)
    effects = Effects()
    log_chain.begin(session, now, drawn, effects)
    _say_created(Turn(session, command, now, drawn, effects))
    return session, effects


def create_again(turn: Turn) -> None:
    """The command that opened this session was sent again: the same answer, nothing new."""
    if not _is_same_client(turn.command, turn.session.head.create_id, turn.session.head.host):
        raise Declined(ErrorCode.FORBIDDEN, "This session belongs to another host. Create one with another id.")
    _bind_host(turn)
    _say_created(turn)


def heard_from_client(head: Head, now: int) -> None:
    """A client sent something: the session is not idle."""
    if head.phase is not Phase.ENDED:
        head.idle_at = now + head.idle_ms


def is_attended(session: Session) -> bool:
    """Whether somebody is connected for whom the session has to stay; after the quiz that is the host alone.

    It is asked when `idle_at` has come: a break may be as long as it likes, and a clock that jumps ends nothing.
    """
    if session.head.host_connections:
        return True
    return session.head.phase is not Phase.ENDED and any(player.connection for player in session.players.values())


def join_again(turn: Turn, body: JoinSession) -> bool:
    """Answers a join that is sent again, or one to a seat that the host offers; returns whether it was one of these."""
    session, command = turn.session, turn.command
    try:
        key = normalise(body.name).key
    except NameInvalid:
        return False
    player = session.names.get(key)
    if player is None:
        return False
    if player.seat_offered:
        player.join_id = command.request_id
    if player.join_id != command.request_id:
        return False
    if player.connection is not None and not _is_same_client(command, player.join_id, player.connection):
        return False
    _bind_player(turn, player)
    _say_joined(turn, player, views.you(session, player))
    return True


def join(turn: Turn, body: JoinSession) -> None:
    """Gives a new player a seat."""
    session, head = turn.session, turn.session.head
    if head.locked:
        raise Declined(ErrorCode.SESSION_LOCKED, "The host has locked the session. Ask the host to unlock it.")
    if len(session.players) >= head.settings.max_players:
        raise Declined(ErrorCode.SESSION_FULL, f"All {head.settings.max_players} seats are taken.")
    try:
        name = normalise(body.name)
    except NameInvalid as invalid:
        raise Declined(ErrorCode.NAME_INVALID, str(invalid)) from None
    if session.is_taken(name):
        raise Declined(ErrorCode.NAME_TAKEN, naming.advise_other_name(session, name))
    withheld = name if moderation.is_withheld(turn, name) else None
    shown = naming.stand_in(session, head.next_number) if withheld else name
    player = Player(
        id=turn.drawn.player_id,
        number=head.next_number,
        name=shown.text,
        name_key=shown.key,
        withheld_name=withheld.text if withheld else "",
        withheld_key=withheld.key if withheld else "",
        avatar=body.avatar or turn.drawn.player_id[:SEED_CHARACTERS],
        join_id=turn.command.request_id,
        connection=turn.command.connection,
        bound_at=turn.command.relayed_at,
        response_total_ms=head.limits_total_ms,
        round_trip_ms=turn.command.round_trip_ms,
    )
    head.next_number += 1
    _log_joined(turn, player)
    session.seat(player)
    progress.note_player(session, player.id, Standing.ABSENT)
    turn.effects.touched.add(player.id)
    _say_joined(turn, player)


def _log_joined(turn: Turn, player: Player) -> None:
    typed = player.withheld_name or player.name
    said = (turn.now, player.number, player.id, typed, player.avatar, turn.command.round_trip_ms)
    joined = records.JoinedWithheld(*said, player.name) if player.withheld_name else records.PlayerJoined(*said)
    log_chain.note(turn.session, joined, turn.effects)


def resume(turn: Turn) -> None:
    """Makes the connection the host or the player that its token names."""
    identity = turn.command.identity
    if identity is None:
        raise Declined(ErrorCode.INVALID_TOKEN, "This token is not valid here. Join the session again.")
    if identity.role is Role.HOST:
        _resume_host(turn, identity, remote=isinstance(turn.command.body, ResumeSession) and turn.command.body.remote)
        return
    player = turn.session.players.get(identity.player_id)
    if player is None:
        raise Declined(ErrorCode.INVALID_TOKEN, "You are no longer in this session. Join again to keep playing.")
    _bind_player(turn, player)
    turn.reply(
        Resumed(
            role=Role.PLAYER,
            code=turn.session.code,
            player_id=player.id,
            session=views.session_view(turn.session, turn.now, Role.PLAYER),
            you=views.you(turn.session, player),
            reply_to=turn.reply_to,
        ),
        identity=identity,
    )


def _resume_host(turn: Turn, identity: Identity, *, remote: bool) -> None:
    session = turn.session
    _bind_host(turn, remote=remote)
    view = views.session_view(session, turn.now, Role.HOST)
    resumed = Resumed(
        role=Role.HOST,
        code=session.code,
        session=view,
        remote=remote,
        join_url=_join_url(turn),
        reply_to=turn.reply_to,
    )
    turn.reply(resumed, identity=identity)


def leave(turn: Turn, player: Player) -> None:
    """Gives up a player's seat and points."""
    turn.reply(Ok(reply_to=turn.reply_to), unbind=True)
    log_chain.note(turn.session, records.Left(turn.now, player.number), turn.effects)
    _remove(turn.session, player, turn.now, turn.effects)


def kick(session: Session, player_id: str, now: int, effects: Effects) -> None:
    """Removes a player; one who is not there any more is removed already."""
    player = session.players.get(player_id)
    if player is None:
        return
    if player.connection is not None:
        reason = "removed_by_host"
        effects.said.append(Close(player.connection, CloseCode.KICKED, reason, Kicked(reason=reason)))
    session.head.pending.kicked.append(player_id)
    log_chain.note(session, records.PlayerKicked(now, player.number), effects)
    _remove(session, player, now, effects)


def lock(session: Session, now: int, effects: Effects, *, locked: bool) -> None:
    """Refuses new players, or lets them in again."""
    if session.head.locked != locked:
        log_chain.note(session, records.Locked(now, locked), effects)
        session.head.locked = locked
        effects.said.append(ToMany(Audience.ALL, SessionLocked(seq=session.next_seq(), locked=locked)))


def connection_closed(session: Session, entry: Disconnected, now: int, effects: Effects) -> None:
    """The host or a player is away, unless another connection has taken over."""
    identity = entry.identity
    if session.head.closed or identity.nonce != session.head.nonce:
        return
    if identity.role is Role.HOST:
        _host_device_gone(session, entry.connection, now, effects)
        return
    player = session.players.get(identity.player_id)
    if player is not None and player.connection == entry.connection:
        _players_away(session, [player], now, effects)


def gateway_lost(session: Session, gateway: str, now: int, effects: Effects) -> None:
    """Everyone who was connected by this gateway is away."""
    for connection in session.head.host_connections:
        if connection.gateway == gateway:
            _host_device_gone(session, connection, now, effects)
    lost = [player for player in session.players.values() if player.connection and player.connection.gateway == gateway]
    if lost:
        _players_away(session, lost, now, effects)


def close_session(session: Session, reason: str, effects: Effects) -> None:
    """Ends the session for everyone; only its code remains, to say so."""
    head = session.head
    effects.said += (
        ToMany(Audience.ALL, SessionClosed(seq=session.next_seq(), reason=reason)),
        CloseSession(reason),
    )
    effects.removed.update(session.players)
    effects.touched.clear()
    session.clear()
    head.closed = True
    head.host = head.remote = None
    head.results, head.leaderboard, head.podium, head.tallies = None, None, (), []
    head.pending = Untold()


def _is_same_client(command: Command, known_id: str, connection: ConnectionId | None) -> bool:
    """Whether a command that was done under `known_id` comes again from the one who sent it the first time."""
    return command.request_id == known_id and (command.has_unguessable_id or command.connection == connection)


def _bind_host(turn: Turn, *, remote: bool = False) -> None:
    """Makes the connection the host's stage or remote; the other of the two stays."""
    session, head, connection = turn.session, turn.session.head, turn.command.connection
    older, other = (head.remote, head.host) if remote else (head.host, head.remote)
    bound_at = head.remote_bound_at if remote else head.host_bound_at
    _refuse_if_overtaken(turn, older, bound_at)
    if other == connection:
        other = None  # the same connection in the other part
    elif older is None and other is None:
        turn.effects.said.append(ToMany(Audience.PLAYERS, HostReturned(seq=session.next_seq())))
    if older is not None and older != connection:
        _close_older(older, turn.effects)
    if other is not None:
        progress.tell_device(session, other, turn.effects)
    head.host, head.remote = (other, connection) if remote else (connection, other)
    if remote:
        head.remote_bound_at = turn.command.relayed_at
    else:
        head.host_bound_at = turn.command.relayed_at
    progress.host_knows_all(session, turn.now)


def _bind_player(turn: Turn, player: Player) -> None:
    connection = turn.command.connection
    if player.connection == connection:
        return
    _refuse_if_overtaken(turn, player.connection, player.bound_at)
    linked = records.Connected(turn.now, player.number, turn.command.round_trip_ms)
    log_chain.note(turn.session, linked, turn.effects)
    if player.connection is None:
        progress.note_player(turn.session, player.id, Standing.AWAY)
        question.be_patient(turn.session, turn.now)
    else:
        _close_older(player.connection, turn.effects)
    turn.session.set_connection(player, connection)
    offering.end(player, turn.effects)
    player.round_trip_ms = turn.command.round_trip_ms
    player.bound_at = turn.command.relayed_at
    turn.effects.touched.add(player.id)


def _refuse_if_overtaken(turn: Turn, bound: ConnectionId | None, bound_at: int) -> None:
    """A command that a gateway could not hand on for a while must not take the place of a newer connection.

    Whoever sent it has most likely gone there. One that has not, at a gateway whose clock lags, gets through by
    trying again.
    """
    came_at = turn.command.relayed_at
    if bound is not None and bound != turn.command.connection and 0 < came_at < bound_at:
        message = "You have since connected again. Try again to play on here."
        raise Declined(ErrorCode.UNAVAILABLE, message, OVERTAKEN_RETRY_MS)


def _close_older(connection: ConnectionId, effects: Effects) -> None:
    effects.said.append(Close(connection, CloseCode.CONNECTED_ELSEWHERE, "connected elsewhere"))


def _host_device_gone(session: Session, connection: ConnectionId, now: int, effects: Effects) -> None:
    """The host is away when the last device is gone; one that another has replaced does not matter."""
    head = session.head
    if connection == head.host:
        head.host = None
    elif connection == head.remote:
        head.remote = None
    else:
        return
    if not head.host_connections:
        head.idle_at = now + head.idle_ms
        progress.host_knows_all(session, now)
        effects.said.append(ToMany(Audience.PLAYERS, HostLeft(seq=session.next_seq())))


def _players_away(session: Session, players: list[Player], now: int, effects: Effects) -> None:
    log_chain.note(session, records.Away(now, tuple(player.number for player in players)), effects)
    question.be_patient(session, now)
    heard_from_client(session.head, now)
    for player in players:
        progress.note_player(session, player.id, Standing.CONNECTED)
        session.set_connection(player, None)
        effects.touched.add(player.id)
    question.close_if_over(session, now, effects)


def _remove(session: Session, player: Player, now: int, effects: Effects) -> None:
    progress.note_player(session, player.id, progress.standing(player))
    session.unseat(player)
    progress.note_written(session)
    effects.touched.discard(player.id)
    effects.removed.add(player.id)
    question.close_if_over(session, now, effects)


def _say_created(turn: Turn) -> None:
    session = turn.session
    turn.reply(
        SessionCreated(
            code=session.code,
            host_token="",  # signed from `identity` by whoever encodes this
            join_url=_join_url(turn),
            session=views.session_view(session, turn.now, Role.HOST),
            reply_to=turn.reply_to,
        ),
        identity=session.host_identity,
    )


def _say_joined(turn: Turn, player: Player, you: You | UnsetType = UNSET) -> None:
    session = turn.session
    turn.reply(
        Joined(
            code=session.code,
            player_id=player.id,
            player_token="",  # signed from `identity` by whoever encodes this
            name=player.name,
            avatar=player.avatar,
            session=views.session_view(session, turn.now, Role.PLAYER),
            name_withheld=bool(player.withheld_name) or UNSET,
            you=you,
            reply_to=turn.reply_to,
        ),
        identity=session.player_identity(player.id),
    )


def _join_url(turn: Turn) -> str:
    return f"{turn.command.base_url}/join/{turn.session.code}"
