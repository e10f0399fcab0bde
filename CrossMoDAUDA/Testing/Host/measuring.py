"""Coverage, which is that of the core library, held back where it costs more than it tells."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping


def unmeasured(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables for a process that is not to be measured: importing PyTorch and nnU-Net takes it a third longer if it is."""
    return {name: value for name, value in environment.items() if not name.startswith("COV")}


def hold_back() -> Callable[[], None]:
    """Stop measuring coverage, of this process and of those that it starts; what goes on with it.

    On Python 3.11 it watches every line that runs, also those that it does not count: the panel's and the stand-in's. A panel
    opens in half the time without.
    """
    coverage = sys.modules.get("coverage")
    held = []  # several where the process was started by one that is measured
    while coverage is not None and (measuring := coverage.Coverage.current()) is not None:
        measuring.stop()
        held.append(measuring)
    if not held:
        return lambda: None
    hidden = {name: os.environ.pop(name) for name in os.environ.keys() - unmeasured().keys()}

    def go_on() -> None:
        os.environ.update(hidden)
        for measuring in reversed(held):
            measuring.start()

    return go_on
