"""What must hold after every run, whatever broke; judged by what the clients wrote down alone.

Every accepted answer is in the results once, and nothing that was refused; all saw the same; points and ranks are
those of the published rules, and the log gives them again; `seq` never goes back, and on one connection nothing is
left out; a command has one reply; nobody is displaced by an older connection of theirs; the session ends for
everyone. No process left a traceback.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from msgspec import UNSET, Struct
from msgspec.structs import replace

from clients.loadtest import questions
from coordinator.engine.records import Answered, HostRecord, PlayerJoined, Wrote
from coordinator.log import file as log_file
from coordinator.log.file import SessionLog
from coordinator.log.replay import Differs, Replay
from quickpoll.protocol import (
    Answer,
    AnswerAccepted,
    Broadcast,
    CloseCode,
    ErrorCode,
    Leaderboard,
    LeaderboardEntry,
    PlayerAnswer,
    Question,
    QuestionResults,
    indexes_in,
    options_of,
)
from tests.chaos.crowd import Crowd, Host, Player
from tests.chaos.person import Contact, Person
from tests.system.game import points, ranks_of

_Told = TypeVar("_Told", QuestionResults, Leaderboard)

CLOCK_STEP_MS = 1
"""`counted_at` and `closes_at` are whole milliseconds of one clock."""
REFUSALS = (ErrorCode.QUESTION_CLOSED, ErrorCode.SESSION_ENDED)
"""What a player who answers when the options are open may be told: the answer came too late."""
LOST = (ErrorCode.SESSION_NOT_FOUND,)
"""And where the session may be lost."""
EXPECTED = (ErrorCode.ALREADY_ANSWERED, ErrorCode.QUESTION_CLOSED)
"""To who tries a second answer, or whose machine is slower than a question of one second."""
FAREWELLS = (CloseCode.GATEWAY_DRAINING, CloseCode.SESSION_OVER)
LED = ("skip", "extend", "clock", "add", "choose", "rule", "undo")
"""What a host does who leads freely, as the log names it."""
STREAK_BONUS, STREAK_STEPS = 100, 5


def violations(crowd: Crowd) -> list[str]:
    """What does not hold, one line each."""
    found = list(crowd.wrong)
    for person in crowd.people:
        found += [f"{person.name}: {wrong}" for wrong in (*person.wrong, *_of_one(person))]
    if not crowd.may_be_lost:
        for index, question in _asked(crowd):
            found += [f"question {index}: {wrong}" for wrong in _of_question(crowd, index, question)]
        found += _of_points(crowd)
        found += _of_log(crowd)
    return found


def troubled(crowd: Crowd) -> list[str]:
    """What somebody was told though processes were only replaced, one line each."""
    found = []
    for person in crowd.people:
        expected = (*EXPECTED, ErrorCode.WRONG_PHASE) if crowd.leads_freely and person is crowd.host else EXPECTED
        found += [f"{person.name} was told {code}" for code in person.errors if code not in expected]
        found += [f"{person.name} was closed with {code}" for code in person.closes if code not in FAREWELLS]
    return found


def tracebacks(log: Path, *, after: int, allowed: tuple[str, ...]) -> list[str]:
    """What a process's log tells, from that character on, of errors that nobody had foreseen."""
    found = []
    for line in log.read_text()[after:].splitlines():
        fields = json.loads(line) if line.startswith("{") else {"level": "error", "message": line}
        bad = fields["level"] in ("error", "critical") or "exception" in fields
        if bad and not any(text in line for text in allowed):
            found.append(f"{log.name}: {fields['message']} {fields.get('exception', '')}")
    return found


# -- one person -----------------------------------------------------------------------------


