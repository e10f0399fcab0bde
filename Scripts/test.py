"""Check the project: style (ruff), types (mypy), rooms (import-linter), the faults that a worker has to survive, then
every test (pytest).

    python3 Scripts/test.py [pytest's arguments]
    python3 Scripts/test.py --faults [--long] [--seed N] [--only WORDS] [--lanes N]
    python3 Scripts/test.py --python 3.12 [any of these]

Without arguments the fault suite runs in its short form, and pytest runs all tests in as many processes as there are
cores (four at most) and tells the coverage of the core library. ``--faults`` runs the fault suite alone, with ``--long``
all of it. ``--python`` does everything with another Python, wherever that is installed, in the environment .venv-3.12.

Needs Python 3.11 or newer and, the first time, the network; everything else it sets up itself. With arguments (as
``-k geometry``) pytest runs a part of the tests, so the coverage that is demanded of all of them is not.

The tests of other computers need an SSH server, rsync and Slurm, and are skipped without. With CROSSMODA_APT=1 in the
environment, as in .ci/run, this installs them with apt-get, as root and without arguments.
The longest tests are skipped without CROSSMODA_LONG=1 and, where kills are drawn at random, CROSSMODA_KILLS=20.
"""

import os
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import _environment
import _system_packages

LINT_IMPORTS = "import sys; sys.path.insert(0, 'CrossMoDAUDA'); from importlinter.cli import lint_imports_command; lint_imports_command()"
# By title, the arguments of Python.
CHECKS = {
    "style (ruff)": ["-m", "ruff", "check", "."],
    "types (mypy)": ["-m", "mypy"],
    "rooms (import-linter)": ["-c", LINT_IMPORTS],
}
LEAST_COVERAGE = 96  # percent of the core library's lines; pyproject.toml says what is not counted
# What only the tests of other computers reach, which are skipped where they cannot run.
UNREACHED = {
    "CROSSMODA_UNREACHED_PLACES": "*/places/[cfrsu]*.py",
    "CROSSMODA_UNREACHED_COMMANDS": "*/commands/places.py",
    "CROSSMODA_UNREACHED_STUDY": "*/study/arrays.py",
}


def main(arguments):
    if "--python" in arguments[:-1]:
        _environment.with_python(arguments[arguments.index("--python") + 1])
    _environment.enter("requirements.txt", "requirements-test.txt")
    faults = [sys.executable, "-m", "Testing.Faults"]
    if "--faults" in arguments:
        options = [argument for argument in arguments if argument != "--faults"]
        return subprocess.call([*faults, *options], cwd=_environment.ROOT / "CrossMoDAUDA")
    sys.stdout.reconfigure(errors="replace")  # what a check says may hold what a console lacks
    results = {}
    with ThreadPoolExecutor(len(CHECKS)) as threads:  # while packages are installed, which waits for the network
        reading = {title: threads.submit(said_by, [sys.executable, *check]) for title, check in CHECKS.items()}
        trial = None
        if not arguments:
            _system_packages.install_missing()
        for title, future in reading.items():
            results[title] = future.result()
            print(f"== {title}\n{results[title][1]}", end="", flush=True)
    if not arguments:
        trial = trial_of_others() if _system_packages.are_there() else None
    if not arguments and hasattr(os, "killpg"):
        results["faults"] = call("faults", faults, _environment.ROOT / "CrossMoDAUDA")
    # An environment has limited room.
    failures = [f"== {title} ended with status {status}\n{said[-4000:]}" for title, (status, said) in results.items() if status]
    # Last, so that pytest's summary is the last line.
    print("== pytest", flush=True)
    # pytest tells them once more in its summary, as the end of a long log is what is read.
    environment = dict(os.environ, CROSSMODA_FAILED_CHECKS="\n".join(failures))
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or every panel and every command that a test starts compiles the library
    if not arguments:
        processes = min(os.cpu_count() or 1, 4)
        arguments = [f"--cov-fail-under={LEAST_COVERAGE}", f"--numprocesses={processes}", "--dist=worksteal", "--durations=20"]
        environment["OMP_NUM_THREADS"] = "1"  # the cores are taken by as many processes
        if trial is None or trial.wait():
            environment.update(UNREACHED)
    tests = [sys.executable, "-m", "pytest", "--cov", "--cov-report=term", *arguments]
    statuses = [status for status, _said in results.values()]
    statuses.append(subprocess.call(tests, cwd=_environment.ROOT, env=environment))
    return max(statuses, key=abs)


def trial_of_others():
    """A process that ends with 0 if the tests of other computers can run here: in some containers their servers end at once."""
    core = _environment.ROOT / "CrossMoDAUDA"
    trial = [sys.executable, str(core / "Testing" / "Python" / "slurm_cluster.py")]
    return subprocess.Popen(trial, env=dict(os.environ, PYTHONPATH=str(core)))


def said_by(command):
    """The exit status of a check, and what it said."""
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
    ended = subprocess.run(command, cwd=_environment.ROOT, check=False, **output)
    return ended.returncode, ended.stdout


def call(title, command, folder):
    """Run a check, say what it says as it says it; its exit status and the last of its lines."""
    print(f"== {title}", flush=True)
    last = deque(maxlen=30)
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
    with subprocess.Popen(command, cwd=folder, **output) as check:
        for line in check.stdout:
            print(line, end="", flush=True)
            last.append(line)
    return check.returncode, "".join(last)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
