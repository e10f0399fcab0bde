"""The image itself, where Docker or Podman and its base can be had: built from the folder, and run shut in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import assert_same_grid, contents
from CrossMoDAUDALib.commands import cli

# What engines say where the system lets them run nothing.
CANNOT_RUN = re.compile(r"cgroup|creating container|unshare|operation not permitted", re.IGNORECASE)
SECONDS_TO_PULL, SECONDS_TO_BUILD = 60, 2400 if "CROSSMODA_LONG" in os.environ else 240
# What package installers say where there is no network.
NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|\(from versions: none\)|Could not resolve"
)


def said(*words: str | Path, seconds: float = 300) -> subprocess.CompletedProcess[str]:
    command = list(map(str, words))
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        return subprocess.run(command, **output, encoding="utf-8", errors="replace", timeout=seconds)  # type: ignore[call-overload,no-any-return]
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, f"no answer within {seconds} seconds")


@pytest.fixture
def engine() -> str:
    """The program that builds and runs images."""
    for name in ("docker", "podman"):
        if shutil.which(name) and said(name, "info", seconds=60).returncode == 0:
            return name
    pytest.skip("neither Docker nor Podman answers here")


@pytest.mark.slow
def test_the_image_is_built_and_segments_shut_in(engine: str, tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    context, inside, out = tmp_path / "context", tmp_path / "in", tmp_path / "out"
    assert cli.main(["container", str(tiny_experiment), "-o", str(context)]) == 0
    named = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", (context / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    if said(engine, "image", "inspect", named[1]).returncode:
        pulled = said(engine, "pull", named[1], seconds=SECONDS_TO_PULL)
        if pulled.returncode:
            pytest.skip(f"{named[1]} cannot be had: {pulled.stdout.strip()[-200:]}")
    tag = f"crossmoda-uda-test-{tmp_path.name.lower()}"
    built = said(engine, "build", "-t", tag, "--build-arg", "TORCH=cpu", context, seconds=SECONDS_TO_BUILD)
    if built.returncode and NO_NETWORK.search(built.stdout):
        pytest.skip(f"the image's packages cannot be downloaded here: {built.stdout.strip()[-300:]}")
    if built.returncode == 124 or CANNOT_RUN.search(built.stdout):
        pytest.skip(f"no container runs here in time: {built.stdout.strip()[-300:]}")
    assert built.returncode == 0, built.stdout[-4000:]
    try:
        inside.mkdir()
        out.mkdir()
        out.chmod(0o777)
        scan = next((tiny_cohort / "validation").glob("*_hrT2.nii.gz"))
        shutil.copy(scan, inside / "a_hrT2.nii.gz")
        (inside / "broken_T2.nii.gz").write_text("These are not voxels.")
        walls = ["--network", "none", "--read-only", "--tmpfs", "/tmp:size=64m,mode=1777", "--user", "12345:12345"]
        ran = said(engine, "run", "--rm", *walls, "-v", f"{inside}:/input:ro", "-v", f"{out}:/output", tag)
        assert ran.returncode == 1 and "/input/broken_T2.nii.gz" in ran.stdout and "Traceback" not in ran.stdout, ran.stdout
        assert list(contents(out)) == ["a_Label.nii.gz"]
        assert_same_grid(out / "a_Label.nii.gz", scan)
        refused = said(engine, "run", "--rm", tag)
        assert refused.returncode == 2 and "/input holds no scans" in refused.stdout, refused.stdout
    finally:
        said(engine, "rmi", "-f", tag)
