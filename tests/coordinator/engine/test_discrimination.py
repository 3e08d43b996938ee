"""The alarm of a wrong key: who led before the question was mostly wrong, and who was last was not."""

import pytest

from coordinator.engine import discrimination
from coordinator.engine.discrimination import Attempt
from quickpoll.protocol import (
    Answer,
    KeyDoubt,
    NextQuestion,
    Question,
    QuestionResults,
    Resumed,
    Rule,
    Ruling,
    UndoRuling,
)
from tests.coordinator.engine.game import HOST_CONNECTION, MULTIPLE, POLL, SINGLE, Game
from tests.coordinator.engine.kinds.samples import ALL, as_played
from tests.coordinator.engine.test_rulings import played

PLAYERS = 12


def asked(question: Question, leaders: Answer, last: Answer, rest: Answer, count: int = PLAYERS) -> Game:
    """A question after one that the first half had right; so many leaders and last ones gave these answers."""
    size = count * 27 // 100
    answers: dict[str, list[Answer | None]] = {
        f"Player {n}": [
            0 if n < count // 2 else 1,
            leaders if n < size else last if n >= count - size else rest,
        ]
        for n in range(count)
    }
    game, _ = played(SINGLE, question, answers=answers, pace_ms=10)
    return game


def doubt(game: Game) -> KeyDoubt | None:
    results = game.session.head.results
    return results.doubt or None if results else None


def test_the_index_is_how_much_more_often_the_upper_group_is_right() -> None:
    right, wrong = Attempt(100, True, 1), Attempt(100, False, 2)
    assert discrimination.index_percent([right, right, right], [wrong, wrong, wrong]) == 100
    assert discrimination.index_percent([wrong, wrong, right], [wrong, wrong, wrong]) == 33
    assert discrimination.index_percent([right], [right]) == 0
    assert discrimination.index_percent([wrong, wrong, wrong], [wrong, wrong, right]) == -34
    assert discrimination.index_percent([wrong], [right]) == -100


@pytest.mark.parametrize(("count", "size"), [(11, None), (12, 3), (13, 4), (100, 27), (1000, 270)])
def test_a_group_is_27_percent_of_at_least_twelve(count: int, size: int | None) -> None:
    found = discrimination.groups([Attempt(points, True, 1) for points in range(count)])
    assert (found and len(found[0])) == size
    if found:
        upper, lower = found
        assert len(upper) == len(lower)
        assert upper[-1].points > lower[0].points


def test_equal_points_before_tell_no_groups_apart() -> None:
    assert discrimination.groups([Attempt(0, n % 2 == 0, 1) for n in range(20)]) is None


def test_most_of_a_group_have_given_the_same_answer() -> None:
    given = [Attempt(0, False, packed) for packed in (2, 2, 3)]
    assert discrimination.mostly(given, lambda packed: [packed]) == (2, 2)
    assert discrimination.mostly(given[1:], lambda packed: [packed]) is None
    assert discrimination.mostly(given, lambda _: []) is None


def test_leaders_who_mostly_chose_what_is_not_marked_raise_doubts_which_the_host_alone_is_told() -> None:
    game = asked(SINGLE, leaders=1, last=0, rest=0)
    wanted = KeyDoubt(accept=1, chosen=3, leaders=3, index=-100)
    for_host, for_players = game.told(QuestionResults)
    assert (for_host.doubt or None, for_players.doubt or None) == (wanted, None)
    host, player = game.resume_host(HOST_CONNECTION), game.resume(game.join("Late"))
    assert isinstance(host, Resumed)
    assert isinstance(player, Resumed)
    assert (host.session.results, player.session.results) == (for_host, for_players)


@pytest.mark.parametrize(
    ("question", "leaders", "last", "rest"),
    [
        (SINGLE, 0, 1, 0),
        (SINGLE, 0, 0, 0),
        (SINGLE, 1, 1, 0),
        (POLL, 1, 0, 0),
        (as_played(ALL["order"]), (2, 1, 0), (0, 1, 2), (0, 1, 2)),
    ],
    ids=["leaders right", "all right", "both wrong", "nothing is right", "no ruling accepts an order"],
)
def test_there_is_no_doubt(question: Question, leaders: Answer, last: Answer, rest: Answer) -> None:
    assert doubt(asked(question, leaders, last, rest)) is None


def test_there_is_no_doubt_where_leaders_are_wrong_each_in_another_way() -> None:
    towns = ("La Paz", "Quito", "Bogota")
    answers: dict[str, list[Answer | None]] = {f"Player {n}": [0, towns[n]] for n in range(3)}
    answers |= {f"Player {n}": [int(n >= 6), "Lima"] for n in range(3, PLAYERS)}
    game, _ = played(SINGLE, as_played(ALL["text"]), answers=answers, pace_ms=10)
    assert doubt(game) is None


def test_there_is_no_doubt_about_eleven_answers_or_the_first_question() -> None:
    assert doubt(asked(SINGLE, 1, 0, 0, count=11)) is None
    first: dict[str, list[Answer | None]] = {f"Player {n}": [int(n < 6)] for n in range(PLAYERS)}
    game, _ = played(SINGLE, answers=first, pace_ms=10)
    assert doubt(game) is None


def test_of_several_options_that_one_is_named_which_is_not_marked() -> None:
    found = doubt(asked(MULTIPLE, leaders=(0, 1, 2), last=(0, 2), rest=(0, 2)))
    assert found
    assert (found.accept, found.chosen) == (1, 3)


def test_a_text_is_named_as_it_was_written() -> None:
    found = doubt(asked(as_played(ALL["text"]), leaders="La  Paz", last="Lima", rest="Lima"))
    assert found
    assert (found.accept, found.chosen) == ("La Paz", 3)


def test_a_ruling_settles_it_and_its_end_brings_it_back() -> None:
    game = asked(SINGLE, leaders=1, last=0, rest=0)
    before = doubt(game)
    game.by_host(Rule(question=1, ruling=Ruling(accept=1)))
    assert doubt(game) is None
    game.do(UndoRuling(number=1))
    assert doubt(game) == before
    game.by_host(Rule(question=0, ruling=Ruling(void=True)))
    assert doubt(game) == before, "nobody is told about an earlier question"
    game.do(NextQuestion())
    assert all(results.doubt is not before for results in game.told(QuestionResults))
