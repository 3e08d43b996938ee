"""Retakes the film strip of each kind of question: `make pictures`, from the gallery as it is built.

A strip has the phone and the stage while the question is open, and both with its result, side by side as a WebP file.
"""

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.gallery.gallery import PROJECTOR, SIZES, served
from tests.gallery.pictures import folder_given, taken
from tests.system.browser import chromium, new_page

FOLDER: Final = Path("docs/pictures/kinds")
HEIGHT: Final = 360
"""Of a strip, in pixels."""
QUALITY: Final = 0.7
STRIPS: Final[dict[str, tuple[str, ...]]] = {
    "single": ("player-question", "stage-question", "player-correct", "stage-results"),
    "multiple": (
        "player-question-multiple",
        "stage-question-multiple",
        "player-incorrect-multiple",
        "stage-results-multiple",
    ),
    "true_false": (
        "player-question-true-false",
        "stage-question-true-false",
        "player-correct-true-false",
        "stage-results-true-false",
    ),
    "poll": ("player-question-poll", "stage-question-poll", "player-poll", "stage-results-poll"),
    **{
        name: (f"player-question-{name}", f"stage-question-{name}", f"player-result-{name}", f"stage-results-{name}")
        for name in ("text", "number", "slider", "order", "match", "words", "open", "scale", "ranking")
    },
    "slide": ("player-question-slide", "stage-question-slide"),
}
"""The states of the gallery that a strip consists of, by the kind of question; `slider` is a number, too."""

JOIN: Final = """async ([pictures, height, quality]) => {
  const images = await Promise.all(pictures.map(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    return image;
  }));
  const gap = height / 30;
  const widths = images.map((image) => Math.round((image.width * height) / image.height));
  const canvas = document.createElement("canvas");
  canvas.width = widths.reduce((sum, width) => sum + width + gap, -gap);
  canvas.height = height;
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  let left = 0;
  images.forEach((image, index) => {
    pen.save();
    pen.beginPath();
    pen.roundRect(left, 0, widths[index], height, height / 40);
    pen.clip();
    pen.drawImage(image, left, 0, widths[index], height);
    pen.restore();
    left += widths[index] + gap;
  });
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


def index(names: Sequence[str]) -> str:
    """The page that shows them all."""
    lines = ["# Every kind of question", "", "On phone and stage, open and closed. Taken by `make pictures`."]
    for name in names:
        lines += ["", f"## {name}", "", f"![{name}: phone and stage, while it is open and afterwards]({name}.webp)"]
    return "\n".join(lines) + "\n"


async def main() -> None:
    """Reads the arguments and takes the pictures."""
    folder = folder_given("tests.gallery.strip", __doc__, FOLDER)
    with served() as address:
        async with chromium() as browser:
            page = await new_page(browser, {"width": PROJECTOR, "height": SIZES[PROJECTOR]})
            for name, states in STRIPS.items():
                pictures = [base64.b64encode(await taken(page, address, state)).decode() for state in states]
                strip = await page.evaluate(JOIN, [pictures, HEIGHT, QUALITY])
                (folder / f"{name}.webp").write_bytes(base64.b64decode(strip))
    (folder / "README.md").write_text(index(list(STRIPS)))


if __name__ == "__main__":
    asyncio.run(main())
