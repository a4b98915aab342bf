"""A recording as one side of a comparison: its pages, their fields, and what was said to the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from robot.recording.aria import elements
from robot.recording.drift import Form, Look, Side
from robot.recording.forms import fields

if TYPE_CHECKING:
    from robot.recording.model import Step
    from robot.recording.reading import Loaded


def side_of(loaded: Loaded) -> Side:
    """What a recording has to say of the portal."""
    recording = loaded.recording
    forms: dict[str, Form] = {}
    for exchange in loaded.exchanges:
        path = urlsplit(exchange.url).path
        if exchange.kind == "document" and exchange.step >= 0 and path not in forms:
            forms[path] = Form(recording.steps[exchange.step].name, fields(exchange.body.decode("utf-8", "replace")))
    return Side(recording.flow, tuple(_look(loaded, step) for step in recording.steps), forms, loaded.exchanges)


def _look(loaded: Loaded, step: Step) -> Look:
    return Look(step.name, step.address, elements(loaded.text(step.aria)) if step.aria is not None else None)
