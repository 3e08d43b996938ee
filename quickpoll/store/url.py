"""What a Redis URL names: one server, a master that Sentinels know, or a Cluster.

    redis://[user:password@]host[:6379][/0]                                  also rediss:// (TLS) and unix:///path
    redis+sentinel://[user:password@]host[:26379],host,.../service[/0]       also rediss+sentinel://
    redis+cluster://[user:password@]host[:6379],host,...                     also rediss+cluster://

User, password and the options behind `?` (`ssl_ca_certs=/path` and the like) are those of the servers that hold data;
the Sentinels' own are the options `sentinel_username` and `sentinel_password`.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

REDIS_PORT: Final = 6379
SENTINEL_PORT: Final = 26379
_PLAIN_SCHEMES: Final = ("redis", "rediss", "unix", "fake")
_SENTINEL_OPTIONS: Final = ("sentinel_username", "sentinel_password")

Address = tuple[str, int]
"""Host and port."""


class Kind(Enum):
    """How the servers behind a URL divide the work."""

    ONE = "one server"
    SENTINEL = "a master and its Sentinels"
    CLUSTER = "a cluster"


_KINDS: Final = {"sentinel": Kind.SENTINEL, "cluster": Kind.CLUSTER}


@dataclass(frozen=True)
class RedisUrl:
    """A URL taken apart."""

    kind: Kind
    text: str
    """As it was given."""
    hosts: tuple[Address, ...] = ()
    """Where to ask: Sentinels, or some nodes of the cluster."""
    service: str = ""
    """The Sentinels' name for the master."""
    database: str = ""
    _scheme: str = "redis"
    _user: str = ""
    """User and password with their `@`, as in the URL."""
    _options: tuple[tuple[str, str], ...] = ()

    def node(self, address: Address) -> str:
        """The URL of one server that holds data."""
        options = [option for option in self._options if option[0] not in _SENTINEL_OPTIONS]
        return _join(self._scheme, self._user, address, f"/{self.database or 0}", options)

    def sentinel(self, address: Address) -> str:
        """The URL of one Sentinel."""
        named = dict(self._options)
        user, password = (quote(named.get(option, ""), safe="") for option in _SENTINEL_OPTIONS)
        options = [option for option in self._options if option[0] not in _SENTINEL_OPTIONS]
        return _join(self._scheme, f"{user}:{password}@" if password else "", address, "", options)

    @property
    def shown(self) -> str:
        """Without user, password and options, for messages."""
        parts = urlsplit(self.text)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def parse(text: str) -> RedisUrl:
    """Takes a URL apart.

    Raises:
        ValueError: it is none of the forms above.
    """
    parts = urlsplit(text)
    scheme, _, kind = parts.scheme.partition("+")
    if not kind and scheme in _PLAIN_SCHEMES:
        return RedisUrl(Kind.ONE, text)
    if scheme not in ("redis", "rediss") or kind not in _KINDS:
        raise ValueError(f"{parts.scheme}:// is not known")
    user, at, hosts = parts.netloc.rpartition("@")
    path = parts.path.strip("/").split("/")
    service, database = (path.pop(0), "".join(path)) if kind == "sentinel" else ("", "".join(path))
    if kind == "sentinel" and not service:
        raise ValueError("the name of the master is missing: …/mymaster")
    if (kind == "cluster" and database not in ("", "0")) or not (database or "0").isdigit():
        raise ValueError(f"there is no database {database!r}")
    return RedisUrl(
        _KINDS[kind],
        text,
        tuple(_address(host, SENTINEL_PORT if kind == "sentinel" else REDIS_PORT) for host in hosts.split(",")),
        service,
        database,
        scheme,
        user + at,
        tuple(parse_qsl(parts.query)),
    )


def _address(text: str, default_port: int) -> Address:
    parts = urlsplit("//" + text.strip())
    if not parts.hostname:
        raise ValueError("a host is missing")
    return parts.hostname, default_port if parts.port is None else parts.port


def _join(scheme: str, user: str, address: Address, path: str, options: list[tuple[str, str]]) -> str:
    host, port = address
    where = f"[{host}]" if ":" in host else host
    return f"{scheme}://{user}{where}:{port}{path}" + (f"?{urlencode(options)}" if options else "")
