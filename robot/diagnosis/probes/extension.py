"""The signing extension: installed, on, the right one, new enough, not kept out by policy, and at work on the page.

With a browser its own page of extensions tells (chrome://extensions, `chrome.developerPrivate`), opened in a tab for a moment;
without one the unpacked folder and the policies of the machine tell what they can.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from packaging.version import InvalidVersion, Version
from playwright.sync_api import Error as PlaywrightError

from robot.browser.policy import blocked_by
from robot.diagnosis.probe import Probe, broken, ok, unknown

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from robot.settings import Settings

LIST: Final = """() => chrome.developerPrivate.getExtensionsInfo({includeDisabled: true, includeTerminated: true}).then(
  rows => rows.map(row => ({id: row.id, name: row.name, version: row.version, state: row.state,
                            reasons: Object.keys(row.disableReasons || {}).filter(name => row.disableReasons[name])})))"""
WITHIN_MS: Final = 4_000
_LOOKS_LIKE: Final = re.compile(r"token[ -]?signing|\bVSS\b|ký số|BHXH", re.IGNORECASE)
_BY_POLICY: Final = "blockedByPolicy"


def look_on_disk(settings: Settings, family: str) -> Probe:
    """What can be seen of the extension before a browser is started."""
    wanted, folder = settings.browser.extension_id, settings.browser.extension_dir
    policy = blocked_by(wanted, family)
    if policy:
        return broken("extension_blocked", id=wanted, policy=policy)
    if folder is None:
        return unknown("extension", "extension_profile")
    try:
        said: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        version, found = str(said["version"]), id_of(str(said["key"])) if "key" in said else wanted
    except (OSError, ValueError, KeyError, TypeError):
        return broken("extension_missing", id=wanted)
    if found != wanted:
        return broken("extension_wrong_id", id=wanted, found=found)
    return _of_version(settings, version)


def look_in_browser(context: BrowserContext, settings: Settings, family: str) -> Probe:
    """What the browser itself says of its extensions."""
    try:
        rows = installed(context)
    except PlaywrightError as wrong:
        return unknown("extension", "extension_unseen", why=str(wrong).splitlines()[0])
    return judge(rows, settings, blocked_by(settings.browser.extension_id, family))


def installed(context: BrowserContext) -> list[dict[str, Any]]:
    """Id, name, version, state and reasons of each extension, asked in a tab of its own.

    Raises:
        PlaywrightError: the browser does not show that page.
    """
    page = context.new_page()
    try:
        page.goto("chrome://extensions/", wait_until="commit", timeout=WITHIN_MS)
        rows: list[dict[str, Any]] = page.evaluate(LIST)
        return rows
    finally:
        page.close()


def judge(rows: list[dict[str, Any]], settings: Settings, policy: str) -> Probe:
    """One probe from what is installed, and from the policy (empty where none blocks)."""
    wanted = settings.browser.extension_id
    own = next((row for row in rows if row["id"] == wanted), None)
    if own is not None and own["state"] == "ENABLED":
        return _of_version(settings, own["version"])
    if policy or (own is not None and (_BY_POLICY in own["reasons"] or own["state"] == "BLOCKLISTED")):
        return broken("extension_blocked", id=wanted, policy=policy or "chrome://policy")
    if own is not None:
        return broken("extension_disabled", id=wanted, why=", ".join(own["reasons"]) or own["state"].casefold())
    like = next((row for row in rows if _LOOKS_LIKE.search(row["name"])), None)
    if like is not None:
        return broken("extension_wrong_id", id=wanted, found=like["id"])
    return broken("extension_missing", id=wanted)


def running(context: BrowserContext, extension_id: str) -> bool:
    """Whether a worker of the extension runs just now; it may be asleep and in order, too."""
    return any(worker.url.startswith(f"chrome-extension://{extension_id}/") for worker in context.service_workers)


def look_at_content_script(page: Page, settings: Settings) -> Probe:
    """Whether the extension is at work on the page: the signing object of the public protocol stands in it."""
    if urlsplit(page.url).hostname not in settings.portal.hosts:
        return unknown("extension", "content_script_unseen")
    try:
        there = page.evaluate("() => Boolean(window.TokenSigning)")
    except PlaywrightError as wrong:
        return unknown("extension", "extension_unseen", why=str(wrong).splitlines()[0])
    return ok("extension", "content_script") if there else broken("content_script_missing", id=settings.browser.extension_id)


def id_of(key: str) -> str:
    """The id that Chrome gives an extension of this public key: 128 bits of its SHA-256, written in letters a to p."""
    digest = hashlib.sha256(base64.b64decode(key)).hexdigest()[:32]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest)


def _of_version(settings: Settings, found: str) -> Probe:
    wanted = settings.browser.extension_id
    try:
        old = bool(settings.browser.extension_version) and Version(found) < Version(settings.browser.extension_version)
    except InvalidVersion:
        old = False
    if old:
        return broken("extension_old", found=found, needed=settings.browser.extension_version)
    return ok("extension", "extension", id=wanted, version=found)
