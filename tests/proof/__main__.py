"""`python -m tests.proof [NAME …]`: runs one proof, or lists them."""

import sys
from collections.abc import Callable, Sequence

from tests.proof import crash, dossiers, drifted, faults, fuzz, kbhxh, long, mails, mutex, night, repeat, replays, storm, wire

PROOFS: dict[str, Callable[[Sequence[str]], int]] = {
    "crash": crash.main,
    "dossiers": dossiers.main,
    "drifted": drifted.main,
    "faults": faults.main_faults,
    "fuzz": fuzz.main,
    "healthy": faults.main_healthy,
    "kbhxh": kbhxh.main,
    "long": long.main,
    "mails": mails.main,
    "mutex": mutex.main,
    "night": night.main,
    "pairs": faults.main_pairs,
    "repeat": repeat.main,
    "replays": replays.main,
    "storm": storm.main,
    "wire": wire.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run the proof named first; 2 where there is none of that name."""
    if not arguments:
        for name, proof in PROOFS.items():
            summary = (sys.modules[proof.__module__].__doc__ or "").splitlines()[0]
            sys.stdout.write(f"{name}: {summary}\n")
        return 0
    name, *rest = arguments
    if name not in PROOFS:
        sys.stderr.write(f"no proof is called {name!r}; there are: {', '.join(PROOFS)}\n")
        return 2
    return PROOFS[name](rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
