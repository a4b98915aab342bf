"""Starting the browser with the signing extension, and ending it with all it started.

An extension loads only into a persistent context, so there is one browser a session. The robot handles signals itself:
Playwright's own handlers would close the browser before evidence is written.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil
from loguru import logger
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from robot.browser.find import find_browser
from robot.browser.installed import await_installed
from robot.browser.policy import family, may_install
from robot.browser.switches import own_arguments
from robot.browser.temporary import Temporary
from robot.errors import BrowserFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Playwright

    from robot.browser.lent import Lending
    from robot.browser.profile import Profile
    from robot.settings import Settings

# Playwright's defaults that would keep an installed extension from running or from being updated.
DROPPED_DEFAULTS = ("--disable-extensions", "--disable-component-extensions-with-background-pages")
FETCHING_DEFAULT = "--disable-background-networking"  # would keep the browser from fetching what a policy installs
HARMLESS = re.compile(r"/sys/|dbus|D-Bus", re.IGNORECASE)  # what Chrome complains of on any server, and starts all the same
GRACE_S = 3.0  # how long an ended browser's processes may take to go by themselves


@dataclass(frozen=True)
class Extras:
    """What a test runner wants of a browser beside the settings; an ordinary run wants nothing.

    `playwright` runs already and is left running (a thread has one Playwright only). `closing` is called while the pages are
    still there. `lending` has a browser that runs already (`robot.browser.lent`).
    `started` is a Playwright for the first launch.
    """

    playwright: Playwright | None = None
    slow_mo_ms: float = 0
    video_folder: Path | None = None
    closing: Callable[[BrowserContext], None] | None = None
    lending: Lending | None = None
    started: Started | None = None

    def options(self) -> dict[str, Any]:
        """What goes to Playwright's own launch."""
        options: dict[str, Any] = {"slow_mo": self.slow_mo_ms} if self.slow_mo_ms else {}
        return options if self.video_folder is None else {**options, "record_video_dir": self.video_folder}


NO_EXTRAS = Extras()


@dataclass
class Started:
    """Playwright, started before a browser is wanted; the first launch takes it over, and ends it with its browser."""

    _playwright: Playwright | None

    def take(self) -> Playwright | None:
        """It, once."""
        playwright, self._playwright = self._playwright, None
        return playwright

    def end(self) -> None:
        """End it, if nobody has taken it."""
        playwright = self.take()
        if playwright is not None:
            playwright.stop()


def start_ahead(profile: Profile) -> Started:
    """Start Playwright for a browser on `profile`; a start that fails is left to the launch to tell."""
    try:
        with Temporary.of(profile).for_children():
            return Started(sync_playwright().start())
    except (OSError, PlaywrightError):
        return Started(None)


@dataclass
class Browser:
    """A running browser: one persistent context on one profile."""

    context: BrowserContext
    profile: Profile
    _playwright: Playwright
    extras: Extras = field(default=NO_EXTRAS)

    @property
    def version(self) -> str:
        """Chrome's version, as `156.0.8078.79`."""
        running = self.context.browser
        return running.version if running is not None else ""

    def close(self) -> None:
        """End the browser and everything it started; a browser that does not go by itself is killed."""
        with contextlib.suppress(PlaywrightError):
            if self.extras.closing is not None:
                self.extras.closing(self.context)
        with contextlib.suppress(PlaywrightError):
            self.context.close()
        with contextlib.suppress(PlaywrightError):
            _stop(self._playwright, self.extras)
        kill(self.profile, grace_s=GRACE_S)
        Temporary.of(self.profile).clear()


def kill(profile: Profile, *, grace_s: float = 0) -> None:
    """See to it that no process of the profile lives, nor a child of one (a native host), after at most `grace_s`."""
    living = profile.processes()
    for process in list(living):
        with contextlib.suppress(psutil.Error):
            living.extend(child for child in process.children(recursive=True) if child not in living)
    if grace_s:
        _, living = psutil.wait_procs(living, timeout=grace_s)
    for process in living:
        with contextlib.suppress(psutil.Error):
            process.kill()


def launch(
    settings: Settings, profile: Profile, host_program: Path | None, *, headed: bool, extras: Extras = NO_EXTRAS
) -> Browser:
    """Start the browser on `profile` with the extension, its native host registered.

    Raises:
        BrowserMissing: no browser.
        UsageError: a window is wanted and there is no screen; or the profile is in use.
        SettingsError: the unpacked extension is not where the settings say.
        BrowserFailed: it did not start.
    """
    windowed = headed or not settings.browser.headless
    if windowed and sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise UsageError("no_screen")
    if extras.lending is not None:
        return extras.lending.lend(settings, host_program, headed=headed, extras=extras)
    profile.make_ready()
    temporary = Temporary.of(profile)
    temporary.make_ready()
    signing = settings.signing
    if signing.write_manifest and host_program is not None and signing.host_name:
        profile.write_host_manifest(signing.host_name, host_program, settings.browser.extension_id, *signing.extension_ids)
    with temporary.for_children():
        ahead = extras.started.take() if extras.started is not None else None
        playwright = extras.playwright or ahead or sync_playwright().start()
    try:
        program = find_browser(settings.browser.executable, playwright.chromium.executable_path)
        width, height = settings.browser.window
        context = playwright.chromium.launch_persistent_context(
            profile.folder,
            executable_path=program,
            headless=not windowed,
            args=own_arguments(settings),
            ignore_default_args=[*DROPPED_DEFAULTS, *([] if settings.browser.extension_dir else [FETCHING_DEFAULT])],
            chromium_sandbox=not as_root(),
            env={**environment(), **temporary.environment()},
            locale=settings.browser.language,
            viewport={"width": width, "height": height},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
            **extras.options(),
        )
    except PlaywrightError as wrong:
        _stop(playwright, extras)
        kill(profile)
        raise BrowserFailed("browser_failed", why=why_not(wrong)) from wrong
    except BaseException:
        _stop(playwright, extras)
        raise
    context.set_default_timeout(settings.timers.page_s * 1000)
    browser = Browser(context, profile, playwright, extras)
    # Without a policy that installs it nothing is on its way: an extension added by hand is there, or it is missing.
    if settings.browser.extension_dir is None and may_install(settings.browser.extension_id, family(program)):
        await_installed(context, profile, settings.browser.extension_id, settings.timers.install_s)
    logger.bind(action="browser.started").debug("{} {}", program, browser.version)
    return browser


def _stop(playwright: Playwright, extras: Extras) -> None:
    if extras.playwright is None:
        playwright.stop()


def as_root() -> bool:
    """Whether Chrome's sandbox must stay off because the robot runs as root (Chrome refuses it then)."""
    return sys.platform != "win32" and os.geteuid() == 0


def environment() -> dict[str, str]:
    """The environment without what is the robot's own: Chrome hands it on to every native host."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}


def why_not(wrong: Exception) -> str:
    """The browser's own last word in Playwright's report (a missing library, no screen), else the report's first line."""
    told = re.finditer(r"\[err\] (?:.*ERROR:\S+ )?(.*(?:error|Missing|cannot|No such).*)", str(wrong))
    said = [line[1] for line in told if not HARMLESS.search(line[0])]
    return said[-1].strip() if said else str(wrong).strip().splitlines()[0]
