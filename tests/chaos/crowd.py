"""A host and players in one session, and the moments of their quiz at which faults happen."""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

from msgspec import UNSET
from msgspec.structs import replace

from clients.loadtest import questions
from quickpoll.protocol import (
    Answer,
    AnswerAccepted,
    AnyServerMessage,
    CreateSession,
    EndSession,
    Error,
    ErrorCode,
    GetLog,
    GetResults,
    Joined,
    JoinSession,
    Log,
    NewQuestion,
    NextQuestion,
    Ok,
    Phase,
    PlayerSummary,
    Question,
    Quiz,
    Results,
    Resumed,
    SessionCreated,
    Settings,
    StartQuiz,
    SubmitAnswer,
    options_of,
)
from tests.chaos.leading import Leading
from tests.chaos.person import Person

JOINED_WITHIN_S = 15.0
JOINING_TAKES_S = 0.3
OPEN_MARGIN_S = 0.005
TAPS = (0.0, 0.5)
"""Players answer in the first half of the time."""
LATE_TAPS = (0.95, 1.0)
"""Or at the last moment."""


class Moment(StrEnum):
    """When in a quiz a fault happens."""

    JOINING = "joining"
    ANSWERING = "answering"
    CLOSING = "closing"
    BETWEEN = "between"


@dataclass
class Given:
    """An answer that a player gave, and the final word on it."""

    answer: Answer
    tapped: float
    """By the event loop's clock; the tries before the final word took until `told`."""
    told: float = 0.0
    accepted: AnswerAccepted | None = None
    refused: ErrorCode | None = None
    giving: asyncio.Task[None] | None = None


class Player(Person):
    """Answers every question that it hears of in time, once."""

    def __init__(self, crowd: "Crowd", name: str) -> None:
        super().__init__(crowd, name)
        self.given: dict[int, Given] = {}

    @property
    def accepted(self) -> int:
        """How many of its answers were."""
        return sum(given.accepted is not None for given in self.given.values())

    def see(self, message: AnyServerMessage) -> None:
        """Also answers."""
        super().see(message)
        if isinstance(message, NewQuestion) and message.question.index not in self.given:
            index = message.question.index
            answer = self.crowd.draw_answer(self.rng, message.question.text)
            limit_s = (message.question.time_limit_ms or 0) / 1000
            share = self.rng.uniform(*(LATE_TAPS if index in self.crowd.late else TAPS))
            self.given[index] = given = Given(answer, 0.0)
            given.giving = self.crowd.soon(self._answer(message, given, limit_s * share))
        elif isinstance(message, Joined):
            self.crowd.count_in()
        elif isinstance(message, AnswerAccepted) and not self.crowd.may_go_back:
            self._count(message)

    def _count(self, accepted: AnswerAccepted) -> None:
        """An answer counts, though the first of two copies may have been refused: no error is remembered."""
        given = self.given.get(accepted.question)
        if given and given.accepted is None:
            given.accepted = accepted
            self.crowd.counted(accepted.question)

    def forget(self, question: int) -> None:
        """Also its answers."""
        super().forget(question)
        for index in [index for index in self.given if index >= question]:
            self._forget_answer(index)

    def go_back(self, message: SessionCreated | Joined | Resumed) -> None:
        """Also an answer that was accepted and is lost, so that it is given again."""
        super().go_back(message)
        view, you = message.session, message.you if isinstance(message, Resumed) else UNSET
        index = view.question.index if view.question is not UNSET else -1
        given = self.given.get(index)
        if given and given.accepted and not (you and you.answered):
            self._forget_answer(index)
        for kept in self.given.values():
            if kept.accepted:  # perhaps again, of an entry that was not lost: then its record has another receipt
                kept.accepted = replace(kept.accepted, receipt=UNSET)

    def _forget_answer(self, index: int) -> None:
        giving = self.given.pop(index).giving
        assert giving
        giving.cancel()

    async def _answer(self, asked: NewQuestion, given: Given, after_s: float) -> None:
        await asyncio.sleep(max(0.0, asked.opens_at / 1000 - time.time() + OPEN_MARGIN_S) + after_s)
        given.tapped = asyncio.get_running_loop().time()
        index = asked.question.index
        self.crowd.tapped(index)
        elapsed_ms = max(0, round(time.time() * 1000) - asked.opens_at)
        reply = await self.do(SubmitAnswer(question=index, answer=given.answer, elapsed_ms=elapsed_ms))
        given.told = asyncio.get_running_loop().time()
        self.crowd.soon(self.notify())
        if isinstance(reply, AnswerAccepted):
            self._count(reply)
            if self.taps_twice():
                await self._try_another(asked)
        else:
            assert isinstance(reply, Error), reply
            given.refused = reply.code

    async def _try_another(self, asked: NewQuestion) -> None:
        index = asked.question.index
        another = self.crowd.draw_answer(self.rng, asked.question.text)
        reply = await self.do(SubmitAnswer(question=index, answer=another))
        if not isinstance(reply, Error):
            self.wrong.append(f"a second answer to question {index} was accepted")


