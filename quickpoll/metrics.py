"""Every metric, declared once: the field that the code counts up is the one that `/metrics` shows.

A field's name is the metric's, with `quickpoll_` before it and `_total` behind a counter. Counting is adding to a plain
integer; whatever can be looked up instead is a gauge, which is asked when somebody wants to know. No metric has a label
with a session, a player or an address: a label's values are few, and known beforehand.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, get_args

from quickpoll.protocol import CloseCode, ErrorCode, PagePart

PREFIX: Final = "quickpoll_"
BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of every histogram, in seconds."""
CLOSE_CODES: Final = (1000, 1001, 1005, 1006, *CloseCode)
"""Ours, and the usual ones of clients; any other is `OTHER`, as a client may send what it likes."""
OTHER: Final = "other"
GATEWAY_ERRORS: Final = (
    *(ErrorCode.BAD_MESSAGE, ErrorCode.UNKNOWN_TYPE, ErrorCode.FORBIDDEN, ErrorCode.INVALID_TOKEN),
    *(ErrorCode.RATE_LIMITED, ErrorCode.TOO_MANY_SESSIONS, ErrorCode.UNAVAILABLE),
)

Gauge = Callable[[], float]


class Distribution:
    """How many durations fell into each bucket."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        """By bucket, the last one without a bound; not added up."""
        self.sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Counts one; a negative one, as clocks that differ give it, as none."""
        seconds = max(0.0, seconds)
        self.counts[bisect_left(BOUNDS_S, seconds)] += 1
        self.sum_s += seconds


def _counter(explanation: str) -> Any:
    return field(default=0, metadata={"kind": "counter", "help": explanation})


def _counters(label: str, known: Iterable[Any], explanation: str) -> Any:
    """`known` are told from the start, as 0: Prometheus sees no increase in what appears as 1."""
    metadata = {"kind": "counter", "help": explanation, "label": label}
    return field(default_factory=lambda: Counter(dict.fromkeys(known, 0)), metadata=metadata)


def _gauge(explanation: str) -> Any:
    return field(default=lambda: 0, metadata={"kind": "gauge", "help": explanation})


def _histogram(explanation: str) -> Any:
    return field(default_factory=Distribution, metadata={"kind": "histogram", "help": explanation})


@dataclass(slots=True)
class GatewayFigures:
    """What a gateway counts."""

    connections: Gauge = _gauge("WebSockets that are open")
    connected_sessions: Gauge = _gauge("Sessions that have connections here")
    connected_hosts: Gauge = _gauge("Connections that act as the host of a session")
    connected_players: Gauge = _gauge("Connections that act as a player")
    pending_commands: Gauge = _gauge("Commands that wait for their reply")
    draining: Gauge = _gauge("1 while it sends its clients away")
    gateway_redis_round_trip_seconds: Gauge = _gauge("The quickest of the last round trips to Redis")
    connections_accepted: int = _counter("WebSockets that were opened")
    connections_refused: Counter[str] = _counters(
        "reason", ("origin", "address", "full", "handshake"), "Openings that were refused"
    )
    connections_closed: Counter[int | str] = _counters(
        "code", (*CLOSE_CODES, OTHER), "WebSockets that ended, by close code (1013: read too slowly)"
    )
    messages_received: int = _counter("Messages of clients")
    received_bytes: int = _counter("Bytes of these messages")
    messages_refused: Counter[str] = _counters("code", GATEWAY_ERRORS, "Messages that were answered with an error here")
    deliveries: int = _counter("Writes of replies and Steps to clients; what goes to one at one moment is one")
    delivered_bytes: int = _counter("Bytes of these writes")
    resumes: Counter[str] = _counters(
        "recovered", ("true", "false"), "resume_session: whether the client is in its session again"
    )
    resyncs: Counter[str] = _counters(
        "outcome",
        ("delivered", "restarted", "gone"),
        "Sessions of which something was missed: delivered, restarted or gone",
    )
    page_failures: Counter[str] = _counters(
        "where", get_args(PagePart), "Pages that failed and started again: in drawing a view, or in taking in a message"
    )
    broadcast_seconds: Distribution = _histogram("From the first write of a Step to its last")
    command_seconds: Distribution = _histogram("From a command's arrival to its reply")
    pubsub_lag_seconds: Distribution = _histogram("From publishing to hearing it here, by a message a second")

    def closed(self, code: int) -> None:
        """Counts a WebSocket that ended."""
        self.connections_closed[code if code in CLOSE_CODES else OTHER] += 1


