"""An agent's life: locks taken, token looked at, door open, and at the owner's end everything put down within five seconds."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from loguru import logger

from robot.errors import RobotError, UsageError
from robot.signing.agent.errands import Errand
from robot.signing.agent.lock import Held, OsLock, token_lock
from robot.signing.agent.owner import wait_for_the_end
from robot.signing.agent.telling import described

if TYPE_CHECKING:
    from collections.abc import Callable

    from robot.signing.agent.config import AgentConfig
    from robot.signing.agent.seams import Books, Slots
    from robot.signing.agent.server import Server
    from robot.signing.agent.signer import Signer

PREDECESSOR_S: Final = 6.0  # how long an earlier run's agent may take to put everything down
LOG_OUT_S: Final = 1.0  # a token that signs just now, or waits for a finger, is not waited for longer


@dataclass
class Locks:
    """The locks of this process."""

    _held: dict[str, OsLock] = field(default_factory=dict)

    def take_profile(self, folder: str) -> None:
        """One agent a browser profile. Raises `UsageError`."""
        self._take(f"profile {folder}", "signing_busy", profile=folder)

    def take_token(self, serial: str) -> None:
        """One agent a token. Raises `UsageError`."""
        self._take(token_lock(serial), "token_in_use", serial=serial)

    def release(self) -> None:
        """Let all go."""
        for lock in self._held.values():
            lock.release()
        self._held.clear()

    def _take(self, name: str, key: str, **fills: str) -> None:
        if name in self._held:
            return
        try:
            self._held[name] = OsLock.acquire(name, PREDECESSOR_S)
        except Held as held:
            raise UsageError(key, **fills, pid=held.pid or "?") from held


class Orders:
    """What the owner says while the agent serves: which run may have what signed, and that the browser outlives the agent."""

    def __init__(self, signer: Signer | None, tell: Callable[..., None]) -> None:
        self._signer = signer
        self._tell = tell
        self.spared = False

    def hear(self, frame: bytes) -> None:
        """One order; answered by an event, so that the owner knows that it holds. ValueError where it is none."""
        order = json.loads(frame)
        run = str(order.get("run", ""))
        if order.get("do") == "errand" and self._signer is not None:
            self._signer.errands.tell(Errand(run, str(order["digest"]).lower()))
        elif order.get("do") == "over" and self._signer is not None:
            self._signer.errands.over(run)
        elif order.get("do") == "spare":
            self.spared = True
        self._tell("heard", order=order.get("do"), run=run)


def serve(
    config: AgentConfig,
    pin: bytes | None,
    open_books: Callable[[], Books],
    open_slots: Callable[[], Slots] | None,
    *,
    owner: int,
    reap: Callable[[], None],
    tell: Callable[..., None],
) -> None:
    """Serve one run until its owner (the other end of the pipe `owner`) has gone, then `reap` the browser and let go.

    Without `open_slots` (mode vendor) nothing is signed here: the agent is there to put things down when the robot is gone.
    """
    locks = Locks()
    server: Server | None = None
    signer: Signer | None = None
    try:
        locks.take_profile(str(config.profile))
        serial = ""
        if open_slots is not None:
            from robot.signing.agent.pin import PinPolicy  # noqa: PLC0415 - mode vendor signs nothing here
            from robot.signing.agent.server import Server  # noqa: PLC0415 - the same
            from robot.signing.agent.signer import Signer  # noqa: PLC0415 - the same

            books = open_books()
            signer = Signer(config, books, open_slots(), PinPolicy(pin, books), locks.take_token, tell)
            token = signer.prepare() if config.limit or config.errands else None
            serial = token.serial if token is not None else ""
            server = Server(config.address, bytes.fromhex(config.authkey), signer.answer, signer.meanwhile)
            server.start()
        elif config.serial:
            locks.take_token(config.serial)
            serial = config.serial
    except RobotError as wrong:
        logger.bind(action="agent.not_started").warning(str(wrong))
        tell("not_started", **described(wrong))
    else:
        tell("ready", serial=serial)
        logger.bind(action="agent.ready", token=serial, mode=config.mode).info("ready")
        orders = Orders(signer, tell)
        wait_for_the_end(owner, orders.hear)
        logger.bind(action="agent.ending").info("the owner has gone")
        if not orders.spared:
            reap()
    finally:
        _put_down(server, signer)
        shutil.rmtree(config.folder, ignore_errors=True)
        locks.release()


def _put_down(server: Server | None, signer: Signer | None) -> None:
    """Close the door, log out; a token that does not answer is left to the end of the process."""
    if server is None or signer is None:
        return
    server.close()
    if server.busy.acquire(timeout=LOG_OUT_S) and signer.counting.acquire(timeout=LOG_OUT_S):
        closing = threading.Thread(target=_close, args=(signer,), daemon=True)
        closing.start()
        closing.join(LOG_OUT_S)


def _close(signer: Signer) -> None:
    with contextlib.suppress(RobotError):
        signer.close()
