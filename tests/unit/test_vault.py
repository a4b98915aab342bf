"""The vault on its encrypted file and on keyring's back-ends: what it keeps, and what it says when it cannot."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from keyrings.cryptfile.cryptfile import CryptFileKeyring

from robot import settings
from robot.errors import VaultClosed
from robot.redaction import Redactor
from robot.vault import Cost, open_vault

PHRASE = "cụm từ khóa thử nghiệm"
CHEAP = Cost(passes=1, memory_kib=8, lanes=1)


def _open(file, redactor=None, phrase=PHRASE, asked=None, cost=CHEAP):
    def unlock():
        if asked is not None:
            asked.append(phrase)
        return phrase

    return open_vault(settings.Vault(backend="file", file=file), redactor or Redactor(), unlock, cost)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "home" / "vault.cfg"


def test_a_secret_comes_back_in_another_process_of_the_robot(file):
    """What one vault stores, another one on the same file reads, by name or by the settings' reference."""
    _open(file).set("mail/hoa-binh", "Bí mật №1")
    again = _open(file)
    assert again.get("keyring:mail/hoa-binh") == "Bí mật №1"
    assert again.get("mail/hoa-binh") == "Bí mật №1"


def test_a_vault_is_made_at_the_usual_cost_unless_told_otherwise(file):
    """Without a word about cost a new file is one that the library itself, at its own cost, makes and reads."""
    open_vault(settings.Vault(backend="file", file=file), Redactor(), lambda: PHRASE).set("mail/hoa-binh", "Bí mật №1")
    library = CryptFileKeyring()
    assert (library.time_cost, library.memory_cost, library.parallelism) == (15, 65536, 2)
    library.file_path = str(file)
    library.keyring_key = PHRASE
    assert library.get_password("vss-robot", b"mail/hoa-binh".hex()) == "Bí mật №1"


def test_a_file_keeps_the_cost_it_was_made_with(file):
    """A vault opened without a word about cost reads and writes a cheap file at that file's cost."""
    _open(file).set("one", "1111")
    usual = open_vault(settings.Vault(backend="file", file=file), Redactor(), lambda: PHRASE)
    usual.set("two", "2222")
    assert "scheme = [Argon2 t1 m8 p1] AES128.GCM" in file.read_text(encoding="ascii")
    assert [usual.get("one"), _open(file).get("two")] == ["1111", "2222"]


def test_another_cost_written_into_a_file_opens_nothing(file):
    """Who lowers the cost in somebody's file has not made its pass phrase cheaper to guess: nothing opens at that cost."""
    _open(file, cost=Cost(passes=2, memory_kib=16, lanes=1)).set("one", "1111")
    file.write_bytes(file.read_bytes().replace(b"t2 m16 p1", b"t1 m8 p1"))
    with pytest.raises(VaultClosed) as closed:
        _open(file).get("one")
    assert closed.value.text.key == "errors.vault_wrong_key"


def test_names_differing_in_case_alone_are_two_secrets(file):
    """The file's format folds case; the vault does not."""
    vault = _open(file)
    vault.set("A", "of the great one")
    vault.set("a", "of the small one")
    assert [vault.get("A"), vault.get("a"), vault.names()] == ["of the great one", "of the small one", ["A", "a"]]


def test_a_secret_read_or_written_is_redacted_from_then_on(file):
    """The redactor learns secrets and the pass phrase under their names."""
    redactor = Redactor()
    _open(file, redactor).set("login/hoa-binh", "Xq7-secret")
    assert redactor.redact(f"typed Xq7-secret, {PHRASE}") == "typed ‹login/hoa-binh›, ‹vault›"
    other = Redactor()
    _open(file, other).get("login/hoa-binh")
    assert other.redact("typed Xq7-secret") == "typed ‹login/hoa-binh›"


def test_the_pass_phrase_is_asked_once_and_only_for_secrets(file):
    """Opening and listing ask nothing; the first secret does, the second does not."""
    asked = []
    _open(file).set("one", "1111")
    vault = _open(file, asked=asked)
    assert [vault.names(), vault.has("one"), vault.has("two"), asked] == [["one"], True, False, []]
    vault.get("one")
    vault.set("two", "2222")
    vault.get("two")
    assert asked == [PHRASE]


def test_a_secret_set_after_reading_is_read(file):
    """A vault that has read its file sees what it writes itself afterwards."""
    vault = _open(file)
    vault.set("one", "1111")
    vault.get("one")
    vault.set("one", "2222")
    assert vault.get("one") == "2222"


@pytest.mark.parametrize("use", [lambda v: v.get("one"), lambda v: v.set("one", "new")])
def test_a_wrong_pass_phrase_opens_nothing_and_changes_nothing(file, use):
    """A wrong pass phrase is said as such, and the file stays as it was."""
    _open(file).set("one", "1111")
    before = file.read_bytes()
    with pytest.raises(VaultClosed) as closed:
        use(_open(file, phrase="something else"))
    assert closed.value.text.key == "errors.vault_wrong_key"
    assert str(file) in str(closed.value)
    assert file.read_bytes() == before
    assert PHRASE not in str(closed.value)


