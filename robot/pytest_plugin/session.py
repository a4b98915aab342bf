"""The fixture `robot_session`: settings and organisation found, the office opened, a session handed over."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from robot.browser.lent import Lending
from robot.drive.handed import handed
from robot.drive.office import Office
from robot.drive.quiet import Quiet
from robot.errors import SettingsError, UsageError, VaultClosed
from robot.settings import SETTINGS_VARIABLE, VAULT_FD_VARIABLE, find
from robot.vault import pass_phrase_from_fd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Playwright

    from robot.flow import Session
    from robot.pytest_plugin.artefacts import Artefacts


def session_of(request: pytest.FixtureRequest, artefacts: Artefacts, failed: Callable[[], bool]) -> Iterator[Session]:
    """The session, and after the test the artefacts that its options ask for."""
    file, unlock, environment = _place(request)
    marker = request.node.get_closest_marker("robot")
    named = dict(marker.kwargs) if marker is not None else {}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with Office.open(file, unlock) as opened:
            evidence = opened.settings.evidence.model_copy(update={"trace": artefacts.traced})
            office = replace(opened, settings=opened.settings.model_copy(update={"evidence": evidence}))
            key = named.get("org") or request.config.getoption("--robot-org") or _only(list(office.settings.organisations))
            extras = artefacts.extras(running_playwright(request))
            signatures = int(named.get("signatures", 0))
            folder: Path | None = None
            try:
                with handed(office, key, Quiet(), extras, failed, headed=artefacts.headed, signatures=signatures) as session:
                    folder = evidence.folder / session.run
                    yield session
            finally:
                if folder is not None:
                    artefacts.take(folder)
                artefacts.keep(failed=failed())


def running_playwright(request: pytest.FixtureRequest) -> Playwright | None:
    """pytest-playwright's Playwright, where that plugin is: a thread has one only."""
    if not request.config.pluginmanager.hasplugin("playwright"):
        return None
    found: Playwright = request.getfixturevalue("playwright")
    return found


def lending_of(request: pytest.FixtureRequest, profile: Path) -> Iterator[Lending | None]:
    """The browser that is lent to one replay after the other, ended with the session."""
    playwright, option = running_playwright(request), request.config.getoption
    if playwright is None or option("--video", default="off") != "off" or option("--slowmo", default=0):
        yield None
        return
    lending = Lending(playwright, profile)
    yield lending
    lending.close()


def settings_file(config: pytest.Config) -> Path | None:
    """The settings: those of `--robot-settings`, of VSS_ROBOT_SETTINGS, or robot.toml; None where there are none."""
    named = config.getoption("--robot-settings")
    try:
        return find(Path(named) if named else None)
    except SettingsError:
        if named or os.environ.get(SETTINGS_VARIABLE):
            raise
        return None


def _place(request: pytest.FixtureRequest) -> tuple[Path, Callable[[], str], dict[str, str]]:
    """Settings, how their vault is opened, and variables for the processes that are started."""
    if not request.config.getoption("--robot-settings") and "world" in request.fixturenames:
        world: Any = request.getfixturevalue("world")
        phrase: Path = world.layout.pass_phrase
        return world.layout.settings, lambda: phrase.read_text(encoding="utf-8").strip(), dict(world.environment)
    named = settings_file(request.config)
    return named if named is not None else find(None), _unlock, {}


@cache
def _unlock() -> str:
    """The vault's pass phrase by the descriptor that is named, read once; nobody can be asked within a test."""
    descriptor = os.environ.get(VAULT_FD_VARIABLE, "")
    if not descriptor.isdecimal():
        raise VaultClosed("vault_needs_unlock", file="vault")
    return pass_phrase_from_fd(int(descriptor))


def _only(keys: list[str]) -> str:
    if len(keys) != 1:
        raise UsageError("organisation_needed", known=", ".join(keys) or "-")
    return keys[0]
