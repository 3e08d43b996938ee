"""A question of each kind, and answers to it that anybody may think of."""

from typing import Any

from hypothesis import strategies as st

from coordinator.engine import kinds
from quickpoll.protocol import (
    AcceptedText,
    Answer,
    MatchQuestion,
    MultipleQuestion,
    NumberQuestion,
    OpenQuestion,
    Option,
    OrderQuestion,
    Pair,
    PollQuestion,
    Question,
    RankingQuestion,
    ScaleQuestion,
    SlideQuestion,
    TextQuestion,
    WordsQuestion,
)
from tests.coordinator.engine.game import MULTIPLE, POLL, SINGLE, TRUE_FALSE

TEXT = TextQuestion("Capital of Peru?", ("Lima", AcceptedText("Cusco", 50)))
NUMBER = NumberQuestion("How high is it?", "4810", "10", unit="m")
CLOSEST = NumberQuestion("How many beans?", "500", scoring="closest", min="0", max="1000", step="1")
ORDER = OrderQuestion("By size?", ("ant", "cat", "cow", "whale"))
PAIRS = OrderQuestion("By age?", ("egg", "caterpillar", "pupa", "moth"), partial="pairs")
MATCH = MatchQuestion("Capitals?", (Pair("Peru", "Lima"), Pair("Kenya", "Nairobi"), Pair("Cuba", "Havana")), ("Quito",))
WORDS = WordsQuestion("What do you think of?")
OPEN = OpenQuestion("What shall we change?", time_limit_ms=None)
SCALE = ScaleQuestion("How was it?", "bad", "good")
RANKING = RankingQuestion("Which first?", (Option("a"), Option("b"), Option("c"), Option("d")), top=2)
SLIDE = SlideQuestion("Half-time", "Get a drink.")
CHOICES = PollQuestion("Which days?", (Option("Mon"), Option("Tue"), Option("Wed")), max_choices=2)
PARTIAL = MultipleQuestion(
    "Primes?",
    (Option("2", correct=True), Option("3", correct=True), Option("4"), Option("6")),
    partial="right_minus_wrong",
)
ALL: dict[str, Question] = {
    "single": SINGLE,
    "multiple": MULTIPLE,
    "true_false": TRUE_FALSE,
    "poll": POLL,
    "choices": CHOICES,
    "partial": PARTIAL,
    "text": TEXT,
    "number": NUMBER,
    "closest": CLOSEST,
    "order": ORDER,
    "pairs": PAIRS,
    "match": MATCH,
    "words": WORDS,
    "open": OPEN,
    "scale": SCALE,
    "ranking": RANKING,
    "slide": SLIDE,
}
ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    st.integers(0, 10),
    st.sampled_from(["Lima", "lime", "cuzco", "4,805", "½", "the moon", "-", "500"]),
    st.text(max_size=80),
    st.decimals(-(10**6), 10**6, places=2).map(str),
    st.permutations(range(4)).map(tuple),
    st.lists(st.integers(-1, 10), max_size=6).map(tuple),
    st.lists(st.text(max_size=25), max_size=4).map(tuple),
)


def backwards(things: Any) -> tuple[Any, ...]:
    """Draws an order by no chance at all."""
    return tuple(reversed(things))


def as_played(question: Question) -> Question:
    """The question as a session plays it."""
    played: Question = kinds.of(question).as_played(question, backwards, randomize_options=False)
    return played
