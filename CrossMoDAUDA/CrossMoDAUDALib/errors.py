"""Errors that a user can act on. Each message is one sentence that names the file or setting and what to do."""

from __future__ import annotations


class CrossModaError(Exception):
    """The work failed; the message says where and what to do (exit status 1)."""

    exit_status = 1


class InputError(CrossModaError):
    """The user's files, settings or arguments are not usable (exit status 2)."""

    exit_status = 2


class CohortError(InputError):
    """Several problems of a cohort at once; ``problems`` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = f" (and {len(problems) - 1} more; --dry-run lists all)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)
