"""``python -m Testing.Faults`` in the folder CrossMoDAUDA; Scripts/test.py --faults sets up what it needs first."""  # noqa: N999

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run the suite; exit status 0, 1 (something was not survived) or 2 (it cannot run here)."""
    parser = argparse.ArgumentParser(prog="test.py --faults", description=__doc__, allow_abbrev=False)
    parser.add_argument("--long", action="store_true", help="everything: 50 kills, a disk that is full at each write, ...")
    parser.add_argument("--seed", type=int, help="of the random moments (default: another each time; it is printed)")
    parser.add_argument("--only", default="", metavar="WORDS", help="only the faults whose name holds these words")
    parser.add_argument("--lanes", type=int, default=min(os.cpu_count() or 1, 4), help="faults at a time (default: the cores, 4 at most)")
    options = parser.parse_args()
    if not hasattr(os, "killpg"):
        print("The fault suite needs signals and process groups as Linux and macOS have them; run it there.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and so would the workers
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from . import suite

    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    return suite.run(Path(tempfile.mkdtemp(prefix="crossmoda_faults_")), seed, options.long, options.lanes, options.only)


if __name__ == "__main__":
    sys.exit(main())
