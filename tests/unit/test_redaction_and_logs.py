"""Secrets are taken out of every text, and no way leads one into the log."""

import html
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from loguru import logger

from robot import logs
from robot.redaction import Redactor

SECRETS = ["Xq7-secret", "mật khẩu có dấu", "a&b=c d/é%", "quo\"te's and back\\slash", "tab\tand\nline"]
FORMS = {
    "plain": str,
    "percent": quote,
    "percent-all": lambda secret: quote(secret, safe=""),
    "form": quote_plus,
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json-utf-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "repr": lambda secret: repr(secret)[1:-1],
    "html": html.escape,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_taken_out_however_it_is_written(secret, form):
    """Plain, in an address, in a posted form, in JSON, in Python's own notation, in HTML."""
    redactor = Redactor()
    redactor.learn("login/hoa-binh", secret)
    written = FORMS[form](secret)
    assert redactor.redact(f"before {written} after") == "before ‹login/hoa-binh› after"
    assert redactor.knows(written)
    assert not redactor.knows("before after")


def test_a_secret_inside_another_leaves_no_rest():
    """The longer one is taken out first."""
    redactor = Redactor()
    redactor.learn("short", "abcd")
    redactor.learn("long", "abcdefgh")
    assert redactor.redact("abcdefgh abcd") == "‹long› ‹short›"


def test_short_secrets_are_not_learnt():
    """Two letters of a captcha would blank out ordinary words."""
    redactor = Redactor()
    redactor.learn("captcha", "an")
    redactor.learn("nothing", "")
    assert redactor.redact("an Phú") == "an Phú"


@pytest.fixture
def begin(tmp_path, capsys):
    """Sets the log up with a redactor that knows the secrets; what it returns gives what file and stderr hold."""

    def begun():
        redactor = Redactor()
        for number, secret in enumerate(SECRETS):
            redactor.learn(f"secret-{number}", secret)
        logs.set_up(redactor, tmp_path / "logs", verbose=True)
        return lambda: ((tmp_path / "logs" / "vss-robot.log").read_text(encoding="utf-8"), capsys.readouterr().err)

    yield begun
    logger.remove()


def _shows(text):
    return [secret for secret in SECRETS for form in FORMS.values() if form(secret) in text]


@pytest.mark.parametrize("secret", SECRETS)
def test_no_way_leads_a_secret_into_the_log(begin, secret):
    """Message, argument, extra, an exception's text, and the locals of the functions that raised it."""

    def raises(password):
        inner = {"password": password}
        message = f"refused {inner['password']}"
        raise ValueError(message)

    logged = begin()
    logger.bind(action="test.message").info("typed " + secret.replace("{", "{{"))
    logger.bind(action="test.argument").info("typed {}", secret)
    logger.bind(action="test.extra", password=secret, nested={"password": [secret]}).info("typed")
    try:
        raises(secret)
    except ValueError:
        logger.bind(action="test.exception").exception("failed")
    for text in logged():
        assert _shows(text) == []
        assert text.count(f"‹secret-{SECRETS.index(secret)}›") >= 5
        assert all(f"test.{way}" in text for way in ("message", "argument", "extra", "exception"))


def test_locals_that_nobody_learnt_are_not_printed_either(begin):
    """A traceback shows lines of code, never the values in them."""

    def raises(pin):
        digits = pin[::-1]
        raise RuntimeError(len(digits))

    logged = begin()
    try:
        raises("tnraelnu"[::-1] + "-pin")
    except RuntimeError:
        logger.exception("failed")
    for text in logged():
        assert "RuntimeError" in text
        assert "unlearnt-pin" not in text
        assert "unlearnt-pin"[::-1] not in text


def test_who_reads_the_log_in_a_terminal_has_it_obey_nothing(begin):
    """What the portal says stands there with signs for what would clear the screen or turn a name around."""
    logged = begin()
    logger.bind(action="test", said="\x1b[2J\u202e").info("\x1b]0;x\x07\x9b")
    for text in logged():
        assert "␛]0;x␇‹U+009B›" in text
        assert "\x1b" not in text


def test_a_line_carries_its_action_and_utc(begin):
    """What machines read: time in UTC, level, action."""
    logged = begin()
    logger.bind(action="run.begin").info("bắt đầu")
    file, err = logged()
    assert file == err
    assert file.split()[0].endswith("Z")
    assert file.split()[1:4] == ["INFO", "run.begin", "bắt"]


def test_without_a_folder_and_quiet_nothing_is_written(capsys):
    """A command that needs no log leaves none."""
    logs.set_up(Redactor(), None)
    logger.info("x")
    assert capsys.readouterr() == ("", "")


def test_a_line_that_cannot_be_written_is_not_printed_elsewhere(tmp_path, capsys):
    """When the log's place is gone, the line is dropped: Python's own report would show it unredacted."""
    redactor = Redactor()
    redactor.learn("login", SECRETS[0])
    logs.set_up(redactor, tmp_path / "logs")
    (tmp_path / "logs" / "vss-robot.log").mkdir()
    logger.info("typed {}", SECRETS[0])
    logger.remove()
    assert capsys.readouterr() == ("", "")


ON_A_FULL_DISK = """
import sys
from pathlib import Path
from loguru import logger
from robot import logs
from robot.redaction import Redactor
logs.set_up(Redactor(), Path(sys.argv[1]))
logger.bind(action="test").info("a line")
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_a_full_disk_puts_no_traceback_on_the_terminal_when_the_command_ends(tmp_path):
    """The log's file is closed at the very end, and what it could not take is tried once more then."""
    (tmp_path / "vss-robot.log").symlink_to("/dev/full")
    ran = subprocess.run([sys.executable, "-c", ON_A_FULL_DISK, tmp_path], capture_output=True, text=True, check=False)
    assert (0, "") == (ran.returncode, ran.stderr)
