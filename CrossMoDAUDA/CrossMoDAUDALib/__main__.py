"""``python -m CrossMoDAUDALib COMMAND ...``: the command line of an installed package."""

import sys

from .commands import cli

if __name__ == "__main__":  # helper processes import this file again
    sys.exit(cli.main())
