"""How structures are called and drawn in Slicer: colours and DICOM codes, in one table."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Must be the SegmentationCategoryTypeContextName of Resources/CrossMoDAUDA.term.json.
TERMINOLOGY_CONTEXT = "CrossMoDAUDA"
_REGION_CONTEXT = "Anatomic codes - DICOM master list"
_GENERAL_CONTEXT = "Segmentation category and type - 3D Slicer General Anatomy list"

Code = tuple[str, str, str]  # coding scheme, value, meaning
_NO_CODE: Code = ("", "", "")


@dataclass(frozen=True)
class Structure:
    """How a structure looks in Slicer.

    Attributes:
        colour: red, green, blue, 0 to 255.
        category, type, region: DICOM codes.
        context: the terminology in which Slicer finds category and type.
    """

    colour: tuple[int, int, int]
    category: Code
    type: Code
    region: Code = _NO_CODE
    context: str = TERMINOLOGY_CONTEXT

    @property
    def terminology(self) -> str:
        """The entry as Slicer's segments store it."""
        region_context = _REGION_CONTEXT if self.region != _NO_CODE else ""
        codes = ["^".join(code) for code in (self.category, self.type, _NO_CODE, self.region, _NO_CODE)]
        return "~".join([self.context, *codes[:3], region_context, *codes[3:]])


_ALTERED: Code = ("SCT", "49755003", "Morphologically Altered Structure")
_NEOPLASM: Code = ("SCT", "86049000", "Neoplasm, Primary")
_CANAL: Code = ("SCT", "361078006", "Internal Auditory Canal")
_TISSUE: Code = ("SCT", "85756007", "Tissue")

_SCHWANNOMA = Structure((230, 75, 53), _ALTERED, _NEOPLASM, _CANAL)
_COCHLEA = Structure((77, 187, 213), ("SCT", "123037004", "Anatomical Structure"), ("SCT", "80169004", "Cochlea"))
# Somewhere in the body: no region is claimed. The part outside the canal has no code in Slicer's list of regions either.
_TUMOUR = Structure((230, 75, 53), _ALTERED, _NEOPLASM)
_EXTRAMEATAL = Structure((230, 75, 53), _ALTERED, _NEOPLASM)  # not the same: a whole tumour is not this part of it
_INTRAMEATAL = Structure((243, 155, 127), _ALTERED, _NEOPLASM, _CANAL)

STRUCTURES: dict[str, Structure] = {
    "vs": _SCHWANNOMA,
    "vestibular schwannoma": _SCHWANNOMA,
    "tumour": _TUMOUR,
    "tumor": _TUMOUR,
    "extrameatal": _EXTRAMEATAL,
    "intrameatal": _INTRAMEATAL,
    "cochlea": _COCHLEA,
    # The tumour's older and German names.
    "acoustic neuroma": _SCHWANNOMA,
    "acoustic neurinoma": _SCHWANNOMA,
    "acoustic schwannoma": _SCHWANNOMA,
    "akustikusneurinom": _SCHWANNOMA,
    "vestibularisschwannom": _SCHWANNOMA,
}
WHOLE = (_SCHWANNOMA, _TUMOUR)  # tumours that are no part of one
# For structures that the table does not know.
_PALETTE = ((0, 160, 135), (60, 84, 136), (132, 145, 180), (145, 209, 194), (126, 97, 72), (176, 156, 133))


def structure_of(name: str, label: int) -> Structure:
    """A structure's colour and terminology; one that :data:`STRUCTURES` lacks is plain tissue in a colour by its label.

    >>> structure_of("Cochlea", 2).type
    ('SCT', '80169004', 'Cochlea')
    >>> structure_of("VS", 1) is structure_of("Vestibular_Schwannoma", 1), structure_of("Pituitary", 3).type[2]
    (True, 'Tissue')
    """
    unknown = Structure(_PALETTE[label % len(_PALETTE)], _TISSUE, _TISSUE, context=_GENERAL_CONTEXT)
    return known_structure(name) or unknown


def known_structure(name: str) -> Structure | None:
    """The structure of :data:`STRUCTURES` that a name means; None if it means none."""
    return _BY_PLAIN_NAME.get(plain_name(name))


# Words, or the beginnings of words, that name a tumour; and others that name what a patient may have several of, or none.
_TUMOUR_STEMS = ("tumour", "tumor", "schwannom", "neuroma", "neurinom", "gliom", "meningiom", "neoplas", "cancer", "carcinom")
_LESION_STEMS = (
    "lesion", "läsion", "laesion", "metast", "mets", "gtv", "ctv", "cyst", "zyste", "nodule", "nodular", "polyp", "abscess", "abszess",
    "plaque", "infarct", "infarkt", "stroke", "haemorrhag", "hemorrhag", "blutung", "bleed", "edema", "oedema", "ödem", "necro",
    "nekro", "aneurysm", "aneurism", "thromb", "fractur", "fraktur", "stone", "calculus", "patholog", "target", "hyperintens",
    "lymphnode", "lymphknoten",
)  # fmt: skip
_LESION_WORDS = ("mass", "masses")  # and not masseter
_LESION_ENDS = ("oma", "omas", "omata", "ome", "om")  # melanoma, Melanome


def is_tumour(name: str) -> bool:
    """Whether a name says a tumour or a part of one.

    >>> is_tumour("VS"), is_tumour("Liver tumour 2"), is_tumour("Gliome links"), is_tumour("Stomach")
    (True, True, True, False)
    """
    known = known_structure(name)
    return (known is not None and known.category == _ALTERED) or _says(name, _TUMOUR_STEMS)


def is_lesion(name: str) -> bool:
    """Whether a name says something that a patient may have none or several of, as a tumour or a lesion; in doubt it does.

    >>> is_lesion("VS"), is_lesion("GTV_1"), is_lesion("Hepatoma"), is_lesion("Liver"), is_lesion("Stomach"), is_lesion("Cochlea")
    (True, True, True, False, False, False)
    """
    words = _words(name)
    return is_tumour(name) or _says(name, _LESION_STEMS) or any(word in _LESION_WORDS or word.endswith(_LESION_ENDS) for word in words)


def _says(name: str, stems: tuple[str, ...]) -> bool:
    """Whether one of the stems is in a name, however its words are written; a short one must begin a word."""
    return any(stem in plain_name(name) if len(stem) > 4 else any(word.startswith(stem) for word in _words(name)) for stem in stems)


def _words(name: str) -> list[str]:
    """A name's words in lower case: ``LiverTumour_2`` has three.

    >>> _words("LiverTumour_2"), _words("GTV left")
    (['liver', 'tumour', '2'], ['gtv', 'left'])
    """
    apart = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])", " ", unicodedata.normalize("NFKC", name))
    return re.findall(r"[^\W_]+", apart.casefold())


def plain_name(name: str) -> str:
    """What two names of one structure have in common: lower case, one Unicode form, and neither spaces, hyphens nor underscores.

    >>> plain_name("Vestibular-Schwannoma") == plain_name("vestibular schwannoma") == plain_name("VestibularSchwannoma")
    True
    """
    return re.sub(r"[\s_\-\u2010-\u2015]+", "", unicodedata.normalize("NFKC", name).casefold())


_BY_PLAIN_NAME = {plain_name(name): structure for name, structure in STRUCTURES.items()}
