"""The guides agree with the code: generated parts, commands, settings, findings; their links lead somewhere."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
import unicodedata
import zipfile
from pathlib import Path

import pytest

from robot.diagnosis import CODES
from robot.flow import booked, session
from robot.flow.session import Session
from robot.guides import NAMES, languages_of, on_shelf, read
from robot.guides.as_html import anchor, as_html
from robot.settings.describe import rows
from robot.texts import LANGUAGES
from tests.readme import GUIDES, PART, README, made_to_agree
from tests.typed import FENCE, typed, wrong

ROOT = README.parent
ALL = [(name, language) for name in NAMES for language in languages_of(name)]
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\((?P<to>[^)\s]+)\)")
SETTING = re.compile(r"`([a-z_]+(?:\.[A-Za-z_]+)+)(?: = [^`]+)?`")
SETTINGS = {(f"{row.table}.{row.key}").lstrip(".") for row in rows()}
TABLES = {row.table for row in rows()}
FILES = {"ledger.sqlite", "serve.token"}  # named like a setting


@pytest.fixture(params=ALL, ids=lambda one: f"{one[1]}/{one[0]}")
def guide(request):
    return read(*request.param)


@pytest.mark.parametrize(
    "part",
    [part for file in GUIDES for part in PART.finditer(file.read_text(encoding="utf-8"))],
    ids=lambda part: part["name"],
)
def test_a_generated_part_is_what_the_code_says(part):
    """`python -m tests.readme --write` mends it."""
    assert made_to_agree(part.group()) == part.group()


def test_every_file_is_a_guide_that_is_listed():
    """Nothing lies on the shelf that nobody finds, and every name has a guide."""
    assert {(file.stem, file.parent.name) for file in GUIDES} == set(ALL)
    assert [guide.name for guide in on_shelf("vi")] == list(NAMES)
    assert {"handbook", "findings", "security"} <= {name for name in NAMES if languages_of(name) == LANGUAGES}


def test_it_is_written_properly(guide):
    """NFC, a title first, no mark of a generated part, no control characters."""
    assert unicodedata.is_normalized("NFC", guide.text)
    assert guide.text.startswith(f"# {guide.title}\n")
    assert "<!--" not in guide.text
    assert [letter for letter in guide.text if unicodedata.category(letter) in {"Cc", "Cf"} and letter != "\n"] == []


def _prose(text):
    return FENCE.sub("", text)


def test_its_links_lead_somewhere(guide):
    """To a guide and a heading in it, or to an https address."""
    for link in LINK.findall(_prose(guide.text)):
        to, _, place = link.partition("#")
        if to.startswith("https://"):
            continue
        assert not to or to.removesuffix(".md") in NAMES, link
        other = read(to.removesuffix(".md"), guide.language) if to else guide
        assert not place or place in {anchor(heading.replace("`", "")) for heading in HEADING.findall(_prose(other.text))}, link


DOCUMENTS = [(f"{language}/{name}", read(name, language).text) for name, language in ALL]


@pytest.mark.parametrize(
    "text",
    [text for _, text in DOCUMENTS] + [README.read_text(encoding="utf-8")],
    ids=[*(name for name, _ in DOCUMENTS), "README"],
)
def test_every_command_it_names_can_be_typed(text):
    """Commands, subcommands and options, in README too."""
    assert {command: said for command in typed(text) if (said := wrong(command))} == {}


def test_what_cannot_be_typed_is_seen():
    """The test before this one looks at what it should."""
    lines = ("`vss-robot nightly --untill 05:30` and", "```console", "$ vss-robot vault sett x  # why")
    text = "\n".join([*lines, "$ vss-robot flows; vss-robot runs last", "```"])
    said = {command: wrong(command) for command in typed(text)}
    assert set(said.values()) == {"no option --untill of nightly", "no command vault sett", "", "too much after runs"}


def test_every_setting_it_names_is_there(guide):
    """In its sentences (`signing.mode`), and in its examples of robot.toml."""
    named = {
        name
        for name in SETTING.findall(_prose(guide.text))
        if any(f"{name}.".startswith(f"{table}.") for table in TABLES if table)
    }
    assert {name for name in named if name not in SETTINGS | TABLES | FILES} == set()
    for fence in FENCE.finditer(guide.text):
        if fence["kind"] == "toml" and "[project]" not in fence["text"] and "[elements" not in fence["text"]:
            written = _keys(tomllib.loads(inspect.cleandoc(fence["text"])))
            assert {key for key in written if key not in SETTINGS} == set()


def _keys(table, path=()):
    for key, value in table.items():
        inner = (*path, "KEY") if path == ("organisations",) else (*path, key)
        if isinstance(value, dict):
            yield from _keys(value, inner)
        else:
            yield ".".join(inner)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_its_chapter(language):
    """By its code, with a remedy."""
    headings = HEADING.findall(read("findings", language).text)
    assert set(CODES) <= {heading.strip("`") for heading in headings}


def test_what_the_guide_of_flows_says_of_a_session_is_there():
    """Every `s.name` is an attribute of a session."""
    known = set(dir(Session))
    for module in (session, booked):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
                known.add(node.attr)
    assert set(re.findall(r"\bs\.([a-z_]+)", read("flows", "en").text)) - known == set()


def test_html_is_made_of_every_guide(guide):
    """Nothing in it that a page with our own policy would not show: no script, no style of its own."""
    html = as_html(guide.body, "/guide/")
    assert re.findall(r"<(?:script|style|iframe|img|form)|\son\w+=|style=|javascript:", html) == []
    assert html.count("<table>") == html.count('<div class="scroll"')
    assert re.findall(r'href="[^"]*\.md', html) == []


def test_a_hostile_text_is_shown_as_text():
    """Markup of the text's own, and addresses that hide a script."""
    html = as_html(
        "<script>alert(1)</script> <img src=x onerror=alert(2)> [x](javascript:alert(3)) [y](data:text/html,z) <b>", "/guide/"
    )
    assert re.findall(r"<(?!p>|/p>)", html) == []
    assert "&lt;script&gt;" in html


def test_the_wheel_holds_the_guides(tmp_path):
    """Built by the project's own back-end, without a network."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
    assert {Path(file).relative_to(ROOT).as_posix() for file in GUIDES} <= held


PATH = re.compile(r"`((?:robot|flows|fixtures|tests)/[\w./-]+)`")


def test_every_file_it_names_is_there(guide):
    """Of the checkout, by its path."""
    assert [path for path in PATH.findall(_prose(guide.text)) if not (ROOT / path).exists()] == []
