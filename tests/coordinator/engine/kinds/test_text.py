import pytest

from coordinator.engine.kinds import Misfit
from coordinator.engine.kinds.text import TEXT
from quickpoll.protocol import AcceptedText, TextGroup, TextQuestion, YourResult
from tests.coordinator.engine.game import Game
from tests.coordinator.engine.kinds import samples

RIVER = TextQuestion("Which river?", ("Mississippi", AcceptedText("Missouri", 40)))


def share(question: TextQuestion, answer: str) -> int:
    return TEXT.judge(question, TEXT.key(question, answer, None))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("mississippi", 100),
        ("The Mississippi.", 100),
        ("Misissippi", 100),
        ("Misisippi", 100),
        ("Misisipi", 0),
        ("Missuori", 40),
        ("Nile", 0),
    ],
)
def test_a_slip_or_two_count_where_the_author_allows_them(answer: str, expected: int) -> None:
    assert share(RIVER, answer) == expected
    exact = TextQuestion("Which river?", RIVER.accepted, typos="none")
    assert share(exact, answer) == (expected if answer in ("mississippi", "The Mississippi.") else 0)


def test_no_slip_counts_in_short_words_numbers_and_roman_numerals() -> None:
    assert share(TextQuestion("?", ("cat",)), "cab") == 0
    king = TextQuestion("?", ("Louis XIV", "World War 2 battle"))
    assert [share(king, answer) for answer in ("louis xiv", "Luis XIV", "Louis XV", "World War 3 battle")] == [
        100,
        100,
        0,
        0,
    ]
    assert share(king, "Wurld War 2 battle") == 100


def test_between_two_variants_of_different_share_nothing_is_right() -> None:
    question = TextQuestion("?", (AcceptedText("baker", 100), AcceptedText("maker", 50)))
    assert share(question, "taker") == 0
    assert share(TextQuestion("?", ("baker", "maker")), "taker") == 100
    assert share(TextQuestion("?", (AcceptedText("Lima", 30), "lima")), "lima") == 100


def test_capitals_and_accents_may_count() -> None:
    strict = TextQuestion("?", ("Né",), exact_case=True, exact_accents=True)
    assert [share(strict, answer) for answer in ("Né", "né", "Ne")] == [100, 0, 0]


def test_where_capitals_or_accents_count_a_wrong_one_is_no_slip() -> None:
    accents = TextQuestion("?", ("café",), exact_accents=True)
    assert [share(accents, answer) for answer in ("café", "CAFÉ", "cafe", "cafèé", "caféé")] == [100, 100, 0, 100, 100]
    case = TextQuestion("?", ("Lima",), exact_case=True)
    assert [share(case, answer) for answer in ("Lima", "lima", "Lmia", "Limá")] == [100, 0, 100, 100]


def test_variants_are_normalised_once_when_the_session_is_created() -> None:
    played = samples.as_played(samples.TEXT)
    assert isinstance(played, TextQuestion)
    assert [(variant.text, variant.share) for variant in played.normalised] == [("lima", 100), ("cusco", 50)]


@pytest.mark.parametrize("answer", ["", "   ", "\u200b\u202e", "x" * 81, 3, ("a",)])
def test_what_says_nothing_or_too_much_is_refused(answer: str) -> None:
    with pytest.raises(Misfit):
        TEXT.check(samples.TEXT, answer)


def test_a_text_is_kept_and_judged_once_for_all_who_wrote_it() -> None:
    game = Game(samples.as_played(samples.TEXT))
    seats = game.join_many(5)
    game.open()
    for seat, answer in zip(seats, ("Lima", "LIMA!", "lyma", "Cuzco", "Paris"), strict=True):
        game.answer(seat, answer)
    assert [(each.shown, each.count, each.share) for each in game.session.written[0]] == [
        ("Lima", 2, 100),
        ("lyma", 1, 100),
        ("Cuzco", 1, 50),
        ("Paris", 1, 0),
    ]
    tally = TEXT.told(samples.TEXT, (), game.session.written[0], lambda: ())
    assert tally.groups == (
        TextGroup(text="Lima", count=2, share=100),
        TextGroup(text="Cuzco", count=1, share=50),
        TextGroup(text="lyma", count=1, share=100),
        TextGroup(text="Paris", count=1, share=0),
    )
    assert tally.distinct == 4
    assert [result.points for result in game.each(YourResult).values()] == [1000, 1000, 1000, 500, 0]
