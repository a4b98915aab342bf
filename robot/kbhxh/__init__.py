"""KBHXH, the desktop program dossiers are made in: its installations, its crash at the start, and the upgrade that mends it."""

from robot.kbhxh.crash import Crash, last_crash, try_start
from robot.kbhxh.installation import Installation, find_installations, recognise
from robot.kbhxh.long import shown
from robot.kbhxh.setup import SetUp
from robot.kbhxh.system import Running, System, ThisSystem
from robot.kbhxh.undo import undo
from robot.kbhxh.upgrade import Options, Phase, Progress, Upgrade, upgrade

__all__ = [
    "Crash",
    "Installation",
    "Options",
    "Phase",
    "Progress",
    "Running",
    "SetUp",
    "System",
    "ThisSystem",
    "Upgrade",
    "find_installations",
    "last_crash",
    "recognise",
    "shown",
    "try_start",
    "undo",
    "upgrade",
]
