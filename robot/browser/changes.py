"""Waiting for something on a page: looked for at once, and again as soon as anything on the page has changed.

Playwright's own waits look again after 20, 50, 100, 100 and then every 500 ms: what comes late is seen up to half a second later,
and what comes soon costs looks that see nothing. Here the page's own observer of changes says when a look is worth it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

UNSEEN_S: Final = 1.0  # what comes without a change in the tree (a style sheet, a picture) is seen no later than this
PAUSE_MS: Final = 25  # between two looks at a page that changes all the time
GOING: Final = ("Execution context was destroyed", "Cannot find context", "navigat")
NONE_YET: Final = 0
# The number of changes so far (from 1 on), as soon as it is another one than `known`, or after so many milliseconds.
NUMBER: Final = """([known, wait_ms]) => {
  const held = Symbol.for('vss-robot.changes');
  const state = document[held] ??= { number: 0, waiting: [] };
  if (!state.number) {
    state.number = 1;
    new MutationObserver(() => {
      state.number += 1;
      for (const go of state.waiting.splice(0)) go();
    }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  }
  if (state.number !== known) return state.number;
  return new Promise(go => {
    state.waiting.push(go);
    setTimeout(go, wait_ms);
  }).then(() => state.number);
}"""


def wait_until(page: Page, look: Callable[[], bool], within_s: float) -> bool:
    """Whether `look` saw what it looks for within so many seconds; it is called once at least, where the page answers at all.

    Within less than UNSEEN_S the page's own clock is not relied on: in a replay it stands still.

    Raises:
        PlaywrightError: the page or the browser has gone.
    """
    deadline, known = time.monotonic() + within_s, NONE_YET
    by_changes = within_s >= UNSEEN_S
    while True:
        begun = time.monotonic()
        try:
            if by_changes:
                known = _changed(page, known, max(deadline - time.monotonic(), 0.001))
            if look():
                return True
        except PlaywrightTimeout:
            return False
        except PlaywrightError as wrong:
            if not any(said in str(wrong) for said in GOING):
                raise
            known = NONE_YET
        left_ms = (deadline - time.monotonic()) * 1000
        if left_ms <= 0:
            return False
        if not by_changes or time.monotonic() - begun < PAUSE_MS / 1000:
            page.wait_for_timeout(min(PAUSE_MS, left_ms))


def _changed(page: Page, known: int, left_s: float) -> int:
    if known == NONE_YET:  # this wait has an end, where a page's script does not let go; what follows has none
        page.locator("html").wait_for(state="attached", timeout=left_s * 1000)
    number: int = page.evaluate(NUMBER, [known, round(min(left_s, UNSEEN_S) * 1000)])
    return number