class Host(Person):
    """Opens the session and leads through the quiz."""

    def __init__(self, crowd: "Crowd", name: str) -> None:
        super().__init__(crowd, name)
        self.log = ""
        """The session's log, fetched before the session ends."""
        self.titles: list[str] = []
        """Texts of all questions in the order in which they were asked, fetched with it."""
        self.summaries: dict[str, PlayerSummary] = {}
        """By player: what became of each question, fetched with it."""
        self.leading = Leading(self, crowd.seed)

    async def lead(self) -> None:
        """Plays from wherever the session is to its end, which waits for `crowd.faults_over`."""
        crowd = self.crowd
        while self.phase is not Phase.ENDED and not self.over:
            place = self.phase, self.question
            if self.phase is Phase.QUESTION and crowd.leads_freely:
                await self.leading.while_open()
                if (self.phase, self.question) != place:
                    continue
            for index in range(self.question):
                crowd.reach(Moment.BETWEEN, index)
            if self.phase is Phase.LOBBY:
                await crowd.may_go_on.wait()
                await self._must(StartQuiz())
            elif self.phase is Phase.RESULTS:
                crowd.reach(Moment.BETWEEN, self.question)
                if crowd.settings.auto_advance_ms is None:
                    await asyncio.sleep(self.rng.uniform(0.02, 0.2))
                    await crowd.may_go_on.wait()
                    has_opened = crowd.leads_freely and await self.leading.in_results()
                    if not has_opened and (self.phase, self.question) == place:
                        await self._must(NextQuestion())
            await self._until_elsewhere_than(place)
        crowd.reach_all()
        await crowd.faults_over.wait()
        await crowd.all_answers_settled()
        if crowd.leads_freely:
            await self.leading.after_the_end()
            await self._fetch_results()
            await crowd.all_have_heard(self.seq)
        await self._fetch_log()
        await self._must(EndSession())
        await self.until(lambda: self.over)

    async def _until_elsewhere_than(self, place: tuple[Phase, int]) -> None:
        """Or until it comes again, which may be to an earlier place where something is lost."""
        entered = self.entered
        await self.until(lambda: (self.phase, self.question) != place or self.entered != entered)

    async def _fetch_log(self) -> None:
        cursor: str | None = ""
        while cursor is not None:
            page = await self.do(GetLog(cursor=cursor))
            if not isinstance(page, Log):
                return
            self.log += page.text
            cursor = page.next_cursor

    async def _fetch_results(self) -> None:
        page = await self.do(GetResults())
        if isinstance(page, Results):
            self.titles = [question.text for question in page.questions]
            self.summaries = {player.id: player for player in page.players}

    async def _must(self, command: StartQuiz | NextQuestion | EndSession) -> None:
        reply = await self.do(command)
        crowd = self.crowd
        if not isinstance(reply, Ok) and not (self.over or crowd.may_be_lost or crowd.may_go_back):
            self.wrong.append(f"{type(command).__name__} was answered with {reply}")


