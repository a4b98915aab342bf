"""`vss-robot worker` and `vss-robot workers`."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.cli.terminal import language, print_json, unlocking
from robot.clock import shown
from robot.errors import UsageError
from robot.settings import find, load
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path

    from robot.drive.worker.work import Work
    from robot.ledger.item import Item


def print_unit(settings: Path | None) -> None:
    """The unit for these settings."""
    from robot.drive.worker.service import unit

    file = find(settings)
    known = load(file)
    sys.stdout.write(unit(file, known.nightly.grace_s, known.schedule.credential))


def work(settings: Path | None, vault_fd: int | None, *, verbose: bool) -> None:
    """Work until SIGTERM or Ctrl-C.

    Raises:
        UsageError: `worker_needs_server`, `worker_needs_extra`, `worker_twice`.
    """
    file = find(settings)
    unlock = unlocking(file, vault_fd, language())
    phrase = unlock() if load(file).vault.backend == "file" else None
    with open_office(file, verbose=verbose) as office:
        if office.ledger.store.engine.dialect.name != "postgresql":
            raise UsageError("worker_needs_server", file=office.ledger.store.name)
        try:
            from robot.drive.worker.here import tokens_here
            from robot.drive.worker.work import Work
            from robot.ledger import Run
        except ImportError as wrong:
            raise UsageError("worker_needs_extra") from wrong

        def command(item: Item | Run | None) -> list[str]:
            robot = [sys.executable, "-m", "robot"]
            if item is None:
                return [*robot, "nightly", "--settings", str(file)]
            if isinstance(item, Run):
                return [*robot, "run", item.flow, "--org", item.organisation, "--settings", str(file)]
            way = ["--dossier", item.file, "--round", str(item.round_number)]
            return [*robot, "run", "submit", "--org", item.organisation, *way, "--settings", str(file)]

        asyncio.run(_until_stopped(Work(office, lambda: tokens_here(office.settings), command, phrase)))


async def _until_stopped(worker: Work) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends it as it ends any command
            loop.add_signal_handler(number, stop.set)
    await worker.until(stop)


def list_workers(settings: Path | None, *, as_json: bool) -> None:
    """A line a worker; then, on stderr, a line for each organisation whose dossiers wait for a token."""
    from robot.drive.worker.unclaimable import unclaimable

    with open_office(settings) as office:
        silence_s, speaks = office.settings.worker.silence_s, office.settings.language
        known, waiting = office.ledger.workers.workers(), unclaimable(office)
        if as_json:
            rows = [{**asdict(one), "alive": one.alive(silence_s)} for one in known]
            print_json({"workers": rows, "unclaimable": {key: why.say("en") for key, why in waiting.items()}})
            return
        for one in known:
            state = Text("labels.worker_alive" if one.alive(silence_s) else "labels.worker_silent").say(speaks)
            held = ", ".join(f"{serial} ({', '.join(keys)})" for serial, keys in one.tokens.items()) or "-"
            sys.stdout.write(f"{one.identity:<20} {one.machine:<20} {shown(one.beat)}  {state}  {held}\n")
        if not known:
            sys.stderr.write(Text("labels.workers_none").say(speaks) + "\n")
        for why in waiting.values():
            sys.stderr.write(why.say(speaks) + "\n")
