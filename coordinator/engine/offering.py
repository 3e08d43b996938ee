"""The seat of a player who is away, offered by the host to whoever joins by the same name.

A phone that has forgotten its token (a private window, the browser inside a messenger) is a stranger to the session:
the name is taken, by its own player. The host knows who it is, and nothing else could prove it.
"""

from coordinator.engine.effects import Effects, ToMany
from coordinator.engine.players import Player
from coordinator.engine.state import Session
from quickpoll.envelope import Audience
from quickpoll.protocol import OfferSeat, SeatOffered


def offer(session: Session, body: OfferSeat, effects: Effects) -> None:
    """Offers a seat until its player is back, or no longer; for one who is here, or has left, nothing."""
    player = session.players.get(body.player_id)
    if player is not None and player.connection is None:
        _set(player, body.offered, effects)


def end(player: Player, effects: Effects) -> None:
    """The player is back."""
    _set(player, False, effects)


def _set(player: Player, offered: bool, effects: Effects) -> None:
    if player.seat_offered != offered:
        player.seat_offered = offered
        effects.touched.add(player.id)
        effects.said.append(ToMany(Audience.HOST, SeatOffered(player_id=player.id, offered=offered)))
