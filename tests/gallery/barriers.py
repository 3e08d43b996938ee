"""What keeps people from using a page: axe's rules (WCAG 2.2 A, AA and best practice), and forced colours."""

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.async_api import Page

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL_RULES = {"runOnly": {"type": "tag", "values": STANDARD}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""Of axe's rules the only one that depends on the scheme."""
_AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text()
_FORCED = Path("tests/gallery/forced.js").read_text()
_RUN = """async (options) => {
  const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((one) => one.html.slice(0, 140)).join(" | ")}`);
}"""


async def barriers(page: Page, *, both: bool) -> list[str]:
    """What axe finds in the light scheme; with `both`, contrasts in the dark one and forced colours, too."""
    await page.evaluate(f"{_AXE};0")
    found = await _axe(page, ALL_RULES)
    if not both:
        return found
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in await _axe(page, CONTRAST)]
    await page.emulate_media(color_scheme="dark", forced_colors="active")
    found += [f"forced colours: {fault}" for fault in await page.evaluate(_FORCED)]
    await page.emulate_media(color_scheme="light", forced_colors="none")
    return found


async def _axe(page: Page, options: dict[str, Any]) -> list[str]:
    return list(await page.evaluate(_RUN, options))
