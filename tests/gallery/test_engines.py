"""Every state in Firefox and WebKit: it is drawn there, nothing is cut off, and no page is too wide."""

import asyncio
from pathlib import Path

import pytest

from tests.gallery.gallery import served
from tests.system.engines import ENGINES

CHECKS = Path("tests/gallery/checks.js").read_text().strip()
SIZE = (1280, 800)
WITHIN_MS = 15_000
# Until the state is there; resolves with what is there instead if it does not come.
THERE = f"""
const until = Date.now() + {WITHIN_MS};
while (document.documentElement?.dataset.there !== state) {{
  if (Date.now() > until) return ["it does not come: " + document.body.innerText.slice(0, 200)];
  await new Promise((next) => setTimeout(next, 20));
}}
"""
LOOK = f"""{THERE}return ({CHECKS})({{ main: "", stage: null }});"""
IN_CHROMIUM_ALONE = {"start-folder"}
"""A folder of the computer can be kept in step."""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "chromium"])
async def test_every_state_is_drawn_in_other_engines(engine: str) -> None:
    faults: dict[str, list[str]] = {}
    with served() as address:
        async with ENGINES[engine](*SIZE, as_people_have_it=False) as window:
            await window.goto(f"{address}/")
            for state in await window.run(f"{THERE}return window.states", state=""):
                if state in IN_CHROMIUM_ALONE:
                    continue
                async with asyncio.timeout(3 * WITHIN_MS / 1000):
                    await window.goto(f"{address}/?state={state}&lang=en")
                    if found := await window.run(LOOK, state=state):
                        faults[state] = found
    assert faults == {}
