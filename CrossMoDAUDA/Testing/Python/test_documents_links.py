"""What README.md and docs/ point at is there: links, anchors, pictures, files, settings; and the pages keep their size."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import its_translator
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, setting_fields, with_values
from documents import ROOT, Page, pages

PAGES = pages()
BY_NAME = {page.name: page for page in PAGES}
NAMES = [page.name for page in PAGES]

TOPICS = ["tutorial", "commands", "settings", "method", "results", "speed", "trust", "experiment-folder", "model-packages"]
WANTED = {"README.md", *(f"docs/{topic}.md" for topic in (*TOPICS, "containers", "places", "developing"))}
LONGEST_README, WIDEST = 150, 120
# Where a file that a page names may begin.
BASES = ("", "CrossMoDAUDA", "CrossMoDAUDA/CrossMoDAUDALib", "CrossMoDAUDA/Testing", "CrossMoDAUDA/Testing/Python", "Scripts")
_SECTIONS = {key.partition(".")[0] for key in setting_fields() if "." in key}
_FILE_ENDINGS = ("py", "md", "csv", "json", "html", "safetensors", "log", "npy")


def broken_links(page: Page) -> list[str]:
    """The page's links that lead nowhere."""
    found = []
    for link in page.links:
        if re.match(r"https://[\w.-]+\.\w+(/|$)", link):
            continue
        target, _, anchor = unquote(link).partition("#")
        place = (page.path.parent / target).resolve() if target else page.path
        if re.match(r"\w+:", link) or not place.is_relative_to(ROOT) or not place.exists():
            found.append(link)
            continue
        if anchor:
            known = BY_NAME.get(place.relative_to(ROOT).as_posix())
            known = page if not target else known
            if known is None or anchor not in known.anchors:
                found.append(link)
    return found


def missing_files(page: Page) -> list[str]:
    """Python files, forms and folders of the project that the page names and that are not there."""
    text = page.prose + "".join(body for language, body in page.blocks if language == "sh")
    named = re.findall(r"(?<![\w/.~<-])((?:[\w.-]+/)*[\w-]+\.(?:py|ui|toml|txt|sh))(?![\w/])", text)
    named += re.findall(r"(?<![\w/.~-])((?:CrossMoDAUDA|CrossMoDAUDALib|Scripts|Screenshots|Testing|docs)(?:/[\w.-]+)*/)", text)
    to_be_made = re.findall(r"[Ss]ave it as `([^`]+)`", page.prose)
    return [name for name in named if not _exists(name) and name not in to_be_made]


def _exists(name: str) -> bool:
    if any((ROOT / base / name).exists() for base in BASES):
        return True
    if name.startswith("CrossMoDAUDAScripts/"):  # where the extension installs it
        return (ROOT / "Scripts" / name.partition("/")[2]).exists()
    if "/" in name or not name.endswith(".py"):
        return name.endswith("_warnings.txt")  # of a result, not of the project
    return any(True for folder in ("CrossMoDAUDA", "Scripts") for _ in (ROOT / folder).rglob(name))


def unknown_settings(page: Page) -> list[str]:
    """Settings that the page names and that do not exist, or cannot have the value it gives."""
    found = []
    for code in [*page.inline, *(body for language, body in page.blocks if language == "sh")]:
        structures = dict(re.findall(r"--set (labels)=(\S+)", code))
        for key, value in re.findall(rf"(?<![\w./-])((?:{'|'.join(sorted(_SECTIONS))})\.\w+)(?:=(\"[^\"]*\"|[^\s,;]+))?", code):
            if key.rpartition(".")[2] in _FILE_ENDINGS:
                continue
            if key not in setting_fields():
                found.append(key)
            elif value and not value.isupper():  # VALUE is the reader's to fill in
                try:
                    with_values(Settings(), {**structures, **its_translator(key), key: value.strip('"')})
                except InputError as error:
                    found.append(str(error))
    return found


