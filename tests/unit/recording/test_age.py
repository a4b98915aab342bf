"""The age gate of recordings."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from robot.recording.age import age_of, age_said, days_old
from robot.settings.recordings import Recordings

LIMITS = Recordings(warn_days=30, fail_days=60)
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(("days", "age"), [(0, "young"), (30, "young"), (31, "old"), (60, "old"), (61, "too_old")])
def test_a_recording_ages(days, age):
    """Up to warn_days it is young, up to fail_days old, then too old; what is old is said with its days."""
    recording = SimpleNamespace(recorded=NOW - timedelta(days=days))
    assert (days, age) == (days_old(recording, NOW), age_of(recording, LIMITS, NOW))
    said = age_said(recording, LIMITS, NOW)
    assert said is None if age == "young" else f"{days} days" in said.say("en")


def test_a_failure_comes_no_earlier_than_a_warning():
    """The two limits must fit one another."""
    with pytest.raises(ValidationError, match="fail_days"):
        Recordings(warn_days=10, fail_days=9)
