"""The page at the end of a step: its aria snapshot with placeholders, as a recording keeps it, and what is unlike there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from robot.recording.aria import elements
from robot.recording.change import Change
from robot.recording.pages import page_changes

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from robot.recording.binding import Binding
    from robot.recording.model import Step

SETTLE_S: Final = 3.0  # a page that has just changed may still be changing
LOOK_MS: Final = 50


@dataclass
class Seen:
    """A step of a replay: its place in the recording (-1: none), and the page at its end."""

    place: int
    name: str
    aria: str | None = None
    address: str | None = None


def unlike(recorded: Step, aria: str, seen: Seen, page: Page, binding: Binding, settle_s: float = SETTLE_S) -> list[Change]:
    """What is different on the page, once it has had the time to settle; `seen` gets what was seen last."""
    was, until = elements(aria), time.monotonic() + settle_s
    while True:
        seen.aria = binding.hide(page.locator("body").aria_snapshot()) + "\n"
        seen.address = binding.hide(urlsplit(page.url).path)
        changes = list(page_changes(seen.name, was, elements(seen.aria)))
        if recorded.address is not None and recorded.address != seen.address:
            changes.insert(0, Change("address", seen.name, seen.name, recorded.address, seen.address))
        if not changes or time.monotonic() > until:
            return changes
        page.wait_for_timeout(LOOK_MS)
