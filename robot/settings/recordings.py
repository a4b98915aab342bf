"""Recordings: how old one may be before what it says of the portal counts for little."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from robot.settings.kinds import Strict


class Recordings(Strict):
    """The age of a recording, looked at when it is replayed."""

    warn_days: int = Field(90, ge=1, description="a replay warns of a recording older than so many days")
    fail_days: int = Field(365, ge=1, description="a recording older than so many days fails; record it anew")

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.fail_days < self.warn_days:
            message = "fail_days must not be less than warn_days"
            raise ValueError(message)
        return self
