"""Every setting once: its name, who uses it, what is allowed, its default, and what it does.

A setting comes from its flag, else its `QUICKPOLL_*` variable, else its default; the result is
frozen. A value that is not allowed raises `BadSetting`, which names the setting as the person wrote it.
The flags and help of each command and `docs/settings.md` are made from this table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

from quickpoll import setting_readers as readers
from quickpoll.setting_readers import MIN_SECRET_CHARACTERS, Durability
from quickpoll.store import url as redis_url

__all__ = [
    "FILE_SUFFIX",
    "MIN_SECRET_CHARACTERS",
    "SETTINGS",
    "BadSetting",
    "Durability",
    "Failure",
    "ProcessSettings",
    "Setting",
    "as_markdown",
    "load",
    "unknown_variables",
]

PREFIX: Final = "QUICKPOLL_"
FILE_SUFFIX: Final = "_FILE"


class Failure(Exception):
    """A failure that a person can put right: its text is one line that says what is wrong and what to do."""

    exit_code = 1


class BadSetting(Failure):
    """A setting with a value that is not allowed."""

    exit_code = 2


@dataclass(frozen=True)
class Setting:
    """One row of the table: everything that is known of a setting."""

    name: str
    used_by: frozenset[str]
    """The commands to which it means something."""
    read: Callable[[str], Any]
    allowed: str
    default: str | None
    """As text, read like any other; None where having none means something."""
    explanation: str
    without: str = ""
    """What it means that there is none."""
    confidential: bool = False
    """Never shown, and may be in a file named by `<variable>_FILE`."""
    has_flag: bool = True
    """A secret has none: every user of the machine can read the command line."""

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.name.upper()

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def shown_default(self) -> str:
        """The default as help and documentation name it."""
        return self.without or str(self.default)


_SERVE: Final = frozenset({"serve"})
_GATEWAYS: Final = frozenset({"serve", "gateway"})
_COORDINATORS: Final = frozenset({"serve", "coordinator"})
_ALL: Final = _GATEWAYS | _COORDINATORS


def _row(
    used_by: frozenset[str],
    read: Callable[[str], Any],
    allowed: str,
    default: str | None,
    explanation: str,
    **options: Any,
) -> Any:
    """A field of `ProcessSettings` that carries its row of the table; its name is that of the field."""
    about = {"used_by": used_by, "read": read, "allowed": allowed, "default": default, "explanation": explanation}
    return field(repr=not options.get("confidential"), metadata=about | options)


@dataclass(frozen=True)
class ProcessSettings:
    """The settings of one process; each field is one row of the table."""

    host: str = _row(
        _ALL,
        readers.host,
        "an address to listen on, such as ::, 0.0.0.0 or 127.0.0.1",
        "::",  # players on the same network are the point
        "Address to listen on: `::` is every address of this machine, IPv4 and IPv6, `0.0.0.0` every IPv4 address; "
        "`127.0.0.1` keeps it to this machine.",
    )
    port: int = _row(
        _GATEWAYS,
        readers.whole_number(0, 65535),
        "a whole number from 0 to 65535",
        "8000",
        "Port of the pages and of /ws; 0 picks a free one.",
    )
    admin_port: int | None = _row(
        _ALL,
        readers.whole_number(0, 65535),
        "a whole number from 0 to 65535",
        None,
        "Port of /livez, /readyz and /metrics apart from the public one, to be kept internal. "
        "A gateway answers the first two on its public port as well.",
        without="none",
    )
    data_dir: Path = _row(
        _SERVE,
        readers.folder,
        "a folder",
        None,
        "Folder of the embedded server's data and of the generated secret; not used with QUICKPOLL_REDIS_URL.",
        without="$XDG_DATA_HOME/quickpoll, else ~/.local/share/quickpoll",
    )
    redis_url: str | None = _row(
        _ALL,
        readers.redis_url,
        "redis://host:6379/0, unix:///path/to/socket, redis+sentinel://host:26379,host:26379/mymaster "
        "or redis+cluster://host:6379,host:6379; with TLS rediss://, rediss+sentinel:// or rediss+cluster://",
        None,
        "The Valkey (7.2 or later) or Redis (7 or later) that all processes share: `redis://host:6379/0` or "
        "`unix:///path/to/socket`; behind Sentinels `redis+sentinel://host1:26379,host2:26379/mymaster`; a Cluster "
        "`redis+cluster://host1:6379,host2:6379`. `rediss…` for TLS; "
        "`user:password@` goes before the hosts.",
        without="none: an embedded server",
        confidential=True,
    )
    secret: str | None = _row(
        _ALL,
        readers.secret,
        f"at least {MIN_SECRET_CHARACTERS} characters, as `openssl rand -hex 32` makes them",
        None,
        f"Signs the tokens of hosts and players: at least {MIN_SECRET_CHARACTERS} characters, "
        "the same in all processes. Needed with QUICKPOLL_REDIS_URL.",
        without="none: generated, and kept in the data folder",
        confidential=True,
        has_flag=False,
    )
    secret_previous: str | None = _row(
        _ALL,
        readers.secret,
        f"at least {MIN_SECRET_CHARACTERS} characters",
        None,
        "A second secret whose tokens are accepted too, so that QUICKPOLL_SECRET can be changed while sessions run.",
        without="none",
        confidential=True,
        has_flag=False,
    )
    partitions: int = _row(
        _ALL,
        readers.whole_number(1, 1024),
        "a whole number from 1 to 1024",
        "64",
        "How many partitions share the sessions: the same in all processes, and fixed once there is data.",
    )
    durability: Durability = _row(
        _COORDINATORS,
        readers.Durability,
        "reply, disk or replica",
        None,
        "What must hold before an answer is acknowledged: `reply`, Redis has replied (what that means for its disk is "
        "`appendfsync`); `disk`, the same, and a Redis without `appendfsync always` is refused; `replica`, a replica "
        "has it, if one is connected (WAIT). What each promises and costs: [durability](durability.md).",
        without="`replica` behind Sentinels and on a Cluster, else `reply`",
    )
    public_url: str | None = _row(
        _GATEWAYS,
        readers.public_url,
        "an address such as https://quiz.example.org, without a path: QuickPoll needs a host name of its own",
        None,
        "Address under which players reach QuickPoll, for links and QR codes, such as https://quiz.example.org.",
        without="none: the address of this machine",
    )
    allowed_origins: tuple[str, ...] = _row(
        _GATEWAYS,
        readers.origins,
        "origins without a path, such as https://quiz.example.org, separated by commas",
        "",
        "Further web origins, separated by commas, whose pages may connect.",
        without="none: only the pages served from here",
    )
    links: tuple[tuple[str, str], ...] = _row(
        _GATEWAYS,
        readers.links,
        "up to six texts of up to 40 characters with web addresses, such as Imprint=https://example.org/imprint, "
        "separated by commas",
        "",
        "Links that are shown where people join and where hosts choose a quiz, such as an imprint and a privacy "
        "notice: `Imprint=https://…,Privacy=https://…`.",
        without="none",
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = _row(
        _GATEWAYS,
        readers.networks,
        "addresses or networks such as 192.0.2.7 or 10.0.0.0/8, separated by commas",
        "",
        "Addresses or networks, separated by commas, of the balancers and proxies in front of the gateways: "
        "only they are believed about a client's address and TLS (X-Forwarded-For, X-Forwarded-Proto).",
        without="none: whoever connects is the client",
    )
    session_ttl: int = _row(
        _COORDINATORS,
        readers.whole_number(60, 43_200),
        "a whole number of seconds from 60 to 43200 (12 hours)",
        "7200",
        "How many seconds a session is kept after the last of its people has left; once its quiz is over, after its "
        "host has left. Then its names, answers and results are deleted; if the host ends it, at once.",
    )
    check_invariants: bool = _row(
        _COORDINATORS,
        readers.switch,
        "on or off",
        "off",
        "`on`: after each batch, whatever must always hold of a session is checked for each session that the batch has "
        "changed. A batch that breaks it is not stored: the fault is logged with the session's code, and the batch is "
        "tried again every second, while the other sessions of the partition wait. Each check reads all players of "
        "the session, so it costs CPU by session size; it is meant for tests and for finding a bug.",
    )
    players_per_address: int = _row(
        _GATEWAYS,
        readers.whole_number(1, 1_000_000),
        "a whole number from 1 to 1000000",
        "10000",
        "How many players may join from one address at once; as many again within a minute. "
        "A hall, a school or a company often has a single address.",
    )
    sessions_per_address: int = _row(
        _GATEWAYS,
        readers.whole_number(1, 1_000_000),
        "a whole number from 1 to 1000000",
        "100",
        "How many sessions may be opened from one address within an hour.",
    )
    max_connections: int | None = _row(
        _GATEWAYS,
        readers.whole_number(1, 1_000_000),
        "a whole number from 1 to 1000000",
        None,
        "How many connections a gateway takes; further ones are told to try again later.",
        without="none: as many as the open files allow, less 100",
    )


SETTINGS: Final = tuple(Setting(name=row.name, **row.metadata) for row in fields(ProcessSettings))


def load(flags: Mapping[str, str], environment: Mapping[str, str]) -> ProcessSettings:
    """Settings by flag, else by variable, else by default.

    Args:
        flags: text by setting's name, for the flags that were given.
        environment: the process's environment.

    Raises:
        BadSetting: a value is not allowed, or a setting is given in two ways.
    """
    values = {setting.name: _value(setting, *_find(setting, flags, environment)) for setting in SETTINGS}
    values["durability"] = values["durability"] or _default_durability(values["redis_url"])
    values["data_dir"] = values["data_dir"] or _default_data_dir(environment)
    return ProcessSettings(**values)


def _value(setting: Setting, source: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return setting.read(readers.trimmed(text))
    except redis_url.BadUrl as error:  # it says what to change, and quotes no password
        raise BadSetting(f"{source}: {error}") from None
    except ValueError:
        given = "this value" if setting.confidential else repr(text)
        raise BadSetting(f"{source}: {given} is not allowed; it must be {setting.allowed}") from None


def _default_durability(url: str | None) -> Durability:
    """An accepted answer survives the death of any one process: also of a master that has replicas."""
    alone = url is None or redis_url.parse(url).kind is redis_url.RedisKind.ONE
    return Durability.REPLY if alone else Durability.REPLICA


def _default_data_dir(environment: Mapping[str, str]) -> Path:
    """Where programs keep a user's data, by the XDG base directory specification (relative paths are ignored)."""
    base = Path(environment.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "quickpoll"


def _find(setting: Setting, flags: Mapping[str, str], environment: Mapping[str, str]) -> tuple[str, str | None]:
    """Where the setting's text is from, and the text; compose leaves empty variables, which count as not set."""
    if setting.name in flags:
        return setting.flag, flags[setting.name]
    text = environment.get(setting.variable)
    text = text if text and text.strip() else None
    file_variable = setting.variable + FILE_SUFFIX
    path = environment.get(file_variable) if setting.confidential else None
    if not path:
        return setting.variable, setting.default if text is None else text
    if text is not None:
        raise BadSetting(f"{setting.variable} and {file_variable} are both set; keep one of them")
    try:
        return file_variable, Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{file_variable}: {path} cannot be read: {error}") from None


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """One line for each `QUICKPOLL_*` variable that means nothing."""
    known = {setting.variable for setting in SETTINGS}
    known |= {setting.variable + FILE_SUFFIX for setting in SETTINGS if setting.confidential}
    lines = []
    for name in sorted(name for name in environment if name.startswith(PREFIX) and name not in known):
        close = get_close_matches(name, known, n=1)
        lines.append(f"{name} is not a setting and has no effect" + (f"; did you mean {close[0]}?" if close else ""))
    return lines


def as_markdown() -> str:
    """The text of `docs/settings.md`."""
    lines = [
        "# Settings",
        "",
        "<!-- Generated from quickpoll/settings.py by `make generate`; edit it there. -->",
        "",
        "A flag goes before an environment variable, and that before the default. "
        "A variable that is empty counts as not set; an unknown `QUICKPOLL_*` variable is a warning at start. "
        "Blanks and line ends around a value are dropped; control characters inside one are refused.",
        "",
        "| Variable | Flag | Default | Used by | What it does |",
        "|---|---|---|---|---|",
    ]
    for setting in SETTINGS:
        variable = f"`{setting.variable}`"
        if setting.confidential:
            variable += f" or `{setting.variable}{FILE_SUFFIX}` (path of a file that holds it)"
        flag = f"`{setting.flag}`" if setting.has_flag else ""
        lines.append(f"| {variable} | {flag} | {setting.shown_default} | {_users(setting)} | {setting.explanation} |")
    return "\n".join(lines) + "\n"


def _users(setting: Setting) -> str:
    """The processes that use it; `quickpoll` without a command is all of them in one."""
    return ", ".join(sorted(setting.used_by - {"serve"})) or "`quickpoll` alone"


if __name__ == "__main__":
    Path("docs/settings.md").write_text(as_markdown())
