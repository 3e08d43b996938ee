"""What keeps people from using a page: axe's rules (WCAG 2.2 A, AA and best practice), and forced colours."""

from pathlib import Path

import axe_playwright_python
from playwright.async_api import Page

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": STANDARD}}
AXE = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js"))
_AXE = AXE.read_text()
_FORCED = Path("tests/gallery/forced.js").read_text()
# When colours have come to rest: after a change of the scheme they are between the two for a moment.
_RUN = """async (options) => {
  const moving = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(moving.map((one) => one.finished));
  const { violations } = await axe.run(document, { ...options, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((one) => one.html.slice(0, 140)).join(" | ")}`);
}"""


async def barriers(page: Page, *, both: bool) -> list[str]:
    """What axe finds in the light scheme; with `both`, in the dark one as well, and what forced colours hide."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(f"{_AXE};0")
    found = await _axe(page)
    if not both:
        return found
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in await _axe(page)]
    await page.emulate_media(color_scheme="dark", forced_colors="active")
    found += [f"forced colours: {fault}" for fault in await page.evaluate(_FORCED)]
    await page.emulate_media(color_scheme="light", forced_colors="none")
    return found


async def _axe(page: Page) -> list[str]:
    return list(await page.evaluate(_RUN, RULES))
