"""The command line of CrossMoDAUDA; --help lists its commands.

    python crossmoda_uda.py COMMAND ...
    Slicer --no-splash --no-main-window --python-script crossmoda_uda.py COMMAND ...

Helper processes import this file again, so importing it does nothing.
"""

import sys
import traceback
from pathlib import Path


def find_library():
    """The folder that holds CrossMoDAUDALib, in a checkout or beside an installed module."""
    here = Path(globals().get("__file__") or sys.argv[0]).resolve().parent
    for folder in (here.parent / "CrossMoDAUDA", here.parent, here):
        if (folder / "CrossMoDAUDALib" / "__init__.py").is_file():
            return folder
    sys.exit(f"The folder CrossMoDAUDALib is not near {here}; reinstall the extension or run the script where it was installed.")


def main():
    """Run the command line on ``sys.argv`` and return its exit status."""
    sys.path.insert(0, str(find_library()))
    from CrossMoDAUDALib.commands import cli

    return cli.main()


def main_in_slicer():
    """As :func:`main`, but nothing escapes: the Slicer application would go on running after an exception."""
    try:
        return main()
    except SystemExit as leaving:
        if leaving.code is None or isinstance(leaving.code, int):
            return leaving.code or 0
        print(leaving.code, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BaseException:
        traceback.print_exc()
    return 1


if __name__ == "__main__":
    slicer = sys.modules.get("slicer")
    if getattr(slicer, "app", None) is not None:
        slicer.util.exit(main_in_slicer())
    else:
        sys.exit(main())
