"""The QR code of a stage, as a phone in the last row sees it: small, dull, and with as long an address as there is."""

import base64
from pathlib import Path

from playwright.async_api import Page, expect
from zxingcpp import read_barcodes

from tests.system.browser import chromium, code_of, new_page
from tests.system.harness import running, serve
from tests.system.test_pages import SAMPLE

ADDRESS = "https://quizzes.department-of-linguistics.university.example"
# What a camera gets of a screen from eight times its height away, on a projector in a lit room.
SEEN_FROM_AFAR = """async (png) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const height = 240;
  const width = Math.round((picture.width / picture.height) * height);
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.filter = "contrast(40%)";
  canvas.imageSmoothingQuality = "high";
  canvas.drawImage(picture, 0, 0, width, height);
  const { data } = canvas.getImageData(0, 0, width, height);
  let grey = "";
  for (let at = 1; at < data.length; at += 4) grey += String.fromCharCode(data[at]);
  return [width, height, btoa(grey)];
}"""


async def scanned(page: Page, camera: Page) -> list[str]:
    """What a phone reads off the page from the last row."""
    png = base64.b64encode(await page.screenshot()).decode()
    width, height, grey = await camera.evaluate(SEEN_FROM_AFAR, png)
    picture = memoryview(base64.b64decode(grey)).cast("B", (height, width))
    return [found.text for found in read_barcodes(picture)]


async def test_the_last_row_can_scan_the_code(tmp_path: Path) -> None:
    quickpoll = serve(tmp_path, QUICKPOLL_PUBLIC_URL=ADDRESS)
    async with running(quickpoll), chromium() as browser:
        host = await new_page(browser, {"width": 1024, "height": 768}, scheme="dark", traced=False)
        camera = await new_page(browser, {"width": 100, "height": 100}, traced=False)
        await host.goto(f"{quickpoll.health}/host")
        await host.get_by_role("button", name=SAMPLE.title).click()
        await host.get_by_role("button", name="Open the lobby").click()
        link = f"{ADDRESS}/join/{await code_of(host)}"
        for width, height in ((1024, 768), (1920, 1080), (3840, 2160)):
            await host.set_viewport_size({"width": width, "height": height})
            assert await scanned(host, camera) == [link], width
        await host.set_viewport_size({"width": 1024, "height": 768})
        await host.keyboard.press("q")
        await expect(host.get_by_role("dialog")).to_be_visible()
        assert await scanned(host, camera) == [link]
