"""What the tests of KBHXH's upgrade look at and do in its folders."""

import pytest

from fixtures.kbhxh import sums
from robot.errors import FolderUnusable
from robot.kbhxh import upgrade
from robot.kbhxh.record import FOLDER

CARRIED = ("Data", "Config")
MIB = 1 << 20


class Meddler:
    """Progress that does something at the beginning of a phase, or at the n-th tick."""

    def __init__(self, phase, act, ticks=0):
        self._phase, self._act, self._ticks = phase if not ticks else None, act, ticks

    def begin(self, phase, _size):
        if phase == self._phase:
            self._act()

    def tick(self, _size):
        self._ticks -= 1
        if not self._ticks:
            self._act()


def break_off():
    raise KeyboardInterrupt


def without_record(new):
    return {path: kept for path, kept in sums(new).items() if not path.startswith(FOLDER)}


def refused_upgrade(key, old, new, **given):
    """The sentence of a refusal, after which both folders are what they were."""
    before = sums(old), without_record(new)
    with pytest.raises(FolderUnusable) as refused:
        upgrade(old, new, **given)
    assert refused.value.text.key == f"errors.kbhxh_{key}"
    assert (sums(old), without_record(new)) == before
    return str(refused.value)