def _of_one(person: Person) -> Iterator[str]:
    if not person.over:
        yield "the session has not ended"
    if CloseCode.CONNECTED_ELSEWHERE in person.closes and not person.has_twin:
        yield "it was told that it is connected elsewhere, which it is not"
    seen = 0
    for number, contact in enumerate(person.contacts):
        if contact.view.seq < seen:
            yield f"connection {number} began with seq {contact.view.seq} after {seen}"
        seen = contact.view.seq
        for message in contact.messages:
            if isinstance(message, Broadcast):
                if message.seq <= seen:
                    yield f"connection {number}: seq {message.seq} after {seen}"
                elif message.seq != seen + 1 and not isinstance(person, Host):  # what players alone get has one, too
                    yield f"connection {number}: seq {message.seq} after {seen}, something was left out"
                seen = message.seq
        yield from _of_replies(contact)
    for index, copies in person.own.items() if not person.crowd.host.leading.rulings else ():
        yield from _same(f"own results of question {index}", copies)
    if isinstance(person, Player):
        yield from _of_answers(person)


def _of_replies(contact: Contact) -> Iterator[str]:
    replies = Counter(message.reply_to for message in contact.messages if isinstance(message.reply_to, str))
    for key, count in replies.items():
        if count > contact.sent[key]:
            told = [message for message in contact.messages if message.reply_to == key]
            yield f"{count} replies to a command that was sent {contact.sent[key]} times: {told}"


def _of_answers(player: Player) -> Iterator[str]:
    for index, given in player.given.items():
        if index in player.crowd.host.leading.stopped:
            continue
        if accepted := given.accepted:
            asked = player.asked[index]
            more_ms = player.crowd.host.leading.more_ms[index]
            if not asked.opens_at <= accepted.counted_at <= (asked.closes_at or 0) + more_ms + CLOCK_STEP_MS:
                yield f"question {index}: accepted at {accepted.counted_at}, open {asked.opens_at}-{asked.closes_at}"
            if not 0 <= accepted.received_at - accepted.counted_at <= player.crowd.settings.grace_ms:
                yield f"question {index}: received at {accepted.received_at}, judged by {accepted.counted_at}"
        elif given.refused and given.refused not in REFUSALS + LOST * player.crowd.may_be_lost:
            yield f"question {index}: refused with {given.refused}"


# -- one question ---------------------------------------------------------------------------


def _of_question(crowd: Crowd, index: int, question: Question) -> Iterator[str]:
    leading = crowd.host.leading
    for copies in _by_seq(copy for person in crowd.people for copy in person.results[index]):
        yield from _same("results", [replace(copy, doubt=UNSET) for copy in copies])
    for boards in _by_seq(copy for person in crowd.people for copy in person.boards[index]):
        yield from _same("leaderboard", boards)
    times = {(p.asked[index].opens_at, p.asked[index].closes_at) for p in crowd.people if index in p.asked}
    if len(times) > 1 and not (index in leading.stopped or leading.more_ms[index]):
        yield f"it was open at different times: {sorted(times)}"
    results = _first_results(crowd, index)
    if results is None:
        if (
            crowd.settings.auto_advance_ms is None and not leading.rulings
        ):  # else everybody may have been away for just that moment
            yield "nobody has seen results"
        return
    accepted = [player.given[index].answer for player in _accepted(crowd, index)]
    tally = [0] * len(options_of(question)) if question.kind in questions.CHOICES else []
    for answer in accepted if tally else ():
        for option in indexes_in(answer):
            tally[option] += 1
    if (list(results.counts), results.answered) != (tally, len(accepted)):
        yield f"results say {results.counts} of {results.answered}, accepted were {tally} of {len(accepted)}"
    right = tuple(number for number, option in enumerate(options_of(question)) if option.correct)
    if results.correct != right:
        yield f"results say that {results.correct} is right, not {right}"
    shown = next((person.asked[index].question for person in crowd.people if index in person.asked), None)
    if shown is not None and not questions.is_solved_by(question, results.solution, shown):
        yield f"results say that {results.solution} is right of {shown}"
    if (results.void is True) != (index in leading.skipped):
        yield f"results say void {results.void}, skipped were {leading.skipped}"


