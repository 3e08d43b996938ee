"""Batches of a partition, made from entries and committed on a real server; what is poisoned is set aside."""

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from coordinator import engine
from coordinator.batch import builder, snapshots
from coordinator.batch.builder import POSTPONED_MS
from coordinator.batch.commit import Batch, CommitOutcome, Committer
from coordinator.batch.entries import Entries
from coordinator.batch.partition import Partition, load
from coordinator.engine import IDLE_MS, Drawn, Effects, Session
from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.envelope import (
    Command,
    ConnectionId,
    Disconnected,
    Entry,
    GatewayLost,
    Identity,
    Line,
    Reply,
    Tick,
    decode_replies,
    decode_step,
    encode,
)
from quickpoll.keys import ENTRY_FIELD, PartitionKeys, pack_fields, partition_of
from quickpoll.protocol import (
    AnswerAccepted,
    AnyServerMessage,
    CreateSession,
    EndSession,
    Error,
    ErrorCode,
    GetLog,
    GetResults,
    Joined,
    JoinSession,
    LeaveSession,
    Log,
    Results,
    ResumeSession,
    Role,
    SessionCommand,
    SessionCreated,
    StartQuiz,
    SubmitAnswer,
    decode_message,
)
from quickpoll.store.link import RedisLink
from quickpoll.store.nodes import Links
from tests.coordinator.standin import QUICK, QUIZ, TOKENS
from tests.redis_client import Client

KEYS = PartitionKeys(0)
TOKEN = 7
NOW = 1_700_000_000_000
CREATE = CreateSession(quiz=QUIZ, settings=QUICK, id="one that nobody can guess")


