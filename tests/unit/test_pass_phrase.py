"""The vault's pass phrase by a file descriptor: read to its end, and refused in a sentence where it is none."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from robot.errors import UsageError
from robot.vault import pass_phrase_from_fd

PHRASE = "cụm từ khóa thử nghiệm"


def _fd_holding(held):
    reading, writing = os.pipe()
    os.write(writing, held)
    os.close(writing)
    return reading


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_a_pass_phrase_comes_through_a_descriptor(ending):
    """One newline at the end is no part of the pass phrase, and the descriptor is closed afterwards."""
    fd = _fd_holding(PHRASE.encode() + ending)
    assert pass_phrase_from_fd(fd) == PHRASE
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


@pytest.mark.parametrize("held", [b"", b"\n", b"\xff\xfeplanted", b"x" * 65_537])
def test_a_descriptor_without_a_pass_phrase_is_refused(held):
    """Empty, not UTF-8 or endless: refused, and what was read is not in the error."""
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: (os.write(writing, held), os.close(writing)))
        with pytest.raises(UsageError) as refused:
            pass_phrase_from_fd(reading)
    assert refused.value.text.key == "errors.fd_unreadable"
    assert "planted" not in str(refused.value)


def test_a_descriptor_that_is_not_open_is_refused():
    """A number that names no open file is refused in a sentence."""
    with pytest.raises(UsageError) as refused:
        pass_phrase_from_fd(98765)
    assert refused.value.text.key == "errors.fd_unreadable"
