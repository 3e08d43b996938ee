"""A whole game in each of three engines: Chromium, Firefox and WebKit, with the network lost in the middle."""

import json
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.proxy import Proxy
from tests.system.engines import ENGINES, PHONE, Window
from tests.system.harness import running, serve

QUIZ = {
    "title": "Everywhere",
    "questions": [
        {
            "kind": "single",
            "text": "One and one is?",
            "time_limit_ms": 60_000,
            "options": [{"text": "Two", "correct": True}, {"text": "Three"}],
        },
        {
            "kind": "multiple",
            "text": "Which are even?",
            "time_limit_ms": 60_000,
            "options": [{"text": "Four", "correct": True}, {"text": "Five"}, {"text": "Six", "correct": True}],
        },
    ],
}
PROJECTOR = (1280, 760)


async def open_lobby(host: Window, address: str) -> str:
    """Pastes the quiz on the host's page and opens its lobby; returns the code."""
    await host.goto(f"{address}/host")
    await host.press("button", "Paste")
    await host.set("textbox", "Quiz as text, in any format", json.dumps(QUIZ))
    await host.press("button", "Read the text")
    await host.set("combobox", "Get-ready time", "0")
    await host.press("button", "Open the lobby")
    shown = await host.see("group", "Code")
    return str(shown["name"])[-6:]


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_game_with_a_lost_network(tmp_path: Path, engine: str) -> None:
    quickpoll = serve(tmp_path)
    port = int(quickpoll.health.rpartition(":")[2])
    opens = partial(ENGINES[engine], as_people_have_it=True)
    async with running(quickpoll), opens(*PROJECTOR) as host, opens(*PHONE) as phone:
        network = await Proxy(port).start()
        code = await open_lobby(host, quickpoll.health)
        await phone.goto(f"{network.address}/join/{code}")
        await phone.fill("Your name", "Ada")
        await phone.press("button", "Join")
        await phone.see("heading", "Ada")
        await host.see("button", "Ada")
        await host.press("button", "Start")

        # The network goes while the question is open; what is tapped during that time is sent when it is back.
        await phone.see("group", "Options")
        network.born_frozen = True
        network.cut()
        await phone.see("text", "Connection lost")
        await phone.press("button", "Two")
        network.restore()
        await phone.see("heading", "Correct!")
        await host.press("button", "Leaderboard")
        await host.see("heading", "Leaderboard")
        await host.press("button", "Next question")

        await phone.see("heading", "Which are even?")
        await phone.press("button", "Four")
        await phone.press("button", "Six")
        await phone.press("button", "Confirm answer")
        await phone.see("heading", "Correct!")
        await host.press("button", "Show the podium")
        await host.see("list", "Podium")
        await phone.see("heading", "You won!")
        await network.stop()
