"""Sentences of the library that tell a user of the command line what to type, as the panel says them."""

import functools

from slicer.i18n import tr as _


@functools.cache
def panelWords():
    """The panel's sentence by the catalogue's (Resources/CoreTexts.json), with fields of the same names.

    A sentence is matched by its English text, so that the panel's is said in every language.
    """
    return {
        # Scans
        "{path} has been removed since the experiment began; put it back, name the folder that it was moved to with --scans-moved-to,"
        " or start in a new folder.": _(
            "{path} has been removed since the experiment began; put it back, press “Scans moved to...” and choose the folder in which"
            " the scans are now, or start in a new folder."
        ),
        "{path}: its header's sform and {second} disagree: {difference}. The {name} is taken, {why}; if that is wrong, choose the other"
        " for all scans with --header qform.": _(
            "{path}: its header's sform and {second} disagree: {difference}. The {name} is taken, {why}; if that is wrong, set Header to"
            " qform in the advanced settings, which counts for all scans."
        ),
        "{path}: its header's sform and {second} disagree: {difference}. The {name} is taken, {why}; if that is wrong, choose the other"
        " for all scans with --header sform.": _(
            "{path}: its header's sform and {second} disagree: {difference}. The {name} is taken, {why}; if that is wrong, set Header to"
            " sform in the advanced settings, which counts for all scans."
        ),
        "as --header says": _("as the setting Header says"),
        "the image's header gives two places, and the label map lies on the one by its {form}: try --header {form}": _(
            "the image's header gives two places, and the label map lies on the one by its {form}: try {form} as Header in the advanced"
            " settings"
        ),
        "it is a BIDS data set, which has options of its own, --source-bids, --target-bids and --evaluate-bids": _(
            "it is a BIDS data set: choose “Folders of images and labels”, and this folder for the images"
        ),
        "it is a raw data set of nnU-Net's, which has options of its own, --source-nnunet, --target-nnunet and --evaluate-nnunet": _(
            "it is a raw data set of nnU-Net's: choose “Folders of images and labels”, and this folder for the images"
        ),
        "{table} is no table of structures: it needs the columns index and name; correct it, or give --set labels.": _(
            "{table} is no table of structures: it needs the columns index and name; correct it, or type the setting Labels."
        ),
        # Results
        "{path} exists already; add --overwrite to replace it, or name another output folder.": _(
            "{path} exists already; choose another folder, or start again and agree."
        ),
        "{output} exists already; add --overwrite to replace it, or name another file.": _(
            "{output} exists already; choose another name, or start again and agree."
        ),
        "{label} was made by another model; add --overwrite to make it anew, or name another output folder.": _(
            "{label} was made by another model; choose another folder, or start again and agree."
        ),
        "{file} is damaged; remove it, or segment the scan again with --uncertainty.": _("{file} is damaged; remove it."),
        "--largest-component {name} is not a structure of the model; choose from {labels}.": _(
            "{name} is not a structure of the model; choose from {labels}."
        ),
        # Trainings on other computers
        "{folder} runs on {place}, not on {place2}; give --on {place}, or another output folder.": _(
            "{folder} runs on {place}, not on {place2}; choose another folder."
        ),
        "{folder} was begun on this computer and goes on here; leave --on out, or name another output folder.": _(
            "{folder} was begun on this computer and goes on here; choose another folder."
        ),
        "{folder} has no worker elsewhere that could be followed; leave --follow out.": _(
            "{folder} has no worker elsewhere that could be followed."
        ),
        "The work goes on on {name}: `run -o {folder}` follows it again, `stop {folder}` ends it.": _(
            "The work goes on on {name}: it is followed again once {folder} is shown, and Stop ends it."
        ),
        "The work on {place} has not ended in {seconds_to_stop} seconds; wait, and give `stop {folder}` again.": _(
            "The work on {place} has not ended in {seconds_to_stop} seconds; wait, and stop {folder} again."
        ),
        "The worker on {name} has not stopped yet and does so after its current training step; wait, or kill it with --force.": _(
            "The worker on {name} has not stopped yet and does so after its current training step; wait."
        ),
        "{who} has not stopped yet and does so after its current training step; wait, or kill it with --force.": _(
            "{who} has not stopped yet and does so after its current training step; wait."
        ),
        "`run -o {folder}` goes on": _("Resume goes on with {folder}"),
        "the same `run` begins again": _("Resume begins again"),
        # Places
        "There is a place '{name}' already; choose another name, or replace it with --overwrite.": _(
            "There is a place '{name}' already; choose another name."
        ),
        "{missing} not found there; name the cluster's login node, or leave --slurm out": _(
            "{missing} not found there; name the cluster's login node, or untick the cluster, in “Change...”"
        ),
        # What a cluster says of a job
        "a node that is asked for is down or drained or reserved; leave --nodelist out": _(
            "a node that is asked for is down or drained or reserved; take --nodelist out of the further options, in “Change...”"
        ),
        "it ran out of memory; ask for more (--extra=--mem=...), or make the batches smaller": _(
            "it ran out of memory; ask for more (--mem=... in the further options, in “Change...”), or make the batches smaller"
        ),
        "it wants a key of your work (wckey); ask the cluster's people for yours, and give it with --extra=--wckey=...": _(
            "it wants a key of your work (wckey); ask the cluster's people for yours, and give it as --wckey=... in the further options,"
            " in “Change...”"
        ),
        "its --time is longer than the partition allows": _("its time limit is longer than the partition allows"),
        "its --time is longer than this cluster allows you": _("its time limit is longer than this cluster allows you"),
        "its time limit came before it had stopped; give a longer --time": _(
            "its time limit came before it had stopped; give a longer one in “Change...”"
        ),
        "no node there has the features that --constraint asks for; name others": _(
            "no node there has the features that --constraint asks for; name others in the further options, in “Change...”"
        ),
        "the account is unknown there, or not for this partition; ask the cluster's people which one is, and give it with --account": _(
            "the account is unknown there, or not for this partition; ask the cluster's people which one is, and give it in “Change...”"
        ),
        "the partition does not offer now what is asked for; ask for less or for a shorter --time, or try again later": _(
            "the partition does not offer now what is asked for; ask for less or for a shorter time in “Change...”, or try again later"
        ),
        "the partition has too few nodes, or allows fewer; ask for fewer with --nodes": _(
            "the partition has too few nodes, or allows fewer; ask for fewer in “Change...”"
        ),
        "the quality of service is unknown there, or not yours; ask the cluster's people, and give yours with --extra=--qos=...": _(
            "the quality of service is unknown there, or not yours; ask the cluster's people, and give yours as --qos=... in the further"
            " options, in “Change...”"
        ),
        "the time limit is not allowed there; give a shorter --time": _(
            "the time limit is not allowed there; give a shorter one in “Change...”"
        ),
        "waiting for others of its array to end (--jobs)": _("waiting for others of its array to end"),
    }
