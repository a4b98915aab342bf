"""A real portal process, one a test process; every test brings its own organisation."""

import base64
import hashlib
import os
import shutil
from collections.abc import Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, Page

from tests.doubles.portal import Client, PortalWorld, running_portal


@pytest.fixture(scope="session")
def portal(tmp_path_factory) -> Iterator[PortalWorld]:
    with running_portal(tmp_path_factory.mktemp("cổng")) as world:
        yield world


@pytest.fixture
def client(portal) -> Client:
    return portal.client()


@pytest.fixture(scope="module")
def browser(playwright, portal) -> Iterator[Browser]:
    """Chromium that finds the portal under its real name and trusts its one certificate by pin."""
    served = x509.load_pem_x509_certificate((portal.directory / "tls.pem").read_bytes())
    spki = served.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pin = base64.b64encode(hashlib.sha256(spki).digest()).decode()
    arguments = [
        f"--host-resolver-rules=MAP gddt.baohiemxahoi.gov.vn:443 127.0.0.1:{portal.address.port}",
        f"--ignore-certificate-errors-spki-list={pin}",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),  # Chromium refuses to run as root with it
    ]
    program = shutil.which("chromium") or shutil.which("google-chrome")
    browser = playwright.chromium.launch(executable_path=program, args=arguments)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def live(browser) -> Page:
    """One page of that browser; it ends with it."""
    page = browser.new_page(locale="vi-VN")
    page.set_default_timeout(10_000)
    return page
