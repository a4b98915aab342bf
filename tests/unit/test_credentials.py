"""The portal's credentials in the vault: as an activation has left them, or as a person has written them."""

from types import SimpleNamespace

import pytest

from robot import settings
from robot.errors import VaultClosed
from robot.flow.post import Post
from robot.flow.tape import NoTape
from robot.redaction import Redactor
from robot.settings.describe import EXAMPLE
from robot.vault.vault import Vault


class Store(dict):
    def set(self, name, secret):
        self[name] = secret

    def delete(self, name):
        del self[name]

    def names(self):
        return sorted(self)

    def has(self, name):
        return name in self


def post(written):
    redactor = Redactor()
    known = settings.Settings(organisations={"cong-ty": EXAMPLE})
    vault = Vault(Store({"portal/cong-ty": written}), redactor)
    desk = SimpleNamespace(settings=known, vault=vault, redactor=redactor, tape=NoTape())
    return Post(desk, "cong-ty", known.organisations["cong-ty"])


@pytest.mark.parametrize("written", ["9909000010\nmat-khau\nco-san", "9909000010\r\nmat-khau\r\nco-san\r\n"])
def test_what_a_person_has_written_is_read(written):
    """Three lines from a file, also one of Windows; the password is known to the redactor from then on."""
    ours = post(written)
    found = ours.credentials()
    assert (found.user_name, found.password.get_secret_value()) == ("9909000010", "mat-khau")
    assert ours._desk.redactor.knows("mat-khau")


def test_what_is_not_three_lines_is_refused_by_name():
    """And the entry is not shown."""
    with pytest.raises(VaultClosed, match="portal/cong-ty") as refused:
        post("9909000010 mat-khau").credentials()
    assert "mat-khau" not in str(refused.value)
