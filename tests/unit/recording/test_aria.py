"""Aria snapshots as Playwright writes them, read as elements."""

import pytest

from robot.recording.aria import Element, elements

SNAPSHOT = """\
- dialog "Chọn chữ ký số":
  - 'radio "CÔNG TY: một thành viên, tên ''A''" [checked]'
  - 'link "a: \\"b\\""':
    - /url: https://portal.example/?a=1
- textbox "Mã số thuế" [active] [disabled]: "0123456789"
- textbox "Tên": "dòng\\x09một: \\"hai\\""
- text: Tổng đài
- paragraph: "Giờ: 8 đến 17"
no line of a snapshot
"""


def test_elements_are_read_with_names_values_states_and_what_they_stand_in():
    """Quoted keys and values as YAML has them; the focus is no state; a property belongs to the element above it."""
    assert elements(SNAPSHOT) == (
        Element("dialog", "Chọn chữ ký số"),
        Element("radio", "CÔNG TY: một thành viên, tên 'A'", "", ("checked",), ("dialog Chọn chữ ký số",)),
        Element("link", 'a: "b"', "", (), ("dialog Chọn chữ ký số",), {"url": "https://portal.example/?a=1"}),
        Element("textbox", "Mã số thuế", "0123456789", ("disabled",)),
        Element("textbox", "Tên", 'dòng\tmột: "hai"'),
        Element("text", "", "Tổng đài"),
        Element("paragraph", "", "Giờ: 8 đến 17"),
    )


@pytest.mark.parametrize("snapshot", ["", "- ", "  - :", "- 'button", "button"])
def test_what_is_no_element_is_left_out(snapshot):
    """A broken line is no reason to stop."""
    assert elements(snapshot) == ()
