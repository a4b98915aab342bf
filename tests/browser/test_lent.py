"""The browser that replays share: what it shows a page, and that nothing of one run is there in the next."""

import threading

import psutil
import pytest

from fixtures.extension import EXTENSION_ID, copy_to
from robot.browser import lent
from robot.browser.launch import Extras, kill, launch
from robot.browser.lent import Lending
from robot.browser.profile import Profile
from robot.settings import Settings

PORTAL, OTHER = "https://gddt.baohiemxahoi.gov.vn/", "https://dichvucong.baohiemxahoi.gov.vn/"
LEAVE = """async () => {
  document.cookie = 'kept=1; max-age=999';
  localStorage.kept = sessionStorage.kept = window.name = '1';
  await caches.open('kept');
  await new Promise(done => { indexedDB.open('kept').onsuccess = done; });
  history.pushState(null, '', '/2');
}"""
FIND = """async () => [document.cookie, {...localStorage}, {...sessionStorage}, window.name, await caches.keys(),
  (await indexedDB.databases()).length, history.length]"""
SEEN = """() => [navigator.userAgent, navigator.language, navigator.languages, Intl.DateTimeFormat().resolvedOptions().locale,
  innerWidth, innerHeight, outerWidth, screen.width, screen.height, devicePixelRatio, document.hasFocus(), document.hidden,
  matchMedia('(hover: hover)').matches, matchMedia('(prefers-reduced-motion: reduce)').matches, locationbar.visible]"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = copy_to(tmp_path_factory.mktemp("extension"))
    return Settings.model_validate({"browser": {"extension_dir": folder, "extension_id": EXTENSION_ID}})


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    return Profile(tmp_path_factory.mktemp("lent") / "profile")


@pytest.fixture(scope="module")
def lending(playwright, profile):
    lending = Lending(playwright, profile.folder)
    yield lending
    lending.close()


@pytest.fixture
def shown(lending, playwright, settings):
    """Has a run show pages one after the other, and gives back what a script says on the last of them."""

    def show(script, *addresses):
        browser = lending.lend(settings, None, headed=False, extras=Extras(playwright=playwright))
        return _said(browser, script, addresses)

    return show


def _said(browser, script, addresses):
    try:
        browser.context.route("**/*", lambda route: route.fulfill(body="<p>page", content_type="text/html"))
        for address in addresses:
            browser.context.pages[0].goto(address)
        return browser.context.pages[0].evaluate(script)
    finally:
        browser.close()


EMPTY = ["", {}, {}, "", [], 0]


def test_a_browser_that_goes_no_further_with_a_connection_is_started_anew(profile, shown, monkeypatch):
    """It is there, takes up the connection, and does not answer."""
    for name in ("FIRST_S", "CONNECTED_S"):
        monkeypatch.setattr(lent, name, 2.0)
    shown(FIND, PORTAL)
    stuck = profile.processes()
    for process in stuck:
        process.suspend()
    assert EMPTY == shown(FIND, PORTAL)[:-1]
    assert not {process.pid for process in stuck} & {process.pid for process in profile.processes()}


def test_a_browser_that_goes_on_with_the_next_connection_is_the_same_one(profile, shown, monkeypatch):
    """It stood still when the first one came: nothing is started anew, and 15 s are not waited."""
    monkeypatch.setattr(lent, "FIRST_S", 1.0)
    shown(FIND, PORTAL)
    (main,) = [process for process in profile.processes() if "--type=" not in " ".join(process.cmdline())]
    main.suspend()
    again = threading.Timer(2.0, main.resume)
    again.start()
    assert EMPTY == shown(FIND, PORTAL)[:-1]
    again.join()
    assert main.is_running()


@pytest.mark.parametrize("before", [(PORTAL,), (OTHER, PORTAL)])
def test_nothing_of_one_run_is_there_in_the_next(shown, before):
    """Cookies, stored data, the tab's own store, name and history; also where the tab has shown another host's page."""
    shown(LEAVE, *before)
    *stored, steps_back = shown(FIND, before[0])
    assert EMPTY == stored
    assert steps_back <= 2  # the blank page, and this one


@pytest.mark.long
def test_a_page_sees_what_it_sees_in_a_browser_of_its_own(shown, playwright, settings, tmp_path):
    """Size, screen, language, focus: those of the browser that a live run starts for the same settings."""
    alone = launch(settings, Profile(tmp_path / "profile"), None, headed=False, extras=Extras(playwright=playwright))
    assert _said(alone, SEEN, [PORTAL]) == shown(SEEN, PORTAL)


def test_a_browser_that_has_died_is_started_anew(profile, shown):
    """And the run that comes next does not notice."""
    shown(FIND, PORTAL)
    kill(profile)
    psutil.wait_procs(profile.processes())
    assert EMPTY == shown(FIND, PORTAL)[:-1]


def test_a_browser_that_dies_as_it_is_emptied_is_started_anew(profile, shown, monkeypatch):
    """It has taken up the connection, and is gone before the run has it."""
    emptied, met = lent._emptied, []

    def dying(context, *, as_new):
        met.append(as_new)
        if len(met) == 1:
            kill(profile)
        return emptied(context, as_new=as_new)

    shown(FIND, PORTAL)
    monkeypatch.setattr(lent, "_emptied", dying)
    assert EMPTY == shown(FIND, PORTAL)[:-1]
    assert len(met) == 2
