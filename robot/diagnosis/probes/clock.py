"""This machine's clock against the portal's, by the Date header of its answer (RFC 9110, whole seconds)."""

from __future__ import annotations

from typing import Final

from robot.diagnosis.probe import Probe, broken, ok, unknown

MOST_S: Final = 300.0  # what signed messages are allowed to differ by in common practice (Kerberos, time stamps)


def look_at_clock(ahead_s: float | None) -> Probe:
    """`ahead_s`: by how much this machine is ahead; None where the portal has not told its time."""
    if ahead_s is None:
        return unknown("clock", "clock_unseen")
    if abs(ahead_s) > MOST_S:
        return broken("clock_skew", seconds=round(ahead_s))
    return ok("clock", "clock", seconds=round(ahead_s))
