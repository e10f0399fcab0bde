"""The Python lines of README.md and docs/ run as they are written: with an installed library outside Slicer, and inside.

A page's ```python blocks run one after another, as one would type them, in a folder with the files that the pages speak of, and with
the nodes ``volumeNode`` and ``otherVolumeNode``. A block may train: ``__name__`` is ``"__main__"``, as in a script.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.images.volumes import read_volume
from CrossMoDAUDALib.slicer_nodes import mrml
from documents import pages
from installed_library import run, succeeded

BLOCKS = {page.name: [body for language, body in page.blocks if language == "python"] for page in pages()}
WITH_PYTHON = [name for name, blocks in BLOCKS.items() if blocks]

# What the pages take for granted: a reader's nodes.
OUTSIDE = """
import json, sys
from pathlib import Path

if __name__ == "__main__":
    from CrossMoDAUDALib.images.volumes import read_volume
    from CrossMoDAUDALib.slicer_nodes import mrml

    names = {
        name: mrml.volume_node(read_volume(Path(file)), name)
        for name, file in (("volumeNode", "scan_hrT2.nii.gz"), ("otherVolumeNode", "scan_ceT1.nii.gz"))
    }
    names["__name__"] = "__main__"
    page, *blocks = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for number, block in enumerate(blocks, 1):
        exec(compile(block, f"{page}, Python block {number}", "exec"), names)
    if "segmentation" in names:
        print(names["segmentation"].GetClassName(), names["segmentation"].GetSegmentation().GetNumberOfSegments())
"""


def test_readers_are_shown_python() -> None:
    assert "README.md" in WITH_PYTHON


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_PYTHON)
def test_outside_slicer(page: str, environment: Callable[[str], Path], readers_folder: Path, tmp_path: Path) -> None:
    script, blocks = tmp_path / "as_typed.py", tmp_path / "blocks.json"
    script.write_text(OUTSIDE, encoding="utf-8")
    blocks.write_text(json.dumps([page, *BLOCKS[page]]), encoding="utf-8")
    said = succeeded(run(environment("full") / "python", "-P", script, blocks, cwd=readers_folder))
    assert (readers_folder / "TRAINED" / "iteration_0" / "model").is_dir() == ("TRAINED" in "".join(BLOCKS[page]))
    if "segmentation = " in "".join(BLOCKS[page]):
        assert said.splitlines()[-1] == "vtkMRMLSegmentationNode 2"


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_PYTHON)
def test_inside_slicer(page: str, host: Any, readers_folder: Path) -> None:
    import slicer

    names: dict[str, Any] = {"__name__": "__main__"} | {
        name: mrml.volume_node(read_volume(readers_folder / file), name)
        for name, file in (("volumeNode", "scan_hrT2.nii.gz"), ("otherVolumeNode", "scan_ceT1.nii.gz"))
    }
    for number, block in enumerate(BLOCKS[page], 1):
        exec(compile(block, f"{page}, Python block {number}", "exec"), names)
    if "segmentation" in names:
        assert names["segmentation"].GetScene() is slicer.mrmlScene
        assert names["segmentation"].GetSegmentation().GetNumberOfSegments() == 2
