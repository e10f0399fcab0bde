"""The panel in other languages: nothing is left out, what is translated fits its original, and German is complete."""

from __future__ import annotations

import ast
import itertools
import re
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MODULE, ROOT
from documented_commands import script
from panel_actions import add_scan, choose, wait

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from PySide6 import QtWidgets
from Testing.Host import Host

LIBRARY = ROOT / "CrossMoDAUDA" / "CrossMoDAUDALib"
FORMS = sorted((ROOT / "CrossMoDAUDA" / "Resources" / "UI").glob("*.ui"))
HINT = "run: python3 Scripts/translations.py update"
TOOL = script("Scripts/translations.py")
FILES = TOOL.files()
languages = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
FIELD = re.compile(r"(?<!\{)\{\w+\}(?!\})")
LETTER = re.compile(r"&(?=\w)")


@pytest.fixture(scope="module")
def texts() -> set[tuple[str, str]]:
    """Context and text of all that lupdate finds now."""
    return {(context, text) for context, text, _translation in TOOL.messages(FILES[0])}


# What is collected -----------------------------------------------------------------------------------------------------


def test_what_the_library_says_is_in_the_catalogue() -> None:
    found, wanted = TOOL.CATALOGUE.read_text(encoding="utf-8").splitlines(), TOOL.catalogue().splitlines()
    assert (sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))) == ([], []), HINT
    assert found == wanted, HINT


@languages
def test_every_text_is_in_every_language(file: Path, tmp_path: Path) -> None:
    (tmp_path / file.name).write_text(TOOL.updated(file), encoding="utf-8")
    wanted = {message[:2] for message in TOOL.messages(tmp_path / file.name)}
    found = {message[:2] for message in TOOL.messages(file)}
    assert (sorted(wanted - found), sorted(found - wanted)) == ([], []), HINT
    assert file.read_text(encoding="utf-8") == (tmp_path / file.name).read_text(encoding="utf-8"), HINT
    assert TOOL.untranslated(file) == [], f"translate these in {file.name}, then run: python3 Scripts/translations.py release"


@languages
def test_slicer_loads_what_was_translated(file: Path) -> None:
    assert file.with_suffix(".qm").read_bytes() == TOOL.released(file), "run: python3 Scripts/translations.py release"


def marked(path: Path) -> Iterator[tuple[str, str]]:
    """What a Python file marks as a text: the context in which Slicer looks it up, and the text."""
    context = f"{path.parent.name}.{path.stem}" if (path.parent / "__init__.py").is_file() else path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and len(node.args) == 1:
            # A text that is made elsewhere, or an f-string, nobody can collect.
            assert isinstance(node.args[0], ast.Constant), f"{path.name}:{node.lineno}: {ast.unparse(node)}"
            yield context, node.args[0].value


def test_every_marked_text_is_found(texts: set[tuple[str, str]]) -> None:
    found = {text for path in [MODULE, *LIBRARY.rglob("*.py")] for text in marked(path)}
    for form in FORMS:
        root = ElementTree.parse(form).getroot()
        shown = [each for each in root.iter() if each.tag in ("property", "attribute") and each.get("stdset") != "0"]
        strings = [string for each in shown for string in each.findall("string") if string.get("notr") != "true" and string.text]
        found |= {(root.findtext("class") or "", string.text or "") for string in strings}
    assert len(found) > 500
    assert sorted(found - texts) == []


def test_every_text_of_a_translator_is_marked_where_the_panel_looks_for_it() -> None:
    from CrossMoDAUDALib.translation.registry import FILES as TRANSLATORS_FILES
    from CrossMoDAUDALib.translation.registry import registrations, source_files

    for each in registrations():
        texts = {text for file in source_files(each.name) for _context, text in marked(Path(file))}
        shown = {each.title, each.tip, *(words for loss in each.losses.values() for words in (loss.title, loss.chart))}
        assert shown - texts == set(), each.name
        assert Path(source_files(each.name)[0]).stem in TRANSLATORS_FILES, "its own file comes first"


def test_no_key_of_slicers_settings_is_translated(texts: set[tuple[str, str]]) -> None:
    assert [text for _context, text in texts if text.startswith("CrossMoDAUDA/")] == []


# Sentences that a file hands on or keeps as they are; who shows them translates them.
HANDED_ON = {"workers.py": 1, "segment_section.py": 1, "measuring.py": 1, "place_form.py": 1}


def test_the_panel_translates_what_the_library_says() -> None:
    """Every sentence of an error or event goes through wording.inThePanel."""
    said = re.compile(r"explain\(error\)\[0\]|str\(error\)|event\['message'\]|\.sentence\(\)")
    for path in (LIBRARY / "panel").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        through = {part for call in calls if ast.unparse(call.func).endswith("inThePanel") for part in ast.walk(call)}
        spoken = [node for node in ast.walk(tree) if isinstance(node, ast.Call | ast.Subscript) and said.fullmatch(ast.unparse(node))]
        missing = [f"{path.name}:{node.lineno}" for node in spoken if node not in through]
        assert len(missing) == HANDED_ON.get(path.name, 0), missing


