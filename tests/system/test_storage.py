"""What a browser keeps and forgets: quizzes that are cleared come back from a file, and a full disk stops no game."""

from pathlib import Path

import msgspec
import pytest
from playwright.async_api import expect

from quickpoll.protocol import Quiz, StartQuiz
from tests.system.browser import PHONE, PROJECTOR, Phone, enter, new_page, open_lobby, upload
from tests.system.conftest import QUIZ, Site
from tests.system.test_files import saved
from tests.system.test_library import QUIZ as RIVERS
from tests.system.test_library import back_to_the_library, card, edit_a_copy

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = """navigator.storage.persist = () => {
  window.asked = true;
  return Promise.resolve(false);
};"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"


async def test_quizzes_that_the_browser_has_cleared_come_back_from_a_file(site: Site, tmp_path: Path) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        await host.add_init_script(REFUSED)
        await host.goto(f"{site.address}/host")
        for title in ("Rivers", "Streams"):
            await edit_a_copy(host, RIVERS.replace("Rivers", title))
            await back_to_the_library(host)
        assert await host.evaluate("window.asked"), "the page asks the browser to keep them"
        safari = "Safari clears them when the page has not been opened for seven days"
        await expect(host.get_by_text(safari)).to_be_visible()
        await expect(host.get_by_text(f"are kept in this browser, for {site.address[7:]} alone")).to_be_visible()
        file = await saved(host, host.get_by_role("button", name="Save everything as a file"), tmp_path)

        # As Safari does after seven days, and people do when they tidy up.
        devtools = await host.context.new_cdp_session(host)
        await devtools.send("Storage.clearDataForOrigin", {"origin": site.address, "storageTypes": "all"})
        await host.reload()
        await expect(host.get_by_text("What you make is kept here, in this browser.")).to_be_visible()
        await host.get_by_label("Restore from a file").set_input_files(file)
        for title in ("Rivers", "Streams"):
            await expect(card(host, title)).to_be_visible()


async def test_who_scans_the_code_again_in_a_private_window_gets_the_seat_back_from_the_host(site: Site) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PROJECTOR)
        code = await open_lobby(host, site.address, "quiz.yaml", RIVERS.encode())
        private = await new_page(browser, PHONE)
        ada = await Phone.join(private, site.address, code, "Ada", msgspec.yaml.decode(RIVERS, type=Quiz))
        await host.get_by_role("button", name="Start", exact=True).click()
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)
        await private.context.close()

        again = await new_page(browser, PHONE)
        await again.goto(f"{site.address}/join/{code}")
        await enter(again, "Ada")
        await expect(again.get_by_text("If that was you, the host can let you back in.")).to_be_visible()
        await host.get_by_role("button", name="Players").click()
        await host.get_by_role("button", name="Ada away").click()
        await host.get_by_role("button", name="Let them in on another phone").click()
        await expect(host.get_by_text("Waiting for whoever joins as Ada")).to_be_visible()
        await again.get_by_role("button", name="Join", exact=True).click()
        await expect(again.get_by_text(f"{ada.points:,} points", exact=True)).to_be_visible()
        await expect(again.get_by_role("heading", name="Correct!")).to_be_visible()
        await expect(host.get_by_text("Waiting for whoever joins as Ada")).to_be_hidden()


async def test_where_nothing_more_can_be_kept_a_game_goes_on_and_can_be_led(site: Site) -> None:
    async with site.visit() as browser, site.room(QUIZ) as room:
        page = await new_page(browser, PHONE)
        await page.add_init_script(FULL)
        ada = await Phone.join(page, site.address, room.code, "Ada", QUIZ)
        await room.host.call(StartQuiz())
        await ada.answer(0, correctly=True)
        await ada.sees_verdict(0)
        host = await new_page(browser, PROJECTOR)
        await host.add_init_script(FULL)
        await host.goto(f"{site.address}/host")
        await upload(host, "quiz.yaml", RIVERS.encode())
        await host.get_by_role("button", name="Open the lobby").click()
        await expect(host.get_by_text("Waiting for players")).to_be_visible()
        assert ada.problems == []
