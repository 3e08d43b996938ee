"""The names under which players are shown.

A name that the filter withholds has a stand-in wherever names are told, so that only the host sees what was typed. That
is taken, too: nobody else can have it, and it is there when the host shows it.
"""

from collections.abc import Sequence
from itertools import count

from msgspec import UNSET
from msgspec.structs import replace

from coordinator.engine import log_chain, question, records, views
from coordinator.engine.effects import Effects, ToMany
from coordinator.engine.players import Player
from coordinator.engine.state import Session
from quickpoll.envelope import Audience
from quickpoll.names import Name, NameInvalid, normalise
from quickpoll.protocol import MAX_NAME_CHARACTERS, LeaderboardEntry, Phase, PlayerRenamed, Settings, ShowName


def advise_other_name(session: Session, name: Name) -> str:
    """Tells somebody whose name is taken which one is free."""
    taken = f"is called {name.text} already" if name.key in session.names else f"has a name that looks like {name.text}"
    for number in range(2, 100):
        suffix = f" {number}"
        free = normalise(name.text[: MAX_NAME_CHARACTERS - len(suffix)] + suffix)
        if not session.is_taken(free):
            return f"Somebody here {taken}. {free.text} is free."
    return f"Somebody here {taken}. Choose another name."


def stand_in(session: Session, number: int) -> Name:
    """A name that is not taken, for the player of this number."""
    word = session.head.settings.stand_in
    names = (_numbered(word, place) for place in count(number + 1))
    return next(name for name in names if not session.is_taken(name))


def show(session: Session, body: ShowName, now: int, effects: Effects) -> None:
    """Shows the name that a player typed, or a stand-in for it; nothing happens where it is so already."""
    player = session.players.get(body.player_id)
    if player is None or body.shown != bool(player.withheld_name):
        return
    log_chain.note(session, records.ShowsName(now, player.number, body.shown), effects, at_end=True)
    if body.shown:
        session.rename(player, normalise(player.withheld_name))
    else:
        session.rename(player, stand_in(session, player.number), normalise(player.name))
    effects.touched.add(player.id)
    _tell(session, player, effects)


def _numbered(word: str, number: int) -> Name:
    try:
        return normalise(f"{word} {number}")
    except NameInvalid:
        return normalise(f"{Settings().stand_in} {number}")


def _tell(session: Session, player: Player, effects: Effects) -> None:
    """Everyone hears of it, and what was told with the name before has the new one now."""
    head = session.head
    renamed = PlayerRenamed(seq=session.next_seq(), player_id=player.id, name=player.name)
    for_host = replace(renamed, withheld=player.withheld_name or UNSET)
    effects.said += (ToMany(Audience.HOST, for_host), ToMany(Audience.PLAYERS, renamed))
    head.podium = _renamed(head.podium, player)
    if head.leaderboard is not None:
        head.leaderboard = replace(head.leaderboard, entries=_renamed(head.leaderboard.entries, player))
    if head.phase is Phase.RESULTS and head.results is not None:
        results = views.results_of(session, head.question)
        if results.tally != head.results.tally:  # it names those who came nearest
            head.results = results
            question.say_results(results, effects)
    if head.earlier is not None:
        question.say_earlier(session, head.earlier, effects)


def _renamed(entries: Sequence[LeaderboardEntry], player: Player) -> tuple[LeaderboardEntry, ...]:
    return tuple(replace(one, name=player.name) if one.player_id == player.id else one for one in entries)
