"""The robot's side: an agent started with its task and its PIN by pipe, heard while it lives, ended by closing the pipe."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from loguru import logger

from robot.errors import RobotError
from robot.signing.agent.config import hand_over, write_frame
from robot.signing.agent.telling import restored

if TYPE_CHECKING:
    from robot.signing.agent.config import AgentConfig

READY_S: Final = 30.0  # drivers of some tokens take seconds to load
END_S: Final = 6.0
HEARD_S: Final = 5.0  # an order is a line on a pipe: this is a process that does not run any more
LONGEST_PATH: Final = 100  # bytes; a Unix socket's address has 107
SIGNS: Final = "signs"  # tells an agent that has no task yet what it will be
ENTRANCE: Final = ("-m", "robot.drive.agent")  # where the agent is joined with the books


class Door:
    """Where a new agent will listen: a private folder, an address in it, a key of its own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="vss-"))
        if len(os.fsencode(self.folder)) > LONGEST_PATH and sys.platform != "win32":
            self.folder.rmdir()
            self.folder = Path(tempfile.mkdtemp(prefix="vss-", dir="/tmp"))
        named_pipe = rf"\\.\pipe\vss-robot-{secrets.token_hex(16)}"
        self.address = named_pipe if sys.platform == "win32" else str(self.folder / "agent")
        self.authkey = secrets.token_hex(32)

    def remove(self) -> None:
        """Remove the folder, where the agent could not."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Agent:
    """A running agent."""

    def __init__(self, process: subprocess.Popen[bytes], config: AgentConfig) -> None:
        self.config = config
        self.serial = ""
        self.events: list[dict[str, Any]] = []
        self._failing: dict[str, Any] | None = None
        self._process = process
        self._started: queue.Queue[dict[str, Any]] = queue.Queue()
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._hear, daemon=True, name="agent-events")
        self._reader.start()

    @property
    def pid(self) -> int:
        """The agent's process."""
        return self._process.pid

    @property
    def failure(self) -> RobotError | None:
        """What went wrong between the agent and its token, such as a wrong PIN; None where the last request was served."""
        return restored(self._failing) if self._failing is not None else None

    def wait_until_ready(self) -> None:
        """Wait until the agent serves.

        Raises:
            RobotError: what kept it from it.
        """
        try:
            event = self._started.get(timeout=READY_S)
        except queue.Empty:
            event = {"event": "lost"}
        if event["event"] == "ready":
            self.serial = event["serial"]
            return
        self.close()
        if event["event"] == "not_started":
            raise restored(event)
        raise RobotError("agent_lost", status=self._process.returncode)

    def errand(self, run: str, digest: str) -> None:
        """Let `run` have one hash (hexadecimal; empty: any) signed once; it holds when this returns.

        Raises:
            RobotError: `agent_lost`.
        """
        self._order(do="errand", run=run, digest=digest)

    def over(self, run: str) -> None:
        """`run` has nothing more to sign."""
        self._order(do="over", run=run)

    def spare(self) -> None:
        """Leave the browser alone at the end: its session goes on without this agent."""
        self._order(do="spare")

    def _order(self, **order: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - for the type checker: it was made with a pipe
        try:
            write_frame(self._process.stdin.fileno(), json.dumps(order).encode())
            if self._heard.get(timeout=HEARD_S)["event"] == "heard":
                return
        except (OSError, queue.Empty):
            pass
        raise RobotError("agent_lost", status=self._process.poll())

    def close(self) -> None:
        """Tell the agent that its owner goes, and wait until it has put everything down; killed where it does not."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            logger.bind(action="agent.killed").warning("the agent did not end")
            self._process.kill()
            self._process.wait()
        self._reader.join(END_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        shutil.rmtree(self.config.folder, ignore_errors=True)

    def _hear(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - for the type checker: it was made with a pipe
        for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if event["event"] not in {"heard", "served"}:
                    self.events.append(event)
                self._failing = event if event["event"] == "failed" else None if event["event"] == "served" else self._failing
                if event["event"] in {"ready", "not_started"}:
                    self._started.put(event)
                elif event["event"] == "heard":
                    self._heard.put(event)
        self._started.put({"event": "lost"})
        self._heard.put({"event": "lost"})


def begin_agent(entrance: tuple[str, ...] = ENTRANCE, *, signs: bool = False) -> subprocess.Popen[bytes]:
    """The process of an agent that has no task yet: it waits for one by its pipe, whose end is its own.

    With `signs` it loads what signing needs while it waits. It is in a session of its own, so that Ctrl-C reaches the robot
    alone, which ends it in order.
    """
    return subprocess.Popen(  # noqa: S603 - this interpreter, a module of ours
        [
            sys.executable,
            "-P",
            *entrance,
            *([SIGNS] if signs else []),
        ],  # -P: a module that lies in the folder it is started in is not ours
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # drivers talk; what the agent has to say is in its log
        bufsize=0,
        start_new_session=True,
        env=_environment(),
    )


def dismiss_agent(process: subprocess.Popen[bytes]) -> None:
    """There is no task for an agent that was begun: its pipe's end is its own; killed where it does not end."""
    try:
        process.communicate(timeout=END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def start_agent(
    config: AgentConfig, pin: bytes | None, entrance: tuple[str, ...] = ENTRANCE, begun: subprocess.Popen[bytes] | None = None
) -> Agent:
    """Start an agent for one run, or give the one that was `begun` its task; it serves when `wait_until_ready` returns.

    Configuration and PIN go by a pipe that stays open: its end is the agent's end. Nothing of them is in arguments or
    environment.
    """
    at = time.monotonic()
    process = begun if begun is not None and begun.poll() is None else begin_agent(entrance)
    agent = Agent(process, config)
    assert process.stdin is not None  # noqa: S101 - for the type checker: it was made with a pipe
    with contextlib.suppress(BrokenPipeError):
        hand_over(process.stdin.fileno(), config, pin)
    logger.bind(action="agent.started", seconds=round(time.monotonic() - at, 3)).debug("process {}", process.pid)
    return agent


def _environment() -> dict[str, str]:
    """The environment without what is the robot's own, and with the robot's package where this process found it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
    root = str(Path(__file__).parents[3])
    return kept | {"PYTHONPATH": os.pathsep.join([root, *filter(None, [kept.get("PYTHONPATH")])])}
