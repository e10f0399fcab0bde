"""How soon the command line answers, and that it does not import PyTorch for what needs none."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from . import measuring
from .measuring import LAUNCHER, Bench, Row

MOST_SECONDS = {"--help": 0.3, "status": 1.0}


def measure(bench: Bench) -> list[Row]:
    """``--help`` and ``status`` against importing PyTorch."""
    rows = []
    repeats = 1 if bench.quick else min(bench.repeats, 5)
    with tempfile.TemporaryDirectory(prefix="crossmoda_benchmark_") as name:
        experiment = _recorded(Path(name) / "experiment")
        for what, arguments in {"--help": ("--help",), "status": ("status", experiment)}.items():
            command = measuring.command_line(*arguments)
            contenders = {
                "ours": lambda command=command: measuring.run(command),
                "reference": lambda: measuring.run([sys.executable, "-c", "import torch"]),
            }
            times = measuring.interleaved(contenders, repeats)
            imported = imports_torch(command[1:])
            row = measuring.compared(f"crossmoda_uda.py {what}", times["ours"], times["reference"], note="against 'import torch' alone")
            limit = MOST_SECONDS[what]
            row.demand(row.ours, "seconds", at_most=limit, judged=not bench.quick)
            also = "PyTorch not imported"
            row.bound = also if bench.quick else f"{row.bound}, {also}"
            row.holds = row.holds is not False and not imported
            rows.append(row)
    return rows


def imports_torch(arguments: list[str]) -> bool:
    """Whether a run of a script imports PyTorch."""
    code = "import runpy, sys\nsys.argv = sys.argv[1:]\ntry:\n    runpy.run_path(sys.argv[0], run_name='__main__')\n"
    code += "except SystemExit:\n    pass\nprint('torch' in sys.modules)"
    return measuring.run([sys.executable, "-c", code, *arguments]).splitlines()[-1] == "True"


def _recorded(folder: Path) -> Path:
    """An experiment that has been started, of scans that nobody will read."""
    from CrossMoDAUDALib.cohort.finding import Case, Cohort
    from CrossMoDAUDALib.core.settings import Settings
    from CrossMoDAUDALib.experiment.folder import Experiment

    scans = [(LAUNCHER.parent / f"case_{number}.nii.gz").absolute() for number in range(4)]
    source = tuple(Case(f"s{number}", scan, scan) for number, scan in enumerate(scans))
    target = tuple(Case(f"t{number}", scan, None) for number, scan in enumerate(scans))
    Experiment.create(folder, Settings(), Cohort(source, target), {})
    return folder
