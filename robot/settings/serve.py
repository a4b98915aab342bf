"""The operator's page: where it answers, and what it counts as due."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from robot.settings.kinds import Seconds, Strict

Procedure = Annotated[str, Field(pattern=r"^[0-9]{1,6}$")]


class Serve(Strict):
    """`vss-robot serve`."""

    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="address to answer on; any other than this machine's own is read by whoever listens on the network",
    )
    port: int = Field(8377, ge=0, le=65_535, description="port to answer on; 0 takes a free one")
    names: tuple[str, ...] = Field(
        (), description="host names by which browsers may ask, beside the address and localhost; any other is refused"
    )
    tokens_s: Seconds = Field(600, description="how old may be what was last seen of the tokens, before they are looked at again")
    deadline_procedures: tuple[Procedure, ...] = Field(
        ("600",), description="procedures (MaThuTuc) that every organisation hands in each month; the page counts what is missing"
    )
    deadline_day: int = Field(
        31, ge=1, le=31, description="day of the month by which they are handed in; the last one where a month is shorter"
    )
