"""axe finds nothing to complain of in any view of either page, in light and dark (WCAG 2.2 A and AA)."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.system.browser import chromium
from tests.system.harness import running, serve
from tests.system.tour import Tour

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": STANDARD}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_view_has_a_barrier(tmp_path: Path, scheme: str) -> None:
    axe = Axe()
    visited: list[str] = []
    found: dict[str, list[str]] = {}

    async def check(page: Page, view: str) -> None:
        visited.append(view)
        results = await axe.run(page, options=OPTIONS)
        for violation in results.response["violations"]:
            targets = [node["html"][:120] for node in violation["nodes"]]
            found.setdefault(view, []).append(f"{violation['id']}: {violation['help']}: {targets}")

    quickpoll = serve(tmp_path)
    async with running(quickpoll), chromium() as browser:
        await Tour(browser, quickpoll.health, check, ["Ada", "Grace", "Linus"], scheme, reduced_motion=True).walk()
    assert len(visited) >= 22
    assert found == {}
