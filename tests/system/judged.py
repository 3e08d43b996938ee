"""Judges a table of answers by the engine: `python -m tests.system.judged` writes it for the tests of the pages.

The editor says whether an answer would count by a twin of the engine's rules (clients/web/src/quiz/judging); its test
goes through this table. All characters in it are older than the tables of Unicode of any Python that is supported.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from coordinator.engine import kinds
from quickpoll.protocol import AcceptedText, NumberQuestion, Question, TextQuestion

FILE: Final = Path(__file__).parents[2] / "clients/web/src/quiz/judging/cases.json"
LIMA: Final = ("Lima", AcceptedText("Peru", 50))
TEXTS: Final[tuple[tuple[tuple[str | AcceptedText, ...], tuple[str, ...]], ...]] = (
    (
        LIMA,
        ("Lima", "lima", " LIMA! ", "Liam", "Lmia", "Lim", "Limaa", "Lyma", "Lema", "Roma", "peru", "Perv", "Per", "?"),
    ),
    (
        ("Canberra",),
        (
            "canberra",
            "Canbera",
            "Camberra",
            "Canbrera",
            "Kanbera",
            "Kamberra",
            "Kanbara",
            "Canberra, ACT",
            "The Canberra",
        ),
    ),
    (
        ("The Beatles",),
        ("Beatles", "beatles", "the beatles", "Die Beatles", "La Beatles", "Beetles", "Beatle", "The", "the the"),
    ),
    (("L’été",), ("l'ete", "été", "L'ÉTÉ", "ete", "l`été", "été.", "«été»")),
    (("São Paulo",), ("Sao Paulo", "são  paulo", "SÃO PAULO", "Sao Paolo", "San Paulo", "São-Paulo")),
    (("Großglockner",), ("Grossglockner", "GROSSGLOCKNER", "GROẞGLOCKNER", "Großklockner", "Grosglokner")),
    (("Café", "Résumé"), ("Café", "cafe", "Cafe", "café", "Caffé", "Resume", "Resumé", "Rèsumé", "Résume")),
    (("Łódź",), ("Lodz", "lódz", "ŁÓDŹ", "Lotz", "Łodz")),
    (("Ærøskøbing",), ("Aeroskobing", "ærøskøbing", "Aerosköbing")),
    (("Ἀθήνα", "Αθήνα"), ("αθηνα", "ΑΘΗΝΑ", "Αθηνας", "αθήνα;", "ᾼθηνα")),
    (("Οδυσσεύς",), ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ", "Οδυσσεύς", "Οδυσεύς")),
    (("Йошкар-Ола",), ("йошкар ола", "Иошкар-Ола", "йошкар‑ола", "Йошкар—Ола", "Ёшкар-Ола")),
    (("محمد",), ("مُحَمَّد", "محمد", "محمود", "محمد.")),
    (("東京",), ("東京", "东京", "とうきょう", "東京。", "東京!")),
    (("ガーナ",), ("ガーナ", "ガーナ", "がーな", "カーナ")),
    (("हिन्दी",), ("हिन्दी", "हिंदी", "हिन्द")),
    (("Route 66",), ("route 66", "Route ６６", "Route ٦٦", "Route 65", "Route 666", "Rout 66", "Route", "Rute  66")),
    (("Henry VIII",), ("Henry VIII", "henry viii", "Henry VII", "Henri VIII", "Henry Ⅷ", "Henry 8", "Hnery VIII")),
    (("B2",), ("b2", "b 2", "B3", "2B")),
    (("x²",), ("x2", "x²", "x^2", "X²")),
    (("don't",), ("dont", "don’t", "don`t", "don´t", "DON'T", "don t")),
    (("a", "I"), ("a", "A", "an", "i", "ı", "İ", "the a", "1")),
    (("ﬁne",), ("fine", "FINE", "ﬁne", "fin", "fnie")),
    (
        ("straße", AcceptedText("strasse", 60)),
        ("strasse", "Straße", "STRASSE", "strase", "stra\u00adße", "stra\u200dße"),
    ),
    (("colour", AcceptedText("color", 80)), ("color", "colour", "colur", "coler", "cloor", "colouer", "kolor")),
    (("one", "two", "three"), ("one", "tow", "three", "there", "thre", "four", "ONE.", "(two)")),
    (("a\u0301e\u0301",), ("áé", "ae", "áe", "a\ufe0fe")),
    (("no\u00a0break\u2009space",), ("no break space", "nobreak space", "no  break\tspace", "NO BREAK SPACE")),
    (("!?",), ("!?", "?!", "!", "…")),
    (("Smørrebrød",), ("smorrebrod", "Smörrebröd", "smorebrod", "smorrebrot", "smörbrot")),
    (("x" * 80,), ("x" * 80, "x" * 79, "x" * 78, "x" * 77, "X" * 80)),
)
NUMBERS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("6650", "100", ("6650", "6550", "6549", "6750", "6750.01", "6549.99", "0", "-6650", "66500")),
    ("0", "0", ("0", "-0", "0.0", "0.000000000000000001", "-1", "1")),
    ("-3.5", "0.25", ("-3.5", "-3.25", "-3.75", "-3.76", "-3.249", "3.5", "-3")),
    ("3.14159", "0.0005", ("3.14", "3.1416", "3.1411", "3.142", "3.141", "3.14209", "3.142091")),
    ("12345678901234567890", "0", ("12345678901234567890", "12345678901234567891", "12345678901234567889", "1")),
    ("0.10", "0.000", ("0.1", "0.10", ".1" + "0", "0.11", "0.1000000000000000001")),
    ("1969", "0", ("1969", "1968", "1970", "1969.0", "01969", "1969.5")),
    ("100", "100", ("0", "200", "-1", "201", "0.0", "200.00", "-0.01", "200.01")),
)


def _share(question: Question, answer: str) -> int | None:
    kind = kinds.of(question)
    return kind.judge(question, kind.key(question, answer, None))


def _text(accepted: tuple[str | AcceptedText, ...], answer: str) -> Iterator[dict[str, Any]]:
    """One answer as it is usually judged, and in each other way that makes a difference."""
    usual = TextQuestion("?", accepted)
    strict = (
        {"typos": "none"},
        {"exact_case": True},
        {"exact_accents": True},
        {"exact_case": True, "exact_accents": True},
    )
    for question in (usual, *(replace(usual, **fields) for fields in strict)):
        share = _share(question, answer)
        if question is usual or share != _share(usual, answer):
            yield {
                "accepted": [{"text": each.text, "share": each.share} for each in question.variants],
                "typos": question.typos,
                "exact_case": question.exact_case,
                "exact_accents": question.exact_accents,
                "answer": answer,
                "share": share,
            }


def table() -> dict[str, list[dict[str, Any]]]:
    """All cases, each with the share that the engine gives."""
    return {
        "text": [case for accepted, answers in TEXTS for answer in answers for case in _text(accepted, answer)],
        "number": [
            {
                "value": value,
                "tolerance": tolerance,
                "answer": answer,
                "share": _share(NumberQuestion("?", value, tolerance=tolerance), answer),
            }
            for value, tolerance, answers in NUMBERS
            for answer in answers
        ],
    }


def written() -> str:
    """The file: one case a line."""
    listed = [
        f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(case, ensure_ascii=False)}" for case in cases) + "\n  ]"
        for name, cases in table().items()
    ]
    return "{\n" + ",\n".join(listed) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(written())
