"""The list of Python packages: what is there, what may change, what pip really does with the constraints."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.commands import dependencies
from CrossMoDAUDALib.commands.dependencies import Dependency
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.method.imports import Unfit
from installed_packages import PARTS, install, slicer_with, wheel
from packaging.requirements import Requirement


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that takes the place of every installed package."""
    folder = tmp_path / "site packages ü"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def state(*names: str) -> dict[str, Dependency]:
    found = {each.name: each for each in dependencies.check()}
    return {name: found[name] for name in names} if names else found


def test_requirements_are_those_of_the_file_in_its_order() -> None:
    lines = dependencies.REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    listed = [line.split(">")[0] for line in lines if line and not line.startswith("#")]
    assert [each.name for each in dependencies.check()] == listed
    assert all(each.purpose for each in dependencies.check())


def test_check_finds_what_is_installed_here() -> None:
    found = state("numpy", "torch")
    assert found["numpy"].ok
    assert found["numpy"].installed == importlib.metadata.version("numpy")
    assert found["torch"].specifier == ">=2.2,!=2.9.*"
    assert found["torch"].ok and found["torch"].lines == ()


def test_check_is_quick_and_imports_nothing() -> None:
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from CrossMoDAUDALib.commands import dependencies; dependencies.check();"
        "start = time.process_time(); dependencies.check(); print(time.process_time() - start);"
        "print([name for name in ('torch', 'nnunetv2', 'numpy', 'SimpleITK', 'scipy') if name in sys.modules])"
    )
    library = Path(dependencies.__file__).parents[2]
    times = []
    for _ in range(3):  # a busy machine may be slow once
        seconds, imported = subprocess.run(
            [sys.executable, "-c", code, str(library)], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        assert imported == "[]"
        times.append(float(seconds))
    assert min(times) < 0.2


def test_heads_of_metadata_tell_what_the_whole_tells(site: Path) -> None:
    odd = {
        "plain": "Metadata-Version: 2.1\nName: plain\nVersion: 1.0\nRequires-Dist: numpy>=1\n\nVersion: 9\nRequires-Dist: torch\n",
        "windows": "\r\n".join(["Name: windows", "Version: 1.1", "Requires-Dist: numpy", "", "Requires-Dist: torch"]),
        "folded": "Name: folded\nVersion: 1.2\nLicense: one\n  \n  two\nRequires-Dist: numpy\n\nNo more.",
        "bare": "Name: bare\nVersion: 1.3",
        "empty": "",
    }
    for name, text in odd.items():
        folder = site / f"{name}-0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_bytes(text.encode())
    (site / "empty-0.dist-info" / "PKG-INFO").write_text("Name: empty\nVersion: 1.4\nRequires-Dist: scipy\n", encoding="utf-8")
    for name in odd:
        whole = importlib.metadata.distribution(name)
        assert dependencies._version(name) == whole.version, name
        assert [str(need) for need in dependencies._needs(whole)] == [str(Requirement(line)) for line in whole.requires or []], name
    assert len(dependencies._needs(importlib.metadata.distribution("folded"))) == 1


def test_each_state_of_a_package_is_told_apart(site: Path) -> None:
    slicer_with(site)
    install(site, "torch", "2.9.1+cu128")
    install(site, "nnunetv2", "2.6.2", "torch>=2.1.2")
    install(site, "safetensors", "0.4.3", "absent-package>=2,<3", "only-windows; sys_platform == 'none'", "more; extra == 'all'")
    found = state()
    assert (found["tqdm"].installed, found["tqdm"].ok, found["tqdm"].lines) == (None, False, ("tqdm>=4.66",))
    assert found["torch"].wrong_version and found["nnunetv2"].wrong_version
    assert found["nnunetv2"].lines == ("nnunetv2>=2.8.1,<2.9",)
    assert found["safetensors"].unmet == ("absent-package>=2,<3",)
    assert found["safetensors"].lines == ("absent-package>=2,<3",) and not found["safetensors"].wrong_version
    assert [each.name for each in dependencies.missing()] == ["torch", "nnunetv2", "safetensors", "platformdirs", "tqdm", "psutil"]
    assert found["numpy"].belongs_to_slicer and not found["torch"].belongs_to_slicer


def test_a_part_of_nnunet_is_found_although_the_metadata_lost_it(site: Path) -> None:
    """SlicerNNUNet's InstallLogic removes lines of what nnU-Net needs."""
    install(site, "nnunetv2", "2.8.1", "torch>=2.1.2")
    for name, version in {**PARTS, "acvl-utils": "0.2.0"}.items():
        install(site, name, version)
    found = state("nnunetv2")["nnunetv2"]
    assert found.unmet == ("torch>=2.1.2", "acvl-utils>=0.2.6,<0.3") and not found.ok
    assert [line for line in dependencies.constraints() if line.startswith("acvl")] == []
    assert "batchgenerators==0.25.5" in dependencies.constraints()


def test_what_could_not_be_imported_is_not_installed(site: Path) -> None:
    install(site, "nnunetv2", "2.8.1")
    install(site, "torch", "2.13.0")
    for name, version in {**PARTS, "blosc2": "3.0.0"}.items():
        install(site, name, version)
    assert state("nnunetv2")["nnunetv2"].ok

    def with_unfit(*values: Any) -> dict[str, Dependency]:
        return {each.name: each for each in dependencies.check(unfit=Unfit(*values))}

    other = with_unfit("nnunetv2", "blosc2", "3.0.0", "cannot import name 'x' from 'blosc2'")["nnunetv2"]
    assert (other.ok, other.lines) == (False, ("blosc2!=3.0.0",))
    assert with_unfit("nnunetv2", "einops", None, "No module named 'einops'")["nnunetv2"].lines == ("einops",)
    itself = with_unfit("torch", "torch", "2.13.0", "libc10.so: cannot open shared object file")["torch"]
    assert (itself.ok, itself.lines, itself.fault) == (False, (), "libc10.so: cannot open shared object file")
    assert with_unfit("nnunetv2", "blosc2", "3.0.0", "")["torch"].ok


def test_what_is_installed_has_a_fingerprint(site: Path) -> None:
    before = dependencies.fingerprint()
    install(site, "tqdm", "4.70.0")
    after = dependencies.fingerprint()
    assert before != after == dependencies.fingerprint()
    metadata = next(site.glob("tqdm-*-info/METADATA"))
    os.utime(metadata, ns=(1, 1))
    assert dependencies.fingerprint() != after, "another program has written what it asks for"


def test_a_folder_is_listed_again_only_when_it_has_changed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "old", "1.0")
    long_ago = time.time_ns() - 60 * 10**9
    os.utime(site, ns=(long_ago, long_ago))
    listed, real = list[Path](), Path.glob
    monkeypatch.setattr(Path, "glob", lambda folder, *arguments: listed.append(folder) or real(folder, *arguments))
    before = dependencies.fingerprint()
    assert dependencies.fingerprint() == before and listed == [site], "it is asked at every click"
    (metadata,) = site.rglob("METADATA")
    os.utime(metadata, ns=(1, 1))  # as if another program had written it
    written = dependencies.fingerprint()
    assert written != before and listed == [site]
    install(site, "new", "1.0")
    assert dependencies.fingerprint() not in (before, written) and listed == [site, site]
    shutil.rmtree(next(path for path in site.iterdir() if path.name.startswith("new")))
    assert dependencies.fingerprint() == written, "within a tick of the disk's clock it is listed each time"


