"""Looking at a page as a checker of accessibility does, and as an eye that stumbles over a word broken in two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

# A short word (a number, a date, a code) that begins on one line and ends on the next was given too little room; at a hyphen
# it may.
BROKEN = """() => {
  const clipped = [...document.querySelectorAll("*")].filter((part) => getComputedStyle(part).clipPath === "inset(50%)");
  const broken = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode, owner = node.parentElement;
    if (!owner.checkVisibility() || owner.closest("script, style, .skip")) continue;
    if (clipped.some((part) => part.contains(owner))) continue;
    for (const { 0: word, index } of node.data.matchAll(/[^\\s-]+/g)) {
      if (word.length > 22) continue;
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) broken.push(word);
    }
  }
  return broken;
}"""


def serious(page: Page) -> list[str]:
    """What axe-core calls serious or critical: which rule, where, and why."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:100]}: {node['failureSummary']}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


def broken_words(page: Page) -> list[str]:
    """Short words that stand on two lines."""
    broken: list[str] = page.evaluate(BROKEN)
    return broken
