"""What Slurm's words mean, in sentences with what to do; sent to a cluster with the requests (:mod:`.there`).

The words are those of Slurm's own source, 22.05 to 26.05: ``job_state_reason.c``, ``slurm_errno.c``, and the texts which its controller
puts in the place of a reason (``state_desc``).
"""

from __future__ import annotations

import re

from .there_common import LimitError, RefusedError, TooManyError

NEEDED = "the job that it waits for, which makes what several of them need"
HOPELESS = "can never start: "
WAITS = ("waiting ", "held ")  # so begins what is told of a job that has not begun
FULL = ("Slurm temporarily unable to accept job", "Slurm job queue full", "MaxJobCount limit reached")

_Known = tuple[tuple[re.Pattern[str], str], ...]

# Each fits the beginning of a reason, and the first that does counts. Sentences stay apart from advice by a semicolon, as what follows a
# comma changes while a job waits.
_OTHERS = "waiting for your other jobs to end (a limit of this cluster)"
_GROUP = "waiting for other jobs of your account to end (a limit of this cluster)"
_WAITING: _Known = (
    (
        re.compile("Nodes required for job are DOWN"),
        "waiting for nodes that are down or drained or reserved; another partition may have some",
    ),
    (re.compile("Resources"), "waiting for resources"),
    (re.compile("Priority"), "waiting for jobs ahead of it"),
    (re.compile("BeginTime"), "waiting for its next start"),
    (re.compile("Dependency$"), "waiting for another job"),
    (re.compile("JobArrayTaskLimit"), "waiting for others of its array to end (--jobs)"),
    (re.compile("ReqNodeNotAvail, .*[Rr]eserved for maint"), "waiting for the end of maintenance"),
    (re.compile("ReqNodeNotAvail"), "waiting for a node that is down or drained or reserved; ask the cluster's people until when"),
    (re.compile("Reservation$"), "waiting for its reservation to begin"),
    (re.compile("Licenses"), "waiting for licenses that others use"),
    (
        re.compile("Partition(Down|Inactive)"),
        "waiting until its partition is up; `sinfo` there tells of others, `place add --overwrite` names one",
    ),
    (re.compile("JobHeldUser"), "held by you; `scontrol release {number}` there lets it go"),
    (re.compile("JobHeldAdmin"), "held by the cluster's people, who alone can let it go; ask them"),
    (
        re.compile("(job|launch|user env) .*requeued|JobHoldMaxRequeue"),
        "held as its start failed; `scontrol release {number}` there lets it try again",
    ),
    (re.compile("(QOS|Assoc)Max(Jobs|SubmitJob)|(QOS)?Max.*PerUser"), _OTHERS),
    (
        re.compile("(QOS|Assoc)Grp(?!.*Run).*(Minutes|Wall)|AssociationTimeLimit|QOSTimeLimit"),
        "waiting until your account has time left; ask the cluster's people when that is",
    ),
    (re.compile("(QOS|Assoc)Grp|Max.*PerAccount|(Association|QOS)(Job|Resource)Limit"), _GROUP),
)
# What no waiting mends.
_NEVER: _Known = (
    (re.compile("PartitionTimeLimit"), "its --time is longer than the partition allows"),
    (re.compile("PartitionNodeLimit"), "the partition has too few nodes, or allows fewer"),
    (
        re.compile("PartitionConfig"),
        "the partition does not offer what it asks for: so many nodes, processors or GPUs, so much memory or time",
    ),
    (re.compile("BadConstraints"), "no node has what it asks for"),
    (re.compile("AccountNotAllowed|Job's account not permitted"), "the partition does not take jobs of this account"),
    (re.compile("QOSNotAllowed|Job's QOS not permitted"), "the partition does not take jobs of this quality of service"),
    (re.compile(r"uid \d+ not in group permitted"), "the partition does not take your jobs"),
    (re.compile("InvalidAccount"), "its account is unknown there"),
    (re.compile("InvalidQOS|Job's QOS not known"), "its quality of service is unknown there"),
    (re.compile("ReservationDeleted|ReservationInvalid|Reservation .* was deleted"), "its reservation is gone"),
    (re.compile("DeadLine"), "its deadline has passed"),
    (re.compile("DependencyNeverSatisfied"), f"{NEEDED}, has not succeeded"),
    (re.compile("(QOS|Assoc)MaxWallDurationPerJob"), "its --time is longer than this cluster allows you"),
    (re.compile("(QOS|Assoc)MaxNodePerJob"), "it asks for more nodes than this cluster allows you"),
    (re.compile("(QOS|Assoc)MaxGRESPer(Job|Node)"), "it asks for more GPUs than this cluster allows you"),
    (re.compile("(QOS|Assoc)MaxCpuPer(Job|Node)"), "it asks for more processors than this cluster allows you"),
    (re.compile("(QOS|Assoc)MaxMem(ory)?Per(Job|Node)|MaxMemPerLimit"), "it asks for more memory than this cluster allows you"),
    (re.compile("(QOS|Assoc)Max.*Minutes"), "it asks for more, for longer, than this cluster allows you"),
    (re.compile("(QOS|Assoc)Max.*Per(Job|Node)"), "it asks for more than this cluster allows you"),
    (re.compile("QOSMinCpu"), "it asks for fewer processors than its quality of service demands"),
    (re.compile("QOSMinGRES"), "it asks for fewer GPUs than its quality of service demands"),
    (re.compile("QOSMin"), "it asks for less than its quality of service demands"),
)


