"""What runs flows: one run of one flow here; nights and lanes stand on it."""

from robot.drive.office import Office
from robot.drive.run import RunResult, run_flow

__all__ = ["Office", "RunResult", "run_flow"]
