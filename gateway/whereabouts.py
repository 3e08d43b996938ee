"""The addresses under which others may reach this gateway, and who is told of them.

A host's page that was opened by a loopback address gets another one for its link and its QR code. That page alone is
also told all candidates, at `/addresses`, because its user may know better: whoever reaches this process by loopback
and through no proxy sits at this machine. In a container nobody does, and the page is told only that.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from websockets.datastructures import Headers

PATH: Final = "/addresses"
_BY_PROXY: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@dataclass(frozen=True)
class Whereabouts:
    """What is known of the network around this process."""

    urls: tuple[str, ...] = ()
    """Base URLs under which others may reach it, the likeliest first."""
    enclosure: str | None = None
    """What hides the addresses that count: `container` or `WSL`."""


Look: TypeAlias = Callable[[], Whereabouts]
"""Looks it up as it is now: networks change."""


def join_base(reached: str, look: Look) -> str:
    """The URL for others to join by.

    Args:
        reached: the URL under which a host's page reached this gateway; empty if that is not known.
        look: asked where `reached` leads nobody else here.
    """
    if reached and not is_loopback(reached):
        return reached
    return next(iter(look().urls), reached)


def told(address: str, headers: Headers, look: Look) -> Whereabouts | None:
    """What who asks may know: at this very machine all, where something encloses this process only that; None: nothing.

    Args:
        address: of who asks.
        headers: of the request.
        look: asked where there is something to tell.
    """
    hosts = headers.get_all("Host")
    if len(hosts) != 1 or not is_loopback(f"//{hosts[0]}") or any(name in headers for name in _BY_PROXY):
        return None
    if is_loopback(f"//[{address}]" if ":" in address else f"//{address}"):
        return look()
    # Into a container even the machine's own browser comes from elsewhere.
    enclosure = look().enclosure
    return Whereabouts(enclosure=enclosure) if enclosure else None


def is_loopback(url: str) -> bool:
    """Whether a URL names the machine on which it is used."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
