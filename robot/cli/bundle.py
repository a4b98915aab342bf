"""`vss-robot bundle`: a run packed for a help desk; the file's path on stdout, everything else on stderr."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.errors import VaultClosed
from robot.report import Cover, check_bundle, make_bundle
from robot.texts import Text

if TYPE_CHECKING:
    from robot.drive import Office


def write_bundle(settings: Path | None, vault_fd: int | None, run: str, out: Path | None) -> None:
    """One zip file; a vault that nobody is there to unlock is no reason not to get help, but it is said.

    Raises:
        UsageError: no such run, its evidence is gone, the file exists, or the pass phrase is wrong.
    """
    with open_office(settings, vault_fd) as office:
        office.ledger.reap()
        newest = office.ledger.runs(1) if run == "last" else []
        row = newest[0] if newest else office.ledger.run(run)
        file = out or Path(f"vss-{row.id}.zip")
        check_bundle(row, file)
        cover = Cover(office.redactor, office.settings)
        _learn(cover, office, row.organisation)
        made = make_bundle(row, office.ledger, office.settings, cover, file)
        speaks = office.settings.language
        said = [Text("report.packed", {"file": made.file, "number": len(made.names)})]
        if made.stayed:
            said.append(Text("report.stayed_behind", {"names": ", ".join(stayed.name for stayed in made.stayed)}))
        for text in said:
            sys.stderr.write(text.say(speaks) + "\n")
        sys.stdout.write(f"{made.file.resolve()}\n")


def _learn(cover: Cover, office: Office, organisation: str) -> None:
    try:
        cover.learn(office.vault, organisation)
    except VaultClosed as closed:
        if closed.text.key != "errors.vault_needs_unlock":
            raise
        sys.stderr.write(Text("report.vault_closed").say(office.settings.language) + "\n")
