"""Pages in a real Chromium, found by role and name as people find things, and what their WebSockets brought.

When a test fails, each of its pages leaves a picture and a trace in `test-failures/` (`playwright show-trace FILE`).
"""

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError

from quickpoll.protocol import Question, Quiz, options_of
from tests.system.game import points

STOCK = ("chromium", "chromium-browser", "google-chrome")
NAMES = ("chromium-headless-shell", *STOCK)
"""The first is the same engine without the windows around it, which cost a third of a test's time."""
# Nothing but the pages' own server is to be asked, and the tests may run as root.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
# A page that lives for seconds pays more for having its code compiled, and drawn by several threads, than it gains.
SHORT_LIVED = ["--js-flags=--no-opt,--no-maglev", "--disable-gpu-compositing", "--num-raster-threads=1"]
FAILURES = Path(__file__).parents[2] / "test-failures"
LONGEST_S = 240.0
STEP_MS = 3000
LOOK_MS, LAST_LOOK_MS = 500.0, 2500.0
VERDICT_MS = 5000.0
PHONE = {"width": 360, "height": 740}
PROJECTOR = {"width": 1280, "height": 720}


def chromium_program(names: Sequence[str] = NAMES) -> str:
    """The path of the machine's Chromium, by the first of these names that it has."""
    program = next((path for name in names if (path := shutil.which(name))), None)
    assert program, "no Chromium is installed: `make test` installs it, or apt-get install chromium"
    return program


@asynccontextmanager
async def launched(names: Sequence[str] = NAMES, *, as_people_have_it: bool = False) -> AsyncIterator[Browser]:
    """The machine's Chromium, headless; as people have it where its speed is what a test is about."""
    arguments = ARGUMENTS if as_people_have_it else ARGUMENTS + SHORT_LIVED
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_program(names), args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def visit(browser: Browser, within_s: float = LONGEST_S) -> AsyncIterator[Browser]:
    """The pages of one test, which are closed after so long: pytest's own time limit would leave them, and hang."""
    try:
        async with asyncio.timeout(within_s):
            yield browser
    except BaseException:
        await _keep_what_is_seen(browser)
        raise
    finally:
        for context in browser.contexts:
            await context.close()


@asynccontextmanager
async def chromium(within_s: float = LONGEST_S, *, as_people_have_it: bool = False) -> AsyncIterator[Browser]:
    """A Chromium for one test; see `launched`."""
    async with launched(as_people_have_it=as_people_have_it) as browser, visit(browser, within_s):
        yield browser


async def _keep_what_is_seen(browser: Browser) -> None:
    test = os.environ.get("PYTEST_CURRENT_TEST", "elsewhere").partition(" ")[0]
    folder = FAILURES / re.sub(r"[^\w.-]+", "-", test)
    for number, context in enumerate(browser.contexts):
        with suppress(PlaywrightError):  # the failure itself is what the test should end with
            await context.pages[0].screenshot(path=folder / f"page{number}.png")
            await context.tracing.stop(path=folder / f"page{number}.trace.zip")


async def new_page(
    browser: Browser,
    size: Mapping[str, int],
    *,
    scheme: str = "light",
    locale: str = "en-GB",
    moving: bool = False,
    touch: bool = False,
    traced: bool = True,
) -> Page:
    """A page with a storage of its own.

    Args:
        browser: whose page it is.
        size: of the page in CSS pixels.
        scheme: light or dark.
        locale: the language that it asks for.
        moving: whether things move there; otherwise it is the page of somebody who wants no animations. Without a
            graphics card they cost more than all the rest of a test.
        touch: whether its screen can be touched.
        traced: whether to keep a trace for the case of a failure, which costs the page time.
    """
    context = await browser.new_context(
        viewport=dict(size),  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        locale=locale,
        reduced_motion="no-preference" if moving else "reduce",
        has_touch=touch,
    )
    if traced:
        await context.tracing.start(snapshots=True)
    return await context.new_page()


async def page_with_clock(browser: Browser, size: Mapping[str, int]) -> Page:
    """As `new_page`; its time can be moved by the test."""
    page = await new_page(browser, size)
    await page.clock.install()
    return page


