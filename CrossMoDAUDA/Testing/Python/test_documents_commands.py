"""Every command that README.md and docs/ show is one that can be typed: its parser takes it. Nothing is run."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re

import pytest
from documented_commands import FOREIGN_OPTIONS, LAUNCHER, all_options, commands, options_of, problem, variables
from documents import Page, command_lines, pages

PAGES = {page.name: page for page in pages()}
LANGUAGES = ("sh", "python", "py", "text", "json", "toml")  # py: not to be typed, but a file of its own
# An inline word or two that begin so are a whole command.
_BEGINNINGS = ("python3 Scripts/", "pip install ", "Slicer --")


def wrong_commands(page: Page) -> list[str]:
    """The page's commands that cannot be typed, with what is wrong."""
    lines = [line for language, body in page.blocks if language == "sh" for line in command_lines(body)]
    inline = [code.removesuffix(" COMMAND ...") for code in page.inline]
    lines += [code for code in inline if code.startswith(_BEGINNINGS) and code != f"python3 {LAUNCHER}"]
    found = [f"{line}: {why}" for line in lines if (why := problem(line))]
    for code in inline:
        words = code.split()
        if words[0] == "crossmoda-uda" and len(words) > 1 and not words[1].startswith("-") and words[1] not in commands():
            found.append(f"{code}: there is no command {words[1]}")
            continue
        name = next((word for word in words[:2] if word in commands()), "")
        known = (options_of(commands()[name]) | {"--help"}) if name and name != "import" else all_options()
        found += [
            f"{code}: there is no option {word}"
            for word in words
            if re.fullmatch(r"--?[a-z][\w-]*", word.partition("=")[0]) and word.partition("=")[0] not in known | FOREIGN_OPTIONS
        ]
        ours = [word.partition("=")[0] for word in words if word.startswith("CROSSMODA_")]
        found += [f"{code}: nothing reads it" for name in ours if name not in variables()]
    return found


def wrong_imports(page: Page) -> list[str]:
    """What the page's Python lines import and cannot, and lines that are no Python."""
    found = []
    for language, body in page.blocks:
        if language not in ("python", "py"):
            continue
        try:
            tree = ast.parse(body)
        except SyntaxError as error:
            found.append(f"{error.text}: {error.msg}")
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module and node.module.startswith("CrossMoDAUDALib"):
                try:
                    module = importlib.import_module(node.module)
                except ImportError as error:
                    found.append(str(error))
                    continue
                for alias in node.names:
                    if not hasattr(module, alias.name) and not _is_module(f"{node.module}.{alias.name}"):
                        found.append(f"{node.module} has no {alias.name}")
    return found


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("name", PAGES)
def test_every_command_can_be_typed(name: str) -> None:
    assert wrong_commands(PAGES[name]) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_block_says_what_it_is(name: str) -> None:
    assert {language for language, _body in PAGES[name].blocks} <= set(LANGUAGES)


@pytest.mark.parametrize("name", PAGES)
def test_python_lines_import_what_there_is(name: str) -> None:
    assert wrong_imports(PAGES[name]) == []


def test_the_page_of_commands_has_every_command_with_every_option_and_an_example() -> None:
    text = PAGES["docs/commands.md"].text
    sections = dict(re.findall(r"^## `?([\w-]+)`?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    for name, command in commands().items():
        assert name in sections, f"no section on {name}"
        shown = sections[name]
        missing = {option for option in options_of(command) if not re.search(rf"(?<![\w-]){option}(?![\w-])", shown)}
        assert not missing, f"{name}: {missing}"
        assert f"crossmoda-uda {name} " in shown or f"crossmoda-uda {name}\n" in shown, f"{name}: no example"


@pytest.mark.parametrize(
    "line",
    [
        "crossmoda-uda sgement MODEL scan.nii.gz -o RESULTS",
        "crossmoda-uda segment MODEL scan.nii.gz",
        "crossmoda-uda run --crossmoda DATA -o EXPERIMENT --set translation.epoch=1",
        "crossmoda-uda run --crossmoda DATA -o EXPERIMENT --preset fast",
        "crossmoda-uda run --crossmoda DATA -o EXPERIMENT --set translation.epochs=0",
        "python3 Scripts/demo.py --quick",
        "python3 Scripts/no_such.py",
        "python3 Scripts/benchmark.py steps",
        "python3 Scripts/test.py --fault",
        "python3 Scripts/test.py --python newest",
        "python3 Scripts/test.py --faults --longest",
        "python3 Scripts/test.py CrossMoDAUDA/Testing/Python/test_nothing.py",
        "Slicer --python-script Scripts/crossmoda_uda.py segmnt M S -o R",
        "Slicer --no-window --python-script Scripts/crossmoda_uda.py --version",
        "pip install crossmoda",
        "pip install -r Scripts/requirements-nothing.txt",
        "export CROSSMODA_NOTHING=1",
        "make install",
        "docker build -t crossmoda-uda --build-arg TORHC=cpu .",
        "docker run --rm -v A:/inputs:ro -v B:/output crossmoda-uda",
        "docker run --rm crossmoda-uda --devise cpu",
        "docker run --rm -it crossmoda-uda",
        "docker run --rm ubuntu",
        "docker push crossmoda-uda",
        "docker save crossmoda-uda | tar x",
        "apptainer build --build-arg RUN_AS=0 crossmoda-uda.sif crossmoda-uda.def",
        "apptainer run --nv --bind crossmoda-uda.sif",
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str) -> None:
    assert problem(line)
    assert wrong_commands(Page("README.md", f"```sh\n{line}\n```\n"))


@pytest.mark.parametrize("code", ["crossmoda-uda segmnt", "segment --measurement FILE.csv", "--largest-part NAME", "CROSSMODA_NOTHING"])
def test_a_wrong_word_within_a_sentence_is_found(code: str) -> None:
    assert wrong_commands(Page("README.md", f"Type `{code}` here.\n"))


def test_what_is_right_is_not_found() -> None:
    text = """
```sh
crossmoda-uda run --source-images A --source-labels B --target-images C -o "MY EXPERIMENT" \\
  --set labels=Tumour:1 --set translation.epochs=2          # with a comment
Slicer --no-splash --no-main-window --python-script Scripts/crossmoda_uda.py models
python3 Scripts/test.py -k geometry -x
python3 Scripts/test.py --faults --long
```
`segment --measurements FILE.csv`, `run --dry-run`, `--help`, `crossmoda-uda status EXPERIMENT`, `python3 Scripts/demo.py -o DIR`
"""
    assert wrong_commands(Page("README.md", text)) == []


def test_python_that_cannot_be_imported_is_found() -> None:
    text = "```python\nfrom CrossMoDAUDALib.logic import NoSuchLogic\nfrom CrossMoDAUDALib.nothing import it\n```\n"
    assert len(wrong_imports(Page("README.md", text))) == 2
    assert wrong_imports(Page("README.md", "```python\nfrom CrossMoDAUDALib.logic import InferenceLogic\n```\n")) == []
