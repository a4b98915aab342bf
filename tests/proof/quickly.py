"""How long a reader may take for one mangled input."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

WORKED_S: Final = 2.0  # of the processor: what else the machine does is nobody's fault
WAITED_S: Final = 20.0  # in all: what waits, such as for a host that a text names, uses no processor


@contextmanager
def quickly() -> Iterator[None]:
    """What goes on within works no longer than that, and waits for nothing."""
    worked, begun = time.thread_time(), time.monotonic()
    yield
    worked, taken = time.thread_time() - worked, time.monotonic() - begun
    assert worked < WORKED_S, f"{worked:.1f} s of the processor"
    assert taken < WAITED_S, f"{taken:.1f} s"
