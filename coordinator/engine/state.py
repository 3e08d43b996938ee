"""The state of a session.

Invariants:
- `players` holds everyone with a seat, in the order of joining; players who leave or are kicked are dropped.
- Seats, connections and answers change only by the methods of `Session`, which keep its derived counts true.
- `Player.answer` is the last one accepted; it belongs to the current question only if its `question` says so.
- `head.seq` is the number of the last broadcast; `head` and `players` are all that changes.
- Nothing here depends on when it was loaded: the same entries give the same bytes.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Final

from msgspec import Struct

from coordinator.engine import kinds
from coordinator.engine.curation import NOTHING_DECIDED, Curation
from coordinator.engine.kinds import Written
from coordinator.engine.live import LiveTexts
from coordinator.engine.players import AcceptedAnswer, Player
from coordinator.engine.scoring import PUBLISHED, OtherRules
from quickpoll.envelope import ConnectionId, Identity
from quickpoll.names import Name
from quickpoll.protocol import (
    Answer,
    ExtraTimePercent,
    Leaderboard,
    LeaderboardEntry,
    Phase,
    Question,
    QuestionResults,
    Quiz,
    Role,
    Ruling,
    Settings,
)

LONGER: Final[tuple[ExtraTimePercent, ...]] = (25, 50, 100)
"""By how many percent a player's own limit can be longer."""
IDLE_MS: Final = 2 * 60 * 60 * 1000
"""A session that hears nothing from its clients for this long is over, unless it was opened with another limit."""


class Standing(IntEnum):
    """What the host was last told of a player."""

    ABSENT = 0
    CONNECTED = 1
    AWAY = 2


class Untold(Struct, array_like=True, kw_only=True):
    """What the host and the players have not been told yet; said at most every so often."""

    standings: dict[str, Standing] = {}
    """By player id: what the host knows of those who joined, left, went away or came back since."""
    kicked: list[str] = []
    """Which of them the host removed."""
    answered: list[str] = []
    """Who has answered the current question since the host was told."""
    host_counts_stale: bool = False
    """Whether `answered` or `total` have changed since the host was told."""
    told_host_at: int = 0
    players_stale: bool = False
    """Whether players' counts (`lobby`, `answer_progress`) have changed since they were told."""
    told_players_at: int = 0
    asked: list[str] = []
    """Who has asked for extra time since the host was told."""
    live_stale: bool = False
    """Whether something was written, or decided about it, since the host's devices were told what is."""
    told_live_at: int = 0


class QuestionCounts(Struct, frozen=True, array_like=True):
    """How a closed question was answered; `counts` are those of its kind."""

    counts: tuple[int, ...]
    answered: int
    total: int
    limit_ms: int | None = None
    """The question's time limit with what the host has added, where that is another one than its own."""


class Decision(Struct, frozen=True, array_like=True):
    """A ruling as the session keeps it."""

    number: int
    question: int
    ruling: Ruling
    key: Answer | None
    """The answer that it accepts, as it is compared."""
    request_id: str
    """Of its command, to recognise it when it is sent again."""
    undone: bool = False


