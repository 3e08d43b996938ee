"""Looks the locked versions up among the known vulnerabilities: `make audit`.

pip-audit for Python; for the pages what `npm audit --json` says, on standard input. Exit code 1 if there is one. Where
the lists of vulnerabilities cannot be reached, it says so and goes on: a closed network must not look like a clean
report, nor stop a change.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

PIP_AUDIT = (".venv/bin/uv", "tool", "run", "--quiet", "pip-audit==2.10.1", "--progress-spinner", "off", "-f", "json")
LOCKED = ("requirements.txt", "requirements-build.txt", "requirements-dev.txt")
PATIENCE_S = 60


def main() -> int:
    """Prints a line for each list, and one for each vulnerability."""
    found = [line for locked in LOCKED for line in python(locked)]
    found += pages()
    for line in found:
        print(line)
    return bool(found)


def python(locked: str) -> Iterator[str]:
    """What is known of the packages of one file."""
    command = [*PIP_AUDIT, "--disable-pip", "--require-hashes", "--requirement", locked]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S).stdout
    except subprocess.TimeoutExpired:
        said = ""
    report = _json(said).get("dependencies", [])
    looked_up = [package for package in report if "skip_reason" not in package]
    _tell(locked, len(looked_up), len(report))
    for package in looked_up:
        for vulnerability in package["vulns"]:
            fixed_in = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {fixed_in}"


def pages() -> Iterator[str]:
    """What is known of the packages that the pages are built from."""
    report = _json(sys.stdin.read())
    known: int = report.get("metadata", {}).get("dependencies", {}).get("total", 0)
    _tell("clients/web/package-lock.json", known, known)
    for name, package in report.get("vulnerabilities", {}).items():
        yield f"{name} {package['range']}: {package['severity']}"


def _json(text: str) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads(text)
    except ValueError:
        return {}
    return report


def _tell(file: str, looked_up: int, all_of_them: int) -> None:
    if looked_up:
        print(f"{file}: {looked_up} of {all_of_them} packages were looked up")
    else:
        print(f"{file}: NOT AUDITED, the list of known vulnerabilities cannot be reached from here")


if __name__ == "__main__":
    sys.exit(main())
