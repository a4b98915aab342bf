"""Time on every surface: stored in UTC, shown and written in Vietnam's."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")  # no summer time; Windows has no zone table of its own


def shown(moment: datetime) -> str:
    """A moment as a person in Vietnam reads it: 22/11/2026 15:04:05."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
