"""Measure the project beside a reference, in one run: time, memory, agreement; a table in Markdown and JSON.

    python3 Scripts/benchmark.py [MEASUREMENT ...] [--device auto|cpu|cuda|cuda:N] [-o DIR] [--repeats N] [--quick]

Needs Python 3.11 or newer and, the first time, the network; everything else it sets up itself. The exit status is 1 when a
bound that the table states does not hold. Each measurement is a file in Scripts/benchmarks.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path

import _environment

# In the order in which they run; those that take long run only when they are named.
MEASUREMENTS = {
    "step": "a training step of CycleGAN against a textbook's",
    "translators": "a training step of the other translators against a textbook's",
    "data": "slices delivered against slices consumed",
    "translate": "a volume against a loop over its slices",
    "segmenter": "a training step and a patch of nnU-Net on the CPU against nnU-Net as it comes",
    "segment": "a scan against nnUNetv2_predict",
    "iteration": "preparing a self-training iteration against preparing its data anew",
    "startup": "the command line's first answer against importing PyTorch",
    "memory": "growth of a process over many steps and scans",
    "check": "the check of a cohort of full-sized scans against reading them twice (minutes, and some GB of disk)",
    "fidelity": "translations in either precision against the truth (a quarter of an hour)",
    "scores": "scores of nnU-Net trained in either precision (half an hour)",
    "quality": "scores of the sample cohort in either precision (hours)",
}
LONG = ("check", "fidelity", "scores", "quality")
REPEATS, QUICK_REPEATS = 7, 2


class Parser(argparse.ArgumentParser):
    """Complains in one sentence."""

    def error(self, message):
        refuse(f"{message[:1].upper()}{message[1:]}; see benchmark.py --help.")


def main(arguments):
    options = parse(arguments)
    _environment.enter("requirements.txt")
    sys.path.insert(0, str(_environment.ROOT / "CrossMoDAUDA"))
    from CrossMoDAUDALib.commands.cli import SPIN_COUNT

    os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)  # as the command line does, for all that is measured, references too
    from benchmarks import machine, measuring, report, schedule
    from CrossMoDAUDALib.compute import devices
    from CrossMoDAUDALib.core.errors import CrossModaError
    from CrossMoDAUDALib.core.settings import Settings, parse_assignments, with_values

    try:
        with_values(Settings(), parse_assignments(options.assignments))
        device = devices.resolve(options.device)
        if device.type == "mps":  # whose work cannot be waited for and whose memory cannot be asked for as here
            device = devices.resolve("cpu")
            print("Apple's GPU is not measured; this is the CPU.", flush=True)
        options.output.mkdir(parents=True, exist_ok=True)
        bench = measuring.Bench(
            device,
            options.output.absolute(),
            options.repeats or (QUICK_REPEATS if options.quick else REPEATS),
            options.quick,
            options.paper,
            tuple(options.assignments),
            options.slices_per_volume,
            options.scan,
            options.model,
            options.scans,
        )
        described, groups, failures = machine.describe(device), {}, []
        for name in options.measurements:
            measuring.say(f"== {name}: {MEASUREMENTS[name]}")
            try:
                groups[name] = importlib.import_module(f"benchmarks.{name}").measure(bench)
            except Exception as error:  # one that cannot be measured here does not take the others with it
                failures.append(f"{name} could not be measured: {type(error).__name__}: {error}")
            print("\n".join(report.table(groups.get(name, []))), flush=True)
            if name == "step" and name in groups and (bench.on_gpu or bench.paper) and not bench.quick:
                try:
                    groups["schedule"] = schedule.measure(bench)
                except Exception as error:
                    failures.append(f"the paper's schedule could not be estimated: {type(error).__name__}: {error}")
                print("\n".join(report.table(groups.get("schedule", []))), flush=True)
            report.write(bench.output, groups, described, bench.quick, arguments)
    except CrossModaError as error:
        print(f"benchmark.py: {error}", file=sys.stderr)
        return error.exit_status
    except OSError as error:
        print(f"benchmark.py: {error.filename or options.output} could not be used ({error.strerror}); choose -o.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbenchmark.py: stopped; what was measured is written.", file=sys.stderr)
        return 130
    failures += report.broken([row for rows in groups.values() for row in rows])
    print(f"\nWritten: {bench.output / 'benchmark.md'} and benchmark.json")
    for failure in failures:
        print(f"benchmark.py: {failure}", file=sys.stderr)
    return 1 if failures else 0


def parse(arguments):
    listed = "\n".join(f"  {name:11} {text}" for name, text in MEASUREMENTS.items())
    parser = Parser(
        prog="benchmark.py",
        description=f"Measure the project beside a reference. Measurements:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("measurements", nargs="*", metavar="MEASUREMENT", help=f"which (default: all but {', '.join(LONG)})")
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda|cuda:N", help="where networks run (default: %(default)s)")
    parser.add_argument("-o", "--output", type=Path, default=Path("benchmark_output"), metavar="DIR", help="(default: %(default)s)")
    parser.add_argument("--repeats", type=int, metavar="N", help=f"pairs of runs (default: {REPEATS}, quick: {QUICK_REPEATS})")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works; times are not judged")
    parser.add_argument("--paper", action="store_true", help="on the CPU too, a step at the paper's size (slow)")
    parser.add_argument("--slices-per-volume", type=int, default=120, metavar="N", help="for the schedule (default: %(default)s)")
    parser.add_argument("--scan", type=Path, metavar="FILE", help="segment: a scan of yours instead of a synthetic one, with --model")
    parser.add_argument("--model", type=Path, metavar="EXPERIMENT", help="segment: an experiment of yours that has its training output")
    parser.add_argument("--scans", type=int, default=200, metavar="N", help="check: how many scans (default: %(default)s)")
    text = "quality: a setting; may be repeated"
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="assignments", help=text)
    options = parser.parse_args(arguments)
    for name in options.measurements:
        if name not in MEASUREMENTS:
            refuse(f"There is no measurement '{name}'; choose from {', '.join(MEASUREMENTS)}.")
    if options.repeats is not None and options.repeats < 1:
        refuse(f"--repeats {options.repeats} is too few; give 1 or more.")
    if options.slices_per_volume < 1:
        refuse(f"--slices-per-volume {options.slices_per_volume} is too few; give 1 or more.")
    if options.scans < 2:
        refuse(f"--scans {options.scans} is too few; give 2 or more.")
    if options.output.exists() and not options.output.is_dir():
        refuse(f"{options.output} is a file; name a folder with -o.")
    if (options.scan is None) != (options.model is None):
        refuse("--scan and --model belong together; give both or neither.")
    if options.scan is not None and not options.scan.is_file():
        refuse(f"{options.scan} is not a file; give the scan itself.")
    chosen = options.measurements or [name for name in MEASUREMENTS if name not in LONG]
    options.measurements = [name for name in MEASUREMENTS if name in chosen]
    return options


def refuse(sentence):
    print(f"benchmark.py: {sentence}", file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