class Crowd:
    """Everyone in one session."""

    def __init__(
        self,
        seed: str,
        urls: Sequence[str],
        quiz: Quiz,
        settings: Settings,
        players: int,
        *,
        may_be_lost: bool = False,
        may_go_back: bool = False,
        late: Collection[int] = (),
        leads_freely: bool = False,
    ) -> None:
        """Of people who have not come yet.

        `may_be_lost`: Redis will lose its data, so that the session may end with `lost`. `may_go_back`: it will lose
        the latest, so that the session goes on from before. `late`: the questions that are answered at the last moment.
        `leads_freely`: see `leading.py`; not where something may be lost.
        """
        self.seed = seed
        self.urls = urls
        self.quiz = quiz
        self.settings = settings
        self.may_be_lost = may_be_lost
        self.may_go_back = may_go_back
        self.late = late
        self.silent: set[str] = set()
        """Ids of others who are in the session before these, and never answer."""
        self._by_text = {question.text: question for question in quiz.questions}
        self.shown: dict[int, str] = {}
        """Texts of the questions that somebody saw, by their index."""
        self.leads_freely = leads_freely and not (may_be_lost or may_go_back)
        self.host = Host(self, "Host")
        self.host.enters = CreateSession(id=uuid4().hex, quiz=quiz, settings=settings)
        self.players = [Player(self, f"Player {number}") for number in range(players)]
        self.doors = asyncio.Event()
        """The players join when it is set, as it is unless a test clears it."""
        self.doors.set()
        self.may_go_on = asyncio.Event()
        """The same for the host, who then starts the quiz, or goes on after the results."""
        self.may_go_on.set()
        self.faults_over = asyncio.Event()
        self.wrong: list[str] = []
        self._moments: defaultdict[tuple[Moment, int], asyncio.Event] = defaultdict(asyncio.Event)
        self._joined = 0
        self._counted: Counter[int] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def people(self) -> list[Person]:
        """The host, and the players."""
        return [self.host, *self.players]

    async def play(self, within_s: float) -> None:
        """Plays the whole quiz; what does not come to an end is written down as wrong."""
        playing = asyncio.create_task(self._play())
        try:
            await asyncio.wait((playing, self._failure), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if self._failure.done():
                self._failure.result()
            if playing.done():
                playing.result()
            else:
                self.wrong += [f"not over after {within_s} s: {self._where(p)}" for p in self.people if not p.over]
        finally:
            self.reach_all()
            for task in (playing, *self._tasks):
                task.cancel()
            await asyncio.gather(playing, *self._tasks, return_exceptions=True)
            for person in self.people:
                person.break_off()

    async def _play(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.host.run())
            await self.host.until(lambda: self.host.code)
            await self.doors.wait()
            for player in self.players:
                player.enters = JoinSession(id=uuid4().hex, code=self.host.code, name=player.name)
                tasks.create_task(player.run(after_s=player.rng.uniform(0, JOINING_TAKES_S)))
            with suppress(TimeoutError):
                async with asyncio.timeout(JOINED_WITHIN_S):
                    await self.host.until(lambda: self._joined == len(self.players))
            await self.host.lead()

    def know(self, question: Question) -> None:
        """The host will ask this one, too."""
        self._by_text[question.text] = question

    def question_at(self, index: int) -> Question:
        """What was asked in this place, as somebody saw it; else what the quiz has there."""
        if index in self.shown:
            return self._by_text[self.shown[index]]
        if index < len(self.host.titles):
            return self._by_text[self.host.titles[index]]
        return self.quiz.questions[index]

    def draw_answer(self, rng: random.Random, text: str) -> Answer:
        """Right twice in three times."""
        question = self._by_text[text]
        if question.kind not in questions.CHOICES:
            return questions.answer(rng, question)
        right = tuple(number for number, option in enumerate(options_of(question)) if option.correct)
        if not right or rng.random() < 1 / 3:
            wrong = rng.randrange(len(options_of(question)))
            return (wrong,) if question.kind == "multiple" else wrong
        return right if question.kind == "multiple" else right[0]

    # -- moments ----------------------------------------------------------------------------

    async def moment(self, moment: Moment, index: int) -> None:
        """Returns when the quiz has got there."""
        await self._moments[moment, index].wait()

    def reach(self, moment: Moment, index: int) -> None:
        """The quiz has got there."""
        self._moments[moment, index].set()

    def reach_all(self) -> None:
        """No moment will come any more."""
        for event in self._moments.values():
            event.set()

    def count_in(self) -> None:
        """A player has joined."""
        self._joined += 1
        if 2 * self._joined >= len(self.players):
            self.reach(Moment.JOINING, 0)
        self.soon(self.host.notify())

    def tapped(self, index: int) -> None:
        """A player has answered."""
        self.reach(Moment.ANSWERING, index)

    def counted(self, index: int) -> None:
        """A player's answer was accepted."""
        self._counted[index] += 1
        if self._counted[index] >= len(self.players) - 1:
            self.reach(Moment.CLOSING, index)

    async def all_answers_settled(self) -> None:
        """Returns when every player has the final word on each answer."""
        for player in self.players:
            await player.until(lambda player=player: all(given.told for given in player.given.values()))  # type: ignore[misc]

    async def all_have_heard(self, seq: int) -> None:
        """Returns when every player knows what everyone was told up to there: who was away has come back."""
        for player in self.players:
            await player.until(lambda player=player: player.seq >= seq)  # type: ignore[misc]

    async def all_enter_again(self) -> None:
        """Returns when everybody has resumed, or joined, from now on."""

        async def enter(person: Person, before: int) -> None:
            await person.until(lambda: person.entered > before)

        await asyncio.gather(*(enter(person, person.entered) for person in self.people))

    def soon(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Runs something beside; if it fails, so does the run."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def fail(self, error: BaseException) -> None:
        """The suite itself, or what the server sent, is broken: the run ends."""
        if not self._failure.done():
            self._failure.set_exception(error)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.fail(error)

    def _where(self, person: Person) -> str:
        unsettled = [index for index, given in getattr(person, "given", {}).items() if given.told == 0.0]
        return (
            f"{person.name} in {person.phase} of question {person.question}, unsettled {unsettled}, "
            f"closes {person.closes}, connected {person.is_connected}, errors {dict(person.errors)}, "
            f"waits for {list(person.under_way.values())}, faults over {self.faults_over.is_set()}"
        )
