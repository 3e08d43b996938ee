import errno
import os
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from program import embedded
from program.embedded import EmbeddedServer, find_server, kept_secret
from quickpoll.settings import Failure
from tests.redis_client import connect

# Starts a server, says so, and waits to be killed: what is left is what a killed quickpoll leaves.
KEEPER = """
import sys; from pathlib import Path; from program.embedded import *
server = EmbeddedServer(find_server(), Path(sys.argv[1])); server.start(); server.wait_ready()
print(server.process.pid, flush=True); sys.stdin.read()
"""


def embedded_server(folder: Path) -> EmbeddedServer:
    program = find_server()
    assert program is not None
    return EmbeddedServer(program, folder)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    server = embedded_server(tmp_path / "data")
    yield server
    server.stop()


def started(server: EmbeddedServer) -> EmbeddedServer:
    server.start()
    server.wait_ready()
    return server


async def write(server: EmbeddedServer, key: str, value: str) -> None:
    client = connect(server.url)
    await client.set(key, value)
    await client.aclose()


async def read(server: EmbeddedServer, key: str) -> str:
    client = connect(server.url)
    value = await client.get(key)
    await client.aclose()
    assert isinstance(value, bytes)
    return value.decode()


def is_alive(pid: int) -> bool:
    return embedded.command_line(pid) != ""


async def test_what_was_written_is_there_after_a_restart(server: EmbeddedServer) -> None:
    await write(started(server), "answer", "42")
    server.stop()
    assert await read(started(server), "answer") == "42"


async def test_what_was_acknowledged_survives_a_server_that_is_killed(server: EmbeddedServer) -> None:
    await write(started(server), "answer", "42")
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    assert not server.is_running()
    assert await read(started(server), "answer") == "42"


def test_it_listens_on_a_socket_of_its_user_alone(server: EmbeddedServer) -> None:
    started(server)
    assert stat.S_IMODE(server.socket_path.stat().st_mode) == 0o700


async def test_a_path_too_long_for_a_socket_works_as_well(tmp_path: Path) -> None:
    server = embedded_server(tmp_path / ("a long name " * 12))
    await write(started(server), "answer", "42")
    path = server.socket_path
    server.stop()
    assert not path.parent.exists()


