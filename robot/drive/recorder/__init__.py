"""The recorder: a run kept as a recording that QA can replay without the portal and without a token."""

from robot.drive.recorder.recording import RecordedRun

__all__ = ["RecordedRun"]