class Owner:
    """A partition, and its batches committed one after the other."""

    def __init__(self, redis: Client, links: Links, link: RedisLink) -> None:
        self.redis = redis
        self.links = links
        self.link = link
        self.committer = Committer()
        self.partition = Partition(links, TOKENS, 0, 1, TOKEN, check_invariants=True)
        self.now = NOW
        self.requests = 0

    def command(
        self, body: SessionCommand, connection: int = 1, identity: Identity | None = None, gateway: str = "gw"
    ) -> Command:
        self.requests += 1
        return Command(ConnectionId(gateway, connection), self.requests, identity, body)

    async def restart(self, **options: Any) -> None:
        """Another owner: nothing is in memory."""
        self.partition = Partition(self.links, TOKENS, 0, 1, TOKEN, check_invariants=True, **options)
        await load(self.links, self.links.nodes.of(0), [self.partition])

    def read(self, *data: bytes) -> Entries:
        self.now += 1
        return [(b"%d-%d" % (self.now, number), [ENTRY_FIELD, one]) for number, one in enumerate(data, 1)]

    async def apply(self, *entries: Entry | bytes) -> Batch:
        """One batch of entries, at one moment, committed."""
        batch = await self.commit(*entries)
        self.partition.settle(batch, CommitOutcome.COMMITTED)
        return batch

    async def commit(self, *entries: Entry | bytes) -> Batch:
        """As `apply`, but the partition does not know yet that it was committed."""
        data = [entry if isinstance(entry, bytes) else encode(entry) for entry in entries]
        batch = await self.partition.apply(self.read(*data))
        (outcome,), _ = await self.committer.commit(self.link, [batch])
        assert outcome is CommitOutcome.COMMITTED
        return batch

    async def as_in_0_1_0(self, act: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
        """What version 0.1.0 leaves: neither the index, nor the mark that this batch has kept it."""
        before, served_to = await self.redis.smembers(KEYS.served), await self.redis.hget(KEYS.meta, "served_to")
        result = await act(*arguments)
        await self.redis.delete(KEYS.served)
        if before:
            await self.redis.sadd(KEYS.served, *before)
        await self.redis.hset(KEYS.meta, "served_to", served_to or b"0-0")
        await self.restart()
        return result

    async def create_by(self, gateway: str, number: int) -> str:
        """Another session, opened through a gateway; returns its code."""
        body = CreateSession(quiz=QUIZ, id=f"another that nobody guesses {number}")
        (created,) = messages(await self.apply(self.command(body, number, gateway=gateway)))
        assert isinstance(created, SessionCreated)
        return created.code

    async def served(self) -> set[str]:
        members: Any = await self.redis.smembers(KEYS.served)
        return {member.decode() for member in members}

    async def stored(self) -> list[Session]:
        """Every session that is not over, from Redis alone."""
        found: Any = await self.redis.zrange(KEYS.deadlines, 0, -1)
        codes = [code.decode() for code in found]
        fields = await self.links.ask_of(0, *(("HGETALL", KEYS.session(code)) for code in codes)) if codes else []
        return [snapshots.decode_session(code, stored)[0] for code, stored in zip(codes, fields, strict=True)]

    async def check_index(self) -> None:
        """Each connection of each session is in the index; nothing that is over, and no lost gateway, is."""
        served, living = await self.served(), await self.stored()
        found: Any = await self.redis.smembers(KEYS.gateways)
        gateways = {gateway.decode() for gateway in found}
        if await self.redis.hget(KEYS.meta, "served_to") == await self.redis.hget(KEYS.meta, "offset"):
            for session in living:
                assert all({f"{gateway}/{session.code}", f"{gateway}/"} & served for gateway in gateways_of(session))
            codes = {session.code for session in living} | {""}
            assert all(m.partition("/")[0] in gateways and m.partition("/")[2] in codes for m in served)

    async def create(self) -> Identity:
        (created,) = messages(await self.apply(self.command(CREATE)))
        assert isinstance(created, SessionCreated)
        return TOKENS.verify(created.host_token, created.session.server_time)

    async def join(self, code: str, connection: int) -> Identity:
        (joined,) = messages(await self.apply(self.join_command(code, connection)))
        assert isinstance(joined, Joined)
        return TOKENS.verify(joined.player_token, joined.session.server_time)

    def join_command(self, code: str, connection: int) -> Command:
        return self.command(JoinSession(code=code, name=f"p{connection}"), connection)

    async def quarantined(self) -> list[str]:
        entries: Any = await self.redis.xrange(KEYS.quarantine)
        return [fields[b"reason"].decode() for _, fields in entries]


def gateways_of(session: Session) -> set[str]:
    """Gateways that connections of a session are on."""
    bound = {*session.head.host_connections, *(player.connection for player in session.players.values())}
    return {connection.gateway for connection in bound if connection}


def replies(batch: Batch) -> list[Reply]:
    return [reply for data in batch.replies.values() for reply in decode_replies(data).replies]


def messages(batch: Batch) -> list[AnyServerMessage]:
    return [decode_message(reply.text) for reply in replies(batch) if reply.text]


@pytest.fixture
async def owner(redis: Client, links: Links, link: RedisLink) -> Owner:
    await redis.set(KEYS.fence, str(TOKEN))
    owner = Owner(redis, links, link)
    await owner.restart()
    return owner


Fails = Callable[[Entry, Session], bool]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fails], None]:
    """Makes the engine fail, with the session half changed."""
    apply = engine.apply

    def break_for(fails: Fails) -> None:
        def fail(session: Session, entry: Entry, now: int, drawn: Drawn) -> Effects:
            if fails(entry, session):
                session.head.locked = True
                session.next_seq()
                raise RuntimeError("a fault in the rules")
            return apply(session, entry, now, drawn)

        monkeypatch.setattr(builder, "apply", fail)

    return break_for


def joins_as(name: str) -> Fails:
    return lambda entry, _: isinstance(entry, Command) and getattr(entry.body, "name", "") == name


# -- batches --------------------------------------------------------------------------------


async def test_commands_of_one_batch_see_each_other(owner: Owner) -> None:
    host = await owner.create()
    batch = await owner.apply(
        *(owner.join_command(host.code, connection) for connection in (2, 3)),
        owner.command(StartQuiz(), 1, host),
    )
    assert [type(message).__name__ for message in messages(batch)] == ["Joined", "Joined", "Ok"]
    (change,) = batch.sessions
    assert decode_step(change.step).step == 1
    assert sum(name.startswith("p:") for name in change.fields) == 2


