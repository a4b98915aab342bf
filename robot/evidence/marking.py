"""An element marked on the page for as long as a picture is taken, or a person looks at it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

COLOUR: Final = "#d6336c"
# Playwright's own highlight is taken away by its masking of a screenshot.
SET: Final = """(element, colour) => {
  const before = element.getAttribute('style');
  element.style.setProperty('outline', `4px solid ${colour}`, 'important');
  return before;
}"""
RESET: Final = """(element, before) => {
  element.setAttribute('style', before || '');
  if (!before) element.removeAttribute('style');
}"""


@contextlib.contextmanager
def marked(element: Locator) -> Iterator[None]:
    """Outline the element within the block; its own style is put back afterwards, where it is still there."""
    handle = element.element_handle()
    before = handle.evaluate(SET, COLOUR)
    try:
        yield
    finally:
        with contextlib.suppress(PlaywrightError):
            handle.evaluate(RESET, before)
