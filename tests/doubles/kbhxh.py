"""A machine for KBHXH's upgrade: this one, with room and Windows' answers (event log, windows, sharing) given by the test."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from robot.kbhxh import ThisSystem


@dataclass
class Machine(ThisSystem):
    """What is not given is asked of the real machine."""

    log: bytes = b""
    texts: list[str] = field(default_factory=list)
    sharing: Iterable[str] = ()  # names of files that another program holds, as Windows refuses them
    room: int | None = None
    places_of: Iterable[Path] = ()

    def places(self) -> Iterator[Path]:
        yield from self.places_of

    def held(self, file: Path) -> bool:
        return file.name in self.sharing or super().held(file)

    def events(self) -> bytes:
        return self.log

    def windows(self, pid: int) -> list[str]:
        return self.texts if pid else []

    def free(self, folder: Path) -> int:
        return super().free(folder) if self.room is None else self.room
