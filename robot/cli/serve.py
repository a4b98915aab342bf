"""`vss-robot serve`: the operator's page, until Ctrl-C; its address on stdout, everything else on stderr."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.settings import find
from robot.texts import Text

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType


def serve_page(settings: Path | None, host: str | None, port: int | None, *, opens: bool, verbose: bool) -> None:
    """Serve until a signal ends it.

    Raises:
        UsageError: the address is in use, or the settings cannot be used.
    """
    import webbrowser

    from robot.serve.commands import Commands
    from robot.serve.server import is_local, opened

    with open_office(settings, verbose=verbose) as office:
        serve, speaks = office.settings.serve, office.settings.language
        at = host or serve.host
        commands = Commands(find(settings).resolve(), speaks)
        with opened(office, commands, at, serve.port if port is None else port) as site:
            if not is_local(at):
                sys.stderr.write(Text("serve.not_local", {"host": at}).say(speaks) + "\n")
            sys.stderr.write(Text("serve.begun").say(speaks) + "\n")
            sys.stdout.write(f"{site.address}\n")
            sys.stdout.flush()
            if opens:
                webbrowser.open(site.address_once)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(
                    number, _ended
                )  # the server hands its signals on when it has ended in order: that is all there is to it
            site.run()
        sys.stderr.write(Text("serve.ended").say(speaks) + "\n")


def _ended(_number: int, _frame: FrameType | None) -> None:
    """A signal that the server has heard before."""