def why_waiting(number: str, reason: str) -> str:
    """Why a job has not begun, in words.

    Args:
        reason: Slurm's; its words, or the text that its controller has put in their place.
    """
    if never := _of(_NEVER, reason):
        return f"Slurm job {number} {HOPELESS}{never}"
    other = f"waiting ({reason})" if reason not in ("", "None") else "waiting in the queue"
    return (_of(_WAITING, reason) or other).format(number=number)


def _of(known: _Known, reason: str) -> str:
    return next((told for sign, told in known if sign.match(reason)), "")


# Taking no job -------------------------------------------------------------------------------------------------------------------

_FULL_NOW = "it has as many jobs as it takes; try again when some have ended"
_LIMIT = (
    "this cluster does not let you have so many jobs at a time (each task of an array is one), or none that takes so long; wait until"
    " others have ended, or do less at once: a study may begin with fewer seeds or methods, and be given the others later"
)
# Each fits anywhere in what sbatch says.
_TOO_MANY: _Known = (
    (
        re.compile("Invalid job array", re.IGNORECASE),
        "it has more tasks than an array may have there; do less at once, as with fewer scans or seeds",
    ),
    (re.compile("SubmitJob"), _LIMIT),  # AssocMaxSubmitJobLimit, QOSGrpSubmitJobsLimit, MaxSubmitJobsPerAccount, ...
    (re.compile("|".join(FULL)), _FULL_NOW),
)
_UNNAMED: _Known = ((re.compile("Job violates accounting/QOS policy"), _LIMIT),)
_ANOTHER = "`place check` lists the partitions there, and `place add --overwrite` names another"
_REFUSED: _Known = (
    (re.compile("invalid partition", re.IGNORECASE), f"the partition is unknown there; {_ANOTHER}"),
    (
        re.compile("Required partition not available|Partition in DOWN state"),
        "the partition takes no jobs now; try again later, or name another, as `place check` lists them, with `place add --overwrite`",
    ),
    (re.compile("not permitted to use this partition"), f"the partition does not take your jobs; {_ANOTHER}"),
    (re.compile("No partition specified"), f"it has no partition of its own choice; {_ANOTHER}"),
    (
        re.compile("Invalid account"),
        "the account is unknown there; ask the cluster's people which one is yours, and give it with --account",
    ),
    (
        re.compile("Invalid qos"),
        "the quality of service is unknown there, or not yours; ask the cluster's people, and give yours with --extra=--qos=...",
    ),
    (
        re.compile("Invalid wckey"),
        "it wants a key of your work (wckey); ask the cluster's people for yours, and give it with --extra=--wckey=...",
    ),
    (re.compile("[Rr]eservation"), "the reservation is unknown there, or not yours; leave it out, or ask the cluster's people"),
    (re.compile("Invalid license"), "such licenses are unknown there; leave them out"),
    (re.compile("submissions disabled"), "it takes no jobs now, as ahead of maintenance; try again later"),
    (re.compile("permission denied"), "it takes no jobs of yours; ask the cluster's people"),
    (re.compile("Memory (specification|required)"), "no node there has that much memory; ask for less"),
    (re.compile("generic resource|GRES"), "no node there has such GPUs; ask for fewer, or name another partition"),
    (re.compile("Invalid feature"), "no node there has the features that --constraint asks for; name others"),
    (
        re.compile("Requested node configuration is not available|processors requested|CPU count"),
        "no node there has that many GPUs or processors; ask for fewer",
    ),
    (re.compile("Node count"), "the partition has too few nodes, or allows fewer; ask for fewer with --nodes"),
    (re.compile("time limit is invalid|invalid time limit", re.IGNORECASE), "the time limit is not allowed there; give a shorter --time"),
)


def why_not(said: str) -> RefusedError:
    """Why sbatch took no job, in a sentence with what to do."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("Try ")]
    lines = [re.sub(r"^(sbatch: |error: |Batch job submission failed: )*", "", line) for line in lines]
    for line in lines:  # a cluster that turns away what can never start names the limit in a line of its own
        if never := _of(_NEVER, line):
            return RefusedError(f"Slurm took no job: {never}; change what is asked for with `place add --overwrite`.")
    for known, kind in ((_TOO_MANY, TooManyError), (_UNNAMED, LimitError), (_REFUSED, RefusedError)):
        if told := next((told for sign, told in known if sign.search(said)), ""):
            return kind(f"Slurm took no job: {told}.")
    return RefusedError(f"Slurm took no job: {(lines or ['sbatch said nothing'])[-1].rstrip('.')}.")
