"""Three browser engines behind one small interface: Chromium, stock Firefox and WebKit.

Each is driven over the standard protocol that it speaks by itself: Chromium by Playwright, Firefox by WebDriver BiDi,
WebKit (WebKitGTK's MiniBrowser, on a screen that only exists in memory) by WebDriver. Elements are found by role and
name, and pressed where they are on the screen, so what lies under something else cannot be pressed.
"""

import asyncio
import json
import os
import re
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from playwright.async_api import Page
from websockets.asyncio.client import ClientConnection, connect

from tests.system.browser import STOCK, launched, new_page, visit
from tests.system.harness import free_port

WITHIN_MS = 15_000
PHONE = (480, 800)
"""WebKit's window cannot be narrower."""
SCREEN = "1920x1200x24"
MINI_BROWSERS = "usr/lib/*/webkit2gtk-4*/MiniBrowser"
# See `browser.SHORT_LIVED`; nothing is kept of pages that were visited, and what changes is drawn ten times a second.
SHORT_LIVED_FIREFOX = {
    "javascript.options.ion": False,
    "dom.ipc.processPrelaunch.enabled": False,
    "fission.autostart": False,
    "places.history.enabled": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.sessionhistory.max_total_viewers": 0,
    "layout.frame_rate": 10,
}
SHORT_LIVED_WEBKIT = {"JSC_useDFGJIT": "0", "JSC_useFTLJIT": "0", "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}

# What people look for, as selectors. A name is the label, or else the text.
FIND = """
const ROLES = {
  button: "button, summary, a.button", heading: "h1, h2", textbox: "input, textarea", group: "[role=group]",
  list: "ul, ol", text: "p, strong, span, div, [role=status]", combobox: "select",
};
const named = (one) => (one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent).trim();
// A button at rest is not there to be pressed yet.
const shown = (one) =>
  one.checkVisibility() && one.getClientRects().length > 0 && one.getAttribute("aria-disabled") !== "true";
const find = (role, name) =>
  [...document.querySelectorAll(ROLES[role])].find((one) => shown(one) && (name === "" || named(one).includes(name)));
"""
# Resolves when the page has such an element and it rests; with null when that takes too long. It looks again and again:
# WebKit forgets a MutationObserver that nothing but its own callback refers to.
SEEN = (
    FIND
    + """
const until = performance.now() + within;
// Where it is counts once it no longer moves: fonts and what is loaded later push things about.
return (async () => {
  await document.fonts.ready;
  let before = "";
  while (performance.now() < until) {
    const one = find(role, name);
    one?.scrollIntoView({ block: "nearest" });
    const box = one?.getBoundingClientRect();
    const now = box ? `${box.x} ${box.y} ${box.width} ${box.height}` : "";
    if (box && now === before)
      return { name: named(one), disabled: one.disabled === true, x: box.x + box.width / 2, y: box.y + box.height / 2 };
    before = now;
    await new Promise((next) => setTimeout(next, 60));
  }
  return null;
})();
"""
)
SET = (
    FIND
    + """
const field = find(role, name);
field.value = value;
field.dispatchEvent(new Event(role === "combobox" ? "change" : "input", { bubbles: true }));
"""
)


class Window(ABC):
    """A page of one engine, with a storage of its own."""

    engine: str

    @abstractmethod
    async def goto(self, url: str) -> None:
        """Opens an address and returns when it has loaded."""

    @abstractmethod
    async def run(self, body: str, **values: Any) -> Any:
        """Runs the body of a function with these values by name; awaits a promise. Both ways as JSON."""

    @abstractmethod
    async def tap(self, x: float, y: float) -> None:
        """Presses the main button of the pointer at a point of the page's view."""

    @abstractmethod
    async def type(self, text: str) -> None:
        """Types on the keyboard, into what has the focus."""

    async def see(self, role: str, name: str = "") -> dict[str, Any]:
        """Waits for an element; returns its name, and where it is."""
        found = await self.run(SEEN, role=role, name=name, within=WITHIN_MS)
        if found is None:
            shown = await self.run("return document.body.innerText")
            raise AssertionError(f"{self.engine} shows no {role} named {name!r}, but:\n{shown}")
        return dict(found)

    async def press(self, role: str, name: str = "") -> None:
        """Presses an element in its middle."""
        found = await self.see(role, name)
        await self.tap(found["x"], found["y"])

    async def fill(self, name: str, text: str) -> None:
        """Types a text into a field."""
        await self.press("textbox", name)
        await self.type(text)

    async def set(self, role: str, name: str, value: str) -> None:
        """Gives a field its value at once, as pasting or choosing does."""
        await self.see(role, name)
        await self.run(SET, role=role, name=name, value=value)


class ChromiumWindow(Window):
    """By Playwright."""

    engine = "chromium"

    def __init__(self, page: Page) -> None:
        self.page = page

    async def goto(self, url: str) -> None:
        await self.page.goto(url)

    async def run(self, body: str, **values: Any) -> Any:
        return await self.page.evaluate(_function(body, values), list(values.values()))

    async def tap(self, x: float, y: float) -> None:
        await self.page.mouse.click(x, y)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)


