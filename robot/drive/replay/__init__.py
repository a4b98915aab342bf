"""Replays: the same flow played on a recording, with a real browser and extension, without portal, token, mail and network."""

from robot.drive.replay.deviation import Deviation, State
from robot.drive.replay.playing import Playing, Replayed
from robot.drive.replay.side_by_side import replay
from robot.drive.replay.update import take_over

__all__ = ["Deviation", "Playing", "Replayed", "State", "replay", "take_over"]
