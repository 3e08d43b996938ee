"""Builds one batch: applies entries to the sessions in memory, and collects what is to be stored and said.

An entry that fails raises `Poison`; the sessions that were touched are then useless, and the batch is built again
without it. Nothing leaves memory before the `Batch` that comes out at the end is committed.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from coordinator.batch.commit import Batch, SessionChange
from coordinator.batch.deadlines import Deadlines
from coordinator.batch.entries import Received, create_id_of
from coordinator.batch.outbox import Outbox
from coordinator.batch.quarantine import POISON_ADVICE, UNREADABLE_ADVICE, Poison, answer_unreadable, reason_of
from coordinator.batch.served import ANY, Served, ServedPair
from coordinator.batch.sessions import Held, HeldSessions
from coordinator.batch.shuffle import shuffled, shuffled_question
from coordinator.engine import Changes, Drawn, Effects, LogPage, apply, create, invariants, next_deadline
from quickpoll.envelope import Command, Disconnected, Entry, GatewayLost, Tick
from quickpoll.keys import PartitionKeys
from quickpoll.protocol import AskQuestion, CreateSession, ErrorCode, JoinSession, Settings
from quickpoll.tokens import Tokens

POSTPONED_MS: Final = 60_000
"""When a session whose deadline could not be run is tried again."""
PLAYER_ID_CHARACTERS: Final = 10
NONCE_BYTES: Final = 9
SALT_BYTES: Final = 16
_NOTHING_DRAWN: Final = Drawn()

_log: Final = logging.getLogger(__name__)


class BatchInputs(Struct, frozen=True):
    """What a batch starts from: where the partition is, and what was read and drawn for the entries."""

    keys: PartitionKeys
    fence: int
    since: str
    """The offset that was found under this fence."""
    offset: str
    gateways: Collection[str]
    served: Served
    deadlines: Deadlines
    creates: Mapping[str, str]
    """Codes of sessions that were created before, by create id."""
    drawn_codes: Mapping[str, str]
    """Codes for new sessions, by create id."""
    set_aside: Mapping[tuple[int, str], str]
    """Why an entry, by its index, is not applied to a session."""
    log_pages: Mapping[int, LogPage]
    """What was read for a `get_log`, by its index."""


class BatchBuilder:
    """One batch of one partition."""

    def __init__(
        self,
        inputs: BatchInputs,
        sessions: HeldSessions,
        tokens: Tokens,
        idle_ms: int,
        *,
        check_invariants: bool = False,
    ) -> None:
        """Builds it; nothing is applied yet.

        Args:
            inputs: what the batch starts from.
            sessions: those in memory; what is applied changes them.
            tokens: signs what hosts and players resume with.
            idle_ms: new sessions end after this many milliseconds without a command.
            check_invariants: whether `finish` checks each session that the batch has changed.
        """
        self._inputs = inputs
        self._idle_ms = idle_ms
        self._check_invariants = check_invariants
        self._sessions = sessions
        self._outbox = Outbox(tokens, inputs.fence, inputs.since)
        self._changes: dict[str, Changes] = {}
        self._creates: dict[str, str] = {}
        self._deadlines: dict[str, int | None] = {}
        self._seen: set[str] = set()
        self._gone: set[str] = set()
        self._lost: set[str] = set()
        """As `_gone`, and those that have spoken again since."""
        self._served: defaultdict[str, set[str]] = defaultdict(set)
        """By gateway, the sessions that commands of this batch came for, if that is news."""
        self._quarantined: list[tuple[str, bytes]] = []

    @property
    def touched(self) -> Collection[str]:
        """Codes of the sessions that differ from what Redis holds."""
        return self._changes.keys()

    def apply(self, index: int, received: Received) -> None:
        """Applies the next entry.

        Raises:
            Poison: it failed, perhaps half-way.
        """
        entry = received.entry
        match entry:
            case None:
                self._set_aside_unreadable(received)
            case Command():
                self._gone.discard(entry.connection.gateway)
                self._seen.add(entry.connection.gateway)
                self._obey(index, received, entry)
            case Disconnected():
                self._apply_to(index, received, entry, entry.identity.code)
            case GatewayLost():
                self._seen.discard(entry.gateway)
                self._gone.add(entry.gateway)
                for code in self._served_by_lost(entry.gateway):
                    self._apply_to(index, received, entry, code)
            case Tick():
                # The deadlines of what this batch has changed may have moved.
                deadlines, created = self._inputs.deadlines, self._creates.values()
                changed = (code for code in self._changes if code in deadlines or code in created)
                for code in dict.fromkeys((*deadlines.due(received.at), *changed)):
                    self._apply_to(index, received, entry, code)

    def finish(self, last: Received) -> Batch:
        """What is to be committed, if `last` was the last entry.

        Raises:
            InvariantBroken: a session is in a state that it must never be in; nothing of the batch may be committed.
        """
        inputs = self._inputs
        if self._check_invariants:
            for code in self._changes:
                invariants.check(self._sessions[code].session)
        sessions: list[SessionChange] = []
        for code, changes in self._changes.items():
            held = self._sessions[code]
            assert held.session.code == code, f"session {held.session.code} is held as {code}"
            if stored := self._store(held, changes):
                sessions.append(stored)
            at = next_deadline(held.session)
            if at != inputs.deadlines.get(code):
                self._deadlines.setdefault(code, at)
        served_added, served_removed = self._served_changes()
        return Batch(
            keys=inputs.keys,
            fence=inputs.fence,
            offset_before=inputs.offset,
            offset=last.id,
            sessions=sessions,
            replies=self._outbox.replies(last.id),
            creates=self._creates,
            deadlines=self._deadlines,
            gateways_heard=self._seen,
            gateways_seen=self._seen.difference(inputs.gateways),
            gateways_gone=self._gone,
            served_added=served_added,
            served_removed=served_removed,
            quarantined=self._quarantined,
        )

    # -- entries ----------------------------------------------------------------------------

    def _obey(self, index: int, received: Received, command: Command) -> None:
        if not isinstance(command.body, CreateSession):
            self._apply_to(index, received, command, received.code)
            return
        create_id = create_id_of(command)
        code = self._inputs.creates.get(create_id) or self._creates.get(create_id)
        if code:
            self._apply_to(index, received, command, code)
        else:
            self._create(index, received, command, command.body)

    def _apply_to(self, index: int, received: Received, entry: Entry, code: str) -> None:
        if reason := self._inputs.set_aside.get((index, code)):
            self._set_aside(received, code, reason, ErrorCode.BAD_MESSAGE, POISON_ADVICE)
            return
        if reason := self._sessions.unreadable.get(code):
            _log.error("partition %d: %s", self._inputs.keys.number, reason)
            self._set_aside(received, code, reason, ErrorCode.UNAVAILABLE, UNREADABLE_ADVICE)
            return
        held = self._sessions.get(code)
        if held is None:
            self._miss(entry, code)
            return
        changes = self._changes.setdefault(code, Changes())
        try:
            as_played = _as_played(entry, held.session.head.settings)
            effects = apply(held.session, as_played, received.at, self._drawn_for(index, entry))
            self._outbox.add(code, effects, held.step)
        except Exception as error:
            raise Poison(index, code, reason_of(error)) from error
        self._note(code, changes, effects, received.at)
        if isinstance(entry, Command):
            self._note_served(entry.connection.gateway, code)

    def _create(self, index: int, received: Received, command: Command, body: CreateSession) -> None:
        if reason := self._inputs.set_aside.get((index, "")):
            self._set_aside(received, "", reason, ErrorCode.BAD_MESSAGE, POISON_ADVICE)
            return
        create_id = create_id_of(command)
        code = self._inputs.drawn_codes.get(create_id)
        if code is None:
            advice = "There is no room for a further session now. Try again later."
            self._outbox.add_error(command, ErrorCode.TOO_MANY_SESSIONS, advice)
            return
        try:
            as_played = replace(command, body=replace(body, quiz=shuffled(body.quiz, body.settings)))
            session, effects = create(as_played, received.at, self._drawn_for_session(code))
            self._outbox.add(code, effects, 0)
        except Exception as error:
            raise Poison(index, "", reason_of(error)) from error
        self._sessions.add(session)
        self._creates[create_id] = code
        self._note(code, self._changes.setdefault(code, Changes()), effects, received.at)
        self._note_served(command.connection.gateway, code)

    def _drawn_for(self, index: int, entry: Entry) -> Drawn:
        if isinstance(entry, Command) and isinstance(entry.body, JoinSession):
            return Drawn(player_id=secrets.token_urlsafe(PLAYER_ID_CHARACTERS)[:PLAYER_ID_CHARACTERS])
        if page := self._inputs.log_pages.get(index):
            return Drawn(log_page=page)
        return _NOTHING_DRAWN

    def _note(self, code: str, changes: Changes, effects: Effects, now: int) -> None:
        changes.add(effects)
        self._sessions.use(code, now)

    def _miss(self, entry: Entry, code: str) -> None:
        """There is no such session."""
        if code in self._inputs.deadlines:
            self._deadlines[code] = None
        if isinstance(entry, Command):
            advice = "There is no session with this code. Check the code."
            self._outbox.add_error(entry, ErrorCode.SESSION_NOT_FOUND, advice)

    # -- which gateway serves which session ---------------------------------------------------

    def _note_served(self, gateway: str, code: str) -> None:
        if gateway in self._lost or ServedPair(gateway, code) not in self._inputs.served:
            self._served[gateway].add(code)

    def _served_by_lost(self, gateway: str) -> Collection[str]:
        """Sessions in which a gateway may have had connections until it was lost."""
        codes = self._served.pop(gateway, set())
        if gateway not in self._lost:
            self._lost.add(gateway)
            before = self._inputs.served.by(gateway)
            codes.update(self._inputs.deadlines.codes if ANY in before else before)
        return sorted(codes)

    def _served_changes(self) -> tuple[Collection[ServedPair], Collection[ServedPair]]:
        """What is added to the index, and what is removed from it."""
        served = self._inputs.served
        over = {code for code in self._changes if self._sessions[code].session.head.closed}
        over.update(code for code, at in self._deadlines.items() if at is None)
        added = {ServedPair(gateway, code) for gateway, codes in self._served.items() for code in codes - over}
        removed = set[ServedPair]().union(
            *map(served.pairs_of_gateway, self._lost), *map(served.pairs_of_session, over), served.unstored_removed
        )
        return added | (served.unstored_added - removed), removed - added

    # -- set aside --------------------------------------------------------------------------

    def _set_aside(self, received: Received, code: str, reason: str, error: ErrorCode, advice: str) -> None:
        """Leaves an entry out for a session; a deadline is tried again later, so that it holds up nothing."""
        self._quarantined.append((f"{received.id}: {reason}", received.data))
        if isinstance(received.entry, Command):
            self._outbox.add_error(received.entry, error, advice)
        elif code in self._inputs.deadlines:
            self._deadlines[code] = received.at + POSTPONED_MS

    def _set_aside_unreadable(self, received: Received) -> None:
        _log.error("partition %d: entry %s: %s", self._inputs.keys.number, received.id, received.reason)
        self._quarantined.append((f"{received.id}: {received.reason}", received.data))
        if answer := answer_unreadable(received.data):
            self._outbox.add_text(*answer)

    # -- what is stored ---------------------------------------------------------------------

    def _store(self, held: Held, changes: Changes) -> SessionChange | None:
        """What is stored and said of a session; from here on `held` is as stored. None: nothing is."""
        session = held.session
        code, is_over = session.code, session.head.closed
        has_news = self._outbox.says_to(code)
        if not has_news and not held.stored.misses(session, changes):
            return None
        if has_news:
            held.step += 1
        fields, removed = held.stored.write(session, held.step, changes)
        return SessionChange(
            code,
            fields,
            removed=removed,
            log=[] if is_over else changes.log,
            step=self._outbox.step(code, held.step) if has_news else b"",
            closed=is_over,
        )

    def _drawn_for_session(self, code: str) -> Drawn:
        nonce, salt = secrets.token_urlsafe(NONCE_BYTES), secrets.token_hex(SALT_BYTES)
        return Drawn(code, nonce, salt, idle_ms=self._idle_ms)


def _as_played(entry: Entry, settings: Settings) -> Entry:
    """A question that is added is drawn as those of the quiz were when the session was created."""
    if isinstance(entry, Command) and isinstance(entry.body, AskQuestion):
        return replace(entry, body=replace(entry.body, asked=shuffled_question(entry.body.asked, settings)))
    return entry
