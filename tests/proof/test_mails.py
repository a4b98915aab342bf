"""The proof about verdict mails in short."""

import pytest

from tests.proof import mails

pytestmark = pytest.mark.proof


def test_mangled_verdict_mails_are_read_without_an_error():
    """A few hundred: some still understood, some not, none with an error or late."""
    understood, unread, _ = mails.fuzz(300, seed=11)
    assert understood > 0
    assert unread > 0