async def test_only_what_has_changed_is_stored(owner: Owner) -> None:
    host = await owner.create()
    await owner.join(host.code, 2)
    batch = await owner.apply(owner.join_command(host.code, 3))
    (change,) = batch.sessions
    assert len([name for name in change.fields if name.startswith("p:")]) == 1
    assert "quiz" not in change.fields


async def test_a_tick_before_its_time_stores_nothing_and_moves_the_offset(owner: Owner) -> None:
    await owner.create()
    batch = await owner.apply(Tick())
    assert batch.sessions == []
    assert owner.partition.ticked
    assert owner.partition.offset == batch.offset


async def test_a_new_owner_goes_on_from_what_redis_holds(owner: Owner) -> None:
    host = await owner.create()
    await owner.join(host.code, 2)
    deadline, offset = owner.partition.next_deadline, owner.partition.offset
    await owner.restart()
    assert owner.partition.sessions_in_memory == 0
    assert (owner.partition.next_deadline, owner.partition.offset) == (deadline, offset)
    assert owner.partition.gateways.keys() == {"gw"}
    (error,) = messages(await owner.apply(owner.join_command(host.code, 2)))
    assert isinstance(error, Error)  # the name is taken: the session is as it was


async def test_the_log_goes_on_under_a_new_owner_and_is_told_to_the_host(owner: Owner) -> None:
    host = await owner.create()
    ann, bea = await owner.join(host.code, 2), await owner.join(host.code, 3)
    await owner.apply(owner.command(StartQuiz(), 1, host))
    await owner.restart()
    (accepted,) = messages(await owner.apply(owner.command(SubmitAnswer(question=0, answer=0), 2, ann)))
    await owner.apply(owner.command(LeaveSession(), 3, bea))
    (told,) = messages(await owner.apply(owner.command(GetLog(), 1, host)))
    assert isinstance(accepted, AnswerAccepted)
    assert isinstance(told, Log)
    assert told.next_cursor is None
    log = log_file.read(told.text.encode())
    assert accepted.receipt in log.receipts
    assert Replay(log).run().head.log_hash.hex() == log.head
    (results,) = messages(await owner.apply(owner.command(GetResults(), 1, host)))
    assert isinstance(results, Results)
    assert results.log_head == log.head


async def test_while_a_question_is_open_nobody_gets_the_log(owner: Owner) -> None:
    host = await owner.create()
    ann = await owner.join(host.code, 2)
    await owner.apply(owner.command(StartQuiz(), 1, host))
    for connection, identity in ((1, host), (2, ann), (9, None)):
        (refused,) = messages(await owner.apply(owner.command(GetLog(), connection, identity)))
        assert isinstance(refused, Error)


async def test_a_create_is_recognised_by_a_new_owner(owner: Owner) -> None:
    host = await owner.create()
    await owner.restart()
    (created,) = messages(await owner.apply(owner.command(CREATE, connection=9)))
    assert isinstance(created, SessionCreated)
    assert created.code == host.code


async def test_a_create_whose_session_is_gone_opens_another(owner: Owner) -> None:
    host = await owner.create()
    await owner.redis.delete(KEYS.session(host.code))
    await owner.restart()
    (created,) = messages(await owner.apply(owner.command(CREATE)))
    assert isinstance(created, SessionCreated)
    assert partition_of(created.code, 1) == 0


async def test_a_deadline_whose_session_is_gone_is_forgotten(owner: Owner) -> None:
    host = await owner.create()
    await owner.redis.delete(KEYS.session(host.code))
    await owner.restart()
    owner.now = owner.partition.next_deadline or 0
    await owner.apply(Tick())
    assert owner.partition.next_deadline is None
    assert await owner.redis.zcard(KEYS.deadlines) == 0


async def test_a_tick_runs_every_deadline_that_is_due(owner: Owner) -> None:
    codes = []
    for number in range(3):
        body = CreateSession(quiz=QUIZ, id=f"another that nobody guesses {number}")
        (created,) = messages(await owner.apply(owner.command(body, number)))
        assert isinstance(created, SessionCreated)
        codes.append(created.code)
    await owner.restart()
    await owner.apply(GatewayLost("gw"))
    owner.now = (owner.partition.next_deadline or 0) + 10  # all three are idle by then
    batch = await owner.apply(Tick())
    assert sorted(change.code for change in batch.sessions if change.closed) == sorted(codes)
    assert owner.partition.next_deadline is None


