"""What happened in a run, as a short story in order: what broke, and what came of each answer."""

from collections.abc import Iterator

from tests.simulation.kernel import BEGAN_AT
from tests.simulation.world import World


def tell(world: World) -> tuple[str, ...]:
    """One line for each event."""
    events = [*world.events, *_of_people(world)] if hasattr(world, "crowd") else world.events
    return tuple(f"{at:8.3f} s  {what}" for at, what in sorted(events, key=lambda event: event[0]))


def _of_people(world: World) -> Iterator[tuple[float, str]]:
    crowd = world.crowd
    for index, asked in sorted(crowd.host.asked.items()):
        yield asked.opens_at / 1000 - BEGAN_AT, f"question {index} opens, as the host was told"
    for player in crowd.players:
        for index, given in player.given.items():
            if given.tapped:
                yield given.tapped, f"{player.name} answers question {index}"
            if given.told:
                yield given.told, f"{player.name} is told {given.refused or 'that the answer counts'}"
