"""What `quickpoll` prints when it is ready: the addresses to open, with a QR code for phones."""

import socket
from typing import Final, TextIO

from quickpoll import __version__
from quickpoll.settings import ProcessSettings

_EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104
_LOOPBACK: Final = ("localhost", "127.", "::1")


def lan_url(settings: ProcessSettings) -> str | None:
    """Where other devices on the same network reach this machine; None if they cannot, or it is not known yet."""
    if settings.port == 0 or settings.host.startswith(_LOOPBACK):
        return None
    address = _own_address() if settings.host in _EVERY_ADDRESS else settings.host
    return address and _url(address, settings.port)


def welcome(out: TextIO, settings: ProcessSettings, port: int, kept_in: str) -> None:
    """Writes the addresses, and to a terminal the players' one as a QR code too.

    Args:
        out: standard output.
        settings: as the process runs with them.
        port: the port that it listens on.
        kept_in: what keeps the sessions.
    """
    local = "localhost" if settings.host in _EVERY_ADDRESS else settings.host
    players = settings.public_url or lan_url(settings)
    lines = [
        f"QuickPoll {__version__} is ready.",
        "",
        f"  Host      {settings.public_url or _url(local, port)}/host",
        f"  Players   {players or _url(local, port) + '  (only on this machine)'}",
        f"  Sessions  kept in {kept_in}",
        "",
    ]
    out.write("\n".join(lines) + "\n")
    if out.isatty():
        if players:
            import segno  # noqa: PLC0415  (only for a terminal)

            segno.make(players, error="l", micro=False).terminal(out, compact=True)
        out.write("\nCtrl-C ends it.\n")
    out.flush()


def _url(host: str, port: int) -> str:
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}" + ("" if port == 80 else f":{port}")


def _own_address() -> str | None:
    """The address that this machine would send from; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address for examples
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if address.startswith(_LOOPBACK) else address
