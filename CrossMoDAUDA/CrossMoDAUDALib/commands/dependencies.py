"""The Python packages that training and inference need: what is installed, what is missing, what must not be touched.

Everything is read from the packages' metadata; no package is imported, so this is quick and leaves no file in use that an
installation has to replace. Whether they can be imported, a process of its own tells (``method/imports.py``).
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import importlib.metadata
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ..core import files
from ..core.errors import InputError
from ..core.resources import resource
from ..method.imports import PARTS, Unfit

REQUIREMENTS = resource("requirements.txt")
TICK_NS = 2_000_000_000  # of the coarsest clock of a disk, FAT's

# Packages that Slicer is built with. Slicer itself relies on these very versions, so they are never ours to replace.
SLICER_OWN = frozenset((
    "certifi", "cffi", "chardet", "charset-normalizer", "couchdb", "cryptography", "dcmqi", "deprecated", "dicomweb-client", "gitdb",
    "gitpython", "highdicom", "idna", "numpy", "packaging", "pillow", "pip", "pycparser", "pydicom", "pygithub", "pyjpegls", "pyjwt",
    "pynacl", "pyparsing", "python-dateutil", "requests", "retrying", "scipy", "setuptools", "simpleitk", "six", "smmap",
    "typing-extensions", "urllib3", "wheel", "wrapt",
))  # fmt: skip


def _unchanged(text: str) -> str:
    return text


@dataclass(frozen=True)
class Dependency:
    """A package of requirements.txt and what is installed of it.

    Attributes:
        name: as in requirements.txt.
        specifier: the versions wanted, as ">=2.8.1,<2.9".
        installed: the version that is installed, or None.
        ok: it is installed, in a wanted version, with the packages that it needs itself.
        purpose: what it is for, in a few words.
        unmet: the requirements of the package itself that are not met, as "acvl-utils>=0.2.6,<0.3".
        fault: what Python said when it was imported, if it does not work for another reason than ``unmet``.
    """

    name: str
    specifier: str
    installed: str | None
    ok: bool
    purpose: str
    unmet: tuple[str, ...] = ()
    fault: str = ""

    @property
    def requirement(self) -> str:
        """The line for pip."""
        return self.name + self.specifier

    @property
    def wrong_version(self) -> bool:
        """Whether it is installed in a version that is not wanted."""
        return self.installed is not None and not _fits(self.installed, Requirement(self.requirement))

    @property
    def lines(self) -> tuple[str, ...]:
        """What pip has to install: the package, or only what it lacks itself; nothing if it is ok, or pip would change nothing."""
        if self.ok or self.fault:
            return ()
        return self.unmet if self.installed is not None and not self.wrong_version else (self.requirement,)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The names of the packages in ``unmet``."""
        return tuple(Requirement(line).name for line in self.unmet)

    @property
    def belongs_to_slicer(self) -> bool:
        """Whether it is installed and one of the packages that come with Slicer."""
        return self.installed is not None and canonicalize_name(self.name) in SLICER_OWN


def _purposes(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "torch": _("PyTorch: trains and runs the neural networks"),
        "nnunetv2": _("nnU-Net: segments the scans"),
        "numpy": _("calculates with images"),
        "simpleitk": _("reads and writes scans"),
        "scipy": _("measures distances between surfaces"),
        "safetensors": _("stores trained networks safely"),
        "platformdirs": _("finds the folder for your models"),
        "tqdm": _("shows progress in a terminal"),
        "pillow": _("writes sample pictures"),
        "psutil": _("starts and ends the work in the background"),
    }


