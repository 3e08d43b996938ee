"""A page lives from session to session: what fails is resumed, and what follows inherits nothing."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from quickpoll.protocol import Quiz
from tests.system.browser import PHONE, PROJECTOR, Phone, chromium, new_page, open_lobby
from tests.system.conftest import Site
from tests.system.harness import free_port, running, serve
from tests.system.test_metrics import figures
from tests.system.test_pages import OWN

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUIZ = msgspec.yaml.decode(OWN, type=Quiz)
Json = dict[str, Any]


async def spoil(page: Page, how: Callable[[Json], Json]) -> None:
    """Changes the first `new_question` that the page is sent, and nothing after it."""
    spoiled = False

    def connected(client: WebSocketRoute) -> None:
        server = client.connect_to_server()

        def say(text: str | bytes) -> None:
            nonlocal spoiled
            message: Json = json.loads(text)
            if message["type"] == "new_question" and not spoiled:
                spoiled = True
                message = how(message)
            client.send(json.dumps(message))

        server.on_message(say)

    await page.route_web_socket("**/ws", connected)


def of_a_kind_to_come(message: Json) -> Json:
    return message | {"question": message["question"] | {"kind": "riddle"}}


def without_its_question(message: Json) -> Json:
    return message | {"question": None}


@pytest.mark.parametrize(("where", "how"), [("view", of_a_kind_to_come), ("message", without_its_question)])
async def test_a_page_that_fails_resumes_and_the_server_counts_it(
    tmp_path: Path, where: str, how: Callable[[Json], Json]
) -> None:
    quickpoll = serve(tmp_path, QUICKPOLL_ADMIN_PORT=str(free_port()))
    async with running(quickpoll), chromium() as browser:
        host = await new_page(browser, PROJECTOR)
        code = await open_lobby(host, quickpoll.health, "own.yaml", OWN.encode())
        page = await new_page(browser, PHONE)
        await spoil(page, how)
        ada = await Phone.join(page, quickpoll.health, code, "Ada", QUIZ)
        await host.get_by_role("button", name="Start").click()
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)
        told = await asyncio.to_thread(figures, quickpoll)
        assert told[f"page_failures_total{{{where}}}"] == 1


async def test_the_next_game_asks_for_its_own_code(site: Site) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        code = await open_lobby(host, site.address, "own.yaml", OWN.encode())
        ada = await Phone.join(await new_page(browser, PHONE), site.address, code, "Ada", QUIZ)
        await ada.page.get_by_role("button", name="Leave").click()
        await expect(ada.page.get_by_role("textbox", name="Game code")).to_have_value("")
        assert ada.page.url == f"{site.address}/"


async def test_what_is_selected_when_the_time_runs_out_is_sent_and_said(site: Site) -> None:
    text = OWN.replace("points: 500", "points: 500\n    time_limit_ms: 4000")
    quiz = msgspec.yaml.decode(text, type=Quiz)
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        code = await open_lobby(host, site.address, "own.yaml", text.encode())
        ada = await Phone.join(await new_page(browser, PHONE), site.address, code, "Ada", quiz)
        await host.get_by_role("button", name="Start").click()
        await ada.answer(0, correctly=True)
        await host.get_by_role("button", name="Leaderboard").click()
        await host.get_by_role("button", name="Next question").click()
        await ada.answer(1, correctly=True, confirm=False)
        await ada.sees_verdict(1)
