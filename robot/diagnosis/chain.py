"""Looking along the chain from the page towards the token, one harmless question a link.

The page object `TokenSigning` and its error codes are those of the public token-signing protocol (chrome-token-signing).
`getVersion` makes the extension ask its native host for a version: nothing is signed, no certificate window opens, no
PIN is spent.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.diagnosis.causes import name_cause, no_cause
from robot.diagnosis.probe import broken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

    from robot.diagnosis.finding import Finding
    from robot.settings import Settings

# The answer comes from the page as {state, said}; the timer runs in the page, so a lost answer cannot hang the robot.
ASK_VERSION = """async (limit) => {
  if (!window.TokenSigning) return {state: 'absent'};
  const late = new Promise(resolve => setTimeout(() => resolve({state: 'silent'}), limit));
  const api = typeof window.TokenSigning === 'function' ? new window.TokenSigning() : window.TokenSigning;
  const asked = api.getVersion().then(
    said => ({state: 'answered', said: String(said)}),
    wrong => ({state: 'refused', said: String(wrong && wrong.message || wrong)}));
  return await Promise.race([asked, late]);
}"""
TOKEN_CODES = ("no_certificates", "driver_error", "pin_blocked")


def look_along(page: Page, settings: Settings, marked_fields: Sequence[str] = ()) -> Finding:
    """The first link that does not hold, or a finding that says that all links asked have answered.

    `marked_fields` are the form's fields that the page has marked as wrong without a word: then the page itself has
    refused, and the chain was never asked.

    Never raises for what it finds; a page that can no longer be asked is an unknown cause, with what was seen.
    """
    if marked_fields:
        return name_cause([broken("form_fields_marked", fields=", ".join(marked_fields))])
    begun = time.monotonic()
    try:
        answer = page.evaluate(ASK_VERSION, settings.timers.host_s * 1000)
    except PlaywrightError as wrong:
        return no_cause(str(wrong).splitlines()[0])
    finding = _read(answer, settings)
    logger.bind(action="diagnosis.finding", link=finding.link, seconds=round(time.monotonic() - begun, 2)).info(
        finding.cause.say("en")
    )
    return finding


def _read(answer: dict[str, Any], settings: Settings) -> Finding:
    said = answer.get("said", "")
    match answer["state"]:
        case "absent":
            seen = [broken("extension_missing", id=settings.browser.extension_id)]
        case "silent":
            seen = [broken("host_silent", seconds=settings.timers.host_s)]
        case "refused" if said == "no_implementation":
            seen = [broken("manifest_missing", host=settings.signing.host_name)]
        case "refused" if said in TOKEN_CODES:
            seen = [broken("token_failed", why=said)]
        case "refused":
            seen = [broken("host_failed", said=said)]
        case _:
            seen = []
    return name_cause(seen)