def _asked(crowd: Crowd) -> list[tuple[int, Question]]:
    """All questions in the order in which they were asked."""
    count = max(len(crowd.quiz.questions), len(crowd.host.titles), *(index + 1 for index in crowd.shown))
    return [(index, crowd.question_at(index)) for index in range(count)]


def _first_results(crowd: Crowd, index: int) -> QuestionResults | None:
    """What somebody was told of a question before it was ruled about."""
    copies = (copy for person in crowd.people for copy in person.results[index])
    return next((copy for copy in copies if copy.rulings is UNSET), None)


def _by_seq(copies: Iterable[_Told]) -> list[list[_Told]]:
    """The copies of each broadcast: a ruling has results told again."""
    told: defaultdict[int, list[_Told]] = defaultdict(list)
    for copy in copies:
        told[copy.seq].append(copy)
    return list(told.values())


def _accepted(crowd: Crowd, index: int) -> list[Player]:
    return [player for player in crowd.players if index in player.given and player.given[index].accepted]


# -- points and ranks -----------------------------------------------------------------------


def _of_points(crowd: Crowd) -> Iterator[str]:
    named = {player.id: player for player in crowd.players if player.id}
    totals = dict.fromkeys((*named, *crowd.silent), 0)
    streaks = dict.fromkeys(named, 0)
    has_ruled = bool(crowd.host.leading.rulings)
    for index, question in _asked(crowd):
        earned = {player_id: _earned(crowd, player, index, question, streaks) for player_id, player in named.items()}
        totals |= {player_id: totals[player_id] + more for player_id, more in earned.items()}
        yield from _of_summaries(crowd, index, earned)
        if has_ruled:  # what was told before is not so any more; the ends and the summaries are
            continue
        ranks = dict(zip(totals, ranks_of(list(totals.values())), strict=True))
        for player_id, player in named.items():
            right_now = (earned[player_id], totals[player_id], ranks[player_id])
            for own in player.own[index]:
                if (own.points, own.total_points, own.rank) != right_now:
                    yield f"{player.name}, question {index}: told {own}, the rules say {right_now}"
        for board in [copy for person in crowd.people for copy in person.boards[index]][:1]:
            yield from _of_lines(f"question {index}: the leaderboard", board.entries, totals)
    ranks = dict(zip(totals, ranks_of(list(totals.values())), strict=True))
    for player_id, player in named.items():
        for final in player.finals[-1:] if has_ruled else player.finals:
            if (final.points, final.rank) != (totals[player_id], ranks[player_id]):
                right_end = (totals[player_id], ranks[player_id])
                yield f"{player.name}: ended with {final.points}, rank {final.rank}; the rules say {right_end}"
    for person in crowd.people:
        if person.podium is not None:
            yield from _of_lines(f"{person.name}: the podium", person.podium, totals)


def _of_lines(what: str, entries: Iterable[LeaderboardEntry], totals: dict[str, int]) -> Iterator[str]:
    """Who joined after a question is not on its board, which shows the first ten."""
    ranks = dict(zip(totals, ranks_of(list(totals.values())), strict=True))
    lines = {entry.player_id: (entry.points, entry.rank) for entry in entries}
    right = {player_id: (totals[player_id], ranks[player_id]) for player_id in totals}
    if any(right.get(player_id) != line for player_id, line in lines.items()):
        yield f"{what} says {lines}, the rules {right}"


def _of_summaries(crowd: Crowd, index: int, earned: dict[str, int]) -> Iterator[str]:
    for player_id, summary in crowd.host.summaries.items():
        outcome = summary.answers[index] if index < len(summary.answers) else None
        if player_id in earned and (outcome.points if outcome else 0) != earned[player_id]:
            yield f"{summary.name}, question {index}: the results say {outcome}, the rules {earned[player_id]}"


