"""Opening the office for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.cli.terminal import language, unlocking
from robot.settings import find, load

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive import Office
    from robot.settings import Settings


def open_office(settings: Path | None, vault_fd: int | None = None, *, verbose: bool = False) -> Office:
    """Settings found and read, log started, vault and books opened.

    Raises:
        UsageError: any of it cannot be used.
    """
    file = find(settings)
    return office_of(file, load(file), vault_fd, verbose=verbose)


def office_of(file: Path, settings: Settings, vault_fd: int | None, *, verbose: bool) -> Office:
    """The same where the settings of `file` were read already."""
    from robot.drive import Office

    return Office.of(settings, unlocking(file, vault_fd, language()), verbose=verbose)
