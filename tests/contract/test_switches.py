"""The browser of replays is started with Playwright's own switches."""

import sys

import pytest
from playwright.sync_api import Error as PlaywrightError

from robot.browser.launch import DROPPED_DEFAULTS
from robot.browser.listening import PLAYWRIGHTS, UNSEEN
from robot.browser.switches import ADDRESS_BAR_OFF, PLAYWRIGHTS_OFF, own_arguments
from robot.settings import Settings

# Of Edge; those that say which profile and how it is driven.
ELSEWHERE = ("--disable-edgeupdater", "--edge-skip-compat-layer-relaunch", "--user-data-dir", "--remote-debugging-pipe")


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for the browser")
def test_a_browser_that_listens_has_the_switches_of_one_that_playwright_starts(playwright, tmp_path):
    """A program that writes down what it is started with, and ends, is started in place of a browser."""
    program, told = tmp_path / "browser", tmp_path / "told"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}\n', encoding="utf-8")
    program.chmod(0o700)
    with pytest.raises(PlaywrightError):
        playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=program, ignore_default_args=[*DROPPED_DEFAULTS], chromium_sandbox=True
        )
    switches = [line for line in told.read_text(encoding="utf-8").splitlines() if not line.startswith(ELSEWHERE)]
    edge = {"msForceBrowserSignIn", "msEdgeUpdateLaunchServicesPreferredVersion"}
    off = f"--disable-features={','.join(PLAYWRIGHTS_OFF)}"
    assert sorted([*PLAYWRIGHTS, off, *UNSEEN, "about:blank"]) == sorted(_without(switch, edge) for switch in switches)


def _without(switch, names):
    name, _, values = switch.partition("=")
    return f"{name}={','.join(value for value in values.split(',') if value not in names)}" if values else switch


def test_what_is_switched_off_is_so_beside_playwrights_own():
    """Of two such switches Chrome heeds the last alone, which is ours: it has both lists."""
    (off,) = [switch for switch in own_arguments(Settings()) if switch.startswith("--disable-features=")]
    assert {*PLAYWRIGHTS_OFF, *ADDRESS_BAR_OFF} == set(off.partition("=")[2].split(","))
