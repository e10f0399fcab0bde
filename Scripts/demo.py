"""See the method work from nothing: a synthetic cohort, adaptation on it, the scores, a segmentation and a picture.

    python3 Scripts/demo.py [-o DIR] [--device auto|cuda|cuda:N|mps|cpu]

Needs Python 3.11 or newer and, the first time, the network; everything else it sets up itself. It runs the same command
line that you would, and shows it. Stopped anywhere, it goes on where it was when it is started again.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import _environment

LAUNCHER = _environment.FOLDER / "crossmoda_uda.py"
PICTURE = "demo.png"
OWN_SCANS = [
    *("--source-images", "SOURCE/images", "--source-labels", "SOURCE/labels", "--target-images", "TARGET/images"),
    *("--set", "labels=NAME:1", "--preset", "laptop", "-o", "EXPERIMENT"),
]


def main(arguments):
    options = parse(arguments)
    if options.output.exists() and not options.output.is_dir():
        print(f"demo.py: {options.output} is a file; name a folder with -o.", file=sys.stderr)
        return 2
    _environment.enter("requirements.txt")
    sys.path.insert(0, str(_environment.ROOT / "CrossMoDAUDA"))
    folder = options.output.absolute()
    cohort, experiment, results = folder / "cohort", folder / "experiment", folder / "segmentation"
    try:
        from CrossMoDAUDALib.cohort.phantom import SAMPLE_COHORT

        heading("A synthetic cohort")
        make_cohort(cohort, **SAMPLE_COHORT)
        heading("Adaptation: source only, without and with self-training (5 to 15 minutes on 2 cores)")
        status = run(adapt_command(cohort, experiment, options.device))
        if status:
            return status
        heading("One scan, segmented with the result")
        scan = evaluation_scan(cohort)
        status = segment(experiment, scan, results, options.device)
        if status:
            return status
        draw(cohort, experiment, scan, results, folder / PICTURE)
        print(conclusion(folder, results, scan, where_tumours_are(cohort, experiment, SAMPLE_COHORT["seed"])))
    except KeyboardInterrupt:
        print("\ndemo.py: stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    except OSError as error:
        place = error.filename or folder
        print(f"demo.py: {place} could not be written ({error.strerror}); free some space or choose -o.", file=sys.stderr)
        return 1
    return 0


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="demo.py",
        description="Adapt a segmenter from synthetic ceT1 to hrT2 and show what came out. Not for clinical use.",
    )
    folder = Path("demo_output")
    parser.add_argument("-o", "--output", type=Path, default=folder, metavar="DIR", help="where it all goes (default: %(default)s)")
    parser.add_argument("--device", default="auto", metavar="auto|cuda|cuda:N|mps|cpu", help="where networks run (default: %(default)s)")
    return parser.parse_args(arguments)


def make_cohort(folder, **cohort):
    """Write the scans, unless they are there; the folder gets its name when it is whole."""
    from CrossMoDAUDALib.cohort import phantom

    if not folder.is_dir():
        partial = folder.with_name(folder.name + ".partial")
        phantom.write_cohort(partial, **cohort)
        partial.rename(folder)
    source, target, evaluation = (cohort[name] for name in ("source_cases", "target_cases", "evaluation_cases"))
    print(f"{source} ceT1 with labels, {target} hrT2 without, and {evaluation} hrT2 with labels for scoring only,")
    print(f"all of different patients, in {folder}")


def adapt_command(cohort, experiment, device):
    """The command line's arguments that adapt."""
    return ["run", "--crossmoda", str(cohort), "-o", str(experiment), "--preset", "sample", "--device", device]


def evaluation_scan(cohort):
    return sorted((cohort / "validation").glob("*_hrT2.nii.gz"))[0]


def segment(experiment, scan, results, device):
    """Run the command that segments, unless its results are newer than the model; the exit status."""
    from CrossMoDAUDALib.images.volumes import file_stem

    written = results / f"{file_stem(scan)}.seg.nrrd"
    trained = max(path.stat().st_mtime for path in experiment.glob("iteration_*/model/model.json"))
    if written.is_file() and written.stat().st_mtime > trained:
        print(f"{written} is there already.")
        return 0
    return run(["segment", str(experiment), str(scan), "-o", str(results), "--overwrite", "--device", device])