class Head(Struct, array_like=True, kw_only=True):
    """Everything of a session that is not per player and changes."""

    nonce: str
    """Tells this session from an earlier one with the same code; part of its tokens."""
    settings: Settings
    phase: Phase = Phase.LOBBY
    seq: int = 0
    locked: bool = False
    closed: bool = False
    """Whether the session is over; only its code is kept, to say so."""
    host: ConnectionId | None
    """The host's stage; `remote` is the second device."""
    create_id: str
    """The `request_id` of the create, to recognise it when it is sent again."""
    recent_host_ids: list[str] = []
    """The host's last commands that were done, so that one sent again is not done twice."""
    next_number: int = 0
    question: int = -1
    opens_at: int = 0
    closes_at: int | None = 0
    """None: the question has no time limit."""
    patient_until: int = 0
    """Until then a question waits for players who are away: some have just gone, or just come back."""
    answered: int = 0
    """Answers accepted for the current question, also of players who have left since."""
    counts: list[int] = []
    """What is counted of them, as their kind counts: by option, say."""
    advance_at: int | None = None
    idle_at: int
    limits_total_ms: int = 0
    """Sum of `time_limit_ms` of closed scored questions: the response time of one who answered none."""
    results: QuestionResults | None = None
    leaderboard: Leaderboard | None = None
    podium: tuple[LeaderboardEntry, ...] = ()
    pending: Untold
    remote: ConnectionId | None = None
    paused: bool = False
    """Whether auto-advance is held."""
    tallies: list[QuestionCounts] = []
    """Of the closed questions."""
    late_until: int = 0
    """When the time of a question is up: until then answers may arrive that were tapped in time."""
    log_hash: bytes = b""
    """Of the last record of the session's log; empty: it has none."""
    log_length: int = 0
    """How many records the log has."""
    idle_ms: int = IDLE_MS
    """When nothing was heard from its clients for so long, the session is over."""
    host_bound_at: int = 0
    """When the command that made the connection the host's came to its gateway; `remote_bound_at`: the remote's."""
    remote_bound_at: int = 0
    played: int = 0
    """How many players there were when the quiz ended."""
    extended_ms: int = 0
    """What the host has added to the time limit of the current question."""
    void: list[int] = []
    """Questions that the host has skipped."""
    rulings: list[Decision] = []
    """All of them, also those undone; their numbers are their places, counted from 1."""
    tied: int = 0
    """How many of them had as many points as the last of the podium, and no room on it."""
    continues_in: str = ""
    """The code of the session where the players go on; empty: there is none."""

    stopped_at: int | None = None
    """When the clock of the open question was stopped; None: it runs."""
    stopped_ms: int = 0  # for how long it was before that
    earlier: int | None = None  # the question whose results are shown again
    own_words: tuple[str, ...] = ()  # of the host, for the filter
    live: bool | None = None  # whether texts are shown while they are written; None: as the settings say

    @property
    def host_connections(self) -> list[ConnectionId]:
        """The host's connections: none, stage or remote, or both."""
        return [connection for connection in (self.host, self.remote) if connection is not None]

    @property
    def shows_live(self) -> bool:
        """Whether words and open texts are shown while they are written."""
        return self.settings.live_texts if self.live is None else self.live


