"""Every fault that the suite knows, each a function that does it, waits as long as it lasts, and mends it.

`FAULTS` has them all by name. None of them may cost an answer that was accepted, or let two people see different
results; `invariants` says so after every run. `LOSSES` cost the session: nobody may be left waiting for it.
"""

from typing import Final

from tests.chaos.faults import coordinators, gateways, players, valkey
from tests.chaos.faults.world import Fault, World

__all__ = ["ALONE", "FAULTS", "GRACEFUL", "LOSSES", "Fault", "World"]

ALONE: Final[dict[str, Fault]] = {"disk_full_everysec": valkey.disk_full_everysec}
"""With a power cut beside them, Valkey loses what it has acknowledged: drawn without others."""
FAULTS: Final[dict[str, Fault]] = coordinators.FAULTS | gateways.FAULTS | valkey.FAULTS | players.FAULTS | ALONE
GRACEFUL: Final = frozenset({"gateway_terminated", "gateways_rolled", "coordinators_rolled"})
"""With these alone nobody is told of an error."""
LOSSES: Final[dict[str, Fault]] = {"valkey_emptied": valkey.valkey_emptied}
