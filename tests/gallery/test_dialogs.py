"""The dialogs of stage and remote give the focus back, however they are closed, and offer only what can be done."""

import pytest
from playwright.async_api import Page, expect

from tests.gallery.gallery import PROJECTOR, SIZES, served, show
from tests.system.browser import chromium, new_page

DIALOGS = {
    "stage-lobby": ["Keyboard keys", "Phones cannot join?", "Use your phone as remote", "Players"],
    "remote-question": ["Players", "Who is missing?"],
}


async def closed_both_ways(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name, exact=True)
    for close in ("Escape", "Close"):
        await button.click()
        dialog = page.get_by_role("dialog")
        await expect(dialog, f"{name}, {close}").to_be_visible()
        if close == "Escape":
            await page.keyboard.press("Escape")
        else:
            await dialog.get_by_role("button", name="Close", exact=True).click()
        await expect(dialog).to_have_count(0)
        await expect(button).to_be_focused()


@pytest.mark.timeout(120)
async def test_the_focus_comes_back_and_a_clipboard_is_not_taken_for_granted() -> None:
    with served() as address:
        async with chromium() as browser:
            page = await new_page(browser, {"width": PROJECTOR, "height": SIZES[PROJECTOR]})
            for state, names in DIALOGS.items():
                await show(page, address, state)
                for name in names:
                    await closed_both_ways(page, name)

            # A player's menu over the list of players leads back into the list.
            await show(page, address, "stage-players")
            player = page.get_by_role("dialog").get_by_role("button", name="Amara")
            await player.click()
            await page.keyboard.press("Escape")
            await expect(player).to_be_focused()

            # A button that is replaced by what it asks hands the focus on, to what does no harm.
            await show(page, address, "stage-question")
            await page.get_by_role("button", name="End session").press("Enter")
            await expect(page.get_by_role("button", name="Go on", exact=True)).to_be_focused()
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("button", name="End session")).to_be_focused()

            # Over plain http no page may write into the clipboard: the link is there to be opened or copied by hand.
            await page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
            await show(page, address, "stage-remote")
            await expect(page.get_by_role("link", name="Open here")).to_be_visible()
            await expect(page.get_by_role("button", name="Copy")).to_have_count(0)
