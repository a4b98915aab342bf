"""Lanes of a storm: a process a token that works through dossiers without a browser, started again whenever it falls."""

import multiprocessing
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from loguru import logger

from robot.dossier import read_head
from robot.errors import UsageError
from robot.ledger.item import ENDED, STATES, ItemState
from tests.proof.walking import Site, attempt

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

OPEN: tuple[ItemState, ...] = tuple(state for state in STATES if state not in {*ENDED, "held", "accepted"})
TOKENS = 3
KILLED = -9
PAUSE_S = 0.15


class Lanes:
    """A process a token, started again whenever it has ended before its work was done."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._sites = {f"TOKEN{n}": list(sites[n::TOKENS]) for n in range(min(TOKENS, len(sites)))}
        self._processes: dict[str, BaseProcess] = {}
        self.killed = self.fell = 0
        self.begin()

    def begin(self) -> None:
        """Start every lane."""
        for token in self._sites:
            self._start(token)

    def work(self) -> bool:
        """Whether any lane still has work; those that fell are started again."""
        for token, process in list(self._processes.items()):
            if process.is_alive():
                continue
            process.join()
            if process.exitcode == 0:
                del self._processes[token]
                continue
            self.killed += process.exitcode == KILLED
            self.fell += process.exitcode != KILLED
            self._start(token)
        return bool(self._processes)

    def kill(self, chance: Random) -> bool:
        """Kill a lane, whatever it does just now; False where none was at work."""
        alive = [process for process in self._processes.values() if process.is_alive()]
        if not alive:
            return False
        chosen = chance.choice(alive)
        chosen.kill()
        chosen.join()
        return True

    def _start(self, token: str) -> None:
        process = self._context.Process(target=lane, args=(self._sites[token], token), daemon=True)
        process.start()
        self._processes[token] = process


def lane(sites: Sequence[Site], token: str) -> None:
    """Work through what is open of these organisations, with one token, until nothing is."""
    logger.disable("robot")
    try:
        _work(sites, token)
    except UsageError:  # the books cannot be written just now: the next process may have more luck
        sys.exit(1)


def _work(sites: Sequence[Site], token: str) -> None:
    with sites[0].open_books() as ledger:
        clients = {each.organisation: each.client() for each in sites}
        while True:
            open_items = [(each, ledger.queue.items(states=OPEN, organisation=each.organisation)) for each in sites]
            if not any(found for _, found in open_items):
                return
            for each, found in open_items:
                for item in found:
                    if item.not_before is None or item.not_before <= datetime.now(UTC):
                        attempt(ledger, clients[each.organisation], each, read_head(Path(item.file)), item.round_number, token)
            time.sleep(PAUSE_S)
