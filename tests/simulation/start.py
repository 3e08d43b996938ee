"""What a command does before it plays: Python's sets of texts get an order that is the same in each process."""

import os
import sys

HASH_SEED = "0"


def with_fixed_hashes(module: str) -> None:
    """Begins again with a fixed hash seed, unless this process has it."""
    if os.environ.get("PYTHONHASHSEED") != HASH_SEED:
        command = [sys.executable, "-m", module, *sys.argv[1:]]
        os.execve(command[0], command, os.environ | {"PYTHONHASHSEED": HASH_SEED})  # noqa: S606
