from pathlib import Path

import pytest

from program.last_words import explain

STARTED = "29160:M 28 Nov 2026 23:27:36.444 * oO0OoO0OoO0Oo Valkey is starting oO0OoO0OoO0Oo\n"
PROGRAM = Path("/venv/valkey-server")


def explained(folder: Path, text: str) -> str:
    (folder / "valkey.log").write_text(text)
    return explain(folder / "valkey.log", PROGRAM, folder)


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("7:M 28 Nov 2026 23:27:37.126 # Error writing to the AOF file: No space left on device", "is full: free some"),
        (
            "7:M 28 Nov 2026 23:27:37.126 # Short write while writing to the AOF file: (nwritten=80",
            "was its disk full?",
        ),
        ("<jemalloc>: Unsupported system page size", "set QUICKPOLL_REDIS_URL"),
        (
            "7:M 28 Nov 2026 23:27:37.126 # Bad file format reading the append only file x.aof",
            "exec -a valkey-check-aof",
        ),
        ("7:M 28 Nov 2026 23:27:37.126 # Fatal error loading the DB, check server logs. Exiting.", "from a backup"),
    ],
)
def test_what_is_known_is_said_with_what_to_do(tmp_path: Path, said: str, advice: str) -> None:
    line = explained(tmp_path, f"{STARTED}{said}\n7:M 28 Nov 2026 23:27:38.000 # Exiting\n")
    assert advice in line
    assert "\n" not in line


def test_what_is_not_known_is_told_as_it_was_said_without_its_stamp(tmp_path: Path) -> None:
    line = explained(tmp_path, STARTED + "7:M 28 Nov 2026 23:27:37.126 # Something else\n\n")
    assert line == f"Something else (its log is {tmp_path / 'valkey.log'})"


def test_an_earlier_start_does_not_count(tmp_path: Path) -> None:
    assert explained(tmp_path, "No space left on device\n" + STARTED + "Killed\n").startswith("Killed")


def test_without_a_log_it_said_nothing(tmp_path: Path) -> None:
    assert explain(tmp_path / "missing", PROGRAM, tmp_path).startswith("it said nothing")