async def test_that_somebody_is_still_there_is_stored(owner: Owner) -> None:
    await owner.create()
    owner.now = owner.partition.next_deadline or 0
    await owner.apply(Tick())
    await owner.restart()
    assert owner.partition.next_deadline == owner.now + IDLE_MS


async def test_a_lost_gateway_takes_its_connections_away_and_is_forgotten(owner: Owner) -> None:
    host = await owner.create()
    await owner.join(host.code, 2)
    await owner.apply(owner.command(JoinSession(code=host.code, name="other"), 3, gateway="other"))
    assert owner.partition.gateways.keys() == {"gw", "other"}
    await owner.restart()
    batch = await owner.apply(GatewayLost("gw"))
    assert owner.partition.gateways.keys() == {"other"}
    (change,) = batch.sessions
    assert len([name for name in change.fields if name.startswith("p:")]) == 1


async def test_a_lost_gateway_costs_the_sessions_that_it_served(owner: Owner) -> None:
    mine, others = await owner.create(), [await owner.create_by("other", number) for number in range(5)]
    await owner.restart()
    batch = await owner.apply(GatewayLost("gw"))
    assert [change.code for change in batch.sessions] == [mine.code]
    assert owner.partition.sessions_in_memory == 1
    assert await owner.served() == {f"other/{code}" for code in others}


async def test_sessions_left_by_version_0_1_0_lose_the_connections_of_a_lost_gateway(owner: Owner) -> None:
    """It kept no index, and it may own the partition again while versions are rolled."""
    first = await owner.create()
    await owner.as_in_0_1_0(owner.create_by, "gw", 2)
    third = await owner.create_by("other", 3)
    assert await owner.served() == {f"gw/{first.code}", "gw/", f"other/{third}"}
    await owner.restart()
    batch = await owner.apply(GatewayLost("gw"))
    assert len(batch.sessions) == 2
    assert all("gw" not in gateways_of(session) for session in await owner.stored())


async def test_what_is_over_is_no_longer_counted_as_served(owner: Owner) -> None:
    host = await owner.create()
    await owner.apply(owner.command(EndSession(), 1, host))
    assert await owner.served() == set()
    await owner.apply(owner.command(StartQuiz(), 1, host))  # it is answered, but nothing is noted for it
    assert await owner.served() == set()


@pytest.mark.parametrize("seed", range(4))
async def test_through_every_fault_the_index_names_each_session_with_connections(owner: Owner, seed: int) -> None:
    """Random batches, some of them of version 0.1.0, some with an unknown outcome, and new owners in between."""
    chance = random.Random(seed)
    hosts: list[Identity] = []
    for _ in range(40):
        gateway = f"g{chance.randrange(3)}"
        entries: list[Entry] = []
        for connection in range(chance.randint(1, 3)):
            if not hosts or chance.random() < 0.2:
                entries.append(owner.command(CreateSession(quiz=QUIZ), connection, gateway=gateway))
            else:
                host = chance.choice(hosts)
                entries.append(
                    chance.choice(
                        (
                            GatewayLost(f"g{chance.randrange(3)}"),
                            # As gateways see to, a connection joins once.
                            owner.command(
                                JoinSession(code=host.code, name=f"p{owner.requests}"),
                                100 + owner.requests,
                                gateway=gateway,
                            ),
                            owner.command(ResumeSession(token="-"), 9, host, gateway=gateway),
                            owner.command(EndSession(), 9, host, gateway=gateway),
                            Tick(),
                        )
                    )
                )
        fault = chance.choice(("none", "none", "restart", "uncertain", "0.1.0"))
        if fault == "0.1.0":
            batch = await owner.as_in_0_1_0(owner.apply, *entries)
        elif fault == "uncertain":
            batch = await owner.commit(*entries)
            owner.partition.settle(batch, CommitOutcome.UNCERTAIN)
            await owner.restart()
        else:
            batch = await owner.apply(*entries)
        if fault == "restart":
            await owner.restart()
        for message in messages(batch):
            if isinstance(message, SessionCreated):
                hosts.append(TOKENS.verify(message.host_token, message.session.server_time))
        await owner.check_index()


