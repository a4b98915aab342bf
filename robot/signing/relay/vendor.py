"""Mode vendor: the VSS library's own host is started, its frames pass both ways as they are, and its end is written down."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from typing import TYPE_CHECKING, Final

from robot.signing.relay import exits, frames
from robot.signing.relay.transcript import FROM, TO

if TYPE_CHECKING:
    from robot.signing.relay.config import RelayConfig
    from robot.signing.relay.transcript import Transcript

_STDIN, _STDOUT = 0, 1
_KEPT_STDERR: Final = 4096
_DRAIN_S: Final = 1.0  # for what an ended host has left in its pipes


def pass_on(config: RelayConfig, transcript: Transcript, from_chrome: list[str]) -> int:
    """Serve one port; the relay's exit status: 0 where the host ended in order, 3 where it did not."""
    host = _Host(config, transcript)
    return host.run([*config.vendor, *from_chrome])


class _Host:
    """The vendor's host while it runs."""

    def __init__(self, config: RelayConfig, transcript: Transcript) -> None:
        self._config = config
        self._transcript = transcript
        self._process: subprocess.Popen[bytes]
        self._unanswered = 0
        self._browser_left = False
        self._killed = False  # by this relay: no sign of what is wrong with it
        self._garbled = False  # it said what is no frame, so that nothing more can be read of it
        self._stderr = b""

    def run(self, command: list[str]) -> int:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the program that the operator's settings name
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=os.path.dirname(command[0]) or None,  # noqa: PTH120 - where Chrome would start it; pathlib is slow to load
                env={name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")},
            )
        except OSError as error:
            return self._ended(126 if isinstance(error, PermissionError) else 127, str(error.strerror))
        self._transcript.event("vendor_started", program=os.path.basename(command[0]), pid=self._process.pid)  # noqa: PTH119 - as above
        threads = [threading.Thread(target=work, daemon=True) for work in (self._down, self._listen, self._up)]
        for thread in threads:
            thread.start()
        status = self._process.wait()
        for thread in threads[:2]:
            thread.join(_DRAIN_S)
        return self._ended(status, self._stderr[-_KEPT_STDERR:].decode(errors="replace"))

    def _ended(self, status: int, stderr: str) -> int:
        unanswered = self._unanswered > 0 and not self._browser_left
        code, detail = exits.meaning(status, stderr, unanswered=unanswered)
        if self._browser_left and code == "killed":
            code = "ended"  # by this relay, or by whoever ended the browser
        elif self._garbled:
            code, detail = "no_frame", ""
        elif self._killed:
            code, detail = "closed_unanswered" if unanswered else "ended", ""
        self._transcript.event(
            "vendor_exited",
            status=status,
            meaning=code,
            detail=detail,
            unanswered=self._unanswered,
            stderr=exits.redacted(stderr),
        )
        return 0 if code == "ended" else 3

    def _up(self) -> None:
        """Browser to host, until the browser leaves; then the host has `grace_s` to leave too."""
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        sink = self._process.stdin.fileno()
        with contextlib.suppress(BrokenPipeError):  # the host has gone, and the one who waits for it says so
            while (payload := self._frame(_STDIN, frames.FROM_BROWSER, FROM)) is not None:
                self._unanswered += 1
                frames.write_frame(sink, payload)
            self._browser_left = True
            self._process.stdin.close()
            self._leave()

    def _down(self) -> None:
        """Host to browser, until the host closes its end or says what is no frame."""
        assert self._process.stdout is not None  # noqa: S101 - for the type checker
        source = self._process.stdout.fileno()
        try:
            while (payload := self._frame(source, frames.TO_BROWSER, TO)) is not None:
                self._unanswered = max(self._unanswered - 1, 0)
                frames.write_frame(_STDOUT, payload)
        except BrokenPipeError:
            self._browser_left = True
        self._leave()

    def _frame(self, source: int, cap: int, direction: str) -> bytes | None:
        try:
            payload = frames.read_frame(source, cap, self._config.stall_s)
        except frames.FrameFault as fault:
            self._transcript.event("frame_fault", direction=direction, fault=fault.kind)
            self._garbled = self._garbled or direction == TO
            return None
        if payload is not None:
            self._transcript.frame(direction, payload)
        return payload

    def _listen(self) -> None:
        """Keep the last of what the host says on stderr."""
        assert self._process.stderr is not None  # noqa: S101 - for the type checker
        while piece := self._process.stderr.read(_KEPT_STDERR):
            self._stderr = (self._stderr + piece)[-_KEPT_STDERR:]

    def _leave(self) -> None:
        try:
            self._process.wait(self._config.grace_s)
        except subprocess.TimeoutExpired:
            self._transcript.event("vendor_killed", seconds=self._config.grace_s)
            self._killed = True
            self._process.kill()
