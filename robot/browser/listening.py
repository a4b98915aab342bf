"""A browser that listens for who drives it, on a port of 127.0.0.1 of the system's choice; started without Playwright.

Playwright's own start keeps a connection, which is told of everything that a page does: once more for each page of a browser
that others drive. So this one is started with the same switches (`PLAYWRIGHTS`; a test compares them) and nobody is connected.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from typing import TYPE_CHECKING, Final

import psutil
from loguru import logger

from robot.browser.find import find_browser
from robot.browser.launch import as_root, environment, kill
from robot.browser.switches import own_arguments
from robot.browser.temporary import Temporary
from robot.errors import BrowserFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from robot.browser.profile import Profile
    from robot.settings import Settings

# chromiumSwitches.ts of Playwright 1.65, without what concerns Edge, and without what would keep the extension from running; its
# features that are off stand in `switches`.
PLAYWRIGHTS: Final = (
    "--disable-field-trial-config",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-back-forward-cache",
    "--disable-breakpad",
    "--disable-component-update",
    "--no-default-browser-check",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--enable-features=CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies",
    "--allow-pre-commit-input",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--disable-prompt-on-repost",
    "--disable-renderer-backgrounding",
    "--disable-updater-scheduler",
    "--force-color-profile=srgb",
    "--metrics-recording-only",
    "--no-first-run",
    "--password-store=basic",
    "--use-mock-keychain",
    "--no-service-autorun",
    "--disable-search-engine-choice-screen",
    "--unsafely-disable-devtools-self-xss-warnings",
    "--enable-unsafe-swiftshader",
    "--disable-stack-profiler",
    "--disable-infobars",
    "--disable-sync",
    "--do-not-de-elevate",
)
UNSEEN: Final = (  # Playwright's too, where there is no window
    "--headless",
    "--hide-scrollbars",
    "--mute-audio",
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
)
BLANK: Final = "about:blank"
PORT_FILE: Final = "DevToolsActivePort"  # in the profile: the port, and the path of the browser's own address
LOG: Final = "started.log"
STARTS_S: Final = 30.0
LOOK_S: Final = 0.01


class Listening:
    """One browser; `endpoint` is where it listens, until `close`. Whoever has an account on this machine could drive it."""

    def __init__(self, settings: Settings, profile: Profile, own: str, *, headed: bool) -> None:
        """Start it; `own` is Playwright's browser, for a machine that has no other.

        Raises:
            BrowserMissing: no browser.
            SettingsError: the unpacked extension is not where the settings say.
            UsageError: the profile is in use.
            BrowserFailed: it did not start, or does not listen.
        """
        self._profile = profile
        self._temporary = Temporary.of(profile)
        program = find_browser(settings.browser.executable, own)
        profile.make_ready()
        self._temporary.make_ready()
        port_file = profile.folder / PORT_FILE
        port_file.unlink(missing_ok=True)
        log = profile.folder / LOG
        with log.open("wb") as said:
            self._process = psutil.Popen(
                [str(program), *_switches(settings, headed=headed), f"--user-data-dir={profile.folder}", *_first(headed=headed)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env={**environment(), **self._temporary.environment()},
            )
        try:
            self.endpoint = self._listens_at(port_file, log)
        except BaseException:
            self.close()
            raise
        logger.bind(action="browser.started").debug("{} {}", program, self.endpoint)

    @property
    def lives(self) -> bool:
        """Whether its process is there."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, and all that it has started: there is nothing in its profile that anybody will want."""
        kill(self._profile)
        with contextlib.suppress(psutil.Error):
            self._process.kill()
        self._process.wait()
        self._temporary.clear()

    def _listens_at(self, port_file: Path, log: Path) -> str:
        deadline = time.monotonic() + STARTS_S
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                port, path = port_file.read_text(encoding="ascii").split()  # not the whole of it is there at once
                return f"ws://127.0.0.1:{port}{path}"
            time.sleep(LOOK_S)
        raise BrowserFailed("browser_failed", why=_last_word(log))


def _last_word(log: Path) -> str:
    """What it has said last, without the place in its source."""
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return re.sub(r"^\[[^\]]*\] ", "", lines[-1]) if lines else "it does not say where it listens"


def _switches(settings: Settings, *, headed: bool) -> Iterator[str]:
    yield from PLAYWRIGHTS
    if not headed:
        yield from UNSEEN
    if as_root():
        yield "--no-sandbox"
    yield from own_arguments(settings)
    width, height = settings.browser.window
    yield f"--window-size={width},{height}"
    yield f"--screen-info={{{width}x{height}}}"
    yield f"--accept-lang={settings.browser.language}"
    yield "--remote-debugging-port=0"


def _first(*, headed: bool) -> Iterator[str]:
    """The first window; one without tabs and address, which draws less, where nobody sees it."""
    yield BLANK if headed else f"--app={BLANK}"
