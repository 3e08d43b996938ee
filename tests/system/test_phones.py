"""What phones do by themselves: they go dark, change their network, and silence what sounds."""

import re

import msgspec
import pytest
from playwright.async_api import Page, expect

from clients.player import QuizClient
from quickpoll.protocol import QuestionResults, Quiz, Settings, StartQuiz
from tests.system.browser import PHONE, Phone, new_page, page_with_clock
from tests.system.conftest import QUIZ, Site
from tests.system.filtering import filtered
from tests.system.game import join
from tests.system.harness import websocket_url

pytestmark = pytest.mark.asyncio(loop_scope="module")

# A browser without a screen always shows its pages: whether this one is seen is for the test to say.
SEEN = """(() => {
  let seen = true;
  Object.defineProperty(document, "visibilityState", { get: () => (seen ? "visible" : "hidden") });
  Object.defineProperty(document, "hidden", { get: () => !seen });
  window.seen = (now) => {
    seen = now;
    document.dispatchEvent(new Event("visibilitychange"));
  };
})();"""
ASLEEP_S = 20
# As Safari's after a call or a locked screen: it says that it is interrupted, or that it runs while its clock stands.
AUDIO = """(mode) => {
  window.heard = 0;
  const Real = window.AudioContext;
  window.AudioContext = class extends Real {
    #stoodAt = null;
    constructor() {
      super();
      window.lastContext = this;
      document.addEventListener("visibilitychange", () => document.hidden && (this.#stoodAt = super.currentTime));
    }
    get dead() { return this.#stoodAt !== null; }
    get state() { return this.dead && mode === "interrupted" ? "interrupted" : super.state; }
    get currentTime() { return this.dead && mode === "standing" ? this.#stoodAt : super.currentTime; }
    resume() {
      if (mode === "interrupted") this.#stoodAt = null;
      return super.resume();
    }
  };
  const Oscillator = window.OscillatorNode;
  window.OscillatorNode = class extends Oscillator {
    constructor(context, options) {
      super(context, options);
      if (!context.dead) window.heard++;
    }
  };
}"""
HEARD_BY_A_READER = """() => {
  window.said = [];
  const hear = (changes) =>
    changes.forEach(({ addedNodes }) => addedNodes.forEach((line) => window.said.push(line.textContent)));
  for (const region of document.querySelectorAll("[aria-live].visually-hidden"))
    new MutationObserver(hear).observe(region, { childList: true });
}"""
TICKS = """{
  window.ticks = [];
  const Real = window.OscillatorNode;
  window.OscillatorNode = class extends Real {
    constructor(context, options) {
      super(context, options);
      if (options.frequency === 880) window.ticks.push(document.querySelector("[role=timer]").textContent.trim());
    }
  };
}"""


async def page_that_sleeps(site: Site) -> Page:
    """A page on a phone that can go dark, and whose time passes when the test says so."""
    page = await page_with_clock(site.browser, PHONE)
    await page.add_init_script(SEEN)
    return page


async def sleep(page: Page) -> None:
    """Goes dark for a while: nothing runs, and after it the time stands until the test lets it pass."""
    await page.evaluate("seen(false)")
    await page.clock.pause_at(await page.evaluate("Date.now()") / 1000 + ASLEEP_S)


async def test_a_phone_whose_connection_died_while_it_was_dark_has_the_question_within_a_second(site: Site) -> None:
    async with site.visit(), filtered(site.port) as network, site.room(QUIZ) as room:
        page = await page_that_sleeps(site)
        ada = await Phone.join(page, network.address, room.code, "Ada", QUIZ)
        network.freeze()  # As iOS does: nobody is told.
        await sleep(page)
        await room.host.call(StartQuiz())
        await page.evaluate("seen(true)")
        await page.clock.run_for(1000)
        await ada.answer(0, correctly=True)
        assert (await room.host.expect(QuestionResults)).answered == 1


async def test_quick_looks_at_something_else_open_no_second_connection(site: Site) -> None:
    async with site.visit(), site.room(QUIZ) as room:
        page = await page_that_sleeps(site)
        addresses: list[str] = []
        page.on("websocket", lambda socket: addresses.append(socket.url))
        async with page.expect_websocket() as opening:
            await Phone.join(page, site.address, room.code, "Ada", QUIZ)
        # Time stands until the server has answered, however busy this machine is.
        await page.clock.pause_at(await page.evaluate("Date.now()") / 1000 + 1)
        async with (await opening.value).expect_event("framereceived"):
            for _ in range(10):
                await page.evaluate("seen(false)")
                await page.evaluate("seen(true)")
        await page.clock.run_for(5000)
        await expect(page.get_by_text("Connection lost")).to_have_count(0)
        assert len(addresses) == 1


