"""Counts and lists that grow with a session: who came and went, how many have answered.

They are told at once, but at a limited rate: to the host ten times a second, to players once a second in the
lobby and every two during a question, so the traffic to a player does not grow with the players. What is written is
shown to the host four times a second, where the host lets it. What is not said at once is kept in `head.pending`, and
its time is a deadline of the session.
"""

from typing import Final

from msgspec import UNSET

from coordinator.engine import views
from coordinator.engine.effects import Effects, ToEach, ToMany
from coordinator.engine.players import Player
from coordinator.engine.state import Session, Standing, Untold
from quickpoll.envelope import Audience, ConnectionId
from quickpoll.protocol import (
    HOST_PROGRESS_INTERVAL_MS,
    LIVE_INTERVAL_MS,
    LOBBY_INTERVAL_MS,
    PLAYER_PROGRESS_INTERVAL_MS,
    AnswerProgress,
    ExtraTimeAsked,
    LiveShown,
    Lobby,
    Phase,
    PlayersJoined,
    PlayersLeft,
    PlayersReturned,
    RosterEntry,
    ServerMessage,
)

SLACK_MS: Final = 150
"""Answers that come thick and fast carry the counts with them; a Tick of their own costs as much as a batch."""


def standing(player: Player) -> Standing:
    """How a player who has a seat stands now."""
    return Standing.AWAY if player.connection is None else Standing.CONNECTED


def note_player(session: Session, player_id: str, before: Standing) -> None:
    """A player has come or gone; `before` is how the player stood until then."""
    pending = session.head.pending
    pending.players_stale = True
    if session.head.host_connections:
        pending.standings.setdefault(player_id, before)
        pending.host_counts_stale = True


def note_answer(session: Session, player_id: str) -> None:
    """An answer was accepted."""
    pending = session.head.pending
    pending.players_stale = True
    if session.head.host_connections:
        pending.answered.append(player_id)
        pending.host_counts_stale = True
    note_written(session)


def note_written(session: Session) -> None:
    """What is written to the open question has changed, or what may be shown of it."""
    if session.head.host_connections and views.tells_live(session):
        session.head.pending.live_stale = True


def show_live(session: Session, effects: Effects, *, shown: bool) -> None:
    """Shows on the host's devices what is written before the close, or no longer."""
    if session.head.shows_live != shown:
        session.head.live = shown
        session.head.pending.live_stale = views.tells_live(session)
        effects.said.append(ToMany(Audience.HOST, LiveShown(shown=shown)))


def note_ask(session: Session, player_id: str) -> None:
    """A player asks for extra time."""
    if session.head.host_connections:
        session.head.pending.asked.append(player_id)


def host_knows_all(session: Session, now: int) -> None:
    """The host has just got the whole picture, or is away."""
    pending = session.head.pending
    session.head.pending = Untold(
        told_host_at=now,
        players_stale=pending.players_stale,
        told_players_at=pending.told_players_at,
        live_stale=pending.live_stale,
        told_live_at=pending.told_live_at,
    )


def tell_device(session: Session, connection: ConnectionId, effects: Effects) -> None:
    """Says to one device of the host what it does not know yet; the other is about to get the whole picture."""
    effects.said.extend(ToEach(((connection, message),)) for message in _for_host(session))


def counts_are_void(session: Session) -> None:
    """A question was opened or closed: what was not yet said of answers is of no use now."""
    pending = session.head.pending
    pending.answered = []
    pending.host_counts_stale = pending.players_stale = pending.live_stale = False


def next_deadline(session: Session) -> int | None:
    """When something is to be said at the latest, in ms: when it is due, the next entry may bring it along."""
    due_at = (_host_due_at(session), _players_due_at(session), _live_due_at(session))
    return min((at + SLACK_MS for at in due_at if at is not None), default=None)


