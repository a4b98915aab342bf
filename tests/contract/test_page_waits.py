"""Waits on a page of a real browser: met as soon as it changes, ended in time; and the windows of a night's tabs."""

import time

import pytest
from playwright.sync_api import CDPSession
from playwright.sync_api import Error as PlaywrightError

from robot.browser.changes import UNSEEN_S, wait_until
from robot.browser.find import find_browser
from robot.browser.launch import as_root
from robot.drive.night.tabs import Tabs

LATER = """after_ms => setTimeout(() => document.body.append(document.createElement('b')), after_ms)"""


@pytest.fixture(scope="module")
def context(playwright, tmp_path_factory):
    """A persistent context, as the robot's own browsers are; its pages come from no network."""
    program = find_browser(None, playwright.chromium.executable_path)
    folder = tmp_path_factory.mktemp("profile")
    opened = playwright.chromium.launch_persistent_context(folder, executable_path=program, chromium_sandbox=not as_root())
    opened.route("http://portal.example/**", lambda route: route.fulfill(body="<p>Cổng</p>", content_type="text/html"))
    yield opened
    opened.close()


@pytest.fixture
def page(context):
    opened = context.new_page()
    opened.goto("http://portal.example/")
    yield opened
    opened.close()


def test_what_comes_late_is_seen_when_it_comes(page):
    """Not at the next of some looks: the change itself calls for one."""
    page.evaluate(LATER, 1300)
    looks = []

    def look() -> bool:
        looks.append(page.locator("b").count())
        return looks[-1] > 0

    assert wait_until(page, look, 20)
    assert len(looks) <= 4, "a look at the beginning, one a second, and the one that saw it"


def test_what_does_not_come_is_waited_for_no_longer(page):
    """Without a change, with changes all the time, and in the short waits of a replay."""
    for within_s in (0.05, UNSEEN_S):
        begun = time.monotonic()
        assert not wait_until(page, lambda: page.locator("b").count() > 0, within_s)
        assert time.monotonic() - begun >= within_s
    page.evaluate("setInterval(() => document.body.append(document.createElement('i')), 1)")
    looks = []
    assert not wait_until(page, lambda: bool(looks.append(1)), UNSEEN_S)
    assert 1 < len(looks) <= UNSEEN_S * 1000 / 25, "a page that changes all the time is not looked at all the time"


def test_another_page_that_comes_meanwhile_is_looked_at(page):
    """The observer of the page before has gone with it."""
    page.evaluate("setTimeout(() => { location.href = 'http://portal.example/xong' }, 50)")
    assert wait_until(page, lambda: page.url.endswith("/xong") and page.locator("p").count() == 1, 20)


def test_a_page_that_does_not_let_go_ends_the_wait(page):
    """A script that runs for ever would hold up a look for ever."""
    page.evaluate("setTimeout(() => { const end = Date.now() + 3000; while (Date.now() < end); }, 0)")
    assert not wait_until(page, lambda: True, UNSEEN_S)


def test_a_page_that_stops_answering_in_the_midst_of_a_wait_ends_it(page):
    """It has answered the first look, and then nothing more for as long as its script runs."""
    page.evaluate("setTimeout(() => { const end = Date.now() + 8000; while (Date.now() < end); }, 300)")
    begun = time.monotonic()
    assert not wait_until(page, lambda: False, 1.5)
    assert time.monotonic() - begun < 6, "the script would run for two seconds more"


def test_a_page_that_has_gone_is_said(page):
    """Not waited for, and not taken for silence."""
    page.close()
    with pytest.raises(PlaywrightError):
        wait_until(page, lambda: True, UNSEEN_S)


def test_every_tab_has_a_window_of_its_own(context):
    """The browser spares the tabs behind a window's foremost one; `python -m tests.bench nightly` shows what that costs."""
    first = context.pages[0]
    windows = [_window(first)]

    def work(page, _taken) -> None:
        windows.append(_window(page))
        while len(windows) < 4:  # no tab takes a second turn
            page.wait_for_timeout(20)

    tabs = Tabs(context, 3, work)
    tabs.waiting.extend([(each, 0) for each in range(3)])
    while not tabs.idle:
        tabs.grow()
        first.wait_for_timeout(20)
    tabs.close(lambda: first.wait_for_timeout(20))
    assert len(set(windows)) == 4, windows


def test_tabs_are_opened_for_what_waits_and_the_first_ones_work_meanwhile(context):
    """A night of two dossiers has two windows, whatever it might have; the second comes while the first is at work."""
    first, done = context.pages[0], []

    def work(page, taken) -> None:
        if taken == (1, 0):  # until the other has begun
            while not done:
                page.wait_for_timeout(20)
        done.append(taken)

    tabs = Tabs(context, 8, work)
    tabs.waiting.extend([(1, 0), (2, 0)])
    while not tabs.idle:
        tabs.grow()
        first.wait_for_timeout(20)
    assert (done, len(context.pages)) == ([(2, 0), (1, 0)], 1 + 2)
    tabs.close(lambda: first.wait_for_timeout(20))
    assert context.pages == [first]


def test_a_browser_that_gives_no_more_tabs_works_with_those_it_gave(context, monkeypatch):
    """Nothing that waits is lost; without any tab the session ends."""
    first, done = context.pages[0], []
    send = CDPSession.send

    def refusing(session, method, params=None):
        if method == "Target.createTarget" and len(context.pages) > 1:
            raise PlaywrightError("Protocol error (Target.createTarget): no")
        return send(session, method, params)

    monkeypatch.setattr(CDPSession, "send", refusing)
    tabs = Tabs(context, 3, lambda page, taken: (page.wait_for_timeout(100), done.append(taken)))
    tabs.waiting.extend([(each, 0) for each in range(4)])
    while not tabs.idle:
        tabs.grow()
        first.wait_for_timeout(20)
    assert (done, tabs.room) == ([(each, 0) for each in range(4)], 2), "one tab, and one that may wait"
    tabs.close(lambda: first.wait_for_timeout(20))
    other = context.new_page()
    tabs = Tabs(context, 3, lambda *_: None)
    tabs.waiting.append((9, 0))
    with pytest.raises(PlaywrightError):
        tabs.grow()
    other.close()


def _window(page):
    control = page.context.new_cdp_session(page)
    window = control.send("Browser.getWindowForTarget")["windowId"]
    control.detach()
    return window
