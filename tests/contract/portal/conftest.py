"""A real portal process, one a test process; every test brings its own organisation."""

from collections.abc import Iterator

import pytest

from tests.doubles.portal import Client, PortalWorld, running_portal


@pytest.fixture(scope="session")
def portal(tmp_path_factory) -> Iterator[PortalWorld]:
    with running_portal(tmp_path_factory.mktemp("cổng")) as world:
        yield world


@pytest.fixture
def client(portal) -> Client:
    return portal.client()
