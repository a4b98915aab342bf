"""What one profile's relay is told, in a file that only its owner may read: the agent's key stands in it."""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Literal, NamedTuple, Self


class ConfigUnusable(Exception):  # noqa: N818 - the name says what happened, as in robot.errors
    """The file is not there, not the owner's alone, or not what `install` writes."""


class RelayConfig(NamedTuple):
    """Times are in seconds. `vendor` is of mode vendor, `frames` of recorded; protocol, origins, version and agent of pkcs11."""

    mode: Literal["vendor", "pkcs11", "recorded"]
    transcript: str  # the file to add to; its folder must be there
    extension_ids: tuple[str, ...]  # who may be at the other end, by Chrome's first argument
    protocol: Literal["token-signing", "web-eid"] = "token-signing"
    allowed_origins: tuple[str, ...] = ()  # as a browser writes them: https://gddt.baohiemxahoi.gov.vn
    version: str = ""  # told to the page; the protocol's own when left out
    agent_address: str = ""  # of a multiprocessing.connection.Listener: socket's path, or name of the pipe
    agent_authkey: str = ""  # hexadecimal
    vendor: tuple[str, ...] = ()  # program and arguments; Chrome's own arguments are added
    ear_address: str = ""  # of a recorder, which is told each frame whole; none where nothing is recorded
    ear_authkey: str = ""  # hexadecimal
    frames: str = ""  # the file with what a recording's host has said, see `recorded`
    stall_s: float = 5.0  # the rest of a frame that has begun
    connect_s: float = 5.0  # the agent to take the call
    answer_s: float = 120.0  # the agent to answer: a person may have to enter a PIN
    grace_s: float = 1.0  # the vendor's host to go by itself; Chrome kills the relay after 2 s

    def __repr__(self) -> str:
        return f"RelayConfig(mode={self.mode!r}, protocol={self.protocol!r}, transcript={self.transcript!r}, …)"

    def written(self) -> str:
        """The file's text."""
        return json.dumps(self._asdict(), ensure_ascii=False, indent=1)

    @classmethod
    def load(cls, file: str) -> Self:
        """Read what `install` wrote.

        Raises:
            ConfigUnusable: see there.
        """
        try:
            with open(file, encoding="utf-8") as opened:  # noqa: PTH123 - pathlib takes a tenth of the start-up
                status = os.fstat(opened.fileno())
                if sys.platform != "win32" and (status.st_mode & 0o077 or status.st_uid != os.geteuid()):
                    raise ConfigUnusable(file)
                written = json.load(opened)
            facts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in written.items()}
            return cls(**facts)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ConfigUnusable(file) from error
