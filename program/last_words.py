"""Why an embedded server has ended, from the end of its log, and what to do about it in one line."""

import re
import shutil
from pathlib import Path
from typing import Final

TAIL_BYTES: Final = 8192
"""So much of the log is read: its last start, and no more."""
FULL_BELOW_BYTES: Final = 128 * 1024
_BEGINS: Final = "oO0OoO0OoO0Oo"
"""What the server writes first at each start."""
_STAMP: Final = re.compile(r"^\d+:[A-Z] \d\d \w{3} \d{4} [\d:.]+ [#*.-] ")
"""Process, role, time and level before a line."""
_FULL: Final = ("No space left on device", "Disk quota exceeded")
_CUT_OFF: Final = ("Short write while writing to the AOF file", "AOF write error")
"""Without the reason, which the full disk has kept from the log, where there is room again in the meantime."""
_DAMAGED: Final = (
    "Bad file format reading the append only file",
    "Unexpected end of file reading the append only file",
)
_MANIFEST: Final = ("Fatal error loading the DB", "manifest file")
_PAGES: Final = ("Unsupported system page size",)


def explain(log: Path, program: Path, folder: Path) -> str:
    """One line: its last words, and what to do where that is known.

    Args:
        log: what the server wrote.
        program: the server's program, which is also the tool that repairs its files.
        folder: where it keeps its data.
    """
    lines = _last_lines(log)
    if _is_full(folder):  # then the log could not grow either, and does not tell
        lines.append(_FULL[0])
    for signs, advice in (
        (_FULL, f"the disk of {folder} is full: free some space there"),
        (_CUT_OFF, f"it could not write to {folder}: was its disk full?"),
        (_PAGES, "its build does not fit this machine: set QUICKPOLL_REDIS_URL to a Valkey or Redis of this machine"),
        (_DAMAGED, f"its data is damaged: {_repair(program, folder)}"),
        (_MANIFEST, f"its data cannot be loaded: bring {folder / 'appendonlydir'} back from a backup, or move it away"),
    ):
        if any(sign in line for sign in signs for line in lines):
            return f"{advice} (its log is {log})"
    return f"{lines[-1] if lines else 'it said nothing'} (its log is {log})"


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < FULL_BELOW_BYTES
    except OSError:
        return False


def _last_lines(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return []
    _, _, since_start = text.rpartition(_BEGINS)
    return [_STAMP.sub("", line.strip()) for line in since_start.split("\n") if line.strip()]


def _repair(program: Path, folder: Path) -> str:
    """The server's program checks and repairs under another name; it takes the base file of a manifest for damaged."""
    files = sorted((folder / "appendonlydir").glob("*.incr.aof"), key=lambda file: file.stat().st_mtime)
    newest = files[-1] if files else folder / "appendonlydir"
    return (
        f"keep a copy of {folder}, and run  bash -c 'exec -a valkey-check-aof {program} --fix {newest}'  "
        "which cuts off what comes after the damage"
    )
