"""Which addresses a server listens on: `::` is every address of this machine, of both families."""

import socket
from typing import Final

EVERY_ADDRESS: Final = "::"
_FAMILIES: Final = {"0.0.0.0": socket.AF_INET, EVERY_ADDRESS: socket.AF_INET6}  # noqa: S104


def addresses_of(host: str) -> list[str]:
    """The addresses to give to `create_server`, one of each family that this machine has.

    asyncio keeps IPv4 clients out of a socket on `::`, so that each family gets a socket of its own: an IPv4 client is
    then known by its own address, and not by one mapped into IPv6.
    """
    if host != EVERY_ADDRESS:
        return [host]
    return [address for address in _FAMILIES if _bound(address, 0) is not None] or [host]


def port_for(addresses: list[str], port: int) -> int:
    """A port that is free on all addresses in place of 0, which would be another port on each of them."""
    if port or len(addresses) == 1:
        return port
    for _ in range(100):
        free = _bound(addresses[0], 0)
        if free is not None and all(_bound(address, free) for address in addresses):
            return free
    return port


def is_free(address: str, port: int) -> bool:
    """Whether nobody listens there; an address that is no number is not looked at."""
    return address not in _FAMILIES or _bound(address, port) is not None


def _bound(address: str, port: int) -> int | None:
    """The port that could be bound there; None if the family is not to be had, or the port is taken."""
    try:
        with socket.socket(_FAMILIES[address]) as probe:
            if probe.family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((address, port))
            return int(probe.getsockname()[1])
    except OSError:
        return None
