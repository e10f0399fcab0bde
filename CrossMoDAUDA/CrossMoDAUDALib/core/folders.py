"""Folders for results."""

from __future__ import annotations

import tempfile
from pathlib import Path

from .errors import InputError
from .files import check_path


def make_writable_folder(folder: Path) -> None:
    """Make a folder, if need be, and make sure that files can be written to it.

    Raises:
        InputError: it is a file or cannot be written.
    """
    check_path(folder)
    if folder.is_file():
        raise InputError(f"{folder} is a file; name a folder instead.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written ({error.strerror}); choose another output folder or change its permissions."
        ) from None
