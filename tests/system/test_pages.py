"""Whole games in real browsers: a host on a projector and players on phones, up to the podium."""

import re
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from coordinator.log import file as log_file
from coordinator.log.replay import Replay
from quickpoll.protocol import Quiz
from tests.system.browser import PHONE, PROJECTOR, Phone, chromium, code_of, lobby, new_page, open_page, upload
from tests.system.conftest import Site
from tests.system.game import ranks_of
from tests.system.harness import coordinator, gateway, running, serve

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLE = msgspec.json.decode(Path("clients/web/public/quizzes/capitals.json").read_bytes(), type=Quiz)

OWN = """
title: <b>Markup</b> & more
questions:
  - kind: single
    text: Is <script>alert(1)</script> shown as text?
    options:
      - {text: "<i>Yes</i>", correct: true}
      - {text: "No"}
  - kind: multiple
    text: Which are even?
    points: 500
    options: [{text: "Two", correct: true}, {text: "Three"}, {text: "Four", correct: true}]
  - kind: poll
    text: Tea or coffee?
    options: [{text: Tea}, {text: Coffee}]
"""


async def play(browser: Browser, host: Page, address: str, quiz: Quiz, names: list[str]) -> list[Phone]:
    """Plays the whole quiz; player n answers every question rightly but each (n+2)-nd."""
    code = await lobby(host)
    phones = [await Phone.join(await new_page(browser, PHONE), address, code, name, quiz) for name in names]
    for name in names:
        await expect(host.get_by_role("button", name=f"Remove {name}")).to_be_visible()
    await host.get_by_role("button", name="Start").click()
    for index, question in enumerate(quiz.questions):
        await expect(host.get_by_role("heading", name=question.text)).to_be_visible()
        for number, phone in enumerate(phones):
            await expect(host.get_by_role("list", name="Still answering")).to_contain_text(phone.name)
            await phone.answer(index, correctly=index % (number + 2) != 0)
        for phone in phones:
            await phone.sees_verdict(index)
        last = index + 1 == len(quiz.questions)
        if not last and question.kind != "poll":
            await host.get_by_role("button", name="Leaderboard").click()
            await expect(host.get_by_role("heading", name="Leaderboard")).to_be_visible()
        await host.get_by_role("button", name="Show the podium" if last else "Next question").click()
    return phones


async def check_podium(host: Page, phones: list[Phone]) -> None:
    """The podium must show the points that the answers earned, and each phone its own place."""
    places = ranks_of([phone.points for phone in phones])
    podium = host.get_by_role("list", name="Podium")
    for phone, place in zip(phones, places, strict=True):
        line = podium.get_by_role("listitem").filter(has_text=phone.name)
        await expect(line).to_contain_text(f"{phone.points:,} points")
        await expect(phone.page.get_by_role("list", name="Podium")).to_contain_text(phone.name)
        first = "You won!" if places.count(1) == 1 else "You share 1st place!"
        heading = first if place == 1 else f"You are {place}{'nd' if place == 2 else 'rd'}"
        await expect(phone.page.get_by_role("heading", name=heading)).to_be_visible()
        assert phone.problems == []


async def check_log(host: Page, phone: Phone, folder: Path) -> None:
    """The host's page saves a log that replays, and the receipts that a phone shows are in it."""
    await host.get_by_role("button", name="Full results").click()
    async with host.expect_download() as downloading:
        await host.get_by_role("button", name="Download the log").click()
    download = await downloading.value
    assert download.suggested_filename.endswith("-log.jsonl")
    await download.save_as(folder / "log.jsonl")
    log = log_file.read((folder / "log.jsonl").read_bytes())
    assert Replay(log).run().head.log_hash.hex() == log.head
    await expect(host.get_by_text("The log ends in")).to_contain_text(log.head[:20])
    await phone.page.get_by_text("Receipts of your answers").click()
    receipts = await phone.page.locator("details code").all_inner_texts()
    assert len(receipts) == len(phone.quiz.questions)
    assert set(receipts) <= set(log.receipts)


async def test_a_sample_quiz_to_the_podium(site: Site, tmp_path: Path) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await host.get_by_role("button", name=SAMPLE.title).click()
        phones = await play(browser, host, site.address, SAMPLE, ["Ada", "Grace", "Linus"])
        await check_podium(host, phones)
        await check_log(host, phones[0], tmp_path)
        assert problems == []


async def test_an_uploaded_quiz_on_two_gateways_and_two_coordinators(tmp_path: Path, redis_url: str) -> None:
    gateways = [gateway(tmp_path, redis_url, number) for number in range(2)]
    coordinators = [coordinator(tmp_path, redis_url, number) for number in range(2)]
    async with running(*gateways, *coordinators), chromium() as browser:
        host, problems = await open_page(browser, f"{gateways[0].health}/host", PROJECTOR)
        await upload(host, "own.yaml", OWN.encode())
        own = msgspec.yaml.decode(OWN, type=Quiz)
        phones = await play(browser, host, gateways[1].health, own, ["Ada", "Grace", "Linus"])
        await check_podium(host, phones)
        assert problems == []


