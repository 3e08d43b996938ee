"""What `quickpoll` prints when it is ready: the addresses to open, with a QR code for phones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from gateway.whereabouts import Whereabouts
from program.addresses import LocalAddress, Reach, candidates, enclosure, local_addresses, routed_address
from quickpoll import __version__
from quickpoll.settings import ProcessSettings

_EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104
_LOOPBACK: Final = ("localhost", "127.", "::1")
_CALLED: Final = {"container": "a container", "WSL": "WSL"}
_HINT: Final = "Phones cannot open it? Same Wi-Fi, mobile data off, and let this port through the firewall."


@dataclass(frozen=True)
class Surroundings:
    """What is known of the network around this machine."""

    addresses: Sequence[LocalAddress] = ()
    """Where others may reach it, the likeliest first."""
    enclosure: str | None = None
    """What hides the addresses that count: `container` or `WSL`."""

    @classmethod
    def now(cls) -> "Surroundings":
        """As it is at this moment."""
        return cls(candidates(local_addresses(), routed_address()), enclosure())


def lan_urls(settings: ProcessSettings, port: int, around: Surroundings) -> list[str]:
    """Where other devices on the same network may reach this machine, the likeliest first; none if they cannot."""
    if settings.host.startswith(_LOOPBACK):
        return []
    if settings.host not in _EVERY_ADDRESS:
        return [_url(settings.host, port)]
    if around.enclosure:
        return []
    return [_url(local.address, port) for local in around.addresses]


def whereabouts(settings: ProcessSettings, around: Surroundings) -> Whereabouts:
    """What a gateway is told of them; no URLs where the port is not known yet."""
    return Whereabouts(tuple(lan_urls(settings, settings.port, around)) if settings.port else (), around.enclosure)


def welcome(out: TextIO, settings: ProcessSettings, port: int, kept_in: str, around: Surroundings) -> None:
    """Writes the addresses, and to a terminal the players' one as a QR code too.

    Args:
        out: standard output.
        settings: as the process runs with them.
        port: the port that it listens on.
        kept_in: what keeps the sessions.
        around: what is known of the network.
    """
    local = "localhost" if settings.host in _EVERY_ADDRESS else settings.host
    urls = [settings.public_url] if settings.public_url else lan_urls(settings, port, around)
    first = urls[0] if urls else None
    lines = [
        f"QuickPoll {__version__} is ready.",
        "",
        f"  Host      {settings.public_url or _url(local, port)}/host",
        f"  Players   {first or _url(local, port) + '  ' + _why_none(settings, around)}",
        *(f"         or {url}{_remark(local)}" for url, local in zip(urls[1:], around.addresses[1:], strict=False)),
        f"  Sessions  kept in {kept_in}",
        "",
    ]
    out.write("\n".join(lines) + "\n")
    if out.isatty():
        if first:
            import segno  # noqa: PLC0415  (only for a terminal)

            segno.make(first, error="l", micro=False).terminal(out, compact=True)
            out.write(f"\n{_HINT}")
        out.write("\nCtrl-C ends it.\n")
    out.flush()


def _why_none(settings: ProcessSettings, around: Surroundings) -> str:
    if around.enclosure and settings.host in _EVERY_ADDRESS:
        where = _CALLED[around.enclosure]
        return f"(phones: this runs in {where}; set QUICKPOLL_PUBLIC_URL to the address of the machine)"
    return "(only on this machine)"


def _remark(local: LocalAddress) -> str:
    return f"  ({local.interface}: a VPN?)" if local.reach is Reach.VPN else f"  ({local.interface})"


def _url(host: str, port: int) -> str:
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}" + ("" if port == 80 else f":{port}")
