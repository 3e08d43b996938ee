"""Readers of settings: each takes the text that a person gave and returns the value, or raises ValueError."""

from collections.abc import Callable
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from quickpoll.store.url import parse

MIN_SECRET_CHARACTERS: Final = 16
MAX_LINKS: Final = 6
MAX_LINK_CHARACTERS: Final = 40


class Durability(Enum):
    """What must hold before an acknowledgement leaves."""

    REPLY = "reply"
    """Redis has replied."""
    DISK = "disk"
    """The same, and Redis replies only when it is on the disk: it is refused without `appendfsync always`."""
    REPLICA = "replica"
    """A replica has it, if one is connected (WAIT)."""


def trimmed(text: str) -> str:
    """The text without what editors, shells and copying add around it.

    Blanks, line ends of Windows and a byte order mark are dropped at both ends. Control characters, line
    ends among them, have no place inside any value.

    Raises:
        ValueError: there is one inside.
    """
    text = text.strip("\ufeff").strip()
    _require(text.isprintable())
    return text


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`, in decimal digits."""

    def read(text: str) -> int:
        _require(text.isascii() and text.isdigit() and len(text) <= 19 and low <= int(text) <= high)
        return int(text)

    return read


def switch(text: str) -> bool:
    """Either `on` or `off`."""
    _require(text in ("on", "off"))
    return text == "on"


def host(text: str) -> str:
    """An address or name to listen on."""
    _require(_is_one_word(text) and not any(character in text for character in "/,"))
    return text


def folder(text: str) -> Path:
    """A folder, which need not exist, as an absolute path."""
    _require(text != "")
    return Path(text).expanduser().absolute()


def redis_url(text: str) -> str:
    """What `quickpoll.store.url.parse` understands."""
    parse(text)
    return text


def secret(text: str) -> str:
    """A text that is too long to be guessed."""
    _require(len(text) >= MIN_SECRET_CHARACTERS)
    return text


def web_address(text: str) -> str:
    """An http or https address, without a slash at its end."""
    parts = urlsplit(text)
    _require(_is_one_word(text) and parts.scheme in ("http", "https") and bool(parts.hostname))
    _require(not parts.query and not parts.fragment)
    return text.rstrip("/")


def public_url(text: str) -> str:
    """A web address without a path: the pages, their assets and /ws are at the root of a host."""
    address = web_address(text)
    _require(not urlsplit(address).path)
    return address


def origins(text: str) -> tuple[str, ...]:
    """Web addresses without a path, separated by commas."""
    found = tuple(web_address(part) for part in _parts(text))
    _require(not any(urlsplit(origin).path for origin in found))
    return found


def links(text: str) -> tuple[tuple[str, str], ...]:
    """Texts and web addresses, as `Text=https://…`, separated by commas."""
    found = [part.partition("=") for part in _parts(text)]
    _require(len(found) <= MAX_LINKS and all(0 < len(name.strip()) <= MAX_LINK_CHARACTERS for name, _, _ in found))
    for _, _, address in found:
        web_address(address.strip().partition("#")[0].partition("?")[0])
    return tuple((name.strip(), address.strip()) for name, _, address in found)


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses or networks, separated by commas."""
    return tuple(ip_network(part) for part in _parts(text))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_one_word(text: str) -> bool:
    return len(text.split()) == 1


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError
