"""The tests that take longer than the test command has: whole runs in Chromium, by pytest; what is given goes to it."""

import sys
from collections.abc import Sequence

import pytest


def main(arguments: Sequence[str]) -> int:
    """Run them; pytest's own exit code."""
    sys.stdout.flush()
    return int(pytest.main(["-m", "long", "-n", "2", "--dist", "worksteal", *arguments]))
