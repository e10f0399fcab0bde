"""A scan file's fingerprint: it tells whether the file is still the one that was checked."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

_DETACHED = re.compile(rb"^(?:ElementDataFile\s*=|data file:)\s*(\S.*?)\s*$", re.MULTILINE | re.IGNORECASE)


def scan_sha256(path: Path) -> str:
    """SHA-256 of a scan file; of a detached header (.mhd, .nhdr), one that covers its data file too.

    Raises:
        OSError: a file cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        if path.suffix.lower() not in (".mhd", ".nhdr"):
            return digest.hexdigest()
        file.seek(0)
        named = _DETACHED.search(file.read(1 << 20))
    data = path.parent / os.fsdecode(named.group(1)) if named else path
    if data.is_file():
        with data.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
