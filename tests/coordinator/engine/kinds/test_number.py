from decimal import Decimal as Oracle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.number import NUMBER
from quickpoll.protocol import NearestAnswer, NumberQuestion, QuestionResults, Settings, YourResult
from tests.coordinator.engine.game import Game
from tests.coordinator.engine.kinds.samples import CLOSEST
from tests.coordinator.engine.kinds.samples import NUMBER as MOUNTAIN

DECIMALS = st.decimals(-(10**6), 10**6, places=3).map(lambda number: f"{number:f}")


@given(DECIMALS, DECIMALS, st.decimals(0, 1000, places=2).map(lambda number: f"{number:f}"))
def test_within_the_tolerance_is_what_pythons_decimals_say(value: str, answer: str, tolerance: str) -> None:
    question = NumberQuestion("?", value, tolerance)
    right = abs(Oracle(answer) - Oracle(value)) <= Oracle(tolerance)
    assert NUMBER.judge(question, NUMBER.key(question, answer, "en")) == (100 if right else 0)


def test_an_answer_is_compared_as_its_number() -> None:
    assert [NUMBER.key(MOUNTAIN, text, None) for text in ("4,810 m", "4810.0", " 4810")] == ["4810"] * 3
    with pytest.raises(Misfit, match="number"):
        NUMBER.key(MOUNTAIN, "high", None)
    with pytest.raises(Misfit, match="from 0 to 1000"):
        NUMBER.key(CLOSEST, "1001", None)


def test_the_closest_win_whatever_their_speed_and_equals_earn_the_same() -> None:
    game = Game(CLOSEST, settings=Settings(lead_ms=0))
    seats = game.join_many(6)
    game.open()
    for seat, answer in zip(seats, ("490", "510", "480", "530", "900", "480"), strict=True):
        game.now += 1000
        game.answer(seat, answer)
    told = list(game.each(YourResult).values())
    assert [result.share for result in told] == [100, 100, 50, 25, 0, 50]
    assert [result.points for result in told] == [1000, 1000, 500, 250, 0, 500]
    tally = game.one(QuestionResults).tally
    assert tally
    assert tally.nearest == (
        NearestAnswer(player_id=seats[0].id, name="Player 0", answer="490"),
        NearestAnswer(player_id=seats[1].id, name="Player 1", answer="510"),
        NearestAnswer(player_id=seats[2].id, name="Player 2", answer="480"),
    )


@given(st.lists(DECIMALS, min_size=1, max_size=60))
def test_the_histogram_counts_every_answer_once(answers: list[str]) -> None:
    question = NumberQuestion("?", "0")
    game = Game(question)
    seats = game.join_many(len(answers))
    game.open()
    for seat, answer in zip(seats, answers, strict=True):
        game.answer(seat, answer)
    tally = game.told(QuestionResults)[0].tally
    assert tally
    assert isinstance(tally.bins, tuple)
    assert isinstance(tally.below, int)
    assert isinstance(tally.above, int)
    assert len(tally.bins) == 20
    assert sum(tally.bins) + tally.below + tally.above == len(answers)
    assert Oracle(str(tally.from_)) <= Oracle(str(tally.to))


def test_without_answers_there_is_an_empty_histogram() -> None:
    tally = NUMBER.told(MOUNTAIN, (), (), lambda: ())
    assert (tally.from_, tally.to, tally.nearest) == (None, None, ())


def test_what_lies_outside_of_98_percent_is_counted_beside_the_histogram() -> None:
    game = Game(MOUNTAIN)
    seats = game.join_many(102)
    game.open()
    for seat, answer in zip(seats, ("-900", "-900", *(str(n) for n in range(96)), *["1000"] * 4), strict=True):
        game.answer(seat, answer)
    tally = game.one(QuestionResults).tally
    assert tally
    assert (tally.from_, tally.to, tally.below, tally.above) == ("0", "1000", 2, 0)
