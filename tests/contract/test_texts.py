"""The catalogue: both languages say the same things, and the code asks for nothing that neither says."""

import ast
import string
import tomllib
import unicodedata
from pathlib import Path

import pytest

import robot
from robot.ledger import OUTCOMES
from robot.texts import LANGUAGES, Text, catalogue, say_step

ROOT = Path(robot.__file__).parent


def _placeholders(sentence):
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def _tables(language):
    return tomllib.loads((ROOT / "texts" / f"{language}.toml").read_text(encoding="utf-8"))


def test_both_languages_have_the_same_sentences_with_the_same_placeholders():
    """Every key stands in both files, in the same order, and fills the same places; steps are Vietnamese alone."""
    english = {key: _placeholders(sentence) for key, sentence in catalogue("en").items()}
    vietnamese = {key: _placeholders(text) for key, text in catalogue("vi").items() if not key.startswith("steps.")}
    assert vietnamese == english
    assert "steps" not in _tables("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_written_properly(language):
    """NFC, no blank sentence; placeholders are plain names."""
    for key, sentence in catalogue(language).items():
        assert sentence.strip(), key
        assert unicodedata.is_normalized("NFC", sentence), key
        assert all(name.isidentifier() for name in _placeholders(sentence)), key


def test_vietnamese_is_vietnamese():
    """No sentence was left in English."""
    same = {key for key in catalogue("en") if catalogue("vi")[key] == catalogue("en")[key]}
    assert same == {"findings.sentence", "errors.flow_says", "labels.flow_says"}  # two are a flow's own words


def _literal(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _error_names(tree):
    """The errors that a module takes from robot.errors; another room's class may have the same name."""
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "robot.errors"]
    return {alias.asname or alias.name for node in taken for alias in node.names}


def _asked_for(tree):
    """Keys with what fills them (None where a call fills by `**`): errors raised, `Text` and `say` with a literal key."""
    error_names = _error_names(tree)
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not call.args or (key := _literal(call.args[0])) is None:
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        named = {keyword.arg for keyword in call.keywords}
        if name in error_names:
            yield f"errors.{key}", None if None in named else named
        elif name == "say" and "." in key:
            yield key, None if None in named else named
        elif name == "Text":
            yield key, None


MODULES = sorted(path for path in [*ROOT.rglob("*.py"), *(ROOT.parent / "flows").rglob("*.py")])


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT.parent)))
def test_every_key_the_code_names_is_in_the_catalogue(module):
    """Errors, texts and sayings with a literal key find their sentence, and errors fill exactly its placeholders."""
    known = catalogue("en")
    asked = list(_asked_for(ast.parse(module.read_text(encoding="utf-8"))))
    assert [key for key, _ in asked if key not in known] == []
    wrong = {key: fills for key, fills in asked if fills is not None and fills != _placeholders(known[key])}
    assert wrong == {}


def test_outcomes_of_the_books_are_those_of_the_catalogue():
    """Every outcome that can be written down can be said, and the other way round."""
    said = {key.removeprefix("outcomes.") for key in catalogue("en") if key.startswith("outcomes.")}
    assert set(OUTCOMES) == said


def test_a_text_among_the_fills_is_said_in_the_same_language():
    """A sentence inside a sentence follows the language of the whole."""
    inner = Text("labels.form_certificates")
    text = Text("errors.form_absent", {"form": inner, "seconds": 15, "finding": "-"})
    assert text.say("vi").startswith("Khung chọn chữ ký số không hiện ra sau 15 giây")
    assert text.say("en").startswith("The form to choose a signature did not appear within 15 s")


def test_a_step_without_a_translation_is_shown_as_its_flow_wrote_it():
    """An office's own flow needs no change of the catalogue."""
    assert say_step("open the registration form", "vi") == "mở tờ khai đăng ký"
    assert say_step("open the registration form", "en") == "open the registration form"
    assert say_step("a step of somebody's own flow", "vi") == "a step of somebody's own flow"
