"""A PostgreSQL server of a test's own: the machine's program, a new cluster in its own folder, reached by a socket in there only.

Nothing listens on the network. Root may not run the server, so for root it runs as `nobody`. It ends with its `with` block, or
with the process that started it, however that ends.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import URL, make_url

from fixtures.lifeline import tied

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "vss"  # let in without a password
GUARDED = "guarded"  # a user that has to give one
STARTS_S = 60
# Kills in the tests hit the robot, never the server or the machine: what a power cut would lose need not be on disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True)
class Postgres:
    """A server that is up; `sockets` is the folder of its socket, which is its address."""

    sockets: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def database(self, template: str = "template1") -> str:
        """A new database, empty or a copy of `template` (which nobody may be using); its address as `ledger.url` takes it."""
        name = f"books{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address(name)

    def address(self, database: str, user: str = USER) -> str:
        """The address of a database."""
        url = URL.create("postgresql+psycopg", username=user, database=database, query={"host": str(self.sockets)})
        return url.render_as_string()

    def drop(self, address: str) -> None:
        """Do away with a database, whoever is still connected to it."""
        self.run(f'DROP DATABASE "{make_url(address).database}" WITH (FORCE)')

    def give_password(self, password: str) -> None:
        """Make the user `guarded`, who is let in by this password only."""
        self.run(f"CREATE USER {GUARDED} SUPERUSER PASSWORD '{password}'")

    def run(self, statement: str) -> None:
        """One statement outside any transaction."""
        with psycopg.connect(f"host={self.sockets} user={USER} dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


def programs() -> Path | None:
    """The folder of the newest PostgreSQL server's programs on this machine; None where there is none."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: float(file.parts[-3]))
    found = str(system[-1]) if system else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server in a new folder of a short name (a socket's path has at most 107 bytes); both are gone after the block.

    Raises:
        FileNotFoundError: no PostgreSQL server is installed (`apt-get install postgresql`).
    """
    where = programs()
    if where is None:
        message = "no PostgreSQL server is installed on this machine"
        raise FileNotFoundError(message)
    nobody = pwd.getpwnam("nobody")
    user = (nobody.pw_uid, nobody.pw_gid) if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="vss-pg-") as name:
        folder = Path(name)
        if user is not None:
            os.chown(folder, *user)
        data = folder / "data"
        words = ["--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "-D", str(data)]
        _run_to_the_end(tied(str(where / "initdb"), *words, user=user), folder)
        (data / "pg_hba.conf").write_text(f"local all {GUARDED} scram-sha-256\nlocal all all trust\n", encoding="ascii")
        options = [f"-c{key}={value}" for key, value in {**SETTINGS, "unix_socket_directories": str(folder)}.items()]
        # Interrupted, it ends its clients and then itself; at SIGTERM it would wait for the clients.
        command = tied(str(where / "postgres"), "-D", str(data), *options, user=user, by="INT")
        log = folder / "log"
        with log.open("wb") as said, subprocess.Popen(command, cwd=folder, stdout=said, stderr=said) as server:
            try:
                yield _once_up(Postgres(folder), server, log)
            finally:
                server.send_signal(signal.SIGINT)
                server.wait(STARTS_S)


def _run_to_the_end(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=STARTS_S)
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)


def _once_up(made: Postgres, server: subprocess.Popen[bytes], log: Path) -> Postgres:
    deadline = time.monotonic() + STARTS_S
    while True:
        try:
            made.run("SELECT 1")
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")) from None
            time.sleep(0.02)
        else:
            return made
