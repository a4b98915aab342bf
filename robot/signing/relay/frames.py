"""Native-messaging frames on file descriptors: a 32-bit length in native byte order, then that many bytes.

Unbuffered, so that a reader may stop at any frame. Waiting for a frame has no limit, waiting for the rest of one has.
"""

from __future__ import annotations

import os
import struct
import sys
import time

FROM_BROWSER = 64 * 1024 * 1024  # Chrome sends no more (native messaging)
TO_BROWSER = 1024 * 1024  # and takes no more: it ends the host

_PIECE = 1 << 20


class FrameFault(Exception):  # noqa: N818 - the name says what it is
    """What comes in is no frame; `kind` is `too_large`, `stalled` or `cut_off`. Nothing after it can be read."""

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(said)
        self.kind = kind


def read_frame(fd: int, cap: int, stall_s: float) -> bytes | None:
    """The next frame's payload; None where the stream ended between two frames.

    Raises:
        FrameFault: more than `cap` bytes are announced, the rest does not come within `stall_s`, or the stream ended within.
    """
    header = os.read(fd, 4)
    if not header:
        return None
    deadline = time.monotonic() + stall_s
    header += _rest(fd, 4 - len(header), deadline)
    (length,) = struct.unpack("=I", header)
    if length > cap:
        raise FrameFault("too_large", f"a message over {cap} bytes")
    return _rest(fd, length, deadline)


def write_frame(fd: int, payload: bytes) -> None:
    """Send one frame whole. Raises `BrokenPipeError` where nobody reads any more."""
    view = memoryview(struct.pack("=I", len(payload)) + payload)
    while view:
        view = view[os.write(fd, view) :]


def _rest(fd: int, length: int, deadline: float) -> bytes:
    pieces = []
    while length:
        if not _readable(fd, deadline - time.monotonic()):
            raise FrameFault("stalled", "the rest of a message did not come")
        piece = os.read(fd, min(length, _PIECE))
        if not piece:
            raise FrameFault("cut_off", "the stream ended within a message")
        pieces.append(piece)
        length -= len(piece)
    return b"".join(pieces)


if sys.platform == "win32":
    import _winapi
    import msvcrt

    def _readable(fd: int, within_s: float) -> bool:
        """Whether a read would not block within that time; pipes cannot be selected on Windows, so it is asked for again."""
        handle, until = msvcrt.get_osfhandle(fd), time.monotonic() + within_s
        while True:
            try:
                if _winapi.PeekNamedPipe(handle, 0)[0]:
                    return True
            except BrokenPipeError:
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(0.005)

    def hung_up(fd: int) -> bool:
        """Whether the writer at the other end of the pipe has gone."""
        try:
            _winapi.PeekNamedPipe(msvcrt.get_osfhandle(fd), 0)
        except BrokenPipeError:
            return True
        return False

else:
    import select

    def _readable(fd: int, within_s: float) -> bool:
        """Whether a read would not block within that time."""
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        return bool(poll.poll(max(within_s, 0) * 1000))

    def hung_up(fd: int) -> bool:
        """Whether the writer at the other end of the pipe has gone, even while something it sent is unread."""
        poll = select.poll()
        poll.register(fd, 0)
        return bool(poll.poll(0))
