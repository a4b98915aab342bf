"""`vss-robot vault account`: an account that an organisation has at the portal already, as the flows then find it."""

import os
import subprocess
from types import SimpleNamespace

import pytest

from fixtures.world.robot import robot_command
from robot import settings
from robot.flow.post import Post
from robot.flow.tape import NoTape
from robot.redaction import Redactor
from robot.vault import open_vault
from tests.cli.test_bad_input import ORGANISATION

PASSWORD = "một mật khẩu của Cổng"
PHRASE = "khoá của kho"
SETTINGS = 'language = "en"\n[vault]\nbackend = "file"\n' + ORGANISATION


@pytest.fixture
def keep(tmp_path):
    """Runs the command with a password handed over by a descriptor; its exit code and talk."""
    (tmp_path / "robot.toml").write_text(SETTINGS, encoding="utf-8")

    def run(password, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
        read, write = os.pipe()
        os.write(write, PHRASE.encode())
        os.close(write)
        ran = subprocess.run(
            [*robot_command(), "vault", "account", *arguments, "--from-fd", "0", "--vault-fd", str(read)],
            cwd=tmp_path,
            env=environment,
            input=password,
            pass_fds=(read,),
            capture_output=True,
            text=True,
            check=False,
        )
        os.close(read)
        return ran.returncode, ran.stdout + ran.stderr

    return run


@pytest.mark.parametrize(("said", "user"), [((), "9909000010"), (("--user", "nguoi-dung"), "nguoi-dung")])
def test_the_flows_find_the_account(keep, tmp_path, said, user):
    """User name, which is the tax code unless another is said, and password; nothing of it is shown."""
    assert (0, "") == keep(PASSWORD + "\n", "cong-ty", *said)
    known = settings.load(tmp_path / "robot.toml")
    redactor = Redactor()
    vault = open_vault(known.vault, redactor, lambda: PHRASE)
    desk = SimpleNamespace(settings=known, vault=vault, redactor=redactor, tape=NoTape())
    found = Post(desk, "cong-ty", known.organisations["cong-ty"]).credentials()
    assert (user, PASSWORD) == (found.user_name, found.password.get_secret_value())


@pytest.mark.parametrize("password", ["", "một\nhai\n"])
def test_what_no_account_can_be_is_refused(keep, tmp_path, password):
    """In a sentence, with the code for a wrong command, and nothing is kept."""
    code, talk = keep(password, "cong-ty")
    assert (2, 1) == (code, len(talk.splitlines())), talk
    assert not (tmp_path / "vault.cfg").exists()
    assert (2, True) == (keep(PASSWORD, "cong-t")[0], "cong-ty" in keep(PASSWORD, "cong-t")[1])
