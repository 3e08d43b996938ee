"""What each audience may know: above all, that nothing tells the solution before the question is closed."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from coordinator.engine.views import session_view, you
from quickpoll.protocol import (
    CloseQuestion,
    HostPlayer,
    LeaveSession,
    NextQuestion,
    Phase,
    Question,
    QuestionResults,
    Role,
    Settings,
    YourResult,
)
from tests.coordinator.engine.game import HOST_CONNECTION, SINGLE, Game, Seat, said_bytes


def view(game: Game, role: Role = Role.PLAYER) -> dict[str, object]:
    """The fields that a view has."""
    built = session_view(game.session, game.now, role)
    return {name: value for name, value in msgspec.structs.asdict(built).items() if value is not UNSET}


ALWAYS = {
    "code",
    "title",
    "phase",
    "seq",
    "locked",
    "player_count",
    "settings",
    "server_time",
    "host_connected",
    "paused",
}


def test_a_view_has_what_its_phase_has() -> None:
    game = Game(SINGLE, SINGLE)
    ann = game.join("Ann")
    assert set(view(game)) == ALWAYS
    game.open()
    assert set(view(game)) == ALWAYS | {"question", "opens_at", "closes_at", "stopped_at", "answered", "total"}
    game.answer(ann, 0)
    judged = {"question", "results", "answered", "total", "advances_at", "leaderboard"}
    assert set(view(game)) == ALWAYS | judged
    game.do(NextQuestion())
    assert set(view(game)) == ALWAYS | {"question", "opens_at", "closes_at", "stopped_at", "answered", "total"}
    game.time_up()
    game.do(NextQuestion())
    assert set(view(game)) == ALWAYS | {"leaderboard", "podium", "total", "tied"}


def test_who_comes_back_in_the_results_reads_the_same_counts() -> None:
    game = Game()
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 0)
    game.time_up()
    assert (view(game)["answered"], view(game)["total"]) == (1, 2)


def test_at_the_end_a_view_says_how_many_played_also_when_some_have_left() -> None:
    game = Game(SINGLE)
    seats = game.join_many(3)
    game.open()
    game.time_up()
    game.do(NextQuestion())
    game.by_player(seats[0], LeaveSession())
    game.disconnect(seats[1])
    assert view(game)["total"] == 3


def test_the_list_of_players_is_for_the_host_only() -> None:
    game = Game()
    ann, ben, _ = game.join("Ann"), game.join("Ben"), game.join("Cem")
    game.open()
    game.answer(ann, 0)
    game.disconnect(ben)
    assert "players" not in view(game)
    assert view(game, Role.HOST)["players"] == (
        HostPlayer(id="p0", name="Ann", avatar="p0", connected=True, answered=True, points=0),
        HostPlayer(id="p1", name="Ben", avatar="p1", connected=False, answered=False, points=0),
        HostPlayer(id="p2", name="Cem", avatar="p2", connected=True, answered=False, points=0),
    )


def test_the_host_sees_who_has_answered_the_current_question_not_an_earlier_one() -> None:
    game = Game(SINGLE, SINGLE)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    game.do(NextQuestion())
    (player,) = session_view(game.session, game.now, Role.HOST).players or ()
    assert (player.answered, player.points) == (False, 1000)


def test_a_view_tells_the_counts_and_the_server_time() -> None:
    game = Game()
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 0)
    game.disconnect_host()
    seen = view(game)
    assert (seen["answered"], seen["total"], seen["player_count"]) == (1, 2, 2)
    assert (seen["server_time"], seen["seq"], seen["host_connected"]) == (game.now, 2, False)


def test_you_tells_the_own_answer_at_once_and_the_own_result_when_the_question_is_closed() -> None:
    game = Game(SINGLE, SINGLE)
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, 2)
    mine = you(game.session, game.player(ann))
    assert (mine.answered, mine.answer, mine.result, mine.rank) == (True, 2, UNSET, None)
    game.do(CloseQuestion())
    mine = you(game.session, game.player(ann))
    assert mine.result == game.told(YourResult)[0]
    assert mine.rank == 1
    game.do(NextQuestion())
    mine = you(game.session, game.player(ann))
    assert (mine.answered, mine.answer, mine.result) == (False, None, UNSET)


@pytest.mark.parametrize("phase", [Phase.LOBBY, Phase.QUESTION])
def test_who_joins_late_sees_no_result(phase: Phase) -> None:
    game = Game()
    if phase is Phase.QUESTION:
        game.open()
    ann = game.join("Ann")
    assert you(game.session, game.player(ann)).result is UNSET


# -- the secret -----------------------------------------------------------------------------

SECRETS: dict[str, tuple[tuple[int, ...], ...]] = {
    "single": ((0,), (1,), (2,)),
    "multiple": ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)),
    "true_false": ((0,), (1,)),
}
ACTIONS = ("answer", "answer", "answer many", "resume", "disconnect", "host resumes", "join", "wait")


def with_secret(kind: str, correct: tuple[int, ...]) -> Question:
    options = [{"text": f"option {n}", "correct": n in correct} for n in range(2 if kind == "true_false" else 3)]
    return msgspec.convert({"kind": kind, "text": "?", "options": options}, Question)  # type: ignore[no-any-return]


def at_the_second_question(secret: Question) -> tuple[Game, list[Seat]]:
    game = Game(SINGLE, secret, settings=Settings(lead_ms=200, streak_bonus=True))
    seats = game.join_many(4)
    game.open()
    for seat in seats[:3]:
        game.answer(seat, 0)
    game.time_up()
    game.do(NextQuestion())
    return game, seats


def act(game: Game, seats: list[Seat], action: str, number: int) -> None:
    seat = seats[number % len(seats)]
    match action:
        case "answer":
            game.answer(seat, number % 3)
        case "answer many":
            game.answer(seat, tuple(range(1 + number % 3)))
        case "resume":
            game.resume(seat)
        case "disconnect":
            game.disconnect(seat)
        case "host resumes":
            game.resume_host(HOST_CONNECTION)
        case "join":
            game.try_join(f"late {number}")
        case _:
            game.now += 50 * number
            game.tick()


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(SECRETS)).flatmap(
        lambda kind: st.tuples(st.just(kind), st.lists(st.sampled_from(SECRETS[kind]), min_size=2, max_size=2))
    ),
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 40)), max_size=25),
)
def test_until_a_question_is_closed_no_byte_to_anybody_depends_on_which_option_is_correct(
    secrets: tuple[str, list[tuple[int, ...]]], actions: list[tuple[str, int]]
) -> None:
    kind, (one, other) = secrets
    left, left_seats = at_the_second_question(with_secret(kind, one))
    right, right_seats = at_the_second_question(with_secret(kind, other))
    assert said_bytes(left.effects) == said_bytes(right.effects)
    for action, number in actions:
        act(left, left_seats, action, number)
        act(right, right_seats, action, number)
        if left.told(QuestionResults):
            return
        assert said_bytes(left.effects) == said_bytes(right.effects)
        for role in Role:
            assert view(left, role) == view(right, role)


def test_when_a_question_is_closed_everybody_is_told_which_option_was_correct() -> None:
    game, _ = at_the_second_question(with_secret("multiple", (0, 2)))
    game.do(CloseQuestion())
    assert game.one(QuestionResults).correct == (0, 2)
