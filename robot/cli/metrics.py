"""`vss-robot metrics`: figures for monitoring on stdout, as Prometheus or as JSON has them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from robot.cli.opening import open_office
from robot.cli.terminal import print_json
from robot.settings import find

if TYPE_CHECKING:
    from pathlib import Path


def print_metrics(settings: Path | None, *, as_json: bool) -> None:
    """The figures of this moment; tokens that cannot be listed are said on stderr, and the rest is printed."""
    from robot.report.metrics import as_json as for_programs
    from robot.report.metrics import as_prometheus, gather
    from robot.serve.commands import Commands

    with open_office(settings) as office:
        speaks = office.settings.language
        office.ledger.reap()
        tokens = Commands(find(settings).resolve(), speaks).run("tokens", "--json")
        if not isinstance(tokens.data, list):
            sys.stderr.write(tokens.said + "\n")
        found = gather(office.ledger, tokens.data if isinstance(tokens.data, list) else ())
        if as_json:
            print_json(for_programs(found))
        else:
            sys.stdout.write(as_prometheus(found, speaks))
