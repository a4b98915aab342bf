"""Playing a recording as a test: the robot's player, the artefacts, and what is told of a replay that deviates."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from robot.drive.replay import Playing, replay
from robot.errors import RobotError
from robot.pytest_plugin.session import running_playwright, settings_file
from robot.settings import load as load_settings
from robot.settings import without_file
from robot.texts import LANGUAGES, Language

if TYPE_CHECKING:
    import pytest

    from robot.drive.replay import Replayed
    from robot.pytest_plugin.artefacts import Artefacts
    from robot.settings import Settings


class RecordingWarning(UserWarning):
    """A recording that grows old."""


class DeviatedError(Exception):
    """The replay was not what was recorded; a line for each thing."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))


def said(wrong: BaseException) -> str | None:
    """What a person is told of it; None of what is a fault of the program's."""
    if isinstance(wrong, DeviatedError):
        return str(wrong)
    return wrong.text.say(_language()) if isinstance(wrong, RobotError) else None


def play(request: pytest.FixtureRequest, robot_artefacts: Artefacts) -> None:
    """Replay the recording of the test, `request.node.folder`.

    Raises:
        DeviatedError: it drifted, failed, or is too old.
    """
    item = request.node
    extras = replace(robot_artefacts.extras(running_playwright(request)), lending=request.getfixturevalue("robot_lending"))
    playing = Playing(
        machine_settings(request.config),
        headed=robot_artefacts.headed,
        extras=extras,
        traced=robot_artefacts.traced,
        ended=robot_artefacts.take,
    )
    (result,) = replay([item.folder], playing)
    failed = result.state != "passed"
    robot_artefacts.keep(failed=failed)
    item.user_properties += [
        ("robot_state", result.state),
        ("robot_step", result.step or ""),
        ("robot_seconds", round(result.seconds, 2)),
        ("robot_live_seconds", round(result.live_s, 2)),
    ]
    if result.warning is not None:
        item.warn(RecordingWarning(result.warning.say(_language())))
    if failed:
        raise DeviatedError(deviations(result, _language()))


def deviations(result: Replayed, speaks: Language) -> list[str]:
    """A line for each thing that was not what was recorded, the first one first."""
    told: dict[tuple[str, str], str] = {}  # what is to be seen in several steps is told at the first
    for one in result.deviations:
        told.setdefault((one.name, one.text.say(speaks)), one.step)
    head = f"{result.state}: {result.folder}: {result.step or result.outcome}"
    return [head, *(f"  {step}: {name}: {said}" for (name, said), step in told.items())]


def machine_settings(config: pytest.Config) -> Settings:
    """Browser and extension of this machine: settings that are named, with `--robot-extension` over them."""
    file = settings_file(config)
    settings = load_settings(file) if file is not None else without_file()
    extension = config.getoption("--robot-extension")
    if extension is None:
        return settings
    browser = settings.browser.model_copy(update={"extension_dir": Path(extension).resolve()})
    return settings.model_copy(update={"browser": browser})


def _language() -> Language:
    wanted = os.environ.get("VSS_ROBOT_LANGUAGE", "en")
    return next((known for known in LANGUAGES if known == wanted), "en")
