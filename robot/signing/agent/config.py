"""What an agent is told when it starts, by a pipe: everything but the PIN, which comes after it on the same pipe."""

from __future__ import annotations

import json
import os
import struct
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

HEADER = struct.Struct(">I")
LARGEST = 1024 * 1024
PIN_LENGTHS = 256  # no token takes a longer PIN


class AgentConfig(BaseModel):
    """One run's agent. `limit`: how many signatures the run may make; `driver` is None where the robot itself signs nothing.

    With `errands` it signs for other runs, each told by its owner with what it may sign once; `limit` does not count then.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: str
    mode: Literal["vendor", "pkcs11"]
    home: Path
    ledger_url: str
    folder: Path
    """Private folder (0700) of the channel; the agent removes it."""
    address: str
    authkey: str
    """Hexadecimal; whoever speaks to the agent must know it."""
    profile: Path
    relay: Path
    """Folder of the relay's program: whatever runs from it ends with the agent."""
    call_log: Path
    driver: Path | None = None
    serial: str = ""
    tax_code: str = ""
    certificate_serial: str = ""
    origins: tuple[str, ...] = ()
    allow_sha1: bool = False
    attended: bool = False
    """A person gives the PIN, so that no consent is needed."""
    consent_until: date | None = None
    limit: int = 0
    errands: bool = False


def write_frame(fd: int, payload: bytes) -> None:
    """Write a frame whole."""
    rest = memoryview(HEADER.pack(len(payload)) + payload)
    while rest:
        rest = rest[os.write(fd, rest) :]


def read_frame(fd: int, largest: int = LARGEST) -> bytes:
    """Read a frame; EOFError where the pipe ends before its end, ValueError where it is longer than `largest`."""
    (length,) = HEADER.unpack(_read(fd, HEADER.size))
    if length > largest:
        raise ValueError(length)
    return _read(fd, length)


def hand_over(fd: int, config: AgentConfig, pin: bytes | None) -> None:
    """Tell a new agent its task and its PIN."""
    write_frame(fd, config.model_dump_json().encode())
    write_frame(fd, pin or b"")


def take_over(fd: int) -> tuple[AgentConfig, bytes | None]:
    """What `hand_over` wrote."""
    config = AgentConfig.model_validate(json.loads(read_frame(fd)))
    return config, read_frame(fd, PIN_LENGTHS) or None


def _read(fd: int, wanted: int) -> bytes:
    found = b""
    while len(found) < wanted:
        piece = os.read(fd, wanted - len(found))
        if not piece:
            raise EOFError
        found += piece
    return found
