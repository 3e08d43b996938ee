"""What a batch stores and says, without a server; `test_partition.py` has the whole way."""

from typing import Any

import pytest

from coordinator.batch import builder, snapshots
from coordinator.batch.builder import PLAYER_ID_CHARACTERS, BatchBuilder, BatchInputs
from coordinator.batch.commit import Batch
from coordinator.batch.deadlines import Deadlines
from coordinator.batch.entries import Received
from coordinator.batch.quarantine import Poison
from coordinator.batch.served import Served
from coordinator.batch.sessions import HeldSessions
from coordinator.engine import IDLE_MS, records
from coordinator.engine.invariants import InvariantBroken
from quickpoll.envelope import Command, ConnectionId, Entry, GatewayLost, Identity, Tick, decode_replies, decode_step
from quickpoll.keys import PartitionKeys
from quickpoll.protocol import (
    AskQuestion,
    CreateSession,
    EndSession,
    JoinSession,
    OrderQuestion,
    SessionCommand,
    decode_message,
)
from quickpoll.store.node import Node
from quickpoll.store.nodes import Links, OneNode
from tests.coordinator.standin import QUICK, QUIZ, TOKENS

KEYS = PartitionKeys(0)
CREATE = CreateSession(quiz=QUIZ, settings=QUICK)


class Batches:
    """Batches of a partition whose commits all succeed."""

    def __init__(self) -> None:
        self.sessions = HeldSessions(Links(OneNode(Node())), KEYS)
        self.deadlines = Deadlines()
        self.served = Served()
        self.now = 1000

    def begin(self, **known: Any) -> BatchBuilder:
        return BatchBuilder(self.inputs(**known), self.sessions, TOKENS, IDLE_MS, check_invariants=True)

    def inputs(self, **known: Any) -> BatchInputs:
        base: dict[str, Any] = {
            "keys": KEYS,
            "fence": 7,
            "since": "0-0",
            "offset": "0-0",
            "gateways": set(),
            "served": self.served,
            "deadlines": self.deadlines,
            "creates": {},
            "drawn_codes": {"one:gw/1/1": "123456"},
            "set_aside": {},
            "log_pages": {},
        }
        return BatchInputs(**(base | known))

    def make(self, *entries: Entry, **known: Any) -> Batch:
        building = self.begin(**known)
        received = [self.received(entry) for entry in entries]
        for index, one in enumerate(received):
            building.apply(index, one)
        batch = building.finish(received[-1])
        for code, at in batch.deadlines.items():
            self.deadlines.set(code, at)
        self.served.note_stored(batch.served_added, batch.served_removed)
        return batch

    def received(self, entry: Entry) -> Received:
        self.now += 1
        code = ""
        if isinstance(entry, Command):
            code = getattr(entry.body, "code", "") or (entry.identity.code if entry.identity else "")
        return Received(f"{self.now}-0", self.now, b"data", entry, code)


def command(body: SessionCommand, connection: int = 1, identity: Identity | None = None) -> Command:
    return Command(ConnectionId("gw", connection), connection, identity, body)


def join(connection: int) -> Command:
    return command(JoinSession(code="123456", name=f"p{connection}"), connection)


@pytest.fixture
def batches() -> Batches:
    return Batches()


def test_a_new_session_is_stored_whole_and_answered(batches: Batches) -> None:
    batch = batches.make(command(CREATE))
    (change,) = batch.sessions
    assert {*change.fields} == {"head", "quiz", "step"}
    assert batch.creates == {"one:gw/1/1": "123456"}
    assert batch.deadlines["123456"]
    assert set(batch.gateways_seen) == {"gw"}
    assert batch.offset == f"{batches.now}-0"


def test_the_log_grows_by_what_was_done_and_goes_with_the_session(batches: Batches) -> None:
    (created,) = batches.make(command(CREATE)).sessions
    assert [records.decode(text).at for text in created.log] == [batches.now]
    (joined,) = batches.make(join(2), join(3)).sessions
    assert [type(records.decode(text)) for text in joined.log] == [records.PlayerJoined, records.PlayerJoined]
    session = batches.sessions["123456"].session
    (ended,) = batches.make(command(EndSession(), identity=session.host_identity)).sessions
    assert (ended.closed, ended.log) == (True, [])


def test_steps_count_on_from_batch_to_batch(batches: Batches) -> None:
    batches.make(command(CREATE))
    numbers = []
    for connection in (2, 3, 4):
        batches.now += 2000  # so that each join is told to the host at once
        (change,) = batches.make(join(connection)).sessions
        numbers.append(decode_step(change.step).step)
        assert change.fields["step"] == b"%d" % numbers[-1]
    assert numbers == [1, 2, 3]


