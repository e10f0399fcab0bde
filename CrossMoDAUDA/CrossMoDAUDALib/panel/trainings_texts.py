"""What the list of trainings says of each, in words."""

import time

from slicer.i18n import tr as _

from ..core.progress import duration
from ..experiment.elsewhere import NO_CONNECTION
from ..experiment.events import CHECK
from . import wording


def stateText(standing, doing=""):
    """A training's state in a few words, what changes first.

    Args:
        standing: a :class:`.watching.experiments.Standing`.
        doing: ``starting``, ``stopping`` or ``forced``, as who started or stopped it here knows; empty for what the folder tells.
    """
    text = _word(standing, doing)
    if doing:
        return text
    if standing.is_study and standing.stages:
        several, one = _("{number} of {count} trainings finished"), _("{number} of one training finished")
        done = (one if standing.stages == 1 else several).format(number=standing.number, count=standing.stages)
        return _("{state}, {progress}").format(state=text, progress=done)
    stage = _stage(standing)
    if stage is None:
        return text
    text = _withShare(text, stage)
    if stage.remaining is not None:
        text = _("{state}, about {time} left in this stage").format(state=text, time=duration(stage.remaining))
    title = wording.stageTitle(stage.name, stage.title)
    if not standing.number:
        return _("{state}: {stage}").format(state=text, stage=title)
    return _("{state}, stage {number} of {count}: {stage}").format(state=text, number=standing.number, count=standing.stages, stage=title)


def shortStateText(standing, doing=""):
    """A training's state where there is little room: neither where it runs, if that place tells a state, nor its stage."""
    text = _word(standing, doing)
    if doing:
        return text
    if standing.is_on and standing.elsewhere is not None and _isTold(standing):
        state = wording.inThePanel(standing.elsewhere.state)
        text = state[:1].upper() + state[1:]
    stage = None if standing.is_study else _stage(standing)
    return text if stage is None else _withShare(text, stage)


def _stage(standing):
    """The stage that a state is told with; None without."""
    return standing.stage if standing.is_on or standing.state in ("interrupted", "failed", "died") else None


def _withShare(text, stage):
    """A state with how much of its stage is done."""
    return _("{state} {percent} %").format(state=text, percent=100 * stage.step // stage.total) if stage.total else text


def _word(standing, doing):
    if standing.is_on and standing.elsewhere is not None and not doing:
        return _wordElsewhere(standing)
    words = {
        "starting": _("Starting..."),
        "stopping": _("Stopping..."),
        "forced": _("Stopped by force"),
        "none": _("Not begun"),
        "idle": _("Not running"),
        "checking": _("Checking the scans") if standing.stage is None or standing.stage.name == CHECK else _("Preparing"),
        "running": _("Study under way") if standing.is_study else _("Training"),
        "finished": _("Finished"),
        "interrupted": _("Stopped"),
        "failed": _("Failed"),
        "died": _("Ended unexpectedly"),
        "gone": _("Gone"),
        "unreadable": _("Cannot be read"),
    }
    return words.get(doing or standing.state, standing.state)


def _isTold(standing):
    """Whether the place where a training runs tells its state now."""
    elsewhere = standing.elsewhere
    return bool(elsewhere.is_alive and elsewhere.state and elsewhere.state != NO_CONNECTION and standing.is_followed)


def _wordElsewhere(standing):
    elsewhere = standing.elsewhere
    if not elsewhere.is_alive:
        text = _("Preparing for {place}")
    elif elsewhere.state == NO_CONNECTION:
        text = _("No connection to {place} since {time}")
    elif not standing.is_followed:
        text = _("On {place} (as of {time})")
    elif _isTold(standing):
        text = _("On {place}, {state}")
    else:
        text = _("Training on {place}")
    return text.format(place=elsewhere.place, time=wording.clock(elsewhere.as_of), state=wording.inThePanel(elsewhere.state))


def problemText(standing):
    """What is wrong with a training, in a sentence; empty where nothing is known to be."""
    if standing.state == "gone":
        return _("This folder is gone: it was moved or deleted, or its disk is not there.")
    if standing.is_cohort_refused and standing.state == "failed":
        return _("The scans have problems: open it and press Check scans to see them all.")
    return wording.inThePanel(standing.problem)


def roundText(score):
    """The round that a score is of."""
    if score.iteration is not None:
        return _("iteration {number}").format(number=score.iteration)
    return {"source only": _("source only"), "target-supervised": _("target-supervised")}.get(score.round, score.round)


def scoreText(score):
    """A mean DSC with its round, for a wide column."""
    return _("{score} ({round})").format(score=shortScoreText(score), round=roundText(score)) if score else ""


def shortScoreText(score):
    """A mean DSC alone."""
    return f"{score.mean:.3f}" if score else ""


def whenText(standing):
    """When something last happened."""
    if not standing.when:
        return ""
    local = time.localtime(standing.when)
    return f"{wording.day(local)} {time.strftime('%Y %H:%M', local)}"


def detailTexts(standing, doing="", said=""):
    """All that is known of a training, a sentence each.

    Args:
        said: why it could not be started or stopped here.
    """
    texts = [_("{name}: {state}.").format(name=standing.folder.name, state=stateText(standing, doing).rstrip("."))]
    texts += [text for text in (said, problemText(standing)) if text]
    if standing.score:
        told = _("Mean DSC {score} over {cases} scans: {round}.") if standing.score.cases != 1 else _("DSC {score} of one scan: {round}.")
        texts.append(told.format(score=meanText(standing.score), cases=standing.score.cases, round=roundText(standing.score)))
    elif standing.state not in ("gone", "unreadable"):
        texts.append(_("No scores yet."))
    if standing.elsewhere is not None:
        texts.append(_("It runs on {place}; this folder is a copy.").format(place=standing.elsewhere.place))
    if standing.when:
        texts.append(_("Last change: {time}.").format(time=whenText(standing)))
    return [*texts, _("Folder: {folder}").format(folder=standing.folder)]


def meanText(score):
    """A mean with its standard deviation, if that is known."""
    return shortScoreText(score) if score.deviation is None else f"{score.mean:.3f} ± {score.deviation:.3f}"
