"""The pass phrase from an inherited file descriptor: never an argument, a variable or a setting."""

from __future__ import annotations

import os

from robot.errors import UsageError

LONGEST_BYTES = 64 * 1024
STANDARD_STREAMS = range(3)


def pass_phrase_from_fd(fd: int) -> str:
    """What `fd` holds up to its end, without one newline at the end; the descriptor is closed, so no child inherits it.

    Raises:
        UsageError: `fd_unreadable`: not open, not readable, empty, over 64 KiB or not UTF-8.
    """
    try:
        held = _read_to_end(fd)
        if fd not in STANDARD_STREAMS:
            os.close(fd)
        phrase = held.decode("utf-8")
    except (OSError, OverflowError) as wrong:
        raise UsageError("fd_unreadable", fd=fd, why=wrong) from wrong
    except UnicodeDecodeError:
        # The decoder's own error carries the bytes, which are the secret: it is neither shown nor chained.
        raise UsageError("fd_unreadable", fd=fd, why="not UTF-8") from None
    phrase = phrase.removesuffix("\n").removesuffix("\r")
    if not phrase:
        raise UsageError("fd_unreadable", fd=fd, why="empty")
    return phrase


def _read_to_end(fd: int) -> bytes:
    held = bytearray()
    while piece := os.read(fd, 4096):
        held += piece
        if len(held) > LONGEST_BYTES:
            message = f"more than {LONGEST_BYTES} bytes"
            raise OSError(message)
    return bytes(held)
