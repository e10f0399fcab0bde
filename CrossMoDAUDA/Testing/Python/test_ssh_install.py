"""``place install``: our packages in an environment on another computer, by a real SSH server and pip."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, TINY
from CrossMoDAUDALib.commands import cli, places
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.places import remote
from CrossMoDAUDALib.places.known import KnownPlace, add_place
from CrossMoDAUDALib.places.remote import Remote
from long_runs import TAKES_LONG
from packaging.tags import sys_tags
from test_ssh_trouble import bare_python
from test_ssh_way import another_server

NNUNETS = ("nnunetv2", "acvl_utils", "batchgenerators=", "batchgeneratorsv2", "dynamic_network_architectures")


def test_packages_are_put_there_from_here_without_internet(gpu_box: KnownPlace, wheels: tuple[Path, Path]) -> None:
    """pip itself, on a wheel that was sent; the environment is then the place's Python."""
    there = Remote(replace(gpu_box, python=""), asks=False)
    folder = there.folder()
    there.connection.ask("make_folder", path=f"{folder}/wheels")
    there.connection.send(wheels[0].parent, [wheels[0].name], f"{folder}/wheels")
    said: list[str] = []
    there.connection.ask("install", tell=said.append, folder=folder, requirements="CrossMoDAUDA\n", options=["--no-deps"], has_wheels=True)
    assert any("Successfully installed CrossMoDAUDA" in line for line in said)
    python, found = there.python()
    assert python == f"{folder}/environment/bin/python" and found["versions"]["torch"] == ""
    with pytest.raises(CrossModaError, match=r"pip: ERROR: .*no-such-package"):
        there.connection.ask("install", folder=folder, requirements="no-such-package\n", options=[], has_wheels=True)
    assert there.connection.ask("tags")[0] == f"{sys.version_info[0]}.{sys.version_info[1]}"


_BACKEND = """import zipfile

def build_wheel(folder, *_):
    name = "ours_{kind}-1.0-{tag}.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("ours_{kind}.py", "")
        wheel.writestr("ours_{kind}-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: ours-{kind}\\nVersion: 1.0\\n")
        wheel.writestr("ours_{kind}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: {tag}\\n")
        wheel.writestr("ours_{kind}-1.0.dist-info/RECORD", "")
    return name
"""
_BUILD = (
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "ours-{kind}"\nversion = "1.0"\n'
)


