"""`vss-robot notices`: a trial message to everybody whom the settings name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path


def send_trial(settings: Path | None, vault_fd: int | None) -> None:
    """Send it, and say which addresses did not take it; ends with 2 where one did not."""
    from robot.drive.notices import Notices

    with open_office(settings, vault_fd) as office:
        speaks, known = office.settings.language, office.settings.notices
        if not known.urls:
            sys.stderr.write(Text("notices.nobody").say(speaks) + "\n")
            sys.exit(2)
        failed = Notices(office).trial()
    for url in known.urls:
        key = "notices.failed" if url in failed else "notices.delivered"
        sys.stdout.write(Text(key, {"address": url}).say(speaks) + "\n")
    if failed:
        sys.exit(2)
