"""Generated parts of README and guides: `python -m tests.readme` says whether they are as the code has it, `--write` makes it so.

A part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`. `help COMMAND` is that command's --help, `settings` the
table of all settings, `exit codes` the table of the errors' exit codes, `faults` the faults of the world, `findings` what runs
have found of them in the proof `faults --by-run` (tests/proof/faults.json). Those that only guides have are in `guide_parts`.
The help of the top level is kept beside the command line as well (`robot/cli/help.txt`), and is written with them.
"""

import os
import re
import subprocess
import sys
from itertools import groupby
from pathlib import Path

from fixtures.faults.kinds import DESK_FAULTS
from fixtures.portal.faults import FAULTS
from robot import errors
from robot.cli import help as kept
from robot.settings.describe import rows
from tests import guide_parts
from tests.proof import faults as findings

README = Path(__file__).parents[1] / "README.md"
GUIDES = sorted((README.parent / "robot" / "guides").glob("*/*.md"))
PART = re.compile(r"<!-- begin (?P<name>[^>]+) -->\n.*?<!-- end (?P=name) -->", re.DOTALL)
WIDTH = "100"


def made_to_agree(text: str) -> str:
    """A document's text with each generated part as the code has it now."""

    def as_it_is(part: re.Match[str]) -> str:
        return f"<!-- begin {part['name']} -->\n{_part(part['name'])}\n<!-- end {part['name']} -->"

    return PART.sub(as_it_is, text)


def parts(text: str) -> list[str]:
    """Names of the generated parts."""
    return [part["name"] for part in PART.finditer(text)]


def _part(name: str) -> str:
    if name.startswith("help"):
        return _help(name.split()[1:])
    for begin, make in guide_parts.PARTS.items():
        if name == begin or name.startswith(f"{begin} "):
            return make(name.removeprefix(begin).strip())
    return {"settings": _settings, "exit codes": _exit_codes, "faults": _faults, "findings": findings.table}[name]()


def _help(command: list[str]) -> str:
    return f"```text\n$ {' '.join(['vss-robot', *command, '--help'])}\n{said_help(command).strip()}\n```"


def said_help(command: list[str]) -> str:
    """What the command line itself says, not what is kept of it."""
    environment = {**os.environ, "COLUMNS": WIDTH, "TERMINAL_WIDTH": WIDTH, "NO_COLOR": "1"}
    asked = subprocess.run(
        [sys.executable, "-m", "robot", *command, "--help"], env=environment, capture_output=True, text=True, check=True
    )
    return re.sub(r"Usage: (python -m robot|__main__\.py)", "Usage: vss-robot", asked.stdout)


def _settings() -> str:
    lines: list[str] = []
    for table, group in groupby(rows(), key=lambda row: row.table):
        lines += [
            "",
            f"**`[{table}]`**" if table else "**At the top of the file**",
            "",
            "| setting | kind | default | what for |",
        ]
        lines.append("|---|---|---|---|")
        lines += [f"| `{row.key}` | {_cell(row.kind)} | {_code(row.default)} | {_cell(row.about)} |" for row in group]
    return "\n".join(lines).strip()


def _exit_codes() -> str:
    kinds: dict[int, list[type[errors.RobotError]]] = {}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, errors.RobotError):
            kinds.setdefault(kind.exit_code, []).append(kind)
    lines = ["| code | what it means | named errors |", "|---|---|---|", "| 0 | Done. | |"]
    for code, (first, *others) in sorted(kinds.items()):
        said = (first.__doc__ or "").splitlines()[0]
        lines.append(f"| {code} | {_cell(said)} | {', '.join(f'`{kind.__name__}`' for kind in (first, *others))} |")
    return "\n".join(lines)


def _faults() -> str:
    lines = ["| fault | what is wrong then |", "|---|---|"]
    faults = [*FAULTS.values(), *DESK_FAULTS.values()]
    return "\n".join(lines + [f"| `{fault.name}` | {_cell(fault.text.en)} |" for fault in faults])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`` {_cell(text)} ``" if "`" in text else f"`{_cell(text)}`" if text else ""


def _renewed() -> dict[Path, str]:
    """Every file with generated text, as the code has it now."""
    documents = {file: made_to_agree(file.read_text(encoding="utf-8")) for file in (README, *GUIDES)}
    return documents | {Path(kept.FILE): said_help([])}


if __name__ == "__main__":
    stale = {file: text for file, text in _renewed().items() if file.read_text(encoding="utf-8") != text}
    if "--write" in sys.argv:
        for file, text in stale.items():
            file.write_text(text, encoding="utf-8")
    elif stale:
        sys.exit(f"not as the code has it: {', '.join(file.name for file in stale)}; run `python -m tests.readme --write`")
