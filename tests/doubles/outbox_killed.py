"""A process that takes in an outbox and is killed whenever it touches the outbox, in turn; run by tests.

    python -m tests.doubles.outbox_killed ROBOT_TOML DOSSIERS FIRST EVERY

For every n (from FIRST on, each EVERYth) the outbox is filled anew with the files in DOSSIERS, a child is killed (-9) just before
its n-th touch, another one works to the end, and a line of JSON says what lies where. The last line is that of the child that was
not killed.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from robot.drive import Office
from robot.drive.outbox import Outbox, archive
from robot.ledger.item import Proof

TOUCHES = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "shutil.copytree", "shutil.copyfile"}


def _worked(settings: Path, killed_at: int) -> None:
    """Take in what lies there, let the portal accept it, archive it."""
    outbox = str(settings.parent / "outbox")
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        # A folder is opened to be flushed right after a move and right before the books hear of it.
        if event in TOUCHES and str(arguments[0]).startswith(outbox):
            seen += 1
            if seen == killed_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    with Office.open(settings, lambda: "") as office:
        box, books = Outbox(office), office.ledger.protocol
        office.ledger.reap()
        books.recover()
        box.wait(["hoa-binh"])
        box.take_in("hoa-binh")
        for item in office.ledger.queue.items(states=("planned",)):
            run = office.ledger.begin_run("submit", "hoa-binh", {}, settings.parent / "evidence")
            sent = books.intend(books.signed(books.prepared(books.claim(run, 60, item=item.id))), {})
            number = f"{item.id:05}/2026/00131"
            accepted = books.accept(
                sent, {"kind": "dossier", "number": number}, [Proof("page", number), Proof("network", number)]
            )
            office.ledger.end_run(run, "done")
            archive(office, accepted)
        box.settle("hoa-binh")


def _child(settings: Path, killed_at: int) -> bool:
    """Whether it came to its end."""
    number = os.fork()
    if number == 0:
        try:
            _worked(settings, killed_at)
        except BaseException as wrong:  # noqa: BLE001 - a child of a fork must not go on as its parent
            sys.stderr.write(f"{type(wrong).__name__}: {wrong}\n")
            os._exit(3)
        os._exit(0)
    _, status = os.waitpid(number, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit(f"the child ended with {os.WEXITSTATUS(status)}")
    return os.WIFEXITED(status)


def _filled(settings: Path, dossiers: Path) -> Path:
    """Books and outbox as if new, links of the outbox's folders to another disk kept."""
    outbox = settings.parent / "outbox" / "hoa-binh"
    for file in settings.parent.glob("ledger.sqlite-*"):
        file.unlink()
    shutil.copy(settings.parent / "new.sqlite", settings.parent / "ledger.sqlite")
    for folder in (outbox / ".claimed", outbox / ".waiting", outbox / "refused", outbox / "archive", outbox):
        for found in folder.iterdir() if folder.is_dir() else ():
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found)
            elif not found.is_symlink():
                found.unlink()
    outbox.mkdir(parents=True, exist_ok=True)
    for file in dossiers.iterdir():
        shutil.copy(file, outbox)
    return outbox


def main(settings: Path, dossiers: Path, first: int, every: int) -> None:
    """Kill at every touch that is asked for, and say each time what there is."""
    Office.open(settings, lambda: "").ledger.close()
    shutil.copy(settings.parent / "ledger.sqlite", settings.parent / "new.sqlite")
    killed_at, ended = first - every, False
    while not ended:
        killed_at += every
        outbox = _filled(settings, dossiers)
        ended = _child(settings, killed_at)
        _child(settings, 0)
        places = (outbox, *(outbox / name for name in (".claimed", ".waiting", "refused", "archive")))
        folders = {Path(os.path.realpath(place)) for place in places}
        files = {file for folder in folders for file in folder.rglob("*") if file.is_file() and file.suffix == ".xml"}
        with Office.open(settings, lambda: "") as office:
            asked = [question.picture for question in office.ledger.open_questions()]
            items = {item.sha256: (item.state, Path(item.file).is_file()) for item in office.ledger.queue.items()}
        lies = sorted((hashlib.sha256(file.read_bytes()).hexdigest(), file.parent.parent.name) for file in files)
        told = {"killed_at": killed_at, "killed": not ended, "lies": lies, "items": items, "asked": asked}
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
