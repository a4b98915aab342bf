"""Evidence: one folder a run, written as things happen, so that a kill leaves what there was."""

from robot.evidence.folder import RunFolder
from robot.evidence.marking import marked
from robot.evidence.still import hold_still
from robot.evidence.trace import Trace
from robot.evidence.watch import veil, watch, watch_source

__all__ = ["RunFolder", "Trace", "hold_still", "marked", "veil", "watch", "watch_source"]
