"""The browser: found, given a profile of its own for each organisation, started with the signing extension, ended."""

from robot.browser.find import find_browser
from robot.browser.launch import Browser, launch
from robot.browser.profile import Profile

__all__ = ["Browser", "Profile", "find_browser", "launch"]
