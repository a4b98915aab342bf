"""Where operators put dossiers that are to be sent."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from robot.settings.kinds import Seconds, Strict


class Outbox(Strict):
    """The folder that dossiers are taken from: one folder an organisation in it, by its key; archive and refused lie in that."""

    folder: Path = Field(Path("outbox"), description="a dossier put into its folder KEY is checked and sent in the next night")
    stable_s: Seconds = Field(10, description="how long a file must have kept its size and time before it counts as whole")
    consent_days: int = Field(
        7, ge=1, le=90, description="how long a file that would take another dossier's place waits for a person's consent"
    )
