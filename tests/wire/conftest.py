"""The agent's stand-in, one a test process, and relays that speak to it."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.doubles.agent import running
from tests.wire.port import installed


@pytest.fixture(scope="session")
def agent_process():
    folder = Path(tempfile.mkdtemp(prefix="agent-"))  # a socket's path must be short; pytest's own folders are not
    with running(folder) as started:
        yield started
    shutil.rmtree(folder)


@pytest.fixture
def agent(agent_process):
    yield agent_process
    agent_process.ask(do="forget")


@pytest.fixture
def relay(tmp_path, agent):
    """Mode pkcs11, token-signing."""
    return installed(tmp_path / "thư mục có dấu", agent_address=agent.address, agent_authkey=agent.authkey.hex())


@pytest.fixture
def web_eid(tmp_path, agent):
    """Mode pkcs11, web-eid."""
    return installed(tmp_path, protocol="web-eid", version="", agent_address=agent.address, agent_authkey=agent.authkey.hex())
