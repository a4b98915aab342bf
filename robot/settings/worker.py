"""Workers: what a machine takes from the books on the server."""

from __future__ import annotations

from pydantic import Field

from robot.settings.kinds import Seconds, Strict


class Worker(Strict):
    """Work spread over many machines, each with its own tokens."""

    identity: str = Field("", max_length=100, description="name of this machine's worker; the machine's own when left out")
    organisations: tuple[str, ...] = Field(
        (),
        description="organisations whose tokens are plugged in here; found by the tokens' certificates when empty",
    )
    look_s: Seconds = Field(5, description="between two looks at what is due, at the tokens, and at workers gone silent")
    silence_s: Seconds = Field(30, description="a worker not heard of for so long is gone, and its work is looked into")
    rest_s: Seconds = Field(30, description="before a run that waits for a mail, and needs no token, is taken up again")
    expires_s: Seconds = Field(
        604_800, description="after which a run that waits is taken up no more; a person may start it still"
    )
    night: str = Field("", description="when this machine runs its nightly, as cron says it, in UTC; never when left out")
