"""The upgrade: `Data` and `Config` of the old installation carried into the new one, begun anew wherever it broke off."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from robot.errors import FolderUnusable, UpgradeStopped
from robot.kbhxh import guard
from robot.kbhxh.carry import Carrier, sum_of
from robot.kbhxh.crash import Crash, last_crash
from robot.kbhxh.long import long_path, shown
from robot.kbhxh.record import Plan, Record, alone
from robot.kbhxh.setup import SetUp, run_set_up
from robot.kbhxh.survey import files, is_link, link_text, met, status, survey
from robot.kbhxh.system import System, ThisSystem

if TYPE_CHECKING:
    from pathlib import Path

Phase = Literal["set_up", "survey", "copy", "verify", "undo"]


class Progress(Protocol):
    """Hears how it goes on: a phase begins with the bytes it will go through, then bytes as they are done."""

    def begin(self, phase: Phase, size: int) -> None:
        """A phase of `size` bytes begins."""
        ...

    def tick(self, size: int) -> None:
        """So many bytes more."""
        ...


class Silent:
    """Nobody listens."""

    def begin(self, phase: Phase, size: int) -> None:
        """Nothing."""

    def tick(self, size: int) -> None:
        """Nothing."""


class Options(NamedTuple):
    """How an upgrade is done: the new version's set-up to run first, and whether links that lead out are left out."""

    set_up: SetUp | None = None
    skip_links: bool = False


@dataclass(frozen=True)
class Upgrade:
    """What was done: counts of files, `aside` of those that stood in the new folder and were moved into the record."""

    outcome: Literal["done", "already", "undone"]
    old: str
    new: str
    files: int
    size: int
    resumed: int
    aside: int
    links_left_out: tuple[str, ...]
    record: str
    crash: Crash | None


def upgrade(
    old: Path, new: Path, options: Options | None = None, *, system: System | None = None, progress: Progress | None = None
) -> Upgrade:
    """Carry the old installation's data over into the new one, verify it by its sums, and leave the old one as it is.

    Raises:
        FolderUnusable: refused before anything was changed.
        UpgradeStopped: broke off on the way; the same call goes on from there.
    """
    chosen, machine, listener = options or Options(), system or ThisSystem(), progress or Silent()
    source, place = long_path(old), long_path(new)
    before = guard.old_installation(source)
    guard.apart(source, place)
    guard.nothing_runs([before], machine)
    if chosen.set_up is not None and Record.newest(place).state == "new":
        listener.begin("set_up", 0)
        seen = survey(source)
        run_set_up(chosen.set_up, place)
        if survey(source) != seen:
            raise UpgradeStopped("kbhxh_setup_changed_old", folder=shown(source))
        guard.apart(source, place)
    guard.nothing_runs([before, guard.new_installation(place)], machine)
    try:
        with alone(place):
            crash = last_crash(before.program, machine) if before.program else None
            return replace(_upgrade(source, place, chosen.skip_links, machine, listener), crash=crash)
    except OSError as wrong:
        raise UpgradeStopped("kbhxh_stopped", file=shown(wrong.filename or place), why=wrong.strerror or wrong) from wrong


def _upgrade(old: Path, new: Path, skip_links: bool, system: System, progress: Progress) -> Upgrade:  # noqa: FBT001 - handed on
    record = Record.newest(new)
    state = record.state
    if state == "undoing":
        raise FolderUnusable("kbhxh_undo_first", folder=shown(new))
    if state == "done":
        plan = record.plan()
        return _said("already", old, new, plan, record)
    progress.begin("survey", 0)
    plan = _plan(old, new, record, system, skip_links=skip_links)
    guard.still_inside(new, record, plan.entries)
    progress.begin("copy", sum(entry.size for entry in plan.entries))
    with record.journal() as journal:
        carrier = Carrier(old, new, record, journal, progress.tick)
        for entry in plan.entries:
            carrier.carry(entry)
    for entry in reversed(plan.entries):
        if entry.kind == "folder":
            carrier.dress(entry)
    if sys.platform != "win32":
        os.sync()
    progress.begin("verify", sum(entry.size for entry in plan.entries))
    _verify(old, new, plan, carrier.sums, progress)
    record.finish(plan, carrier.sums)
    record.set_state("done")
    return replace(_said("done", old, new, plan, record), resumed=carrier.resumed, aside=carrier.aside)


def _plan(old: Path, new: Path, record: Record, system: System, *, skip_links: bool) -> Plan:
    """The plan: made now, or the one that was broken off, where the old installation still is what it says."""
    seen = survey(old)
    if record.state == "new":
        if seen.outside and not skip_links:
            raise FolderUnusable("kbhxh_links_out", links=", ".join(seen.outside[:5]), count=len(seen.outside))
        entries = met(seen.entries, new)
        guard.nothing_held(old, new, entries, system)
        guard.room(new, entries, system)
        return record.begin(old, entries, seen.outside)
    plan = record.plan()
    if plan.old != str(old):
        raise FolderUnusable("kbhxh_other_old", folder=shown(new), old=shown(plan.old))
    if tuple(replace(entry, existed=False) for entry in plan.entries) != seen.entries:
        raise FolderUnusable("kbhxh_old_moved_on", old=shown(old))
    met(plan.entries, new)
    guard.nothing_held(old, new, plan.entries, system)
    copied = record.copied()
    guard.room(new, [entry for entry in plan.entries if entry.path not in copied], system)
    return plan


def _verify(old: Path, new: Path, plan: Plan, sums: dict[str, str], progress: Progress) -> None:
    """Everything is in its place, with the sum that was read, and the old installation is what it was at the beginning."""
    wrong = []
    for entry in plan.entries:
        place = new / entry.path
        found = status(place)
        if found is None:
            right = False
        elif entry.kind == "file":
            right = stat.S_ISREG(found.st_mode) and sum_of(place, progress.tick) == sums[entry.path]
        elif entry.kind == "link":
            right = is_link(found) and link_text(place) == entry.target
        else:
            right = stat.S_ISDIR(found.st_mode)
        if not right:
            wrong.append(entry.path)
    if wrong:
        raise UpgradeStopped("kbhxh_not_equal", count=len(wrong), files=", ".join(wrong[:5]))
    if survey(old).entries != tuple(replace(entry, existed=False) for entry in plan.entries):
        raise UpgradeStopped("kbhxh_old_changed", file=shown(old))


def _said(outcome: Literal["done", "already"], old: Path, new: Path, plan: Plan, record: Record) -> Upgrade:
    carried = files(plan.entries)
    size = sum(entry.size for entry in carried)
    return Upgrade(outcome, shown(old), shown(new), len(carried), size, 0, 0, plan.outside, shown(record.folder), None)
