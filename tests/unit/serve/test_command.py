"""`vss-robot serve`: its address on stdout opens the page; told to end, it does so in order and leaves nothing behind."""

import os
import signal
import subprocess
import sys

from tests.unit.serve.conftest import Client


class Told:
    """What the command has printed, as the client of the other tests wants it."""

    def __init__(self, address):
        self.address = address
        self.bare = address.partition("?")[0]


def test_the_command_serves_until_it_is_told_to_end(settings_file):
    """One line on stdout, talk on stderr; exit code 0 after SIGTERM, and the token's file is gone."""
    command = [sys.executable, "-m", "robot", "serve", "--port", "0", "--settings", str(settings_file)]
    environment = {**os.environ, "VSS_ROBOT_LANGUAGE": "en"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            client = Client(Told(process.stdout.readline().strip())).enter()
            assert client.get("/held").status == 200
            assert (settings_file.parent / "serve.token").exists()
        finally:
            process.send_signal(signal.SIGTERM)
        rest, talk = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")
    assert talk.splitlines()[0].startswith("The operator's page is served until Ctrl-C.")
    assert talk.splitlines()[-1] == "The operator's page is closed."
    assert "token=" not in talk
    assert not (settings_file.parent / "serve.token").exists()
