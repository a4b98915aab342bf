"""Who is let in: another Host, no token, another site's form are refused, each before anything is shown or done."""

import stat
from urllib.parse import urlsplit

import pytest

from robot.drive import Office
from robot.errors import UsageError
from robot.serve.server import is_local, opened
from tests.unit.serve.conftest import Client, Line, serving, write_settings


@pytest.fixture(scope="module")
def settings_file(tmp_path_factory, new_books):
    """One office for all tests here: what is refused leaves nothing behind."""
    return write_settings(tmp_path_factory.mktemp("guard") / "văn phòng", new_books)


@pytest.fixture(scope="module")
def office(settings_file):
    with Office.open(settings_file, lambda: "") as office:
        yield office


@pytest.fixture(scope="module")
def site(office):
    with serving(office, Line()) as site:
        yield site


@pytest.fixture
def stranger(site):
    """Somebody who knows the port and nothing else."""
    return Client(site)


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/", "/queue/1", "/runs", "/questions/1/picture", "/metrics", "/static/page.js", "/nothing"])
def test_without_the_token_nothing_is_shown(stranger, path):
    """Neither a page nor a file, and the answer does not tell which addresses there are."""
    refused = stranger.get(path)
    assert (refused.status, refused.headers["content-type"]) == (403, "text/plain; charset=utf-8")
    assert "vss-robot serve prints" in refused.text


def test_the_token_leaves_the_address_for_a_cookie(site, stranger):
    """Redirected to the same page without it; no script and no other site gets at the cookie, which does not tell the token."""
    token = urlsplit(site.address).query
    moved = stranger.get(f"/runs?org=hoa-binh&{token}&page=2")
    assert (moved.status, moved.headers["location"]) == (303, "/runs?org=hoa-binh&page=2")
    value, *flags = [part.strip() for part in moved.headers["set-cookie"].split(";")]
    assert {"httponly", "samesite=strict", "path=/"} == {flag.lower() for flag in flags}
    assert site.keys.token not in value
    assert stranger.get("/runs", Cookie=value).status == 200
    assert stranger.get("/runs", Cookie=value[:-1] + "x").status == 403


@pytest.mark.parametrize("path", ["//elsewhere.example/", "/%2f/elsewhere.example"])
def test_the_redirect_leads_nowhere_else(site, stranger, path):
    """A path that looks like another host's is not followed there."""
    moved = stranger.get(f"{path}?token={site.keys.token}")
    assert moved.status == 303
    assert moved.headers["location"].startswith("/")
    assert not moved.headers["location"].startswith(("//", "/\\"))


def test_a_wrong_token_opens_nothing(site, stranger):
    """Neither another one, nor a part of it, nor the cookie's value."""
    for wrong in ("", "x", site.keys.token[:-1], site.keys.cookie, "đ"):
        refused = stranger.ask("GET", "/?token=" + wrong.encode().hex() if wrong == "đ" else f"/?token={wrong}")
        assert (refused.status, "set-cookie" in refused.headers) == (403, False)


def test_a_ticket_opens_the_page_once(site, stranger):
    """What a browser's command line shows to others on this machine is worth nothing afterwards."""
    query = urlsplit(site.address_once).query
    assert site.keys.token not in query
    assert [stranger.get(f"/?{query}").status for _ in range(2)] == [303, 403]


@pytest.mark.parametrize("host", ["elsewhere.example", "elsewhere.example:{port}", "127.0.0.1", "localhost:1", ""])
def test_another_host_is_refused(site, client, host):
    """A name that was made to lead here gets nothing, not even with the cookie."""
    port = urlsplit(site.bare).port
    refused = client.get("/", Host=host.format(port=port))
    assert refused.status == 421
    assert client.get("/", Host=f"LOCALHOST:{port}").status == 200


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://elsewhere.example", "https://127.0.0.1:{port}", "http://localhost:{port}", "http://127.0.0.1"],
)
def test_a_post_of_another_site_is_refused(site, client, origin):
    """Even with cookie and form token: the Origin must be ours, and must be there."""
    port = urlsplit(site.bare).port
    said = origin.format(port=port) if origin else None
    body = f"csrf={site.keys.csrf}"
    refused = client.ask("POST", "/queue/1", body, Origin=said, Content_Type=FORM)
    assert (refused.status, "Another site" in refused.text) == (403, True)