def requirements(path: Path = REQUIREMENTS) -> list[Requirement]:
    """The requirements in a requirements.txt that apply to this system.

    Raises:
        InputError: the file cannot be read or a line is not a requirement.
    """
    try:
        lines = [line.partition(" #")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
        listed = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    except (OSError, UnicodeDecodeError, InvalidRequirement) as error:
        raise InputError(f"Cannot read the list of Python packages {path} ({error}); reinstall the extension.") from None
    return [requirement for requirement in listed if requirement.marker is None or requirement.marker.evaluate()]


def check(path: Path = REQUIREMENTS, _: Callable[[str], str] = _unchanged, unfit: Unfit | None = None) -> list[Dependency]:
    """What is installed of each package in requirements.txt, in the file's order.

    Args:
        path: the requirements.txt.
        _: translates the purposes.
        unfit: what did not fit when everything was imported.

    Raises:
        InputError: the file cannot be read.
    """
    importlib.invalidate_caches()
    purposes = _purposes(_)
    found = []
    wanted = requirements(path)
    # Of two distributions that bring one module the trial may name the one that is not in the file; nnU-Net needs all of them.
    blamed = unfit and (unfit.owner if unfit.owner in {canonicalize_name(one.name) for one in wanted} else "nnunetv2")
    for requirement in wanted:
        version = _version(requirement.name)
        unmet = tuple(_unmet(requirement.name)) if version is not None else ()
        fault = ""
        name = canonicalize_name(requirement.name)
        if unfit is not None and blamed == name and version is not None and not unmet:
            if unfit.package in (name, unfit.owner) or (unfit.version is not None and not _is_version(unfit.version)):
                fault = unfit.reason
            else:  # no version is said to be too old, so any other will have to do
                unmet = (unfit.package if unfit.version is None else f"{unfit.package}!={unfit.version}",)
        ok = version is not None and _fits(version, requirement) and not unmet and not fault
        found.append(Dependency(requirement.name, _readable(requirement), version, ok, purposes.get(name, ""), unmet, fault))
    return found


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


def missing(dependencies: Iterable[Dependency] | None = None) -> list[Dependency]:
    """The packages that are missing, in an unsuitable version or incomplete."""
    return [dependency for dependency in (check() if dependencies is None else dependencies) if not dependency.ok]


def installed() -> dict[str, str]:
    """Version by canonical name of every installed distribution."""
    importlib.invalidate_caches()
    versions: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        # Windows keeps what pip could not delete, renamed; asking by name finds the one in force, or none.
        version = _version(name) if name else None
        if version is not None:
            versions[canonicalize_name(name)] = version
    return versions


def constraints(dependencies: Iterable[Dependency] | None = None, published_only: bool = False, fresh: Iterable[str] = ()) -> list[str]:
    """Lines for pip's --constraint: "name==version" for every installed package, which keeps its version, or pip fails.

    Free to change are only the packages of requirements.txt that are unsuitable as they are, what these lack, those that nothing
    but these needs, and those tied to an exact version of these (as torchvision to torch); within what all others need of them,
    which pip does not look at by itself. Slicer's own packages are always held.

    Args:
        dependencies: the result of ``check``, read anew if None.
        published_only: leave out builds that no package index has, for a download on another computer.
        fresh: packages that may change as well: what an installation has brought so far, so that pip still finds a set.
    """
    state = check() if dependencies is None else list(dependencies)
    versions = installed()
    absent = [each for each in missing(state) if each.installed and not each.belongs_to_slicer]
    start: set[str] = {canonicalize_name(each.name) for each in absent}
    lacks = [Requirement(line) for each in absent for line in each.unmet]
    lacks += map(Requirement, PARTS) if "nnunetv2" in {each.name for each in missing(state)} else ()
    unfit = {canonicalize_name(need.name) for need in lacks if not _fits(_version(need.name) or "", need)}
    held = SLICER_OWN | {canonicalize_name(each.name) for each in state if each.ok}
    free = _free(start, held) | ((unfit | set(fresh)) - held)
    lines = _needed_by_others(free)
    for name, version in sorted(versions.items()):
        if name in free:
            continue
        line = f"{name}=={version}"
        with contextlib.suppress(InvalidRequirement, InvalidVersion):  # one line that pip cannot read would stop everything
            Requirement(line)
            parsed = Version(version)
            if not (published_only and (parsed.local or parsed.is_devrelease)):
                lines.append(line)
    return lines


@contextlib.contextmanager
def holding(path: Path, dependencies: Iterable[Dependency] | None = None, fresh: Iterable[str] = ()) -> Iterator[Path]:
    """Write the constraints to ``path`` and have every pip that is started meanwhile obey them, whoever starts it."""
    files.write_text(path, "\n".join(constraints(dependencies, fresh=fresh)) + "\n")
    before = os.environ.get("PIP_CONSTRAINT")
    own = path.resolve().as_uri()  # pip splits the variable at spaces; an address has none
    os.environ["PIP_CONSTRAINT"] = f"{before} {own}" if before else own
    try:
        yield path
    finally:
        if before is None:
            os.environ.pop("PIP_CONSTRAINT", None)
        else:
            os.environ["PIP_CONSTRAINT"] = before


def broken() -> set[str]:
    """Installed packages that lack what they need, as ``pip check`` lists them: "name: need"."""
    importlib.invalidate_caches()
    return {f"{name}: {need}" for name in installed() for need in _unmet(name)}


def fingerprint() -> str:
    """A short text that changes with what is installed and what its metadata ask for, quick to get."""
    folders = [Path(entry) for entry in sys.path if entry]
    found = sorted(f"{name} {_written(files)}" for folder in folders for name, files in _records(folder))
    return hashlib.sha256("\n".join([sys.version, *found]).encode()).hexdigest()[:16]


def _records(folder: Path) -> tuple[tuple[str, tuple[Path, ...]], ...]:
    """The distributions in a folder of packages, and where their metadata may be; listed again once something was put in or taken out."""
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return ()
    # Of two changes in one tick of a disk's clock the second leaves no trace.
    return (_listed if time.time_ns() - changed > TICK_NS else _listed.__wrapped__)(folder, changed)


@functools.lru_cache(maxsize=64)
def _listed(folder: Path, _changed: int) -> tuple[tuple[str, tuple[Path, ...]], ...]:
    found = folder.glob("*.*-info") if folder.is_dir() else ()
    return tuple((each.name, (each / "METADATA", each / "PKG-INFO")) for each in found)


def _written(files: Iterable[Path]) -> int:
    """When a distribution's metadata were written, in ns; the NNUNet extension writes them again."""
    for file in files:
        with contextlib.suppress(OSError):
            return file.stat().st_mtime_ns
    return 0


def replaced(before: Mapping[str, str], after: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Those of ``names`` (canonical) whose version changed or that are gone, as "numpy 2.4.6 -> 2.3.0"."""
    changed = [name for name in sorted(names) if name in before and after.get(name) != before[name]]
    return [f"{name} {before[name]} -> {after.get(name, '-')}" for name in changed]


def stale_imports(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Distributions that changed although this process had already imported them: it goes on with the old code."""
    changed = {name for name, version in before.items() if after.get(name, version) != version}
    if not changed:
        return []
    stale = set()
    for module, distributions in importlib.metadata.packages_distributions().items():
        if module in sys.modules:
            stale |= changed & {canonicalize_name(name) for name in distributions}
    return sorted(stale)


def offline_commands(folder: Path, python: Path, dependencies: Iterable[Dependency] | None = None) -> tuple[str, str]:
    """Two commands that install what is missing by way of a computer with internet, to be run in one folder that travels.

    The first is for that computer, with the same operating system and version of Python: it fetches packages, and builds those
    that are published as sources only. The second is for this computer. The constraints that both name are written here.

    Args:
        folder: gets the files of constraints.
        python: Slicer's Python (PythonSlicer).
        dependencies: the result of ``check``, read anew if None.
    """
    state = list(check() if dependencies is None else dependencies)
    files.write_text(folder / "constraints.txt", "\n".join(constraints(state)) + "\n")
    files.write_text(folder / "constraints-download.txt", "\n".join(constraints(state, published_only=True)) + "\n")
    packages = list(dict.fromkeys(line for each in missing(state) for line in each.lines))
    wheels = ["--find-links", "wheels", "--constraint"]
    fetch = ["python", "-m", "pip", "wheel", "--wheel-dir", "wheels", *wheels, "constraints-download.txt", *packages]
    install = [str(python), "-m", "pip", "install", "--no-index", *wheels, "constraints.txt", *packages]
    return _line(fetch), _line(install)


def _version(name: str) -> str | None:
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    head = _head(distribution)
    return distribution.version if head is None else head["Version"]


def _head(distribution: importlib.metadata.Distribution) -> Message | None:
    """A distribution's metadata without the description, whose parsing takes most of the time; None for old kinds."""
    text = distribution.read_text("METADATA")
    return None if not text else HeaderParser().parsestr(text.partition("\n\n")[0])


def _readable(requirement: Requirement) -> str:
    """A requirement's versions with the lower bound first, as people write it."""
    return ",".join(sorted(map(str, requirement.specifier), key=lambda each: (not each.startswith(">"), each)))


def _fits(version: str, requirement: Requirement) -> bool:
    try:
        return requirement.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return False


def _needs(distribution: importlib.metadata.Distribution) -> list[Requirement]:
    """What a distribution requires on this system, without extras."""
    needs = []
    environment: dict[str, str] = {**{key: str(value) for key, value in default_environment().items()}, "extra": ""}
    head = _head(distribution)
    for line in (distribution.requires if head is None else head.get_all("Requires-Dist")) or []:
        with contextlib.suppress(InvalidRequirement):  # some packages' metadata is broken; pip tells of those itself
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(environment):
                needs.append(requirement)
    return needs


def _unmet(name: str) -> list[str]:
    """The requirements of an installed package that are not met, without markers."""
    unmet = []
    needs = _needs(importlib.metadata.distribution(name))
    if canonicalize_name(name) == "nnunetv2":  # the NNUNet extension takes lines out of its metadata
        told = {canonicalize_name(need.name) for need in needs}
        needs += [need for need in map(Requirement, PARTS) if canonicalize_name(need.name) not in told]
    for need in needs:
        version = _version(need.name)
        if version is None or not _fits(version, need):
            unmet.append(need.name + _readable(need))
    return unmet


def _free(start: set[str], held: frozenset[str]) -> set[str]:
    """``start`` and the installed packages that only serve it or follow its exact version, without those ``held``."""
    if not start:
        return set()
    needs = {canonicalize_name(each.metadata["Name"]): _needs(each) for each in importlib.metadata.distributions() if each.metadata["Name"]}
    names = {name: {canonicalize_name(need.name) for need in wanted} for name, wanted in needs.items()}
    free: set[str] = set()
    grown = set(start)
    while grown != free:
        free = set(grown)
        for name in names.keys() - free - held:
            users = {user for user, used in names.items() if name in used}
            tied = any(canonicalize_name(need.name) in free and _exact(need) for need in needs[name])
            if tied or (users and users <= free):
                grown.add(name)
    return free


def _needed_by_others(free: set[str]) -> list[str]:
    """What the packages that stay need of those that may change, as constraints."""
    lines = set()
    for each in importlib.metadata.distributions() if free else ():
        name = canonicalize_name(each.metadata["Name"] or "")
        if name and name not in free:
            lines |= {need.name + _readable(need) for need in _needs(each) if canonicalize_name(need.name) in free and need.specifier}
    return sorted(lines)


def _exact(requirement: Requirement) -> bool:
    return any(specifier.operator in ("==", "===") for specifier in requirement.specifier)


def _line(words: list[str]) -> str:
    """A command with quotes as cmd, PowerShell and sh take them."""
    return " ".join(f'"{word}"' if set(word) & set(" <>!*()&;|") else word for word in words)
