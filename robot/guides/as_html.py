"""A guide as HTML for the operator's page: no markup of the text's own goes through, and no address that a script hides in."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from robot.guides.shelf import BETWEEN, NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

# Commonmark with tables; HTML in a text is shown as text, and markdown-it makes no link of javascript:, vbscript: or data:.
_READER: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


def as_html(text: str, address: str) -> str:
    """The HTML of a guide's Markdown; a link to another guide leads to `address` with that guide's name after it."""
    tokens = _READER.parse(BETWEEN.sub(lambda link: _link(link, address), text))
    _name_headings(tokens)
    html: str = _READER.renderer.render(_framed(tokens), _READER.options, {})
    return html.replace("<pre>", '<pre tabindex="0">')  # it scrolls: by keyboard, too


def anchor(heading: str) -> str:
    """What a heading is called in an address, as GitHub calls it, so that the same links work in the checkout."""
    plain = unicodedata.normalize("NFC", heading).lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def _link(link: re.Match[str], address: str) -> str:
    if link["name"] not in NAMES:
        return link[0]
    return f"[{link['said']}]({address}{link['name']}{link['place'] or ''})"


def _name_headings(tokens: Sequence[Token]) -> None:
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            said = "".join(part.content for part in inline.children or () if part.type in {"text", "code_inline"})
            opening.attrSet("id", anchor(said))


def _framed(tokens: Sequence[Token]) -> list[Token]:
    """Tables and code within frames that scroll by themselves, so that a narrow page does not."""
    framed: list[Token] = []
    for token in tokens:
        if token.type == "table_open":
            framed.append(Token("frame_open", "div", 1, attrs={"class": "scroll", "tabindex": "0"}, block=True))
        framed.append(token)
        if token.type == "table_close":
            framed.append(Token("frame_close", "div", -1, block=True))
    return framed
