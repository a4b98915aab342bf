"""Settings: what is wrong with them is said with file, key and nearest key; nothing secret is accepted or repeated."""

import os
from pathlib import Path

import pytest

from robot import settings
from robot.errors import SettingsError

MAIL = "organisations.hoa-binh.mail"
ORGANISATION = """
[organisations.hoa-binh]
name = "Công ty TNHH Thử Nghiệm Hòa Bình"
tax_code = "9901000019"
province = "Hà Nội"
agency_name = "BHXH cơ sở Bình An"
agency_code = "00131"
email = "hoa-binh@thu.example"
contact = "Nguyễn Thị Thu Hằng"
address = "Số 12, phố Bình An, Hà Nội"
"""


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in [name for name in os.environ if name.startswith("VSS_ROBOT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def write(tmp_path):
    def written(text):
        file = tmp_path / "robot.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def _refused(file):
    with pytest.raises(SettingsError) as refused:
        settings.load(file)
    assert refused.value.exit_code == 2
    return refused.value


def test_an_empty_file_is_enough_to_begin_with(write):
    """Everything has its default; an organisation needs what the form needs."""
    assert settings.load(write("")).organisations == {}
    loaded = settings.load(write(ORGANISATION))
    assert [loaded.language, loaded.organisations["hoa-binh"].tax_code] == ["vi", "9901000019"]


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("langauge = 'vi'", "langauge", "language"),
        ("[portal]\nadress = 'https://x.vn'", "portal.adress", "portal.address"),
        ("[portal.paths]\nlogn = '/x'", "portal.paths.logn", "portal.paths.login"),
        ("[mail.patterns]\ncodes = '(?P<value>x)'", "mail.patterns.codes", "mail.patterns.code"),
        (ORGANISATION + "tax_cod = '1'", "organisations.hoa-binh.tax_cod", "organisations.hoa-binh.tax_code"),
        (
            ORGANISATION + "[organisations.hoa-binh.mail]\nusr = 'x'",
            "organisations.hoa-binh.mail.usr",
            "organisations.hoa-binh.mail.user",
        ),
    ],
)
def test_a_misspelt_key_is_named_with_the_nearest_one(write, text, key, nearest):
    """Whatever table it stands in."""
    file = write(text)
    wrong = _refused(file)
    assert wrong.text.key == "errors.settings_misspelt"
    assert [wrong.text.fills["key"], wrong.text.fills["nearest"]] == [key, nearest]
    assert str(file) in str(wrong)


def test_a_key_like_no_other_is_named(write):
    """Without a guess."""
    wrong = _refused(write("zzzzqqq = 1"))
    assert [wrong.text.key, wrong.text.fills["key"]] == ["errors.settings_unknown", "zzzzqqq"]


