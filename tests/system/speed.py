"""How fast this machine runs code just now, so that a budget of time means the same on every machine.

Chromium's throttling is relative: four times slower than a machine that is itself three times slower than another is no
longer the phone that was meant. As Lighthouse advises, the factor is therefore found by a short measurement.
"""

import time

from playwright.async_api import Browser

REFERENCE = 8.0
"""Rounds per ms of the two-core machine whose budgets these are."""
MEASURED_MS = 300
PYTHON_ROUNDS = 100_000
PYTHON_REFERENCE_S = 0.005
"""What so many rounds of a loop take on the same machine."""
COUNT_ROUNDS = """
  (ms) => {
    const start = performance.now();
    let rounds = 0;
    while (performance.now() - start < ms) {
      let text = "";
      for (let i = 0; i < 500; i += 1) text += String.fromCharCode(97 + ((i * 7) % 26));
      JSON.parse(JSON.stringify(text.split("").sort()));
      rounds += 1;
    }
    return rounds / ms;
  }
"""


async def slowness(browser: Browser) -> float:
    """How many times longer this machine takes for a page's code than the reference; below 1 where it is faster."""
    page = await browser.new_page()
    best = max([await page.evaluate(COUNT_ROUNDS, MEASURED_MS) for _ in range(2)])
    await page.close()
    return REFERENCE / float(best)


def python_slowness() -> float:
    """How many times longer this machine takes for Python's code than the reference; at least 1."""
    began = time.thread_time()
    total = 0
    for number in range(PYTHON_ROUNDS):
        total += number
    return max(1.0, (time.thread_time() - began) / PYTHON_REFERENCE_S)
