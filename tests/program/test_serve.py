"""Each process as its users start it: what it says, how it ends, and what is left."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from program import embedded
from program.serve import Listening, Signals, ToldToEnd, started
from quickpoll.settings import Failure
from tests.measured import measured
from tests.system.harness import free_port

SECRET = "a secret that only these tests know"
WITHOUT_A_WHEEL = (
    "import sys, program.serve as s; s.find_server = lambda: None; from program.cli import main; sys.exit(main())"
)

FULL_AFTER_THE_PING = """#!{python}
import socket, sys
told = dict(zip(sys.argv[1::2], sys.argv[2::2]))
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(told["--unixsocket"])
    listener.listen()
    while True:
        connection, _ = listener.accept()
        if not connection.recv(100).startswith(b"PING"):
            break
        connection.sendall(b"+PONG\\r\\n")
with open(told["--logfile"], "a") as log:
    log.write("1:M 29 Nov 2026 12:00:00.000 # Error writing to the AOF file: No space left on device\\n")
"""
"""A stand-in for a server whose disk is full at the first write, which is one of the trial."""
WITH_A_STAND_IN = (
    "import sys, pathlib, program.serve as s; s.find_server = lambda: pathlib.Path({program!r}); "
    "from program.cli import main; sys.exit(main())"
)

Start = Callable[..., subprocess.Popen[str]]


def status(port: int, path: str = "/readyz") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def until_ready(port: int) -> None:
    while status(port) != 200:
        time.sleep(0.02)  # its port is nobody's until then


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `quickpoll` with the settings given, and ends what is left of it."""
    with ExitStack() as stack:

        def start(*arguments: str, code: str = "", **settings: object) -> subprocess.Popen[str]:
            inherited = {name: value for name, value in os.environ.items() if not name.startswith("QUICKPOLL_")}
            given = {"host": "127.0.0.1", "data_dir": tmp_path / "data"} | settings
            environment = {"QUICKPOLL_" + name.upper(): str(value) for name, value in given.items()}
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, *(["-c", code] if code else ["-m", "quickpoll"]), *arguments],
                    env=inherited | environment | measured(),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            return process

        yield start


