"""`vss-robot bundle`: one zip for a help desk, nothing secret in any of its files, its first page whole by itself."""

import base64
import io
import json
import os
import re
import subprocess
import zipfile

import pytest

from fixtures.world.robot import robot_command
from robot.evidence import RunFolder
from robot.ledger import Ledger
from robot.redaction import Redactor
from robot.settings import load
from robot.vault import Cost, open_vault

PHRASE = "cụm mật khẩu của kho"
MAIL_PASSWORD, PORTAL_PASSWORD = "thư-Qx7!<mật> 'khẩu'", 'Zk4&"Wn9'
PHONE, CCCD, OTHER_MAIL = "0240000101", "001085012345", "ke.toan@cong-ty.example"
NAME = "Chi nhánh Thành phố Hồ Chí Minh - Công ty Trách nhiệm hữu hạn Một thành viên Đầu tư, Thương mại & Dịch vụ <Giả Định>"
SETTINGS = """
language = "vi"
[vault]
backend = "file"
[organisations.hoa-binh]
name = {name}
tax_code = "9901000019"
province = "Hà Nội"
agency_name = "BHXH cơ sở Bình An"
agency_code = "00131"
email = "hoa-binh@thu.example"
contact = "Nguyễn Thị Thu Hằng"
address = "Số 12, phố Bình An, Hà Nội"
mail.password = "keyring:mail/hoa-binh"
"""
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
SAID = f"{MAIL_PASSWORD} {PORTAL_PASSWORD} {PHONE} {CCCD} {OTHER_MAIL}"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A robot's home with one run, whose folder holds in every file what must not leave the office."""
    tmp_path = tmp_path_factory.mktemp("home")
    (tmp_path / "robot.toml").write_text(SETTINGS.format(name=json.dumps(NAME, ensure_ascii=False)), encoding="utf-8")
    settings = load(tmp_path / "robot.toml")
    vault = open_vault(settings.vault, Redactor(), lambda: PHRASE, Cost(passes=1, memory_kib=8, lanes=1))
    vault.set("mail/hoa-binh", MAIL_PASSWORD)
    vault.set("portal/hoa-binh", f"9901000019\n{PORTAL_PASSWORD}")
    with Ledger.open(settings.ledger, settings.home) as ledger:
        number = ledger.begin_run("submit", "hoa-binh", {}, settings.evidence.folder)
        step = ledger.begin_step(number, "log in")
        ledger.end_step(step, "done")
        ledger.intend(number, "submission", "TZ0101A", {"sha256": "ab"})
        finding = {"link": "host", "code": "host_library_missing", "cause": SAID, "certainty": "certain", "remedy": "`x` " + SAID}
        ledger.end_run(number, "form_absent", None, finding, [{"kind": "outside", "said": SAID}])
    folder = RunFolder(settings.evidence.folder / number, Redactor(), ())  # a robot that let every secret slip through
    probes = [{"link": "host", "code": "host_library_missing", "state": "broken", "fact": SAID, "seconds": 0.2}]
    folder.write_run(
        {
            "finding_said": {"vi": finding, "en": finding},
            "probes": {"vi": probes, "en": probes},
            "said": {"vi": SAID, "en": SAID},
            "versions": {"robot": "0.1.0", "browser": "156.0.8078.79", "host": SAID},
        }
    )
    for stream in ("findings", "console", "network", "transcript", "mails", "probes"):
        folder.note(stream, kind="error", text=SAID, address=SAID, failure=SAID)
    folder.note("pictures", file="01-absent.png", name=SAID)
    folder.write("page/01-form.html", f"<input value='{SAID}'>")
    folder.write("page/01-form.aria.yaml", f'- textbox "Mật khẩu": {SAID}')
    for name in ("screenshots/01-absent.png", "questions/captcha-1.png", "questions/pin-1.png"):
        (folder.folder / name).write_bytes(PNG)
    with zipfile.ZipFile(folder.trace(1), "w") as trace:
        trace.writestr("trace.network", SAID)
    (folder.folder / "notes of somebody.txt").write_text(SAID, encoding="utf-8")
    (folder.folder / "link.jsonl").symlink_to(tmp_path / "robot.toml")
    return tmp_path


@pytest.fixture
def run(home):
    """The run's id."""
    settings = load(home / "robot.toml")
    with Ledger.open(settings.ledger, settings.home) as ledger:
        return ledger.runs(1)[0].id


