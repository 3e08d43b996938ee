"""The addresses under which others may reach this gateway, and who is told of them.

A host's page that was opened by a loopback address gets another one for its link and its QR code. That page alone is
also told all candidates, at `/addresses`, because its user may know better: whoever reaches this process by loopback
and through no proxy sits at this machine.
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


def may_know(address: str, headers: Headers) -> bool:
    """Whether a request comes from this very machine."""
    hosts = headers.get_all("Host")
    return (
        is_loopback(f"//[{address}]" if ":" in address else f"//{address}")
        and len(hosts) == 1
        and is_loopback(f"//{hosts[0]}")
        and not any(name in headers for name in _BY_PROXY)
    )


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
