"""Versions of everything along the chain, for `run.json`: what could not be read is left out, never guessed."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any

from packaging.version import InvalidVersion, Version

import robot
from robot.errors import RobotError
from robot.signing.desk import TRANSCRIPT, driver_of
from robot.signing.relay import read
from robot.signing.token import list_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from robot.settings import Organisation, Settings

DRIVER_S = 5.0  # a driver that is slower than this is the finding itself, and its version no help


def versions(browser: str, settings: Settings, profile: Path, evidence: Path) -> dict[str, str]:
    """Robot, system, browser (where one ran), extension, and native host (where it has said its version)."""
    known = {
        "robot": robot.__version__,
        "system": platform.platform(aliased=True, terse=True),
        "browser": browser,
        "extension": _extension(settings, profile),
        "host": _host(evidence),
    }
    return {name: version for name, version in known.items() if version}


def token_versions(settings: Settings, organisation: Organisation) -> dict[str, str]:
    """The driver's file, and model and firmware of each token it shows; nothing where no driver is named or it fails.

    Asked by a process of its own, without a log-in.
    """
    if not (organisation.token.driver or settings.signing.driver):
        return {}
    try:
        driver = driver_of(settings, organisation)
        tokens = list_tokens(driver, DRIVER_S)
    except RobotError:
        return {}
    firmware = dict.fromkeys(f"{token.manufacturer} {token.model} {token.firmware}".strip() for token in tokens)
    return {"driver": driver.name, **({"token_firmware": ", ".join(firmware)} if firmware else {})}


def _extension(settings: Settings, profile: Path) -> str:
    """As its manifest says: the unpacked one, else the newest of those that the browser has installed in the profile."""
    unpacked = settings.browser.extension_dir
    if unpacked is not None:
        return str(_object(unpacked / "manifest.json").get("version", ""))
    installed = (profile / "Default" / "Extensions" / settings.browser.extension_id).glob("*/manifest.json")
    found = [str(_object(manifest).get("version", "")) for manifest in installed]
    return max(found, key=_order, default="")


def _order(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:
        return Version("0")


def _host(evidence: Path) -> str:
    """What the native host has said last of its version; the transcript keeps this value."""
    return next(_said(reversed(read(evidence / TRANSCRIPT))), "")


def _said(entries: Iterator[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        shape = entry.get("shape")
        if entry.get("direction") == "host>browser" and isinstance(shape, dict) and isinstance(shape.get("version"), str):
            yield shape["version"]


def _object(file: Path) -> dict[str, Any]:
    try:
        read_in = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read_in if isinstance(read_in, dict) else {}
