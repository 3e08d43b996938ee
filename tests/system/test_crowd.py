"""With a thousand players the host's page stays smooth and small while they join and answer.

The events are played in by the test at the pace of a real crowd, so that only the page is measured.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.system.browser import PROJECTOR, chromium, new_page
from tests.system.harness import running, serve
from tests.system.speed import slowness

PLAYERS = 1000
BATCHES = 40
EVERY_S = 0.1
FRAMES_PER_S = 50
NODES = 600
TRIES = 3
SETTINGS = {
    "lead_ms": 0,
    "show_question_on_player": True,
    "auto_advance_ms": None,
    "max_players": 2000,
    "streak_bonus": False,
    "randomize_options": False,
    "randomize_questions": False,
}
QUESTION = {
    "index": 0,
    "total": 2,
    "kind": "single",
    "text": "Which?",
    "image": None,
    "options": [{"text": text} for text in ("One", "Two", "Three", "Four")],
    "points": 1000,
    "time_limit_ms": 60_000,
}
COUNT_FRAMES = """
  () => { window.frames_ = 0; const tick = () => { window.frames_ += 1; requestAnimationFrame(tick); }; tick(); }
"""


def _now() -> int:
    return time.time_ns() // 1_000_000


class Server:
    """The host's end of the protocol, as far as this game goes."""

    def __init__(self, route: WebSocketRoute) -> None:
        self._route = route
        route.on_message(self._received)

    def send(self, kind: str, **fields: Any) -> None:
        self._route.send(json.dumps({"type": kind, **fields}))

    def _received(self, text: str | bytes) -> None:
        message = json.loads(text)
        reply = {"reply_to": message.get("id")}
        if message["type"] == "sync_clock":
            self.send("clock", t0=message["t0"], t1=_now(), t2=_now(), **reply)
        elif message["type"] == "create_session":
            session = {
                "code": "123456",
                "title": "Crowd",
                "phase": "lobby",
                "seq": 0,
                "locked": False,
                "paused": False,
                "player_count": 0,
                "settings": SETTINGS,
                "server_time": _now(),
                "host_connected": True,
                "players": [],
            }
            self.send(
                "session_created",
                code="123456",
                host_token="t",
                join_url="http://x/join/123456",
                session=session,
                **reply,
            )
        else:
            self.send("ok", **reply)


async def _frames_per_s(page: Page, before: tuple[int, float]) -> tuple[float, tuple[int, float]]:
    now = int(await page.evaluate("window.frames_")), time.monotonic()
    return (now[0] - before[0]) / (now[1] - before[1]), now


async def _play_in(browser: Browser, address: str) -> float:
    """Plays a thousand players in; returns frames per second, the lesser of joining and answering."""
    # A machine half as fast gets a crowd half as fast.
    every_s = EVERY_S * max(1.0, await slowness(browser))
    page = await new_page(browser, PROJECTOR, moving=True, traced=False)
    servers: list[Server] = []
    await page.route_web_socket("**/ws", lambda route: servers.append(Server(route)))
    await page.goto(f"{address}/host")
    await page.get_by_role("button", name="Icebreaker").click()
    await page.get_by_role("button", name="Open the lobby").click()
    await expect(page.get_by_label("Code 123456")).to_be_visible()
    server = servers[-1]
    ids = [f"player{number}" for number in range(PLAYERS)]
    size = PLAYERS // BATCHES
    await page.evaluate(COUNT_FRAMES)
    mark = 0, time.monotonic()
    for batch in range(BATCHES):
        joined = [{"id": one, "name": f"Name {one[6:]}", "avatar": one} for one in ids[batch * size :][:size]]
        server.send("players_joined", players=joined, player_count=(batch + 1) * size)
        await asyncio.sleep(every_s)  # the pace of the crowd
    joining, mark = await _frames_per_s(page, mark)
    assert await page.evaluate("document.querySelectorAll('*').length") <= NODES
    server.send("new_question", seq=1, question=QUESTION, opens_at=_now(), closes_at=_now() + 60_000)
    await expect(page.get_by_role("heading", name="Which?")).to_be_visible()
    mark = int(await page.evaluate("window.frames_")), time.monotonic()
    for batch in range(BATCHES):
        answered = (batch + 1) * size
        new = ids[batch * size :][:size]
        server.send("answer_progress", question=0, answered=answered, total=PLAYERS, player_ids=new)
        await asyncio.sleep(every_s)  # the pace of the crowd
    answering, _ = await _frames_per_s(page, mark)
    assert await page.evaluate("document.querySelectorAll('*').length") <= NODES
    await expect(page.get_by_text("1,000 of 1,000 have answered")).to_be_visible()
    await page.context.close()
    return min(joining, answering)


@pytest.mark.quiet
async def test_a_thousand_players_join_and_answer_smoothly(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path, QUICKPOLL_CHECK_INVARIANTS="off")
    async with running(quickpoll), chromium(as_people_have_it=True) as browser:
        # A machine that does other things drops frames; what the page can do shows in the best try.
        tries: list[float] = []
        while len(tries) < TRIES and max(tries, default=0) < FRAMES_PER_S:
            tries.append(await _play_in(browser, quickpoll.health))
    assert max(tries) >= FRAMES_PER_S, tries