def test_a_blank_pass_phrase_is_refused(file):
    """No vault is made with an empty pass phrase."""
    with pytest.raises(VaultClosed) as closed:
        _open(file, phrase=" ").set("one", "1111")
    assert closed.value.text.key == "errors.vault_key_blank"
    assert not file.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda held: held[:0],
        lambda held: held[: len(held) // 2],
        lambda held: held[:150],
        lambda held: b"\xff\xfe" + held,
        lambda held: b"not a vault at all" + held[:0],
        lambda held: held.replace(b"[keyring_2Dsetting]", b"[another]"),
        lambda held: held.replace(b"GCM", b"XYZ"),
        lambda held: held.replace(b"version = ", b"version = x"),
        lambda held: held.replace(b"t1 m8 p1", b"t0 m8 p1"),
        lambda held: held.replace(b"t1 m8 p1", b"t1 m7 p1"),
        lambda held: held.replace(b"t1 m8 p1", b"t1 m9999999 p1"),
    ],
)
def test_a_damaged_file_is_said_to_be_damaged_and_left_alone(file, damage):
    """Neither reading nor writing touches a file that the vault cannot understand."""
    _open(file).set("one", "1111")
    broken = damage(file.read_bytes())
    file.write_bytes(broken)
    for use in (lambda v: v.get("one"), lambda v: v.set("two", "2222")):
        with pytest.raises(VaultClosed) as closed:
            use(_open(file))
        assert closed.value.text.key in {"errors.vault_damaged", "errors.vault_lacks"}
        assert file.read_bytes() == broken


def test_a_missing_secret_and_a_wrong_name_are_named(file):
    """What is not there is said with its name; a name that cannot be one is refused."""
    vault = _open(file)
    for use in (vault.get, vault.delete):
        with pytest.raises(VaultClosed) as closed:
            use("mail/nobody")
        assert closed.value.text.key == "errors.vault_lacks"
        assert "mail/nobody" in str(closed.value)
    with pytest.raises(VaultClosed) as closed:
        vault.get("keyring:two\nlines")
    assert closed.value.text.key == "errors.vault_name_wrong"


def test_a_deleted_secret_is_gone(file):
    """Deleting takes one secret and leaves the others."""
    vault = _open(file)
    vault.set("one", "1111")
    vault.set("two", "2222")
    vault.delete("one")
    assert [vault.names(), vault.has("one"), vault.get("two")] == [["two"], False, "2222"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_file_is_its_owners_alone(file):
    """Mode 0600 whatever the umask, and nothing lies beside it but the lock."""
    old = os.umask(0)
    try:
        _open(file).set("one", "1111")
    finally:
        os.umask(old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == ["vault.cfg", "vault.cfg.lock"]


def test_what_a_crash_left_of_a_write_is_ignored(file):
    """Half a copy beside the file neither blocks the next write nor gets into it."""
    _open(file).set("one", "1111")
    file.with_name("vault.cfg.new").write_bytes(file.read_bytes()[:80])
    vault = _open(file)
    vault.set("two", "2222")
    assert [vault.get("one"), vault.get("two")] == ["1111", "2222"]


def test_a_write_that_fails_keeps_the_old_file(file):
    """When the copy cannot be completed, the file is the old one to the byte."""
    _open(file).set("one", "1111")
    before = file.read_bytes()
    with pytest.raises(TypeError):
        _open(file).set("two", 2222)
    assert file.read_bytes() == before
    assert not file.with_name("vault.cfg.new").exists()


WRITER = """
import sys
from pathlib import Path
from robot import settings
from robot.redaction import Redactor
from robot.vault import Cost, open_vault, pass_phrase_from_fd
cheap = Cost(passes=1, memory_kib=8, lanes=1)
vault = open_vault(settings.Vault(backend="file", file=Path(sys.argv[1])), Redactor(), lambda: pass_phrase_from_fd(0), cheap)
for number in range(3):
    vault.set(f"{sys.argv[2]}/{number}", f"secret {sys.argv[2]} {number}")
"""


def test_processes_writing_at_once_lose_nothing(file):
    """Three processes that write to one vault at the same time all find their secrets in it."""

    def write(who):
        return subprocess.run([sys.executable, "-c", WRITER, str(file), who], input=PHRASE.encode(), check=True, timeout=120)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, "xyz"))
    vault = _open(file)
    assert vault.names() == [f"{who}/{number}" for who in "xyz" for number in range(3)]
    assert vault.get("y/2") == "secret y 2"


@pytest.fixture
def own_keyring(tmp_path, monkeypatch):
    """A keyring of this test's own: keyring's plain-file back-end in a folder that goes with the test."""
    from keyrings.cryptfile.file import PlaintextKeyring

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(PlaintextKeyring, "file_path", str(tmp_path / "plain.cfg"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.cryptfile.file.PlaintextKeyring")


def _never():
    raise AssertionError


@pytest.mark.usefixtures("own_keyring")
def test_the_system_keyring_keeps_secrets_and_their_names(file):
    """Secrets go to keyring's own back-end; names are listed, however many; no pass phrase is asked."""
    vault = open_vault(settings.Vault(backend="system", file=file), Redactor(), _never)
    many = sorted(f"login/to-chuc-so-{number:03}" for number in range(120))
    for name in many:
        vault.set(name, f"secret of {name}")
    assert vault.names() == many
    assert vault.get("keyring:login/to-chuc-so-007") == "secret of login/to-chuc-so-007"
    for name in many[1:]:
        vault.delete(name)
    again = open_vault(settings.Vault(backend="system", file=file), Redactor(), _never)
    assert [again.names(), again.has(many[0]), again.has(many[1])] == [many[:1], True, False]


@pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring", "no.such.Keyring"])
def test_no_system_keyring_is_said_with_what_to_do(file, monkeypatch, backend):
    """A back-end that holds nothing is no vault; the sentence names the setting to change."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    with pytest.raises(VaultClosed) as closed:
        open_vault(settings.Vault(backend="system", file=file), Redactor(), _never).names()
    assert closed.value.text.key == "errors.vault_unusable"
    assert 'vault.backend = "file"' in str(closed.value)
