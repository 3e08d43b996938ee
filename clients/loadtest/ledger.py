"""What was sent against what was told: every accepted answer in exactly one result, every point by the rule. Pure.

The rule is computed here again, from `docs/protocol.md` and nothing of the server.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clients.loadtest import questions
from quickpoll.protocol import (
    Answer,
    ErrorCode,
    OpenQuestion,
    OptionsQuestion,
    PublicQuestion,
    Question,
    QuestionResults,
    TextQuestion,
    WordsQuestion,
    YourFinal,
    YourResult,
    indexes_in,
    options_of,
)


@dataclass
class Round:
    """One question as the crowd played it; players by their number."""

    index: int
    question: Question
    opens_at: int = 0
    shown: PublicQuestion | None = None
    """As players saw it."""
    chosen: dict[int, Answer] = field(default_factory=dict)
    """What was sent."""
    accepted: dict[int, int] = field(default_factory=dict)
    """The moment by which it is judged, by `answer_accepted`."""
    refused: dict[int, ErrorCode] = field(default_factory=dict)
    late: set[int] = field(default_factory=set)
    """Players who were cut off, and came back when the question was closed: their answer may not count."""
    results: list[QuestionResults] = field(default_factory=list)
    """As told; those that are the same only once."""
    told: dict[int, YourResult] = field(default_factory=dict)
    repeated: int = 0
    """How many of these came more than once."""

    def solution(self) -> frozenset[int]:
        """The indexes of the correct options, where there are some to choose from."""
        return frozenset(index for index, option in enumerate(options_of(self.question)) if option.correct)

    def earned(self, player: int) -> int:
        """The points of a player by the published rule."""
        if player not in self.accepted:
            return 0
        share = questions.share(self.question, self.chosen[player], self.shown)
        points, limit = self.question.points, self.question.time_limit_ms or 0
        response = max(0, self.accepted[player] - self.opens_at)
        # round_half_up(points × share / 100 × (1 − response / limit / 2)), in integers.
        if response < 500:
            return (2 * points * share + 100) // 200
        return (points * share * (2 * limit - response) + 100 * limit) // (200 * limit)

    def tells_counts(self) -> bool:
        """Whether its results have a count for each option."""
        return isinstance(self.question, OptionsQuestion)


def _indexes(answer: Answer) -> frozenset[int]:
    return frozenset(indexes_in(answer))


@dataclass(frozen=True)
class Audit:
    """What is wrong; nothing, if all is well."""

    lost: int
    """Accepted answers that are in no result."""
    doubled: int
    """Answers in a result that were not accepted, or are in it twice."""
    findings: tuple[str, ...]
    """Everything that is wrong, for people."""

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.doubled or self.findings)


def judge(rounds: Sequence[Round], finals: Mapping[int, YourFinal], players: int) -> Audit:
    """Compares all that was told with all that was sent."""
    lost = doubled = 0
    findings: list[str] = []
    totals = dict.fromkeys(range(players), 0)
    for played in rounds:
        missing, surplus = _count(played)
        lost, doubled = lost + missing, doubled + surplus
        totals = {player: total + played.earned(player) for player, total in totals.items()}
        findings += [f"question {played.index}: {finding}" for finding in _findings(played, totals)]
    ranks = _ranks(totals)
    for player, total in totals.items():
        final = finals.get(player)
        if final is None:
            findings.append(f"player {player} was told no final result")
        elif (final.points, final.rank) != (total, ranks[player]):
            findings.append(
                f"player {player} ended with {final.points} points at rank {final.rank}, not {total} at {ranks[player]}"
            )
    return Audit(lost, doubled, tuple(findings))


def _count(played: Round) -> tuple[int, int]:
    """How many accepted answers the results lack, and how many they have too many."""
    if not played.results:
        return len(played.accepted), 0
    answered = played.results[0].answered - len(played.accepted)
    if not played.tells_counts():
        return max(0, -answered), max(0, answered)
    expected = Counter(index for player in played.accepted for index in _indexes(played.chosen[player]))
    counted = Counter(dict(enumerate(played.results[0].counts)))
    lost, doubled = (expected - counted).total(), (counted - expected).total()
    return max(lost, -answered), max(doubled, answered)


def _findings(played: Round, totals: Mapping[int, int]) -> list[str]:
    findings = []
    if len(played.results) != 1:
        findings.append(f"{len(played.results)} different results were told")
    elif frozenset(played.results[0].correct) != played.solution():
        findings.append(f"{played.results[0].correct} was told to be correct, not {sorted(played.solution())}")
    elif not questions.is_solved_by(played.question, played.results[0].solution, played.shown):
        findings.append(f"{played.results[0].solution} was told to be right of {played.shown}")
    findings += _tally_findings(played)
    silent = played.chosen.keys() - played.accepted.keys() - played.refused.keys() - played.late
    if silent:
        findings.append(f"{len(silent)} answers got no reply")
    if played.refused:
        findings.append(f"{len(played.refused)} answers were refused: {', '.join(sorted({*played.refused.values()}))}")
    if played.repeated:
        findings.append(f"{played.repeated} results of players were told more than once")
    ranks = _ranks(totals)
    for player, total in totals.items():
        told = played.told.get(player)
        if told is None:
            findings.append(f"player {player} was told no result")
            continue
        said = (told.answered, told.points, told.total_points, told.rank)
        right = (player in played.accepted, played.earned(player), total, ranks[player])
        if said != right:
            findings.append(f"player {player} was told (answered, points, total, rank) {said}, not {right}")
    return findings


def _tally_findings(played: Round) -> list[str]:
    """Whether as many different texts, or as many texts, were counted as were accepted."""
    tally = played.results[0].tally if len(played.results) == 1 else None
    if tally is None:
        return []
    given = [played.chosen[player] for player in played.accepted]
    match played.question:
        case TextQuestion():
            expected, told = len(set(given)), tally.distinct
        case WordsQuestion():
            expected, told = (
                len({word for words in given if isinstance(words, tuple) for word in words}),
                tally.distinct,
            )
        case OpenQuestion():
            expected, told = len(given), tally.count
        case _:
            return []
    return [] if told == expected else [f"{told} texts were told, not {expected}"]


def _ranks(totals: Mapping[int, int]) -> dict[int, int]:
    """Equal points share a rank: 1, 2, 2, 4."""
    first: dict[int, int] = {}
    for rank, points in enumerate(sorted(totals.values(), reverse=True), 1):
        first.setdefault(points, rank)
    return {player: first[points] for player, points in totals.items()}
