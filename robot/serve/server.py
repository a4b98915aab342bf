"""The server: a socket of this machine, the address with the token, and an end in order."""

from __future__ import annotations

import logging
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import uvicorn

from robot.errors import UsageError
from robot.serve.app import make_app
from robot.serve.keys import Keys, token_file
from robot.serve.office import Served

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from robot.drive.office import Office
    from robot.serve.commands import Commands

END_S: Final = 5  # for requests under way, when the server is told to end
LOCAL: Final = ("localhost", "127.0.0.1", "[::1]")
HTTP: Final = 80


@dataclass(frozen=True)
class Site:
    """A server that listens and has not begun to answer; its address without the token."""

    bare: str
    keys: Keys
    server: uvicorn.Server
    listens: socket.socket

    @property
    def address(self) -> str:
        """What opens the page, as often as one likes."""
        return f"{self.bare}?token={self.keys.token}"

    @property
    def address_once(self) -> str:
        """What opens the page once."""
        return f"{self.bare}?token={self.keys.ticket()}"

    def run(self) -> None:
        """Answer until a signal, or `server.should_exit`, ends it."""
        self.server.run(sockets=[self.listens])


@contextmanager
def opened(office: Office, commands: Commands, host: str, port: int) -> Iterator[Site]:
    """The page of an office, listening at once, so that a port in use is known before anything is said; closes `commands`.

    Raises:
        UsageError: `serve_port`: the address is not to be had; `file_unwritable`: the token's file.
    """
    keys, served = Keys(), Served(office, commands)
    listens = _listening(host, port)
    try:
        own = listens.getsockname()[1]
        names = [*LOCAL, _in_address(host), *office.settings.serve.names]
        app = make_app(served, keys, frozenset(_hosts(names, own)))
        # Our own log is told what matters; uvicorn's would write addresses, and the token stands in one of them.
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, proxy_headers=False, timeout_graceful_shutdown=END_S
        )
        logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
        shown = "localhost" if _anywhere(host) else _in_address(host)
        with token_file(office.settings.home, keys):
            yield Site(f"http://{shown}:{own}/", keys, uvicorn.Server(config), listens)
    finally:
        served.close()
        listens.close()


def is_local(host: str) -> bool:
    """Whether nobody but this machine reaches an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _anywhere(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listens = socket.socket(family, kind, protocol)
    except OSError as wrong:
        raise UsageError("serve_port", host=host, port=port, why=wrong.strerror or wrong) from wrong
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: without it another program could listen there, too
            listens.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listens.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listens.bind(address)
        listens.listen(128)
    except OSError as wrong:
        listens.close()
        raise UsageError("serve_port", host=host, port=port, why=wrong.strerror or wrong) from wrong
    return listens


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _hosts(names: Sequence[str], port: int) -> Iterator[str]:
    for name in names:
        yield f"{name}:{port}".lower()
        if port == HTTP:
            yield name.lower()
