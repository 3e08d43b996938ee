"""Has coverage measure the programs that a test starts, where the test itself is measured."""

from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).parents[1]


def measured() -> dict[str, str]:
    """What to add to the environment of a program: coverage starts with its interpreter, and keeps what it counts here.

    What it finds is not kept if the program is killed, so this is for programs that are told to end.
    """
    if Coverage.current() is None:
        return {}
    return {"COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"), "COVERAGE_FILE": str(ROOT / ".coverage")}
