"""What the panel calls stages, states and quantities, in words that need no manual."""

import functools
import re
import time

from slicer.i18n import getContext, translate
from slicer.i18n import tr as _

from ..experiment.elsewhere import NO_CONNECTION
from ..experiment.events import CHECK
from ..method import plan
from ..translation.registry import loss, registrations, source_files
from . import core_texts


def presetTitles():
    """The presets as the panel offers them: name, title and tool tip each."""
    return [
        ("paper", _("Paper (days, graphics card)"), _("The schedule of the paper. The time is a guess.")),
        ("quick", _("Quick (hours, graphics card)"), _("The same networks, trained for less time. The time is a guess.")),
        (
            "laptop",
            _("Laptop (about 75 minutes)"),
            _("Needs no graphics card. Small networks; slices and training steps are chosen for the scans and this computer."),
        ),
        ("sample", _("Sample scans (5 to 15 minutes)"), _("Small networks, for the synthetic sample scans; for no others.")),
        ("smoke", _("Trial (minutes, not for use)"), _("Tiny networks, to see that everything runs; no useful result.")),
    ]


def translatorTitles():
    """The image translators as the panel offers them: name, title and tool tip each."""
    return [
        *((known.name, translatorText(known.name, known.title), translatorText(known.name, known.tip)) for known in registrations()),
        ("none", _("None (source only)"), _("Train on the source scans as they are, for comparison.")),
    ]


def translatorText(translator, text):
    """A text of a translator's registration in the panel's language."""
    translated = (translate(getContext(file), text) for file in source_files(translator))  # marked for translation there
    return next((words for words in translated if words != text), text)


def settingsSummary(settings, elsewhere=None):
    """What an experiment was started with, and where it runs if that is elsewhere, in sentences."""
    presets = {name: title for name, title, _tip in presetTitles()}
    translators = {name: title for name, title, _tip in translatorTitles()}
    told = _("Preset: {preset}. Image translation: {translator}. Self-training iterations: {iterations}.")
    if elsewhere is not None:
        told += " " + _("It runs on {place}; this folder is a copy.")
    return told.format(
        place=elsewhere.place if elsewhere is not None else "",
        preset=presets.get(settings.preset, settings.preset),
        translator=translators.get(settings.translation.translator, settings.translation.translator),
        iterations=settings.self_training.iterations,
    )


def stageTitle(name, title):
    """A stage in the panel's language.

    Args:
        name: the stage's.
        title: what people call it (:class:`.experiment.stages.Title`); None for a stage that this version does not know.
    """
    return title.words(_stageText) if title is not None else name


def _stageText(text):
    translated = translate(getContext(plan.__file__), text)  # marked for translation there
    return translated if all(field in translated for field in ("{step}", "{iteration}") if field in text) else text


