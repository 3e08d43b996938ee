"""May a page open a WebSocket here? By its Origin header, before the upgrade.

A page may if it was served from here, under whatever name. What follows a name may have been changed on the way: the
scheme by a proxy that ends TLS, the default port, a dot at the end, capitals, and a port that a proxy did not pass on.
To tolerate that lets in no foreign page that could do harm: a browser adds no cookie or other credential.
"""

import logging
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from websockets.http11 import Request

from quickpoll.printable import printable

TOLD_AGAIN_S: Final = 60.0
TOLD_AT_ONCE: Final = 50
"""Different refusals a minute: a proxy that is set up wrongly makes one, a client that invents hosts any number."""
SHOWN_CHARACTERS: Final = 200
_DEFAULT_PORTS: Final = frozenset({"80", "443"})

_log: Final = logging.getLogger(__name__)


def may_connect(origins: Collection[str], host: str, allowed: Collection[str]) -> bool:
    """Whether a page with these Origin headers may open a WebSocket; who has none is no page.

    Args:
        origins: of the request.
        host: its Host header; empty: none that can be used.
        allowed: origins that may always.
    """
    return all(origin in allowed or is_same_host(origin, host) for origin in origins)


def is_same_host(origin: str, host: str) -> bool:
    """Whether a page of `origin` was served under this Host header; http and https are not told apart."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host:
        return False
    (name, port), (our_name, our_port) = _split(parts.netloc), _split(host)
    is_port_lost = our_port is None and name == our_name
    return is_port_lost or (name == our_name and _is_same_port(port, our_port))


def _split(host: str) -> tuple[str, str | None]:
    """The name as it is compared, and the port if there is one."""
    name, colon, port = host.rpartition(":")
    if not colon or port.endswith("]"):  # an IPv6 address without a port
        name, port = host, ""
    return name.lower().removesuffix("."), port or None


def _is_same_port(one: str | None, other: str | None) -> bool:
    return one == other or all(port is None or port in _DEFAULT_PORTS for port in (one, other))


class UpgradeRefusals:
    """One line in the log for each kind of upgrade that is refused, with what tells an operator why."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str], float] = {}

    def tell(self, reason: str, request: Request, address: str, now: float) -> None:
        """An upgrade was refused.

        Args:
            reason: why, for an operator.
            request: what asked for it.
            address: of the client.
            now: seconds of a monotonic clock.
        """
        origin, host = (_shown(request, name) for name in ("Origin", "Host"))
        key = (reason, origin, host)
        self._told = {told: at for told, at in self._told.items() if now - at < TOLD_AGAIN_S}
        if key in self._told or len(self._told) >= TOLD_AT_ONCE:
            return
        self._told[key] = now
        _log.warning(
            "a WebSocket was refused: %s (Origin: %s, Host: %s)",
            reason,
            origin,
            host,
            extra={"address": address},
        )


def _shown(request: Request, name: str) -> str:
    """A header as it may stand in a log: printable, and not too long."""
    values = request.headers.get_all(name)
    return printable(", ".join(values)[:SHOWN_CHARACTERS]) or "none"
