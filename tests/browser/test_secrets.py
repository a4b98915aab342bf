"""Nothing secret in what a run leaves: every file is opened, archives are unpacked, and the secrets are looked for."""

import contextlib
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from fixtures.token import pin_path
from robot.mail import open_mailbox
from robot.redaction import Redactor
from robot.settings import load
from robot.vault import open_vault

PLANTED = b"mat-khau-gia"


def test_no_secret_is_left_anywhere(world, own_home):
    """Password, activation code, mail password, PIN and pass phrase are in no log, trace, profile, row or picture's bytes."""
    ran = world.robot("run", "onboard", "--org", "hoa-binh", "--json", "--verbose", VSS_ROBOT_HOME=own_home)
    assert ran.exit_code == 0, ran.talk
    home = Path(own_home)
    secrets = _secrets(world, home / "vault.cfg")
    left = {name: data for name, data in _everything(home) if not name.endswith(("vault.cfg", "vault.pass"))}
    assert any("trace" in name for name in left), "traces are among what was searched"
    assert any(name.endswith("!dump") for name in left), "so are the books"
    left["<stdout and stderr>"] = (ran.out + ran.talk).encode()
    found = [
        (name, what) for name, data in left.items() for what, forms in secrets.items() if any(form in data for form in forms)
    ]
    assert found == []


def test_the_search_would_find_a_secret(tmp_path):
    """The test above can fail: a password written into a trace's archive, or into the books, is found."""
    with zipfile.ZipFile(tmp_path / "trace.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("trace.network", b"x" + PLANTED + b"y")
    with contextlib.closing(sqlite3.connect(tmp_path / "books.sqlite")) as books, books:
        books.execute("CREATE TABLE t (v TEXT)")
        books.execute("INSERT INTO t VALUES (?)", (PLANTED.decode() * 2000,))
    assert {"trace.zip!trace.network", "books.sqlite!dump"} <= {
        name.removeprefix(f"{tmp_path}/") for name, data in _everything(tmp_path) if PLANTED in data
    }


def _secrets(world, file: Path) -> dict[str, list[bytes]]:
    settings = load(world.layout.settings)
    phrase = world.layout.pass_phrase.read_text(encoding="utf-8").strip()
    vault = open_vault(settings.vault.model_copy(update={"file": file}), Redactor(), lambda: phrase)
    plain = {
        "mail password": vault.get("mail/hoa-binh"),
        "pass phrase": phrase,
        "PIN": pin_path(world.layout.directory, world.organisation("hoa-binh")).read_text(encoding="utf-8").strip(),
        "activation code": _activation_code(world),
        "portal password": vault.get("portal/hoa-binh").split("\n")[1],
    }
    return {name: [secret.encode(), quote(secret, safe="").encode()] for name, secret in plain.items()}


def _activation_code(world) -> str:
    """The code of the newest activation mail, from the mailbox itself."""
    settings = load(world.layout.settings)
    phrase = world.layout.pass_phrase.read_text(encoding="utf-8").strip()
    password = open_vault(settings.vault, Redactor(), lambda: phrase).get("mail/hoa-binh")
    mail = settings.mail.model_copy(update={"user": settings.organisations["hoa-binh"].mail.user})
    with open_mailbox(mail, password) as mailbox:
        texts = [letter.text for letter in mailbox.letters(datetime.fromtimestamp(0, UTC))]
    codes = [found.group("value") for text in texts if (found := re.search(mail.patterns.code, text))]
    return codes[-1]


def _everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            yield from _unpacked(str(file), file.read_bytes())


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from _unpacked(f"{name}!{inner}", archive.read(inner))
    elif data.startswith(b"SQLite format 3"):
        with sqlite3.connect(f"file:{quote(name)}?mode=ro", uri=True) as books:
            yield f"{name}!dump", "\n".join(books.iterdump()).encode()