async def test_a_file_system_without_sockets_works_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for folders of another computer, where nobody can bind a socket."""

    def refuse(self: socket.socket, address: str) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), address)

    monkeypatch.setattr(socket.socket, "bind", refuse)
    server = embedded_server(tmp_path / "data")
    await write(started(server), "answer", "42")
    assert not server.socket_path.is_relative_to(tmp_path)
    server.stop()
    assert await read(started(server), "answer") == "42"
    server.stop()


def test_two_quickpolls_cannot_share_a_folder(server: EmbeddedServer, tmp_path: Path) -> None:
    started(server)
    with pytest.raises(Failure, match=r"data is in use by another quickpoll; .*QUICKPOLL_DATA_DIR"):
        embedded_server(tmp_path / "data").start()
    assert server.is_running()


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failure, match=r"file/data cannot be used for data .*QUICKPOLL_DATA_DIR"):
        embedded_server(tmp_path / "file/data").start()


def test_the_server_ends_with_a_killed_quickpoll(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as keeper:
        assert keeper.stdout is not None
        pid = int(keeper.stdout.readline())
        assert is_alive(pid)
        keeper.kill()
        keeper.wait()
        while is_alive(pid):
            os.sched_yield()


async def test_a_server_that_outlived_its_quickpoll_is_ended_and_its_data_kept(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    await write(started(server), "answer", "42")
    assert server.process is not None
    assert server.lock is not None
    orphan = server.process
    os.close(server.lock)  # as when its process is gone, on a system where the server lives on
    server.lock = server.process = None

    successor = started(embedded_server(tmp_path / "data"))
    assert orphan.wait(5) == 0
    assert await read(successor, "answer") == "42"
    successor.stop()


def test_a_process_that_got_the_number_of_an_old_server_is_left_alone(server: EmbeddedServer, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        (tmp_path / "data").mkdir()
        (tmp_path / "data/valkey.pid").write_text(str(stranger.pid))
        started(server)
        assert stranger.poll() is None
        stranger.send_signal(signal.SIGKILL)


def test_a_server_that_cannot_start_says_why(server: EmbeddedServer, tmp_path: Path) -> None:
    started(server)
    server.stop()
    (tmp_path / "data/appendonlydir/appendonly.aof.1.base.rdb").unlink()
    server.start()
    with pytest.raises(Failure, match=r"did not start: .*appendonly\.aof.* \(its log is .*valkey\.log\)"):
        server.wait_ready()


def test_the_secret_is_drawn_once_and_for_its_user_alone(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path)
    assert len(secret) == 64
    assert kept_secret(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_damaged_secret_is_named_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short")
    with pytest.raises(Failure, match=r"secret is damaged"):
        kept_secret(tmp_path)


def stand_in(folder: Path, script: str) -> EmbeddedServer:
    """A program in place of the server."""
    program = folder / "valkey-server"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return EmbeddedServer(program, folder / "data")


def why_it_does_not_start(server: EmbeddedServer) -> str:
    with pytest.raises(Failure) as failure:
        started(server)
    server.stop()
    return str(failure.value)


def test_the_last_words_of_a_server_that_crashes_are_told(tmp_path: Path) -> None:
    server = stand_in(tmp_path, "echo '<jemalloc>: Unsupported system page size' >&2; exit 134")
    assert "set QUICKPOLL_REDIS_URL to a Valkey or Redis of this machine" in why_it_does_not_start(server)


def test_a_program_that_may_not_be_run_is_not_blamed_on_the_data_folder(tmp_path: Path) -> None:
    server = stand_in(tmp_path, "")
    (tmp_path / "valkey-server").chmod(0o644)
    line = why_it_does_not_start(server)
    assert "valkey-server cannot be run (Permission denied)" in line
    assert "cannot be used for data" not in line


def test_a_damaged_file_is_said_with_the_command_that_repairs_it(tmp_path: Path) -> None:
    server = embedded_server(tmp_path / "data")
    with socket.socket(socket.AF_UNIX) as client:
        started(server)
        client.connect(str(tmp_path / "data/valkey.sock"))
        client.sendall(b"SET a 1\r\nSET b 2\r\n")
        assert client.recv(5, socket.MSG_WAITALL) == b"+OK\r\n"
        assert client.recv(5, socket.MSG_WAITALL) == b"+OK\r\n"
    server.stop()
    (file,) = (tmp_path / "data/appendonlydir").glob("*.incr.aof")
    content = file.read_bytes()
    file.write_bytes(content[:40] + b"garbage" * 5 + content[40:])
    line = why_it_does_not_start(embedded_server(tmp_path / "data"))
    command = line.partition("and run  ")[2].partition("  which")[0]
    repaired = subprocess.run(shlex.split(command), input=b"y\n", capture_output=True, check=True)
    assert b"Successfully truncated" in repaired.stdout
    started(server := embedded_server(tmp_path / "data"))
    server.stop()


def test_data_without_its_manifest_is_not_taken_for_no_data(tmp_path: Path) -> None:
    server = started(embedded_server(tmp_path / "data"))
    server.stop()
    (manifest,) = (tmp_path / "data/appendonlydir").glob("*.manifest")
    manifest.unlink()
    assert "its manifest is missing" in why_it_does_not_start(embedded_server(tmp_path / "data"))


def test_a_folder_that_was_removed_is_noticed(server: EmbeddedServer, tmp_path: Path) -> None:
    started(server)
    assert server.folder_is_kept()
    shutil.move(tmp_path / "data", tmp_path / "elsewhere")
    assert not server.folder_is_kept()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/lock").touch()
    assert not server.folder_is_kept()
