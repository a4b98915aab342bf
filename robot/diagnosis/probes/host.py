"""The native host as a program: there, allowed to run, starting, and answering a harmless message in time.

The message is `{}`, with which the signing extensions of this family probe their host themselves: a host of the token-signing
protocol answers `invalid_argument`, one of web-eid greets first. Neither asks a token or opens a window for it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import queue
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from robot.diagnosis.probe import Probe, broken, ok
from robot.signing.relay import exits
from robot.signing.relay.frames import TO_BROWSER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from robot.signing.relay.reading import VendorExit

GRACE_S: Final = 1.0
_KEPT: Final = 4096
_SAID: Final = 120
_NO_FORMAT: Final = 193  # ERROR_BAD_EXE_FORMAT


def look_at_file(program: Path) -> Probe | None:
    """What is wrong with the host's file itself; None where nothing is."""
    if not program.is_file():
        return broken("host_file_missing", file=program)
    if not os.access(program, os.X_OK):
        return broken("host_not_executable", file=program)
    return None


def greet(program: Path, extension_id: str, within_s: float, environment: Mapping[str, str] | None = None) -> Probe:
    """Start the host as Chrome would, send the harmless message, end it again."""
    wrong = look_at_file(program)
    if wrong is not None:
        return wrong
    variables = environment if environment is not None else os.environ
    try:
        process = subprocess.Popen(  # noqa: S603 - the program that the settings or the manifest name
            [str(program), f"chrome-extension://{extension_id}/"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=program.parent,
            env={name: value for name, value in variables.items() if not name.startswith("VSS_ROBOT_")},
        )
    except OSError as error:
        return _not_started(program, error)
    return _Talk(process, program).run(within_s)


def end_of(program: Path | str, ended: VendorExit) -> Probe | None:
    """How the host ended within a run, as a fault; None where it ended in order."""
    if ended.meaning == "ended":
        return None
    return _ended(program, ended.status, ended.meaning, ended.detail, ended.stderr)


@dataclass
class _Talk:
    """One start of a host."""

    process: subprocess.Popen[bytes]
    program: Path

    def run(self, within_s: float) -> Probe:
        answers: queue.Queue[bytes | None] = queue.Queue()
        said: list[bytes] = []
        threads = [
            threading.Thread(target=self._listen, args=(answers,), daemon=True),
            threading.Thread(target=self._overhear, args=(said,), daemon=True),
        ]
        for thread in threads:
            thread.start()
        with contextlib.suppress(OSError):  # a host that has gone is judged by how it went
            assert self.process.stdin is not None  # noqa: S101 - for the type checker
            self.process.stdin.write(struct.pack("=I", 2) + b"{}")
        try:
            answer = answers.get(timeout=within_s)
        except queue.Empty:
            self._end(threads)
            return broken("host_silent", file=self.program, seconds=f"{within_s:g}")
        if answer is None:
            return self._judged(threads, said, within_s)
        self._end(threads)
        if not _is_message(answer):
            return broken("host_garbage", file=self.program)
        return ok("host", "host", file=self.program)

    def _judged(self, threads: list[threading.Thread], said: list[bytes], within_s: float) -> Probe:
        """It closed its end without an answer: by its exit status; one that lives on is silent."""
        try:
            status = self.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._end(threads)
            return broken("host_silent", file=self.program, seconds=f"{within_s:g}")
        self._end(threads)
        stderr = b"".join(said)[-_KEPT:].decode(errors="replace")
        return _ended(self.program, status, *exits.meaning(status, stderr, unanswered=True), stderr)

    def _listen(self, answers: queue.Queue[bytes | None]) -> None:
        source = self.process.stdout
        assert source is not None  # noqa: S101 - for the type checker
        with contextlib.suppress(OSError, ValueError):
            header = _exactly(source.fileno(), 4)
            if len(header) == 4:  # noqa: PLR2004 - the header's four bytes
                (length,) = struct.unpack("=I", header)
                answers.put(_exactly(source.fileno(), length) if length <= TO_BROWSER else header)
                return
            if header:
                answers.put(header)
                return
        answers.put(None)

    def _overhear(self, said: list[bytes]) -> None:
        source = self.process.stderr
        assert source is not None  # noqa: S101 - for the type checker
        with contextlib.suppress(OSError, ValueError):
            while piece := source.read(_KEPT):
                said.append(piece)
                del said[:-2]

    def _end(self, threads: list[threading.Thread]) -> None:
        """Close its end as Chrome does, give it a moment, and see it gone."""
        assert self.process.stdin is not None  # noqa: S101 - for the type checker
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for thread in threads:
            thread.join(GRACE_S)
        if not any(thread.is_alive() for thread in threads):  # a child of the host's may hold the pipe still
            for stream in (self.process.stdout, self.process.stderr):
                if stream is not None:
                    stream.close()


def _exactly(fd: int, length: int) -> bytes:
    pieces = b""
    while len(pieces) < length and (piece := os.read(fd, length - len(pieces))):
        pieces += piece
    return pieces


def _is_message(answer: bytes) -> bool:
    try:
        return isinstance(json.loads(answer.decode()), dict)
    except ValueError:
        return False


def _not_started(program: Path, error: OSError) -> Probe:
    if error.errno == errno.ENOEXEC or getattr(error, "winerror", None) == _NO_FORMAT:
        return broken("host_wrong_architecture", file=program, why=error.strerror)
    if isinstance(error, PermissionError):
        return broken("host_not_executable", file=program)
    if isinstance(error, FileNotFoundError):  # the file is there: what it names as its interpreter is not
        return broken("host_library_missing", file=program, missing=_interpreter(program))
    return broken("host_exited", file=program, status=error.errno, said=error.strerror)


def _interpreter(program: Path) -> str:
    """The program that a script names in its first line, or the loader of a binary."""
    with contextlib.suppress(OSError), program.open("rb") as file:
        first = file.readline(256)
        if first.startswith(b"#!"):
            return first[2:].decode(errors="replace").strip()
    return "ld.so" if sys.platform != "win32" else "?"


def _ended(program: Path | str, status: int, meaning: str, detail: str, stderr: str) -> Probe:  # noqa: PLR0911 - a way to end each
    said = exits.redacted(" ".join(stderr.split()))[-_SAID:]
    match meaning:
        case "library_missing" | "dll_missing":
            return broken("host_library_missing", file=program, missing=detail)
        case "bad_image":
            return broken("host_wrong_architecture", file=program, why=detail)
        case "not_executable" if "ermission denied" in stderr:
            return broken("host_not_executable", file=program)
        case "not_executable":
            return broken("host_wrong_architecture", file=program, why=said or status)
        case "program_missing":
            return broken("host_file_missing", file=said or program)
        case "killed":
            return broken("host_killed", file=program, signal=detail)
        case "no_frame":
            return broken("host_garbage", file=program)
    return broken("host_exited", file=program, status=status, said=said)