# What is translated ----------------------------------------------------------------------------------------------------


@languages
def test_translations_have_the_fields_letters_and_ends_of_their_originals(file: Path) -> None:
    wrong = []
    for context, text, translation in TOOL.messages(file):
        checks = {
            "fields": sorted(set(FIELD.findall(text))) == sorted(set(FIELD.findall(translation))),
            "letters": len(LETTER.findall(text)) == len(LETTER.findall(translation)),
            "ends": text[-1:].isspace() == translation[-1:].isspace() and text.endswith(":") == translation.endswith(":"),
            "lines": text.count("\n") == translation.count("\n"),
        }
        wrong += [(context, text, check) for check, isFine in checks.items() if translation and not isFine]
    assert wrong == []


# What the library says -------------------------------------------------------------------------------------------------


def test_every_sentence_is_taken_for_itself_and_for_no_other() -> None:
    with Host(MODULE):
        from CrossMoDAUDALib.panel import core_texts

        for template in core_texts.templates():
            values = {name: f"<some-{name}>" for name in re.findall(r"\w+", " ".join(FIELD.findall(template.text)))}
            sentence = template.text.format(**values)
            fitting = core_texts.fitting(sentence)
            assert (template, values) in fitting
            others = [other.text for other, _values in fitting if other is not template and other.letters >= template.letters]
            assert others == [], template.text


SENTENCES = {
    "/a b: c/scan_0001.nrrd: The scan is blank: every voxel is 0; export or load it again.": (
        "/a b: c/scan_0001.nrrd: Der Scan ist leer: Jeder Voxel ist 0; exportieren oder laden Sie ihn erneut."
    ),
    "Model: a name of nobody": "Model: a name of nobody",
    "/a b/c.nii.gz does not exist; check the path.": "/a b/c.nii.gz gibt es nicht; prüfen Sie den Pfad.",
    # A list and words for fields.
    "Cochlea: touches the volume's edge (inferior, left), so that part of it may lie outside; look at it before you use it.": (
        "Cochlea: berührt den Rand des Volumens (unten, links), ein Teil kann also außerhalb liegen; sehen Sie"
        " sich das Ergebnis vor der Verwendung an."
    ),
    # A sentence in a sentence.
    "There is no setting 'seeds'; did you mean 'seed'.": "Eine Einstellung „seeds“ gibt es nicht; gemeint ist vielleicht „seed“.",
    "/x has a damaged header: it gives 3 dimensions and 4 sizes; copy the file again from its source, or export it again.": (
        "/x hat einen beschädigten Dateikopf: er gibt 3 Dimensionen und 4 Größen an; kopieren Sie die Datei erneut von der"
        " Quelle, oder exportieren Sie sie erneut."
    ),
    # Several, and one of them unknown.
    "/x is empty (0 bytes); copy it again from its source. Nobody knows this. No volume is chosen; choose the scan to work on.": (
        "/x ist leer (0 Bytes); kopieren Sie die Datei erneut von der Quelle. Nobody knows this. Es ist kein Volumen gewählt;"
        " wählen Sie den Scan, mit dem gearbeitet wird."
    ),
    "The translated a b fails a check: Cochlea is not found where its label is (DSC 0.00, median 0.81). It is left out.": (
        "Die Übersetzung von a b besteht eine Prüfung nicht: Cochlea wird nicht gefunden, wo das Label ist (DSC 0.00, Median 0.81). Sie"
        " wird ausgelassen."
    ),
    "Do not trust the results of iteration 1: Cochlea: the seeds disagree (DSC 0.20), so one of two results is wrong.": (
        "Den Ergebnissen von iteration 1 nicht trauen: Cochlea: die Startwerte widersprechen sich (DSC 0.20), eines von zwei Ergebnissen"
        " ist also falsch."
    ),
    # With a value that is put in later.
    "held by you; `scontrol release 12` there lets it go": "von Ihnen angehalten; `scontrol release 12` dort gibt ihn frei",
    "What was begun on cluster stays there as it is, and the same command goes on with it.": (
        "Was auf cluster begonnen wurde, bleibt dort, wie es ist, und derselbe Befehl macht damit weiter."
    ),
    "Of no kind at all.": "Of no kind at all.",
    "": "",
}


def test_sentences_of_the_library_get_their_values_in_german() -> None:
    with Host(MODULE, language="de_DE"):
        from CrossMoDAUDALib.panel.wording import inThePanel

        assert {sentence: inThePanel(sentence) for sentence in SENTENCES} == SENTENCES


def test_all_that_a_training_has_said_is_known(tiny_experiment: Path) -> None:
    from CrossMoDAUDALib.experiment.events import read_events
    from CrossMoDAUDALib.method.pseudo_labels import MISSING, TAKEN_OUT, UNCERTAIN

    events, _end = read_events(tiny_experiment / "events.jsonl")
    said = [event["message"] for event in events if event["kind"] in ("message", "warning")]
    assert len(said) > 2
    with Host(MODULE, language="de_DE"):
        from CrossMoDAUDALib.panel import core_texts

        assert [message for message in said if core_texts.said(message) == message] == []
        kinds = (MISSING, TAKEN_OUT, UNCERTAIN)
        for wrong in (" or ".join(some) for count in (1, 2, 3) for some in itertools.combinations(kinds, count)):
            german = core_texts.said(f"A structure is {wrong} in the pseudo-labels of 3 of 10 target cases, which are left out: a, b, c.")
            assert not any(kind in german for kind in (*kinds, " or ")), german


