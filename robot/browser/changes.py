"""Waiting for something on a page: looked for at once, and again as soon as anything on the page has changed.

Playwright's own waits look again after 20, 50, 100, 100 and then every 500 ms: what comes late is seen up to half a second later,
and what comes soon costs looks that see nothing. Here the page's own observer of changes says when a look is worth it.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

UNSEEN_S: Final = 1.0  # what comes without a change in the tree (a style sheet, a picture) is seen no later than this
PAUSE_MS: Final = 25  # between two looks at a page that changes all the time
GOING: Final = ("Execution context was destroyed", "Cannot find context", "navigat")
NONE_YET: Final = 0
STUCK_S: Final = 0.5  # beyond its time a page that answers has answered
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
                known = _changed(page, known, max(deadline - begun, 0.001))
            if look():
                return True
        except TimeoutError:
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
    """The number of changes. Asked with an end: a page whose script does not let go answers nobody, also in the midst of a wait.

    Raises:
        TimeoutError: that page.
    """
    wait_s = min(left_s, UNSEEN_S)
    # Playwright gives an evaluation no time of its own, and its waits with one do not end either while the page is stuck.
    asked = page._impl_obj.evaluate(NUMBER, [known, round(wait_s * 1000)])  # noqa: SLF001 - the same call, before it is waited for
    number: int = page._sync(asyncio.wait_for(asked, left_s + STUCK_S))  # noqa: SLF001 - how the library waits for its own
    return number
