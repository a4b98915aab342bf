"""An agent of the robot's own, run and asked by tests."""

import hashlib
import json
import subprocess
from contextlib import contextmanager
from multiprocessing.connection import Client

from robot.signing.agent import Agent, AgentConfig, start_agent

ORIGIN = "https://gddt.baohiemxahoi.gov.vn"
DIGEST = hashlib.sha256(b"x").hexdigest()
PIN = b"24681357"


@contextmanager
def running(config: AgentConfig, pin: bytes | None = PIN, begun: subprocess.Popen[bytes] | None = None):
    agent = start_agent(config, pin, begun=begun)
    try:
        agent.wait_until_ready()
        yield agent
    finally:
        agent.close()


def ask(agent: Agent, do: str, **arguments) -> dict:
    """One request by a connection of its own, as the relay makes it."""
    with Client(agent.config.address, authkey=bytes.fromhex(agent.config.authkey)) as connection:
        connection.send_bytes(json.dumps({"do": do, **arguments}).encode())
        return json.loads(connection.recv_bytes())


def certificate(agent: Agent, origin: str = ORIGIN) -> dict:
    return ask(agent, "certificate", origin=origin, lang="vi")


def sign(agent: Agent, given: str, **changes) -> dict:
    return ask(agent, "sign", **{"origin": ORIGIN, "certificate": given, "hash": DIGEST, "hash_function": "SHA-256", **changes})
