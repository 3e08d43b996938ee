"""The state of a session.

Invariants:
- `players` holds everyone with a seat, in the order of joining; who leaves or is kicked is gone.
- Seats, links and answers change only by the methods of `Session`, which keep its derived counts true.
- `Player.answer` is the last one accepted; it belongs to the current question only if its `question` says so.
- `head.seq` is the number of the last broadcast; `head` and `players` are all that changes.
- Nothing here depends on when it was loaded: the same entries give the same bytes.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

from msgspec import Struct

from quickpoll.envelope import Identity, Link
from quickpoll.protocol import (
    Answer,
    Leaderboard,
    LeaderboardEntry,
    Phase,
    Question,
    QuestionResults,
    Quiz,
    Role,
    Settings,
    YourResult,
)


class AcceptedAnswer(Struct, frozen=True, array_like=True):
    """An answer that counts. `request_id` recognises the same command sent again."""

    question: int
    choice: Answer
    received_at: int
    request_id: str


class Player(Struct, array_like=True, kw_only=True):
    """One player. Points, times and ranks are of closed questions."""

    id: str
    number: int
    """Grows with each joining; the last tie-breaker, and the order of `Session.players`."""
    name: str
    name_key: str
    """For comparing names: see `quickpoll.names`."""
    avatar: str
    join_id: str
    """The `request_id` of the join, to recognise it when it is sent again."""
    link: Link | None
    """The connection; None while away."""
    points: int = 0
    correct: int = 0
    streak: int = 0
    response_total_ms: int = 0
    rank: int | None = None
    previous_rank: int | None = None
    answer: AcceptedAnswer | None = None
    result: YourResult | None = None
    """Of the last closed question; None for who has joined since."""


class Standing(IntEnum):
    """What the host was last told of a player."""

    ABSENT = 0
    CONNECTED = 1
    AWAY = 2


class Pending(Struct, array_like=True, kw_only=True):
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
    host: Link | None
    create_id: str
    """The `request_id` of the create, to recognise it when it is sent again."""
    recent_host_ids: list[str] = []
    """The host's last commands that were done, so that one sent again is not done twice."""
    next_number: int = 0
    question: int = -1
    opens_at: int = 0
    closes_at: int = 0
    patient_until: int = 0
    """Until then a question waits for players who are away: some have just gone, or just come back."""
    answered: int = 0
    """Answers accepted for the current question, also of players who have left since."""
    counts: list[int] = []
    """The same by option."""
    advance_at: int | None = None
    idle_at: int
    limits_total_ms: int = 0
    """Sum of `time_limit_ms` of closed scored questions: the response time of one who answered none."""
    results: QuestionResults | None = None
    leaderboard: Leaderboard | None = None
    podium: tuple[LeaderboardEntry, ...] = ()
    pending: Pending


@dataclass
class Session:
    """A session in memory, new or loaded: `players` may come in any order."""

    code: str
    quiz: Quiz
    """As played: questions and options are already in their drawn order."""
    head: Head
    players: dict[str, Player] = field(default_factory=dict)
    names: dict[str, Player] = field(init=False, repr=False)
    """By name key."""
    connected: int = field(init=False)
    """Players with a connection."""
    waiting: int = field(init=False)
    """Those of them who have not answered the current question."""
    absent: int = field(init=False)
    """Players without a connection who have not answered it."""

    def __post_init__(self) -> None:
        in_order = sorted(self.players.values(), key=lambda player: player.number)
        self.players = {player.id: player for player in in_order}
        self.names = {player.name_key: player for player in in_order}
        self.connected = sum(player.link is not None for player in in_order)
        self.waiting = sum(player.link is not None and not self.has_answered(player) for player in in_order)
        self.absent = sum(player.link is None and not self.has_answered(player) for player in in_order)

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
    def total(self) -> int:
        """Players who are connected or have answered the current question."""
        return self.waiting + self.head.answered

    def has_answered(self, player: Player) -> bool:
        """Whether this player's answer to the current question was accepted."""
        return player.answer is not None and player.answer.question == self.head.question

    def next_seq(self) -> int:
        """Takes the number of the next broadcast."""
        self.head.seq += 1
        return self.head.seq

    def seat(self, player: Player) -> None:
        """Adds a player who has just joined."""
        self.players[player.id] = player
        self.names[player.name_key] = player
        self._count(player, 1)

    def unseat(self, player: Player) -> None:
        """Removes a player; accepted answers stay counted."""
        self._count(player, -1)
        del self.players[player.id]
        del self.names[player.name_key]

    def set_link(self, player: Player, link: Link | None) -> None:
        """Connects a player, or marks the connection as gone."""
        self._count(player, -1)
        player.link = link
        self._count(player, 1)

    def accept(self, player: Player, answer: AcceptedAnswer) -> None:
        """Counts a connected player's answer to the current question, the first of this player."""
        player.answer = answer
        self.waiting -= 1
        head = self.head
        head.answered += 1
        choice = answer.choice
        for option in (choice,) if isinstance(choice, int) else choice:
            head.counts[option] += 1

    def move_to_question(self, index: int) -> None:
        """Makes another question the current one: nobody has answered it."""
        self.head.question = index
        self.head.answered = 0
        self.head.counts = [0] * len(self.question.options)
        self.waiting = self.connected
        self.absent = len(self.players) - self.connected

    def clear(self) -> None:
        """Forgets all players."""
        self.players.clear()
        self.names.clear()
        self.connected = self.waiting = self.absent = 0

    def _count(self, player: Player, change: int) -> None:
        unanswered = change if not self.has_answered(player) else 0
        if player.link is None:
            self.absent += unanswered
        else:
            self.connected += change
            self.waiting += unanswered
