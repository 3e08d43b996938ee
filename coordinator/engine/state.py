"""The state of a session.

Invariants:
- `players` holds everyone with a seat, in the order of joining; who leaves or is kicked is gone.
- `Player.answer` belongs to question `head.question`; it is None from `open_question` on until accepted.
- `head.seq` is the number of the last broadcast; `head` and `players` are all that changes.
- Nothing here depends on when it was loaded: the same entries give the same bytes.
"""

from dataclasses import dataclass, field
from functools import cached_property

from msgspec import Struct

from quickpoll.envelope import Identity, Link
from quickpoll.protocol import Answer, LeaderboardEntry, Phase, QuestionResults, Quiz, Role, Settings, YourResult


class AcceptedAnswer(Struct, frozen=True, array_like=True):
    """An answer that counts. `request_id` recognises the same command sent again."""

    choice: Answer
    received_at: int
    request_id: str


class Player(Struct, array_like=True, kw_only=True):
    """One player. Points and times are of closed questions."""

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
    best_streak: int = 0
    response_total_ms: int = 0
    rank: int | None = None
    answer: AcceptedAnswer | None = None
    result: YourResult | None = None
    """Of the last closed question that this player was in."""


class Pending(Struct, array_like=True, kw_only=True):
    """What the host and the players have not been told yet; said at most every so often."""

    joined: list[str] = []
    left: list[str] = []
    kicked: list[str] = []
    disconnected: list[str] = []
    returned: list[str] = []
    answered: list[str] = []
    told_host_at: int = 0
    told_players_at: int = 0
    players_stale: bool = False
    """Whether players' counts (`lobby`, `answer_progress`) have changed since they were told."""


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
    recent_host_ids: list[str] = []
    """`request_id`s of the host's last commands that were done, so that one sent again is not done twice."""
    next_number: int = 0
    question: int = -1
    opens_at: int = 0
    closes_at: int = 0
    advance_at: int | None = None
    idle_at: int
    limits_total_ms: int = 0
    """Sum of `time_limit_ms` of closed scored questions: the response time of one who answered none."""
    results: QuestionResults | None = None
    leaderboard: tuple[LeaderboardEntry, ...] = ()
    podium: tuple[LeaderboardEntry, ...] = ()
    pending: Pending


@dataclass
class Session:
    """A session in memory. `names`, `connected` and `answered` are derived from `players`."""

    code: str
    quiz: Quiz
    """As played: questions and options are already in their drawn order."""
    head: Head
    players: dict[str, Player] = field(default_factory=dict)

    @cached_property
    def host_identity(self) -> Identity:
        """What the host's token proves."""
        return Identity(self.code, self.head.nonce, Role.HOST)

    def player_identity(self, player_id: str) -> Identity:
        """What this player's token proves."""
        return Identity(self.code, self.head.nonce, Role.PLAYER, player_id)
