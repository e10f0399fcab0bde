"""The files that the library reads besides its code."""

from pathlib import Path


def resource(name: str) -> Path:
    """The path of a file in the folder Resources.

    An installed package has that folder inside; the extension and a checkout have it beside the library, where Slicer looks.

    >>> resource("requirements.txt").is_file()
    True
    """
    library = Path(__file__).resolve().parents[1]
    inside = library / "Resources"
    return (inside if inside.is_dir() else library.parent / "Resources") / name
