"""What an agent tells the robot that started it: a line of JSON an event; errors go by key, to be raised again there."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from robot import errors
from robot.errors import RobotError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def described(wrong: RobotError) -> dict[str, Any]:
    """An error as it goes over a pipe; what fills its sentence goes as text."""
    fills = {name: str(value) for name, value in wrong.text.fills.items()}
    return {"error": type(wrong).__name__, "key": wrong.text.key.removeprefix("errors."), "fills": fills}


def restored(event: Mapping[str, Any]) -> RobotError:
    """The error that `described` described."""
    kind = getattr(errors, str(event.get("error")), RobotError)
    return kind(event["key"], **event["fills"]) if issubclass(kind, RobotError) else RobotError(event["key"], **event["fills"])


def teller(fd: int) -> Callable[..., None]:
    """Writes events to a pipe; a reader that has gone is nothing to mind, the end is near then."""

    def tell(event: str, **facts: Any) -> None:
        line = json.dumps({"event": event, **facts}, ensure_ascii=False) + "\n"
        try:
            os.write(fd, line.encode())
        except OSError:
            return

    return tell
