"""The library and its editor in a real browser: found, undone, told to another window, and learnt from games."""

import json
import time
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Dialog, Locator, Page, expect

from quickpoll.protocol import Quiz
from tests.system.browser import PHONE, PROJECTOR, enter, lobby, new_page, open_page, upload
from tests.system.conftest import Site
from tests.system.folder import browser_with_folder, drop
from tests.system.harness import running, serve
from tests.system.test_files import LOG_IS_KEPT
from tests.system.test_pages import play

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUIZ = """
title: Rivers
questions:
  - kind: single
    text: Which is the longest?
    options: [{text: Nile, correct: true}, {text: Rhine}, {text: Volga}]
  - kind: single
    text: Which flows through Cairo?
    options: [{text: Nile, correct: true}, {text: Congo}]
  - kind: single
    text: Which flows through Vienna?
    options: [{text: Danube, correct: true}, {text: Elbe}]
"""
LATER_MS = 60_000
# While a page has this lock, no page steps: what is changed in both places is found changed in both.
HELD = """() => new Promise((held) => {
  void navigator.locks.request("quickpoll-folder", () => new Promise((release) => {
    window.release = release;
    held();
  }));
})"""


async def edit_a_copy(host: Page, quiz: str = QUIZ) -> None:
    """Keeps a quiz file as an own quiz and opens its editor."""
    await upload(host, "own.yaml", quiz.encode())
    await host.get_by_role("button", name="Edit a copy").click()
    await expect(host.get_by_role("textbox", name="Title")).to_be_visible()


async def back_to_the_library(host: Page) -> None:
    await host.get_by_role("button", name="Back").click()
    await expect(host.get_by_role("heading", name="What shall we play?")).to_be_visible()


def card(page: Page, title: str) -> Locator:
    """One of the host's own quizzes, by its title."""
    own = page.get_by_role("region", name="Your quizzes").get_by_role("listitem")
    return own.filter(has=page.get_by_role("heading", name=title, exact=True))


