"""The core of what makes a session safe, as a small machine of which every order of events is tried.

One partition, two coordinators, one gateway, and a Redis that can come back with less than it had. The simulation draws
orders and runs the product; this tries all orders, to a stated depth, of the rules that are written down below, beside
the names of the code that follows them. It shows that the rules suffice, and what each of them is for.

What is assumed:

- Redis does one thing after the other, and a script completely or not at all.
- A commit may be under way for any time. A coordinator may be paused between any two of its actions, so nothing is
  assumed of its clock: a lease is only there to keep others from taking it.
- The clock by which fences grow does not go back, and passes between two that are taken.
- When Redis comes back with less, all connections were cut: nothing from before arrives any more, and everybody loads
  again.
- A gateway hears what it hears in order. What it misses, it misses with a subscription that it makes again; then it
  reads what is stored.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

History = tuple[int, ...]
"""What has happened in the session: a number for each batch, another for each that was ever made."""
COORDINATORS: Final = (0, 1)


class Rules(NamedTuple):
    """Each can be left out, to see what it is for."""

    fence_is_checked: bool = True
    """`commit.lua`: a batch under another fence than the newest does nothing."""
    offset_is_checked: bool = True
    """`commit.lua`: a batch that was made from another offset than the one stored does nothing."""
    fence_follows_clock: bool = True
    """`lease.lua`: no fence is below the clock, so that none comes again after Redis has lost some."""
    retakes_what_went_back: bool = True
    """`Partition.has_gone_back`: what Redis does not hold any more is not said again under the same fence."""
    forks_are_seen: bool = True
    """`Continuity`: who heard more under an older fence than the owner of a newer one found has heard what is lost."""


ALL: Final = Rules()


class Redis(NamedTuple):
    """What is stored of the partition. The offset is how long the history is."""

    fence: int = 0
    owner: int | None = None
    history: History = ()


class Coordinator(NamedTuple):
    """What one has in memory."""

    fence: int = 0
    """0: it believes that it has no lease."""
    heard: int = 0
    """The last fence that was its own."""
    history: History | None = None
    """None: it has to load it."""
    since: int | None = None
    """The offset that it found under its fence."""
    said_to: int = 0
    """The offset after the last batch of which something was perhaps said under its fence."""


class Commit(NamedTuple):
    """A batch under way."""

    by: int
    fence: int
    since: int
    history: History
    """That it was made from."""


class Said(NamedTuple):
    """A Step or a reply."""

    fence: int
    since: int
    offset: int
    word: int


class Gateway(NamedTuple):
    """What its clients were told, and what it has not heard yet."""

    fence: int = 0
    told: History = ()
    inbox: tuple[Said, ...] = ()
    is_up_to_date: bool = True
    """Whether it has heard something since Redis came back with less."""


class State(NamedTuple):
    """Everything."""

    redis: Redis = Redis()
    coordinators: tuple[Coordinator, ...] = (Coordinator(), Coordinator())
    gateway: Gateway = Gateway()
    under_way: tuple[Commit, ...] = ()
    copy: Redis | None = None
    """To which Redis may go back, once."""
    has_lost: bool = False
    clock: int = 0
    words: int = 0
    committed: tuple[tuple[int, int], ...] = ()
    """Fence and coordinator of each commit."""


class Broken(AssertionError):
    """There is a state that must not be; the text is a shortest way there."""


def explore(depth: int, rules: Rules = ALL) -> int:
    """Tries every order of so many events, and returns how many states there are.

    Raises:
        Broken: one of them must not be.
    """
    ways: dict[State, tuple[State, str] | None] = {State(): None}
    waiting = deque([State()])
    for _ in range(depth):
        for _ in range(len(waiting)):
            state = waiting.popleft()
            for event, after in _events(state, rules):
                if after not in ways:
                    ways[after] = state, event
                    waiting.append(after)
                    if wrong := _wrong(after):
                        raise Broken(f"{wrong}: {', '.join(_way(ways, after))}")
    return len(ways)


def _wrong(state: State) -> str:
    """What must not be; empty: all is well."""
    fences = [fence for fence, _ in state.committed]
    if len(set(state.committed)) > len(set(fences)):
        return "two coordinators have committed under one fence"
    if fences != sorted(fences) and not state.has_lost:
        return "a coordinator has committed after another had taken its lease"
    gateway, redis = state.gateway, state.redis
    has_heard_all = gateway.is_up_to_date and not gateway.inbox and gateway.fence == redis.fence
    if has_heard_all and gateway.told != redis.history[: len(gateway.told)]:
        return f"clients were told {gateway.told}, and stored is {redis.history}"
    return ""


def _way(ways: dict[State, tuple[State, str] | None], state: State) -> list[str]:
    events: list[str] = []
    while before := ways[state]:
        state, event = before
        events.append(event)
    return events[::-1]


def _events(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    """All that can happen next."""
    for number in COORDINATORS:
        yield from _of_coordinator(state, number, rules)
    for index, commit in enumerate(state.under_way):
        rest = state._replace(under_way=state.under_way[:index] + state.under_way[index + 1 :])
        yield f"the commit of {commit.by} arrives", _arrive(rest, commit, rules)
    yield from _of_redis(state)
    yield from _of_gateway(state, rules)


# -- a coordinator ---------------------------------------------------------------------------


def _of_coordinator(state: State, number: int, rules: Rules) -> Iterator[tuple[str, State]]:
    me = state.coordinators[number]
    if not me.fence:
        if state.redis.owner in (None, number):
            yield f"{number} takes the lease", _take(state, number, rules)
    elif me.history is None:
        yield f"{number} loads", _load(state, number, rules)
    else:
        assert me.since is not None
        commit = Commit(number, me.fence, me.since, me.history)
        # It is not known whether it happens: something was perhaps said, and what is so has to be loaded.
        unsure = me._replace(history=None, said_to=max(me.said_to, len(me.history) + 1))
        yield f"{number} commits", _with(state, number, unsure)._replace(under_way=(*state.under_way, commit))


def _take(state: State, number: int, rules: Rules) -> State:
    me, redis = state.coordinators[number], state.redis
    clock = state.clock + 1
    fence = max(redis.fence, me.heard) + 1
    if rules.fence_follows_clock:
        fence = max(fence, clock)
    taken = _with(state, number, Coordinator(fence, heard=fence))
    return taken._replace(redis=redis._replace(fence=fence, owner=number), clock=max(clock, fence))


def _load(state: State, number: int, rules: Rules) -> State:
    me, redis = state.coordinators[number], state.redis
    if rules.retakes_what_went_back and len(redis.history) < me.said_to:
        return _with(state, number, me._replace(fence=0))
    since = len(redis.history) if me.since is None else me.since
    return _with(state, number, me._replace(history=redis.history, since=since))


def _with(state: State, number: int, coordinator: Coordinator) -> State:
    coordinators = list(state.coordinators)
    coordinators[number] = coordinator
    return state._replace(coordinators=tuple(coordinators))


# -- Redis -----------------------------------------------------------------------------------


def _arrive(state: State, commit: Commit, rules: Rules) -> State:
    redis = state.redis
    if rules.fence_is_checked and commit.fence != redis.fence:
        return _with(state, commit.by, state.coordinators[commit.by]._replace(fence=0, history=None))
    if rules.offset_is_checked and len(commit.history) != len(redis.history):
        return state
    word = state.words + 1
    history = (*commit.history, word)
    said = Said(commit.fence, commit.since, len(history), word)
    return state._replace(
        redis=redis._replace(history=history),
        gateway=state.gateway._replace(inbox=(*state.gateway.inbox, said)),
        words=word,
        committed=(*state.committed, (commit.fence, commit.by)),
    )


def _of_redis(state: State) -> Iterator[tuple[str, State]]:
    redis = state.redis
    if redis.owner is not None:
        yield "the lease runs out", state._replace(redis=redis._replace(owner=None))
    if state.copy is None and not state.has_lost:
        yield "a copy is made", state._replace(copy=redis)
    if state.copy is not None and state.copy != redis:
        yield (
            "Redis goes back to the copy",
            state._replace(
                redis=state.copy,
                copy=None,
                has_lost=True,
                under_way=(),
                gateway=state.gateway._replace(inbox=(), is_up_to_date=False),
                coordinators=tuple(each._replace(history=None) for each in state.coordinators),
            ),
        )


# -- the gateway -----------------------------------------------------------------------------


def _of_gateway(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    gateway = state.gateway
    if gateway.inbox:
        heard = _hear(gateway._replace(inbox=gateway.inbox[1:]), gateway.inbox[0], state.redis, rules)
        yield "the gateway hears", state._replace(gateway=heard)
        yield "the gateway misses it all", state._replace(gateway=gateway._replace(inbox=()))


def _hear(gateway: Gateway, said: Said, redis: Redis, rules: Rules) -> Gateway:
    gateway, at = gateway._replace(is_up_to_date=True), len(gateway.told)
    has_forked = rules.forks_are_seen and said.fence > gateway.fence and at > said.since
    has_missed = said.offset > at + 1
    if has_forked or has_missed:
        # It reads what is stored, or its clients resume and are told that: what waits was said before.
        return Gateway(redis.fence, redis.history)
    if said.offset == at + 1:
        return gateway._replace(fence=max(said.fence, gateway.fence), told=(*gateway.told, said.word))
    return gateway._replace(fence=max(said.fence, gateway.fence))  # a repeat