def welcome(process: subprocess.Popen[str]) -> list[str]:
    """What it prints when it is ready."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or "Sessions" not in lines[-1]:
        line = process.stdout.readline()
        assert line, f"it ended: {process.stderr and process.stderr.read()}"
        lines.append(line.strip())
    return lines


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(number)
    return process.wait(20)


def the_line(process: subprocess.Popen[str]) -> str:
    """The line with which it failed, after what its parts logged."""
    out, error = process.communicate(timeout=20)
    (line,) = [line for line in (out + error).splitlines() if not line.startswith("{")]
    assert process.returncode == 1
    return line


@contextmanager
def listening() -> Iterator[Signals]:
    """Signals to this process itself."""
    signals = Signals()
    try:
        yield signals
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(number)


def valkey_of(folder: Path) -> int:
    return int((folder / "valkey.pid").read_text())


def test_it_says_where_to_go_when_it_is_ready(start: Start, tmp_path: Path) -> None:
    port = free_port()
    lines = welcome(start(port=port))
    assert status(port) == 200
    assert f"Host      http://127.0.0.1:{port}/host" in lines
    assert f"Sessions  kept in {tmp_path / 'data'}" in lines


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_ends_with_0_and_leaves_nothing_running(
    start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    process = start(port=free_port())
    welcome(process)
    valkey = valkey_of(tmp_path / "data")
    assert end(process, number) == 0
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()
    assert embedded.command_line(valkey) == ""


def test_killed_and_started_again_it_has_the_same_secret(start: Start, tmp_path: Path) -> None:
    process = start(port=free_port())
    welcome(process)
    secret = (tmp_path / "data/secret").read_text()
    process.kill()
    process.wait()
    welcome(start(port=free_port()))
    assert (tmp_path / "data/secret").read_text() == secret


def test_it_serves_both_families_by_default(start: Start) -> None:
    port = free_port()
    welcome(start(port=port, host=""))
    for address in ("127.0.0.1", "[::1]"):
        with urllib.request.urlopen(f"http://{address}:{port}/readyz", timeout=5) as response:
            assert response.status == 200


def test_with_too_few_open_files_it_does_not_say_that_it_is_ready(start: Start) -> None:
    limit = "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (64, 64)); from program.cli import main; main_ = main()"
    line = the_line(start(code=f"import sys; {limit}; sys.exit(main_)", port=free_port()))
    assert "this process may open 64 files, and needs 100 and one more for each connection" in line


def test_a_port_in_use_is_said_and_nothing_is_left_running(start: Start, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        process = start(port=port)
        assert the_line(process) == (
            f"quickpoll: port {port} is in use; stop the program that uses it, "
            "or choose another port with --port or QUICKPOLL_PORT"
        )
    assert not (tmp_path / "data/valkey.pid").exists()


def test_an_address_of_another_machine_is_said(start: Start) -> None:
    assert "cannot listen on 192.0.2.1 port" in the_line(start(host="192.0.2.1"))


def test_a_second_quickpoll_on_the_same_data_is_refused(start: Start) -> None:
    port = free_port()
    welcome(start(port=port))
    assert "is in use by another quickpoll; stop it, or choose another folder" in the_line(start(port=free_port()))
    assert status(port) == 200


def test_an_embedded_server_that_ended_is_started_again(start: Start, tmp_path: Path) -> None:
    port = free_port()
    process = start(port=port)
    welcome(process)
    old = valkey_of(tmp_path / "data")
    os.kill(old, signal.SIGKILL)
    assert process.stderr is not None
    while "is started again" not in process.stderr.readline():
        assert process.poll() is None
    until_ready(port)
    assert end(process) == 0


def test_an_embedded_server_that_ends_while_it_is_tried_is_told_by_its_last_words(start: Start, tmp_path: Path) -> None:
    program = tmp_path / "valkey-server"
    program.write_text(FULL_AFTER_THE_PING.format(python=sys.executable))
    program.chmod(0o755)
    process = start(code=WITH_A_STAND_IN.format(program=str(program)))
    _, said = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said.startswith(f"quickpoll: the embedded server has ended: the disk of {tmp_path / 'data'} is full")
    assert len(said.splitlines()) == 1


def test_without_an_embedded_server_it_asks_for_a_redis(start: Start) -> None:
    _, said = start(code=WITHOUT_A_WHEEL, port=free_port()).communicate()
    assert "set QUICKPOLL_REDIS_URL" in said
    assert said.count("\n") == 1


def test_everything_can_run_on_a_given_redis(start: Start, redis_url: str, tmp_path: Path) -> None:
    process = start(port=free_port(), redis_url=redis_url, secret=SECRET)
    welcome(process)
    assert not (tmp_path / "data").exists()
    assert end(process) == 0


def test_the_parts_alone_are_ready_together_and_end_with_0(start: Start, redis_url: str) -> None:
    ports = {"coordinator": free_port(), "gateway": free_port()}
    shared = {"redis_url": redis_url, "secret": SECRET}
    coordinator = start("coordinator", admin_port=ports["coordinator"], **shared)
    gateway = start("gateway", port=free_port(), admin_port=ports["gateway"], **shared)
    for port in ports.values():
        until_ready(port)
        assert status(port, "/livez") == 200
    assert end(gateway) == 0
    assert end(coordinator) == 0


@pytest.mark.parametrize("command", ["serve", "gateway", "coordinator"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_start_that_waits_for_redis(start: Start, command: str, number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"redis://127.0.0.1:{mute.getsockname()[1]}"
        process = start(command, redis_url=url, secret=SECRET)
        connection, _ = mute.accept()  # it waits for an answer now
        began = time.monotonic()
        assert end(process, number) == 0
        assert time.monotonic() - began < 2
        connection.close()


async def test_a_failure_to_listen_without_a_number_is_said_too() -> None:
    class OfPython313:
        async def start(self) -> None:
            raise OSError("could not bind on any address out of [('192.0.2.1', 8000)]")

        async def stop(self) -> None:
            raise AssertionError("it never started")

    with pytest.raises(Failure, match=r"cannot listen on 192\.0\.2\.1 port 8000 .*; choose others with"):
        await Listening(OfPython313(), "192.0.2.1", 8000, "port").start()


async def test_a_start_is_cancelled_by_a_signal_and_what_started_is_stopped() -> None:
    class Endless:
        async def start(self) -> None:
            has_begun.set()
            await asyncio.Event().wait()

        async def stop(self) -> None:
            raise AssertionError("it never started")

    class Quick:
        stopped = False

        async def start(self) -> None:
            return

        async def stop(self) -> None:
            self.stopped = True

    has_begun = asyncio.Event()
    with listening() as signals:
        quick = Quick()

        async def run() -> None:
            async with started(signals, quick, Endless()):
                raise AssertionError("it is not ready")

        running = asyncio.create_task(run())
        await has_begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(ToldToEnd):
            await running
        assert quick.stopped


async def test_a_second_signal_cuts_the_draining_short() -> None:
    with listening() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        await signals.wait()
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGTERM)
        drained = asyncio.Event()
        await signals.unless_again(drained.wait())
        assert not drained.is_set()