@pytest.mark.parametrize("told", [False, True])
async def test_a_phone_that_changes_its_network_answers_in_time_and_once(site: Site, told: bool) -> None:
    async with site.visit(), filtered(site.port) as network, site.room(QUIZ, Settings(lead_ms=1000)) as room:
        page = await page_that_sleeps(site)
        ada = await Phone.join(page, network.address, room.code, "Ada", QUIZ)
        await room.host.call(StartQuiz())
        await expect(page.get_by_role("heading", name="Kenya?")).to_be_visible()
        if told:
            # The old way is gone when the answer is on it; the browser says that there is another one.
            await expect(page.get_by_role("group", name="Options").get_by_role("button")).to_have_count(2)
            network.freeze()
            await ada.answer(0, correctly=True)
            await page.evaluate("dispatchEvent(new Event('online'))")
            await page.clock.run_for(1000)
        else:
            network.freeze()
            await page.clock.run_for(6000)
            await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)
        results = await room.host.expect(QuestionResults)
        assert (results.answered, results.counts) == (1, (1, 0))


@pytest.mark.parametrize("mode", ["interrupted", "standing"])
async def test_what_sounded_before_a_call_sounds_after_it(site: Site, mode: str) -> None:
    async with site.visit(), site.room(QUIZ) as room:
        page = await page_that_sleeps(site)
        await page.add_init_script(f"({AUDIO})({mode!r})")
        await Phone.join(page, site.address, room.code, "Ada", QUIZ)
        await page.get_by_role("switch", name="Sound").click()
        await page.evaluate("seen(false)")
        await page.evaluate("seen(true)")
        await page.clock.run_for(1000)
        # Another one starts in its own time, whatever the page's is.
        await page.wait_for_function("!lastContext.dead && lastContext.state === 'running'")
        await room.host.call(StartQuiz())
        await expect(page.get_by_role("heading", name="Kenya?")).to_be_visible()
        assert await page.evaluate("heard") > 0


async def test_a_browser_that_keeps_nothing_keeps_the_seat_while_the_page_is_open(site: Site) -> None:
    async with site.visit(), filtered(site.port) as network, site.room(QUIZ) as room:
        page = await new_page(site.browser, PHONE)
        await page.add_init_script(
            "for (const one of ['getItem', 'setItem', 'removeItem'])"
            "Storage.prototype[one] = () => { throw new DOMException('no', 'SecurityError'); };"
        )
        ada = await Phone.join(page, network.address, room.code, "Ada", QUIZ)
        network.cut()
        await room.host.call(StartQuiz())
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)


async def test_while_the_host_is_away_it_is_said_once(site: Site) -> None:
    async with site.visit() as browser, site.room(QUIZ) as room:
        page = await page_with_clock(browser, PHONE)
        await Phone.join(page, site.address, room.code, "Ada", QUIZ)
        await page.evaluate(HEARD_BY_A_READER)
        await room.host.drop()
        await expect(page.get_by_role("banner").get_by_text("The host has lost the connection")).to_be_visible()
        url = websocket_url(site.server)
        async with QuizClient.connect(url) as ben, QuizClient.connect(url) as cem:
            for others, (client, name) in enumerate(((ben, "Ben"), (cem, "Cem")), 1):
                # What was said has left the page, and could be said again.
                await page.clock.fast_forward(6000)
                await join(client, room.code, name)
                await expect(page.get_by_text(re.compile(f"^{others} other player"))).to_be_visible()
        assert (await page.evaluate("said")).count("The host has lost the connection. Please wait.") == 1


async def test_each_of_the_last_seconds_ticks_once(site: Site) -> None:
    quiz = Quiz("Capitals", (msgspec.structs.replace(QUIZ.questions[0], time_limit_ms=5000),))
    async with (
        site.visit() as browser,
        site.room(quiz) as room,
        QuizClient.connect(websocket_url(site.server)) as other,
    ):
        await join(other, room.code, "Ben")
        page = await new_page(browser, PHONE)
        await page.add_init_script(TICKS)
        ada = await Phone.join(page, site.address, room.code, "Ada", quiz)
        await page.get_by_role("switch", name="Sound").click()
        await room.host.call(StartQuiz())
        # Within the first of them the answer goes from chosen to sent to taken.
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0, after_its_time=True)
        ticks = await page.evaluate("ticks")
        assert ticks == sorted(set(ticks), reverse=True)
        assert len(ticks) >= 3
