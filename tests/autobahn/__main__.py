"""Runs the Autobahn test suite on the gateway's connections: `make autobahn WSTEST=/path/to/wstest`.

    python2.7 -m virtualenv /tmp/autobahn && /tmp/autobahn/bin/pip install autobahntestsuite

The suite needs Python 2.7, so it is no part of `make test`. It passes if exactly those cases fail that are named
here: what QuickPoll refuses on purpose, and what is known of the `websockets` library.
"""

import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from tests.autobahn.echo import echoing

AGENT: Final = "QuickPoll"
REFUSED: Final = {
    1003: (30, "a binary message: messages are JSON in text frames"),
    1008: (2, "more than 2048 fragments and pings at once"),
    1009: (15, "a message over 1 MiB"),
}
"""How many cases end with these close codes, and why that is meant to be."""
KNOWN: Final = {"7.1.5": "websockets closes with 1002, not 1000, if a close comes in the middle of a message"}


async def run(wstest: str, folder: Path) -> None:
    """Runs all cases; the reports are in `folder` afterwards."""
    async with echoing() as url:
        spec = folder / "spec.json"
        servers = [{"agent": AGENT, "url": url}]
        spec.write_text(json.dumps({"outdir": str(folder), "servers": servers, "cases": ["*"], "exclude-cases": []}))
        arguments = ("-m", "fuzzingclient", "-s", str(spec))
        process = await asyncio.create_subprocess_exec(
            wstest, *arguments, cwd=folder, stdout=asyncio.subprocess.DEVNULL
        )
        if code := await process.wait():
            raise SystemExit(f"{wstest} ended with {code}")


def judge(folder: Path) -> bool:
    """Prints the counts, and what failed and why; returns whether that is as it should be."""
    cases = json.loads((folder / "index.json").read_text())[AGENT]
    print(", ".join(f"{count} {behaviour}" for behaviour, count in Counter(_behaviours(cases)).most_common()))
    failed = {name: case for name, case in cases.items() if case["behavior"] == "FAILED"}
    refused = {name: case["remoteCloseCode"] for name, case in failed.items() if case["remoteCloseCode"] in REFUSED}
    for code, (_, reason) in REFUSED.items():
        print(f"refused on purpose with {code}, {reason}: {sorted(case for case in refused if refused[case] == code)}")
    others = failed.keys() - refused.keys()
    for name in sorted(others):
        print(f"failed: {name}: {KNOWN.get(name, 'NOT KNOWN')}")
    expected = {code: count for code, (count, _) in REFUSED.items()}
    return others == KNOWN.keys() and Counter(refused.values()) == expected


def _behaviours(cases: dict[str, dict[str, str]]) -> list[str]:
    return [case["behavior"] for case in cases.values()]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as reports:
        asyncio.run(run(sys.argv[1], Path(reports)))
        sys.exit(not judge(Path(reports)))
