"""Every command that the documentation shows is run here, or in the test that is named beside it."""

import asyncio
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.system.browser import chromium
from tests.system.harness import free_port, is_ready, running, serve
from tests.system.servers import eventually, serving

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "benchmarks/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
ELSEWHERE = {
    r"([A-Z_]+=\d+ )?make (run|test|test-compose|bench|capacity|up)\b.*": "too long; the target is looked for",
    r"docker compose .*": "tests/compose/test_compose.py, which needs Docker",
    r"docker run .*": "tests/compose/test_compose.py, which needs Docker",
    r"python3 -m venv /opt/quickpoll": "tests/test_wheel.py, in a folder of its own",
    r"/opt/quickpoll/bin/pip install .*": "tests/test_wheel.py, in a folder of its own",
    r"cp deploy/systemd/.*": "needs systemd; the files are looked at by systemd-analyze",
    r"systemctl .*": "needs systemd",
}
READY_WITHIN_S = 20.0


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it."""

    page: str
    text: str


def fenced() -> list[Shown]:
    """Those in blocks for a shell, without comments."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```(?:sh|bash)\n(.*?)```", page.read_text(), re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                if text := re.sub(r"(^|\s)#.*", "", line).strip():
                    found.append(Shown(page.name, text))
    return found


def inline() -> list[Shown]:
    """Those in a sentence that begin with `quickpoll` or `make`."""
    return [
        Shown(page.name, text)
        for page in PAGES
        for text in re.findall(r"`((?:quickpoll|make) [a-z][^`\n]*)`", page.read_text())
    ]


def is_of_quickpoll(text: str) -> bool:
    return text.startswith(("export QUICKPOLL_", ".venv/bin/quickpoll ", "quickpoll ", "curl "))


def test_every_command_in_a_block_is_run_here_or_said_to_be_elsewhere() -> None:
    lost = [
        shown
        for shown in fenced()
        if not is_of_quickpoll(shown.text) and not any(re.fullmatch(pattern, shown.text) for pattern in ELSEWHERE)
    ]
    assert lost == []


def test_every_target_that_is_named_is_one_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {shown.text.split()[1] for shown in (*fenced(), *inline()) if shown.text.startswith("make ")}
    assert len(named) > 10
    assert named - targets == set()


def test_every_flag_that_is_shown_is_one_of_its_command() -> None:
    commands: dict[str, set[str]] = {}
    for shown in (*fenced(), *inline()):
        if match := re.match(r"(?:\.venv/bin/)?quickpoll (\w+)", shown.text):
            commands.setdefault(match[1], set()).update(re.findall(r" (--[a-z-]+)", shown.text))
    assert set(commands) == {"coordinator", "gateway", "replay", "doctor", "loadtest"}
    for command, flags in commands.items():
        told = subprocess.run(
            [sys.executable, "-m", "quickpoll", command, "--help"], capture_output=True, text=True, check=True, cwd=ROOT
        )
        assert {flag for flag in flags if flag not in told.stdout} == set(), command


@asynccontextmanager
async def shell(lines: list[str], folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Bash with these lines, as somebody types them into one terminal; it ends what it has started."""
    log = folder / "shell.log"
    script = "\n".join(("trap 'kill $(jobs -p); wait' EXIT", *lines, "wait"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUICKPOLL_")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", script, stdout=output, stderr=output, env=environment, cwd=ROOT
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def block_with(page: str, word: str) -> list[str]:
    """The lines of the first block of a page in which there is `word`."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    return str(next(block for block in blocks if word in block)).splitlines()


def test_both_pages_that_show_how_the_parts_start_show_the_same() -> None:
    shown = {page: block_with(page, "coordinator") for page in ("README.md", "docs/operations.md")}
    started = {
        page: [line.removeprefix(".venv/bin/") for line in lines if line.endswith("&")] for page, lines in shown.items()
    }
    assert started["README.md"] == started["docs/operations.md"] != []


async def test_the_parts_start_as_shown_and_what_is_shown_of_them_works(tmp_path: Path) -> None:
    page = "docs/operations.md"
    ports = {port: str(free_port()) for port in ("8000", "8001", "8002", "9001", "9002")}

    def here(line: str, redis: str) -> str:
        """The same on ports of this machine, with a crowd that is small and quick."""
        line = line.replace("127.0.0.1:6379", redis)
        line = re.sub(r"\b(8000|8001|8002|9001|9002)\b", lambda found: ports[found[0]], line)
        line = re.sub(r"--players \d+", "--players 8", line).replace("--think 4", "--think 0.1")
        line = line.replace("--sessions 100", "--sessions 3").replace(ports["8000"], ports["8001"])
        if "loadtest" in line:
            line = line.replace(" --questions 3", "") + " --questions 1 --answer-window 0.5"
        if "loadtest" in line and "--url" not in line:
            line += f" --url ws://127.0.0.1:{ports['8001']}/ws"
        return re.sub(r"(report\.\w+)", lambda found: shlex.quote(str(tmp_path / found[0])), line)

    async with serving(tmp_path / "redis", "--save", "") as redis, AsyncExitStack() as stack:
        parts = [here(line, redis.address) for line in block_with(page, "coordinator")]
        await stack.enter_async_context(shell(parts, tmp_path))
        for port in ("8001", "8002"):
            await eventually(is_ready, f"http://127.0.0.1:{ports[port]}/readyz", within_s=READY_WITHIN_S)
        then = [here(line, redis.address) for word in ("curl", "loadtest") for line in block_with(page, word)]
        processes = [await stack.enter_async_context(shell([f"{line} || exit 9"], tmp_path)) for line in then]
        ended = await asyncio.gather(*(process.wait() for process in processes))
        assert set(ended) == {0}, await asyncio.to_thread((tmp_path / "shell.log").read_text)
        assert all([await asyncio.to_thread((tmp_path / f"report.{kind}").exists) for kind in ("html", "json")])


@pytest.mark.parametrize("paper", ["A4", "Letter"])
async def test_the_guide_for_hosts_prints_on_the_two_sides_of_one_sheet(tmp_path: Path, paper: str) -> None:
    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium() as browser:
        page = await browser.new_page(viewport={"width": 320, "height": 640})
        await page.goto(f"{quickpoll.health}/help")
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
        headings = await page.get_by_role("heading").all_inner_texts()
        printed = PdfReader(io.BytesIO(await page.pdf(format=paper)))
    assert len(printed.pages) == 2
    text = re.sub(r"\s+", " ", " ".join(side.extract_text() for side in printed.pages))
    source = re.findall(r"^##? (.+)$", (ROOT / "docs/lead-a-quiz.md").read_text(), re.MULTILINE)
    assert headings == source
    assert [heading for heading in source if heading not in text] == []
