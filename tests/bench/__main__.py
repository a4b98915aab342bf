"""`python -m tests.bench [NAME …]`: runs one measurement, or lists them."""

import sys
from collections.abc import Callable, Sequence

from tests.bench import books, check, memory, nightly, relay, replays, serve, startup, submit, throughput

BENCHES: dict[str, Callable[[Sequence[str]], int]] = {
    "books": books.main,
    "check": check.main,
    "memory": memory.main,
    "nightly": nightly.main,
    "peers": throughput.main,
    "relay": relay.main,
    "replays": replays.main,
    "serve": serve.main,
    "startup": startup.main,
    "submit": submit.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run the measurement named first; 2 where there is none of that name."""
    if not arguments:
        for name, bench in BENCHES.items():
            summary = (sys.modules[bench.__module__].__doc__ or "").splitlines()[0]
            sys.stdout.write(f"{name}: {summary}\n")
        return 0
    name, *rest = arguments
    if name not in BENCHES:
        sys.stderr.write(f"no measurement is called {name!r}; there are: {', '.join(BENCHES)}\n")
        return 2
    return BENCHES[name](rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
