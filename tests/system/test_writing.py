"""A quiz of every kind is written in the editor: by mouse, by keyboard alone, and by touch on a phone."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Locator, Page, expect

from quickpoll.protocol import (
    MatchQuestion,
    MultipleQuestion,
    NumberQuestion,
    OrderQuestion,
    Quiz,
    SingleQuestion,
    TextQuestion,
    TrueFalseQuestion,
)
from tests.system.browser import PHONE, PROJECTOR, new_page
from tests.system.conftest import Site
from tests.system.test_files import saved

pytestmark = pytest.mark.asyncio(loop_scope="module")

Press = Callable[[Locator], Awaitable[None]]
"""Presses a control, or goes to a field."""
KINDS = {
    "single": "One answer",
    "multiple": "Several answers",
    "true_false": "True or false",
    "poll": "Poll",
    "text": "Typed answer",
    "number": "Number",
    "order": "Order",
    "match": "Pairs",
    "words": "Words",
    "open": "Open text",
    "scale": "Scale",
    "ranking": "Ranking",
    "slide": "Slide",
}
FIELDS = {
    "text": ["Accepted answers 1"],
    "number": ["Right number"],
    "order": ["Items 1", "Items 2", "Items 3"],
    "match": [f"{side} side of pair {n}" for n in (1, 2) for side in ("Left", "Right")],
}
"""What has to be written besides the question, where there are no options."""
RIGHT = {"single": "A", "multiple": "AB", "true_false": "A"}
OPTIONED = ("single", "multiple", "poll", "ranking")
IS_BEFORE = "one => Boolean(document.activeElement.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING)"
MOST_TABS = 150


async def click(control: Locator) -> None:
    """With the mouse."""
    await control.click()


async def tap(control: Locator) -> None:
    """With a finger."""
    await control.tap()


async def go_to(control: Locator) -> None:
    """With the Tab key alone, from where the focus is."""
    tab = "Shift+Tab" if await control.evaluate(IS_BEFORE) else "Tab"
    for _ in range(MOST_TABS):
        if await control.evaluate("one => one === document.activeElement"):
            return
        await control.page.keyboard.press(tab)
    raise AssertionError(f"{control} is not reached by {tab}")


async def key(control: Locator) -> None:
    """With Tab and the key that the control takes."""
    await go_to(control)
    role = await control.evaluate("one => one.matches('textarea, input:not([type=radio], [type=checkbox])')")
    marked = await control.evaluate("one => one.matches('input[type=radio], input[type=checkbox]')")
    if not role:
        await control.page.keyboard.press("Space" if marked else "Enter")


async def write(field: Locator, text: str, press: Press) -> None:
    """Goes to a field and types."""
    await press(field)
    await expect(field).to_be_focused()
    await field.page.keyboard.type(text)


def mark(page: Page, letter: str, press: Press) -> Locator:
    """What marks an option as right: the sign that one sees, or the field behind it that keys reach."""
    form = page.get_by_role("region", name="Question")
    name = f"{letter} is correct"
    return form.get_by_label(name, exact=True) if press is key else form.get_by_title(name, exact=True)


async def write_question(page: Page, kind: str, press: Press) -> None:
    """Adds a question of a kind and writes what it needs."""
    add = page.get_by_role("group", name="Add a question")
    button = add.get_by_role("button", name=KINDS[kind], exact=True)
    if not await button.is_visible():
        await press(add.get_by_text("More kinds"))
    await press(button)
    form = page.get_by_role("region", name="Question")
    # A new question has the focus: it can be written at once.
    await expect(form.get_by_role("textbox", name="Question", exact=True)).to_be_focused()
    await page.keyboard.type(f"What about {kind}?")
    for name in FIELDS.get(kind, []):
        await write(form.get_by_label(name, exact=True), f"{len(name)}" if kind == "number" else name, press)
    if kind in OPTIONED:
        options = form.get_by_role("textbox", name=re.compile("^Option "))
        for at in range(await options.count()):
            await write(options.nth(at), f"Choice {at}", press)
    for letter in RIGHT.get(kind, ""):
        await press(mark(page, letter, press))


def check(quiz: Quiz) -> None:
    """What was written is what is in the file."""
    assert quiz.title == "Of every kind"
    assert [question.kind for question in quiz.questions] == list(KINDS)
    assert [question.text for question in quiz.questions] == [f"What about {kind}?" for kind in KINDS]
    for question in quiz.questions:
        match question:
            case SingleQuestion() | MultipleQuestion() | TrueFalseQuestion():
                right = "".join("ABCD"[at] for at, option in enumerate(question.options) if option.correct)
                assert right == RIGHT[question.kind]
            case TextQuestion():
                assert question.accepted == ("Accepted answers 1",)
            case NumberQuestion():
                assert question.value == str(len("Right number"))
            case OrderQuestion():
                assert question.items == ("Items 1", "Items 2", "Items 3")
            case MatchQuestion():
                assert [pair.left for pair in question.pairs] == ["Left side of pair 1", "Left side of pair 2"]
            case _:
                pass


@pytest.mark.timeout(240)
@pytest.mark.parametrize("press", [click, key, tap], ids=["mouse", "keyboard", "touch"])
async def test_a_quiz_of_every_kind_is_written(site: Site, tmp_path: Path, press: Press) -> None:
    async with site.visit() as browser:
        touch = press is tap
        page = await new_page(browser, PHONE if touch else PROJECTOR, touch=touch, traced=False)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(f"{site.address}/host")
        await press(page.get_by_role("button", name="Make a new quiz"))
        title = page.get_by_role("textbox", name="Title")
        await expect(title).to_be_focused()
        await page.keyboard.type("Of every kind")
        # The question that a new quiz begins with goes: each kind is added by its button.
        await press(page.get_by_role("button", name="Delete question"))
        await press(page.get_by_role("button", name="Close", exact=True))
        for kind in KINDS:
            await write_question(page, kind, press)
        await press(page.get_by_role("button", name="Download", exact=True))
        json = page.get_by_role("dialog").get_by_role("button", name="QuickPoll (JSON)")
        if press is key:
            await go_to(json)
        file = await saved(page, json, tmp_path)
        check(msgspec.json.decode(file.read_bytes(), type=Quiz))
        await page.keyboard.press("Escape")
        await press(page.get_by_role("button", name="Play it"))
        await expect(page.get_by_role("heading", name="Of every kind")).to_be_visible()
        assert problems == []
