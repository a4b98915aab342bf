"""The page held still at one moment: picture of the window, picture of the whole page, DOM, and the tree a screen reader sees.

Scripts, hidden values, queries of addresses and what the covered fields hold are taken out within the page, before the text
reaches the robot; nothing of the page itself is changed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

from robot.evidence.folder import PAGE_MS, slug

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from playwright.sync_api import Page

    from robot.evidence.folder import RunFolder

COVERED = "•••"
SHORTEST = 4  # a shorter value (a single digit) stands in too many other words

# {html, covered}: a copy of the document that cannot run or fetch anything, and what the covered fields hold.
COPY = """(root, [covered, sign]) => {
  const copy = root.cloneNode(true);
  const fields = 'input, textarea, select';
  const twins = copy.querySelectorAll(fields);
  const held = [];
  root.querySelectorAll(fields).forEach((field, place) => {
    const twin = twins[place];
    const secret = (covered && field.matches(covered)) || ['hidden', 'password', 'file'].includes(field.type);
    if (secret && field.value) held.push(field.value);
    const value = secret && field.value ? sign : field.value;
    if (field.type === 'checkbox' || field.type === 'radio') twin.toggleAttribute('checked', field.checked);
    else if (field.tagName === 'TEXTAREA') twin.textContent = value;
    else if (field.tagName === 'SELECT') [...twin.options].forEach(
      (option, index) => option.toggleAttribute('selected', field.options[index].selected));
    else twin.setAttribute('value', value);
  });
  const live = 'script, noscript, template, iframe, object, embed, link, base, meta[http-equiv]';
  const tokens = 'meta[name*=csrf i], meta[name*=token i]';
  copy.querySelectorAll(`${live}, ${tokens}`).forEach(node => node.remove());
  copy.querySelectorAll('*').forEach(node => [...node.attributes].forEach(({name, value}) => {
    if (/^on|^nonce$|^srcset$|^integrity$/i.test(name)) node.removeAttribute(name);
    else if (/^(href|src|action|formaction|poster)$/i.test(name)) node.setAttribute(name, value.split(/[?#]/)[0]);
  }));
  const rule = document.createElement('meta');
  rule.setAttribute('http-equiv', 'Content-Security-Policy');
  rule.setAttribute('content', "default-src 'none'; style-src 'unsafe-inline'");
  (copy.querySelector('head') || copy).prepend(rule);
  return {html: '<!doctype html>\\n' + copy.outerHTML + '\\n', covered: held};
}"""


def hold_still(page: Page, folder: RunFolder, name: str) -> Path | None:
    """Keep what the page is at this moment, where `name` was waited for and did not come; the window's picture, if one was had.

    Never raises for a page that cannot be drawn or asked any more: what is missing is a line in the log.
    """
    picture = folder.screenshot(page, f"{name} absent")
    if picture is None:  # a page that cannot even be drawn would not answer the questions below either
        return None
    folder.screenshot(page, f"whole page without {name}", whole=True)
    stem = f"{picture.name[:2]}-{slug(name)}"
    try:
        copied = page.locator("html").evaluate(COPY, [", ".join(folder.covered), COVERED], timeout=PAGE_MS)
        folder.write(f"page/{stem}.html", copied["html"])
        tree = page.locator("body").aria_snapshot(timeout=PAGE_MS)
        folder.write(f"page/{stem}.aria.yaml", _without(tree, copied["covered"]) + "\n")
    except PlaywrightError as wrong:
        logger.bind(action="evidence.page_failed").warning("{}: {}", stem, str(wrong).splitlines()[0])
    return picture


def _without(tree: str, values: Iterable[str]) -> str:
    """The tree without queries of addresses and what the covered fields hold: a short value only where a field's value stands."""
    tree = re.sub(r"(?m)^(\s*- /url: [^?#\n]*)[?#][^\n\"]*", r"\1", tree)
    for value in sorted(set(values), key=len, reverse=True):
        tree = re.sub(rf'(?m)(?<=: )"?{re.escape(value)}"?$', COVERED, tree)
        if len(value) >= SHORTEST:
            tree = tree.replace(value, COVERED)
    return tree
