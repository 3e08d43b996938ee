"""What a Redis URL names: one server, a master that Sentinels know, or a Cluster.

    redis://[user[:password]@]host[:6379][/0]                           also rediss:// (TLS)
    unix://[user[:password]@]/path/to/socket[?db=0]
    redis+sentinel://[user[:password]@]host[:26379],host,.../service[/0]    also rediss+sentinel://
    redis+cluster://[user[:password]@]host[:6379],host,...                  also rediss+cluster://

User and password are those of the servers that hold data; the Sentinels' own are the options `sentinel_username` and
`sentinel_password`. With TLS there are `ssl_ca_certs=/path` (a file with the certificates to trust instead of those of
the system), `ssl_certfile`, `ssl_keyfile` and `ssl_password` (the client's own certificate), `ssl_cert_reqs=none` and
`ssl_check_hostname=false`: the names that redis-py gives them.

The reader is strict. It guesses nothing, since a wrong guess is another server or another user; and no error quotes the
URL, since any part of it may be a piece of a password that was not percent-encoded.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final
from urllib.parse import unquote

from quickpoll.store.node import REDIS_PORT, Node, Trust, tls_context

SENTINEL_PORT: Final = 26379
_HOST: Final = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+(?:%\w+)?)\]|(?P<name>[\w.-]+))(?::(?P<port>[0-9]{1,5}))?")
_SENTINEL_OPTIONS: Final = ("sentinel_username", "sentinel_password")
_TLS_OPTIONS: Final = (
    "ssl_ca_certs",
    "ssl_certfile",
    "ssl_keyfile",
    "ssl_password",
    "ssl_cert_reqs",
    "ssl_check_hostname",
)


class BadUrl(ValueError):
    """The text is none of the forms above; the message says what to change, and quotes nothing of it."""


class RedisKind(Enum):
    """How the servers behind a URL divide the work."""

    ONE = "one server"
    SENTINEL = "a master and its Sentinels"
    CLUSTER = "a cluster"


_KINDS: Final = {"": RedisKind.ONE, "sentinel": RedisKind.SENTINEL, "cluster": RedisKind.CLUSTER}


@dataclass(frozen=True)
class RedisUrl:
    """A URL taken apart."""

    kind: RedisKind
    shown: str
    """Without user, password and options, for messages."""
    nodes: tuple[Node, ...]
    """The server, or whom to ask: Sentinels, or some nodes of the cluster."""
    service: str = ""
    """The Sentinels' name for the master."""
    trust: Trust | None = None
    """What TLS connections trust; None without TLS."""
    _data: Node = field(default_factory=Node)
    """How to enter a server that holds data."""

    def node(self, host: str, port: int) -> Node:
        """A server that holds data."""
        return replace(self._data, host=host, port=port)


def parse(text: str) -> RedisUrl:
    """Takes a URL apart.

    Raises:
        BadUrl: it is none of the forms above, or could mean two things.
    """
    if any(not character.isprintable() for character in text):
        raise BadUrl("it holds a line end or another character that cannot be seen")
    scheme, found, rest = text.partition("://")
    base, _, kind_name = scheme.lower().partition("+")
    is_known = (base in ("redis", "rediss") and kind_name in _KINDS) or (base, kind_name) == ("unix", "")
    if not found or not is_known:
        raise BadUrl("it must begin with redis://, rediss://, unix://, redis+sentinel:// or redis+cluster://, unquoted")
    authority, path, query = _split(rest)
    user, _, hosts = authority.rpartition("@")
    name, _, password = user.partition(":")
    options = _options(query, base, kind_name)
    trust = _trust(options) if base == "rediss" else None
    data = Node(username=_decoded(name), password=_decoded(password), tls=_tls(trust) if trust else None)
    shown = f"{scheme.lower()}://{hosts}{path}"
    if base == "unix":
        return _unix(hosts, path, options, data, shown)
    kind = _KINDS[kind_name]
    if kind is not RedisKind.ONE and "@" in user:
        raise BadUrl("write @ as %40 in a user or password, and both only once, before the first host")
    where = _hosts(hosts, SENTINEL_PORT if kind is RedisKind.SENTINEL else REDIS_PORT)
    service, database = _path(path, kind)
    data = replace(data, db=database)
    if kind is RedisKind.SENTINEL:
        user, password = (options.get(option, "") for option in _SENTINEL_OPTIONS)
        asked = Node(username=user, password=password, tls=data.tls)
    else:
        asked = data
    nodes = tuple(replace(asked, host=host, port=port) for host, port in where)
    if kind is RedisKind.ONE and len(nodes) > 1:
        raise BadUrl("redis:// has one host; several need redis+cluster:// or redis+sentinel://")
    return RedisUrl(kind, shown, nodes, service, trust, data)


