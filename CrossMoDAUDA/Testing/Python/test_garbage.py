"""Python looks for circular garbage at its usual times, but for imports and the end of a program."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import ROOT
from CrossMoDAUDALib.core import garbage


@pytest.fixture
def collecting() -> Iterator[None]:
    yield
    gc.enable()


@pytest.mark.parametrize("before", [True, False])
def test_imports_leave_it_as_it_was(before: bool, collecting: None) -> None:
    """Whether they succeed or not, and within one another."""
    gc.enable() if before else gc.disable()
    with pytest.raises(ImportError), garbage.importing():
        with garbage.importing():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled() is before


def test_a_program_ends_without_a_last_search_and_what_it_calls_goes_on_as_usual() -> None:
    """Only the whole program: a command that is called within another one, as here, leaves it alone."""
    code = "import gc, sys; from CrossMoDAUDALib.commands import cli; sys.argv = ['uda', '--version']; "
    code += "cli.main(['--version']); print(gc.get_freeze_count()); cli.main(); print(gc.get_freeze_count() > 1000, gc.isenabled())"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "CrossMoDAUDA", capture_output=True, text=True, check=True).stdout
    _, before, _, after = said.splitlines()
    assert (before, after) == ("0", "True True")