async def test_quizzes_are_found_by_words_and_tags(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        for title, tags in [("Rivers", "Year 8, geography"), ("Cells", "year 8"), ("Verbs", "")]:
            await edit_a_copy(host, QUIZ.replace("title: Rivers", f"title: {title}"))
            await host.get_by_role("textbox", name="Tags").press_sequentially(tags)
            await back_to_the_library(host)
        search = host.get_by_role("searchbox", name="Search your quizzes")
        await host.get_by_role("group", name="Tags").get_by_role("button", name="year 8").click()
        await expect(host.get_by_role("status").filter(has_text="2 quizzes found")).to_be_visible()
        await expect(card(host, "Verbs")).to_have_count(0)
        await search.fill("geo")
        await expect(host.get_by_role("status").filter(has_text="1 quiz found")).to_be_visible()
        await expect(card(host, "Rivers")).to_contain_text("geography")
        # A copy has the tags of its original; the words of a question find a quiz, too.
        await card(host, "Rivers").get_by_role("button", name="Duplicate").click()
        await expect(card(host, "Rivers (copy)")).to_contain_text("Year 8")
        await host.get_by_role("group", name="Tags").get_by_role("button", name="year 8").click()
        await search.fill("vienna longest")
        await expect(host.get_by_role("status").filter(has_text="4 quizzes found")).to_be_visible()
        await search.fill("zebra")
        await expect(host.get_by_role("status").filter(has_text="No quiz found")).to_be_visible()
        assert problems == []


async def test_edits_are_undone_and_done_again_by_keys_and_buttons(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await edit_a_copy(host)
        text = host.get_by_role("textbox", name="Question")
        undo, redo = (host.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
        await expect(undo).to_have_attribute("aria-disabled", "true")
        await text.fill("Which is the shortest?")
        await host.get_by_role("button", name="Delete question").click()
        await expect(text).to_have_value("Which flows through Cairo?")
        await text.press("Control+z")
        await expect(text).to_have_value("Which is the shortest?")
        await text.press("Control+z")
        await expect(text).to_have_value("Which is the longest?")
        await text.press("Control+Shift+Z")
        await expect(text).to_have_value("Which is the shortest?")
        await redo.click()
        await expect(text).to_have_value("Which flows through Cairo?")
        await expect(redo).to_have_attribute("aria-disabled", "true")
        await undo.click()
        # What was undone is kept as such.
        await expect(host.get_by_text("Saved", exact=True)).to_be_visible()
        await host.reload()
        await expect(text).to_have_value("Which is the shortest?")
        assert problems == []


async def test_questions_are_dragged_by_mouse(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await edit_a_copy(host)
        rows = host.get_by_role("navigation", name="Questions").get_by_role("listitem")
        first, last = [await rows.nth(at).bounding_box() for at in (0, 2)]
        assert first
        assert last
        await host.mouse.move(first["x"] + 12, first["y"] + first["height"] / 2)
        await host.mouse.down()
        await host.mouse.move(last["x"] + 12, last["y"] + last["height"] / 2, steps=12)
        await expect(rows.nth(2)).to_contain_text("longest")
        await host.mouse.up()
        await expect(rows).to_contain_text(["Cairo", "Vienna", "longest"])
        await expect(host.get_by_role("heading", name="Question 3 of 3")).to_be_visible()
        await host.get_by_role("button", name="Undo", exact=True).click()
        await expect(rows.first).to_contain_text("longest")
        assert problems == []


async def test_questions_are_dragged_by_finger(site: Site) -> None:
    async with site.visit() as browser:
        host = await new_page(browser, PHONE, touch=True)
        await host.goto(f"{site.address}/host")
        await edit_a_copy(host)
        rows = host.get_by_role("navigation", name="Questions").get_by_role("listitem")
        boxes = [await rows.nth(at).bounding_box() for at in range(3)]
        (x, y), (end, _) = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes[::2] if box]
        devtools = await host.context.new_cdp_session(host)

        async def touch(kind: str, *points: float) -> None:
            touched = [{"x": at, "y": y} for at in points]
            await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

        await touch("touchStart", x)
        # A finger that moves at once scrolls; one that rests for a moment has taken the question.
        await expect(host.locator(".sortable-chosen")).to_be_visible()
        for step in range(1, 13):
            await touch("touchMove", x + (end - x) * step / 12 + 8)
        await expect(rows.nth(2)).to_contain_text("longest")
        await touch("touchEnd")
        await expect(rows).to_contain_text(["Cairo", "Vienna", "longest"])
        await expect(host.get_by_role("heading", name="Question 3 of 3")).to_be_visible()


async def test_a_second_window_is_told_and_no_version_is_lost(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await edit_a_copy(host)
        await expect(host.get_by_text("Saved", exact=True)).to_be_visible()
        second = await host.context.new_page()
        await second.goto(host.url)
        await second.get_by_role("textbox", name="Title").fill("Streams")
        told = host.get_by_role("alert").filter(has_text="changed in another window")
        await expect(told).to_be_visible()
        await host.get_by_role("button", name="Use the newest version").click()
        await expect(host.get_by_role("textbox", name="Title")).to_have_value("Streams")

        # Both write at the same moment: one of them is asked, and keeps both.
        await host.evaluate("""() => {
          const title = document.querySelector("#quiz-title, main textarea");
          title.value = "Brooks";
          title.dispatchEvent(new Event("input", { bubbles: true }));
          const kept = indexedDB.open("quickpoll");
          kept.onsuccess = () => {
            const quizzes = kept.result.transaction("quizzes", "readwrite").objectStore("quizzes");
            const reading = quizzes.getAll();
            reading.onsuccess = () => quizzes.put({ ...reading.result[0], edited_at: 1 }, reading.result[0].id);
          };
        }""")
        await expect(host.get_by_text("Not saved yet")).to_be_visible()
        await host.get_by_role("button", name="Keep mine as a copy").click()
        await expect(host.get_by_role("textbox", name="Title")).to_have_value("Streams")
        await back_to_the_library(host)
        await expect(card(host, "Streams")).to_be_visible()
        await expect(card(host, "Brooks (copy)")).to_be_visible()

        # Deleted elsewhere while it is open here: it stays if somebody says so.
        await second.bring_to_front()
        await card(host, "Streams").get_by_role("button", name="Delete").click()
        await expect(second.get_by_role("alert").filter(has_text="was deleted")).to_be_visible()
        await second.get_by_role("button", name="Keep it").click()
        await expect(card(host, "Streams")).to_be_visible()
        assert problems == []


def stays(page: Page) -> list[str]:
    """Stays whenever the page asks whether to leave; what it asked so far."""
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    return asked


async def test_leaving_asks_once_while_an_edit_is_not_saved(site: Site) -> None:
    async with site.visit() as browser:
        host, _ = await open_page(browser, f"{site.address}/host", PROJECTOR)
        asked = stays(host)
        await edit_a_copy(host)
        await expect(host.get_by_text("Saved", exact=True)).to_be_visible()
        # The disk is full.
        await host.evaluate("() => { IDBObjectStore.prototype.put = () => { throw new Error('full'); }; }")
        await host.get_by_role("textbox", name="Title").press_sequentially("Streams")
        await expect(host.get_by_text("Not saved", exact=False)).to_be_visible()
        async with host.expect_event("dialog"):
            await host.evaluate("setTimeout(() => location.reload())")
        await expect(host.get_by_role("textbox", name="Title")).to_have_value("RiversStreams")
        async with host.expect_navigation():
            await host.evaluate("setTimeout(() => location.reload())")
        assert asked == ["beforeunload"]


async def test_leaving_asks_once_while_the_results_are_kept_nowhere(site: Site) -> None:
    async with site.visit() as browser:
        host, _ = await open_page(browser, f"{site.address}/host", PROJECTOR)
        # The disk is full.
        await host.add_init_script("IDBObjectStore.prototype.put = () => { throw new Error('full'); };")
        await host.reload()
        asked = stays(host)
        await upload(host, "own.yaml", QUIZ.encode())
        await play(browser, host, site.address, msgspec.yaml.decode(QUIZ, type=Quiz), ["Ada"])
        await host.get_by_role("button", name="Full results").click()
        await expect(host.get_by_role("heading", name="Full results")).to_be_visible()
        async with host.expect_event("dialog"):
            await host.evaluate("setTimeout(() => location.reload())")
        await expect(host.get_by_role("heading", name="Full results")).to_be_visible()
        async with host.expect_navigation():
            await host.evaluate("setTimeout(() => location.reload())")
        assert asked == ["beforeunload"]


async def test_a_quiz_learns_from_its_games(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await edit_a_copy(host)
        await host.get_by_role("button", name="Play it").click()
        # The first player is wrong at questions 1 and 3, the second at question 1.
        await play(browser, host, site.address, msgspec.yaml.decode(QUIZ, type=Quiz), ["Ada", "Ben"])
        await expect(host.get_by_role("list", name="Podium")).to_be_visible()
        await host.evaluate(LOG_IS_KEPT)
        await host.goto(f"{site.address}/host")
        await expect(host.get_by_role("heading", name="Past games")).to_be_visible()
        await expect(card(host, "Rivers")).to_contain_text("Played")
        await card(host, "Rivers").get_by_role("button", name="Edit").click()

        rows = host.get_by_role("navigation", name="Questions").get_by_role("listitem")
        for at, share in enumerate(["0%", "100%", "50%"]):
            await expect(rows.nth(at)).to_contain_text(share)
        form = host.get_by_role("region", name="Question 1 of 3")
        await expect(form).to_contain_text("0% were right")
        await expect(form).to_contain_text("Most misleading: “Rhine”, 100%")
        # An edited question asks something else; undone, it is the same again.
        text = form.get_by_role("textbox", name="Question", exact=True)
        await text.fill("Which is the shortest?")
        await expect(form).not_to_contain_text("were right")
        await text.press("Control+z")
        await expect(form).to_contain_text("0% were right")

        await host.get_by_role("button", name="Warm-up with the 2 hardest questions").click()
        await expect(host.get_by_role("heading", name="Warm-up: Rivers")).to_be_visible()
        asked = host.get_by_role("list", name="2 questions").get_by_role("listitem")
        await expect(asked).to_contain_text(["Which is the longest?", "Which flows through Vienna?"])
        await host.get_by_role("button", name="Open the lobby").click()
        await expect(host.get_by_role("heading", name="Who is first?")).to_be_visible()
        assert problems == []


def changed_elsewhere(file: Path, title: str) -> None:
    """Another computer gives the quiz of a file another title, later than whatever the page does."""
    library = json.loads(file.read_text())
    library["quizzes"][0]["draft"]["title"] = title
    library["quizzes"][0]["edited_at"] = int(time.time() * 1000) + LATER_MS
    file.write_text(json.dumps(library))


async def test_a_folder_on_disk_is_kept_in_step(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    folder = tmp_path / "Quizzes"
    folder.mkdir()
    async with running(quickpoll), browser_with_folder(tmp_path / "browser", quickpoll.health, folder) as host:
        problems: list[str] = []
        host.on("pageerror", lambda error: problems.append(str(error)))
        await host.goto(f"{quickpoll.health}/host")
        await edit_a_copy(host)
        await back_to_the_library(host)
        await host.get_by_role("button", name="Sync with a folder").click()
        await drop(host, folder)
        in_step = host.get_by_role("status").filter(has_text="In sync with the folder “Quizzes”")
        await expect(in_step).to_be_visible()
        (file,) = folder.iterdir()
        assert file.name.startswith("rivers-")
        assert json.loads(file.read_text())["quizzes"][0]["draft"]["title"] == "Rivers"

        # Another computer has changed the file: it is taken when the page is looked at again.
        changed_elsewhere(file, "Streams")
        await host.evaluate("dispatchEvent(new Event('focus'))")
        await expect(card(host, "Streams")).to_be_visible()

        # Changed there and here: the newer stays, the other is a quiz beside it, and the editor says so.
        await host.evaluate(HELD)
        changed_elsewhere(file, "Creeks")
        await card(host, "Streams").get_by_role("button", name="Edit").click()
        await host.get_by_role("textbox", name="Title").fill("Brooks")
        await expect(host.get_by_role("status").filter(has_text="Saved")).to_be_visible()
        await host.evaluate("release()")
        await host.get_by_role("button", name="Use the newest version").click()
        await expect(host.get_by_role("textbox", name="Title")).to_have_value("Creeks")
        await back_to_the_library(host)
        await expect(card(host, "Creeks")).to_be_visible()
        own = host.get_by_role("region", name="Your quizzes")
        await expect(own.get_by_role("heading", name="Brooks (version of")).to_be_visible()
        await expect(host.get_by_role("status").filter(has_text="1 quiz was changed in both places")).to_be_visible()

        # After a reload it goes on by itself.
        await host.reload()
        await expect(in_step).to_be_visible()
        assert len(list(folder.iterdir())) == 2

        # The stick is pulled out and put in again.
        away = folder.rename(tmp_path / "away")
        await host.evaluate("dispatchEvent(new Event('focus'))")
        await expect(host.get_by_role("alert").filter(has_text="Quizzes")).to_be_visible()
        away.rename(folder)
        await host.evaluate("dispatchEvent(new Event('focus'))")
        await expect(in_step).to_be_visible()
        await expect(card(host, "Creeks")).to_be_visible()
        await host.get_by_role("button", name="Stop syncing").click()
        await expect(host.get_by_role("button", name="Sync with a folder")).to_be_visible()
        assert problems == []


async def test_numbers_are_typed_in_the_digits_of_any_script(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await edit_a_copy(host)
        limit = host.get_by_role("combobox", name="Time limit in seconds")
        for typed, shown in {"１５": "15", "٣٠": "30", "۲۵": "25", "4a0": "40"}.items():
            await limit.select_text()
            await host.keyboard.insert_text(typed)
            await expect(limit).to_have_value(shown)
        await limit.press("ArrowUp")
        await expect(limit).to_have_value("41")
        await expect(host.get_by_text("Saved", exact=True)).to_be_visible()
        await host.reload()
        await expect(limit).to_have_value("41")
        await host.get_by_role("button", name="Play it").click()
        most = host.get_by_role("spinbutton", name="Maximum number of players")
        await most.select_text()
        await host.keyboard.insert_text("٢")
        await expect(most).to_have_value("2")
        code = await lobby(host)
        for name in ("Ada", "Ben"):
            phone = await new_page(browser, PHONE)
            await phone.goto(f"{site.address}/join/{code}")
            await enter(phone, name)
            await expect(phone.get_by_role("heading", name=name)).to_be_visible()
        third = await new_page(browser, PHONE)
        await third.goto(f"{site.address}/join/{code}")
        await enter(third, "Cem")
        await expect(third.get_by_text("This game is full.")).to_be_visible()
        assert problems == []