async def test_a_gateway_that_speaks_after_it_was_lost_is_known_again(owner: Owner) -> None:
    host = await owner.create()
    await owner.apply(GatewayLost("gw"), owner.join_command(host.code, 2))
    assert owner.partition.gateways.keys() == {"gw"}
    assert await owner.redis.smembers(KEYS.gateways) == {b"gw"}


async def test_what_was_not_committed_is_forgotten(owner: Owner) -> None:
    host = await owner.create()
    batch = await owner.partition.apply(owner.read(encode(owner.join_command(host.code, 2))))
    owner.partition.settle(batch, CommitOutcome.REFUSED)
    assert not owner.partition.is_loaded
    assert owner.partition.sessions_in_memory == 0
    await load(owner.links, owner.links.nodes.of(0), [owner.partition])
    (joined,) = messages(await owner.apply(owner.join_command(host.code, 2)))
    assert isinstance(joined, Joined)


@pytest.mark.parametrize(
    ("outcome", "has_gone_back"),
    [
        (CommitOutcome.COMMITTED, True),
        (CommitOutcome.UNCERTAIN, True),
        (CommitOutcome.STALE, False),
        (CommitOutcome.REFUSED, False),
    ],
)
async def test_under_one_token_nothing_is_said_twice(owner: Owner, outcome: CommitOutcome, has_gone_back: bool) -> None:
    """What Redis does not hold and gateways may have heard, they have to be able to tell from what comes instead."""
    host = await owner.create()
    batch = await owner.partition.apply(owner.read(encode(owner.join_command(host.code, 2))))
    owner.partition.settle(batch, outcome)
    owner.partition.drop()
    await load(owner.links, owner.links.nodes.of(0), [owner.partition])
    assert owner.partition.has_gone_back == has_gone_back
    assert owner.partition.is_loaded != has_gone_back


async def test_a_batch_of_another_owner_or_offset_is_not_settled(owner: Owner) -> None:
    batch = await owner.commit(owner.command(CREATE))
    for wrong in ({"fence": TOKEN + 1}, {"offset_before": "1-0"}):
        with pytest.raises(AssertionError):
            owner.partition.settle(replace(batch, **wrong), CommitOutcome.COMMITTED)
    owner.partition.settle(batch, CommitOutcome.COMMITTED)
    assert owner.partition.offset == batch.offset


async def test_a_line_begins_where_its_token_was_taken(owner: Owner) -> None:
    await owner.apply(Tick())
    await owner.restart()
    before = owner.partition.offset
    for _ in range(2):
        batch = await owner.apply(owner.command(CREATE))
        (replies,) = batch.replies.values()
        assert decode_replies(replies).line == Line(TOKEN, before, batch.offset)
        owner.partition.drop()
        await load(owner.links, owner.links.nodes.of(0), [owner.partition])


async def test_no_free_code_is_said_to_the_host(owner: Owner) -> None:
    host = await owner.create()
    await owner.restart(draw_code=lambda *_: host.code)
    (error,) = messages(await owner.apply(owner.command(CreateSession(quiz=QUIZ))))
    assert isinstance(error, Error)
    assert error.code == ErrorCode.TOO_MANY_SESSIONS


# -- what cannot be applied -----------------------------------------------------------------


async def test_an_entry_that_fails_is_set_aside_and_the_others_count_once(
    owner: Owner, broken: Callable[[Fails], None]
) -> None:
    host = await owner.create()
    broken(joins_as("p3"))
    commands = [owner.join_command(host.code, connection) for connection in (2, 3, 4)]
    first = await owner.apply(*commands)
    assert [type(message).__name__ for message in messages(first)] == ["Joined", "Error"]
    error = messages(first)[1]
    assert isinstance(error, Error)
    assert error.code == ErrorCode.BAD_MESSAGE
    await owner.apply(commands[2])  # as it is read again from the offset
    (change,) = first.sessions
    assert decode_step(change.step).step == 1
    stored: Any = await owner.redis.hkeys(KEYS.session(host.code))
    assert sum(name.startswith(b"p:") for name in stored) == 2
    (reason,) = await owner.quarantined()
    assert "RuntimeError: a fault in the rules (fail, line " in reason


