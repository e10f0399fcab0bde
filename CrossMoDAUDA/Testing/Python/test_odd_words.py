"""Words of a command that are empty, or name a folder where a file is meant: refused before anything is read or written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import contents
from CrossMoDAUDALib.commands.cli import _parser
from test_odd_calls import ARRAY, Ran, nifti, ran  # noqa: F401 - a fixture

LABEL = (ARRAY > 500).astype("uint8")
FOLLOWS = "is empty, as where a variable of the shell is not set; write what is meant (the current folder is .)."
# A command's words up to where its results go.
SCAN_COMMANDS = {"segment": ["segment", "MODEL", "a.nii"], "translate": ["translate", "MODEL", "a.nii"], "trust": ["trust", "MODEL"]}
OTHERS = {
    "evaluate": ["evaluate", "a_Label.nii", "a_Label.nii"],
    "follow-up": ["follow-up", "a_Label.nii", "--date", "a=2020-01-01"],
    "package": ["package", "MODEL"],
    "export": ["export", "MODEL", "--nnunet"],
    "container": ["container", "MODEL"],
    "run": ["run", "--source-images", ".", "--source-labels", ".", "--target-images", "."],
    "study": ["study", "--method", "cut", "--crossmoda", "."],
    "unpack": ["unpack", "a.nii"],
    "measure": ["measure", "a_Label.nii"],
}


@pytest.fixture
def told(ran: Ran) -> Callable[..., str]:  # noqa: F811
    """What a command says that refuses its words, once it has been made sure that nothing was written."""
    nifti(Path("a.nii"))
    nifti(Path("a_Label.nii"), LABEL)
    before = contents(Path())

    def run(*words: str) -> str:
        status, lines = ran(*words)
        assert status == 2 and len(lines) == 1 and contents(Path()) == before, lines
        return lines[0]

    return run


@pytest.mark.parametrize("empty", ["", " ", "\t"])
@pytest.mark.parametrize("command", [*SCAN_COMMANDS, *OTHERS])
def test_results_do_not_go_to_the_current_folder_for_an_empty_variable(told: Callable[..., str], command: str, empty: str) -> None:
    words = {**SCAN_COMMANDS, **OTHERS}[command]
    assert told(*words, "-o", empty) == f"What follows -o {FOLLOWS}"
    assert told(*words, f"--output={empty}") == f"What follows --output {FOLLOWS}"


def options() -> list[tuple[str, str]]:
    """Every option of every command that takes a value."""
    commands = next(action.choices for action in _parser()._actions if action.choices and not action.option_strings)
    return [
        (command, action.option_strings[-1])
        for command, parser in commands.items()
        for action in parser._actions
        if action.option_strings and action.nargs != 0
    ]


def test_no_option_takes_nothing_for_a_value(told: Callable[..., str]) -> None:
    found = options()
    assert len(found) > 80
    for command, option in found:
        assert told(command, option, "") == f"What follows {option} {FOLLOWS}"


@pytest.mark.parametrize("words", [("segment", "", "a.nii", "-o", "out"), ("evaluate", "a_Label.nii", ""), ("list", ""), ("status", "")])
def test_nor_does_an_input(told: Callable[..., str], words: tuple[str, ...]) -> None:
    before = words[words.index("") - 1]
    assert told(*words) == f"What follows {before} {FOLLOWS}"


@pytest.mark.parametrize("name", ["new/", "there", "there/", ".", ".."])
@pytest.mark.parametrize("option", ["-o", "--events", "--measurements"])
def test_a_file_to_write_is_no_folder(ran: Ran, name: str, option: str) -> None:  # noqa: F811
    nifti(Path("a_Label.nii"), LABEL)
    Path("there").mkdir()
    words = ["segment", "MODEL", "a.nii", "-o", "out"] if option == "--measurements" else ["evaluate", "a_Label.nii", "a_Label.nii"]
    assert ran(*words, option, name) == (2, [f"{name} is a folder; name a file."])
    assert sorted(path.name for path in Path().iterdir()) == ["a_Label.nii", "there"]


@pytest.mark.parametrize("table", ["out", "./out", "up"])
def test_a_table_is_not_called_as_the_folder_of_the_results(ran: Ran, tiny_experiment: Path, table: str) -> None:  # noqa: F811
    nifti(Path("a.nii"))
    folder = "up/out" if table == "up" else "out"
    status, (message,) = ran("segment", tiny_experiment, "a.nii", "-o", folder, "--measurements", table, "--device", "cpu")
    assert status == 2 and re.search(r"(out|up) is the folder of the results, or one above it; name a file", message)
    assert sorted(path.name for path in Path().iterdir()) == ["a.nii"]


@pytest.mark.parametrize("name", ["a.nii ", " a.nii", "./ a.nii  "])
def test_space_around_a_name_is_shown(told: Callable[..., str], name: str) -> None:
    message = told("evaluate", name, "a_Label.nii")
    assert message == f"'{name.removeprefix('./')}' does not exist, but 'a.nii' does; leave out the space around its name."


def test_an_experiment_that_is_only_named_is_none(ran: Ran, tiny_experiment: Path) -> None:  # noqa: F811
    assert ran("trust", tiny_experiment, "cut=", "-o", "out") == (2, ["cut= names no experiment; write its folder after the =."])
