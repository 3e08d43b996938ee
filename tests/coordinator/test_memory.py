"""What a large batch has taken is given back."""

import platform
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

import pytest

from coordinator import memory
from coordinator.batch.commit import Batch, SessionChange
from quickpoll.keys import PartitionKeys

_FREED: Final = """
from pathlib import Path
from coordinator import memory

def pages() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])

large, kept = [], []
for _ in range(20_000):
    large.append(bytes(9000))
    kept.append(bytes(600))
del large
before = pages()
memory.give_back()
print(before - pages())
"""
"""180 MB freed in pieces that what is kept lies between; prints how many pages of them were given back."""


def batch(fields: Mapping[str, bytes], step: bytes = b"") -> Batch:
    return Batch(PartitionKeys(0), 1, "0-0", "1-0", [SessionChange("123456", dict(fields), step=step)])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (batch({"head": b""}), False),
        (batch({f"p:{number}": b"" for number in range(memory.LARGE_RECORDS)}), True),
        (batch({"head": b""}, bytes(memory.LARGE_STEP_BYTES)), True),
    ],
)
def test_a_batch_is_large_by_its_records_or_by_what_it_says(change: Batch, *, expected: bool) -> None:
    assert memory.is_large(change) is expected


def test_what_is_free_between_what_is_kept_is_given_back() -> None:
    given = subprocess.run([sys.executable, "-c", _FREED], capture_output=True, check=True, encoding="utf-8").stdout
    assert int(given) > 10_000 or platform.libc_ver()[0] != "glibc"
