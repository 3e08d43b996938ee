"""A Chromium that may write to a folder on disk, as after “Allow on every visit”, and that folder dropped on its page.

No test can press the buttons of the system's dialog. A drop hands over the same handle of the same folder.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from tests.system.browser import ARGUMENTS, STOCK, chromium_program

_PICKER = """
  window.showDirectoryPicker = () => new Promise((chosen) => {
    window.asked = true;
    const take = (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.type !== "drop") return;
      for (const name of ["dragenter", "dragover", "drop"]) removeEventListener(name, take, true);
      chosen(event.dataTransfer.items[0].getAsFileSystemHandle());
    };
    for (const name of ["dragenter", "dragover", "drop"]) addEventListener(name, take, true);
  });
"""


@asynccontextmanager
async def browser_with_folder(profile: Path, origin: str, folder: Path) -> AsyncIterator[Page]:
    """A page of a browser with a profile of its own, in which the pages of `origin` may read and write `folder`."""
    granted = {
        "path": str(folder),
        "display-name": folder.name,
        "is-directory": True,
        "readable": True,
        "writable": True,
    }
    exceptions: dict[str, Any] = {
        "file_system_access_chooser_data": {"setting": {"chosen-objects": [granted]}},
        "file_system_access_extended_permission": {"setting": 1},
    }
    preferences = {name: {f"{origin},*": value} for name, value in exceptions.items()}
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(
        json.dumps({"profile": {"content_settings": {"exceptions": preferences}}})
    )
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium_program(STOCK), args=ARGUMENTS, locale="en-GB", no_viewport=True
        )
        try:
            await context.add_init_script(_PICKER)
            yield await context.new_page()
        finally:
            await context.close()


async def drop(page: Page, folder: Path) -> None:
    """Drops a folder of the disk on a page that has asked for one."""
    await page.wait_for_function("window.asked")
    devtools = await page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for event in ("dragEnter", "dragOver", "drop"):
        await devtools.send("Input.dispatchDragEvent", {"type": event, "x": 100, "y": 100, "data": data})
