"""The addresses of this machine, and which of them phones on the same network can most likely reach.

Nothing can tell for sure: a firewall, a guest network that separates its clients or a container with ports of its
own look like any other. So all candidates are listed, the likeliest first, except those that are known to lead nowhere.
"""

import os
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, ip_network
from pathlib import Path
from typing import Final

_CARRIER_GRADE: Final = ip_network("100.64.0.0/10")
"""Shared address space (RFC 6598), which mesh VPNs use."""
_VPN_NAMES: Final = ("tun", "tap", "wg", "utun", "ppp", "ipsec", "tailscale", "zt", "nordlynx", "proton")
_VIRTUAL_NAMES: Final = (
    "docker",
    "br-",
    "veth",
    "virbr",
    "vbox",
    "vmnet",
    "lxc",
    "lxd",
    "cni",
    "podman",
    "ifb",
    "dummy",
)
_CONTAINER_MARKS: Final = ("/.dockerenv", "/run/.containerenv")
_INTERFACE_ADDRESS: Final = {"linux": 0x8915, "darwin": 0xC0206921}
"""The request SIOCGIFADDR by platform."""


class Reach(IntEnum):
    """How likely a phone gets to an address; lower is better."""

    NETWORK = 0
    VPN = 1
    VIRTUAL = 2


@dataclass(frozen=True)
class LocalAddress:
    """One IPv4 address of this machine."""

    address: str
    interface: str = ""

    @property
    def reach(self) -> Reach:
        """By what the interface is called, and the range of the address."""
        if self.interface.startswith(_VIRTUAL_NAMES):
            return Reach.VIRTUAL
        if self.interface.startswith(_VPN_NAMES) or IPv4Address(self.address) in _CARRIER_GRADE:
            return Reach.VPN
        return Reach.NETWORK


def candidates(addresses: Sequence[LocalAddress], routed: str | None) -> list[LocalAddress]:
    """The addresses that a phone may reach, the likeliest first.

    Args:
        addresses: all of this machine.
        routed: the one that it would send from to the internet; None without a route.
    """
    outside = [
        local
        for local in addresses
        if not (IPv4Address(local.address).is_loopback or IPv4Address(local.address).is_link_local)
        and local.reach is not Reach.VIRTUAL
    ]
    return sorted(outside, key=lambda local: (local.reach, local.address != routed, not _is_private(local)))


def _is_private(local: LocalAddress) -> bool:
    return IPv4Address(local.address).is_private


def local_addresses() -> list[LocalAddress]:
    """The IPv4 addresses of this machine's interfaces, as far as the system tells them."""
    request = _INTERFACE_ADDRESS.get(sys.platform)
    if request is None:
        names = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
        return [LocalAddress(address) for address in dict.fromkeys(str(found[4][0]) for found in names)]
    found = ((name, _address_of(name, request)) for _, name in socket.if_nameindex())
    return [LocalAddress(address, name) for name, address in found if address is not None]


def _address_of(interface: str, request: int) -> str | None:
    import fcntl  # noqa: PLC0415  (Windows has none)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            answer = fcntl.ioctl(any_socket.fileno(), request, struct.pack("256s", interface[:15].encode()))
        except OSError:  # it has none
            return None
    return socket.inet_ntoa(answer[20:24])  # struct ifreq: 16 bytes of name, then sockaddr_in with family and port


def routed_address() -> str | None:
    """The address that this machine would send from to the internet; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address for examples
        except OSError:
            return None
        return str(probe.getsockname()[0])


def enclosure() -> str | None:
    """What keeps this process from knowing the addresses under which others reach it, in words; None: nothing."""
    if any(Path(mark).exists() for mark in _CONTAINER_MARKS) or "KUBERNETES_SERVICE_HOST" in os.environ:
        return "container"
    try:
        kernel = Path("/proc/sys/kernel/osrelease").read_text()
    except OSError:
        return None
    return "WSL" if "microsoft" in kernel.lower() else None
