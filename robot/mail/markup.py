"""HTML of a mail as text and links (lxml, no network, nothing run); invisible parts are left out."""

from __future__ import annotations

import unicodedata

from lxml import etree

LARGEST_TABLES = 50
_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_LINES = frozenset({"br", "p", "div", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote"})
_NOT_WEB = ("mailto:", "tel:", "#")


Table = tuple[tuple[str, ...], ...]
"""Rows of cells, headings among them, spaces folded, NFC."""


def read_html(html: str) -> tuple[str, list[str]]:
    """Text with a line a block, and the target of each link but `mailto:`, `tel:` and places in the mail itself."""
    root = _root(html)
    if root is None:
        return "", []
    pieces: list[str] = []
    links: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = str(element.tag).lower()
        if event == "end":
            pieces += ["\n" if name in _LINES else "", " " if name in {"td", "th"} else "", element.tail or ""]
            continue
        if name in _UNSEEN:
            walk.skip_subtree()
            continue
        links += [target for each in ("href", "action", "formaction") if (target := _target(element, each))]
        pieces += ["\n" if name in _LINES else "", element.text or ""]
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line), links


def read_tables(html: str) -> list[Table]:
    """The tables that hold no other table: those that hold one are there for the looks of the mail."""
    root = _root(html)
    found = [] if root is None else [table for table in root.iter("table") if table.find(".//table") is None]
    return [
        tuple(tuple(_cell(cell) for cell in row.iter("td", "th")) for row in table.iter("tr")) for table in found[:LARGEST_TABLES]
    ]


def _root(html: str) -> etree._Element | None:
    """The document; None where there is none. NUL ends a document for the parser; lone surrogates have no UTF-8."""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        return etree.fromstring(html.replace("\0", " ").encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        return None


def _cell(cell: etree._Element) -> str:
    return unicodedata.normalize("NFC", " ".join("".join(str(text) for text in cell.itertext()).split()))


def _target(element: etree._Element, attribute: str) -> str:
    if element.tag == "base":
        return str(element.get("href", ""))
    target = (element.get(attribute) or "").strip()
    return "" if target.lower().startswith(_NOT_WEB) else target
