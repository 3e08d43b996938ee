"""Quizzes and results as files, in a real browser: what is dropped is read, what is saved opens in other programs."""

import csv
from pathlib import Path

import msgspec
import pytest
from openpyxl import load_workbook
from playwright.async_api import Locator, Page, expect

from quickpoll.protocol import Quiz
from tests.system.browser import PROJECTOR, Phone, lobby, open_page, upload
from tests.system.conftest import Site
from tests.system.office import LANGUAGES, opened, rows_of
from tests.system.test_pages import play

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIFT = """
::q1:: Which city is the capital of Kenya? {=Nairobi ~Mombasa ~Kisumu}

Rivers flow uphill. {F}

Broken { =one
"""
DROP = """([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name));
  window.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
}"""
LOG_IS_KEPT = """async () => {
  const kept = async () => {
    if (!(await indexedDB.databases()).some(({ name }) => name === "quickpoll-game-list")) return false;
    const opening = indexedDB.open("quickpoll-game-list");
    await new Promise((done) => (opening.onsuccess = done));
    const reading = opening.result.transaction("summaries").objectStore("summaries").getAll();
    await new Promise((done) => (reading.onsuccess = done));
    opening.result.close();
    return reading.result.some(({ has_log }) => has_log);
  };
  while (!(await kept())) await new Promise(requestAnimationFrame);
}"""
"""Awaited, it ends when the page has kept a game with its log. (`wait_for_function` does not await promises.)"""
QUIZ = """
title: Of cities, and more
questions:
  - kind: poll
    text: Tea or coffee?
    options: [{text: Tea}, {text: Coffee}]
  - kind: single
    text: =1+1, isn't it?
    options: [{text: Two, correct: true}, {text: Three}, {text: Four}]
"""


async def saved(page: Page, button: Locator, folder: Path) -> Path:
    """Presses a button and returns the file that the page saved."""
    async with page.expect_download() as downloading:
        await button.click()
    download = await downloading.value
    path = folder / download.suggested_filename
    await download.save_as(path)
    return path


async def test_a_dropped_file_is_read_reported_edited_and_exported(site: Site, tmp_path: Path) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await expect(host.get_by_role("heading", name="What shall we play?")).to_be_visible()
        await host.evaluate(DROP, ["cities.txt", GIFT])
        found = host.get_by_role("region", name="Import")
        await expect(found).to_contain_text("2 questions found")
        await expect(found).to_contain_text("its braces do not match")
        await found.get_by_role("button", name="Edit first").click()
        await host.get_by_role("button", name="Download", exact=True).click()
        dialog = host.get_by_role("dialog", name="Download the quiz as")

        sheet = await saved(host, dialog.get_by_role("button", name="Kahoot"), tmp_path)
        assert sheet.name == "cities.xlsx"
        rows = list(load_workbook(sheet)["Sheet1"].iter_rows(min_row=9, max_row=10, values_only=True))
        assert [row[1] for row in rows] == ["Which city is the capital of Kenya?", "Rivers flow uphill."]
        assert [row[7] for row in rows] == [1, 2]
        await expect(dialog.get_by_role("status")).to_contain_text(
            "Questions 1 and 2: Kahoot has no place for its number of points."
        )

        again = await saved(host, dialog.get_by_role("button", name="GIFT"), tmp_path)
        assert "=[plain]Nairobi" in again.read_text()
        own = await saved(host, dialog.get_by_role("button", name="QuickPoll (JSON)"), tmp_path)
        assert len(msgspec.json.decode(own.read_bytes(), type=Quiz).questions) == 2
        await expect(dialog.get_by_role("status")).to_contain_text("Nothing was left out.")
        assert problems == []


async def check_in_other_programs(report: Path, table: Path, names: list[str], folder: Path) -> None:
    """Other programs read from the files what openpyxl reads: in each country the same figures."""
    book = load_workbook(report, read_only=True)
    figures = [
        ["" if cell is None else cell for cell in row] for row in book["Spieler"].iter_rows(min_row=2, values_only=True)
    ]
    assert {row[1] for row in figures} == set(names)
    assert rows_of(report)["Spieler"][1:] == figures
    for locale in LANGUAGES:
        assert (await opened(report, locale, folder))["Spieler"][1:] == figures
    (sheet,) = (await opened(table, "de-DE", folder)).values()
    assert {row[1] for row in sheet[1:]} == {"Ada", "'=1+2"}
    assert all(isinstance(row[9], float) and 0 < row[9] < 600 for row in sheet[1:]), (
        "seconds are numbers, not texts or dates"
    )


async def play_again(host: Page, phones: list[Phone], old_address: str) -> None:
    """The next lobby has the same people: those who are there, and one who comes back to the old page later."""
    awake, asleep = phones
    await asleep.page.goto("about:blank")
    await host.get_by_role("button", name="Next quiz, same people").click()
    await expect(host.get_by_text("2 players will come along")).to_be_visible()
    await upload(host, "own.yaml", QUIZ.encode())
    code = await lobby(host)
    await expect(awake.page.get_by_role("heading", name=f"You’re in! {awake.name}")).to_be_visible()
    assert awake.page.url.endswith(f"/join/{code}")
    await asleep.page.goto(old_address)
    await expect(asleep.page.get_by_role("heading", name=f"You’re in! {asleep.name}")).to_be_visible()
    for phone in phones:
        await expect(host.get_by_role("button", name=f"Remove {phone.name}")).to_be_visible()
        assert phone.problems == []


async def test_the_results_of_a_game_stay_and_open_in_a_spreadsheet(site: Site, tmp_path: Path) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await upload(host, "own.yaml", QUIZ.encode())
        phones = await play(browser, host, site.address, msgspec.yaml.decode(QUIZ, type=Quiz), ["Ada", "=1+2"])
        code = (await host.evaluate("location.hash")).removeprefix("#")
        await expect(host.get_by_role("list", name="Podium")).to_be_visible()
        await host.evaluate(LOG_IS_KEPT)
        await play_again(host, phones, f"{site.address}/join/{code}")
        await host.goto(f"{site.address}/host")
        await host.get_by_role("combobox", name="Language").select_option("Deutsch")
        game = host.get_by_role("listitem").filter(has=host.get_by_role("heading", name="Of cities, and more"))
        await expect(game).to_contain_text("2 Spieler")
        day = await host.evaluate("new Date().toLocaleDateString('sv')")

        path = await saved(host, game.get_by_role("button", name="Bericht von"), tmp_path)
        assert path.name == f"{day}-of-cities-and-more-{code}.xlsx"
        book = load_workbook(path)
        assert book.sheetnames == ["Überblick", "Spieler", "Frage 1", "Frage 2"]
        assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
        ranking = {str(row[1]): row[2] for row in book["Spieler"].iter_rows(min_row=2, values_only=True)}
        assert ranking == {phone.name: phone.points for phone in phones}

        table = await saved(host, game.get_by_role("button", name="als CSV"), tmp_path)
        await check_in_other_programs(path, table, [phone.name for phone in phones], tmp_path)
        lines = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
        assert len(lines) == 1 + len(phones) * 2
        assert {line[1] for line in lines[1:]} == {"Ada", "'=1+2"}
        assert all("," in line[9] for line in lines[1:])

        log = await saved(host, game.get_by_role("button", name="Protokoll von"), tmp_path)
        assert log.name == f"{day}-of-cities-and-more-{code}-log.jsonl"
        await game.get_by_role("button", name="löschen").click()
        await expect(game).to_have_count(0)
        await host.get_by_role("button", name="Rückgängig").click()
        await expect(game).to_be_visible()
        assert problems == []
