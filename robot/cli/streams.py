"""What goes to the terminal: made harmless at one place, whatever a command writes; only Rich's own colours pass."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

from robot.harmless import on_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO


class Harmless:
    """A text stream in front of another one."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # Rich writes its colours where this points; what it is given to write is made harmless before (see `Terminal`).
        self.rich_proxied_file = stream

    def write(self, text: str) -> int:
        """Write text, control characters and marks of direction as signs; as long as the text itself for who asks."""
        if not isinstance(text, str):
            message = f"text, not {type(text).__name__}"
            raise TypeError(message)
        self._stream.write(on_terminal(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def harmless_streams() -> Iterator[None]:
    """Standard output and error, as long as a command runs."""
    out, talk = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Harmless(out), Harmless(talk)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = out, talk