def test_a_fetch_of_another_site_is_refused(site, client):
    """Also a read, and a POST that the browser itself says comes from elsewhere."""
    assert client.get("/", Origin="http://elsewhere.example").status == 403
    own = site.bare.rstrip("/")
    for said in ("cross-site", "same-site"):
        refused = client.ask("POST", "/queue/1", f"csrf={site.keys.csrf}", Origin=own, Content_Type=FORM, Sec_Fetch_Site=said)
        assert refused.status == 403


def test_a_form_that_is_not_ours_is_refused(site, client):
    """Without the form's token, with another one, of another kind, too long."""
    own = site.bare.rstrip("/")
    for body in ("", "csrf=", f"csrf={site.keys.cookie}", "csrf=%F0%28"):
        assert client.ask("POST", "/queue/1", body, Origin=own, Content_Type=FORM).status in {400, 403}
    good = f"csrf={site.keys.csrf}"
    assert client.ask("POST", "/queue/1", good, Origin=own, Content_Type="text/plain").status == 415
    assert client.ask("POST", "/queue/1", good + "&x=" + "y" * 20_000, Origin=own, Content_Type=FORM).status == 413
    assert client.ask("PUT", "/queue/1", good, Origin=own, Content_Type=FORM).status == 405
    assert client.ask("POST", "/queue/1", good, Origin=own, Content_Type=FORM).status == 303


def test_a_program_reads_the_figures_by_the_token_in_its_file(stranger, office):
    """For /metrics alone; the file is this user's own, and gone when the page is."""
    file = office.settings.home / "serve.token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    bearer = f"Bearer {file.read_text()}"
    assert stranger.get("/metrics", Authorization=bearer).headers["content-type"].startswith("text/plain; version=0.0.4")
    assert stranger.get("/", Authorization=bearer).status == 403
    assert stranger.get("/metrics", Authorization="Bearer x").status == 403
    assert stranger.get("/metrics", Authorization=f"Basic {file.read_text()}").status == 403


def test_the_file_of_the_token_ends_with_the_page(tmp_path, new_books):
    """A later start's file is not taken away by an earlier one's end."""
    settings_file = write_settings(tmp_path / "home", new_books)
    with Office.open(settings_file, lambda: "") as office:
        _served_twice(office)
    assert [found.name for found in office.settings.home.glob("*serve*")] == []


def _served_twice(office):
    with opened(office, Line(), "127.0.0.1", 0) as first:
        with opened(office, Line(), "127.0.0.1", 0) as second:
            file = office.settings.home / "serve.token"
            assert file.read_text() == second.keys.token != first.keys.token
        assert not file.exists()


def test_a_port_in_use_is_said(site, office):
    """A sentence before anything is served."""
    with pytest.raises(UsageError) as wrong, opened(office, Line(), "127.0.0.1", urlsplit(site.bare).port):
        pytest.fail("two servers on one port")
    assert wrong.value.text.key == "errors.serve_port"


def test_headers_keep_other_sites_and_scripts_out(client, stranger):
    """Of pages, files and refusals alike."""
    for answer in (client.get("/"), client.get("/static/page.css"), client.get("/nothing"), stranger.get("/")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_only_this_machine_counts_as_local():
    """Anything else is warned of."""
    assert [is_local(host) for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost")] == [True] * 4
    assert [is_local(host) for host in ("0.0.0.0", "::", "192.0.2.7", "office.example")] == [False] * 4  # noqa: S104 - not bound
