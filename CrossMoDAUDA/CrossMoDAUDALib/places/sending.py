"""What another computer lacks goes there: this library, and scans under the SHA-256 of their content, once for all experiments."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..core.errors import CrossModaError, InputError, unreadable
from ..core.files import sha256
from ..core.interrupts import raise_swallowed
from ..core.progress import Progress
from ..core.resources import resource
from ..images.dicom_index import label_file
from ..images.dicom_labels import write_segments
from ..images.fingerprint import scan_stamp, travels_as_it_is
from ..images.text_headers import DATA_FILE, named_parts
from ..images.volumes import read_geometry, read_volume, write_volume
from .connection import Connection, UnreachableError, digest_of

FILES_AT_ONCE = 16  # so that progress is told, and what is there already is known after a break
SCRIPT = "Scripts/crossmoda_uda.py"
_IS_PACKED = re.compile(rb"^CompressedData[ \t]*[=:][ \t]*[Tt1]", re.MULTILINE)
_PACKED_SIZE = re.compile(rb"^CompressedDataSize[ \t]*[=:][ \t]*0*[1-9]", re.MULTILINE)
_NO_PACKED_SIZE = re.compile(rb"^CompressedDataSize[ \t]*[=:].*\n", re.MULTILINE)
_HEADER_SIZE = re.compile(rb"^HeaderSize\s*[=:]\s*(\d+)\s*?\n", re.MULTILINE)


def send_library(connection: Connection, folder: str) -> str:
    """Put this very version of the library there, unless it is; the folder that holds it.

    Raises:
        CrossModaError: it could not be sent.
    """
    archive = _library()
    digest = digest_of(archive)
    if connection.ask("has_library", folder=folder, digest=digest):
        return f"{folder}/library/{digest}"
    found: str = connection.ask("put_library", payload=archive, folder=folder, digest=digest)
    return found


def _library() -> bytes:
    """The library, its resources and its script as an archive whose bytes depend on their content alone."""
    library = Path(__file__).resolve().parents[1]
    resources = resource("requirements.txt").parent
    files = {f"CrossMoDAUDA/CrossMoDAUDALib/{path.relative_to(library).as_posix()}": path for path in library.rglob("*.py")}
    files |= {f"CrossMoDAUDA/Resources/{path.name}": path for path in resources.iterdir() if path.suffix in (".txt", ".json")}
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo(SCRIPT), _START)
    return kept.getvalue()


_START = """import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "CrossMoDAUDA"))
    from CrossMoDAUDALib.commands.cli import main

    sys.exit(main())
