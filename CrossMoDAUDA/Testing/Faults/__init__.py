"""The fault suite: real workers are killed, starved and lied to, started again, and must end where an undisturbed one does.

``python3 Scripts/test.py --faults`` runs its short form, ``--faults --long`` all of it. One file a kind of fault; each holds
functions that try a fault once in a folder of their own and raise :class:`.runs.NotSurvivedError`.
"""  # noqa: N999
