"""Set-up of a machine: extension by policy, VSS library, native host; every change journalled, so that it can be taken back.

`plan` compares a machine with the settings and lists what it lacks, `apply` makes the changes, `undo` takes back what the
journal says was begun. Nothing is taken back that somebody else has changed since.
"""

from robot.setup.applying import apply, undo
from robot.setup.change import Change, ChangedSince, ChangeFailed, described
from robot.setup.commands import CommandChange
from robot.setup.files import FileChange
from robot.setup.journal import Entry, Journal
from robot.setup.machine import Machine
from robot.setup.places import BROWSERS, Places, browser_name
from robot.setup.planning import Scope, left_out, plan, runtime_change
from robot.setup.registry import Registry, RegistryFailed, RegProgram
from robot.setup.registry_value import RegistryChange

__all__ = [
    "BROWSERS",
    "Change",
    "ChangeFailed",
    "ChangedSince",
    "CommandChange",
    "Entry",
    "FileChange",
    "Journal",
    "Machine",
    "Places",
    "RegProgram",
    "Registry",
    "RegistryChange",
    "RegistryFailed",
    "Scope",
    "apply",
    "browser_name",
    "described",
    "left_out",
    "plan",
    "runtime_change",
    "undo",
]