"""


def send_scans(
    connection: Connection,
    folder: str,
    sender: str,
    scans: Mapping[str, Path],
    progress: Progress,
    known: dict[str, dict[str, object]],
    drawn_on: Mapping[str, Path] | None = None,
) -> dict[str, str]:
    """Send the scans that are not there yet.

    Args:
        folder: ours there.
        sender: who sends, in letters and digits; what broke off goes on under the same. Others may send the same scans meanwhile.
        scans: the files by what they are to be called there.
        progress: told files.
        known: what is known of the files' content by their paths; completed here.
        drawn_on: the scans of those that are label maps.

    Returns:
        By what they are to be called, their names in the store there.

    Raises:
        UnreachableError: the connection broke off; the next call goes on.
        CrossModaError: a file changed meanwhile, or there is no room there.
    """
    with tempfile.TemporaryDirectory(prefix="crossmoda-uda-") as name:
        staging = Path(name)
        stored = {}
        for place, path in scans.items():
            raise_swallowed()
            stored[place] = _stage(place, path, (drawn_on or {}).get(place), staging, known)
        names = sorted(set(stored.values()))
        missing = connection.ask("missing_scans", folder=folder, names=names, sender=sender)
        for first in range(0, len(missing), FILES_AT_ONCE):
            raise_swallowed()
            left = sum((staging / name).stat().st_size for name in missing[first:])
            progress(len(names) - len(missing) + first, len(names), f"{left / 1e6:.0f} MB left to send")
            some = missing[first : first + FILES_AT_ONCE]
            for _ in range(2):  # once more what arrived damaged, as after an earlier break
                connection.send(staging, some, f"{folder}/scans/incoming/{sender}")
                some = connection.ask("take_scans", folder=folder, names=some, sender=sender, more=bool(missing[first + FILES_AT_ONCE :]))
                if not some:
                    break
            if some:
                path = next(scans[place] for place, stored_name in stored.items() if stored_name == some[0])
                raise CrossModaError(f"{path} has changed while it was sent, or did not arrive whole; run the same command again.")
        progress(len(names), len(names))
        return stored


def _stage(place: str, path: Path, scan: Path | None, staging: Path, known: dict[str, dict[str, object]]) -> str:
    """Put a scan into the folder that is sent from, as one file whose name tells its content; its name."""
    ending = "".join(Path(place).suffixes)
    mark = known.get(str(path), {})
    try:
        is_whole = travels_as_it_is(path)
        data = None if is_whole else as_one_file(path, scan)
        now = scan_stamp(path)
        if is_whole and mark.get("stamp") == now:
            digest = str(mark["sha256"])
        else:
            with _as_file(path, data, staging) as file:
                digest = sha256(file)
            known[str(path)] = {"sha256": digest, "stamp": now}
        name = f"{digest}{ending}"
        if not (staging / name).exists():
            if data is not None:
                (staging / name).write_bytes(data)
            else:
                _link(path, staging / name)
    except OSError as error:
        raise unreadable(path, error) from None
    return name


@contextlib.contextmanager
def _as_file(path: Path, data: bytes | None, staging: Path) -> Iterator[Path]:
    if data is None:
        yield path
        return
    file = staging / "joined"
    file.write_bytes(data)
    yield file
    file.unlink()


def _link(path: Path, link: Path) -> None:
    try:
        link.symlink_to(path.resolve())
    except OSError:  # Windows wants a right for it
        try:
            os.link(path, link)
        except OSError:
            shutil.copyfile(path, link)


def as_one_file(path: Path, scan: Path | None = None) -> bytes:
    """A header with the voxels that it names (.mhd, .nhdr) as the one file that these formats know, too (.mha, .nrrd).

    DICOM and what else may hold a patient's name becomes .nrrd, with the voxels and their place alone; a DICOM segmentation has its
    segments' names and codes besides.

    Args:
        scan: of a label map, the scan that it is of: a DICOM segmentation may leave it to its scan where its slices lie.

    Raises:
        InputError: it names no single file, or none that is there; or the scan cannot be read.
    """
    is_detached = path.suffix.lower() in (".mhd", ".nhdr")
    header = path.read_bytes() if is_detached else b""
    if not is_detached or named_parts(header)[0]:
        with tempfile.TemporaryDirectory(prefix="crossmoda-uda-") as name:
            if label_file(path):
                write_segments(path, Path(name) / "scan.nrrd", read_geometry(scan) if scan else None)
            else:
                write_volume(read_volume(path, is_label=scan is not None), Path(name) / "scan.nrrd")
            return (Path(name) / "scan.nrrd").read_bytes()
    named = DATA_FILE.search(header)
    data = path.parent / os.fsdecode(named.group(1)) if named else path
    if named is None or data == path or not data.is_file():
        raise InputError(f"{path} names no single file with its voxels; save it as .nii.gz or .nrrd.")
    if path.suffix.lower() == ".mhd":
        before, size = header[: named.start()], _HEADER_SIZE.search(header)  # bytes of the data file before its voxels
        skipped = int(size.group(1)) if size else 0
        voxels = data.read_bytes()[skipped:]
        before = _HEADER_SIZE.sub(b"", before)
        if _IS_PACKED.search(before) and not _PACKED_SIZE.search(before):  # which it must say of voxels in the same file alone
            before = _NO_PACKED_SIZE.sub(b"", before) + b"CompressedDataSize = %d\n" % len(voxels)
        return before + b"ElementDataFile = LOCAL\n" + voxels
    return (header[: named.start()] + header[named.end() :].lstrip(b"\r\n")).rstrip(b"\r\n") + b"\n\n" + data.read_bytes()


__all__ = ["SCRIPT", "UnreachableError", "as_one_file", "send_library", "send_scans"]
