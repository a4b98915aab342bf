"""When the night runs, and who notices that it did not."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from robot.settings.kinds import SecretReference, Strict

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Schedule(Strict):
    """The timer of `vss-robot schedule`, and the sign of life after each night."""

    at: str = Field("21:00", pattern=CLOCK, description="when the night begins, HH:MM in Vietnam")
    days: tuple[Day, ...] = Field(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), description="on which days")
    until: str = Field(
        "05:00", pattern=f"{CLOCK}|^$", description="when no new dossier is begun any more; empty for no such time"
    )
    scope: Literal["user", "system"] = Field(
        "user", description="a timer of this user, or of the system (as administrator; runs without anybody logged in)"
    )
    account: str = Field("", description="the account that the system's timer runs as; whoever installs it when left out")
    credential: Path | None = Field(
        None,
        description="Linux: the vault's pass phrase, encrypted by `systemd-creds encrypt --name=vault`; for vault.backend = file",
    )
    heartbeat_file: Path | None = Field(None, description="a file written after each night, for monitoring that looks at its age")
    heartbeat_url: SecretReference | None = Field(
        None, description="reference to an address that is called after each night; monitoring there misses one that did not run"
    )