def draw(cohort, experiment, scan, results, path):
    """Write the picture: a labelled source scan, its translation, the segmented target scan with its reference."""
    from CrossMoDAUDALib.cohort.finding import find_crossmoda
    from CrossMoDAUDALib.core.files import replacing
    from CrossMoDAUDALib.core.settings import Settings
    from CrossMoDAUDALib.images import pictures
    from CrossMoDAUDALib.images.volumes import file_stem, read_label_map, read_volume

    found = find_crossmoda(cohort)
    source = found.source[0]
    target = next(case for case in found.evaluation if case.image.name == scan.name)
    label = read_label_map(source.label)
    segmentation = read_label_map(results / f"{file_stem(scan)}_Label.nii.gz")
    pseudo_target = read_volume(experiment / "pseudo_target" / f"{source.id}.nii.gz")
    panels = [
        pictures.Panel("ceT1", "a labelled source scan", read_volume(source.image), reference=label),
        pictures.Panel("pseudo-hrT2", "the same scan, translated", pseudo_target, reference=label),
        pictures.Panel("hrT2", "another patient, segmented", read_volume(scan), segmentation, read_label_map(target.label)),
    ]
    with replacing(path) as partial:
        pictures.side_by_side(panels, Settings().labels).save(partial)


def where_tumours_are(cohort, experiment, seed):
    """Whether the last iteration found tumour where there can be none, in words."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.cohort.finding import find_crossmoda
    from CrossMoDAUDALib.cohort.phantom_anatomy import tumour_outside_fossa
    from CrossMoDAUDALib.images.volumes import read_label_map

    predicted = max(experiment.glob("iteration_*/evaluation"), key=lambda folder: int(folder.parent.name.rpartition("_")[2]))
    wrong = []
    for case in find_crossmoda(cohort).evaluation:
        patient = seed * phantom.PATIENTS + int(case.id.rpartition("_")[2])
        if voxels := tumour_outside_fossa(patient, read_label_map(predicted / f"{case.id}.nii.gz")):
            wrong.append(f"{voxels} voxels in {case.id}")
    if wrong:
        return f"outside the posterior fossa, where none can be: {', '.join(wrong)}"
    return "none outside the posterior fossa in any of the scans for scoring"


def conclusion(folder, results, scan, tumours):
    from CrossMoDAUDALib.images.volumes import file_stem

    segmentation = results / f"{file_stem(scan)}.seg.nrrd"
    return f"""
== What there is now
Picture        {folder / PICTURE}
Segmentation   {segmentation}
Scores         {folder / "experiment" / "evaluation" / "table.md"}
Tumour         {tumours}
Everything     {folder / "experiment"}

== What to do next
Look at it in 3D Slicer: drag these two files into its window.
    {scan}
    {segmentation}
Run it on your own scans: folders of images and of labels with the same names, in about 75 minutes without a GPU:
    {shown([str(LAUNCHER), "run", *OWN_SCANS])}
The scans are drawn, not acquired, and the networks tiny: these scores say nothing about patients. Not for clinical use."""


def heading(text):
    print(f"\n== {text}", flush=True)


def shown(command):
    """A command as it would be typed; the interpreter by its name."""
    return " ".join(["python", *(f'"{part}"' if " " in part else part for part in command)])


def run(arguments):
    """Show and run the command line and return its exit status."""
    command = [str(LAUNCHER), *arguments]
    print(f"$ {shown(command)}", flush=True)
    with subprocess.Popen([sys.executable, *command]) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            stop(process)
            raise


def stop(process):
    """Ctrl+C has reached the process too; it is given the time to end by itself."""
    deadline = time.monotonic() + 30
    while process.poll() is None:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except KeyboardInterrupt:
            continue
        except subprocess.TimeoutExpired:
            process.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