async def test_an_uploaded_file_with_markup_in_names_and_texts(site: Site) -> None:
    async with site.visit() as browser:
        host, problems = await open_page(browser, f"{site.address}/host", PROJECTOR)
        await upload(host, "own.yaml", OWN.encode())
        await expect(host.get_by_role("heading", name="<b>Markup</b> & more")).to_be_visible()
        own = msgspec.yaml.decode(OWN, type=Quiz)
        phones = await play(browser, host, site.address, own, ["<b>Bold</b>", "Ken", "عمر"])
        await check_podium(host, phones)
        assert problems == []


async def test_a_wrong_file_is_told_by_question_and_field(site: Site) -> None:
    async with site.visit() as browser:
        host, _ = await open_page(browser, f"{site.address}/host", PROJECTOR)
        wrong = OWN.replace("points: 500", "points: 5000").encode()
        await upload(host, "wrong.yaml", wrong)
        await host.get_by_role("button", name="Open the lobby").click()
        alert = host.get_by_role("alert").filter(has_text="Question 2")
        await expect(alert).to_contain_text(re.compile("points", re.IGNORECASE))


async def test_a_reloaded_lobby_still_shows_where_phones_can_join(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path, QUICKPOLL_PUBLIC_URL="http://quiz.example")
    async with running(quickpoll), chromium() as browser:
        host = await new_page(browser, PROJECTOR)
        await host.goto(f"{quickpoll.health}/host")
        await host.get_by_role("button", name=SAMPLE.title).click()
        await host.get_by_role("button", name="Open the lobby").click()
        code = await code_of(host)
        for _ in range(3):
            await expect(host.get_by_role("heading", name="Join at quiz.example")).to_be_visible()
            await host.reload()
        await Phone.join(await new_page(browser, PHONE), quickpoll.health, code, "Ada", SAMPLE)
        await host.get_by_role("button", name="Start").click()
        # Those who come late find it above the question, too.
        await expect(host.get_by_role("banner").get_by_text("quiz.example")).to_be_visible()


async def test_the_host_chooses_the_address_that_phones_can_reach(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path, QUICKPOLL_HOST="127.0.0.1")
    async with running(quickpoll), chromium() as browser:
        host = await new_page(browser, PROJECTOR)
        await host.goto(f"{quickpoll.health}/host")
        await host.get_by_role("button", name=SAMPLE.title).click()
        await host.get_by_role("button", name="Open the lobby").click()
        code = await code_of(host)
        # No other device gets to this address, so no QR code leads there.
        # The lobby says why: the server is in a container and cannot see the computer's address, or knows of none.
        why = host.get_by_role("status").filter(
            has_text=re.compile("Only this computer can reach this address|container|WSL")
        )
        await expect(why).to_be_visible()
        await expect(host.get_by_role("img", name="QR code to join")).to_be_hidden()
        await host.get_by_role("button", name="Another address").click()
        field = host.get_by_role("textbox", name="Another address")
        await field.fill("quiz.example/join")
        await field.press("Enter")
        await expect(host.get_by_role("alert")).to_contain_text("This is not an address.")
        await field.fill("quiz.example")
        await field.press("Enter")
        await host.get_by_role("button", name="Close").click()
        await expect(host.get_by_role("heading", name="Join at quiz.example")).to_be_visible()
        await expect(host.get_by_role("img", name="QR code to join")).to_be_visible()
        await host.reload()
        await expect(host.get_by_role("heading", name="Join at quiz.example")).to_be_visible()
        assert code in host.url


async def test_reload_and_lost_network_in_the_middle_of_a_question(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path)
    slow = OWN.replace("  - kind: single", "  - kind: single\n    time_limit_ms: 60000", 1)
    async with running(quickpoll), chromium() as browser:
        host, _ = await open_page(browser, f"{quickpoll.health}/host", PROJECTOR)
        await upload(host, "own.yaml", slow.encode())
        code = await lobby(host)
        quiz = msgspec.yaml.decode(slow, type=Quiz)
        ada, ken = [
            await Phone.join(await new_page(browser, PHONE), quickpoll.health, code, name, quiz)
            for name in ("Ada", "Ken")
        ]
        await host.get_by_role("button", name="Start").click()
        await ada.answer(0, correctly=True)
        await expect(ada.page.get_by_text("Locked in", exact=True)).to_be_visible()

        await host.reload()
        await expect(host.get_by_role("list", name="Still answering")).to_contain_text("Ken")
        await ada.page.reload()
        await expect(ada.page.get_by_text("Locked in", exact=True)).to_be_visible()

        # The server goes away while Ken taps: the answer is sent again by itself when it is back.
        await expect(ken.page.get_by_role("heading", name=quiz.questions[0].text)).to_be_visible()
        await quickpoll.stop()
        await expect(ken.page.get_by_text("Connection lost")).to_be_visible()
        await ken.answer(0, correctly=True)
        await quickpoll.start()
        await ken.sees_verdict(0)
        await ada.sees_verdict(0)
        await expect(host.get_by_role("button", name="Leaderboard")).to_be_visible()