@dataclass
class Session:
    """A session in memory, new or loaded: `players` may come in any order."""

    code: str
    quiz: Quiz
    """As played: questions and options are already in their drawn order."""
    head: Head
    players: dict[str, Player] = field(default_factory=dict)
    written: dict[int, tuple[Written, ...]] = field(default_factory=dict)
    """The different answers to each closed question whose answers are texts; a player's history counts them from 1."""
    curations: dict[int, Curation] = field(default_factory=dict)  # by question: what the host shows of its texts
    ruling: OtherRules = PUBLISHED
    """Another one only while a log is replayed; it is not stored."""
    live: LiveTexts | None = field(init=False, default=None, repr=False, compare=False)
    """What is written to the open question, once that was asked for: see `live_texts`."""
    names: dict[str, Player] = field(init=False, repr=False)
    """By name key."""
    looks: dict[str, Player] = field(init=False, repr=False)
    """By what their names look like."""
    connected: int = field(init=False)
    """Players with a connection."""
    waiting: int = field(init=False)
    """Those of them who have not answered the current question."""
    absent: int = field(init=False)
    """Players without a connection who have not answered it."""
    longer_waiting: dict[int, int] = field(init=False)
    """Those of `waiting` whose own limit for it is longer, by how many percent."""
    longer_absent: dict[int, int] = field(init=False)
    """The same of `absent`."""

    def __post_init__(self) -> None:
        in_order = sorted(self.players.values(), key=lambda player: player.number)
        self.players = {player.id: player for player in in_order}
        self.names = {key: player for player in in_order for key in player.name_keys}
        self.looks = {one: player for player in in_order for one in player.name_looks}
        self._recount()

    @cached_property
    def host_identity(self) -> Identity:
        """What the host's token proves."""
        return Identity(self.code, self.head.nonce, Role.HOST)

    def player_identity(self, player_id: str) -> Identity:
        """What this player's token proves."""
        return Identity(self.code, self.head.nonce, Role.PLAYER, player_id)

    @property
    def question(self) -> Question:
        """The current question, with its solution."""
        return self.quiz.questions[self.head.question]

    @property
    def limit_ms(self) -> int | None:
        """The time limit of the current question, with what the host has added."""
        limit_ms = self.question.time_limit_ms
        return None if limit_ms is None else limit_ms + self.head.extended_ms

    def is_scored(self, index: int) -> bool:
        """Whether an answer to a question can be right."""
        if index in self.head.void or any(made.ruling.void for made in self.rulings_of(index)):
            return False
        return self.ruling.is_scored(index, self.quiz.questions[index])

    @property
    def last_asked(self) -> int | None:
        """The last closed question that could be answered; None: there was none yet."""
        closed = range(len(self.head.tallies) - 1, -1, -1)
        return next((index for index in closed if kinds.of(self.quiz.questions[index]).is_asked), None)

    def rulings_of(self, index: int) -> list[Decision]:
        """The rulings that hold for a question, the earliest first."""
        return [made for made in self.head.rulings if made.question == index and not made.undone]

    @property
    def total(self) -> int:
        """Players who are connected or have answered the current question."""
        return self.waiting + self.head.answered

    def is_open_at(self, moment: int) -> bool:
        """Whether the options of the current question are open at this moment of now, or of before."""
        head = self.head
        return moment >= head.opens_at and (head.stopped_at is None or head.stopped_at >= head.opens_at)

    def has_answered(self, player: Player) -> bool:
        """Whether this player's answer to the current question was accepted."""
        return player.answer is not None and player.answer.question == self.head.question

    def extra_percent(self, player: Player) -> ExtraTimePercent:
        """By how many percent this player's own limit for the current question is longer."""
        if self.head.question >= player.extra_time_from:
            return player.extra_time_percent
        return player.extra_time_before

    def live_texts(self) -> LiveTexts:
        """What is written to the open question, of a kind that tells it."""
        if self.live is None:
            self.live = LiveTexts(self.question, self.curations.get(self.head.question, NOTHING_DECIDED))
            for player in self.players.values():
                if player.answer is not None and self.has_answered(player):
                    self.live.add(player.answer)
        return self.live

    def next_seq(self) -> int:
        """Takes the number of the next broadcast."""
        self.head.seq += 1
        return self.head.seq

    def seat(self, player: Player) -> None:
        """Adds a player who has just joined."""
        self.players[player.id] = player
        self._take_names(player)
        self._count(player, 1)

    def unseat(self, player: Player) -> None:
        """Removes a player; accepted answers stay counted."""
        self._count(player, -1)
        del self.players[player.id]
        self._free_names(player)
        self.live = None

    def rename(self, player: Player, name: Name, withheld: Name | None = None) -> None:
        """Gives a player another name, which may stand in for one that is withheld."""
        self._free_names(player)
        player.name, player.name_key = name.text, name.key
        player.withheld_name, player.withheld_key = (withheld.text, withheld.key) if withheld else ("", "")
        self._take_names(player)

    def _take_names(self, player: Player) -> None:
        self.names.update(dict.fromkeys(player.name_keys, player))
        self.looks.update(dict.fromkeys(player.name_looks, player))

    def _free_names(self, player: Player) -> None:
        for key in player.name_keys:
            del self.names[key]
        for one in player.name_looks:
            self.looks.pop(one, None)

    def is_taken(self, name: Name) -> bool:
        """Whether somebody has this name, or one that looks like it."""
        return name.key in self.names or name.look in self.looks

    def set_connection(self, player: Player, connection: ConnectionId | None) -> None:
        """Connects a player, or marks the connection as gone."""
        self._count(player, -1)
        player.connection = connection
        self._count(player, 1)

    def accept(self, player: Player, answer: AcceptedAnswer) -> None:
        """Counts a connected player's answer to the current question, the first of this player."""
        player.take(answer)
        if self.live is not None:
            self.live.add(answer)
        self.waiting -= 1
        head = self.head
        if percent := self.extra_percent(player):
            self.longer_waiting[percent] -= 1
        head.answered += 1
        question = self.question
        for cell in kinds.of(question).tally(question, answer.compared):
            head.counts[cell] += 1

    def move_to_question(self, index: int) -> None:
        """Makes another question the current one: nobody has answered it."""
        self.head.question = index
        self.live = None
        self.head.answered = self.head.extended_ms = self.head.stopped_ms = 0
        self.head.stopped_at = self.head.earlier = None
        self.head.counts = [0] * kinds.of(self.question).cells(self.question)
        self._recount()

    def clear(self) -> None:
        """Forgets all players."""
        self.players.clear()
        self.live = None
        self.written.clear()
        self.curations.clear()
        self.names.clear()
        self.looks.clear()
        self._recount()

    def _recount(self) -> None:
        self.connected = self.waiting = self.absent = 0
        self.longer_waiting, self.longer_absent = dict.fromkeys(LONGER, 0), dict.fromkeys(LONGER, 0)
        for player in self.players.values():
            self._count(player, 1)

    def _count(self, player: Player, change: int) -> None:
        away = player.connection is None
        if not away:
            self.connected += change
        if self.has_answered(player):
            return
        if away:
            self.absent += change
        else:
            self.waiting += change
        if percent := self.extra_percent(player):
            (self.longer_absent if away else self.longer_waiting)[percent] += change
