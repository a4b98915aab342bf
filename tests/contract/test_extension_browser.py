"""The extension in a real Chromium, on a page under the portal's real name, with a real host and token behind it."""

import hashlib
import json
import re
import shutil
import socket
import threading
import time
from base64 import b64encode
from contextlib import contextmanager

import psutil
import pytest
import trustme
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Error
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from fixtures.extension import EXTENSION_ID, FOLDER, HOST_NAME, copy_to
from fixtures.vendor import VERSION, manifest

pytestmark = pytest.mark.browser

NAME = "gddt.baohiemxahoi.gov.vn"
ADDRESS = f"https://{NAME}/"


def _wait_until(condition, what, deadline_s=10.0):
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, f"not within {deadline_s} s: {what}"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """A page served by HTTPS on loopback: its port, and the pin of its key."""
    folder = tmp_path_factory.mktemp("tls")
    leaf = trustme.CA().issue_cert(NAME)
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate = x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes())
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    async def page(_request):
        return HTMLResponse("<!doctype html><html lang=vi><title>Cổng</title><h1>Cổng giao dịch điện tử</h1>")

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=[Route("/{path:path}", page)]),
        ssl_certfile=folder / "cert.pem",
        ssl_keyfile=folder / "key.pem",
        log_level="critical",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    _wait_until(lambda: server.started, "the page's server")
    yield listener.getsockname()[1], b64encode(hashlib.sha256(spki).digest()).decode()
    server.should_exit = server.force_exit = True
    thread.join(timeout=10)
    listener.close()


@pytest.fixture
def browse(playwright, portal, tmp_path):
    """Opens the portal's page in a fresh profile with the extension, and with the host's manifest unless told otherwise."""
    port, pin = portal

    @contextmanager
    def opened(program):
        profile = tmp_path / "hồ sơ trình duyệt"
        extension = copy_to(tmp_path)
        if program is not None:
            hosts = profile / "NativeMessagingHosts"
            hosts.mkdir(parents=True)
            (hosts / f"{HOST_NAME}.json").write_text(json.dumps(manifest(program, EXTENSION_ID)), encoding="utf-8")
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=shutil.which("chromium"),
            headless=True,
            ignore_default_args=["--disable-extensions"],
            args=[
                f"--load-extension={extension}",
                f"--disable-extensions-except={extension}",
                f"--host-resolver-rules=MAP {NAME}:443 127.0.0.1:{port}",
                f"--ignore-certificate-errors-spki-list={pin}",
            ],
        )
        try:
            page = context.pages[0]
            page.goto(ADDRESS)
            yield page
        finally:
            context.close()

    return opened


def _hosts_running(program):
    """The host processes that serve this program's desk, found by the world's folder in their command line."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        arguments = process.info["cmdline"] or []
        if "fixtures.vendor" in arguments and str(program.parents[2]) in arguments and program.parent.name in arguments:
            found.append(process.pid)
    return found


def test_page_signs_with_the_token(browse, token_world):
    """Version, certificate and signature come to the page through extension, host and token; the signature verifies."""
    with browse(token_world.hosts["hoa-binh"]) as page:
        assert page.evaluate("TokenSigning.getVersion()") == f"1.0.0/{VERSION}"
        given = page.evaluate("TokenSigning.getCertificate({lang: 'vi'})")
        certificate = x509.load_der_x509_certificate(bytes.fromhex(given["hex"]))
        assert certificate.public_bytes(Encoding.PEM) == token_world.tokens["hoa-binh"].certificate.read_bytes()
        digest = hashlib.sha256("số ngẫu nhiên".encode()).hexdigest()
        request = [given, {"type": "SHA-256", "hex": digest}, {"lang": "vi", "info": "Đăng ký giao dịch điện tử"}]
        signed = page.evaluate("([cert, hash, options]) => TokenSigning.sign(cert, hash, options)", request)
        certificate.public_key().verify(
            bytes.fromhex(signed["hex"]), bytes.fromhex(digest), padding.PKCS1v15(), utils.Prehashed(SHA256())
        )


def test_id_is_the_one_python_knows(browse, token_world):
    """Chrome derives the same id from the manifest's key as Python does."""
    with browse(token_world.hosts["hoa-binh"]) as page:
        page.evaluate("TokenSigning.getVersion()")
        worker = page.context.service_workers[0]
        assert worker.url == f"chrome-extension://{EXTENSION_ID}/worker.js"


def test_missing_host_is_no_implementation(browse):
    """Without the host's manifest every call is rejected with no_implementation."""
    with browse(None) as page:
        for call in ("getVersion()", "getCertificate({lang: 'vi'})"):
            with pytest.raises(Error, match="no_implementation"):
                page.evaluate(f"TokenSigning.{call}")


