"""The virtual environment that demo.py and test.py run in: made on first use, reused while the requirements stay the same.

Only Python itself may be needed here, and no newer syntax than Python 3.6's, so that an old one gets a sentence instead
of a syntax error.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
OLDEST_PYTHON = (3, 11)
# What pip says when it could not reach an index, or found nothing there.
NETWORK_SIGNS = ("ConnectionError", "NameResolutionError", "TimeoutError", "ProxyError", "Max retries exceeded", "(from versions: none)")


def enter(*requirements: str) -> None:
    """Return inside an environment that has the packages of the given requirements files.

    Called from an interpreter outside it, this makes or repairs the environment, runs the calling script again inside it
    and exits with that run's status.

    Args:
        requirements: names of files beside this one.
    """
    if sys.version_info < OLDEST_PYTHON:
        running = ".".join(str(part) for part in sys.version_info[:3])
        _stop(f"Python 3.11 or newer is needed and this is Python {running}; run this with a newer one (as python3.11 {sys.argv[0]}).")
    folder = Path(os.environ.get("CROSSMODA_VENV") or ROOT / ".venv").expanduser().absolute()
    inside = Path(sys.prefix).resolve() == folder.resolve()
    python = Path(sys.executable) if inside else _make(folder)
    _install(folder, python, requirements)
    if not inside:
        sys.exit(_run([str(python), *sys.argv]))


def with_python(version: str) -> None:
    """Run the calling script again with another Python, in an environment of its own, and exit with that run's status.

    ``--python VERSION`` is left out of its arguments.

    Args:
        version: as "3.12".
    """
    python = find_python(version)
    if python is None:
        _stop(f"There is no Python {version} on PATH, in pyenv or known to Windows' launcher; install it, or leave --python out.")
    position = sys.argv.index("--python")
    os.environ.setdefault("CROSSMODA_VENV", str(ROOT / f".venv-{version}"))
    sys.exit(_run([str(python), *sys.argv[:position], *sys.argv[position + 2 :]]))


def find_python(version: str) -> "Path | None":
    """The interpreter of a Python, as "3.12": on PATH, pyenv's or Windows' launcher's; None where none starts."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    starts = [[f"python{version}"], *([str(path)] for path in sorted(pyenv.glob(f"versions/{version}.*/bin/python3")))]
    if os.name == "nt":
        starts.append(["py", f"-{version}"])
    ask = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"
    for start in starts:
        if shutil.which(start[0]) is None:
            continue
        try:
            told = subprocess.check_output([*start, "-c", ask], stderr=subprocess.DEVNULL).decode("utf-8", "replace")
        except (OSError, subprocess.CalledProcessError):  # pyenv's stand-ins on PATH start only what is chosen
            continue
        found, _, executable = told.strip().partition(" ")
        if found == version:
            return Path(executable)
    return None


def _make(folder: Path) -> Path:
    """The interpreter of the virtual environment in ``folder``, which is made where it is missing or broken."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if _works(python):
        return python
    if folder.exists() and not (folder / "pyvenv.cfg").is_file() and any(folder.iterdir()):
        _stop(f"{folder} holds something other than a virtual environment; empty it or set CROSSMODA_VENV to another folder.")
    print(f"Making a virtual environment in {folder} (set CROSSMODA_VENV to put it elsewhere).", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(folder)]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode != 0 or not _works(python):
        if "ensurepip" in made.stdout or "No module named" in made.stdout:
            _stop("This Python lacks its venv module or pip; install them (on Debian or Ubuntu: apt install python3-venv) and retry.")
        _stop(f"No virtual environment could be made in {folder}: {' '.join(made.stdout.split()) or 'its Python does not start'}.")
    return python


def _works(python: Path) -> bool:
    """Whether the interpreter starts and has pip; an interrupted or moved environment's does not."""
    if not python.is_file():
        return False
    try:
        command = [str(python), "-c", "import pip"]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def _install(folder: Path, python: Path, requirements: "tuple[str, ...]") -> None:
    """Install what the marker does not vouch for; the marker is written last, so an interrupted install is repeated."""
    marker = folder / "crossmoda_installed.json"
    try:
        installed = json.loads(marker.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        installed = {}
    wanted = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in requirements}
    for name, digest in wanted.items():
        if installed.get(name) == digest:
            continue
        _install_torch_first(python, name)
        print(f"Installing the packages of Scripts/{name}.", flush=True)
        _pip(python, "-r", str(FOLDER / name))
        installed[name] = digest
        partial = marker.with_suffix(".partial")
        partial.write_text(json.dumps(installed, indent=2), encoding="utf-8")
        partial.replace(marker)


def _install_torch_first(python: Path, name: str) -> None:
    """PyTorch on its own, so that its index can be chosen; the rest then finds it installed."""
    pins = [line.strip() for line in (FOLDER / name).read_text(encoding="utf-8").splitlines() if line.startswith("torch==")]
    if not pins:
        return
    index = os.environ.get("CROSSMODA_TORCH_INDEX", "")
    print(f"Installing PyTorch ({pins[0]}) from {index or 'the package index of pip'}.", flush=True)
    if sys.platform == "linux" and not index:
        print(
            "PyPI's build for Linux includes CUDA (2 to 3 GB); for the CPU-only build (0.2 GB) stop this and set"
            " CROSSMODA_TORCH_INDEX=https://download.pytorch.org/whl/cpu first.",
            flush=True,
        )
    _pip(python, *(["--index-url", index] if index else []), *pins)


def _pip(python: Path, *arguments: str) -> None:
    """pip install; its progress goes to the terminal, and a failure ends in one sentence."""
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    complaints = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace") as pip:
        assert pip.stderr is not None
        for line in pip.stderr:
            complaints.append(line)
            print(line, end="", file=sys.stderr, flush=True)
    if pip.returncode == 0:
        return
    if any(sign in line for line in complaints for sign in NETWORK_SIGNS):
        _stop("Packages could not be downloaded; check the network (or pip's proxy and index settings) and run the same command again.")
    _stop("pip could not install the packages, for the reason it gives above; put that right and run the same command again.")


def _run(command: "list[str]") -> int:
    """A command's exit status; Ctrl+C reaches it too, and it is given the time to end by itself."""
    with subprocess.Popen(command) as process:
        while True:
            try:
                status = process.wait()
                return status if status >= 0 else 128 - status
            except KeyboardInterrupt:
                continue


def _stop(sentence: str) -> None:
    sys.exit(f"{Path(sys.argv[0]).name}: {sentence}")
