"""A sentence of the catalogue as data: its key with what fills it, so that a replay can say it in any language."""

from __future__ import annotations

from typing import Any

from robot.texts import Text


def as_data(text: Text) -> dict[str, Any]:
    """`{"key": …, "fills": {…}}`; a sentence among the fills is written the same way, everything else as a text."""
    fills = {name: as_data(fill) if isinstance(fill, Text) else str(fill) for name, fill in text.fills.items()}
    return {"key": text.key, "fills": fills}


def from_data(data: dict[str, Any]) -> Text:
    """The sentence that `as_data` has written."""
    fills = data.get("fills", {})
    return Text(data["key"], {name: from_data(fill) if isinstance(fill, dict) else fill for name, fill in fills.items()})