def test_packages_that_appear_are_seen_at_once(site: Path) -> None:
    assert state("tqdm")["tqdm"].installed is None
    install(site, "tqdm", "4.70.0")
    assert state("tqdm")["tqdm"].ok


@pytest.mark.parametrize("content", [None, b"torch >= \n", b"\xff\xfe\x00"])
def test_unreadable_requirements_are_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "requirements.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="reinstall the extension") as raised:
        dependencies.check(path)
    assert str(path) in str(raised.value)


def test_everything_installed_is_held_when_packages_are_only_missing(site: Path) -> None:
    slicer_with(site)
    install(site, "pandas", "2.0.0", "numpy")
    expected = ["numpy==2.0.2", "pandas==2.0.0", "pillow==11.0.0", "requests==2.32.3", "scipy==1.14.1", "simpleitk==2.5.2"]
    assert dependencies.constraints() == expected


def test_only_what_follows_an_unsuitable_package_is_free(site: Path) -> None:
    slicer_with(site)
    install(site, "torch", "2.9.1", "sympy>=1.13", "networkx", "numpy", "scipy")
    install(site, "sympy", "1.13.1", "mpmath<1.4")
    install(site, "mpmath", "1.3.0")
    install(site, "networkx", "3.0")
    install(site, "scikit-image", "0.25.0", "networkx", "numpy")
    install(site, "torchvision", "0.24.1", "torch==2.9.1")
    install(site, "other-tool", "1.0", "torch>=2")
    held = {line.partition("==")[0] for line in dependencies.constraints() if "==" in line}
    assert "torch>=2" in dependencies.constraints(), "the other tool needs it"
    assert held == {"numpy", "scipy", "simpleitk", "pillow", "requests", "networkx", "scikit-image", "other-tool"}