def test_host_that_cannot_start_is_no_implementation(browse, tmp_path):
    """A host that ends at once, as a library without its runtime does, is told as no_implementation too."""
    program = tmp_path / "vss-host"
    program.write_text("#!/bin/sh\nexit 53\n")
    program.chmod(0o755)
    with browse(program) as page, pytest.raises(Error, match="no_implementation"):
        page.evaluate("TokenSigning.getVersion()")


def test_host_killed_while_asked_is_no_implementation(browse, tmp_path):
    """A host that dies with a request open answers that request through the extension, not never."""
    program = tmp_path / "vss-host"
    # Answers the probe as a host must; on a tab's port it takes a request and leaves.
    program.write_text(
        "#!/usr/bin/env python3\n"
        "import json, struct, sys\n"
        "size, = struct.unpack('=I', sys.stdin.buffer.read(4))\n"
        "message = json.loads(sys.stdin.buffer.read(size))\n"
        "if message: sys.exit(9)\n"
        'answer = b\'{"result":"invalid_argument"}\'\n'
        "sys.stdout.buffer.write(struct.pack('=I', len(answer)) + answer)\n",
    )
    program.chmod(0o755)
    with browse(program) as page, pytest.raises(Error, match="no_implementation"):
        page.evaluate("TokenSigning.getVersion()")


def test_refusals_carry_the_hosts_code(browse, token_world):
    """What the host refuses reaches the page as an Error with the host's code."""
    with browse(token_world.hosts["hoa-binh"]) as page:
        page.evaluate("TokenSigning.getVersion()")
        with pytest.raises(Error, match="invalid_argument"):
            page.evaluate("TokenSigning.sign({hex: '3000'}, {type: 'SHA-256', hex: 'ab'}, {lang: 'vi'})")
        with pytest.raises(Error, match="invalid_argument"):
            page.evaluate("TokenSigning.getCertificate({lang: 'x'.repeat(9000)})")
        # The message over the cap ends that host; the next call gets a new one.
        assert page.evaluate("TokenSigning.getVersion()") == f"1.0.0/{VERSION}"


def test_leaving_the_page_ends_its_host(browse, token_world):
    """One host serves a tab; it is gone when the page is left, and a new page gets a new one."""
    program = token_world.hosts["kim-lien"]
    with browse(program) as page:
        page.evaluate("Promise.all([TokenSigning.getVersion(), TokenSigning.getVersion(), TokenSigning.getCertificate()])")
        _wait_until(lambda: len(_hosts_running(program)) == 1, "one host for the tab")
        [first] = _hosts_running(program)
        page.goto("about:blank")
        _wait_until(lambda: _hosts_running(program) == [], "the host leaves")
        page.goto(ADDRESS + "dang-ky")
        page.evaluate("TokenSigning.getVersion()")
        _wait_until(lambda: len(_hosts_running(program)) == 1, "a host for the new page")
        assert _hosts_running(program) != [first]
    _wait_until(lambda: _hosts_running(program) == [], "no host outlives the browser")


def test_origin_cannot_be_forged_by_the_page(browse, token_world):
    """The host is told the origin that Chrome vouches for, whatever the page writes into its message."""
    with browse(token_world.hosts["hoa-binh"]) as page:
        answer = page.evaluate(
            """() => new Promise((resolve) => {
                 window.addEventListener("message", (event) => event.data.src === "background.js" && resolve(event.data));
                 const forged = {type: "VERSION", nonce: "0123456789abcdef", src: "page.js", origin: "http://example.invalid"};
                 window.postMessage(forged, location.origin);
               })""",
        )
        expected = {"result": "ok", "version": VERSION, "nonce": "0123456789abcdef", "src": "background.js", "extension": "1.0.0"}
        assert answer == expected


def test_object_is_offered_on_the_portal_only(browse, token_world):
    """The page's object is there before the page's own scripts, frozen, and not on other pages."""
    with browse(token_world.hosts["hoa-binh"]) as page:
        assert page.evaluate("Object.isFrozen(TokenSigning) && Object.keys(TokenSigning)") == [
            "getVersion",
            "getCertificate",
            "sign",
        ]
        page.goto("about:blank")
        assert page.evaluate("typeof window.TokenSigning") == "undefined"


def test_worker_and_manifest_agree():
    """The worker names the host that the manifest for it names, and the description is Vietnamese."""
    worker = (FOLDER / "worker.js").read_text(encoding="utf-8")
    assert re.search(r'const HOST = "(.+)";', worker)[1] == HOST_NAME
    assert "tiện ích ký số" in json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["description"]
