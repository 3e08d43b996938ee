"""LibreOffice as somebody of a certain country has it, and what it makes of a file."""

import asyncio
from pathlib import Path
from typing import Final

from python_calamine import CalamineWorkbook

PATIENCE_S: Final = 180
"""It starts in seconds; a busy machine takes longer."""
CSV_BY_SEMICOLON: Final = "CSV:59,34,76,1,,{language},false,true"
"""How a German or French Excel reads a CSV: parted by `;`, in UTF-8, with the numbers of the language."""
LANGUAGES: Final = {"de-DE": 1031, "en-US": 1033, "fr-FR": 1036}
"""By their numbers in Windows, as LibreOffice takes them."""
_SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{locale}</value></prop>
</item>
</oor:items>
"""


async def opened(path: Path, locale: str, folder: Path) -> dict[str, list[list[object]]]:
    """Lets LibreOffice open a file and save it in its own format; returns the rows of each sheet by its name.

    Args:
        path: of the file, an XLSX or a CSV with semicolons.
        locale: of the country, one of LANGUAGES.
        folder: for its settings and for what it saves.
    """
    profile = folder / f"office-{locale}"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(_SETTINGS.format(locale=locale))
    out = folder / f"saved-{locale}"
    csv = [f"--infilter={CSV_BY_SEMICOLON.format(language=LANGUAGES[locale])}"] if path.suffix == ".csv" else []
    process = await asyncio.create_subprocess_exec(
        *("soffice", "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}", *csv),
        *("--convert-to", "ods", "--outdir", str(out), str(path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    # That there is no Java is nothing about the file.
    complaints = [line for line in complained.decode().splitlines() if "javaldx" not in line]
    assert (process.returncode, complaints) == (0, []), said.decode()
    return rows_of(out / f"{path.stem}.ods")


def rows_of(path: Path) -> dict[str, list[list[object]]]:
    """The rows of each sheet of a workbook (XLSX or ODS), as calamine reads them."""
    book = CalamineWorkbook.from_path(path)
    return {name: [list(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}
