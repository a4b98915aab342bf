"""KBHXH's upgrade: the old installation's data in the new one, whole and equal, whatever the folders are like."""

import json
import os
import stat
import unicodedata
from pathlib import Path

import pytest

from fixtures.kbhxh import CONFIG, make_fresh, sums
from robot.errors import FolderUnusable, UpgradeStopped
from robot.kbhxh import Options, undo, upgrade
from robot.kbhxh.record import alone
from tests.doubles.kbhxh import Machine
from tests.doubles.kbhxh_folders import CARRIED, MIB, Meddler, break_off, refused_upgrade


def test_everything_is_carried_over_and_verified(old, new):
    """Data and Config are equal by sums, times and modes; the old folder is untouched; what stood there is kept aside."""
    before, brought = sums(old), (new / "Config" / CONFIG[0]).read_bytes()
    done = upgrade(old, new)
    assert (done.outcome, done.files, done.resumed, done.aside) == ("done", 64, 0, 1)
    assert sums(new, *CARRIED) == sums(old, *CARRIED)
    assert sums(old) == before
    assert (Path(done.record) / "before" / "Config" / CONFIG[0]).read_bytes() == brought
    for file in (path for path in (old / "Data").rglob("*") if path.is_file()):
        kept, copied = file.stat(), (new / file.relative_to(old)).stat()
        assert (copied.st_mtime_ns, copied.st_mode) == (kept.st_mtime_ns, kept.st_mode)


def test_the_manifest_holds_the_sums(old, new):
    """Every file with its size and its SHA-256, as an independent reading finds them."""
    record = Path(upgrade(old, new).record)
    manifest = json.loads((record / "manifest.json").read_text(encoding="utf-8"))
    said = {row["path"]: row["sha256"] for row in manifest["files"]}
    assert said == {path: kept for path, kept in sums(old, *CARRIED).items() if kept != "folder"}


def test_a_second_time_does_nothing(old, new):
    """Work done in the new program since is not overwritten."""
    upgrade(old, new)
    (new / "Config" / CONFIG[0]).write_text("mới hơn", encoding="utf-8")
    before = sums(new)
    assert upgrade(old, new).outcome == "already"
    assert sums(new) == before


def test_names_of_every_kind(old, new):
    """Vietnamese in both normal forms, ends of lines, bytes that are no UTF-8, and a path of more than 1,500 characters."""
    data = old / "Data"
    for name in (
        "Hồ sơ tăng.xml",
        unicodedata.normalize("NFD", "Hồ sơ giảm.xml"),
        "hai\ndòng\u2028ba.txt",
        os.fsdecode(b"c\xf4ng.dat"),
    ):
        (data / name).write_bytes(name.encode("utf-8", "surrogateescape"))
    deep = data
    for number in range(30):
        deep /= f"thư mục rất dài {number:02d} " + "x" * 30
    deep.mkdir(parents=True)
    (deep / "tệp.xml").write_bytes(b"<a/>")
    assert len(str(deep)) > 1500
    assert upgrade(old, new).outcome == "done"
    assert sums(new, *CARRIED) == sums(old, *CARRIED)
    assert undo(new).outcome == "undone"


def test_read_only_files_and_folders(old, new):
    """Read-only files stay read-only, over read-only ones too; a read-only folder takes its files."""
    for file in (old / "Config" / CONFIG[0], new / "Config" / CONFIG[0]):
        file.chmod(0o444)
    locked = old / "Data" / "chỉ đọc"
    locked.mkdir()
    (locked / "a.xml").write_bytes(b"a")
    locked.chmod(0o555)
    try:
        upgrade(old, new)
        assert stat.S_IMODE((new / "Config" / CONFIG[0]).stat().st_mode) == 0o444
        assert sums(new, *CARRIED) == sums(old, *CARRIED)
        assert undo(new).aside == 1
    finally:
        locked.chmod(0o755)


def test_a_large_file_with_a_hole(old, new):
    """A hole on the disk stays one, at the end of a file as well; the bytes are the same (4 GiB: in the proof `kbhxh`)."""
    for name, end in (("lớn.mdb", b"cuoi"), ("rỗng.mdb", b"")):
        with (old / "Data" / name).open("wb") as opened:
            opened.write(b"dau")
            opened.truncate(64 * MIB)
            opened.seek(0, os.SEEK_END)
            opened.write(end)
    upgrade(old, new)
    assert sums(new, *CARRIED) == sums(old, *CARRIED)
    for name in ("lớn.mdb", "rỗng.mdb"):
        assert (new / "Data" / name).stat().st_blocks * 512 < 4 * MIB


def test_links_that_lead_out_are_refused_or_left_out(old, new, tmp_path):
    """Nothing outside is copied: refused with their names, or left out and told with --skip-links."""
    (tmp_path / "bí mật").mkdir()
    (tmp_path / "bí mật" / "a.txt").write_text("x", encoding="utf-8")
    for name, target in (("ra", "../../bí mật"), ("tuyệt đối", str(tmp_path / "bí mật" / "a.txt"))):
        (old / "Data" / name).symlink_to(target)
    (old / "Data" / "quanh").symlink_to("ra/a.txt")
    said = refused_upgrade("links_out", old, new)
    assert "Data/ra" in said
    done = upgrade(old, new, Options(skip_links=True))
    assert sorted(done.links_left_out) == ["Data/quanh", "Data/ra", "Data/tuyệt đối"]
    left = {path for path in sums(old, *CARRIED) if path not in done.links_left_out}
    assert sums(new, *CARRIED).keys() == left


