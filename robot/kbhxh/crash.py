"""The case "Unhandled exception has occurred in your application": seen in the event log, or when the program is started.

A .NET program that dies of an exception leaves a record of source `.NET Runtime` (1026) or `Application Error` (1000) and
ends with 0xE0434352. One that shows the dialog instead leaves no record and goes on running: only its window tells.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import psutil
from lxml import etree

if TYPE_CHECKING:
    from pathlib import Path

    from robot.kbhxh.system import System

CLR_EXCEPTION: Final = {0xE0434352, 0xE0434352 - (1 << 32)}  # "the CLR threw it", as Windows gives it out with either sign
UNHANDLED: Final = re.compile(r"unhandled[ \n]+exception", re.IGNORECASE)
DECLARATION: Final = re.compile(r"<\?xml[^>]*\?>")
LOOK_S: Final = 0.1
SAID: Final = 2000  # characters kept of what a program said


@dataclass(frozen=True)
class Crash:
    """An unhandled exception: where it was seen, when (UTC) where that is known, the exception's class, and the text."""

    seen: Literal["event_log", "window", "exit_code", "output"]
    at: datetime | None
    exception: str | None
    text: str


def last_crash(program: Path, system: System) -> Crash | None:
    """The newest crash of this program in the event log; None where the log has none, or there is no log."""
    found = [crash for crash in read_events(system.events(), program.name) if crash.at is not None]
    return max(found, key=lambda crash: crash.at.timestamp() if crash.at else 0, default=None)


def read_events(printed: bytes, program: str) -> list[Crash]:
    """The records of `program` (a file name) in what `wevtutil /f:RenderedXml` printed: Event elements one after another."""
    text = printed.decode(
        "utf-16" if printed[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-16-le" if b"\0" in printed else "utf-8", "replace"
    )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(f"<Events>{DECLARATION.sub('', text)}</Events>".encode(), parser)
    if root is None:
        return []
    crashes = []
    for event in root.iterfind("{*}Event"):
        said = "\n".join(part.text or "" for part in event.iterfind("{*}EventData/{*}Data"))
        if not re.search(rf"(?<![\w.-]){re.escape(program)}(?![\w.-])", said, re.IGNORECASE):
            continue
        created = event.find("{*}System/{*}TimeCreated")
        moment = created.get("SystemTime") if created is not None else None
        crashes.append(Crash("event_log", _moment(moment), _exception(said), said[:SAID]))
    return crashes


def try_start(program: Path, system: System, wait_s: float = 10) -> Crash | None:
    """Start the program, watch it for `wait_s`, end it; the crash, or None where it ran or ended in order.

    The program may write into its own folder: this is for a person who asks for it, never part of an upgrade.

    Raises:
        OSError: it cannot be started at all.
    """
    with tempfile.TemporaryFile() as output:
        started = psutil.Popen([str(program)], cwd=program.parent, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            return _watch(started, system, wait_s) or _said(output.read() if output.seek(0) == 0 else b"")
        finally:
            _end(started)


def _watch(started: psutil.Popen, system: System, wait_s: float) -> Crash | None:
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        text = "\n".join(system.windows(started.pid))
        if UNHANDLED.search(text):
            return Crash("window", None, _exception(text), text[:SAID])
        try:
            code = started.wait(LOOK_S)
        except psutil.TimeoutExpired:
            continue
        return Crash("exit_code", None, None, f"0x{code & 0xFFFFFFFF:08X}") if code in CLR_EXCEPTION else None
    return None


def _said(output: bytes) -> Crash | None:
    text = output.decode("utf-8", "replace")
    return Crash("output", None, _exception(text), text[:SAID]) if UNHANDLED.search(text) else None


def _end(started: psutil.Popen) -> None:
    """End what was started, with all that it started."""
    try:
        family = [*started.children(recursive=True), started]
    except psutil.NoSuchProcess:
        return
    for process in family:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=10)


def _exception(text: str) -> str | None:
    named = re.search(r"\b(?:[A-Za-z_]\w*\.)+\w*Exception\b", text)
    return named.group() if named else None


def _moment(written: str | None) -> datetime | None:
    """Windows writes seven digits of a second, Python reads six."""
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", written or ""))
    except ValueError:
        return None