def test_what_a_heading_says_already_is_left_out_of_its_sentences_in_german_too() -> None:
    """The panel cuts the end off that all warnings have."""
    from CrossMoDAUDALib.scoring.plausibility import LOOK

    tree = ElementTree.parse(ROOT / "CrossMoDAUDA" / "Resources" / "Translations" / "CrossMoDAUDA_de.ts")
    known = {str(message.findtext("source")): str(message.findtext("translation")) for message in tree.iter("message")}
    sentences = [german for english, german in known.items() if english.endswith(f"; {LOOK}.")]
    assert len(sentences) > 3
    assert [german for german in sentences if not german.endswith(f"; {known[LOOK]}.")] == []


def test_what_a_translator_takes_from_another_is_german_too() -> None:
    with Host(MODULE, language="de_DE"):
        from CrossMoDAUDALib.panel.wording import chartTerm, quantityTerm
        from CrossMoDAUDALib.translation.registry import loss

        aware, plain = "cyclegan-target-aware", "cyclegan-resnet"
        for name in ("cycle_source", "identity_target", "adversarial_source"):
            assert quantityTerm(aware, name) == quantityTerm(plain, name) != loss(aware, name).title
        assert chartTerm(aware, "adversarial losses") == chartTerm(plain, "adversarial losses") != "adversarial losses"
        assert quantityTerm(aware, "segmentation_source") != loss(aware, "segmentation_source").title, "its own"


def test_a_sentence_is_found_quickly() -> None:
    with Host(MODULE, language="de_DE"):
        from CrossMoDAUDALib.panel import core_texts

        core_texts.fitting("")
        for sentence in [*SENTENCES, "Words that nobody knows, of any length. " * 20, "a, " * 100, ". " * 30]:
            seconds = []
            for number in range(3):  # others work on the machine, too
                before = time.process_time()
                core_texts.said(f"{sentence}{number}")
                seconds.append(time.process_time() - before)
            assert min(seconds) < 0.005, sentence


# The panel -------------------------------------------------------------------------------------------------------------


def shown_in_english(host: Host) -> list[str]:
    """What is shown though there is another text for it in German."""
    originals = {text for _context, text, translation in TOOL.messages(FILES[0]) if translation != text}
    kept = {translation for _context, _text, translation in TOOL.messages(FILES[0])}
    parts = {part for text in host.texts() for part in (text, *text.split("\n"))}
    return sorted(part for part in parts if part in originals - kept)


def test_the_panel_is_german_where_slicer_is(tiny_experiment: Path, tmp_path: Path) -> None:
    import slicer

    with Host(MODULE, language="de_DE") as host:
        assert slicer.modules.crossmodauda.helpText.endswith("Nicht für den klinischen Einsatz.")
        panel = host.widget.panel
        assert (host.find("segmentButton").text, host.find("segmentApply").text) == ("Segmentieren", "&Anwenden")
        assert host.texts_of_list(host.find("segmentOutput")) == ["Neue Segmentierung anlegen"]
        assert shown_in_english(host) == []
        scan, _labels = add_scan()
        panel.parameters.model = panel.parameters.experiment = str(tiny_experiment)
        panel.parameters.inputVolume = scan
        choose(host, "segmentDevice", "cpu")
        for tab in range(host.find("adaptTabs").count):
            host.find("adaptTabs").currentIndex = tab
            host.process(0.05)
            assert shown_in_english(host) == []
        stages = host.find("adaptStages")
        titles = [stages.item(row, 0).text() for row in range(stages.rowCount)]
        assert "Quell-Scans übersetzen" in titles and "Selbsttraining 1: trainieren" in titles
        log = host.find("adaptLog").plainText
        assert "PyTorch und nnU-Net werden geladen." in log and "Fertig: Scans prüfen" in log
        host.find("segmentButton").collapsed = False
        host.click("segmentApply")
        assert re.match(r"Fertig: Scan A Segmentierung\. Nicht für", wait(host, "segment"))
        assert shown_in_english(host) == []
        panel.parameters.model = str(tmp_path / "nothing")
        assert host.find("segmentModelInfo").text.replace("\u200b", "").endswith("ein importiertes Modell an.")
        panel.parameters.settings = '{"translation.epochs": "0"}'
        panel.parameters.experiment = ""
        host.process(0.05)
        assert "liegt außerhalb von 1 bis 100000" in host.find("adaptAdvancedNote").text


@pytest.mark.parametrize("language", ["en_US", "fr_FR", "", "de"])
def test_other_languages_are_english_and_german_needs_no_region(language: str) -> None:
    with Host(MODULE, language=language) as host:
        assert host.find("segmentButton").text == ("Segmentieren" if language == "de" else "Segment")
        assert len(QtWidgets.QApplication.topLevelWidgets()) > 0
