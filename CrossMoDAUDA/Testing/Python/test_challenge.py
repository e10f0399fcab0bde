"""``challenge``, what a container runs: all scans of a folder, by the challenge's names, and nothing written anywhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from command_line import LAUNCHER, assert_same_grid, contents, sentence
from CrossMoDAUDALib.commands import challenge, cli
from CrossMoDAUDALib.images.volumes import read_label_map, read_volume
from CrossMoDAUDALib.segmentation.predictor import Segmenter

# A container's walls, as far as the system lets a test build them: no network, a disk that cannot be written but for some
# folders, and a user whom the system does not know. It may read everything, since a test's Python may lie in a private folder.
WALLS = r"""
mount --make-rprivate /
while [ "$1" != -- ]; do mount --bind "$1" "$1"; shift; done
shift
mount -o remount,bind,ro /
exec setpriv --reuid=12345 --regid=12345 --clear-groups --bounding-set=-all,+dac_read_search \
  --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search "$@"
"""


def walled_in(words: list[str], *writable: Path) -> list[str]:
    """The command within those walls; the command itself where they cannot be built, so that rights of folders are all there is."""
    walls = ["unshare", "--mount", "--net", "sh", "-ec", WALLS, "sh", *map(str, writable), "--"]
    tried = shutil.which("setpriv") and shutil.which("unshare") and subprocess.run([*walls, "true"], capture_output=True)
    return [*walls, *words] if tried and tried.returncode == 0 else words


@pytest.fixture(scope="module")
def package(tiny_experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package ü") / "MODEL.zip"
    assert cli.main(["package", str(tiny_experiment), "-o", str(path)]) == 0
    return path


@pytest.fixture
def scan(tiny_cohort: Path) -> Path:
    return next((tiny_cohort / "validation").glob("*_hrT2.nii.gz"))


def run_here(folder: Path, *words: str | Path) -> int:
    """The command in this process, with ``in`` and ``out`` in a folder."""
    return cli.main(["challenge", "--input", str(folder / "in"), "--output", str(folder / "out"), *map(str, words)])


@pytest.mark.parametrize(
    ("scan", "label_map"),
    [
        ("crossmoda_242_hrT2.nii.gz", "crossmoda_242_Label.nii.gz"),  # 2021
        ("crossmoda2022_etz_7_hrT2.nii.gz", "crossmoda2022_etz_7_Label.nii.gz"),
        ("crossmoda2023_ukm_7_T2.nii.gz", "crossmoda2023_ukm_7.nii.gz"),
        ("knee.mha", "knee_Label.nii.gz"),
        ("a_hrT2_T2.nii", "a_hrT2.nii.gz"),
        ("_T2.nii.gz", "_T2_Label.nii.gz"),
        ("_hrT2.nii.gz", "_hrT2_Label.nii.gz"),
    ],
)
def test_names_are_those_of_the_challenges_own_containers(scan: str, label_map: str) -> None:
    assert challenge.label_map_name(Path(scan)) == label_map


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="containers run Linux")
def test_every_scan_that_can_be_read_and_nothing_written_elsewhere(
    package: Path, tiny_experiment: Path, scan: Path, tmp_path: Path
) -> None:
    inside, out, temporary, here = (tmp_path / name for name in ("in ü", "out ü", "tmp", "here"))
    for folder in (inside, out, temporary, here):
        folder.mkdir()
    for name in ("a_hrT2.nii.gz", "b_T2.nii.gz"):
        shutil.copy(scan, inside / name)
    sitk.WriteImage(sitk.ReadImage(str(scan)), str(inside / "c.nrrd"))
    (inside / "broken_hrT2.nii.gz").write_text("These are not voxels.")
    (inside / "lost_hrT2.nii.gz").symlink_to(tmp_path / "nowhere")
    (inside / "notes.txt").write_text("of the scanner")
    shutil.copy(scan, inside / "a_Label.nii.gz")  # not a scan
    (out / "a_Label.nii.gz").write_text("of an earlier run")
    for folder in (inside, here):
        folder.chmod(0o555)
    for folder in (out, temporary):
        folder.chmod(0o777)
    (out / "a_Label.nii.gz").chmod(0o666)
    before = {place: contents(place) for place in (inside, here, package.parent, tiny_experiment)}

    words = [sys.executable, str(LAUNCHER), "challenge", "--model", str(package), "--input", str(inside), "--output", str(out)]
    variables = {"PATH": os.environ["PATH"], "TMPDIR": str(temporary), "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    command = walled_in(words, out, temporary)
    result = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, cwd=here, env=variables)

    assert result.returncode == 1, result.stderr
    assert sorted(path.name for path in out.iterdir()) == ["a_Label.nii.gz", "b.nii.gz", "c_Label.nii.gz"]
    assert sorted(result.stdout.splitlines()) == [str(path) for path in sorted(out.iterdir())]
    said = [line for line in result.stderr.splitlines() if line.startswith("crossmoda_uda: ") and ": warning: " not in line]
    assert [name for name in ("broken_hrT2", "lost_hrT2") if any(name in line for line in said)] == ["broken_hrT2", "lost_hrT2"]
    assert len(said) == 2
    assert "no GPU that PyTorch can use" in result.stderr and "Traceback" not in result.stderr
    assert list(temporary.iterdir()) == []
    assert {place: contents(place) for place in before} == before
    own = Segmenter.load(tiny_experiment, "cpu").segment(read_volume(scan))
    for label_map in out.iterdir():
        assert_same_grid(label_map, scan)
        np.testing.assert_array_equal(read_label_map(label_map).array, own.array)
        assert len(command) == len(words) or label_map.stat().st_uid == 12345


@pytest.mark.slow
def test_grand_challenges_folders(
    package: Path, scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slot = tmp_path / "in" / "images" / "t2-mri"
    slot.mkdir(parents=True)
    (tmp_path / "in" / "inputs.json").write_text("[]")
    sitk.WriteImage(sitk.ReadImage(str(scan)), str(slot / "3f6c.mha"))
    assert run_here(tmp_path, "--model", package) == 2
    assert "--grand-challenge" in capsys.readouterr().err
    monkeypatch.setenv(challenge.SOCKET_VARIABLE, "vs-segmentation")
    variables = dict(os.environ)
    assert run_here(tmp_path, "--model", package, "--device", "cpu") == 0
    assert dict(os.environ) == variables
    assert list(contents(tmp_path / "out")) == ["images", "images/vs-segmentation", "images/vs-segmentation/3f6c.mha"]
    assert_same_grid(tmp_path / "out" / "images" / "vs-segmentation" / "3f6c.mha", scan)
    assert "Segmenting on cpu." in capsys.readouterr().err


def test_what_is_refused_before_any_work(scan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inside, out, none = tmp_path / "in", tmp_path / "out", tmp_path / "no model"

    def refusal(*words: str | Path) -> str:
        before = contents(inside)
        assert run_here(tmp_path, "--model", none, *words) == 2
        assert contents(inside) == before and not (out.exists() and any(out.iterdir()))
        (line,) = capsys.readouterr().err.splitlines()
        return line

    assert f"{inside} is no folder" in refusal()
    inside.mkdir()
    (inside / "a_Label.nii.gz").write_text("a label map is no scan")
    assert f"{inside} holds no scans" in refusal()
    first, second = inside / "a_hrT2.nii.gz", inside / "a.nii.gz"
    for path in (first, second):
        shutil.copy(scan, path)
    assert all(str(path) in (line := refusal()) for path in (first, second)) and "would both become a_Label.nii.gz" in line
    second.unlink()
    assert "is no socket's slug" in refusal("--grand-challenge", "../elsewhere")
    assert f"{inside / 'images'} holds no folder with scans" in refusal("--grand-challenge", "vs")
    (inside / "a_T2.nii.gz").write_bytes(scan.read_bytes())
    assert "'gpu'" in refusal("--device", "gpu")
    assert f"{none} does not exist" in refusal()
    second.write_bytes(scan.read_bytes())
    first.unlink()
    # a_T2 becomes a, which is a scan here.
    assert f"{second} is an input and would be overwritten" in refusal("--output", inside)


# What libraries say when they are asked where they keep things.
ASK = """
import sys, tempfile
from pathlib import Path
from CrossMoDAUDALib.commands.challenge import caches_in_temporary_folder
with caches_in_temporary_folder():
    import matplotlib, platformdirs, torch
    from torch._inductor.runtime.cache_dir_utils import cache_dir, triton_cache_dir
    asked = matplotlib.get_cachedir(), matplotlib.get_configdir(), torch.hub.get_dir(), cache_dir(), triton_cache_dir(0)
    asked = {Path(each) for each in (*asked, platformdirs.user_cache_dir(), platformdirs.user_data_dir(), Path.home())}
    (folder,) = Path(tempfile.gettempdir()).iterdir()
    print([str(each) for each in asked if not each.is_relative_to(folder)], len(asked) > 5)
print(list(Path(tempfile.gettempdir()).iterdir()))
"""


@pytest.mark.skipif(os.name == "nt", reason="containers run Linux")
def test_libraries_keep_nothing_elsewhere(tmp_path: Path) -> None:
    variables = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "PYTHONPATH": str(LAUNCHER.parents[1] / "CrossMoDAUDA")}
    asked = subprocess.run([sys.executable, "-c", ASK], capture_output=True, encoding="utf-8", cwd="/", env=variables)
    assert asked.stdout.splitlines() == ["[] True", "[]"], asked.stdout + asked.stderr


def test_an_output_that_cannot_be_written(mount_disk: Callable[[str], Path], scan: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(scan, tmp_path / "in")
    disk = mount_disk("ro")
    words = [sys.executable, str(LAUNCHER), "challenge", "--model", "m", "--input", str(tmp_path / "in"), "--output", str(disk)]
    assert f"{disk} cannot be written" in sentence(subprocess.run(words, capture_output=True, encoding="utf-8"))
