"""What the robot may do itself about a cause: each remedy is harmless or taken back by `vss-robot setup --undo`, and is logged.

Two known remedies stand elsewhere, where they belong: a flow leaves the phone number blank once more, and every start of a
browser clears a stale lock of its profile. A sleeping worker is woken by the question that finds it silent.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loguru import logger

from robot.browser import Profile, find_browser
from robot.setup import Journal, Machine, apply, plan, runtime_change
from robot.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from robot.diagnosis.case import Case
    from robot.diagnosis.probe import Probe
    from robot.setup import Change

_MANIFEST: Final = frozenset({"manifest_missing", "manifest_unreadable", "manifest_wrong_name", "manifest_forbidden"})


@dataclass(frozen=True)
class Fix:
    """A remedy ready to be applied; `asks` where the operator's consent is needed, since it installs a program."""

    code: str
    text: Text
    apply: Callable[[], None]
    asks: bool = False


def fixes_for(probes: Sequence[Probe], case: Case) -> list[Fix]:
    """What may be done about the broken links, in their order, each remedy once.

    Raises:
        UsageError: the machine's policies cannot be read.
    """
    found: list[Fix] = []
    for probe in probes:
        fix = _fix(probe.code, case) if probe.state == "broken" else None
        if fix is not None and all(fix.text != other.text for other in found):
            found.append(fix)
    return found


def _fix(code: str, case: Case) -> Fix | None:
    if code in _MANIFEST:
        return _manifest(code, case)
    if code == "extension_missing" and case.settings.browser.extension_dir is None:
        changes = [change for change in _planned(case) if change.kind != "command"]
        return _by_setup(code, changes, case) if changes else None
    if code == "host_library_missing":
        change = runtime_change(case.settings)
        return _by_setup(code, [change], case, asks=True) if change is not None else None
    if code == "worker_silent":
        return Fix(code, Text("fixes.worker"), lambda: _logged(code, "the browser is started anew, and the worker with it"))
    return None


def _manifest(code: str, case: Case) -> Fix | None:
    """The manifest written again: into the robot's own profile, or, on Windows, where the registry leads."""
    program, name = case.vendor_program, case.settings.signing.host_name
    if program is None or not name:
        return None
    if sys.platform == "win32":
        changes = [change for change in _planned(case) if change.kind != "command"]
        return _by_setup(code, changes, case) if changes else None

    def write() -> None:
        profile = Profile(case.profile)
        profile.make_ready()
        file = profile.folder / "NativeMessagingHosts" / f"{name}.json"
        if file.is_file():
            file.replace(file.with_suffix(".json.before"))  # kept, so that a person can put it back
        profile.write_host_manifest(name, program, *case.extension_ids)
        _logged(code, str(file))

    return Fix(code, Text("fixes.manifest", {"host": name, "file": program}), write)


def _planned(case: Case) -> list[Change]:
    return plan(case.settings, Machine.here(), browser=find_browser(case.settings.browser.executable))


def _by_setup(code: str, changes: Sequence[Change], case: Case, *, asks: bool = False) -> Fix:
    def make() -> None:
        apply(changes, Journal.of(case.settings.home))
        _logged(code, ", ".join(change.kind for change in changes))

    return Fix(code, Text("fixes.setup", {"what": changes[0].text, "more": len(changes) - 1}), make, asks)


def _logged(code: str, what: str) -> None:
    logger.bind(action="remedy.applied", code=code).info(what)
