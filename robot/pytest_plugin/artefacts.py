"""What pytest-playwright's options ask to be kept, for the extension's persistent context, which that plugin does not record.

`--tracing`, `--screenshot`, `--full-page-screenshot`, `--video`, `--output`, `--headed` and `--slowmo` mean here what they mean
there, with the same file names. The trace is the robot's own: it has a gap wherever a secret is typed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import pytest
from playwright.sync_api import Error as PlaywrightError

from robot.browser.launch import Extras

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Playwright

PICTURE_MS = 5_000
KEPT = ("on", "retain-on-failure", "only-on-failure")
NO_FILM = "--video needs Playwright's own ffmpeg, which is not installed: run `python -m playwright install ffmpeg`"


class Artefacts:
    """The artefacts of one test; `keep` at its end puts what is wanted into the test's folder, the rest goes with the test."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request
        self._option = request.config.getoption
        wanted = any(self._wanted(option) != "off" for option in ("--tracing", "--screenshot", "--video"))
        self._folder = Path(request.getfixturevalue("output_path")) if wanted else None
        self._scratch = Path(tempfile.mkdtemp(prefix="vss-robot-artefacts-"))
        request.addfinalizer(lambda: shutil.rmtree(self._scratch, ignore_errors=True))
        self._pictures: list[Path] = []
        self._traces: list[Path] = []

    @property
    def traced(self) -> bool:
        """Whether traces are to be recorded."""
        return bool(self._wanted("--tracing") != "off")

    @property
    def headed(self) -> bool:
        """Whether the browser's window is to be shown."""
        return bool(self._option("--headed", default=False))

    def extras(self, playwright: Playwright | None) -> Extras:
        """What the launch of the browser needs of it; a test that is to have a video fails where none can be made."""
        video = self._scratch if self._wanted("--video") != "off" else None
        if video is not None and not can_film():
            pytest.fail(NO_FILM, pytrace=False)
        return Extras(playwright, float(self._option("--slowmo", 0)), video, self._closing)

    def take(self, evidence: Path) -> None:
        """Take the traces out of a run's evidence folder, before it goes."""
        for trace in sorted((evidence / "traces").glob("*.zip")):
            self._traces.append(Path(shutil.move(trace, self._scratch / f"{len(self._traces) + 1:02d}.zip")))

    def keep(self, *, failed: bool) -> list[Path]:
        """Move what is wanted into the test's folder; the files, which stand as properties in a JUnit report too."""
        ended = "failed" if failed else "finished"
        return [
            *self._kept("trace", "--tracing", self._traces, "trace", ".zip", failed=failed),
            *self._kept("screenshot", "--screenshot", self._pictures, f"test-{ended}", ".png", failed=failed),
            *self._kept("video", "--video", sorted(self._scratch.glob("*.webm")), "video", ".webm", failed=failed),
        ]

    def _kept(self, kind: str, option: str, files: list[Path], stem: str, ending: str, *, failed: bool) -> list[Path]:
        wanted = self._wanted(option)
        folder = self._folder
        if folder is None or not files or not (wanted == "on" or (failed and wanted in KEPT)):
            return []
        folder.mkdir(parents=True, exist_ok=True)
        numbered = kind == "screenshot" or len(files) > 1
        kept = []
        for number, file in enumerate(files, 1):
            target = folder / f"{stem}{f'-{number}' if numbered else ''}{ending}"
            shutil.move(file, target)
            self._request.node.user_properties.append((f"robot_{kind}", str(target)))
            kept.append(target)
        return kept

    def _closing(self, context: BrowserContext) -> None:
        """The last look at the pages, before the browser goes."""
        if self._wanted("--screenshot") == "off":
            return
        whole = bool(self._option("--full-page-screenshot", default=False))
        for page in context.pages:
            file = self._scratch / f"{len(self._pictures) + 1}.png"
            with contextlib.suppress(PlaywrightError):  # a page that cannot be drawn any more has no picture
                page.screenshot(path=file, full_page=whole, timeout=PICTURE_MS)
                self._pictures.append(file)

    def _wanted(self, option: str) -> Any:
        return self._option(option, "off")


def can_film() -> bool:
    """Whether Playwright has the program that makes a video: without it a browser told to record one never starts."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if named == "0":
        return True  # within Playwright's own package, where only it knows
    if named:
        folder = Path(named)
    elif sys.platform == "win32":
        folder = platformdirs.user_data_path(appauthor=False, appname="ms-playwright")
    else:
        folder = platformdirs.user_cache_path("ms-playwright")
    return any(folder.glob("ffmpeg-*/ffmpeg-*"))
