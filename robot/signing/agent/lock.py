"""A lock of the operating system by a name, across processes and users of one machine; it goes with its holder.

Linux: an abstract socket, which needs no file that another user might own, and tells who holds it. macOS: flock on a file in
/tmp. Windows: a named mutex, which is there as long as its holder is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_S: Final = 0.05
ASKED: Final = 128  # how often others may ask who holds it; their calls are never taken
ALREADY_EXISTS: Final = 183  # ERROR_ALREADY_EXISTS, winerror.h


def token_lock(serial: str) -> str:
    """The name of a token's lock."""
    return f"token {serial}"


class Held(Exception):  # noqa: N818 - says what happened
    """Somebody else holds the lock; `pid` where the system tells, else 0."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        super().__init__(f"held by process {pid}")


class OsLock:
    """A held lock, as long as this object is kept; `release` lets it go, and so does the end of the process."""

    def __init__(self, release: Callable[[], None]) -> None:
        self._release = release

    @classmethod
    def acquire(cls, name: str, wait_s: float = 0) -> Self:
        """Take the lock `name`, waiting at most `wait_s` for a holder that is about to end.

        Raises:
            Held: it is not to be had.
        """
        known = "vss-robot-" + hashlib.sha256(name.encode()).hexdigest()[:40]
        deadline = time.monotonic() + wait_s
        while True:
            try:
                return cls(_take(known))
            except Held:
                if time.monotonic() >= deadline:
                    raise Held(_holder(known)) from None
                time.sleep(LOOK_S)

    def release(self) -> None:
        """Let it go; a second time does nothing."""
        release, self._release = self._release, lambda: None
        release()


if sys.platform == "linux":

    def _take(name: str) -> Callable[[], None]:
        holder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            holder.bind(f"\0{name}")
        except OSError:
            holder.close()
            raise Held(0) from None
        holder.listen(ASKED)
        return holder.close

    def _holder(name: str) -> int:
        """The process id of whoever listens there."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
            asked.settimeout(1)
            asked.connect(f"\0{name}")
            pid, _, _ = struct.unpack("3i", asked.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            return int(pid)
        return 0

elif sys.platform == "win32":

    def _holder(name: str) -> int:  # noqa: ARG001 - this system does not tell
        return 0

    def _take(name: str) -> Callable[[], None]:
        import ctypes  # noqa: PLC0415 - this system only

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateMutexW.restype = ctypes.c_void_p
        handle = kernel.CreateMutexW(None, False, f"Global\\{name}")  # noqa: FBT003 - the system's own signature
        error = ctypes.get_last_error()
        if not handle:  # another user's, which we may not even open
            raise Held(0)
        close = ctypes.c_void_p(handle)
        if error == ALREADY_EXISTS:
            kernel.CloseHandle(close)
            raise Held(0)
        return lambda: kernel.CloseHandle(close)

else:

    def _holder(name: str) -> int:  # noqa: ARG001 - this system does not tell
        return 0

    def _take(name: str) -> Callable[[], None]:
        import fcntl  # noqa: PLC0415 - this system only

        flags = os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open(f"/tmp/{name}.lock", flags, 0o644)  # noqa: S108 - the one folder all users share; a link is not followed
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(fd)
            raise Held(0) from None
        return lambda: os.close(fd)
