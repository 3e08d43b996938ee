"""Plays drawn games at the engine, in virtual time, and writes down what a host, a remote and a player hear.

`python -m tests.system.heard FILE` writes a line for each of them and each game. A line says how the page began, and
then step by step what its person does, what the server says, and what `resumed` would say after it. The pages' test
(clients/web/src/law) cuts these conversations anywhere.
"""

import argparse
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from coordinator.engine import Close, CommandReply, Drawn, Effects, ToEach, ToMany, apply, next_deadline, views
from quickpoll.envelope import Audience, ConnectionId, Entry, Tick
from quickpoll.protocol import (
    Answer,
    AskExtraTime,
    AskQuestion,
    ChooseQuestion,
    CloseQuestion,
    ContinueIn,
    EndSession,
    ExtendQuestion,
    KickPlayer,
    LockSession,
    MultipleQuestion,
    NextQuestion,
    OfferSeat,
    OptionsQuestion,
    OrderQuestion,
    PauseQuiz,
    Phase,
    Resumed,
    Role,
    Rule,
    Ruling,
    ScaleQuestion,
    ServerMessage,
    SetExtraTime,
    Settings,
    ShowEarlier,
    ShowLive,
    ShowName,
    SkipQuestion,
    StartQuiz,
    StopClock,
    SubmitAnswer,
    TextQuestion,
    UndoRuling,
    WordsQuestion,
)
from tests.coordinator.engine.game import HOST_CONNECTION, MULTIPLE, NOTHING, POLL, SINGLE, TRUE_FALSE, Game, Seat
from tests.coordinator.engine.kinds.samples import ALL, as_played

GAMES: Final = 200
ADA: Final = ConnectionId("watched", 1)
REMOTE: Final = ConnectionId("watched", 2)
NEXT_CODE: Final = "654321"
JOIN_URL: Final = "https://quiz.test/join/123456"
NOTED: Final = replace(SINGLE, notes="Ask why.")
MOST_QUESTIONS: Final = 6
"""Of one game, with those that its host adds."""
TEXT, ORDER, SCALE, WORDS = as_played(ALL["text"]), as_played(ALL["order"]), ALL["scale"], ALL["words"]
QUESTIONS: Final = (SINGLE, NOTED, MULTIPLE, TRUE_FALSE, POLL, TEXT, ORDER, SCALE, WORDS)
WRITTEN: Final = ("Lima", "Lma", "La Paz")
"""Answers to it, one with a slip."""


class Watched:
    """One connection, and what it hears; `steps` end where an entry ended."""

    def __init__(self, name: str, connection: ConnectionId) -> None:
        self.name = name
        self.connection = connection
        self.steps: list[dict[str, Any]] = []

    @property
    def is_player(self) -> bool:
        return self.connection == ADA

    def hears(self, effects: Effects) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []
        for effect in effects.said:
            match effect:
                case CommandReply(connection=connection, message=message) if connection == self.connection:
                    said.append(_plain(message))
                case ToMany(audience=audience, message=message) if self._is_in(audience):
                    said.append(_plain(message))
                case ToEach(messages=messages):
                    said += [_plain(message) for connection, message in messages if connection == self.connection]
                case Close(connection=connection, code=code, message=message) if connection == self.connection:
                    said += [_plain(message)] if message else []
                    said.append({"close": code})
                case _:
                    pass
        return said

    def _is_in(self, audience: Audience) -> bool:
        return audience in (Audience.ALL, Audience.PLAYERS if self.is_player else Audience.HOST)


def _plain(message: ServerMessage) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(message)
    return plain


