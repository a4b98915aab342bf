"""A lane as the night sees it: a process, what it was told, what it tells."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Final

import psutil

from robot.browser import Profile
from robot.drive.night.beginning import ENTRANCE, begin_lane
from robot.drive.reaping import reap

if TYPE_CHECKING:
    import queue
    from pathlib import Path

    from robot.drive.night.link import Task
    from robot.drive.office import Office

MB: Final = 1024 * 1024

Event = tuple["Lane", dict[str, Any]]


class Lane:
    """One organisation's session under way. `token` is what no two lanes may use at once; `begun` is a process begun ahead."""

    def __init__(
        self, task: Task, token: str, home: Path, events: queue.SimpleQueue[Event], begun: subprocess.Popen[str] | None = None
    ) -> None:
        self.organisation = task.organisation
        self.token = token
        self.going = False
        """Has a place and the token."""
        self.ready = False
        """Logged in, and without a place."""
        self.leaving = False
        """Was told to rest or to finish, and has not said that it did."""
        self.handed: set[int] = set()
        self.wants = 0
        self.over: dict[str, Any] | None = None
        self._home = home
        self._events = events
        self._process = begun or begin_lane(ENTRANCE)
        self.order(task.model_dump())
        threading.Thread(target=self._hear, daemon=True, name=f"lane-{task.organisation}").start()

    @property
    def logging_in(self) -> bool:
        """Not logged in yet, or anew: a person may be waited for."""
        return not self.going and not self.ready

    @property
    def pid(self) -> int:
        """The lane's process."""
        return self._process.pid

    def order(self, order: dict[str, Any]) -> None:
        """Tell the lane; one that has gone says so by itself."""
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: it was made with a pipe
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()

    def heard(self, event: dict[str, Any]) -> None:
        """What the lane says of itself."""
        kind = event["event"]
        if kind == "want":
            self.wants += event["room"]
        elif kind in {"waiting", "ready", "rested"}:
            self.going, self.ready, self.leaving, self.wants = False, kind != "waiting", False, 0

    def leave(self, how: str) -> None:
        """Nothing more is handed out: `rest` for a while, `finish`, or `stop` waiting for anybody."""
        self.leaving, self.wants = True, 0
        self.order({"do": how})

    def close(self, grace_s: float) -> None:
        """Wait for the end, and see that nothing of the lane is left."""
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._process.returncode:  # it may not have ended its browser itself
            reap(Profile(self._home / "profiles" / self.organisation).folder, self._home / "relays" / self.organisation)

    def _hear(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - the same
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stdout:
                self._events.put((self, json.loads(line)))
        self._events.put((self, {"event": "gone"}))


def token_of(office: Office, key: str) -> str:
    """What may not be used twice at once: the token, for which its driver stands without a serial; or the one person."""
    org, signing = office.organisation(key), office.settings.signing
    if signing.mode == "vendor":  # who answers the library's windows, whatever token they are for
        return signing.mode
    return org.token.serial or str(org.token.driver or signing.driver)


def free_memory_mb() -> float:
    """Memory that the system could give out now, without what it has swapped."""
    return float(psutil.virtual_memory().available) / MB
