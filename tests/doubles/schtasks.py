"""Windows' schtasks as far as a night's timer needs it, put on PATH by tests; it keeps tasks in the folder that TASKS names.

It takes definitions as Windows does: UTF-16, and what its schema refuses is refused with the place. It fails as Windows does: a
sentence on stderr and exit code 1; with /HRESULT the code says why, of which this system's exit codes carry the lowest byte.
A file `denied` in the folder is an administrator's task: whoever comes is refused.
"""

import os
import sys
from pathlib import Path

from lxml import etree

FILE_NOT_FOUND, ACCESS_DENIED, INVALID = 0x80070002, 0x80070005, 0x80041318
SAID = {
    FILE_NOT_FOUND: "The system cannot find the file specified.",
    ACCESS_DENIED: "Access is denied.",
}
SCHEMA = Path(__file__).parents[1] / "unit" / "queue" / "task.xsd"


def main(words: list[str]) -> int:
    """Do what the words say."""
    verb, tasks = words[0].lower(), Path(os.environ["TASKS"])
    options = {word.lower(): following for word, following in zip(words, [*words[1:], ""], strict=True) if word.startswith("/")}
    task = tasks / options["/tn"]
    if (tasks / "denied").exists():
        return _failed(ACCESS_DENIED, options)
    if verb == "/create":
        wrong = _wrong(Path(options["/xml"]))
        if wrong:
            return _failed(INVALID, options, wrong)
        if task.exists() and "/f" not in options:
            return _failed(ACCESS_DENIED, options, "The task name already exists.")  # it would ask, and nobody is there
        task.write_bytes(Path(options["/xml"]).read_bytes())
        sys.stdout.write(f'SUCCESS: The scheduled task "{task.name}" has successfully been created.\n')
        return 0
    if not task.exists():
        return _failed(FILE_NOT_FOUND, options)
    if verb == "/delete":
        task.unlink()
    sys.stdout.write(f"TaskName:      \\{task.name}\n")
    return 0


def _wrong(definition: Path) -> str:
    """What Windows would find wrong with a definition."""
    data = definition.read_bytes()
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "The task XML is malformed. (1,40)::ERROR: incorrect document encoding"
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    if schema.validate(etree.fromstring(data)):
        return ""
    fault = schema.error_log[0]
    return f"The task XML contains an unexpected node. ({fault.line},{fault.column}):{fault.message}"


def _failed(code: int, options: dict[str, str], said: str = "") -> int:
    sys.stderr.write(f"ERROR: {said or SAID[code]}\n")
    return code & 0xFF if "/hresult" in options else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