def test_a_suitable_torch_is_held_when_nnunet_is_too_old(site: Path) -> None:
    slicer_with(site)
    install(site, "torch", "2.8.0+cu128")
    install(site, "nnunetv2", "2.6.2", "torch", "acvl-utils", "requests")
    install(site, "acvl-utils", "0.2.0", "torch")
    install(site, "other-tool", "1.0", "acvl-utils<0.4", "torch")
    held = dependencies.constraints()
    assert "torch==2.8.0+cu128" in held and "requests==2.32.3" in held
    assert [line for line in held if line.startswith(("nnunetv2", "acvl-utils"))] == ["acvl-utils<0.4"], "what others need of it stays so"


def test_slicers_own_packages_are_held_even_if_too_old(site: Path) -> None:
    install(site, "numpy", "1.24.0")
    assert dependencies.constraints() == ["numpy==1.24.0"]
    assert state("numpy")["numpy"].belongs_to_slicer


def test_builds_that_no_index_has_are_held_but_not_downloaded(site: Path) -> None:
    install(site, "simpleitk", "2.5.2.dev7+g1234567")
    install(site, "pandas", "2.0.0")
    assert dependencies.constraints() == ["pandas==2.0.0", "simpleitk==2.5.2.dev7+g1234567"]
    assert dependencies.constraints(published_only=True) == ["pandas==2.0.0"]


