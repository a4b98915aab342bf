"""Traces of runs: the collector that takes them, if there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, HttpUrl

from robot.settings.kinds import SecretReference, Strict


def _without_secret(address: HttpUrl) -> HttpUrl:
    if address.username or address.password:
        message = "a secret is never written here: name the headers that hold it in telemetry.headers"
        raise ValueError(message)
    return address


class Telemetry(Strict):
    """OpenTelemetry traces of nights, runs and steps over OTLP/HTTP; needs the extra `telemetry`. Off without an endpoint."""

    endpoint: Annotated[HttpUrl, AfterValidator(_without_secret)] | None = Field(
        None,
        description="collector that takes traces by OTLP/HTTP, such as http://127.0.0.1:4318 (/v1/traces is added where no "
        "path is given); none sends nothing",
    )
    service_name: str = Field("vss-robot", min_length=1, description="name under which the collector shows them")
    headers: SecretReference | None = Field(
        None, description="reference to headers that the collector asks for (NAME=VALUE, one a line or with commas): keyring:NAME"
    )
    ca_file: Path | None = Field(None, description="certificate of a private authority for the collector")
    ratio: float = Field(1.0, ge=0, le=1, description="share of nights and single runs that are traced, from 0 to 1")
    give_up_s: float = Field(
        2.0,
        gt=0,
        le=10,
        description="how long the last spans may take at the end; a collector that does not answer costs no more",
    )
