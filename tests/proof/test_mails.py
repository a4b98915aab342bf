"""The proof about verdict mails in short."""

import pytest

from tests.proof import mails

pytestmark = pytest.mark.proof


def test_mangled_verdict_mails_are_read_without_an_error(tmp_path):
    """A few hundred: some still understood, some not, some not believed; none with an error, late, or with a file left."""
    done = mails.fuzz(tmp_path, 200, start=11)
    assert {"invalid", "valid", "not_understood", "not believed"} <= done.keys()
    assert done["mails"] >= 200
