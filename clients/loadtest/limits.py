"""What must hold before anything is sent: the server is ours to load, and there are files for all connections."""

import resource
import socket
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

SPARE_FILES: Final = 64


class CannotRun(Exception):
    """One line for the person who called."""


def refuse_strangers(url: str) -> None:
    """Raises CannotRun unless every address of the URL's host is one of this machine."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise CannotRun(f"{url} is no address like ws://127.0.0.1:8000/ws")
    try:
        found = socket.getaddrinfo(parts.hostname, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise CannotRun(f"{parts.hostname} is not known: {error.strerror}") from None
    for family, _, _, _, address in found:
        if not _is_ours(family, str(address[0])):
            raise CannotRun(
                f"{address[0]} is another machine: add --yes-i-own-this-server if you may load it with all this"
            )


def _is_ours(family: int, address: str) -> bool:
    """Whether a server could listen on this address here: the kernel knows which are its own."""
    with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def raise_file_limit(players: int) -> None:
    """Allows so many connections; raises CannotRun where this user may not."""
    needed = players + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise CannotRun(
            f"this needs {needed} open files in a process, and the limit is {hard}: "
            f"raise it with `ulimit -n {needed}`, or add --processes"
        )
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
