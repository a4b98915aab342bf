"""Playwright's traces made harmless: no pictures, no cookies, every text with placeholders; a trace viewer still opens them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

from robot.recording.exchanges import KEPT_HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from robot.recording.placeholders import Register

RESOURCES: Final = "resources/"
_LINES: Final = (".trace", ".network")
_TEXTS: Final = (".html", ".css", ".js", ".json", ".txt", ".svg", ".xml", ".mjs")
_PICTURES: Final = "screencast-frame"  # the browser's window as it was, nothing covered
# What a trace says of the machine, and not of the page.
_OF_THE_MACHINE: Final = frozenset(
    {"env", "args", "executablePath", "userDataDir", "recordVideo", "tracesDir", "artifactsDir", "stack"}
    | {"serverIPAddress", "_serverPort", "_securityDetails"}
)
_FILES_CHOSEN: Final = frozenset({"localPaths", "streams", "payloads", "directoryStream"})


def harmless_trace(trace: bytes, register: Register, files: Mapping[bytes, bytes]) -> bytes:
    """The trace with placeholders; `files` are contents that stand in it, with what stands there instead.

    What is neither a known kind of text nor one of `files` is left out: a viewer shows that it is missing.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(trace)) as read, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name in sorted(read.namelist()):
            held = read.read(name)
            if name.endswith(_LINES):
                changed: bytes | None = _lines(held, register)
            elif name.startswith(RESOURCES):
                changed = _resource(name, held, register, files)
            else:
                changed = None  # stacks name files of this machine
            if changed is not None:
                made.writestr(zipfile.ZipInfo(name), changed, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _lines(held: bytes, register: Register) -> bytes:
    events = [json.loads(line) for line in held.decode("utf-8", "replace").splitlines() if line.strip()]
    kept = [_stripped(event) for event in events if event.get("type") != _PICTURES]
    hidden = register.hide_data(kept)
    return "".join(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in hidden).encode()


def _stripped(data: Any) -> Any:
    """The event without cookies, without headers that are not kept, and without what names this machine."""
    if isinstance(data, list):
        return [_stripped(each) for each in data]
    if not isinstance(data, dict):
        return data
    kept: dict[str, Any] = {}
    for key, value in data.items():
        if key in _OF_THE_MACHINE | _FILES_CHOSEN:
            continue
        if key == "cookies":
            kept[key] = []
        elif key == "headers" and isinstance(value, list):
            kept[key] = [each for each in value if isinstance(each, dict) and str(each.get("name")).lower() in KEPT_HEADERS]
        else:
            kept[key] = _stripped(value)
    return kept


def _resource(name: str, held: bytes, register: Register, files: Mapping[bytes, bytes]) -> bytes | None:
    for content, instead in files.items():
        held = held.replace(content, instead)
    if not name.endswith(_TEXTS):
        return None
    return register.hide(held.decode("utf-8", "replace")).encode()
