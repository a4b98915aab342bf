"""Taking dossiers from the outbox. A kill at any moment leaves each file in one place, and the next start goes on from there."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from robot.clock import VIETNAM
from robot.dossier import read_head
from robot.drive.intake import checker_of, compare, examine, plan
from robot.drive.outbox import consent
from robot.drive.outbox.folders import ARCHIVE, CLAIMED, REFUSED, WAITING, Folders
from robot.drive.outbox.taken import Taken, reasons, reasons_of, round_of
from robot.errors import DossierFaulty, DossierUnreadable, UsageError
from robot.ledger.item import ItemStands
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from robot.dossier import Checker
    from robot.drive.office import Office
    from robot.ledger.item import Item

_Look = tuple[int, int]  # size in bytes, time of the last change in nanoseconds


class Outbox:
    """The outbox of all organisations, as one process sees it: it remembers what it has seen, to tell which files keep still."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._seen: dict[Path, tuple[_Look, float]] = {}  # the look that a file still has, and since when it has it

    @cached_property
    def _checker(self) -> Checker:
        return checker_of(self._office)

    def folders(self, organisation: str) -> Folders:
        """The organisation's folders, made where they are missing.

        Raises:
            NameUnknown: there is no such organisation.
            UsageError: `file_unwritable`.
        """
        self._office.organisation(organisation)
        found = Folders(self._office.settings.outbox.folder / organisation)
        try:
            found.make()
        except OSError as wrong:
            raise UsageError("file_unwritable", file=found.root, why=wrong) from wrong
        return found

    def look(self, organisations: Iterable[str]) -> float:
        """See what lies there; returns the seconds until all of it may be taken if it keeps still, 0 where nothing lies there."""
        now, due = time.monotonic(), [0.0]
        for organisation in organisations:
            due += [self._still(file, now) for file in self._candidates(organisation)]
        return max(due)

    def wait(self, organisations: Iterable[str]) -> None:
        """Look, and sleep until what was seen may be taken: once for all of these organisations."""
        time.sleep(self.look(organisations))

    def take_in(self, organisation: str) -> list[Taken]:
        """Take the files that have kept still since an earlier look, check them, and plan them.

        A file with errors, of another organisation, or of what was sent already goes to the folder `refused` with the reasons
        beside it; one that corrects a refused dossier becomes that matter's next attempt; other bytes of a matter that stands
        wait for a person's consent. Files that the books need no more are moved on first (see `settle`).

        Raises:
            UsageError: the folder or the rules cannot be used; a single file is no reason to raise.
        """
        folders = self.folders(organisation)
        taken: list[Taken] = []
        self.settle(organisation)
        now = time.monotonic()
        for file in self._candidates(organisation):
            if self._still(file, now) > 0:
                continue
            try:
                ours = file.parent.parent in {folders.root / CLAIMED, folders.root / WAITING}
                own = file if ours else self._claimed(folders, file)
                if own is not None:
                    taken.append(self._planned(folders, organisation, own))
            except OSError as wrong:
                taken.append(Taken(organisation, "left", file, said=Text("errors.outbox_unusable", {"file": file, "why": wrong})))
        for one in taken:
            logger.bind(action="outbox", organisation=organisation, outcome=one.outcome).info(one.file.name)
        return taken

    def settle(self, organisation: str) -> list[Item]:
        """Move on what the books have settled: accepted dossiers to the archive, refused and cancelled ones to `refused`.

        So are files to which nobody has consented.
        """
        folders = self.folders(organisation)
        consent.settle(self._office, folders)
        settled: list[Item] = []
        for item in self._office.ledger.queue.items(states=("accepted", "refused", "cancelled"), organisation=organisation):
            if item.source != "outbox" or folders.root / REFUSED in Path(item.file).parents:
                continue
            try:
                settled.append(self.archive(item) if item.state == "accepted" else self._put_aside(folders, item))
            except OSError as wrong:
                logger.bind(action="outbox.settle", item=item.id).warning(str(wrong))
        return settled

    def archive(self, item: Item) -> Item:
        """Move the file of an accepted dossier into the archive of its month, and book that nothing is left to do for it.

        Raises:
            OSError: the disk does not let us; the item stays accepted and is moved at the next start.
        """
        if item.source == "outbox":
            folders = self.folders(item.organisation)
            file = folders.whereabouts(Path(item.file))
            if file is not None and folders.root / ARCHIVE not in file.parents:
                file = folders.archive(file, f"{item.changed.astimezone(VIETNAM):%Y-%m}")
            if file is not None:
                self._office.ledger.queue.file_moved(item.id, str(file))
        return self._office.ledger.protocol.done(item)

    def _put_aside(self, folders: Folders, item: Item) -> Item:
        """A dossier that was refused or cancelled lies beside the reasons, for whoever corrects it."""
        speaks = self._office.settings.language
        file = folders.whereabouts(Path(item.file))
        if file is None:
            return item
        if folders.root / REFUSED not in file.parents:
            said = (item.said or {}).get(speaks) or Text(f"item_states.{item.state}").say(speaks)
            file = folders.refuse(file, reasons(said, item.faults_in(speaks), speaks))
        self._office.ledger.queue.file_moved(item.id, str(file))
        return replace(item, file=str(file))

    def _candidates(self, organisation: str) -> list[Path]:
        """Files that people have put here, and claimed ones that the books do not know: their claim was broken off."""
        folders = self.folders(organisation)
        try:
            folders.finish()
        except OSError as wrong:  # the other disk is away: what is claimed there is finished when it is back
            logger.bind(action="outbox.finish", organisation=organisation).warning(str(wrong))
        unbooked = [file for file in folders.claimed() if self._office.ledger.queue.item_at(str(file)) is None]
        return [*unbooked, *consent.open_ends(self._office, folders), *folders.loose()]

    def _still(self, file: Path, now: float) -> float:
        """Seconds for which a file must keep its size and time yet, from the looks so far."""
        wanted = self._office.settings.outbox.stable_s
        try:
            seen = _look(file)
        except OSError:
            return 0.0  # gone meanwhile, or not to be had; taking it will tell
        before, since = self._seen.get(file, (None, now))
        if seen != before:
            since = now
            self._seen[file] = seen, since
        return max(0.0, since + wanted - now)

    def _claimed(self, folders: Folders, file: Path) -> Path | None:
        """The file, claimed; None where somebody else was faster, or it is still being written."""
        try:
            round_number = round_of(file, folders.root)
        except DossierUnreadable:
            round_number = 0  # said when it is examined, so that the file is refused with its reason
        before, _ = self._seen.pop(file)
        try:
            own = folders.claim(file, round_number)
        except FileNotFoundError:
            return None
        if _look(own) != before:
            return None  # changed at the last moment: it is looked at again where it lies now
        return own

    def _planned(self, folders: Folders, organisation: str, own: Path) -> Taken:
        """A claimed file: planned, put by until a person consents, or refused with its reasons."""
        try:
            head = read_head(own)
            made = examine(self._office, self._checker, organisation, head, round_of(own, own.parent.parent))
            corrects = compare(self._office, self._checker, made)
            item = plan(self._office, made, source="outbox", name=own.name)
            if item.file == str(own):
                return Taken(organisation, "planned", own, item, corrects=corrects)
            state = Text(f"item_states.{item.state}")
            wrong: UsageError = DossierUnreadable("matter_on_its_way", file=own, item=item.id, state=state)
        except UsageError as refusal:
            stands = refusal.__cause__
            if isinstance(stands, ItemStands) and stands.item is not None and not stands.same_bytes:
                lies, asked = consent.ask(self._office, folders, own, stands.item)
                return Taken(organisation, "held", lies, said=asked)
            if not isinstance(refusal, (DossierUnreadable, DossierFaulty)):
                raise
            wrong = refusal
        wrong.text.fills["file"] = own.name  # where it lay while it was checked tells nobody anything
        lies = folders.refuse(own, reasons_of(wrong, self._office.settings.language))
        faults = wrong.faults if isinstance(wrong, DossierFaulty) else None
        return Taken(organisation, "refused", lies, said=wrong.text, faults=faults)


def _look(file: Path) -> _Look:
    status = file.stat()
    return status.st_size, status.st_mtime_ns