class Recorded(Game):
    """A game whose host, remote and first player are listened to."""

    def __init__(self, chance: random.Random, *questions: Any, settings: Settings) -> None:
        super().__init__(*questions, settings=settings)
        self.chance = chance
        self.stage, self.remote, self.ada = (
            Watched("host", HOST_CONNECTION),
            Watched("remote", REMOTE),
            Watched("player", ADA),
        )
        self.watched: list[Watched] = []
        self.doing: dict[str, Any] | None = None
        """What the watched player does with the next entry."""
        self._listen(self.stage, self.effects)

    def apply(self, entry: Entry, drawn: Drawn = NOTHING) -> Effects:
        """Everything that was due before happens first, each at its time."""
        until = self.now
        while (due := next_deadline(self.session)) is not None and due <= until:
            self.now = due
            self._heard(apply(self.session, Tick(), due, NOTHING))
        self.now = until
        effects = super().apply(entry, drawn)
        self._heard(effects)
        return effects

    def _heard(self, effects: Effects) -> None:
        for watched in self.watched:
            self._listen(watched, effects)

    def _listen(self, watched: Watched, effects: Effects) -> None:
        if watched not in self.watched:
            self.watched.append(watched)
        said = watched.hears(effects)
        doing = self.doing if watched.is_player else None
        if not said and not doing:
            return
        if doing:
            self.doing = None
        watched.steps.append(
            {
                "at": self.now,
                "does": doing,
                "said": said,
                "resumed": None if self.session.head.closed else _plain(self._resumed(watched)),
                "settled": self._settled(watched),
            }
        )

    def _resumed(self, watched: Watched) -> Resumed:
        """As the engine answers `resume_session`, without changing anything by it."""
        session = self.session
        if watched.is_player:
            (player,) = [player for player in session.players.values() if player.connection == ADA]
            return Resumed(
                role=Role.PLAYER,
                code=session.code,
                player_id=player.id,
                session=views.session_view(session, self.now, Role.PLAYER),
                you=views.you(session, player),
            )
        return Resumed(
            role=Role.HOST,
            code=session.code,
            session=views.session_view(session, self.now, Role.HOST),
            remote=watched is self.remote,
            join_url=JOIN_URL,
        )

    def _settled(self, watched: Watched) -> bool:
        """Whether the page has been told all that is counted: what grows with the players comes only so often."""
        if self.session.head.closed:
            return False
        pending = self.session.head.pending
        if watched.is_player:
            return not pending.players_stale
        return not (pending.standings or pending.asked or pending.host_counts_stale or pending.live_stale)


def play(seed: int) -> list[Watched]:
    """A whole game, drawn by its seed."""
    chance = random.Random(seed)
    ranking: Literal["question", "end", "never"] = chance.choice(("question", "question", "end", "never"))
    settings = Settings(
        lead_ms=chance.choice((0, 3000)),
        auto_advance_ms=chance.choice((None, None, 3000, 20_000)),
        streak_bonus=chance.random() < 0.5,
        ranking=ranking,
        live_texts=chance.random() < 0.5,
    )
    game = Recorded(chance, *chance.choices(QUESTIONS, k=chance.randint(1, 4)), settings=settings)
    seats: list[Seat] = []
    if chance.random() < 0.7:
        seats += game.join_many(chance.randint(1, 3))
    ada = game.join("Ada", connection=ADA)
    game._listen(game.ada, game.effects)
    game.resume_host(REMOTE, remote=True)
    game._listen(game.remote, game.effects)
    for _ in range(chance.randint(0, 3)):
        _happens(game, seats, ada)
    game.do(StartQuiz())
    for _ in range(400):
        head = game.session.head
        if head.phase is Phase.ENDED:
            break
        _happens(game, seats, ada)
    for _ in range(chance.randint(0, 2)):
        _happens(game, seats, ada)
    match chance.random():
        case drawn if drawn < 0.4:
            game.do(EndSession())
        case drawn if drawn < 0.7 and game.session.head.phase is Phase.ENDED:
            game.do(ContinueIn(code=NEXT_CODE))
        case _:
            pass
    return game.watched


def _happens(game: Recorded, seats: list[Seat], ada: Seat) -> None:
    """Some time passes, and then something happens."""
    chance, head = game.chance, game.session.head
    game.now += chance.choice((0, 5, 40, 300, 1200, 2500))
    game.tick()
    answers: list[Callable[[], object]] = [lambda: _answers(game, ada), lambda: _answers(game, ada)]
    answers += [lambda seat=seat: game.answer(seat, _choice(game)) for seat in seats]  # type: ignore[misc]
    rare: list[Callable[[], object]] = [
        lambda: _joins_late(game, seats),
        lambda: game.by_host(LockSession(locked=not head.locked)),
        lambda: game.by_host(PauseQuiz(paused=not head.paused)),
        lambda: game.by_host(ShowLive(shown=not head.shows_live)),
        lambda: _asks(game, ada),
        lambda: game.by_host(SetExtraTime(player_id=ada.id, percent=chance.choice((0, 25, 50)))),
        *([lambda: _comes_or_goes(game, seats)] * 3),
        *([lambda: game.by_host(KickPlayer(player_id=seats.pop().id))] if seats else []),
        *([lambda: _offers(game, seats)] * 2 if seats else []),
        lambda: game.by_host(ShowName(player_id=chance.choice([ada, *seats]).id, shown=chance.random() < 0.5)),
    ]
    forward: dict[Phase, list[Callable[[], object]]] = {
        Phase.QUESTION: [
            lambda: game.by_host(CloseQuestion()),
            lambda: game.by_host(ExtendQuestion(by_ms=2000)),
            lambda: game.by_host(SkipQuestion()),
            lambda: game.by_host(StopClock(stopped=head.stopped_at is None)),
        ],
        Phase.RESULTS: [lambda: game.by_host(NextQuestion())] * 3,
    }
    total = len(game.session.quiz.questions)
    if total < MOST_QUESTIONS:
        asked = chance.choice(QUESTIONS)
        forward[Phase.QUESTION] += [lambda: game.by_host(AskQuestion(asked=asked, open=False))]
        forward[Phase.RESULTS] += [lambda: game.by_host(AskQuestion(asked=asked))]
    if head.question + 1 < total:
        choice = chance.randrange(head.question + 1, total)
        forward[Phase.RESULTS] += [lambda: game.by_host(ChooseQuestion(choice=choice, total=total))]
    if head.phase is Phase.ENDED:
        rare = rare[1:2]
    if head.phase in (Phase.RESULTS, Phase.ENDED):
        again = chance.randint(0, head.question)
        rare += [lambda: game.by_host(ShowEarlier(question=again))]
    if head.phase in (Phase.RESULTS, Phase.ENDED):
        rare += [lambda: _rules(game, ada)] * 3
    weighted = [*(answers if head.phase is Phase.QUESTION else []), *forward.get(head.phase, []), *rare, game.tick]
    chance.choice(weighted)()


