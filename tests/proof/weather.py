"""Weather over a stand-in portal: one fault after the other at each organisation, by a seed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from fixtures.portal.faults import Faults, Param

UPLOAD = "/api/ho-so"
_ANSWERS = ({"at": UPLOAD, "accepted": True}, {"at": UPLOAD, "accepted": False}, {"at": "", "accepted": False})
# How each fault is set, by chance and by how many seconds a client waits for an answer: the real times are 30 times as long.
STRIKES: Mapping[str, Callable[[Random, float], Mapping[str, Param]]] = {
    "connection-dropped": lambda chance, _: chance.choice(_ANSWERS[:2]),
    "portal-500": lambda chance, _: chance.choice(_ANSWERS),
    "portal-slow": lambda chance, answer_s: {"seconds": chance.random() * answer_s / 3, "at": chance.choice(("", UPLOAD))},
    "session-expired": lambda chance, _: {"at": chance.choice(("", UPLOAD))},
    "captcha-wrong-once": lambda *_: {},
    "upload-cut": lambda *_: {},
    "answer-late": lambda _, answer_s: {"seconds": answer_s + 0.2},
    "lookup-late": lambda chance, answer_s: {"seconds": chance.random() * answer_s * 2 / 3},
    "lookup-down": lambda *_: {},
    "lookup-empty": lambda *_: {},
    "portal-down": lambda chance, answer_s: {"seconds": chance.random() * answer_s * 2 / 3},
    "clock-jump": lambda chance, _: {"seconds": chance.choice((-7200.0, 7200.0))},
}


class Weather:
    """Sets and takes back faults at the accounts of these user names; `met` counts those set.

    `answer_s` is how many seconds the clients wait for an answer.
    """

    def __init__(self, chance: Random, truth: Path, usernames: Sequence[str], answer_s: float) -> None:
        self._chance = chance
        self._usernames = usernames
        self._answer_s = answer_s
        self._faults = Faults(truth)
        self.met: Counter[str] = Counter()

    def change(self) -> None:
        """Another weather at one organisation: none, or one fault; some of them together with answers that are lost."""
        where = self._chance.choice(self._usernames)
        self._clear(where)
        if self._chance.random() < 0.3:
            return
        names = [self._chance.choice(tuple(STRIKES))]
        if names[0].startswith("lookup-") or names[0] == "clock-jump":  # only who looks up meets these
            names.append("connection-dropped")
        for name in names:
            self._faults.set(name, where, **STRIKES[name](self._chance, self._answer_s))
            self.met[name] += 1

    def clear(self) -> None:
        """Fair weather everywhere."""
        for where in self._usernames:
            self._clear(where)

    def _clear(self, where: str) -> None:
        for name in STRIKES:
            self._faults.clear(where, name)
