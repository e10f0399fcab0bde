"""The panel in other languages: collect its texts, and make the files that Slicer loads.

    python3 Scripts/translations.py update [LANGUAGE]
    python3 Scripts/translations.py release

``update`` writes what the library says (CrossMoDAUDA/Resources/CoreTexts.json), brings the texts of the module, its forms and
that list into every CrossMoDAUDA/Resources/Translations/CrossMoDAUDA_*.ts, and lists what has no translation yet. With a
language, as ``fr`` or ``pt_BR``, it begins a file for that. ``release`` makes the .qm files from the .ts files; ``update`` ends
with it. Texts are found as Slicer's own Utilities/Scripts/update_translations.py finds them, by Qt's lupdate.

Needs Python 3.11 or newer and, the first time, the network; everything else it sets up itself.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import _core_texts
import _environment

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "CrossMoDAUDA"
CATALOGUE = MODULE / "Resources" / "CoreTexts.json"
TRANSLATIONS = MODULE / "Resources" / "Translations"
OF_SLICER = {"qSlicerAbstractCoreModule"}  # contexts of texts that Slicer itself translates
# The name of the function that lupdate looks for, in place of _(...), by the quotes of its text; those of Slicer's tool.
QUOTED = [rf"([^_])_\((\s*?{quotes}.+?{quotes}\s*?)\)" for quotes in ('"', "'", '"""', "'''")]


def parse(arguments):
    """The command and its language."""
    parser = argparse.ArgumentParser(prog="translations.py", description="The panel in other languages.")
    commands = parser.add_subparsers(dest="command", required=True)
    update = commands.add_parser("update", help="collect all texts, list what is not translated, then release")
    update.add_argument("language", nargs="?", help="begin a file for this language, as fr or pt_BR")
    commands.add_parser("release", help="make the .qm files that Slicer loads")
    return parser.parse_args(arguments)


def main(arguments):
    """Update or release."""
    options = parse(arguments)
    _environment.enter("requirements.txt", "requirements-test.txt")
    if options.command == "update":
        CATALOGUE.write_text(catalogue(), encoding="utf-8", newline="\n")
        TRANSLATIONS.mkdir(exist_ok=True)
        new = [TRANSLATIONS / f"CrossMoDAUDA_{options.language}.ts"] if options.language else []
        for file in dict.fromkeys([*files(), *new]):
            file.write_text(updated(file), encoding="utf-8", newline="\n")
            print(file.relative_to(ROOT))
            for context, text in untranslated(file):
                print(f"  not translated: {context}: {text!r}")
    for file in files():
        file.with_suffix(".qm").write_bytes(released(file))
    return 0


def files():
    """The files of all languages."""
    return sorted(TRANSLATIONS.glob("CrossMoDAUDA_*.ts"))


def catalogue():
    """The text of CoreTexts.json: the library's sentences, and the labels and explanations of the settings."""
    sys.path.insert(0, str(MODULE))
    from CrossMoDAUDALib.core.declaring import label_of
    from CrossMoDAUDALib.core.settings import setting_fields

    sentences = [{"text": text} for text in _core_texts.catalogue(MODULE / "CrossMoDAUDALib")]
    settings = [
        {"key": key, "label": label_of(key.rpartition(".")[2]), "text": declared.metadata["text"]}
        for key, (declared, _kind) in setting_fields().items()
    ]
    return json.dumps({"sentences": sentences, "settings": settings}, ensure_ascii=False, indent=1) + "\n"


def updated(file, language=None):
    """The text of a .ts file with all texts that there are now; those that are gone are left out."""
    language = language or file.stem.partition("_")[2]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sources = _marked_sources(folder)
        (folder / "files.txt").write_text("\n".join(sources) + "\n", encoding="utf-8")
        work = folder / f"CrossMoDAUDA_{language}.ts"
        if file.is_file():
            shutil.copy(file, work)
        languages = ["-source-language", "en", "-target-language", language]
        options = ["-tr-function-alias", "QT_TRANSLATE_NOOP+=vtkMRMLTr", "-noobsolete", "-locations", "none", *languages]
        _run(_tool("lupdate"), "@files.txt", *options, "-ts", work.name, folder=folder)
        return _sorted(work)


def _marked_sources(folder):
    """Write copies of all files with texts into a folder, in which lupdate finds them; their paths in it, in order."""
    library = sorted((MODULE / "CrossMoDAUDALib").rglob("*.py"))
    for source in [MODULE / "CrossMoDAUDA.py", *library, *sorted((MODULE / "Resources" / "UI").glob("*.ui"))]:
        place = folder / source.relative_to(MODULE)
        place.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        if source.suffix == ".py":
            context = f"{source.parent.name}.{source.stem}" if (source.parent / "__init__.py").is_file() else source.stem
            for pattern in QUOTED:
                text = re.sub(pattern, rf'\1translate("{context}", \2)', text, flags=re.DOTALL)
        place.write_text(text, encoding="utf-8")
    # Slicer's tool makes such a header of a JSON file whose schema calls properties translatable.
    entries = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    texts = dict.fromkeys(entry[name] for part in entries.values() for entry in part for name in ("text", "label") if name in entry)
    lines = ['QT_TRANSLATE_NOOP("{}", "{}")\n'.format(CATALOGUE.stem, text.replace('"', '\\"')) for text in texts]
    (folder / "Resources" / "CoreTexts_tr.h").write_text("".join(lines), encoding="utf-8")
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _sorted(file):
    """The text of a .ts file, by context and text, so that two people's changes seldom meet; without contexts of Slicer's."""
    root = ElementTree.parse(file).getroot()
    contexts = [context for context in root.findall("context") if context.findtext("name") not in OF_SLICER]
    for context in list(root):
        root.remove(context)
    for context in sorted(contexts, key=lambda each: each.findtext("name")):
        messages = sorted(context.findall("message"), key=lambda each: each.findtext("source"))
        for message in messages:
            context.remove(message)
        context.extend(messages)
        root.append(context)
    ElementTree.indent(root, "")
    text = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n'


def messages(file):
    """Context, text and translation of all messages in a .ts file; the translation is empty where it is unfinished."""
    found = []
    for context in ElementTree.parse(file).getroot().findall("context"):
        for message in context.findall("message"):
            translation = message.find("translation")
            is_done = translation.get("type") is None
            found.append((context.findtext("name"), message.findtext("source"), (translation.text or "") if is_done else ""))
    return found


def untranslated(file):
    """Context and text of what has no finished translation."""
    return [(context, text) for context, text, translation in messages(file) if not translation]


def released(file):
    """What lrelease makes of a .ts file, as bytes."""
    with tempfile.TemporaryDirectory() as temporary:
        shutil.copy(file, Path(temporary) / file.name)
        _run(_tool("lrelease"), "-silent", file.name, "-qm", "made.qm", folder=temporary)
        return (Path(temporary) / "made.qm").read_bytes()


def _tool(name):
    """One of Qt's programs, which come with PySide6."""
    import PySide6

    return Path(PySide6.__file__).parent / (name + (".exe" if os.name == "nt" else ""))


def _run(*words, folder):
    finished = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, encoding="utf-8", errors="replace")
    if finished.returncode:
        raise RuntimeError(f"{words[0]} failed:\n{finished.stdout}{finished.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
