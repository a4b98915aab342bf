"""The extension's worker, asked through the page for its version: the one question that wakes it and spends nothing.

`getVersion` is of the public token-signing protocol: the worker asks its host for a version. Nothing is signed, no window opens.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import psutil

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

# The timer runs in the page, so that a lost answer cannot hang the robot.
ASK: Final = """async (limit) => {
  if (!window.TokenSigning) return {state: 'absent', said: ''};
  const late = new Promise(resolve => setTimeout(() => resolve({state: 'silent', said: ''}), limit));
  const api = typeof window.TokenSigning === 'function' ? new window.TokenSigning() : window.TokenSigning;
  const asked = api.getVersion().then(
    said => ({state: 'answered', said: String(said)}),
    wrong => ({state: 'refused', said: String(wrong && wrong.message || wrong)}));
  return await Promise.race([asked, late]);
}"""
NO_HOST: Final = "no_implementation"  # the extension's own code: the browser has not started a host, or it has gone


@dataclass(frozen=True)
class Answer:
    """What came back through the page: `said` is the version, or the protocol's code of a refusal."""

    state: Literal["absent", "silent", "answered", "refused"]
    said: str = ""


def ask_version(page: Page, within_s: float) -> Answer:
    """Ask once.

    Raises:
        PlaywrightError: the page cannot be asked any more.
    """
    said = page.evaluate(ASK, within_s * 1000)
    return Answer(said["state"], said["said"])


def host_started(extension_id: str, profile: Path) -> bool:
    """Whether the browser of this profile has started a host for this extension that runs: then the worker has done its part.

    A host that the doctor greets by itself, or that another organisation's browser runs, is none of it.
    """
    caller, browser = f"chrome-extension://{extension_id}/", f"--user-data-dir={profile}"
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if caller in process.cmdline()[1:] and any(browser in parent.cmdline() for parent in process.parents()):
                return True
    return False
