"""What Slurm's words mean, in sentences with what to do; sent to a cluster with the requests (:mod:`.there`).

The words are those of Slurm's own source, 22.05 to 26.05: ``job_state_reason.c``, ``slurm_errno.c``, and the texts which its controller
puts in the place of a reason (``state_desc``).
"""

from __future__ import annotations

import re

from .there_common import LimitError, RefusedError, TooManyError

NEEDED = "the job that it waits for, which makes what several of them need"
HOPELESS = "can never start: "
CANCELLED = "it was cancelled"
HELD = "held "
WAITS = ("waiting ", HELD)  # so begins what is told of a job that has not begun
FULL = ("Slurm temporarily unable to accept job", "Slurm job queue full", "MaxJobCount limit reached")

_Known = tuple[tuple[re.Pattern[str], str], ...]

# Each fits the beginning of a reason, and the first that does counts. Sentences stay apart from advice by a semicolon, as what follows a
# comma changes while a job waits.
_OTHERS = "waiting for your other jobs to end (a limit of this cluster)"
_LESS = "if it alone asks for more than that limit it never starts: then stop it and ask for less"
_OTHERS_OR_LESS = f"{_OTHERS}; {_LESS}"
_GROUP = "waiting for other jobs of your account to end (a limit of this cluster)"
_GROUP_OR_LESS = f"{_GROUP}; {_LESS}"
_NODES_DOWN = "waiting for nodes that are down or drained or reserved"
_PARTITION_DOWN = "waiting until its partition is up"
_MOVES = "`scontrol update JobId={number} Partition=...` there moves it to another partition, and `sinfo` there lists them"
_WAITING: _Known = (
    (
        re.compile("Nodes required for job are DOWN"),
        f"{_NODES_DOWN}; {_MOVES}",
    ),
    (re.compile("Resources"), "waiting for resources"),
    (re.compile("Priority"), "waiting for jobs ahead of it"),
    (re.compile("BeginTime"), "waiting for its next start"),
    (re.compile("Dependency$"), "waiting for another job"),
    (re.compile("JobArrayTaskLimit"), "waiting for others of its array to end (--jobs)"),
    (re.compile("ReqNodeNotAvail, .*[Rr]eserved for maint"), "waiting for the end of maintenance"),
    (re.compile("ReqNodeNotAvail, May be reserved for other job"), "waiting for a node that may be reserved for another job"),
    (re.compile("ReqNodeNotAvail"), "waiting for a node that is down or drained or reserved; ask the cluster's people until when"),
    (re.compile("Reservation$"), "waiting for its reservation to begin"),
    (re.compile("Licenses"), "waiting for licenses that others use"),
    (re.compile("Partition(Down|Inactive)"), f"{_PARTITION_DOWN}; {_MOVES}"),
    (re.compile("JobHeldUser"), "held by you; `scontrol release {number}` there lets it go"),
    (re.compile("JobHeldAdmin"), "held by the cluster's people, who alone can let it go; ask them"),
    (
        re.compile("(launch|user env) .*requeued|JobHoldMaxRequeue"),
        "held as its start failed; `scontrol release {number}` there lets it try again",
    ),
    (re.compile("job requeued in held"), "held as it was queued again so; `scontrol release {number}` there lets it go"),
    (re.compile("(QOS|Assoc)?Max(Jobs|SubmitJob)"), _OTHERS),
    (re.compile("(QOS)?Max.*PerUser"), _OTHERS_OR_LESS),
    (
        re.compile("(QOS|Assoc)Grp(?!.*Run).*(Minutes|Wall)|AssociationTimeLimit|QOSTimeLimit"),
        "waiting until your account has time left; ask the cluster's people when that is",
    ),
    (re.compile("(QOS|Assoc)Grp(Jobs|SubmitJob)|(Association|QOS)JobLimit"), _GROUP),
    (re.compile("(QOS|Assoc)Grp|(QOS)?Max.*PerAccount|(Association|QOS)ResourceLimit"), _GROUP_OR_LESS),
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
    (re.compile("(QOS|Assoc)Max.*Minutes"), "so much for so long is more than this cluster allows you"),
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
    return (_of(_WAITING, reason) or other).replace("{number}", number)


def _of(known: _Known, reason: str) -> str:
    return next((told for sign, told in known if sign.match(reason)), "")


# Taking no job -------------------------------------------------------------------------------------------------------------------

_FULL_NOW = "it has as many jobs as it takes; try again when some have ended"
_LIMIT = (
    "this cluster does not let you have so many jobs at a time (each task of an array is one), or none that takes so long; wait until"
    " others have ended, or do less at once: a study may begin with fewer seeds or methods, and be given the others later"
)
# A cluster that turns away what is over a limit of resources, whether a job of its own or all of a user's or an account's.
_TOO_LARGE: _Known = (
    (re.compile(r"(QOS|Assoc)?Max(?!Jobs|Submit)\w*Per(User|Account)\w*$"), "it asks for more than this cluster allows you at a time"),
    (re.compile(r"(QOS|Assoc)Grp(?!Jobs|Submit)\w*$"), "it asks for more than this cluster allows your account at a time"),
)
# Each fits the beginning of a line that sbatch says.
_TOO_MANY: _Known = (
    (
        re.compile("Invalid job array", re.IGNORECASE),
        "it has more tasks than an array may have there; do less at once, as with fewer scans or seeds",
    ),
    (re.compile(r"\w*SubmitJob\w*$"), _LIMIT),  # AssocMaxSubmitJobLimit, QOSGrpSubmitJobsLimit, MaxSubmitJobsPerAccount, ...
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
    (
        re.compile("No partition specified"),
        "no partition was named, and the cluster has no default; `place check` lists the partitions there, and"
        " `place add --overwrite` names one",
    ),
    (
        re.compile("Invalid account"),
        "the account is unknown there, or not for this partition; ask the cluster's people which one is, and give it with --account",
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
    (re.compile("presently disabled"), "it takes no such jobs now; try again later, or ask the cluster's people"),
    (re.compile("Invalid user id"), "it does not know your user name; ask the cluster's people"),
    (
        re.compile("partition configuration not available now"),
        "the partition does not offer now what is asked for; ask for less or for a shorter --time, or try again later",
    ),
    (re.compile("Required node not available"), "a node that is asked for is down or drained or reserved; leave --nodelist out"),
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


_FAILED = "Batch job submission failed: "
# Slurm's own lines beside that one; all others are of the cluster's people, in their words.
_DETAILS = re.compile(r"(QOS|Assoc)\w+$|Max\w+$|(Memory|CPU count|Node count)\b.* can ?not be|[Ii]nvalid partition specified:")
MOST_TOLD = 500  # characters


def why_not(said: str) -> RefusedError:
    """Why sbatch took no job, in a sentence with what to do, and with what the cluster's people let it say besides."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.strip().startswith("Try ")]
    lines = [re.sub("^(sbatch: |error: )*", "", line) for line in lines] or ["sbatch said nothing"]
    failed = next((line for line in lines if line.startswith(_FAILED)), lines[-1])
    others, reason = [line for line in lines if line != failed], failed.removeprefix(_FAILED).rstrip(".")
    for line in (*others, reason):  # a cluster that turns away what can never start names the limit in a line of its own
        if never := _of((*_NEVER, *_TOO_LARGE), line):
            return RefusedError(f"Slurm took no job: {never}; change what is asked for with `place add --overwrite`.")
        if many := _of(_TOO_MANY, line):
            return TooManyError(f"Slurm took no job: {many}.")
    theirs = "; ".join(line.rstrip(".") for line in others if not _DETAILS.match(line))[-MOST_TOLD:]
    known = [*(line for line in others if _DETAILS.match(line)), reason]
    for table, kind in ((_UNNAMED, LimitError), (_REFUSED, RefusedError)):
        if told := next((told for sign, told in table if any(map(sign.search, known))), ""):
            return kind(f"Slurm took no job: {told}{f' (its own words: {theirs})' if theirs else ''}.")
    return RefusedError(f"Slurm took no job: {theirs}{f' ({reason})' if theirs else reason}.")
