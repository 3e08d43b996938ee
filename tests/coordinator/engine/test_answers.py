"""What the host gets of a question's answers, and when."""

import struct

import pytest

from quickpoll.protocol import (
    ANSWERS_PER_PAGE,
    AnswerGroup,
    Answers,
    CloseQuestion,
    ErrorCode,
    GetAnswers,
    LeaveSession,
    QuestionResults,
)
from tests.coordinator.engine.game import SINGLE, Game, code
from tests.coordinator.engine.kinds.samples import ALL, as_played


def ask(game: Game, offset: int = 0) -> Answers:
    reply = game.by_host(GetAnswers(question=0, offset=offset))
    assert isinstance(reply, Answers), reply
    return reply


def test_texts_come_with_who_wrote_them_the_most_frequent_first() -> None:
    game = Game(as_played(ALL["text"]))
    seats = game.join_many(4)
    game.open()
    for seat, text in zip(seats, ("Paris", "Lima", "LIMA", "Cusco"), strict=True):
        game.answer(seat, text)
    assert ask(game).answers == (
        AnswerGroup(text="Lima", count=2, share=100, player_ids=(seats[1].id, seats[2].id), shown=True),
        AnswerGroup(text="Paris", count=1, share=0, player_ids=(seats[0].id,), shown=True),
        AnswerGroup(text="Cusco", count=1, share=50, player_ids=(seats[3].id,), shown=True),
    )
    game.by_player(seats[1], LeaveSession())
    assert ask(game).answers[0].player_ids == (seats[0].id,)


def test_a_word_is_spelled_as_in_the_results() -> None:
    game = Game(as_played(ALL["words"]))
    seats = game.join_many(3)
    game.open()
    for seat, words in zip(seats, (("FUN", "slow"), ("fun",), ("fun",)), strict=True):
        game.answer(seat, words)
    tally = game.one(QuestionResults).tally
    assert tally is not None
    assert isinstance(tally.words, tuple)
    listed = [(group.text, group.count) for group in ask(game).answers]
    assert listed == [(word.text, word.count) for word in tally.words] == [("fun", 3), ("slow", 1)]


def test_a_page_has_two_hundred_and_all_pages_have_everything_once() -> None:
    game = Game(as_played(ALL["words"]))
    seats = game.join_many(150)
    game.open()
    for number, seat in enumerate(seats):
        game.answer(seat, (f"word {number}", f"other {number}", "same"))
    first = ask(game)
    assert (len(first.answers), first.next_offset) == (ANSWERS_PER_PAGE, ANSWERS_PER_PAGE)
    assert (first.answers[0].text, first.answers[0].count) == ("same", 150)
    second = ask(game, ANSWERS_PER_PAGE)
    assert second.next_offset is None
    texts = [group.text for group in (*first.answers, *second.answers)]
    assert len(texts) == len(set(texts)) == 301


@pytest.mark.parametrize("name", ["words", "open"])
def test_the_host_may_follow_what_is_written_where_nothing_is_right(name: str) -> None:
    game = Game(as_played(ALL[name]))
    ann, _ = game.join("Ann"), game.join("Ben")
    game.open()
    game.answer(ann, ("Fun",) if name == "words" else "Fun")
    assert [(group.text, group.count, group.share) for group in ask(game).answers] == [("Fun", 1, None)]


@pytest.mark.parametrize("name", ["text", "number", "single", "scale"])
def test_other_answers_can_be_had_when_the_question_is_closed(name: str) -> None:
    game = Game(as_played(ALL[name]))
    ann, _ = game.join("Ann"), game.join("Ben")
    assert code(game.by_host(GetAnswers(question=0))) is ErrorCode.WRONG_PHASE
    game.open()
    game.answer(ann, 1 if name in ("single", "scale") else "1")
    assert code(game.by_host(GetAnswers(question=0))) is ErrorCode.WRONG_PHASE
    assert code(game.by_player(ann, GetAnswers(question=0))) is ErrorCode.FORBIDDEN
    game.do(CloseQuestion())
    (group,) = ask(game).answers
    assert (group.count, group.player_ids) == (1, (ann.id,))
    assert code(game.by_host(GetAnswers(question=1))) is ErrorCode.WRONG_PHASE


def test_chosen_options_are_told_in_words() -> None:
    game = Game(SINGLE)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 1)
    assert ask(game).answers[0].text == "option 2 (Mombasa)"


def test_what_a_version_without_texts_has_kept_is_told() -> None:
    game = Game(SINGLE)
    ann = game.join("Ann")
    game.open()
    game.answer(ann, 1)
    player = game.player(ann)
    player.history, player.outcomes = struct.pack("<BHI", 0x80 | 0b010, 0, 700), b""
    (group,) = ask(game).answers
    assert (group.text, group.share, group.player_ids) == ("option 2 (Mombasa)", 0, (ann.id,))
