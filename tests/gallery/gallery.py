"""The gallery of every state (clients/web/src/gallery), served from its folder; no server of QuickPoll runs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.gallery.barriers import AXE

BUILT = Path(".gallery")
SIZES = {320: 640, 360: 740, 768: 1024, 1280: 720, 1366: 768, 1920: 1080}
"""Widths and heights, in CSS pixels: phones, a tablet, projectors."""
AXE_URL = "/axe.min.js"
PHONE = 360
PROJECTOR = 1280


class _Files(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        """The page for the root, else a file; among them axe, which a browser that got it from here keeps compiled."""
        if path == AXE_URL:
            return str(AXE)
        return super().translate_path("/gallery.html" if path.partition("?")[0] == "/" else path)

    def end_headers(self) -> None:
        """What stays as it is is asked for once: files with a hash in their name, and axe."""
        if self.path.startswith(("/assets/", AXE_URL)):
            self.send_header("Cache-Control", "max-age=3600, immutable")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The gallery's address, while it is served."""
    assert (BUILT / "gallery.html").exists(), "the gallery is not built: make gallery"
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(BUILT))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


async def show(page: Page, address: str, state: str, language: str = "en") -> None:
    """Opens a state and returns when it is there."""
    await page.goto(f"{address}/?state={state}&lang={language}", wait_until="commit")
    await page.wait_for_function("name => document.documentElement?.dataset.there === name", arg=state)


async def drawn(page: Page) -> None:
    """Returns when what has changed is drawn, with what follows from its size."""
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def states(page: Page, address: str) -> list[str]:
    """The names of all states."""
    await page.goto(f"{address}/")
    await page.wait_for_function("() => document.documentElement.dataset.there === ''")
    return list(await page.evaluate("window.states"))