def _choice(game: Recorded) -> Answer:
    question, chance = game.session.question, game.chance
    match question:
        case TextQuestion():
            return chance.choice(WRITTEN)
        case WordsQuestion():
            return tuple(chance.sample(WRITTEN, chance.randint(1, 3)))
        case OrderQuestion(items=items):
            return tuple(chance.sample(range(len(items)), len(items)))
        case ScaleQuestion(steps=steps):
            return chance.randrange(steps)
        case MultipleQuestion(options=options):
            return tuple(sorted(chance.sample(range(len(options)), chance.randint(1, len(options)))))
    assert isinstance(question, OptionsQuestion)
    return chance.randrange(len(question.options))


def _answers(game: Recorded, ada: Seat) -> None:
    """The watched player answers once, when the options are there, as its page sees to."""
    head, player = game.session.head, game.player(ada)
    if not game.session.is_open_at(game.now) or game.session.has_answered(player):
        return
    body = SubmitAnswer(question=head.question, answer=_choice(game))
    game.doing = {"type": "submit_answer", "answer": body.answer}
    game.by_player(ada, body)


def _rules(game: Recorded, ada: Seat) -> None:
    """The host decides about one of the closed questions, or takes a ruling back."""
    chance, head = game.chance, game.session.head
    if head.rulings and chance.random() < 0.4:
        game.by_host(UndoRuling(number=chance.randint(1, len(head.rulings))))
        return
    ruling = chance.choice(
        (
            Ruling(void=True),
            Ruling(accept=chance.randint(0, 1)),
            Ruling(accept=chance.choice(WRITTEN), share=chance.choice((0, 50, 100))),
            Ruling(points=50, player_id=ada.id),
        )
    )
    game.by_host(Rule(question=chance.randrange(len(head.tallies)), ruling=ruling))


def _joins_late(game: Recorded, seats: list[Seat]) -> None:
    if not game.session.head.locked:
        seats.append(game.join(f"{game.chance.choice(('Late', 'Shit'))} {game.session.head.next_number}"))


def _asks(game: Recorded, ada: Seat) -> None:
    if not game.player(ada).asks_extra_time:
        game.doing = {"type": "ask_extra_time"}
        game.by_player(ada, AskExtraTime())


def _offers(game: Recorded, seats: list[Seat]) -> None:
    """The host offers the seat of somebody who is away, or takes the offer back."""
    player_id = game.chance.choice(seats).id
    game.by_host(OfferSeat(player_id=player_id, offered=game.chance.random() < 0.7))


def _comes_or_goes(game: Recorded, seats: list[Seat]) -> None:
    if not seats:
        return
    seat = game.chance.choice(seats)
    if game.player(seat).seat_offered:
        seat.connection = game.new_connection()
        game.try_join(seat.name, connection=seat.connection)
    elif game.player(seat).connection is None:
        game.resume(seat)
    else:
        game.disconnect(seat)


def main() -> None:
    """Writes the recordings."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.system.heard")
    parser.add_argument("file", type=Path)
    parser.add_argument("--games", type=int, default=GAMES)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.file.parent.mkdir(parents=True, exist_ok=True)
    with options.file.open("wb") as file:
        for seed in range(options.seed, options.seed + options.games):
            for watched in play(seed):
                line = {"name": f"game {seed}, {watched.name}", "who": watched.name, "steps": watched.steps}
                file.write(msgspec.json.encode(line) + b"\n")


if __name__ == "__main__":
    main()
