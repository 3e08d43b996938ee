"""Quizzes that go elsewhere, on the German page: everything as one file, on paper, and as a link."""

from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from quickpoll.protocol import Quiz
from tests.system.browser import PROJECTOR, new_page, open_page, upload
from tests.system.conftest import Site
from tests.system.test_files import LOG_IS_KEPT, saved
from tests.system.test_library import back_to_the_library, edit_a_copy
from tests.system.test_library import card as english_card
from tests.system.test_pages import play

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUIZ = """
title: Flüsse
questions:
  - kind: single
    text: Welcher ist der längste?
    explanation: Er fließt nach Norden.
    options: [{text: Nil, correct: true}, {text: Rhein}]
  - kind: text
    text: Was fließt durch Wien?
    accepted: [Donau]
"""
EVERY_KIND = Path("clients/web/public/quizzes/every-kind.json")


def card(page: Page, title: str) -> Locator:
    """One of the host's own quizzes on the German page, by its title."""
    own = page.get_by_role("region", name="Deine Quizze").get_by_role("listitem")
    return own.filter(has=page.get_by_role("heading", name=title, exact=True))


async def german_page(browser: Browser, address: str) -> tuple[Page, list[str]]:
    """The host page in German, as a browser of its own has it."""
    page, problems = await open_page(browser, f"{address}/host", PROJECTOR)
    await page.get_by_role("combobox", name="Language").select_option("Deutsch")
    await expect(page.get_by_role("heading", name="Was spielen wir?")).to_be_visible()
    return page, problems


async def printed(page: Page, button: Locator) -> str:
    """Presses a button that prints; returns the text of the PDF that Chromium makes of it."""
    await page.evaluate("() => { window.printing = new Promise((done) => (window.print = done)); }")
    await button.click()
    await page.evaluate("window.printing")
    paper = PdfReader(BytesIO(await page.pdf()))
    # In a printer's dialog this is what comes after it; a PDF has no dialog.
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    return " ".join(sheet.extract_text() for sheet in paper.pages)


async def test_everything_as_one_file_comes_back_in_another_browser(site: Site, tmp_path: Path) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await edit_a_copy(host, QUIZ)
        await host.get_by_role("textbox", name="Tags").fill("Klasse 8")
        await back_to_the_library(host)
        sample = (
            "title: Kurz\nquestions: [{kind: single, text: Ja?, options: [{text: Ja, correct: true}, {text: Nein}]}]"
        )
        await upload(host, "own.yaml", sample.encode())
        await play(browser, host, site.address, msgspec.yaml.decode(sample, type=Quiz), ["Ada"])
        await host.evaluate(LOG_IS_KEPT)
        await host.goto(f"{site.address}/host")
        await expect(english_card(host, "Flüsse")).to_be_visible()
        file = await saved(host, host.get_by_role("button", name="Save everything as a file"), tmp_path)

        other, others = await german_page(browser, site.address)
        await other.get_by_label("So eine Datei zurückholen").set_input_files(file)
        done = other.get_by_role("status").filter(has_text="Zurückgeholt: 1 Quiz, 1 Spiel. Schon da: 0.")
        await expect(done).to_be_visible()
        await expect(card(other, "Flüsse")).to_contain_text("Klasse 8")
        game = other.get_by_role("listitem").filter(has=other.get_by_role("heading", name="Kurz"))
        log = await saved(other, game.get_by_role("button", name="Protokoll von"), tmp_path)
        assert log.read_text().count("\n") > 3
        # A second time nothing is new, and what is no such file is told.
        await other.get_by_label("So eine Datei zurückholen").set_input_files(file)
        await expect(other.get_by_role("status").filter(has_text="Schon da: 2.")).to_be_visible()
        await other.get_by_label("So eine Datei zurückholen").set_input_files(EVERY_KIND)
        await expect(
            other.get_by_role("alert").filter(has_text="nicht mit „Alles als Datei speichern“")
        ).to_be_visible()
        assert problems == others == []


async def test_questions_key_and_answer_sheet_are_printed(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await german_page(browser, site.address)
        await upload(host, "own.yaml", QUIZ.encode())
        await host.get_by_role("button", name="Kopie bearbeiten").click()
        await host.get_by_role("button", name="Herunterladen", exact=True).click()
        dialog = host.get_by_role("dialog")

        questions = await printed(host, dialog.get_by_role("button", name="Fragen", exact=True))
        assert "Flüsse" in questions
        assert "Welcher ist der längste?" in questions
        assert "Rhein" in questions
        assert "Donau" not in questions
        assert "Herunterladen" not in questions, "nothing of the page is on the paper"
        key = await printed(host, dialog.get_by_role("button", name="Lösungen", exact=True))
        assert "Nil" in key
        assert "Donau" in key
        answers = await printed(host, dialog.get_by_role("button", name="Antwortbogen", exact=True))
        assert "Flüsse" in answers
        assert "Donau" not in answers
        await expect(dialog).to_be_visible()
        assert problems == []


@pytest.mark.parametrize(("title", "quiz"), [("Flüsse", QUIZ), ("Every kind of question", EVERY_KIND.read_text())])
async def test_a_quiz_goes_elsewhere_in_a_link(site: Site, title: str, quiz: str) -> None:
    async with site.visit() as browser:
        host, problems = await german_page(browser, site.address)
        await host.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await upload(host, "own.yaml", quiz.encode())
        await host.get_by_role("button", name="Kopie bearbeiten").click()
        await host.get_by_role("button", name="Herunterladen", exact=True).click()
        await host.get_by_role("button", name="Link kopieren").click()
        await expect(host.get_by_role("status").filter(has_text="Der Link ist kopiert.")).to_be_visible()
        link = await host.evaluate("navigator.clipboard.readText()")

        # Somebody else opens it: it is shown, and kept only when they say so. The server hears nothing of it.
        other = await new_page(browser, PROJECTOR, locale="de-DE")
        asked: list[str] = []
        other.on("request", lambda request: asked.append(request.url + (request.post_data or "")))
        await other.goto(link)
        found = other.get_by_role("region", name="Import")
        await expect(found.get_by_role("heading", name=title)).to_be_visible()
        await expect(found).to_contain_text("Es wird nur gespeichert, wenn du es willst.")
        await other.reload()
        await expect(card(other, title)).to_have_count(0)
        await found.get_by_role("button", name="Schließen").click()
        await expect(found).to_have_count(0)
        assert "#" not in other.url
        await other.get_by_role("button", name="Quiz einfügen").click()
        await other.get_by_role("textbox", name="Quiz als Text, in jedem Format").fill(link)
        await other.get_by_role("button", name="Text lesen").click()
        await found.get_by_role("button", name="Erst bearbeiten").click()
        await other.get_by_role("button", name="Zurück").click()
        await expect(card(other, title)).to_be_visible()
        fragment = link.partition("#")[2]
        assert not any(fragment[10:60] in one for one in asked)

        # One that a chat has cut says so.
        await other.goto(link[:-40])
        await expect(other.get_by_role("alert").filter(has_text="Der Link ist beschädigt")).to_be_visible()
        assert problems == []
