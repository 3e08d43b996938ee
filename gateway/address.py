"""Who is behind a request: the client's address, and whether it came over TLS. Pure.

What a proxy says counts only if the proxy is trusted (`QUICKPOLL_TRUSTED_PROXIES`); whatever a client writes into
the same headers does not. An address is text in its shortest form, and an IPv4 address reads the same whichever
protocol it came by: `::ffff:192.0.2.7` is `192.0.2.7`.
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, Literal, NamedTuple, TypeAlias

from websockets.datastructures import Headers

IPAddress = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Some proxies write the port as well: 192.0.2.7:51234, [2001:db8::1]:51234.
_WITH_PORT: Final = re.compile(r"([0-9.]+):[0-9]{1,5}|\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?")


class Requester(NamedTuple):
    """Who sent a request."""

    address: str
    """Without a port; empty if the peer is no IP address."""
    over_tls: bool


Hearsay: TypeAlias = Literal["none", "believed", "ignored"]


class Proxies:
    """The proxies whose word is taken."""

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        self._trusted = trusted

    def client(self, peer: str, headers: Headers) -> Requester:
        """Who sent a request, by the right-most hop of X-Forwarded-For that is none of these proxies.

        Each proxy appends the address of its own peer, so the hops are read from the right, and only as long as the
        proxy that wrote them is trusted. A hop that is not an address ends the reading: the last trusted proxy counts.

        Args:
            peer: the address at the other end of the TCP connection.
            headers: the request's headers.
        """
        address = _read(peer)
        if address is None:
            return Requester("", over_tls=False)
        if not self._trusts(address):
            return Requester(str(address), over_tls=False)
        for hop in _from_the_right(headers.get_all("X-Forwarded-For")):
            if (before := _read(hop)) is None:
                break
            address = before
            if not self._trusts(address):
                break
        scheme = next(_from_the_right(headers.get_all("X-Forwarded-Proto")), "")
        return Requester(str(address), over_tls=scheme.lower() == "https")

    def hearsay(self, peer: str, headers: Headers) -> "Hearsay":
        """What becomes of what the peer says about the address of its client; arguments as for `client`."""
        if not any(header in headers for header in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")):
            return "none"
        address = _read(peer)
        return "believed" if address is not None and self._trusts(address) else "ignored"

    def _trusts(self, address: IPAddress) -> bool:
        return any(address in network for network in self._trusted)


def _from_the_right(values: Sequence[str]) -> Iterator[str]:
    for value in reversed(values):
        for part in reversed(value.split(",")):
            yield part.strip()


def _read(text: str) -> IPAddress | None:
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address(found[1] or found[2] if found else text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