def machine_paths(text: str) -> list[str]:
    """Paths of somebody's machine."""
    return re.findall(r"(?<![\w.~/-])/(?:work|home|root|tmp|Users|mnt|data|var)/[\w./-]*|\b[A-Z]:\\\w+[\\\w.]*", text)


def test_the_pages_are_there() -> None:
    assert set(NAMES) >= WANTED, WANTED - set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    assert broken_links(BY_NAME[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_file_that_is_named_exists(name: str) -> None:
    assert missing_files(BY_NAME[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_that_is_named_exists(name: str) -> None:
    assert unknown_settings(BY_NAME[name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_page_shows_a_path_of_a_machine(name: str) -> None:
    assert machine_paths(BY_NAME[name].text) == []


@pytest.mark.parametrize("name", NAMES)
def test_lines_fit_a_window(name: str) -> None:
    """Rows of a table and what a program has printed cannot be broken; the README does without wide ones."""
    page = BY_NAME[name]
    printed = {line for language, body in page.blocks if language in ("text", "py") for line in body.splitlines()}
    long = [line for line in page.text.splitlines() if len(line) > WIDEST]
    assert [line for line in long if name == "README.md" or not (line.startswith("|") or line in printed)] == []


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    assert len(BY_NAME["README.md"].text.splitlines()) < LONGEST_README
    linked = {link.partition("#")[0] for link in BY_NAME["README.md"].links}
    assert linked >= WANTED - {"README.md"}, WANTED - {"README.md"} - linked


def test_every_picture_of_a_page_is_a_png_with_words_beside_it() -> None:
    for page in PAGES:
        for link in page.links:
            if link.endswith(".png") and not link.startswith("https:"):
                data = (page.path.parent / link).read_bytes()
                assert data[:8] == b"\x89PNG\r\n\x1a\n" and min(struct.unpack(">II", data[16:24])) > 100, link
        assert not re.search(r"!\[\]\(|<img(?![^>]*\balt=\"[^\"]+\")", page.text), f"{page.name}: a picture without words"


@pytest.mark.parametrize(
    ("text", "check", "wrong"),
    [
        ("see [it](docs/no-such-page.md)", broken_links, "docs/no-such-page.md"),
        ("see [it](docs/trust.md#no-such-heading)", broken_links, "docs/trust.md#no-such-heading"),
        ("![a](Screenshots/none.png)", broken_links, "Screenshots/none.png"),
        ('<img src="Screenshots/none.png" alt="a">', broken_links, "Screenshots/none.png"),
        ("see [it](/etc/passwd)", broken_links, "/etc/passwd"),
        ("read `method/adaption.py`", missing_files, "method/adaption.py"),
        ("read `nosuchfile.py`", missing_files, "nosuchfile.py"),
        ("`translation.image_sise=256`", unknown_settings, "translation.image_sise"),
    ],
)
def test_what_is_wrong_is_found(text: str, check: object, wrong: str) -> None:
    assert callable(check)
    assert check(Page("README.md", f"# Title\n\n{text}\n")) == [wrong]


def test_a_value_out_of_bounds_and_a_path_of_a_machine_are_found() -> None:
    (said,) = unknown_settings(Page("README.md", "`translation.image_size=3`\n"))
    assert "translation.image_size" in said
    assert machine_paths("in /home/somebody/scans and C:\\Users\\somebody") == ["/home/somebody/scans", "C:\\Users\\somebody"]
    assert machine_paths("DATA/home/x and https://a.org/home/x") == []


def test_anchors_are_those_of_github() -> None:
    page = Page("README.md", "# A title, with `code` & more\n\n## Twice\n\n## Twice\n\n## [A link](x.md): so\n")
    assert page.anchors == ["a-title-with-code--more", "twice", "twice-1", "a-link-so"]


def test_the_extensions_own_texts_are_true() -> None:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    for url in re.findall(r"https://raw\.githubusercontent\.com/CrossMoDAUDA/SlicerCrossMoDAUDA/main/([^\s\"]+)", text):
        assert Path(ROOT / url).is_file(), url
