"""Extra time for players who need it: they ask, the host sets it.

It makes a player's own limit longer and costs nothing: points are computed against that limit, and the time
that decides among equals is scaled back (`scoring.py`). What is set during a question holds from the next on.
"""

from coordinator.engine import log_chain, progress, records
from coordinator.engine.effects import Effects, ToEach, ToMany
from coordinator.engine.players import Player
from coordinator.engine.state import Session
from coordinator.engine.turn import Turn
from quickpoll.envelope import Audience
from quickpoll.protocol import ExtraTimePercent, ExtraTimeSet, Ok, YourExtraTime


def ask(turn: Turn, player: Player) -> None:
    """A player asks; asking again before the host has set it changes nothing."""
    if not player.asks_extra_time:
        player.asks_extra_time = True
        turn.effects.touched.add(player.id)
        progress.note_ask(turn.session, player.id)
    turn.reply(Ok(reply_to=turn.reply_to))


def set_percent(session: Session, player_id: str, percent: ExtraTimePercent, now: int, effects: Effects) -> None:
    """Sets a player's extra time from the next question on; for one who is not there any more, nothing."""
    player = session.players.get(player_id)
    if player is None:
        return
    log_chain.note(session, records.ExtraTime(now, player.number, percent), effects)
    player.extra_time_before = session.extra_percent(player)
    player.extra_time_from = session.head.question + 1
    player.extra_time_percent = percent
    player.asks_extra_time = False
    effects.touched.add(player.id)
    effects.said.append(ToMany(Audience.HOST, ExtraTimeSet(player_id=player.id, percent=percent)))
    if player.connection is not None:
        effects.said.append(ToEach(((player.connection, YourExtraTime(percent=percent)),)))