def tell_host_now(session: Session, now: int, effects: Effects) -> None:
    """Says to the host whatever is still held back: a question is about to close."""
    if _host_due_at(session) is not None:
        effects.said.extend(ToMany(Audience.HOST, message) for message in _for_host(session))
        host_knows_all(session, now)


def say(session: Session, now: int, effects: Effects) -> None:
    """Says what may be said by now."""
    host_due_at, players_due_at, live_due_at = _host_due_at(session), _players_due_at(session), _live_due_at(session)
    if host_due_at is not None and now >= host_due_at:
        tell_host_now(session, now, effects)
    if players_due_at is not None and now >= players_due_at:
        effects.said.append(ToMany(Audience.PLAYERS, _for_players(session)))
        session.head.pending.players_stale = False
        session.head.pending.told_players_at = now
    if live_due_at is not None and now >= live_due_at and (live := views.live_tally(session)):
        effects.said.append(ToMany(Audience.HOST, live))
        session.head.pending.live_stale = False
        session.head.pending.told_live_at = now


def _host_due_at(session: Session) -> int | None:
    pending = session.head.pending
    if pending.standings or pending.asked or (pending.host_counts_stale and session.head.phase is Phase.QUESTION):
        return pending.told_host_at + HOST_PROGRESS_INTERVAL_MS
    return None


def _players_due_at(session: Session) -> int | None:
    pending = session.head.pending
    if not pending.players_stale or session.head.phase not in (Phase.LOBBY, Phase.QUESTION):
        return None
    in_lobby = session.head.phase is Phase.LOBBY
    return pending.told_players_at + (LOBBY_INTERVAL_MS if in_lobby else PLAYER_PROGRESS_INTERVAL_MS)


def _live_due_at(session: Session) -> int | None:
    pending = session.head.pending
    is_due = pending.live_stale and session.head.host_connections and views.tells_live(session)
    return pending.told_live_at + LIVE_INTERVAL_MS if is_due else None


def _for_players(session: Session) -> ServerMessage:
    head = session.head
    if head.phase is Phase.LOBBY:
        return Lobby(player_count=session.connected)
    return AnswerProgress(question=head.question, answered=head.answered, total=session.total)


def _for_host(session: Session) -> list[ServerMessage]:
    head, pending, count = session.head, session.head.pending, session.connected
    joined: list[RosterEntry] = []
    returned: list[str] = []
    gone: dict[str, list[str]] = {"left": [], "kicked": [], "disconnected": []}
    for player_id, before in pending.standings.items():
        player = session.players.get(player_id)
        if player is None:
            if before is not Standing.ABSENT:
                gone["kicked" if player_id in pending.kicked else "left"].append(player_id)
            continue
        if before is Standing.ABSENT:
            joined.append(RosterEntry(player.id, player.name, player.avatar, player.withheld_name or UNSET))
        if player.connection is None and before is not Standing.AWAY:
            gone["disconnected"].append(player_id)
        elif player.connection is not None and before is Standing.AWAY:
            returned.append(player_id)
    messages: list[ServerMessage] = []
    if joined:
        messages.append(PlayersJoined(players=tuple(joined), player_count=count))
    if returned:
        messages.append(PlayersReturned(player_ids=tuple(returned), player_count=count))
    for reason in ("left", "kicked", "disconnected"):
        if gone[reason]:
            messages.append(PlayersLeft(player_ids=tuple(gone[reason]), player_count=count, reason=reason))
    asked = tuple(player_id for player_id in dict.fromkeys(pending.asked) if _asks(session, player_id))
    if asked:
        messages.append(ExtraTimeAsked(player_ids=asked))
    if pending.host_counts_stale and head.phase is Phase.QUESTION:
        messages.append(
            AnswerProgress(
                question=head.question,
                answered=head.answered,
                total=session.total,
                player_ids=tuple(pending.answered),
            )
        )
    return messages


def _asks(session: Session, player_id: str) -> bool:
    player = session.players.get(player_id)
    return player is not None and player.asks_extra_time
