"""The guides on the operator's page."""

import re
from html import unescape

import pytest

from robot.guides import NAMES, read


def test_all_guides_are_listed_and_shown(client):
    """By their titles, in the operator's language where there is one; each is a page that asks for nothing but our own files."""
    shelf = client.get("/guide")
    assert re.findall(r'href="/guide/([a-z]+)"', shelf.text) == list(NAMES)
    for name in NAMES:
        page = client.get(f"/guide/{name}")
        assert (page.status, page.text.count("<h1>")) == (200, 1)
        assert f"<h1>{read(name, 'en').title}</h1>" in unescape(page.text)
        assert set(re.findall(r'(?:src|href)="(/(?!guide)[^"]*)"', page.text)) >= {"/static/page.css", "/static/page.js"}
        assert re.findall(r"<script(?! src=.?/static/page.js)|style=", page.text) == []


@pytest.mark.parametrize(("asked", "language"), [("", "en"), ("?language=vi", "vi"), ("?language=<b>", "en")])
def test_the_other_language_is_a_click_away(client, asked, language):
    """What is no language is the operator's own."""
    page = client.get(f"/guide/findings{asked}").text
    assert f'class="guide" lang="{language}"' in page
    other = "vi" if language == "en" else "en"
    assert f'href="?language={other}"' in page


def test_a_guide_that_is_not_there_is_told(client):
    """With the ones that are; what was asked for is text."""
    page = client.get("/guide/%3Cscript%3E")
    assert (page.status, "<script>" in page.text.replace('<script src="/static/page.js" defer></script>', "")) == (404, False)
    assert "handbook" in page.text


def test_nobody_reads_them_without_the_token(client):
    """Like any other page."""
    assert client.get("/guide/security", Cookie=None).status == 403