@dataclass(slots=True)
class CoordinatorFigures:
    """What a coordinator counts."""

    partitions_owned: Gauge = _gauge("Partitions that this coordinator owns")
    partitions_ownerless: Gauge = _gauge("Partitions that nobody owned when it last looked")
    sessions: Gauge = _gauge("Sessions of the partitions owned that are not over")
    sessions_in_memory: Gauge = _gauge("Those of them that something happened to in the last minutes")
    players: Gauge = _gauge("Players of the sessions in memory, here or away")
    coordinator_redis_round_trip_seconds: Gauge = _gauge("The quickest of the last round trips to Redis")
    leases_taken: int = _counter("Partitions taken over")
    leases_lost: int = _counter("Partitions given back, run out or taken by another")
    entries_quarantined: int = _counter("Entries that were set aside")
    batches: Counter[str] = _counters(
        "outcome",
        ("committed", "fenced", "stale", "refused", "uncertain"),
        "Batches: committed, fenced (another owns it), stale (of another offset), refused by Redis, or uncertain",
    )
    sessions_created: int = _counter("Sessions that were created")
    commit_seconds: Distribution = _histogram("How long committing a group of batches took")
    stream_lag_seconds: Distribution = _histogram("From the arrival of a batch's last entry to its commit")
    timer_lateness_seconds: Distribution = _histogram("From a deadline to the tick that tells of it")


@dataclass(slots=True)
class ProcessFigures:
    """What every process counts."""

    event_loop_lag_seconds: Distribution = _histogram("How much later than asked for the event loop came to a timer")


Figures = GatewayFigures | CoordinatorFigures | ProcessFigures


@dataclass(frozen=True)
class Metric:
    """A metric with its value: a number, numbers by label, or a Distribution."""

    name: str
    kind: str
    explanation: str
    label: str
    value: Any


def metrics(figures: Figures) -> Iterator[Metric]:
    """The metrics of a part of the process, as they stand."""
    for one in fields(figures):
        value = getattr(figures, one.name)
        yield Metric(_name(one), one.metadata["kind"], one.metadata["help"], one.metadata.get("label", ""), value)


def _name(one: "Field[Any]") -> str:
    return PREFIX + one.name + ("_total" if one.metadata["kind"] == "counter" else "")


def as_markdown() -> str:
    """The text of `docs/metrics.md`."""
    lines = [
        "# Metrics",
        "",
        "<!-- Generated from quickpoll/metrics.py by `make generate`; edit it there. -->",
        "",
        "`/metrics` on `QUICKPOLL_ADMIN_PORT` tells them in Prometheus's text format, beside `quickpoll_build_info`",
        "and the usual `process_*`. Durations are histograms, in seconds. Labels have few values: none is a session or",
        "a player.",
    ]
    for title, figures in (
        ("Gateway", GatewayFigures()),
        ("Coordinator", CoordinatorFigures()),
        ("Every process", ProcessFigures()),
    ):
        lines += ["", f"## {title}", "", "| Metric | Kind | Label | What it is |", "|---|---|---|---|"]
        for metric in metrics(figures):
            label = f"`{metric.label}`" if metric.label else ""
            lines.append(f"| `{metric.name}` | {metric.kind} | {label} | {metric.explanation} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path("docs/metrics.md").write_text(as_markdown())
