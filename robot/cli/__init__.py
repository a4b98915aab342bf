"""The command line; `main` is the program `vss-robot`. Talk goes to stderr, data to stdout, and no traceback to anybody."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command that was typed and end the process with its documented exit code."""
    from robot.cli.help import kept_help

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # into a file Windows would write its own code page, which lacks our letters
    try:
        text = kept_help(sys.argv)
        if text is None:
            _command()
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone, and Python would complain at its end
        sys.exit(0)


def _command() -> None:
    from robot.cli.streams import harmless_streams

    with harmless_streams():
        _run()


def _run() -> None:
    from robot.cli.app import app
    from robot.errors import RobotError

    try:
        app()
    except RobotError as error:
        from robot.cli.terminal import language

        print(error.text.say(language()), file=sys.stderr)  # noqa: T201 - the sentence is what the person is here for
        sys.exit(error.exit_code)
    except BrokenPipeError:
        raise
    except Exception as wrong:  # noqa: BLE001 - the last place before a person
        from loguru import logger

        from robot.cli.terminal import language

        logger.bind(action="cli.failed").opt(exception=True).error("failed")
        kind = type(wrong).__name__
        print(RobotError("command_failed", why=kind).text.say(language()), file=sys.stderr)  # noqa: T201 - the same
        sys.exit(1)