def test_links_inside_stay_links(old, new):
    """A link within its folder is made again, relative, also one that was absolute, leads nowhere, or in a circle."""
    data = old / "Data"
    (data / "đích").mkdir()
    (data / "tương đối").symlink_to("đích")
    (data / "tuyệt đối").symlink_to(data / "đích", target_is_directory=True)
    (data / "đích" / "vòng").symlink_to("..")
    (data / "hụt").symlink_to("không có")
    upgrade(old, new)
    links = {"tương đối": "đích", "tuyệt đối": "đích", "đích/vòng": "..", "hụt": "không có"}
    assert {name: str((new / "Data" / name).readlink()) for name in links} == links


def test_data_kept_on_another_drive(old, new, tmp_path):
    """`Data` itself may be a link in the old installation: what it leads to is carried over."""
    (old / "Data").rename(tmp_path / "ổ khác")
    (old / "Data").symlink_to(tmp_path / "ổ khác")
    upgrade(old, new)
    assert not (new / "Data").is_symlink()
    assert len(sums(new, "Data")) == len(sums(tmp_path / "ổ khác"))


def test_nothing_is_written_through_a_link_in_the_new_folder(old, new, tmp_path):
    """A link in the way, to the old folder above all, is refused."""
    (tmp_path / "khác").mkdir()
    inner = next(path for path in (old / "Data").iterdir() if path.is_dir()).name
    (new / "Data" / inner).symlink_to(tmp_path / "khác")
    refused_upgrade("link_in_new", old, new)
    (new / "Data" / inner).unlink()
    (new / "Data").rmdir()
    (new / "Data").symlink_to(old / "Data")
    refused_upgrade("nested", old, new)


def test_folders_that_are_no_two_installations(old, new, tmp_path):
    """The same folder, one within the other, no installation, an incomplete one, none at all."""
    refused_upgrade("nested", old, old)
    refused_upgrade("nested", old, make_fresh(old / "mới"))
    (tmp_path / "trống").mkdir()
    refused_upgrade("not_installation", old, tmp_path / "trống")
    refused_upgrade("incomplete", tmp_path / "trống", new)
    with pytest.raises(FolderUnusable, match="not there"):
        upgrade(old, tmp_path / "không có")
    with pytest.raises(FolderUnusable, match="no such folder"):
        upgrade(tmp_path / "không có", new)


def test_a_pipe_and_a_folder_in_the_way_of_a_file(old, new):
    """What is no file, and what would destroy another structure, is refused."""
    (new / "Config" / CONFIG[1]).mkdir()
    refused_upgrade("other_kind", old, new)
    (new / "Config" / CONFIG[1]).rmdir()
    os.mkfifo(old / "Data" / "ống")
    with pytest.raises(FolderUnusable) as refused:
        upgrade(old, new)
    assert refused.value.text.key == "errors.kbhxh_special"


def test_two_upgrades_at_once(old, new):
    """The second is refused while the first is at work."""
    with alone(new):
        refused_upgrade("upgrade_runs", old, new)
        with pytest.raises(FolderUnusable):
            undo(new)
    assert upgrade(old, new).outcome == "done"


def test_an_old_folder_that_moved_on(old, new):
    """Broken off, then the old program was used: refused, until the half upgrade is undone."""
    with pytest.raises(KeyboardInterrupt):
        upgrade(old, new, progress=Meddler("verify", break_off))
    (old / "Data" / "mới làm.xml").write_bytes(b"x")
    refused_upgrade("old_moved_on", old, new)
    assert undo(new).outcome == "undone"
    assert upgrade(old, new).outcome == "done"
    assert sums(new, *CARRIED) == sums(old, *CARRIED)


def test_a_file_that_is_changed_while_copied(old, new):
    """Half of one state and half of another is never taken for a copy."""
    file = old / "Config" / CONFIG[1]
    with pytest.raises(UpgradeStopped) as stopped:
        upgrade(old, new, progress=Meddler("copy", lambda: file.write_bytes(b"changed")))
    assert stopped.value.text.key == "errors.kbhxh_old_changed"


def test_an_old_folder_that_is_changed_while_the_copy_is_verified(old, new):
    """The copies are right, and yet not what the old program has now: never called done."""
    with pytest.raises(UpgradeStopped) as stopped:
        upgrade(old, new, progress=Meddler("verify", lambda: (old / "Data" / "mới.xml").write_bytes(b"x")))
    assert stopped.value.text.key == "errors.kbhxh_old_changed"
    assert undo(new).outcome == "undone"


def test_an_equal_file_is_kept_aside_too(old, new):
    """What stood in the new folder is in the backup even where it is the same, with its own time."""
    equal = new / "Config" / CONFIG[1]
    equal.write_bytes((old / "Config" / CONFIG[1]).read_bytes())
    os.utime(equal, ns=(5, 5))
    assert upgrade(old, new).aside == 2
    assert undo(new).aside == 2
    assert equal.stat().st_mtime_ns == 5


def test_verification_finds_what_is_not_equal_and_the_next_start_mends_it(old, new):
    """A file that something changed after the copy is named; started again it is moved aside and copied anew."""
    file = new / "Config" / CONFIG[1]
    with pytest.raises(UpgradeStopped, match="1 files"):
        upgrade(old, new, progress=Meddler("verify", lambda: file.write_bytes(b"nobody's")))
    done = upgrade(old, new)
    assert (done.outcome, done.resumed, done.aside) == ("done", 63, 1)
    assert (Path(done.record) / "later" / "1" / "Config" / CONFIG[1]).read_bytes() == b"nobody's"
    assert sums(new, *CARRIED) == sums(old, *CARRIED)


def test_room_is_looked_at_first(old, new):
    """Too little room by the system's word: refused before anything is changed."""
    assert "64 MB" not in refused_upgrade("no_room", old, new, system=Machine(room=1_000_000))