def stageState(stage):
    """How far a stage is, in a word or two."""
    if stage.state == "running" and stage.total:
        return _("{percent} %").format(percent=100 * stage.step // stage.total)
    words = {"waiting": "", "running": _("running"), "stopped": _("stopped"), "done": _("done")}
    return words[stage.state]


def stageProgress(stage):
    """A stage with how far it is: ``Train the image translation, 3 of 40``."""
    title = stageTitle(stage.name, stage.title)
    if not stage.total:
        return title
    return _("{stage}, {step} of {total}").format(stage=title, step=stage.step, total=stage.total)


def experimentState(monitor):
    """An experiment's state as a sentence."""
    if monitor.elsewhere is not None and monitor.state in ("running", "checking"):
        return stateElsewhere(monitor.elsewhere, monitor.is_followed)
    last = monitor.last_run
    sentences = {
        "none": "",
        "idle": _("Not running."),
        "reading": _("Reading what has happened so far..."),
        "checking": _("Checking the scans.") if monitor.current is None or monitor.current.name == CHECK else _("Preparing the training."),
        "running": _("Training. It goes on when Slicer is closed."),
        "finished": _("Finished."),
        "interrupted": _("Stopped. Resume continues where it was."),
        "died": _("The training ended unexpectedly: it was ended from outside, memory ran out, or the computer went down."),
        "failed": _("The scans have problems: press Check scans to see them all.") if last.is_cohort_refused else inThePanel(last.error),
    }
    return sentences[monitor.state]


def stateElsewhere(elsewhere, isFollowed):
    """How a worker elsewhere stands, as a sentence.

    Args:
        elsewhere: as :class:`.experiment.elsewhere.Elsewhere`.
        isFollowed: whether a process here asks that place again and again.
    """
    if not elsewhere.is_alive:
        text = _("Preparing the training on {place}.")
    elif elsewhere.state == NO_CONNECTION:
        text = _("No connection to {place} since {time}; the work there goes on.")
    elif not isFollowed:
        text = _("On {place} (as of {time}): {state}.") if elsewhere.state else _("Runs on {place} (as of {time}).")
    elif elsewhere.state:
        text = _("On {place}: {state}.")
    else:
        text = _("Training on {place}. It goes on when Slicer is closed.")
    return text.format(place=elsewhere.place, time=clock(elsewhere.as_of), state=inThePanel(elsewhere.state))


def clock(when):
    """A time in seconds since 1970 as a clock shows it, with its day if that is not today."""
    local = time.localtime(when)
    hour = time.strftime("%H:%M", local)
    return hour if local[:3] == time.localtime()[:3] else f"{day(local)} {hour}"


def day(local):
    """The day of a ``time.struct_time`` in the panel's language, which need not be the operating system's: ``03 Dec``."""
    months = _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()
    return _("{day} {month}").format(day=f"{local.tm_mday:02}", month=months[local.tm_mon - 1])


def workerText(monitor):
    """Who works on an experiment, for a tool tip; empty when nobody does."""
    worker = monitor.worker or {}
    if worker and monitor.elsewhere is not None:
        return _("Process {pid} on the computer {host} keeps this folder up to date.").format(**worker)
    return _("Process {pid} on the computer {host}.").format(**worker) if worker else ""


def quantityTitle(translator, name):
    """What a curve tells, in words that everybody understands; where there are none, what the field calls it."""
    titles = {
        "adversarial_target": _("How well translated scans look like target scans"),
        "adversarial_source": _("How well translated scans look like source scans"),
        "discriminator_target": _("How well real and translated target scans are told apart"),
        "discriminator_source": _("How well real and translated source scans are told apart"),
        "cycle_source": _("How well source scans come back from there and back"),
        "cycle_target": _("How well target scans come back from there and back"),
        "identity_source": _("How well source scans stay as they are"),
        "identity_target": _("How well target scans stay as they are"),
        "reconstruction_source": _("How well source scans are drawn again"),
        "reconstruction_target": _("How well target scans are drawn again"),
        "contrast_source": _("How well translation keeps each place in its place"),
        "contrast_target": _("How well target scans stay as they are"),
        "segmentation_source": _("How well structures are found in source scans"),
        "segmentation_translation": _("How well structures are found in translated scans"),
        "edges": _("How well translation keeps edges"),
        "train_loss": _("How well the scans learned from are segmented"),
        "validation_loss": _("How well scans kept aside are segmented"),
        "pseudo_dice": _("Overlap with the labels of scans kept aside"),
    }
    return titles.get(name) or quantityTerm(translator, name)


def quantityTerm(translator, name):
    """What the field calls a curve's quantity, in an experiment with a translator."""
    terms = {"train_loss": _("Training loss"), "validation_loss": _("Validation loss"), "pseudo_dice": _("Pseudo-Dice")}
    found = loss(translator, name)
    return terms.get(name) or (translatorText(translator, found.title) if found else name.replace("_", " "))


def chartOf(translator, name):
    """The chart that a quantity belongs to, in an experiment with a translator; empty if it is in none."""
    if name == "learning_rate":
        return ""
    found = loss(translator, name)
    return "overlap" if name == "pseudo_dice" else found.chart if found else "losses"


def chartTitle(translator, chart):
    """What a chart is about, in words that everybody understands; where there are none, what the field calls it."""
    titles = {
        "adversarial losses": _("likeness to real scans"),
        "cycle and identity losses": _("what translation keeps"),
        "cycle and reconstruction losses": _("what translation keeps"),
        "contrastive losses": _("what translation keeps"),
        "segmentation losses": _("structures"),
        "losses": _("errors"),
    }
    return titles.get(chart) or chartTerm(translator, chart)


def chartTerm(translator, chart):
    """What the field calls the quantities of a chart, in an experiment with a translator."""
    return {"overlap": _("overlap"), "losses": _("losses")}.get(chart) or translatorText(translator, chart)


def chartNote(chart):
    """Which way the curves of a chart should go, for the chart itself."""
    if chart == "adversarial losses":
        return _("Lower is better, but none should fall to 0")
    return _("Higher is better") if chart == "overlap" else _("Lower is better")


def chartTip(chart):
    """Why the curves of a chart go as they go, in sentences for a tool tip."""
    if chart == "adversarial losses":
        return _(
            "Two networks work against each other: one translates, the other tells real from translated scans. While both learn, these"
            " curves stay nearly level; where one falls to 0, the other has stopped learning."
        )
    return _("1 is a perfect overlap.") if chart == "overlap" else _("0 is perfect. The curves should fall and then level off.")


def findingText(kind):
    """What a warning found in a structure of a segmentation, in a word or two for a table."""
    texts = {"empty": _("not found"), "edge": _("touches the edge"), "two_sides": _("on both sides"), "volume": _("unusual volume")}
    return texts.get(kind, kind)


def volumeKind(kind):
    """What a volume is that is no scan (:func:`.mrml.other_volumes`)."""
    texts = {
        "label map": _("label map"),
        "vector volume": _("vector volume"),
        "diffusion tensors": _("diffusion tensors"),
        "diffusion series": _("diffusion series"),
    }
    return texts.get(kind, kind)


def leftOutKind(kind):
    """Why something in a folder is not taken as a scan (:func:`..images.names.left_out_of`)."""
    texts = {
        "label map": _("label map"),
        "channel": _("further channel of another scan"),
        "translation": _("translation of another scan"),
        "packed": _("packed DICOM"),
        "archive": _("archive, not unpacked"),
        "slice": _("slice of DICOM"),
        "hidden": _("hidden"),
        "format": _("format that is not read"),
        "folder": _("folder"),
        "ending": _("no scan by its ending"),
    }
    return texts.get(kind, kind)


@functools.lru_cache(4096)  # the log is shown again and again
def inThePanel(message):
    """What a command or the library says, in the panel's language, without the words of a command line and the names of files that are
    being written.
    """
    message = core_texts.said(message)
    close = _("close other programs, then try again.")
    for said, words in (
        (r"close other programs, or run with --set helper_processes=0 and smaller batches\.", close),
        (r"run again with --set helper_processes=0( or fewer)?\.", close),
        (r"run on another with --device, ", _("choose another device, ")),
        (r" with --device(?=[.,;])", ""),
        (r"--device (\w+)", _("the device {name}")),
        (r"--evaluate-images and --evaluate-labels", _("evaluation images and evaluation labels")),
        (r"`place install [^`]*`", _("“Install there”")),
        (r"`place add`", _("“Add a place...”")),
        (r"`place add [^`]*`", _("“Change...”")),
        (r"`place check[^`]*`", _("“Check”")),
        (r"(?<=then )run the same command again", _("press Resume")),
        (r"--dry-run lists all", _("Check scans lists all")),
        (r"--header (sform|qform)", "--set reading.header={name}"),
        (r"--header\b", "reading.header"),
        (r"--structure '([^']*)'", "'{name}'"),
        (r"--set ([\w.]+)(?![\w.=])", _("the setting {name}")),
        (r'--set "([\w.]+)=([^"]*)"', _("the setting {name} at {value}")),
        (r"--set '([\w.]+)=([^']*)'", _("the setting {name} at {value}")),
        (r"`?--set ([\w.]+)=([^\s;,`]*[^\s;,.`])`?", _("the setting {name} at {value}")),
        (r"\S*\.[0-9a-f]{32}\.partial[\w.]*", _("the new file")),
        (r" \(unfinished\)(?=[/\\])", ""),
    ):
        message = re.sub(
            said, lambda found, words=words: words.format(**dict(zip(("name", "value"), found.groups(), strict=False))), message
        )
    return message
