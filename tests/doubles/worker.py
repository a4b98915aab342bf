"""A worker whose dossiers go to a file instead of a portal; run by tests.

    python -m tests.doubles.worker work ROBOT_TOML TOKEN=ORGANISATION… | send ROBOT_TOML ITEM | again ROBOT_TOML RUN

What `send` does outside is a line in `clicks.txt` beside the settings; the item stays in hand after its intent while
`hold-intent` lies there. A file `TOKEN.pulled` says that the token is not here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from robot.drive.office import Office
from robot.drive.worker.work import Work
from robot.ledger import Run
from robot.ledger.item import Proof
from tests.doubles.way import RECEIPT

if TYPE_CHECKING:
    from robot.ledger.item import Item

LEASE_S = 600


def work(file: str, *tokens: str) -> None:
    """The real worker, with tokens by word."""
    folder = Path(file).parent

    def here() -> dict[str, list[str]]:
        pairs = [token.split("=") for token in tokens]
        return {serial: [key] for serial, key in pairs if not (folder / f"{serial}.pulled").exists()}

    async def until_stopped(worker: Work) -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await worker.until(stop)

    with Office.open(Path(file), lambda: "") as office:
        asyncio.run(until_stopped(Work(office, here, lambda about: _command(file, about))))


def _command(file: str, about: Item | Run | None) -> list[str]:
    me = [sys.executable, "-m", "tests.doubles.worker"]
    if about is None:
        return [
            sys.executable,
            "-c",
            "import pathlib, sys; pathlib.Path(sys.argv[1]).touch()",
            str(Path(file).with_name("night")),
        ]
    return [*me, "again" if isinstance(about, Run) else "send", file, str(about.id)]


def again(file: str, number: str) -> None:
    """Take up a run that waited; it stays in hand while `hold-flow` lies there."""
    folder = Path(file).parent
    with Office.open(Path(file), lambda: "") as office:
        waited = office.ledger.run(number)
        run = office.ledger.begin_run(waited.flow, waited.organisation, {}, folder)
        while (folder / "hold-flow").exists():
            (folder / "in-hand-flow").touch()
            time.sleep(0.05)
        office.ledger.end_run(run, "done")


def send(file: str, number: str) -> None:
    """Walk the item's way with the token for itself (a file that must not be there yet)."""
    folder = Path(file).parent
    with Office.open(Path(file), lambda: "") as office:
        item = office.ledger.queue.item(int(number))
        run = office.ledger.begin_run("submit", item.organisation, {}, folder)
        claim = office.ledger.protocol.claim(run, LEASE_S, item=item.id)
        if claim is None:
            office.ledger.end_run(run, "cancelled")
            return
        token = folder / f"{item.organisation}.in-use"
        os.close(os.open(token, os.O_CREAT | os.O_EXCL))
        try:
            _walk(office, claim, folder)
        finally:
            token.unlink()
        office.ledger.end_run(run, "done")


def _walk(office: Office, claim: Item, folder: Path) -> None:
    """Click once; a sending whose end nobody saw is looked up among the clicks instead."""
    books, clicks, number = office.ledger.protocol, folder / "clicks.txt", f"{claim.id:05}/2026/07906"
    if claim.state == "claimed":
        claim = books.intend(books.signed(books.prepared(claim)), {})
        with clicks.open("a", encoding="utf-8") as written:
            written.write(f"{claim.key}\n")
        while (folder / "hold-intent").exists():
            (folder / f"in-hand-{claim.id}").touch()
            time.sleep(0.05)
    elif claim.key not in clicks.read_text(encoding="utf-8"):
        raise SystemExit(1)
    proofs = [Proof("lookup", number), Proof("number", number)]
    accepted = books.accept(claim, {**RECEIPT, "number": number}, proofs)
    if accepted.source != "outbox":
        books.done(accepted)


if __name__ == "__main__":
    {"work": work, "send": send, "again": again}[sys.argv[1]](*sys.argv[2:])
