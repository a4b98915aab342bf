"""How dossiers are sent: claims, and look-ups after an outcome that nobody saw."""

from __future__ import annotations

from pydantic import Field

from robot.settings.kinds import Seconds, Strict


class Submission(Strict):
    """The way of a dossier to the portal, and what is done where its end was not seen."""

    lease_s: Seconds = Field(900, description="how long a run has a dossier for itself before it must say that it is alive")
    lag_s: float = Field(
        600,
        ge=0,
        le=86_400,
        description="how late the portal's list may show a dossier; two looks so far apart prove it absent",
    )
    back_off_s: Seconds = Field(60, description="before a look-up that the portal did not answer is tried again")
