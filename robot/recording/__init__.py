"""Recordings: what a run saw and sent, as data that another run can be played on, read in a review, and compared."""

from robot.recording.model import (
    VERSION,
    Answer,
    Earlier,
    Found,
    Frame,
    Mail,
    Outcome,
    PortalFacts,
    Recording,
    Step,
)

__all__ = ["VERSION", "Answer", "Earlier", "Found", "Frame", "Mail", "Outcome", "PortalFacts", "Recording", "Step"]
