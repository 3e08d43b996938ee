import struct

from hypothesis import given
from hypothesis import strategies as st

from coordinator.engine import history
from coordinator.engine.history import MAX_RESPONSE_MS, RECORD_BYTES, Outcome
from coordinator.engine.players import Player
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, Game, reloaded

SHARES = st.none() | st.integers(0, 100)
OUTCOMES = st.builds(
    Outcome, st.integers(0, 2**64 - 1), SHARES, st.integers(-(2**15), 2**15 - 1), st.integers(0, MAX_RESPONSE_MS)
) | st.builds(Outcome, st.none(), SHARES, st.integers(-(2**15), 2**15 - 1), st.none())


def player() -> Player:
    return Player(id="p0", number=0, name="Ann", name_key="ann", avatar="", join_id="", connection=None)


@given(st.lists(st.none() | OUTCOMES, max_size=8))
def test_what_was_remembered_is_read_back(outcomes: list[Outcome | None]) -> None:
    ann = player()
    for index, outcome in enumerate(outcomes):
        if outcome:
            history.remember(ann, index, outcome)
    while outcomes and outcomes[-1] is None:
        outcomes.pop()
    assert history.outcomes(ann, (SINGLE,) * 8) == outcomes


def test_a_record_is_sixteen_bytes_and_the_longest_response_fits() -> None:
    ann = player()
    history.remember(ann, 0, Outcome(1, 100, 500, MAX_RESPONSE_MS + 1))
    assert len(ann.outcomes) == RECORD_BYTES == 16
    (outcome,) = history.outcomes(ann, (SINGLE,))
    assert outcome
    assert outcome.response_ms == MAX_RESPONSE_MS


def test_records_of_version_0_1_0_are_read_and_those_of_this_version_follow_them() -> None:
    ann = player()
    older = [(0, 0, 0), (0x80, 0, 0), (0x80 | 0b001, 950, 1200), (0x80 | 0b101, 500, 300), (0x80 | 0b10, 0, 700)]
    ann.history = b"".join(struct.pack("<BHI", *fields) for fields in older)
    history.remember(ann, 5, Outcome(0b10, 0, -300, 800))
    assert history.outcomes(ann, (SINGLE, SINGLE, SINGLE, MULTIPLE, POLL, SINGLE)) == [
        None,
        Outcome(None, 0, 0, None),
        Outcome(0b001, 100, 950, 1200),
        Outcome(0b101, 100, 500, 300),
        Outcome(0b10, None, 0, 700),
        Outcome(0b10, 0, -300, 800),
    ]


def test_silence_at_a_poll_of_version_0_1_0_was_neither_right_nor_wrong() -> None:
    ann = player()
    ann.history = struct.pack("<BHI", 0x80, 0, 0)
    assert history.outcomes(ann, (POLL,)) == [Outcome(None, None, 0, None)]


def test_outcomes_are_stored_with_the_player() -> None:
    game = Game(SINGLE)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 0)
    assert len(game.player(ann).outcomes) == RECORD_BYTES
    assert reloaded(game.session).players[ann.id].outcomes == game.player(ann).outcomes