def _bundle(home, place, *arguments, phrase=PHRASE):
    """The command, run in the folder `place`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VSS_ROBOT_")}
    reading, writing = os.pipe()
    os.write(writing, phrase.encode())
    os.close(writing)
    unlock = ["--vault-fd", str(reading)] if phrase else []
    try:
        return subprocess.run(
            [*robot_command(), "bundle", *arguments, *unlock, "--settings", str(home / "robot.toml")],
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            pass_fds=(reading,),
        )
    finally:
        os.close(reading)


def _members(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_planted_secrets_are_in_no_file(home, run, tmp_path):
    """Vault's secrets, phone, personal number and foreign address are in no member, however they are written there."""
    said = _bundle(home, tmp_path, "last")
    assert said.returncode == 0, said.stderr
    file = tmp_path / f"vss-{run}.zip"
    assert f"{file}\n" == said.stdout
    assert file.stat().st_mode & 0o077 == 0
    members = _members(file)
    planted = [MAIL_PASSWORD, PORTAL_PASSWORD, PHONE, CCCD, OTHER_MAIL, PHRASE]
    redactor = Redactor()  # knows how a secret looks in JSON, HTML and addresses
    for secret in planted:
        redactor.learn("planted", secret)
    assert [name for name, data in members.items() if redactor.knows(data.decode("utf-8", "replace"))] == []
    assert next(iter(members)) == "index.html"
    assert {"evidence/run.json", "evidence/network.har", "evidence/page/01-form.html"} <= members.keys()
    assert not {name for name in members if "trace" in name or "notes" in name or "pin" in name or "link" in name}
    assert "traces/trace-01.zip" in said.stderr
    json.loads(members["evidence/run.json"])


def test_the_search_would_find_a_secret(home, run, tmp_path):
    """The test above can fail: without the vault's pass phrase the portal's password stays, and that is said on stderr."""
    said = _bundle(home, tmp_path, run, "--out", "b.zip", phrase="")
    assert said.returncode == 0, said.stderr
    assert "--vault-fd" in said.stderr
    assert PORTAL_PASSWORD in json.loads(_members(tmp_path / "b.zip")["evidence/run.json"])["said"]["vi"]


def test_the_first_page_is_whole_by_itself(home, run, tmp_path):
    """Both languages, cause, broken link and what was sent are in it; it names no address to fetch and runs no script."""
    assert _bundle(home, tmp_path, "last", "--out", "b.zip", phrase="").returncode == 0
    page = _members(tmp_path / "b.zip")["index.html"].decode()
    for words in ("Khung chọn chữ ký số không hiện ra", "The form to choose a signature did not appear", "9901000019"):
        assert words in page
    assert "Thư viện ký số VSS" in page
    assert "Đừng gửi lại" in page
    assert "Thương mại &amp; Dịch vụ &lt;Giả Định&gt;" in page
    assert "<script" not in page
    assert re.findall(r"""(?:src|href)=["'](?!data:image/png|evidence/|index\.html)|url\(|@import""", page) == []
    assert run in page


def test_a_run_that_was_killed_is_packed_too(home, run, tmp_path):
    """Without run.json the page tells what the books know."""
    kept = load(home / "robot.toml").evidence.folder / run / "run.json"
    aside = kept.rename(home / "aside.json")
    try:
        assert _bundle(home, tmp_path, "last", "--out", "b.zip", phrase="").returncode == 0
    finally:
        aside.rename(kept)
    page = _members(tmp_path / "b.zip")["index.html"].decode()
    assert "Khung chọn chữ ký số không hiện ra" in page
    assert PHONE not in page


@pytest.mark.parametrize("wrong", ["exists", "no folder", "no run", "wrong phrase"])
def test_nothing_is_written_where_something_is_wrong(home, run, tmp_path, wrong):
    """A file that exists is left as it is; no run, no place, a wrong pass phrase: a wrong command, and no half a zip."""
    (tmp_path / "b.zip").write_bytes(b"mine")
    arguments = {"exists": (run, "--out", "b.zip"), "no folder": (run, "--out", "nowhere/b.zip"), "no run": ("no-such-run",)}
    said = _bundle(home, tmp_path, *arguments.get(wrong, (run,)), phrase="sai" if wrong == "wrong phrase" else "")
    assert said.returncode == 2, said.stderr
    assert said.stdout == ""
    assert [file.name for file in tmp_path.iterdir()] == ["b.zip"]
    assert (tmp_path / "b.zip").read_bytes() == b"mine"


def test_an_archive_of_evidence_opens_anywhere(home, run, tmp_path):
    """Names in the zip are relative, with forward slashes and no way up; its check sums hold."""
    assert _bundle(home, tmp_path, run, "--out", "b.zip", phrase="").returncode == 0
    with zipfile.ZipFile(io.BytesIO((tmp_path / "b.zip").read_bytes())) as archive:
        assert archive.testzip() is None
        assert [name for name in archive.namelist() if name.startswith("/") or ".." in name or "\\" in name] == []
