"""Traces of nights, runs and steps for whoever watches many machines; where no collector is named, nothing is loaded or told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.telemetry.seam import NoTraces, Traces

if TYPE_CHECKING:
    from robot.redaction import Redactor
    from robot.settings.telemetry import Telemetry
    from robot.vault import Vault

__all__ = ["NoTraces", "Traces", "open_traces"]


def open_traces(settings: Telemetry, vault: Vault, redactor: Redactor) -> Traces:
    """What the settings want told; nothing is loaded, asked of the vault or sent before the first night or run begins."""
    if settings.endpoint is None:
        return NoTraces()

    from robot.telemetry.spans import Spans  # noqa: PLC0415 - off, it is not needed at all

    return Spans(settings, vault, redactor)
