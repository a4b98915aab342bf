"""The tree of errors: what the docstring draws is what there is, with the exit codes that operators are told."""

import re

import pytest

from robot import errors
from robot.errors import RobotError
from robot.texts import catalogue

LINE = re.compile(r"^ {4}(?P<bars>[│ ]*)(?:[├└]── )?(?P<name>[A-Z][A-Za-z]+) +(?:(?P<code>\d+) {3})?\S")
DOCUMENTED_CODES = {0, 2, 10, 11, 12, 13, 14, 130}


def _drawn():
    """Name -> (parent, exit code drawn or None), in the docstring's order."""
    drawn, path = {}, []
    for line in errors.__doc__.splitlines():
        found = LINE.match(line)
        if not found or not ("── " in line or found["name"] == "RobotError"):
            continue
        depth = 0 if found["name"] == "RobotError" else len(found["bars"]) // 4 + 1
        del path[depth:]
        drawn[found["name"]] = (path[-1] if path else None, int(found["code"]) if found["code"] else None)
        path.append(found["name"])
    return drawn


def _real(kind=RobotError):
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _real(child)


def test_the_tree_in_the_docstring_is_the_real_tree():
    """Same classes, same parents."""
    real = {kind.__name__: kind.__bases__[0].__name__ if kind is not RobotError else None for kind in _real()}
    assert {name: parent for name, (parent, _) in _drawn().items()} == real


def test_exit_codes_are_drawn_where_they_are_set():
    """The codes in the docstring are those of the classes; a class below has its parent's."""
    kinds = {kind.__name__: kind for kind in _real()}
    for name, (parent, code) in _drawn().items():
        expected = code if code is not None else kinds[parent].exit_code
        assert kinds[name].exit_code == expected, name


def test_every_exit_code_is_one_that_operators_are_told():
    """Only a fault of ours (1) is not among them, and each has its kind."""
    assert {kind.exit_code for kind in _real()} == (DOCUMENTED_CODES - {0}) | {1}


def test_every_outcome_can_be_said():
    """An error's outcome is a key of the catalogue."""
    assert {f"outcomes.{kind.outcome}" for kind in _real()} - catalogue("en").keys() == set()


@pytest.mark.parametrize("kind", list(_real()), ids=lambda kind: kind.__name__)
def test_an_error_says_itself_in_both_languages(kind):
    """English for the log, the operator's language for the operator; each class has its docstring."""
    error = kind("refused", said="Mã số thuế không hợp lệ")
    assert str(error) == "The portal refused: Mã số thuế không hợp lệ"
    assert error.text.say("vi") == "Cổng từ chối: Mã số thuế không hợp lệ"
    assert kind.__doc__
