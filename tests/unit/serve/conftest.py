"""An office with books of its own, its page served by the real server on a free port, and a client that is no browser."""

import http.client
import json
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

import pytest

from fixtures.organisations import ORGANISATIONS
from robot.drive import Office
from robot.ledger import Ledger
from robot.serve.commands import Ran
from robot.serve.server import opened
from robot.settings import Ledger as LedgerSettings

# Markup, a script, a bell, and a mark that turns round what follows it.
HOSTILE = "Công ty <img src=x onerror=alert(1)><script>alert(2)</script>\x07 \u202egnp.exe"


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()


@dataclass
class Client:
    """Asks as a browser does that was given the address, unless told otherwise."""

    site: object
    cookie: str = ""

    def ask(self, method, path, body=None, **headers):
        to = urlsplit(self.site.bare)
        connection = http.client.HTTPConnection(to.hostname, to.port, timeout=30)
        given = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        if "Cookie" not in headers and self.cookie:
            given["Cookie"] = self.cookie
        try:
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, **fields):
        """A form of ours; what a browser sends with it."""
        form = urlencode({"csrf": self.site.keys.csrf, **fields})
        return self.ask("POST", path, form, Origin=self.site.bare.rstrip("/"), Content_Type="application/x-www-form-urlencoded")

    def enter(self):
        answer = self.get("/?" + urlsplit(self.site.address).query)
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return self


@pytest.fixture(scope="session")
def new_books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("books")
    Ledger.open(LedgerSettings(), folder).close()
    return folder / "ledger.sqlite"


def write_settings(home, new_books, language="en"):
    """A robot.toml with two organisations, one of them with a hostile name, beside new books."""
    home.mkdir()
    lines = [f'language = "{language}"']
    for key in ("hoa-binh", "song-lo"):
        lines += ["", f"[organisations.{key}]"]
        names = ("tax_code", "unit_code", "province", "agency_name", "agency_code", "email", "contact", "address")
        lines += [f"{name} = {json.dumps(getattr(ORGANISATIONS[key], name), ensure_ascii=False)}" for name in names]
        lines.append(f"name = {json.dumps(HOSTILE if key == 'song-lo' else ORGANISATIONS[key].name)}")
    file = home / "robot.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shutil.copy(new_books, home)
    return file


@dataclass
class Line:
    """Commands that find these tokens, and this broken chain."""

    tokens: list = field(default_factory=list)
    chain: dict = field(default_factory=dict)

    def run(self, *typed, **_):
        return Ran(0, self.tokens, "") if typed[0] == "tokens" else Ran(11, self.chain, "")

    def close(self):
        pass


@contextmanager
def serving(office, commands):
    """The page of an office, as long as this lasts."""
    with opened(office, commands, "127.0.0.1", 0) as site:
        thread = threading.Thread(target=site.run, name="serve")
        thread.start()
        try:
            yield site
        finally:
            site.server.should_exit = True
            thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def settings_file(tmp_path, new_books):
    return write_settings(tmp_path / "văn phòng", new_books)


@pytest.fixture
def office(settings_file):
    with Office.open(settings_file, lambda: "") as office:
        yield office


@pytest.fixture
def commands():
    return Line()


@pytest.fixture
def site(office, commands):
    with serving(office, commands) as site:
        yield site


@pytest.fixture
def client(site):
    """The operator's browser, after the address was opened."""
    return Client(site).enter()