def test_a_missing_key_is_named(write):
    """With its table."""
    wrong = _refused(write(ORGANISATION.replace('province = "Hà Nội"\n', "")))
    assert [wrong.text.key, wrong.text.fills["key"]] == ["errors.settings_missing", "organisations.hoa-binh.province"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[timers]\npage_s = 'soon'", "timers.page_s"),
        ("[timers]\npage_s = 0", "timers.page_s"),
        ("[mail]\nport = 70000", "mail.port"),
        ("[browser]\nextension_id = 'ABC'", "browser.extension_id"),
        ("[mail.patterns]\ncode = '('", "mail.patterns.code"),
        ("[mail.patterns]\ncode = 'without a group'", "mail.patterns.code"),
        ("language = 'fr'", "language"),
        (ORGANISATION.replace("9901000019", "9901000018"), "organisations.hoa-binh.tax_code"),
        (ORGANISATION.replace("00131", "131"), "organisations.hoa-binh.agency_code"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(write, text, key):
    """Types, ranges, patterns, check digits."""
    wrong = _refused(write(text))
    assert [wrong.text.key, wrong.text.fills["key"]] == ["errors.settings_wrong", key]


def test_further_faults_are_counted(write):
    """The first is said, the others are counted."""
    assert _refused(write("[timers]\npage_s = 0\nform_s = 0\nmail_s = 0")).text.fills["more"].fills == {"number": 2}


def test_a_password_in_the_file_is_refused_and_not_repeated(write):
    """Only a reference may stand there; neither the sentence nor any error behind it repeats what was written."""
    wrong = _refused(write("[mail]\npassword = 'planted-password'"))
    assert wrong.text.fills["key"] == "mail.password"
    assert "keyring:NAME" in str(wrong)
    link = wrong
    while link is not None:
        assert "planted-password" not in f"{link} {link!r}"
        link = link.__cause__ or link.__context__


def test_the_environment_stands_above_the_file(write, monkeypatch):
    """A variable overrides one key of a table and leaves the others."""
    monkeypatch.setenv("VSS_ROBOT_MAIL__HOST", "imap.example")
    monkeypatch.setenv("VSS_ROBOT_LANGUAGE", "en")
    loaded = settings.load(write("language = 'vi'\n[mail]\nhost = 'other.example'\nuser = 'hoa-binh'"))
    assert [loaded.language, loaded.mail.host, loaded.mail.user] == ["en", "imap.example", "hoa-binh"]


def test_a_variable_that_names_no_setting_is_refused(write, monkeypatch):
    """A misspelt variable would do nothing; so it is said, with the nearest table."""
    monkeypatch.setenv("VSS_ROBOT_LANGUAG", "en")
    wrong = _refused(write(""))
    assert wrong.text.key == "errors.settings_variable_unknown"
    assert wrong.text.fills == {"name": "VSS_ROBOT_LANGUAG", "nearest": "VSS_ROBOT_LANGUAGE"}


def test_a_misspelt_key_in_a_variable_is_refused(write, monkeypatch):
    """Inside a table too."""
    monkeypatch.setenv("VSS_ROBOT_MAIL__HOTS", "imap.example")
    assert _refused(write("")).text.fills["key"] == "mail.hots"


def test_relative_paths_count_from_the_file_and_the_home(write, tmp_path, monkeypatch):
    """Whatever folder the command is typed in; `~` is the user's own."""
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    loaded = settings.load(
        write(
            "home = 'robot'\n[vault]\nfile = 'v.cfg'\n[mail]\nca_file = 'ca.pem'\nmaildir = '~/Maildir'\n"
            "[evidence]\nfolder = '/elsewhere'\n[browser]\nextension_dir = 'ext'\n" + ORGANISATION + "host_path = 'host/vss'\n"
        )
    )
    assert loaded.home == tmp_path / "robot"
    assert loaded.vault.file == tmp_path / "robot" / "v.cfg"
    assert loaded.mail.ca_file == tmp_path / "ca.pem"
    assert loaded.mail.maildir == tmp_path / "me" / "Maildir"
    assert loaded.evidence.folder == Path("/elsewhere")
    assert loaded.browser.extension_dir == tmp_path / "ext"
    assert loaded.organisations["hoa-binh"].host_path == tmp_path / "host" / "vss"


def test_a_file_that_cannot_be_read_is_said(tmp_path, write):
    """A folder, bytes that are no UTF-8, text that is no TOML."""
    assert _refused(tmp_path).text.key == "errors.settings_unreadable"
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    assert _refused(tmp_path / "bytes.toml").text.key == "errors.settings_unreadable"
    assert _refused(write("language =")).text.key == "errors.settings_not_toml"


def test_the_file_is_found(tmp_path, write, monkeypatch):
    """The one given, then the variable's, then the one here; otherwise both places are named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with pytest.raises(SettingsError) as nowhere:
        settings.find(None)
    assert nowhere.value.text.key == "errors.settings_nowhere"
    here = write("")
    assert settings.find(None).resolve() == here
    other = tmp_path / "other.toml"
    other.write_text("")
    monkeypatch.setenv(settings.SETTINGS_VARIABLE, str(other))
    assert settings.find(None) == other
    assert settings.find(here) == here
    with pytest.raises(SettingsError) as absent:
        settings.find(tmp_path / "none.toml")
    assert absent.value.text.key == "errors.settings_absent"
