"""What an upgrade has done is taken back, whole, also after a break."""

from pathlib import Path

import pytest

from fixtures.kbhxh import sums
from robot.errors import FolderUnusable
from robot.kbhxh import undo, upgrade
from tests.doubles.kbhxh_folders import CARRIED, Meddler, break_off, without_record


def test_undo_gives_back_what_stood_there_and_deletes_nothing(old, new):
    """The new folder is as before; copies and what was made since are still to be had."""
    before = sums(new)
    copies = sums(old, *CARRIED)
    upgrade(old, new)
    (new / "Data" / "từ đó.xml").write_bytes(b"since")
    undone = undo(new)
    now = without_record(new)
    assert now == before | {"Data/từ đó.xml": now["Data/từ đó.xml"]}
    aside = sums(Path(undone.record) / "undone")
    assert {path: kept for path, kept in aside.items() if kept != "folder"} == {
        path: kept for path, kept in copies.items() if kept != "folder"
    }
    with pytest.raises(FolderUnusable, match="no upgrade to undo"):
        undo(new)
    assert upgrade(old, new).outcome == "done"


def test_undo_goes_on_where_it_broke_off(old, new):
    """Broken off at any file, undoing again ends with the same; no upgrade begins in between."""
    before = sums(new)
    upgrade(old, new)

    with pytest.raises(KeyboardInterrupt):
        undo(new, progress=Meddler("undo", break_off, ticks=40))
    with pytest.raises(FolderUnusable) as refused:
        upgrade(old, new)
    assert refused.value.text.key == "errors.kbhxh_undo_first"
    made = new / "Config" / "in ấn" / "mẫu in.xml"  # undone already, and made anew by somebody
    made.parent.mkdir(exist_ok=True)
    made.write_bytes(b"somebody's")
    undone = undo(new)
    assert made.read_bytes() == b"somebody's"
    assert (Path(undone.record) / "undone" / "Config" / "in ấn" / "mẫu in.xml").read_bytes() != b"somebody's"
    made.unlink()
    made.parent.rmdir()
    assert without_record(new) == before
