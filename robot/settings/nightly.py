"""How many dossiers are sent in a night: side by side, how fast, and when it is given up."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from robot.settings.kinds import Seconds, Strict


class Nightly(Strict):
    """The nightly run."""

    lanes: int = Field(2, ge=1, le=32, description="how many organisations are worked on side by side, each in a browser")
    tabs: int = Field(1, ge=1, le=16, description="how many dossiers of one session are under way at once, each in a tab")
    memory_mb: int = Field(400, ge=0, description="memory (MB) that must be free before one more browser is started")
    rate_s: float = Field(0, ge=0, le=3600, description="least time between the beginnings of two dossiers, over all lanes")
    tries: int = Field(3, ge=1, le=20, description="how often a dossier that was not sent yet is begun in one night")
    breaker: int = Field(3, ge=1, le=100, description="so many failures of the portal in a row, and it counts as down")
    breaker_s: Seconds = Field(
        60, description="pause while the portal is down, doubled each time up to fifteen minutes, with chance in it"
    )
    check_map: bool = Field(
        default=False,
        description="look at the portal's pages first, and begin nothing where they are not as the portal map says",
    )
    keep_alive_s: Seconds = Field(300, description="between two calls that keep a session alive while it waits")
    patience_s: Seconds = Field(
        3600, description="how long a night without --until waits for what is not due yet: a second look, a portal that is down"
    )
    grace_s: Seconds = Field(60, description="how long a stopped night has to bring what it has in hand into a safe state")
    digest: Literal["file", "any"] = Field(
        "file",
        description="what the portal has signed of a dossier: the file's SHA-256, or any hash (then one tab only)",
    )