async def hurried(page: Page, sees: Callable[..., Awaitable[None]], within_ms: int) -> None:
    """The page's time goes on, in steps, until somebody sees something there.

    A step fires the timers that are set by then. What the network brings sets others: so one long step is not enough.

    Args:
        page: one with a clock, as of `page_with_clock`.
        sees: what `expect` has, with its `timeout` of real time.
        within_ms: of the page's time.
    """
    for _ in range(within_ms // STEP_MS):
        await page.clock.fast_forward(STEP_MS)
        with suppress(AssertionError):
            await sees(timeout=LOOK_MS)
            return
    await sees(timeout=LAST_LOOK_MS)


async def open_page(
    browser: Browser, url: str, size: dict[str, int], *, moving: bool = False
) -> tuple[Page, list[str]]:
    """As `new_page`, at this address, and the list of what went wrong on it."""
    page = await new_page(browser, size, moving=moving)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on("request", lambda request: problems.append(request.url) if not request.url.startswith(_own(url)) else None)
    await page.goto(url)
    return page, problems


def _own(url: str) -> tuple[str, ...]:
    origin = "/".join(url.split("/")[:3])
    return origin, origin.replace("http", "ws", 1), "data:", "blob:"


@dataclass
class Phone:
    """A player's page, and the points that its answers must have earned by the rules."""

    page: Page
    name: str
    quiz: Quiz
    points: int = 0
    opens_at: dict[int, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _answers: dict[int, bool] = field(default_factory=dict)

    @classmethod
    async def join(cls, page: Page, address: str, code: str, name: str, quiz: Quiz) -> "Phone":
        """Opens the join link, enters a name and joins."""
        phone = cls(page, name, quiz)
        phone.listen()
        await page.goto(f"{address}/join/{code}")
        await expect(page.get_by_role("textbox", name="Game code")).to_have_value(code)
        await enter(page, name)
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
        return phone

    def listen(self) -> None:
        """Notes what the server says to the page, and what goes wrong on it."""
        self.page.on("websocket", lambda one: one.on("framereceived", lambda text: self._received(json.loads(text))))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    async def press(self, index: int, key: str) -> None:
        """Answers rightly by a key."""
        self._answers[index] = True
        await self.page.keyboard.press(key)
        await expect(self.page.get_by_text("Locked in", exact=True)).to_be_visible()

    async def answer(self, index: int, *, correctly: bool, confirm: bool = True) -> None:
        """Taps the right options of a question, or wrong ones, and waits until they are locked in."""
        question = self.quiz.questions[index]
        await expect(self.page.get_by_role("heading", name=question.text)).to_be_visible()
        options = self.page.get_by_role("group", name="Options").get_by_role("button")
        await expect(options).to_have_count(len(options_of(question)))
        self._answers[index] = correctly
        for option in chosen(question, correctly=correctly):
            await options.nth(option).click()
        if question.kind == "multiple" and confirm:
            await self.page.get_by_role("button", name="Confirm answer").click()

    async def sees_verdict(self, index: int, *, after_its_time: bool = False) -> None:
        """The verdict is the right one, and comes at once; or after the question's time, where somebody is silent."""
        question = self.quiz.questions[index]
        heading = (
            "Thanks, counted" if question.kind == "poll" else "Correct!" if self._answers[index] else "Not this time"
        )
        within_ms = VERDICT_MS + (question.time_limit_ms or 0 if after_its_time else 0)
        await expect(self.page.get_by_role("heading", name=heading)).to_be_visible(timeout=within_ms)

    def _received(self, message: dict[str, Any]) -> None:
        if message["type"] == "new_question":
            self.opens_at[message["question"]["index"]] = message["opens_at"]
        elif message["type"] == "resumed" and message["session"].get("opens_at"):
            self.opens_at[message["session"]["question"]["index"]] = message["session"]["opens_at"]
        elif message["type"] == "answer_accepted":
            index = message["question"]
            question = self.quiz.questions[index]
            if self._answers.get(index) and question.kind != "poll":
                self.points += points(question, message["counted_at"] - self.opens_at[index])


def chosen(question: Question, *, correctly: bool) -> list[int]:
    """Options to tap for a right or a wrong answer."""
    right = [index for index, option in enumerate(options_of(question)) if option.correct]
    if correctly and right:
        return right
    return [index for index in range(len(options_of(question))) if index not in right][:1]


async def upload(host: Page, name: str, content: bytes) -> None:
    """Chooses a quiz file on the host's start page."""
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    await host.locator("input[type=file]").first.set_input_files(file)


async def enter(page: Page, name: str) -> None:
    """Types a name where a player's page asks for one, and presses *Join*."""
    await page.get_by_role("textbox", name="Your name").fill(name)
    await page.get_by_role("button", name="Join", exact=True).click()


async def lobby(host: Page) -> str:
    """Opens the lobby of the chosen quiz without the seconds to get ready; returns the code."""
    await host.get_by_role("combobox", name="Get-ready time").select_option("None")
    await host.get_by_role("button", name="Open the lobby").click()
    return await code_of(host)


async def open_lobby(host: Page, address: str, name: str, content: bytes) -> str:
    """Opens the lobby of a quiz in a file, as `lobby` does, on the host's page of a server; returns the code."""
    await host.goto(f"{address}/host")
    await upload(host, name, content)
    return await lobby(host)


async def code_of(host: Page) -> str:
    """The code that the lobby shows."""
    shown = host.get_by_label(re.compile(r"^Code \d{6}$"))
    return str(await shown.get_attribute("aria-label"))[-6:]


async def open_remote(stage: Page, remote: Page) -> None:
    """Opens the link to the remote, which the stage shows in its lobby, on another page."""
    await stage.get_by_role("button", name="Use your phone as remote").click()
    link = await stage.get_by_role("link", name="Open here").get_attribute("href")
    await stage.keyboard.press("Escape")
    await remote.goto(str(link))
    await expect(remote.get_by_role("heading", name="Lobby")).to_be_visible()