async def test_of_those_that_were_packed_with_one_that_fails_none_is_left_out_or_applied_twice(
    owner: Owner, broken: Callable[[Fails], None]
) -> None:
    host = await owner.create()
    broken(joins_as("p3"))
    owner.now += 1
    packed = pack_fields([encode(owner.join_command(host.code, connection)) for connection in (2, 3, 4)])
    later = [ENTRY_FIELD, encode(owner.join_command(host.code, 5))]
    batch = await owner.partition.apply([(b"%d-1" % owner.now, packed), (b"%d-2" % owner.now, later)])
    assert batch.offset == f"{owner.now}-1"
    assert [type(message).__name__ for message in messages(batch)] == ["Joined", "Error", "Joined"]


async def test_what_a_failed_entry_changed_is_undone(owner: Owner, broken: Callable[[Fails], None]) -> None:
    host = await owner.create()
    broken(joins_as("p3"))
    await owner.apply(owner.join_command(host.code, 3))
    joined = messages(await owner.apply(owner.join_command(host.code, 4)))[0]
    assert isinstance(joined, Joined)
    assert (joined.session.locked, joined.session.seq) == (False, 0)


async def test_a_create_that_fails_is_set_aside(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault in the rules")

    monkeypatch.setattr(builder, "create", fail)
    (error,) = messages(await owner.apply(owner.command(CREATE)))
    assert isinstance(error, Error)
    assert error.code == ErrorCode.BAD_MESSAGE
    assert len(await owner.quarantined()) == 1


async def test_a_session_whose_deadline_fails_holds_up_no_other(owner: Owner, broken: Callable[[Fails], None]) -> None:
    bad = await owner.create()
    (created,) = messages(await owner.apply(owner.command(CreateSession(quiz=QUIZ), 2)))
    assert isinstance(created, SessionCreated)
    await owner.apply(GatewayLost("gw"))
    broken(lambda entry, session: isinstance(entry, Tick) and session.code == bad.code)
    owner.now = (owner.partition.next_deadline or 0) + 10
    batch = await owner.apply(Tick())
    assert [(change.code, change.closed) for change in batch.sessions] == [(created.code, True)]
    assert owner.partition.next_deadline == owner.now + POSTPONED_MS


@pytest.mark.parametrize("data", [b"\x09of a later version", b"\x01\xc1 damaged", b""])
async def test_an_entry_that_cannot_be_read_is_set_aside(owner: Owner, data: bytes) -> None:
    host = await owner.create()
    batch = await owner.apply(data, owner.join_command(host.code, 2))
    assert isinstance(messages(batch)[0], Joined)
    assert len(await owner.quarantined()) == 1


async def test_a_session_that_cannot_be_read_is_left_as_it_is(owner: Owner) -> None:
    host = await owner.create()
    await owner.redis.hset(KEYS.session(host.code), "head", b"9 of a later version")
    before = await owner.redis.hgetall(KEYS.session(host.code))
    await owner.restart()
    batch = await owner.apply(owner.join_command(host.code, 2), Disconnected(ConnectionId("gw", 1), host), Tick())
    (error,) = messages(batch)
    assert isinstance(error, Error)
    assert error.code == ErrorCode.UNAVAILABLE
    assert await owner.redis.hgetall(KEYS.session(host.code)) == before
    assert "format byte b'9'" in (await owner.quarantined())[0]
    assert (await owner.redis.zscore(KEYS.deadlines, host.code)) == owner.now + POSTPONED_MS


async def test_an_identity_without_a_session_is_told(owner: Owner) -> None:
    nobody = Identity("999999", "nonce", Role.HOST)
    (error,) = messages(await owner.apply(owner.command(StartQuiz(), 1, nobody)))
    assert isinstance(error, Error)
    assert error.code == ErrorCode.SESSION_NOT_FOUND