def _split(rest: str) -> tuple[str, str, str]:
    """Authority, path and query; refuses what a password that is not encoded could have brought about."""
    if "#" in rest:
        raise BadUrl("write # as %23 in a user or password")
    authority_and_path, _, query = rest.partition("?")
    authority, slash, path = authority_and_path.partition("/")
    if "@" in path or "@" in query:
        raise BadUrl("an @ stands behind the host: write / as %2F, ? as %3F and @ as %40 in user, password and options")
    return authority, slash + path, query


def _hosts(text: str, default_port: int) -> list[tuple[str, int]]:
    found = [_HOST.fullmatch(host) for host in text.split(",")]
    hosts: list[tuple[str, int]] = []
    for match in found:
        if match is None or not 0 < int(match["port"] or default_port) <= 65535:
            raise BadUrl(
                "each host must be a name or an address ([::1] for IPv6) with or without a port from 1 to 65535; "
                "in a user or password write : as %3A, / as %2F, ? as %3F, # as %23, @ as %40, and put @ behind it"
            )
        hosts.append((match["ipv6"] or match["name"], int(match["port"] or default_port)))
    return hosts


def _path(path: str, kind: RedisKind) -> tuple[str, int]:
    """The Sentinels' name for the master, and the number of the database."""
    parts = path.removeprefix("/").removesuffix("/").split("/")
    service = unquote(parts.pop(0)) if kind is RedisKind.SENTINEL else ""
    if kind is RedisKind.SENTINEL and not service:
        raise BadUrl("the name of the master is missing: redis+sentinel://host:26379/mymaster")
    database = parts.pop(0) if parts else ""
    if parts or (database and not re.fullmatch("[0-9]{1,5}", database)):
        raise BadUrl("what stands behind the last / must be the number of a database, such as /0")
    if kind is RedisKind.CLUSTER and int(database or 0):
        raise BadUrl("a Cluster has no other database than 0")
    return service, int(database or 0)


def _unix(hosts: str, path: str, options: Mapping[str, str], data: Node, shown: str) -> RedisUrl:
    database = options.get("db", "0")
    if hosts or path in ("", "/"):
        raise BadUrl("the path of a Unix socket begins with a slash: unix:///path/to/socket")
    if not re.fullmatch("[0-9]{1,5}", database):
        raise BadUrl("the option db must be the number of a database")
    node = replace(data, path=unquote(path), db=int(database))
    return RedisUrl(RedisKind.ONE, shown, (node,), _data=node)


def _options(query: str, base: str, kind: str) -> dict[str, str]:
    known: tuple[str, ...] = ("db",) if base == "unix" else ()
    known += _TLS_OPTIONS if base == "rediss" else ()
    known += _SENTINEL_OPTIONS if kind == "sentinel" else ()
    options: dict[str, str] = {}
    for pair in query.split("&") if query else ():
        name, found, value = pair.partition("=")
        if name in _TLS_OPTIONS and base != "rediss":
            raise BadUrl(f"{name} is for TLS: the URL must begin with rediss")
        if not found or name not in known or name in options:
            known_here = f"known here are {', '.join(known)}" if known else "there are none here"
            raise BadUrl(
                f"an option behind ? is unknown or stands twice; {known_here}; in a user or password write ? as %3F"
            )
        options[name] = _decoded(value)
    return options


def _trust(options: Mapping[str, str]) -> Trust:
    verify, check = options.get("ssl_cert_reqs", "required"), options.get("ssl_check_hostname", "true").lower()
    if verify not in ("required", "none"):
        raise BadUrl("ssl_cert_reqs must be required or none")
    if check not in ("true", "false"):
        raise BadUrl("ssl_check_hostname must be true or false")
    return Trust(
        options.get("ssl_ca_certs", ""),
        options.get("ssl_certfile", ""),
        options.get("ssl_keyfile", ""),
        options.get("ssl_password", ""),
        verify == "required",
        check == "true",
    )


def _tls(trust: Trust) -> ssl.SSLContext:
    try:
        return tls_context(trust)
    except OSError as error:  # also that of the ssl module
        raise BadUrl(f"a file of ssl_ca_certs, ssl_certfile or ssl_keyfile cannot be used ({error.strerror})") from None


def _decoded(text: str) -> str:
    return unquote(text, errors="surrogateescape")
