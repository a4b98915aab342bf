"""QA's pytest plugin: a test a recording (`pytest --recordings DIR`), and fixtures for tests that drive the robot's own browser.

It is loaded by every pytest of the environment, so nothing of the robot is imported before a test needs it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from robot.browser.lent import Lending
    from robot.flow import Session
    from robot.pytest_plugin.artefacts import Artefacts

_FAILED = pytest.StashKey[bool]()
_RECORDING = "recording.json"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's options."""
    group = parser.getgroup("vss-robot", "vss-robot")
    group.addoption(
        "--recordings",
        metavar="DIR",
        action="append",
        default=[],
        help="Replay a recording, or all that lie below a folder: a test each. Without other arguments only these are collected.",
    )
    group.addoption(
        "--robot-extension", metavar="DIR", default=None, help="The unpacked signing extension, over that of the settings."
    )
    group.addoption(
        "--robot-settings",
        metavar="FILE",
        default=None,
        help="Settings of the robot: for replays its browser, for robot_session all.",
    )
    group.addoption("--robot-org", metavar="KEY", default=None, help="The organisation of robot_session, by its key.")


def pytest_configure(config: pytest.Config) -> None:
    """The plugin's marker; folders of recordings are collected beside what was named, or alone where nothing was."""
    folders = config.getoption("--recordings")
    if folders and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = []
    config.args += [folder for folder in folders if folder not in config.args]
    config.addinivalue_line(
        "markers", "robot(org, signatures=0): the organisation of robot_session, and how many signatures the test may have made"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A recording that `--recordings` asks for."""
    folders = parent.config.getoption("--recordings")
    if not folders or file_path.name != _RECORDING:
        return None
    if not any(file_path.is_relative_to(Path(parent.config.invocation_params.dir, folder).resolve()) for folder in folders):
        return None
    from robot.pytest_plugin.items import RecordingFile

    return RecordingFile.from_parent(parent, path=file_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether a test has failed: its artefacts are kept or not by that."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The stand-in world as running processes, one a test session; skipped where the package `fixtures` is not installed."""
    from robot.pytest_plugin.standing import stand_in

    yield from stand_in(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="session")
def robot_lending(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lending | None]:
    """One browser for all replays of a test session; None where each has its own (a video is a browser's, and so is haste)."""
    from robot.pytest_plugin.session import lending_of

    yield from lending_of(request, tmp_path_factory.mktemp("robot-browser"))


@pytest.fixture
def robot_artefacts(request: pytest.FixtureRequest) -> Artefacts:
    """What is recorded of the test's browser; whoever runs a browser keeps it at the end."""
    from robot.pytest_plugin.artefacts import Artefacts

    return Artefacts(request)


@pytest.fixture
def robot_session(request: pytest.FixtureRequest, robot_artefacts: Artefacts) -> Iterator[Session]:
    """A session with the extension's browser: `robot_session.page` is Playwright's page, `step`, `expect_form` and all else too.

    The settings are those of `--robot-settings`, of a world that the test asks for, of VSS_ROBOT_SETTINGS, or of robot.toml; the
    organisation is that of the marker `robot`, of `--robot-org`, or the only one there is.
    """
    from robot.pytest_plugin.session import session_of

    yield from session_of(request, robot_artefacts, lambda: request.node.stash.get(_FAILED, False))


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Which settings are used, where they were named."""
    named = config.getoption("--robot-settings")
    return [f"vss-robot: settings {Path(named)}"] if named else []
