"""An extension that a policy installs: the first start of a profile waits until the browser has fetched it.

A page opened before that would have no content script, and the form would stay absent on a machine where all is well.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from loguru import logger
from playwright.sync_api import Error as PlaywrightError

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from robot.browser.profile import Profile

_LOOK_MS = 50


def await_installed(context: BrowserContext, profile: Profile, extension_id: str, within_s: float) -> bool:
    """Wait until a profile that lacks the extension has it at work; False where that did not come to pass in time.

    A profile that had it when the browser started is not waited for. The proof is the extension's own worker, which Chrome
    starts once as it installs: the folder alone is there before the extension is.
    """
    if (profile.folder / "Default" / "Extensions" / extension_id).is_dir() or context.browser is None:
        return True
    began = time.monotonic()
    own = f"chrome-extension://{extension_id}/"
    try:
        devtools = context.browser.new_browser_cdp_session()
        while not any(target["url"].startswith(own) for target in devtools.send("Target.getTargets")["targetInfos"]):
            if time.monotonic() - began > within_s:
                logger.bind(action="browser.extension_absent").warning("{} was not installed within {} s", extension_id, within_s)
                return False
            context.pages[0].wait_for_timeout(_LOOK_MS)
        devtools.detach()
    except PlaywrightError as wrong:
        logger.bind(action="browser.extension_unseen").warning("{}", str(wrong).splitlines()[0])
        return False
    logger.bind(action="browser.extension_installed").info("{} after {:.1f} s", extension_id, time.monotonic() - began)
    return True
