"""Undoing an upgrade: the new installation gets back what stood in it; the copies are moved aside, nothing is deleted."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from robot.errors import FolderUnusable, UpgradeStopped
from robot.kbhxh import guard
from robot.kbhxh.long import long_path, shown
from robot.kbhxh.record import Record, alone
from robot.kbhxh.survey import files
from robot.kbhxh.system import System, ThisSystem
from robot.kbhxh.upgrade import Progress, Silent, Upgrade

if TYPE_CHECKING:
    from pathlib import Path

    from robot.kbhxh.survey import Entry


def undo(new: Path, *, system: System | None = None, progress: Progress | None = None) -> Upgrade:
    """Undo the last upgrade of this folder, finished or not; started again after a break it goes on.

    Raises:
        FolderUnusable: there is none, or the program runs, or a file is locked; nothing was changed.
        UpgradeStopped: broke off on the way.
    """
    machine, listener = system or ThisSystem(), progress or Silent()
    place = long_path(new)
    guard.nothing_runs([guard.new_installation(place)], machine)
    try:
        with alone(place):
            return _undo(place, machine, listener)
    except OSError as wrong:
        raise UpgradeStopped("kbhxh_stopped", file=shown(wrong.filename or place), why=wrong.strerror or wrong) from wrong


def _undo(new: Path, system: System, progress: Progress) -> Upgrade:
    record = Record.newest(new)
    if record.state == "new":
        raise FolderUnusable("kbhxh_nothing_to_undo", folder=shown(new))
    plan = record.plan()
    guard.still_inside(new, record, plan.entries)
    there = [entry for entry in files(plan.entries) if (new / entry.path).is_file()]
    guard.nothing_held(new, new, there, system)
    record.set_state("undoing")
    progress.begin("undo", len(plan.entries))
    restored = 0
    for entry in reversed(plan.entries):
        restored += _put_back(entry, new, record)
        progress.tick(1)
    record.set_state("undone")
    carried = files(plan.entries)
    size = sum(entry.size for entry in carried)
    where = shown(record.folder)
    return Upgrade("undone", shown(plan.old), shown(new), len(carried), size, 0, restored, plan.outside, where, None)


def _put_back(entry: Entry, new: Path, record: Record) -> bool:
    """One entry as it was before; whether something was put back. A second time it does nothing."""
    place, before, undone = new / entry.path, record.aside(entry.path, original=True), record.folder / "undone" / entry.path
    if entry.kind == "folder":
        if not entry.existed:
            with contextlib.suppress(OSError):  # gone already, or holds something newer, which stays
                place.rmdir()
        return False
    had = os.path.lexists(before)
    ours = had or not entry.existed
    if ours and os.path.lexists(place) and not os.path.lexists(undone):
        undone.parent.mkdir(parents=True, exist_ok=True)
        place.replace(undone)
    if had:
        before.replace(place)
    return had
