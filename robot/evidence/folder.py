"""A run's folder: `run.json`, `screenshots/`, `page/`, `traces/`, `console.jsonl`, `network.jsonl`, `mails.jsonl`.

Each text is redacted before it is written. A screenshot covers the fields that the settings call masked, and those they call
personal where something stands in them: a blank one is worth seeing.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot import private

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from robot.redaction import Redactor

PAGE_MS = 5_000  # a page that cannot be drawn within this is not worth the wait
MASK_COLOUR = "#5b6770"
# The places of those fields that hold something, among all that were found.
FILLED = """fields => fields.flatMap((field, place) =>
  ('value' in field ? field.value : field.textContent.trim()) ? [place] : [])"""


class RunFolder:
    """The evidence folder of one run."""

    def __init__(self, folder: Path, redactor: Redactor, masked: Sequence[str], personal: Sequence[str] = ()) -> None:
        self.folder = folder
        self._redactor = redactor
        self._masked = masked
        self._personal = personal
        self._pictures = 0
        for name in ("", "screenshots", "traces", "questions", "page"):
            private.make_folder(folder / name)

    def write_run(self, facts: Mapping[str, Any]) -> None:
        """Write `run.json` anew, whole: a reader never sees half of it."""
        self._replace("run.json", self._redactor.redact(json.dumps(facts, ensure_ascii=False, indent=1, default=str)))

    def write(self, name: str, text: str) -> None:
        """Write a text whole, redacted, under a name within the folder."""
        self._replace(name, self._redactor.redact(text))

    @property
    def covered(self) -> tuple[str, ...]:
        """Selectors of the fields whose values are kept nowhere."""
        return (*self._masked, *self._personal)

    def note(self, stream: str, **facts: Any) -> None:
        """Add a line with the time (UTC) to `STREAM.jsonl`."""
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **facts}, ensure_ascii=False, default=str)
        with open(self.folder / f"{stream}.jsonl", "a", encoding="utf-8", opener=private.opener) as file:
            file.write(self._redactor.redact(line) + "\n")

    def finding(self, finding: Mapping[str, Any], probes: Sequence[Mapping[str, Any]], seconds: float) -> None:
        """Note a finding and the probes it rests on in `findings.jsonl`; `seconds` since the wait before it ended."""
        self.note("findings", **finding, seconds=round(seconds, 2), probes=probes)

    def screenshot(self, page: Page, name: str, *, whole: bool = False) -> Path | None:
        """Picture of the window, or of the whole page, masked; None, and a line in the log, where it can no longer be drawn."""
        self._pictures += 1
        file = self.folder / "screenshots" / f"{self._pictures:02d}-{slug(name)}.png"
        try:
            page.screenshot(
                path=file,
                mask=self._veils(page),
                mask_color=MASK_COLOUR,
                full_page=whole,
                timeout=PAGE_MS,
            )
        except PlaywrightError as wrong:
            logger.bind(action="evidence.screenshot_failed").warning("{}: {}", file.name, str(wrong).splitlines()[0])
            return None
        self.note("pictures", file=file.name, name=name)
        return file

    def question(self, picture: Locator, name: str) -> Path:
        """Picture of what a person is asked about, as it is seen; the file that it is in."""
        file = self.folder / "questions" / f"{slug(name)}.png"
        picture.screenshot(path=file)
        return file

    def trace(self, number: int) -> Path:
        """Where a chunk of the trace goes."""
        return self.folder / "traces" / f"trace-{number:02d}.zip"

    def screenshots(self) -> list[Path]:
        """The pictures taken so far, in order."""
        return sorted((self.folder / "screenshots").glob("*.png"))

    def _veils(self, page: Page) -> list[Locator]:
        """What is covered: one question to the page, since a picture waits for it."""
        veils = [page.locator(selector) for selector in self._masked]
        if self._personal:
            fields = page.locator(", ".join(self._personal))
            veils += [fields.nth(place) for place in fields.evaluate_all(FILLED)]
        return veils

    def _replace(self, name: str, text: str) -> None:
        file = self.folder / name
        beside = file.with_name(f".{file.name}.new")
        with open(beside, "w", encoding="utf-8", opener=private.opener) as written:
            written.write(text)
        os.replace(beside, file)  # noqa: PTH105 - the atomic call, by its plain name


def slug(name: str) -> str:
    """A file name for a step's name: ASCII letters, digits and hyphens, at most 60 characters."""
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "step"