def test_leftovers_of_other_installations_do_not_reach_pip(site: Path) -> None:
    install(site, "pandas", "2.0.0")
    for number, (name, version) in enumerate({"pandas": "1.0.0", "odd": "not a version", "-roken": "1.0"}.items()):
        leftover = site / f"~{number}ndas-1.0.0.dist-info"
        leftover.mkdir()
        (leftover / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    assert dependencies.constraints() == ["pandas==2.0.0"] and dependencies.installed() == {"pandas": "2.0.0"}
    assert dependencies.broken() == set(), "of one that is not there nothing is asked"


@pytest.mark.parametrize("before", [None, "https://example.org/theirs.txt"])
def test_holding_sets_and_restores_the_variable(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    slicer_with(site)
    monkeypatch.delenv("PIP_CONSTRAINT", raising=False)
    if before:
        monkeypatch.setenv("PIP_CONSTRAINT", before)
    path = tmp_path / "with space ü" / "constraints.txt"
    with pytest.raises(RuntimeError), dependencies.holding(path):
        addresses = os.environ["PIP_CONSTRAINT"].split()
        assert addresses == [*([before] if before else []), path.resolve().as_uri()]
        assert "numpy==2.0.2" in path.read_text(encoding="utf-8")
        raise RuntimeError
    assert os.environ.get("PIP_CONSTRAINT") == before


def test_pip_refuses_to_replace_what_is_held(tmp_path: Path) -> None:
    """Real pip, started by somebody else's code, in a folder whose name has a space: it fails and changes nothing."""
    pytest.importorskip("pip")
    version = importlib.metadata.version("packaging")
    wheels = tmp_path / "wheels"
    for name, number, needs in [("packaging", "999.0", []), ("needs-newer", "1.0", ["packaging>=999"]), ("harmless", "1.0", ["packaging"])]:
        wheel(wheels, name, number, needs)

    def pip(package: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-index", "--find-links", str(wheels), package]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    assert "packaging-999.0" in pip("needs-newer").stdout
    with dependencies.holding(tmp_path / "temporary folder ü" / "constraints.txt"):
        refused, allowed = pip("needs-newer"), pip("harmless")
    assert refused.returncode != 0 and "conflict" in refused.stderr
    assert allowed.returncode == 0 and "harmless-1.0" in allowed.stdout and "packaging-999" not in allowed.stdout
    assert importlib.metadata.version("packaging") == version


def test_stale_imports_are_those_in_memory(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "json-tool", "2.0", module="json")
    install(site, "sleeping", "2.0", module="sleeping_module")
    before = {"json-tool": "1.0", "sleeping": "1.0"}
    after = dependencies.installed()
    assert after == {"json-tool": "2.0", "sleeping": "2.0"}
    assert dependencies.stale_imports(before, after) == ["json-tool"]
    assert dependencies.stale_imports(after, after) == []
    assert dependencies.replaced(before, {"json-tool": "2.0"}, ["json-tool", "sleeping", "other"]) == [
        "json-tool 1.0 -> 2.0",
        "sleeping 1.0 -> -",
    ]


def test_offline_commands_name_every_missing_package_and_their_constraints(site: Path, tmp_path: Path) -> None:
    slicer_with(site)
    install(site, "simpleitk-build", "1.0+local")
    folder = tmp_path / "stick"
    folder.mkdir()
    python = Path("/opt/Slicer 5.12/bin/PythonSlicer")
    fetch, install_command = dependencies.offline_commands(folder, python)
    assert fetch.startswith("python -m pip wheel --wheel-dir wheels")
    assert install_command.startswith(f'"{python}" -m pip install --no-index --find-links wheels')
    for wanted in ('"torch>=2.2,!=2.9.*"', '"nnunetv2>=2.8.1,<2.9"', '"safetensors>=', '"tqdm>='):
        assert wanted in fetch and wanted in install_command
    assert "numpy" not in fetch + install_command
    assert "--constraint constraints-download.txt" in fetch and "--constraint constraints.txt" in install_command
    assert "simpleitk-build==1.0+local" in (folder / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert "simpleitk-build" not in (folder / "constraints-download.txt").read_text(encoding="utf-8")


def test_pip_takes_the_commands(tmp_path: Path) -> None:
    """The commands as they are, for a package that is published as sources and needs another, which only a local wheel has."""
    pytest.importorskip("pip")
    import shlex

    wheel(tmp_path / "index", "only-here", "1.0", [])
    sources = tmp_path / "index" / "from_sources-1.0"
    sources.mkdir()
    wheel(sources, "from-sources", "1.0", ["only-here"])
    backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (sources / "pyproject.toml").write_text(backend, encoding="utf-8")
    (sources / "backend.py").write_text(
        "import pathlib, shutil\n"
        "def build_wheel(folder, *_settings):\n"
        "    return pathlib.Path(shutil.copy(next(pathlib.Path().glob('*.whl')), folder)).name\n",
        encoding="utf-8",
    )
    shutil.make_archive(str(sources), "gztar", tmp_path / "index", sources.name)
    wanted = [Dependency("from_sources", ">=1.0", None, False, "")]

    def run(command: str, *more: str) -> str:
        words = [sys.executable, *shlex.split(command.replace("\\", "/"))[1:], *more]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    fetch, install_command = dependencies.offline_commands(tmp_path, Path(sys.executable), wanted)
    run(fetch, "--no-index", "--find-links", "index")
    assert sorted(path.name for path in (tmp_path / "wheels").iterdir()) == [
        "from_sources-1.0-py3-none-any.whl",
        "only_here-1.0-py3-none-any.whl",
    ]
    assert "Would install from-sources-1.0 only-here-1.0" in run(install_command, "--dry-run").replace("_", "-")


def test_time_of_constraints() -> None:
    start = time.perf_counter()
    assert dependencies.constraints()
    assert time.perf_counter() - start < 2