class FirefoxWindow(Window):
    """By WebDriver BiDi (https://w3c.github.io/webdriver-bidi/)."""

    engine = "firefox"

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = count(1)
        self._context = ""

    async def open(self) -> None:
        """Begins a session and takes the page that is there."""
        await self._call("session.new", capabilities={})
        tree = await self._call("browsingContext.getTree")
        self._context = tree["contexts"][0]["context"]

    async def resize(self, width: int, height: int) -> None:
        """Gives the page this size, in CSS pixels."""
        size = {"width": width, "height": height}
        await self._call("browsingContext.setViewport", context=self._context, viewport=size)

    async def goto(self, url: str) -> None:
        await self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def run(self, body: str, **values: Any) -> Any:
        # As JSON in both directions: BiDi's own way of writing values is another.
        given = json.dumps(list(values.values()))
        done = await self._call(
            "script.callFunction",
            functionDeclaration=f"async () => JSON.stringify(await ({_function(body, values)})({given}) ?? null)",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert done["type"] == "success", done["exceptionDetails"]["text"]
        return json.loads(done["result"]["value"])

    async def tap(self, x: float, y: float) -> None:
        await self._call("input.performActions", context=self._context, actions=_tapping(x, y))

    async def type(self, text: str) -> None:
        await self._call("input.performActions", context=self._context, actions=_typing(text))

    async def _call(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(await self._socket.recv())).get("id") != number:
            pass  # an event
        assert answer["type"] == "success", f"{method}: {answer.get('message')}"
        return answer["result"]


class WebKitWindow(Window):
    """By WebDriver (https://w3c.github.io/webdriver/)."""

    engine = "webkit"

    def __init__(self, port: int, program: str) -> None:
        self._port = port
        self._program = program
        self._session = ""

    async def open(self) -> None:
        """Begins a session, which starts the browser."""
        options = {"binary": self._program, "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        answer = await self._call("POST", "", capabilities=wanted)
        self._session = f"/{answer['sessionId']}"

    async def close(self) -> None:
        """Ends the session, and with it the browser."""
        await self._call("DELETE", "")

    async def resize(self, width: int, height: int) -> None:
        """Gives the window this size, its tool bar included."""
        await self._call("POST", "/window/rect", width=width, height=height)

    async def goto(self, url: str) -> None:
        await self._call("POST", "/url", url=url)

    async def run(self, body: str, **values: Any) -> Any:
        script = (
            f"const done = arguments[1]; const run = {_function(body, values)};"
            "run(arguments[0]).then((value) => done([value ?? null]), (error) => done(String(error)));"
        )
        answer = await self._call("POST", "/execute/async", script=script, args=[list(values.values())])
        assert isinstance(answer, list), answer
        return answer[0]

    async def tap(self, x: float, y: float) -> None:
        await self._call("POST", "/actions", actions=_tapping(x, y))

    async def type(self, text: str) -> None:
        await self._call("POST", "/actions", actions=_typing(text))

    async def _call(self, method: str, path: str, **body: Any) -> Any:
        return await asyncio.to_thread(self._ask, method, f"/session{self._session}{path}", body)

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if method == "POST" else None)
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        assert not (isinstance(answer, dict) and "error" in answer), answer
        return answer


def _function(body: str, values: dict[str, Any]) -> str:
    return f"async ([{', '.join(values)}]) => {{ {body} }}"


def _tapping(x: float, y: float) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [
        {"type": "pointerMove", "x": round(x), "y": round(y), "origin": "viewport"},
        {"type": "pointerDown", "button": 0},
        {"type": "pointerUp", "button": 0},
    ]
    return [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": steps}]


def _typing(text: str) -> list[dict[str, Any]]:
    steps = [{"type": way, "value": letter} for letter in text for way in ("keyDown", "keyUp")]
    return [{"type": "key", "id": "keyboard", "actions": steps}]


@asynccontextmanager
async def chromium_window(width: int, height: int, *, as_people_have_it: bool) -> AsyncIterator[Window]:
    """A page in a Chromium."""
    async with launched(STOCK, as_people_have_it=as_people_have_it) as browser, visit(browser):
        yield ChromiumWindow(await new_page(browser, {"width": width, "height": height}, moving=True))


@asynccontextmanager
async def firefox_window(width: int, height: int, *, as_people_have_it: bool) -> AsyncIterator[Window]:
    """A page in a Firefox as it is installed, headless, with a profile of its own."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program, "no Firefox is installed: `make test` installs it, or apt-get install firefox-esr"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # English, and no page that asks for anything at the first start.
        settings: dict[str, object] = {
            "intl.accept_languages": "en-GB",
            "datareporting.policy.dataSubmissionEnabled": False,
        } | ({} if as_people_have_it else SHORT_LIVED_FIREFOX)
        lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in settings.items()]
        await asyncio.to_thread(Path(profile, "user.js").write_text, "\n".join(lines))
        arguments = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"]
        async with _process(program, *arguments) as process:
            address = await _said(process.stderr, re.compile(rb"BiDi listening on (ws://\S+)"))
            # A browser whose complaints nobody reads stands still when their pipe is full.
            reading = asyncio.create_task(_unread(process.stderr))
            try:
                async with connect(f"{address}/session", max_size=None) as socket:
                    window = FirefoxWindow(socket)
                    await window.open()
                    await window.resize(width, height)
                    yield window
            finally:
                reading.cancel()
                await asyncio.wait([reading])


@asynccontextmanager
async def webkit_window(width: int, height: int, *, as_people_have_it: bool) -> AsyncIterator[Window]:
    """A page in WebKitGTK's MiniBrowser."""
    programs = await asyncio.to_thread(lambda: [*Path("/").glob(MINI_BROWSERS)])
    assert programs, "no WebKit is installed: `make test` installs it, or apt-get install webkit2gtk-driver xvfb"
    port = free_port()
    async with AsyncExitStack() as stack:
        own = {"DISPLAY": await stack.enter_async_context(_screen())}
        own |= {} if as_people_have_it else SHORT_LIVED_WEBKIT
        await stack.enter_async_context(_process("WebKitWebDriver", f"--port={port}", own=own))
        await _listening(port)
        window = WebKitWindow(port, str(programs[0]))
        await window.open()
        await window.resize(width, height)
        try:
            yield window
        finally:
            await window.close()


@asynccontextmanager
async def _screen() -> AsyncIterator[str]:
    read, write = os.pipe()
    arguments = ["-displayfd", str(write), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    try:
        async with _process("Xvfb", *arguments, pass_fds=(write,)):
            number = await asyncio.to_thread(os.read, read, 16)
            yield f":{int(number)}"
    finally:
        os.close(read)
        os.close(write)


@asynccontextmanager
async def _process(
    program: str, *arguments: str, own: dict[str, str] | None = None, **options: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    # Without a sandbox, since the tests may run as root in a container.
    usual = {"DISPLAY": "", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "LC_ALL": "C.UTF-8"}
    environment = os.environ | usual | (own or {})
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=pipe,
        **options,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(5):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _said(stream: asyncio.StreamReader | None, pattern: re.Pattern[bytes]) -> str:
    assert stream
    async with asyncio.timeout(WITHIN_MS / 1000):
        async for line in stream:
            if found := pattern.search(line):
                return found[1].decode()
    raise AssertionError("the browser ended without a word")


async def _unread(stream: asyncio.StreamReader | None) -> None:
    assert stream
    while await stream.read(65_536):
        pass


async def _listening(port: int) -> None:
    async with asyncio.timeout(WITHIN_MS / 1000):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.02)


class Opens(Protocol):
    """Opens a window of this width and height, in CSS pixels; see `browser.launched`."""

    def __call__(self, width: int, height: int, *, as_people_have_it: bool) -> AbstractAsyncContextManager[Window]: ...


ENGINES: dict[str, Opens] = {"chromium": chromium_window, "firefox": firefox_window, "webkit": webkit_window}