def index_of_sources(folder: Path) -> Path:
    """Packages as an index has them: two as source alone, one of which needs a compiler, and a wheel that needs the other."""
    (folder / "index").mkdir(parents=True)
    for kind, tag in (("pure", "py3-none-any"), ("compiled", next(iter(sys_tags())))):
        files = {"backend.py": _BACKEND.format(kind=kind, tag=tag), "pyproject.toml": _BUILD.format(kind=kind)}
        files["PKG-INFO"] = f"Metadata-Version: 2.1\nName: ours-{kind}\nVersion: 1.0\n"
        with tarfile.open(folder / "index" / f"ours_{kind}-1.0.tar.gz", "w:gz") as archive:
            for name, text in files.items():
                member = tarfile.TarInfo(f"ours_{kind}-1.0/{name}")
                member.size = len(text.encode())
                archive.addfile(member, io.BytesIO(text.encode()))
    with zipfile.ZipFile(folder / "index" / "ours_whole-1.0-py3-none-any.whl", "w") as wheel:
        known = "Metadata-Version: 2.1\nName: ours-whole\nVersion: 1.0\nRequires-Dist: ours-pure>=1,<2\n"
        wheel.writestr("ours_whole-1.0.dist-info/METADATA", known)
        wheel.writestr("ours_whole-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("ours_whole-1.0.dist-info/RECORD", "")
    return folder / "index"


@TAKES_LONG
def test_packages_that_come_as_source_alone_are_sent_too(gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As acvl-utils, which nnU-Net needs. One that has to be compiled is refused in a sentence."""
    index = index_of_sources(tmp_path)
    listed = tmp_path / "requirements.txt"
    listed.write_text("ours-whole\n")
    monkeypatch.setattr(remote, "resource", lambda _: listed)
    there = Remote(replace(gpu_box, python=""), asks=False)
    said: list[str] = []
    there.install(said.append, ["--no-index", f"--find-links={index}"], offline=True)
    assert sorted(path.name.partition("-")[0] for path in (Path(there.folder()) / "wheels").iterdir()) == ["ours_pure", "ours_whole"]
    assert any(line.startswith("Successfully installed ours-pure-1.0 ours-whole-1.0") for line in said), said
    listed.write_text("ours-compiled==1.0\n")
    with pytest.raises(CrossModaError, match=r"ours-compiled==1\.0 has to be compiled on gpu-box"):
        there.install(said.append, ["--no-index", f"--find-links={index}"], offline=True)
    listed.write_text("ours-unknown\n")
    with pytest.raises(CrossModaError, match=r"ours-unknown for gpu-box could not be made here"):
        there.install(said.append, ["--no-index", f"--find-links={index}"], offline=True)


def index_of_stubs(folder: Path) -> Path:
    """A tiny index: a wheel with nothing in it of each package that we need, in a version that we take."""
    folder.mkdir()
    for one in remote._requirements():
        version = next(version for version in (*(part.version for part in one.specifier), "1.0") if one.specifier.contains(version))
        name = one.name.replace("-", "_")
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {one.name}\nVersion: {version}\n")
            wheel.writestr(f"{name}-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{name}-{version}.dist-info/RECORD", "")
    return folder


def test_install_from_end_to_end(gpu_box: KnownPlace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command as a user gives it: it makes the environment there and fills it; with it the place is fit, and is not before."""
    add_place(replace(gpu_box, python=str(bare_python(tmp_path / "bare"))), overwrite=True)
    assert cli.main(["place", "check", "gpu-box"]) == 1 and "run `place install gpu-box`" in capsys.readouterr().out
    add_place(replace(gpu_box, python=""), overwrite=True)
    index = index_of_stubs(tmp_path / "an index")
    words = ["place", "install", "gpu-box", "--pip=--no-index", f"--pip=--find-links={index}"]
    assert cli.main(words) == 0, capsys.readouterr().err
    said = capsys.readouterr()
    assert "gpu-box has our packages." in said.out and "Successfully installed" in said.err
    assert cli.main(["place", "check", "gpu-box"]) == 0
    listed = capsys.readouterr().out
    assert "all there" in listed and f"{Remote(gpu_box, asks=False).folder()}/environment/bin/python" in listed, listed
    next(index.glob("torch-*.whl")).unlink()
    assert cli.main([*words, "--pip=--force-reinstall"]) != 0 and "torch" in capsys.readouterr().err
    assert cli.main(["place", "check", "gpu-box"]) == 0


def skip_without_index(folder: Path) -> None:
    """Whether this computer reaches a package index: pip itself is asked, for something small."""
    trial = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary=:all:", "--dest", str(folder / "trial"), "acvl_utils"]
    tried = subprocess.run([*trial, "--timeout=5", "--retries=0"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"no package index can be reached: {tried.stderr.strip().splitlines()[-1]}")


@pytest.mark.parametrize(
    "options", [["-i", "https://mirror/simple"], ["--find-links", "wheels"], ["--pre", "torch==2.13.0", "--index-url", "mirror"]]
)
def test_an_option_of_pip_and_its_value_are_given_as_one(
    options: list[str], gpu_box: KnownPlace, capsys: pytest.CaptureFixture[str]
) -> None:
    """Apart, the value would be taken for a package, or be lost where a package is made here."""
    add_place(replace(gpu_box, python="", ssh="nowhere.invalid"), overwrite=True)
    assert cli.main(["place", "install", "gpu-box", *(f"--pip={one}" for one in options)]) == 2
    given = options[-2] if options[-2].startswith("--") else "--index-url"
    assert f"give an option and its value as one, as --pip={given}={options[-1]}." in capsys.readouterr().err
    places.refuse_split(["--no-index", "--index-url=https://mirror/simple", "torch==2.13.0", "--pre", "numpy"])


@TAKES_LONG
@pytest.mark.parametrize("has_internet", [True, False])
def test_install_of_the_real_packages(
    has_internet: bool, gpu_box: KnownPlace, tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the package index that pip knows, there or here; PyTorch without CUDA, a tenth of its size. It then trains to the end there."""
    pinned = next(line for line in (ROOT / "Scripts" / "requirements.txt").read_text().splitlines() if line.startswith("torch=="))
    asked = ["--extra-index-url=https://download.pytorch.org/whl/cpu", "--retries=0", pinned]
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    with another_server(tmp_path / "sshd", {} if has_internet else nowhere) as server:
        add_place(replace(gpu_box, python="", ssh_config=str(server.config)), overwrite=True)
        status = cli.main(["place", "install", "gpu-box", *(f"--pip={one}" for one in asked)])
        said = capsys.readouterr().err
        if status:
            skip_without_index(tmp_path)
        assert status == 0, said[-2000:]
        assert ("they are sent from here" in said) is not has_internet
        assert cli.main(["place", "check", "gpu-box"]) == 0
        listed = capsys.readouterr().out
        assert "all there" in listed and "NO " not in listed
        words = ["run", "--crossmoda", str(tiny_cohort), "-o", str(tmp_path / "E"), "--preset", "smoke", "--device", "cpu"]
        assert cli.main([*words, *(f"--set={key}={value}" for key, value in TINY.items()), "--on", "gpu-box"]) == 0, capsys.readouterr().err
        python = Path(gpu_box.folder) / "environment" / "bin" / "python"
        assert str(python) in listed and (tmp_path / "E" / "evaluation" / "table.md").is_file()


@TAKES_LONG
def test_nnunets_own_parts_can_be_sent(gpu_box: KnownPlace, tmp_path: Path) -> None:
    """The real ones, from the real index, for another Python than this one; PyTorch has wheels and is left out, as it is large."""
    ours = [line for line in (ROOT / "Scripts" / "requirements.txt").read_text().splitlines() if line.startswith(NNUNETS)]
    (listed := tmp_path / "requirements.txt").write_text("\n".join(ours))
    skip_without_index(tmp_path)
    target = ["--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64"]
    Remote(gpu_box)._download(tmp_path, ["--requirement", str(listed), *target], print, ["--no-deps"])
    assert len(list(tmp_path.glob("*-py3-none-any.whl"))) == len(NNUNETS)
