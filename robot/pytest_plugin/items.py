"""A recording as a test: collected where its `recording.json` lies, played by the robot when it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from robot.pytest_plugin.artefacts import Artefacts

NAME: Final = "replay"


class RecordingFile(pytest.File):
    """The file `recording.json` of a recording: one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """The replay."""
        yield RecordingItem.from_parent(self, name=NAME, callobj=_replayed)


class RecordingItem(pytest.Function):
    """One replay."""

    @property
    def folder(self) -> Path:
        """The recording's folder."""
        return self.path.parent

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        """The recording, not the plugin's own code."""
        return self.path, None, self.folder.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ARG002 - pytest's own
        """What deviated, step by step, or the robot's own sentence, without our frames."""
        from robot.pytest_plugin.replaying import said

        return said(excinfo.value) or super().repr_failure(excinfo)


def _replayed(request: pytest.FixtureRequest, robot_artefacts: Artefacts) -> None:
    from robot.pytest_plugin.replaying import play

    play(request, robot_artefacts)
