"""The door of the installed program.

In a wheel the packages of QuickPoll lie in `parts/` beside this file, so that an environment gets one top-level name
and not `gateway`, `clients` and the like, which others may have, too. In a clone they lie in its root, which is on the
path already.
"""

import sys
from pathlib import Path


def main() -> int:
    """Runs the command `quickpoll`, and returns its exit code."""
    parts = Path(__file__).parent / "parts"
    if parts.is_dir():
        sys.path.insert(0, str(parts))
    from program.cli import main as run  # noqa: PLC0415  (only now it can be found)

    return run()
