"""`vss-robot calibrate`: the portal's pages against the portal map, by the robot alone or with a person at the screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from robot.cli.opening import open_office
from robot.cli.running import say_ending
from robot.cli.terminal import Terminal, print_json
from robot.errors import NameUnknown, UsageError
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from robot.drive.calibration import Calibrated, MapLook
    from robot.drive.office import Office
    from robot.portalmap.survey import PageSeen

DRIFTED: Final = 15
"""Exit code: something that a flow touches is not as the portal map says."""


def run_check(org: str | None, pages: list[str], *, as_json: bool, office: tuple[Path | None, int | None, bool]) -> None:
    """Look at the pages, print what was seen, and end with 0, 15, or the code of the run that could not log in."""
    from robot.drive.calibration import Wanted, check_map

    settings, vault_fd, verbose = office
    with open_office(settings, vault_fd, verbose=verbose) as opened:
        _check_pages(opened, pages)
        terminal = Terminal(opened.settings.language)
        found = check_map(opened, org, terminal, Wanted(names=pages))
        if as_json:
            print_json(found.as_json())
        else:
            speaks = opened.settings.language
            sys.stdout.writelines(text.say(speaks) + "\n" for text in _told(found))
        if found.run is not None and found.run.exit_code:
            say_ending(found.run, terminal)
            sys.exit(found.run.exit_code)
    sys.exit(DRIFTED if found.touches_a_flow else 0)


def run_calibrate(org: str | None, pages: list[str], out: Path | None, office: tuple[Path | None, int | None, bool]) -> None:
    """Walk the pages with whoever sits there, and say what was written.

    Raises:
        UsageError: `nobody_there`: no terminal to be asked at.
    """
    from robot.drive.calibration import Wanted, calibrate

    if not sys.stdin.isatty():
        raise UsageError("nobody_there")
    settings, vault_fd, verbose = office
    with open_office(settings, vault_fd, verbose=verbose) as opened:
        _check_pages(opened, pages)
        terminal = Terminal(opened.settings.language)
        done = calibrate(opened, org, terminal, Wanted(names=pages), out)
        for text in _written(done, opened):
            terminal.say(text)
        if done.run is not None and done.run.exit_code:
            say_ending(done.run, terminal)
            sys.exit(done.run.exit_code)


def _check_pages(office: Office, pages: list[str]) -> None:
    from robot.portalmap import load_map

    own = office.settings.portal.map
    known = [name for name, page in load_map(own if own is not None and own.exists() else None).pages.items() if page.path]
    for name in pages:
        if name not in known:
            raise NameUnknown("page_unknown", name=name, known=", ".join(known))


def _told(found: MapLook) -> Iterator[Text]:
    for page in found.pages:
        yield from _page(page)
    if found.evidence is not None:
        yield Text("labels.map_evidence", {"folder": found.evidence})


def _page(page: PageSeen) -> Iterator[Text]:
    if page.state == "signed_out":
        yield Text("labels.map_signed_out", {"page": page.page})
        return
    looked = [each for each in page.elements if each.state != "later"]
    right = sum(each.state == "found" for each in looked)
    yield Text("labels.map_page", {"page": page.page, "address": page.address, "right": right, "all": len(looked)})
    for each in page.elements:
        if each.touches_a_flow:
            yield Text(f"map_states.{each.state}", {"name": each.name, "by": each.by})
        if each.stale:
            yield Text("labels.map_stale", {"name": each.name, "ways": ", ".join(each.stale)})
    for drift in page.drifts:
        yield drift.text()
    for control in page.new:
        key = "map_new_required" if control.required else "map_new"
        yield Text(f"labels.{key}", {"kind": Text(f"map_kinds.{control.kind}"), "name": control.label or control.control})
    for way in page.gone:
        yield Text("labels.map_gone", {"way": way})


def _written(done: Calibrated, office: Office) -> Iterator[Text]:
    if done.file is None:
        yield Text("labels.calibrate_nothing", {"folder": done.evidence or "-"})
        return
    yield Text("labels.calibrate_written", {"file": done.file, "folder": done.evidence or "-"})
    if office.settings.portal.map != done.file:
        yield Text("labels.calibrate_setting", {"file": done.file})