def _earned(crowd: Crowd, player: Player, index: int, question: Question, streaks: dict[str, int]) -> int:
    """By the published rule and the rulings that hold, with what the player's own records say."""
    rulings = crowd.host.leading.holding(index)
    # Nobody can get points for a question before having joined.
    on_top = sum(
        ruling.points or 0 for ruling in rulings if ruling.player_id == player.id and _was_there(crowd, player, index)
    )
    if question.kind in questions.UNSCORED or index in crowd.host.leading.skipped or any(one.void for one in rulings):
        return on_top
    given = player.given.get(index)
    share = 0
    if given is not None and given.accepted is not None:
        share = questions.share(question, given.answer, player.asked[index].question)
        for ruling in rulings:
            if ruling.accept is not None and ruling.accept == given.answer:
                share = ruling.share
    if share < 100:
        streaks[player.id] = 0
    if given is None or given.accepted is None or not share:
        return on_top
    limit_ms = (question.time_limit_ms or 0) + crowd.host.leading.more_ms[index]
    earned = points(
        replace(question, time_limit_ms=limit_ms), _response_ms(crowd, player, index, given.accepted), share
    )
    if share == 100:
        streaks[player.id] += 1
        if crowd.settings.streak_bonus and question.points:
            earned += STREAK_BONUS * min(streaks[player.id] - 1, STREAK_STEPS)
    return earned + on_top


def _outcome(crowd: Crowd, player: Player, index: int) -> PlayerAnswer | None:
    """What the results say of a player's answer to a question, where they were fetched."""
    summary = crowd.host.summaries.get(player.id)
    return summary.answers[index] if summary and index < len(summary.answers) else None


def _was_there(crowd: Crowd, player: Player, index: int) -> bool:
    return player.id not in crowd.host.summaries or _outcome(crowd, player, index) is not None


def _response_ms(crowd: Crowd, player: Player, index: int, accepted: AnswerAccepted) -> int:
    """How long the answer took; only the server knows where its clock was stopped."""
    outcome = _outcome(crowd, player, index)
    if index in crowd.host.leading.stopped and outcome is not None and outcome.response_ms is not None:
        return outcome.response_ms
    return accepted.counted_at - player.asked[index].opens_at


def _same(what: str, copies: Iterable[Struct]) -> Iterator[str]:
    for one, other in pairwise(copies):
        if one != other:
            yield f"different {what}: {one} and {other}"
            return


# -- the log --------------------------------------------------------------------------------


def _of_log(crowd: Crowd) -> Iterator[str]:
    try:
        log = log_file.read(crowd.host.log.encode())
        Replay(log).run()
    except (log_file.UnreadableLog, log_file.Tampered, Differs) as error:
        yield f"the log: {error}"
        return
    logged = Counter(record.__struct_config__.tag for record in log.records if isinstance(record, HostRecord))
    done = crowd.host.leading.done
    if crowd.leads_freely and (wrong := {name: logged[name] for name in LED if logged[name] != done[name]}):
        yield f"the log: the host has done {dict(done)}, and it has {wrong}"
    logged_answers = LoggedAnswers(log)
    for player in crowd.players:
        for index, given in player.given.items():
            if given.accepted and not logged_answers.has(player.id, given.answer, given.accepted):
                yield f"the log: {player.name}'s answer to question {index} was accepted and is not in it"


class LoggedAnswers:
    """Those of a log, by receipt; and by who has answered what, for where the receipt is not known any more."""

    def __init__(self, log: SessionLog) -> None:
        ids = {record.player: record.id for record in log.records if isinstance(record, PlayerJoined)}
        answered = (record for record in log.records if isinstance(record, Answered | Wrote))
        self._given = {(ids[record.player], record.question, record.answer) for record in answered}
        self._receipts = set(log.receipts)

    def has(self, player_id: str, answer: Answer, accepted: AnswerAccepted) -> bool:
        """Whether an answer that was accepted is there."""
        if accepted.receipt:
            return accepted.receipt in self._receipts
        return (player_id, accepted.question, answer) in self._given
