"""Devices open the options at the same moment, however far away: pages in a real Chromium over long, jittery ways."""

from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from clients.player import QuizClient
from quickpoll.protocol import (
    CloseQuestion,
    NewQuestion,
    NextQuestion,
    Option,
    Quiz,
    Settings,
    StartQuiz,
    TrueFalseQuestion,
)
from tests.system.browser import PHONE, Phone, chromium, new_page
from tests.system.game import open_session
from tests.system.harness import running, serve, websocket_url
from tests.system.latency import far, jittery

WAYS_MS = (5, 40, 75, 110, 150)
JITTER = 0.3
QUESTIONS = 7
WITHIN_MS = 20
ASKED = TrueFalseQuestion("Nairobi?", (Option("True", correct=True), Option("False")))
# Notes when options appear, on the clock that all pages of one machine share.
NOTE_OPENINGS = """
  window.openings = [];
  let shown = false;
  new MutationObserver(() => {
    const found = document.querySelector('[role="group"] [data-option]') !== null;
    if (found && !shown) window.openings.push(performance.timeOrigin + performance.now());
    shown = found;
  }).observe(document, { childList: true, subtree: true });
"""


@pytest.mark.quiet
async def test_pages_5_to_150_ms_away_open_the_options_within_20_ms_of_each_other(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    quiz = Quiz("Now", (ASKED,) * QUESTIONS)
    async with running(quickpoll), chromium(as_people_have_it=True) as browser, AsyncExitStack() as stack:
        port = urlsplit(quickpoll.health).port
        assert port
        host = await stack.enter_async_context(QuizClient.connect(websocket_url(quickpoll)))
        created = await open_session(host, quiz, Settings(lead_ms=1000))
        phones = []
        for seed, way_ms in enumerate(WAYS_MS):
            there = await stack.enter_async_context(far(port, jittery(way_ms, JITTER, seed)))
            page = await new_page(browser, PHONE)
            await page.add_init_script(NOTE_OPENINGS)
            phones.append(await Phone.join(page, f"http://127.0.0.1:{there}", created.code, f"Phone {way_ms}", quiz))
        opens_at = []
        for number in range(QUESTIONS):
            await host.call(NextQuestion() if number else StartQuiz())
            opens_at.append((await host.expect(NewQuestion)).opens_at)
            for phone in phones:
                await expect(phone.page.get_by_role("group", name="Options")).to_be_visible()
            await host.call(CloseQuestion())
            for phone in phones:
                await expect(phone.page.get_by_role("group", name="Options")).to_be_hidden()
        late_ms = {}
        for way_ms, phone in zip(WAYS_MS, phones, strict=True):
            openings = await phone.page.evaluate("window.openings")
            late_ms[way_ms] = [opening - at for opening, at in zip(openings, opens_at, strict=True)]
        # A busy machine draws some of them late; where the clocks of the pages are shows in the middle one.
        middle = {way_ms: median(all_of_one) for way_ms, all_of_one in late_ms.items()}
        print({way_ms: [round(ms) for ms in all_of_one] for way_ms, all_of_one in late_ms.items()})
        assert max(middle.values()) - min(middle.values()) <= WITHIN_MS, late_ms