def test_one_step_for_all_that_a_batch_says_to_a_session(batches: Batches) -> None:
    batches.make(command(CREATE))
    batch = batches.make(join(2), join(3))
    (change,) = batch.sessions
    assert decode_step(change.step).step == 1
    assert len(decode_replies(batch.replies["gw"]).replies) == 2


def test_a_question_that_is_added_is_drawn_and_stored_with_the_quiz(batches: Batches) -> None:
    batches.make(command(CREATE))
    held = batches.sessions["123456"]
    added = OrderQuestion("By size?", ("ant", "cat", "cow"))
    ask = command(AskQuestion(asked=added, open=False), identity=held.session.host_identity)
    (change,) = batches.make(ask).sessions
    assert change.fields["quiz"] == snapshots.encode(held.session.quiz)
    drawn = held.session.quiz.questions[0]
    assert isinstance(drawn, OrderQuestion)
    assert [drawn.items[index] for index in drawn.right_order] == ["ant", "cat", "cow"]
    assert "quiz" not in batches.make(join(2)).sessions[0].fields


def test_player_ids_are_drawn_and_differ(batches: Batches) -> None:
    batches.make(command(CREATE))
    batch = batches.make(*(join(connection) for connection in range(2, 50)))
    ids = [name[2:] for name in batch.sessions[0].fields if name.startswith("p:")]
    assert len(set(ids)) == 48
    assert {len(player_id) for player_id in ids} == {PLAYER_ID_CHARACTERS}


def test_created_and_closed_in_one_batch_only_the_end_is_stored(batches: Batches) -> None:
    building = batches.begin()
    building.apply(0, batches.received(command(CREATE)))
    host = batches.sessions["123456"].session.host_identity
    last = batches.received(command(EndSession(), 1, host))
    building.apply(1, last)
    batch = building.finish(last)
    (change,) = batch.sessions
    assert change.closed
    assert {*change.fields} == {"head", "step"}
    assert batch.deadlines.get("123456") is None


def test_what_changes_nothing_stores_nothing(batches: Batches) -> None:
    batches.make(command(CREATE))
    batch = batches.make(Tick())
    assert batch.sessions == []
    assert batch.deadlines == {}


def test_gateways_that_are_known_are_not_named_again(batches: Batches) -> None:
    batch = batches.make(command(CREATE), gateways={"gw"})
    assert not set(batch.gateways_seen)


def test_of_a_lost_gateway_that_nobody_knew_only_its_end_is_stored(batches: Batches) -> None:
    batch = batches.make(command(CREATE), GatewayLost("gw"))
    assert not set(batch.gateways_seen)
    assert set(batch.gateways_gone) == {"gw"}


def test_a_failure_tells_which_entry_and_session_it_was(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    batches.make(command(CREATE))

    def fail(*_: object) -> None:
        raise RuntimeError("a fault in the rules")

    monkeypatch.setattr(builder, "apply", fail)
    with pytest.raises(Poison) as poison:
        batches.make(Tick(), join(2))
    assert (poison.value.index, poison.value.code) == (1, "123456")
    assert "a fault in the rules" in poison.value.reason


def test_a_session_that_a_batch_has_broken_is_in_no_batch(batches: Batches) -> None:
    batches.make(command(CREATE))
    batches.sessions["123456"].session.connected = 1  # nobody has joined
    with pytest.raises(InvariantBroken, match="session 123456: the connected are counted"):
        batches.make(join(2))
    batches.make(GatewayLost("another"))  # a session that a batch does not touch is not checked


def test_unless_it_is_asked_for_nothing_is_checked(batches: Batches) -> None:
    batches.make(command(CREATE))
    batches.sessions["123456"].session.connected = 1
    building = BatchBuilder(batches.inputs(), batches.sessions, TOKENS, IDLE_MS)
    entry = batches.received(join(2))
    building.apply(0, entry)
    assert building.finish(entry).sessions


def test_an_entry_that_is_set_aside_is_answered_and_kept(batches: Batches) -> None:
    batches.make(command(CREATE))
    batch = batches.make(join(2), set_aside={(0, "123456"): "it fails"})
    assert batch.sessions == []
    ((reason, data),) = batch.quarantined
    assert (reason.endswith(": it fails"), data) == (True, b"data")
    (reply,) = decode_replies(batch.replies["gw"]).replies
    assert type(decode_message(reply.text)).__name__ == "Error"
