"""Printing a page to PDF with the browser of the settings: no profile, no extension, no network, no script."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

from robot.browser.find import find_browser
from robot.browser.launch import as_root, why_not
from robot.browser.profile import Profile
from robot.browser.switches import FEATURES_OFF
from robot.browser.temporary import Temporary
from robot.errors import BrowserFailed

if TYPE_CHECKING:
    from playwright.sync_api import PdfMargins

    from robot.settings import Settings

NOBODYS: Final = "printing"  # with the process's number, the name of the folder for temporary files: two may print at once
MARGIN: Final[PdfMargins] = {"top": "14mm", "bottom": "16mm", "left": "12mm", "right": "12mm"}
FOOTER: Final = (
    '<div style="width:100%;font-size:8px;text-align:center;color:#555">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


def print_pdf(html: str, settings: Settings) -> bytes:
    """The page on A4, with its headings as the outline and tags for screen readers.

    Raises:
        BrowserMissing: no browser.
        BrowserFailed: it did not start, or did not print.
    """
    temporary = Temporary.of(Profile(settings.home / "profiles" / f"{NOBODYS}-{os.getpid()}"))
    temporary.make_ready()
    try:
        with temporary.for_children(), sync_playwright() as playwright:
            program = find_browser(settings.browser.executable, playwright.chromium.executable_path)
            browser = playwright.chromium.launch(executable_path=program, args=[FEATURES_OFF], chromium_sandbox=not as_root())
            page = browser.new_page(offline=True, java_script_enabled=False)
            page.set_content(html)
            return page.pdf(
                format="A4",
                margin=MARGIN,
                print_background=True,
                display_header_footer=True,
                header_template="<span></span>",
                footer_template=FOOTER,
                tagged=True,
                outline=True,
            )
    except PlaywrightError as wrong:
        raise BrowserFailed("browser_failed", why=why_not(wrong)) from wrong
    finally:
        temporary.clear()
