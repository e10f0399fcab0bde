"""Check the project: style (ruff), types (mypy), then every test (pytest) with the coverage of the core library.

    python3 Scripts/test.py [pytest's arguments]

Needs Python 3.11 or newer and, the first time, the network; everything else it sets up itself. With arguments (as
``-k geometry``) pytest runs a part of the tests, so the coverage that is demanded of all of them is not.
"""

import subprocess
import sys

import _environment

LEAST_COVERAGE = 90  # percent of the core library's lines, its Slicer panel not counted


def main(arguments):
    _environment.enter("requirements.txt", "requirements-test.txt")
    demanded = [] if arguments else [f"--cov-fail-under={LEAST_COVERAGE}"]
    checks = [
        ["ruff", "check", "."],
        ["mypy"],
        # Last, so that pytest's summary is the last line.
        ["pytest", "--cov", "--cov-report=term", *demanded, *arguments],
    ]
    statuses = []
    for check in checks:
        print(f"== {' '.join(check[:2])}", flush=True)
        statuses.append(subprocess.call([sys.executable, "-m", *check], cwd=_environment.ROOT))
    return max(statuses, key=abs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
