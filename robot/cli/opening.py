"""Opening the office for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.cli.terminal import language, unlocking
from robot.settings import find

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive import Office


def open_office(settings: Path | None, vault_fd: int | None = None, *, verbose: bool = False) -> Office:
    """Settings found and read, log started, vault and books opened.

    Raises:
        UsageError: any of it cannot be used.
    """
    from robot.drive import Office

    file = find(settings)
    return Office.open(file, unlocking(file, vault_fd, language()), verbose=verbose)
