"""Every fault that the suite knows, each a function that does it, waits as long as it lasts, and undoes it.

`FAULTS` has them by name. None of them may cost an answer that was accepted, or let two people see different results;
`invariants` says so after every run. `REVERSALS` among them cost the latest, and not the rest. `LOSSES` cost the
session: nobody may be left waiting for it.
"""

from typing import Final

from tests.chaos.faults import coordinators, gateways, players, valkey
from tests.chaos.faults.world import Fault, World

__all__ = ["ALONE", "FAULTS", "GRACEFUL", "LOSSES", "REVERSALS", "Fault", "World"]

REVERSALS: Final[dict[str, Fault]] = {"valkey_restored": valkey.valkey_restored}
"""Cost the latest: everybody has to notice, and what they know afterwards has to be as right as ever."""
ALONE: Final[dict[str, Fault]] = REVERSALS | {"disk_full_everysec": valkey.disk_full_everysec}
"""Where Valkey loses what it has acknowledged, or would with a power cut beside it: drawn without others."""
FAULTS: Final[dict[str, Fault]] = coordinators.FAULTS | gateways.FAULTS | valkey.FAULTS | players.FAULTS | ALONE
GRACEFUL: Final = frozenset({"gateway_terminated", "gateways_rolled", "coordinators_rolled"})
"""With these alone nobody is told of an error."""
LOSSES: Final[dict[str, Fault]] = {"valkey_emptied": valkey.valkey_emptied}
